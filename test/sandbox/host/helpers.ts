import { request } from 'node:http';
import type { Clock } from '../../../src/clock.js';
import type { ControlResult, SimRequest, SimResponse, Simulator } from '../../../src/sandbox/host/types.js';

/** A simulator that counts: every POST adds one, every GET reads. */
export class Counter implements Simulator {
  readonly name = 'revel';
  revision = 0;
  count = 0;
  requests: SimRequest[] = [];

  handle(request: SimRequest): SimResponse {
    this.requests.push(request);
    if (request.path === '/bug') throw new Error('broken');
    if (request.method === 'POST') {
      this.count++;
      this.revision++;
    }
    return { status: 200, headers: { 'content-type': 'application/json' }, body: `{"count":${this.count}}` };
  }

  snapshot(): unknown {
    return { count: this.count };
  }

  restore(data: unknown): void {
    if (typeof data !== 'object' || data === null || !('count' in data) || typeof data.count !== 'number') {
      throw new Error('This is no count.');
    }
    this.count = data.count;
    this.revision++;
  }

  configure(switches: unknown): ControlResult {
    return { ok: true, result: switches };
  }

  control(action: string, body: unknown): ControlResult {
    if (action !== 'add') return { ok: false, error: `There is no action ${action}.` };
    this.count += Number(body);
    this.revision++;
    return { ok: true, result: this.count };
  }
}

/** A clock that only moves when told; sleepers are kept until then. */
export class ManualClock implements Clock {
  time = Date.UTC(2026, 10, 14, 12);
  sleepers: { ms: number; wake: () => void }[] = [];

  now(): number {
    return this.time;
  }

  steady(): number {
    return this.time;
  }

  sleep(ms: number): Promise<void> {
    return new Promise((wake) => {
      this.sleepers.push({ ms, wake });
    });
  }
}

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

/** One request on a connection of its own; rejects with the socket's error. */
export function send(method: string, url: string, body?: string, signal?: AbortSignal): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, agent: false, signal }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () => {
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          body: Buffer.concat(chunks).toString('utf8'),
        });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** Resolves once the condition holds, looking each time round the event loop. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
