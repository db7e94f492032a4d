import type { HttpFailure, HttpRequest, HttpResponse, HttpTransport } from '../../../src/http/transport.js';
import type { SimRequest, SimResponse } from '../../../src/sandbox/host/types.js';
import type { Process } from './process.js';
import { hash } from './random.js';
import type { FaultKind, Scenario } from './scenario.js';
import type { Timeline } from './timeline.js';

/** What a network lies between. */
export interface NetworkParts {
  scenario: Scenario;
  timeline: Timeline;
  /** How long a write that is sent now may take to take effect. */
  commitMs(): number;
  /** The fault of a request that is about to begin; null: none. */
  faultOf(process: Process, kind: 'reads' | 'writes' | 'claims'): FaultKind | null;
  /** The request changes a header that another run has made. */
  isClaim(process: Process, request: HttpRequest): boolean;
  /** The answer has reached the run. */
  answered(process: Process, answer: HttpResponse, url: string): void;
  /** The request takes effect now. */
  serve(process: Process, request: SimRequest, sentAt: number): SimResponse;
  /** Told of each write that arrives, when it will take effect: epoch milliseconds of the timeline. */
  arrives(effectAt: number): void;
  /** Told what became of each request; only called when somebody listens. */
  tell: ((process: Process, what: string) => void) | null;
}

type Answer = HttpResponse | HttpFailure;

const CRASHED: HttpResponse = {
  kind: 'response',
  status: 500,
  headers: { 'content-type': 'application/json' },
  body: '{"error_message":"Sorry, this request could not be processed. Please try again later."}',
};

/** Carries requests of runs to Revel: slowly, and with the faults of the schedule. */
export class Network {
  readonly #parts: NetworkParts;

  constructor(parts: NetworkParts) {
    this.#parts = parts;
  }

  /** The transport of one run. */
  transportOf(process: Process): HttpTransport {
    return (request) =>
      new Promise((resolve) => {
        if (process.alive) new Passage(this.#parts, process, request, resolve).begin();
      });
  }

  /** A read of Tripleseat: the same network, answered at the moment `read` is called. */
  ask<T>(process: Process, what: string, read: () => T, failed: (detail: string) => T): Promise<T> {
    const { timeline, scenario, tell } = this.#parts;
    const number = process.requests;
    const fault = this.#parts.faultOf(process, 'reads');
    process.requests += 1;
    process.reads += 1;
    const roll = (salt: number) => hash(scenario.seed, process.index, number, salt);
    return new Promise((resolve) => {
      if (!process.alive) return;
      if (fault?.startsWith('crash')) {
        tell?.(process, `#${number} Tripleseat ${what}: the process dies`);
        process.die();
        return;
      }
      const slow = fault === 'slow-answer' ? 20_000 * roll(3) : 0;
      timeline.after(scenario.answerMs * roll(1), () => {
        const result = fault === null || slow > 0 ? read() : failed(fault);
        tell?.(process, `#${number} Tripleseat ${what}: ${fault ?? 'ok'}`);
        timeline.after(scenario.answerMs * roll(2) + slow, () => process.goOn(() => resolve(result)));
      });
    });
  }
}

/** One request on its way. */
class Passage {
  readonly #parts: NetworkParts;
  readonly #process: Process;
  readonly #request: HttpRequest;
  readonly #resolve: (answer: Answer) => void;
  readonly #number: number;
  readonly #fault: FaultKind | null;
  #sentAt: number;

  constructor(
    parts: NetworkParts,
    process: Process,
    request: HttpRequest,
    resolve: (answer: Answer) => void,
  ) {
    this.#parts = parts;
    this.#process = process;
    this.#request = request;
    this.#resolve = resolve;
    this.#number = process.requests;
    this.#sentAt = parts.timeline.now;
    const isClaim = parts.isClaim(process, request);
    this.#fault = parts.faultOf(process, request.method === 'GET' ? 'reads' : isClaim ? 'claims' : 'writes');
    process.requests += 1;
    if (isClaim) process.claims += 1;
    if (request.method === 'GET') process.reads += 1;
  }

  begin(): void {
    if (this.#fault !== 'freeze') return this.#send(this.#fault);
    const { freezeMs } = this.#parts.scenario.trouble;
    this.#tell('the process stands still');
    this.#process.freeze(freezeMs, this.#roll(6) < 0.5);
    this.#process.goOn(() => {
      this.#sentAt = this.#parts.timeline.now;
      // Once connected, a run may look at its guard again.
      if (this.#request.mayLeave?.() === false) {
        return this.#fail(1, 'freeze', { sent: false, reason: 'aborted', detail: 'not sent any more' });
      }
      this.#send(null);
    });
  }

  #send(fault: Exclude<FaultKind, 'freeze'> | null): void {
    const answerMs = this.#parts.scenario.answerMs * 2 * this.#roll(2);
    switch (fault) {
      case 'refused':
        return this.#fail(1, fault, { sent: false, reason: 'connect', detail: 'connection refused' });
      case 'lost':
        return this.#fail(answerMs, fault, reset);
      case 'hang':
        // Where requests may be carried out late, most of those that hang are.
        if (this.#inFlightMs > 0 && this.#roll(5) < 0.7) this.#serveAfter(this.#lateMs(), fault, () => {});
        return this.#fail(this.#request.timeoutMs, fault, timedOut);
      case '500':
        return this.#answer(answerMs, fault, CRASHED);
      case '429':
        return this.#answer(answerMs, fault, { ...CRASHED, status: 429, headers: {}, body: '' });
      case '429-wait': {
        const headers = { 'retry-after': String(1 + Math.floor(30 * this.#roll(3))) };
        return this.#answer(answerMs, fault, { ...CRASHED, status: 429, headers, body: '' });
      }
      case 'html':
        return this.#answer(answerMs, fault, { ...CRASHED, status: 200, body: '<html>Log in</html>' });
      case 'crash-before':
        return this.#die(fault);
      case 'crash-sent':
        this.#serveAfter(this.#lateMs(), fault, () => {});
        this.#parts.timeline.after(this.#lateMs() * this.#roll(4), () => this.#die(fault));
        return;
      case 'crash-after':
        return this.#serveAfter(this.#transitMs(), fault, () => this.#die(fault));
      case 'answer-lost-late':
        this.#serveAfter(this.#lateMs(), fault, () => {});
        return this.#fail(this.#lateMs() * this.#roll(4), fault, reset);
      case '504-late':
        this.#serveAfter(this.#lateMs(), fault, () => {});
        return this.#answer(this.#lateMs() * this.#roll(4), fault, { ...CRASHED, status: 504, body: '' });
      case 'answer-lost':
        return this.#serveAfter(this.#transitMs(), fault, () => this.#fail(answerMs, fault, reset));
      case 'hang-done': {
        const { timeoutMs } = this.#request;
        this.#serveAfter(this.#transitMs(), fault, () => {});
        return this.#fail(timeoutMs, fault, timedOut);
      }
      case '500-done':
        return this.#serveAfter(this.#transitMs(), fault, () => this.#answer(answerMs, fault, CRASHED));
      case 'garbled':
        return this.#serveAfter(this.#transitMs(), fault, ({ status, headers, body }) => {
          const half = body.slice(0, body.length / 2);
          this.#answer(answerMs, fault, { kind: 'response', status, headers, body: half });
        });
      case 'slow-commit':
        return this.#serveAfter(Math.min(this.#lateMs(), this.#request.timeoutMs - 1), fault, (response) => {
          this.#answer(1, null, { kind: 'response', ...response });
        });
      case 'slow-answer':
      case null:
        return this.#serveAfter(this.#transitMs(), fault, (response) => {
          const slow = fault === null ? 0 : 1_000 + 25_000 * this.#roll(3);
          this.#answer(answerMs + slow, null, { kind: 'response', ...response });
        });
    }
  }

  #roll(salt: number): number {
    return hash(this.#parts.scenario.seed, this.#process.index, this.#number, salt);
  }

  /** From sending to taking effect; within the scenario's commit time for writes. */
  #transitMs(): number {
    const { answerMs } = this.#parts.scenario;
    if (this.#request.method === 'GET') return answerMs * this.#roll(1);
    return Math.floor(this.#parts.commitMs() * this.#roll(1) ** 3);
  }

  get #inFlightMs(): number {
    return this.#request.method === 'GET' ? 0 : this.#parts.scenario.trouble.inFlightMs;
  }

  #lateMs(): number {
    if (this.#inFlightMs > 0) return Math.floor(this.#inFlightMs * (1 - 0.9 * this.#roll(1) ** 2));
    return Math.floor(this.#parts.commitMs() * (0.5 + 0.5 * this.#roll(1)));
  }

  #serveAfter(ms: number, fault: FaultKind | null, then: (response: SimResponse) => void): void {
    if (this.#request.method !== 'GET') this.#parts.arrives(this.#parts.timeline.now + ms);
    this.#parts.timeline.after(ms, () => {
      const response = this.#parts.serve(this.#process, simRequest(this.#request), this.#sentAt);
      this.#tell(`${response.status}${fault === null ? '' : `, but ${fault}`}`);
      then(response);
    });
  }

  #fail(ms: number, fault: FaultKind, failure: Omit<HttpFailure, 'kind'>): void {
    this.#deliver(ms, fault, { kind: 'failure', ...failure });
  }

  #answer(ms: number, fault: FaultKind | null, response: HttpResponse): void {
    this.#deliver(ms, fault, response);
  }

  #deliver(ms: number, fault: FaultKind | null, answer: Answer): void {
    this.#parts.timeline.after(ms, () => {
      this.#process.goOn(() => {
        if (fault !== null) this.#tell(`the run sees ${fault}`);
        if (answer.kind === 'response') this.#parts.answered(this.#process, answer, this.#request.url);
        this.#resolve(answer);
      });
    });
  }

  #die(fault: FaultKind): void {
    if (!this.#process.running) return;
    this.#tell(`the process dies (${fault})`);
    this.#process.die();
  }

  #tell(outcome: string): void {
    const { tell } = this.#parts;
    if (!tell) return;
    const { method, url, body } = this.#request;
    const { pathname, searchParams } = new URL(url);
    const asked = [...searchParams].map(([name, value]) => `${name}=${value}`).join(' ');
    const sent = method === 'GET' ? asked : summary(body ?? '');
    tell(this.#process, `#${this.#number} ${method} ${pathname} ${sent.slice(0, 200)} → ${outcome}`);
  }
}

const reset = { sent: true, reason: 'reset', detail: 'connection reset' } as const;
const timedOut = { sent: true, reason: 'timeout', detail: 'no answer in time' } as const;

const TOLD = ['notes', 'deleted', 'printed', 'final_total', 'order', 'product', 'quantity', 'amount'];

function summary(body: string): string {
  const fields: Record<string, unknown> = JSON.parse(body);
  return TOLD.filter((name) => name in fields)
    .map((name) => `${name}=${JSON.stringify(fields[name])}`)
    .join(' ');
}

function simRequest(request: HttpRequest): SimRequest {
  const { pathname, searchParams } = new URL(request.url);
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  return { method: request.method, path: pathname, query: searchParams, headers, body: request.body ?? '' };
}
