import type { Decision } from '../../../src/domain/decision.js';
import { orderId } from '../../../src/domain/ids.js';
import { isPaidSince } from '../../../src/domain/paidSince.js';
import type { HttpRequest, HttpTransport } from '../../../src/http/transport.js';
import type { SimRequest, SimResponse } from '../../../src/sandbox/host/types.js';
import { runSync } from '../../../src/sync/run.js';
import type { EventResult, SyncDeps, SyncOutcome, SyncRequest } from '../../../src/sync/types.js';
import { Account, isVisible } from './account.js';
import { Checker, type Violation } from './checker.js';
import { depsOf } from './deps.js';
import { DAYS, eventIdOf, SHOPS, versionOf } from './events.js';
import { Faults } from './faults.js';
import { Host } from './host.js';
import { Network } from './network.js';
import { Process } from './process.js';
import { hash, Random } from './random.js';
import { type Deed, holdsAssumption, type PlannedRun, type Scenario } from './scenario.js';
import { Timeline } from './timeline.js';
import { frozenMs, setForwardMs } from './troubles.js';
import { type Judged, judgeClean, judgeHonesty, judgeLeftovers, leftovers } from './verdict.js';

/** Breaks something that the program rests on, run by run; for proving that the simulation notices. */
export interface Bend {
  transport?: (transport: HttpTransport) => HttpTransport;
  deps?: (deps: SyncDeps) => SyncDeps;
}

export interface SimulateOptions {
  /** Keep a line for every request and deed. */
  trace?: boolean;
  bend?: Bend;
}

/** What became of a schedule. */
export interface Simulated {
  violation: Violation | null;
  /** Requests to both APIs. */
  requests: number;
  /** Writes that took effect. */
  writes: number;
  trace: string[];
  /** Rules that the schedule's Revel makes impossible to keep, and that were broken. */
  excused: ReadonlySet<string>;
}

/** A clean run, and what came of it. */
type Clean = Judged & { process: Process };

const HOUR = 3_600_000;
/** Longer than all runs of a schedule need, however bad the time, and shorter than a clock is set back at most. */
const LONGEST_MS = HOUR - 300_000;

/**
 * After that long, dates prove that nobody is at work on a header. A date from the hour that the clock shows
 * twice may be an hour younger than it looks.
 */
const AGED_MS = { plain: 180_000, fold: HOUR + 300_000 } as const;
/** After that long, they prove that no run that made it can be alive. */
const LONG_AGO_MS = { plain: HOUR, fold: 2 * HOUR + 300_000 } as const;

/** Plays a schedule from beginning to end. The same schedule always takes the same course. */
export async function simulate(scenario: Scenario, options: SimulateOptions = {}): Promise<Simulated> {
  // Within a schedule nothing lets go of the event loop, on which a test runner has to stay in touch.
  await new Promise((resolve) => setImmediate(resolve));
  return new Simulation(scenario, options).play();
}

class Simulation {
  readonly #scenario: Scenario;
  readonly #bend: Bend;
  readonly #timeline: Timeline;
  readonly #account: Account;
  readonly #checker: Checker;
  readonly #network: Network;
  readonly #hosts = new Map<number, Host>();
  readonly #processes: Process[] = [];
  readonly #trace: string[] = [];
  readonly #tracing: boolean;
  /** The assumption holds. */
  readonly #strict: boolean;
  /** By host: how far its clock has been set ahead. */
  readonly #clocksSet = new Map<number, number>();
  /** By order: which run has made it. */
  readonly #makers = new Map<string, Process>();
  #writes = 0;
  /** When the last write that has arrived takes effect. */
  #lastEffectAt = 0;
  #restarts = 0;
  /** Revel keeps its promise again. */
  #quick = false;
  /** Faults and people's deeds have come to an end. */
  #calm = false;

  constructor(scenario: Scenario, { trace = false, bend }: SimulateOptions) {
    this.#scenario = scenario;
    this.#bend = bend ?? {};
    this.#tracing = trace;
    this.#strict = holdsAssumption(scenario);
    const ties = new Random(scenario.seed ^ 0x5bd1e995);
    this.#timeline = new Timeline(DAYS[scenario.day].start, () => ties.next());
    this.#account = new Account(scenario);
    this.#checker = new Checker(this.#account, scenario, () => this.#timeline.now);
    const faults = new Faults(scenario.faults);
    this.#network = new Network({
      scenario,
      commitMs: () => (this.#quick ? Math.min(20, scenario.commitMs) : scenario.commitMs),
      timeline: this.#timeline,
      faultOf: (process, kind) => (this.#calm ? null : faults.of(process, kind)),
      isClaim: (process, request) => this.#isClaim(process, request),
      answered: (process, answer, url) => this.#checker.answered(process, answer.body, url),
      serve: (process, request, sentAt) => this.#serve(process, request, sentAt),
      arrives: (effectAt) => {
        this.#lastEffectAt = Math.max(this.#lastEffectAt, effectAt);
      },
      tell: trace ? (process, what) => this.#tell(`run ${process.index}`, what) : null,
    });
  }

  async play(): Promise<Simulated> {
    const { runs } = this.#scenario;
    let begun = 0;
    for (const run of runs) {
      this.#timeline.after(run.at, () => {
        begun += 1;
        this.#start(run);
      });
    }
    this.#schedule(0);
    const allOver = () =>
      begun === runs.length && this.#restarts === 0 && this.#processes.every(({ running }) => !running);
    await this.#until(allOver);
    this.#calm = true;
    if (!this.#checker.violation) await (this.#strict ? this.#finish() : this.#finishSlow());
    return {
      violation: this.#checker.violation,
      requests: this.#processes.reduce((sum, { requests }) => sum + requests, 0),
      writes: this.#writes,
      trace: this.#trace,
      excused: this.#checker.excused,
    };
  }

  /** One clean run puts everything right; one that comes later finds nothing to do. */
  async #finish(): Promise<void> {
    const { gapMs, host, sweep } = this.#scenario.finish;
    const events = this.#scenario.events.map((_, index) => index);
    // What people did last must show in lists for a fair report, and so must the last write to an event that is
    // lost or has moved by now, or that has two orders because staff brought one out of hiding, or one that was taken away.
    const lastWrite =
      this.#processes.some(({ decision }) => decision !== null) ||
      events.some(
        (event) =>
          this.#isLost(event) || this.#isMoved(event) || this.#visible(event) > 1 || this.#isTaken(event),
      );
    const { commitMs, lagMs } = this.#scenario;
    // A dead run's may take effect long after it.
    const written = Math.max(this.#timeline.now + commitMs, this.#lastEffectAt);
    const showsAt = lagMs + (lastWrite ? written : this.#checker.lastDeedAt);
    await this.#wait(Math.max(gapMs, showsAt - this.#timeline.now));
    const agedMs = AGED_MS[this.#scenario.day] + setForwardMs(this.#scenario);
    const later = gapMs >= agedMs;
    const sentBefore = this.#lastEffectAt;
    const first = await this.#clean(host ?? 100, sweep, events, { hurried: !later });
    if (!first || (await this.#unfinished(first, events))) return;
    let latest = first;
    if (!later) {
      await this.#wait(agedMs);
      const second = await this.#clean(101, !sweep, events);
      if (!second) return;
      const more = second.outcome.results.flatMap(({ changes }) => changes);
      // What a dead run sent has changed an order since then: what was reported of it was true, and is no more.
      const isOvertaken = sentBefore >= first.startedAt;
      const early = first.outcome.results.some(
        ({ reason }) => reason === 'CLAIMED_ELSEWHERE' || (reason === 'ORPHANED' && isOvertaken),
      );
      if (!early && more.some(({ action }) => action !== 'mark_deleted')) {
        this.#checker.fail('one-run', `a second clean run had to ${more.map(({ action }) => action).join()}`);
      }
      latest = second;
    }
    const tidy = await this.#tidied(latest, events);
    // A run that has changed nothing has shown what the next one will do.
    if (!tidy || isIdle(tidy)) return;
    // What the run before wrote must show by now.
    await this.#wait(this.#scenario.lagMs);
    const last = await this.#clean(102, sweep, events);
    if (last && !isIdle(last)) {
      this.#checker.fail('calm', `the last run wrote ${last.process.writes} times or planned something`);
    }
  }

  /** Headers that lost are marked by a run that comes long after, at the latest. */
  async #tidied(judged: Clean, events: number[]): Promise<Clean | null> {
    if (leftovers(judged, events).length === 0) return judged;
    const later = await this.#longAfter(events);
    if (later) judgeLeftovers(later, events);
    return later;
  }

  /**
   * What cannot be removed is tried, and reported, by each run anew. What somebody else may be about to do is done by a
   * run that comes long after.
   */
  async #unfinished({ outcome }: Clean, events: number[]): Promise<boolean> {
    if (!outcome.results.some(({ reason }) => reason === 'UNVERIFIED')) return false;
    await this.#longAfter(events);
    return true;
  }

  async #longAfter(events: number[]): Promise<Clean | null> {
    await this.#wait(LONG_AGO_MS[this.#scenario.day] + setForwardMs(this.#scenario));
    return this.#clean(103, this.#scenario.finish.sweep, events, { longAfter: true });
  }

  #isLost(event: number): boolean {
    return this.#checker.stateOf(event).status === 'LOST';
  }

  /** Staff can see its order where it is no more. */
  #isMoved(event: number): boolean {
    const { shop } = versionOf(this.#checker.stateOf(event).version);
    const home = `/enterprise/Establishment/${SHOPS[shop].establishment}/`;
    const rows = this.#account.ordersOf(event).filter((order) => !order.deleted && isVisible(order));
    return rows.some(({ establishment }) => establishment !== home);
  }

  #isTaken(event: number): boolean {
    return this.#account.ordersOf(event).some((order) => order.deleted && isVisible(order));
  }

  /** How many orders of the event staff can see. */
  #visible(event: number): number {
    return this.#account.ordersOf(event).filter((order) => !order.deleted && isVisible(order)).length;
  }

  /**
   * Revel was slower than it must be. Once it is quick again, one clean run puts right or reports what is there,
   * and a later one finds nothing to do.
   */
  async #finishSlow(): Promise<void> {
    const { day, finish } = this.#scenario;
    const events = this.#scenario.events.map((_, index) => index);
    await this.#wait(AGED_MS[day] + setForwardMs(this.#scenario));
    this.#quick = true;
    const first = await this.#clean(100, finish.sweep, events);
    if (!first || (await this.#unfinished(first, events))) return;
    if (!(await this.#tidied(first, events))) return;
    const last = await this.#clean(101, !finish.sweep, events);
    if (last && !isIdle(last)) {
      this.#checker.fail('calm', `the last run wrote ${last.process.writes} times or planned something`);
    }
  }

  async #clean(
    host: number,
    sweep: boolean,
    events: number[],
    { hurried = false, longAfter = false } = {},
  ): Promise<Clean | null> {
    const process = await this.#run({ at: 0, host, sweep, events });
    const { outcome } = process;
    if (!outcome || this.#checker.violation) return null;
    const { startedAt } = process;
    const run = { outcome, process, startedAt, hurried, longAfter };
    const judged = { account: this.#account, checker: this.#checker, ...run };
    judgeClean(judged, events);
    return this.#checker.violation ? null : judged;
  }

  async #run(run: PlannedRun): Promise<Process> {
    const process = this.#start(run);
    await this.#until(() => !process.running);
    return process;
  }

  async #wait(ms: number): Promise<void> {
    let over = false;
    this.#timeline.after(ms, () => {
      over = true;
    });
    await this.#until(() => over, ms);
  }

  async #until(done: () => boolean, waitMs = 0): Promise<void> {
    const deadline = this.#timeline.now + waitMs + LONGEST_MS + frozenMs(this.#scenario);
    const ended = await this.#timeline.run(() => this.#checker.violation !== null || done(), deadline);
    if (!ended) this.#checker.fail('ends', 'a run has not come to its end in time');
  }

  /** @param correlationId of the run that is started again, as a relay does it; null: a new one */
  #start(run: PlannedRun, correlationId: string | null = null): Process {
    const { seed, skewMs, trouble } = this.#scenario;
    const index = this.#processes.length;
    const machineMs = (skewMs[run.host] ?? 0) + (trouble.clockMs[index] ?? 0);
    const process = new Process({
      index,
      host: run.host,
      seed,
      timeline: this.#timeline,
      aheadMs: () => machineMs + (this.#clocksSet.get(run.host) ?? 0),
    });
    this.#processes.push(process);
    for (const { of, afterMs } of trouble.restarts) {
      if (of === index && !this.#calm)
        process.onDeath(() => this.#restart(run, afterMs, request.correlationId));
    }
    this.#tell(`run ${index}`, `begins on host ${run.host}: ${run.sweep ? 'sweep' : `events ${run.events}`}`);
    const ids = run.events.map(eventIdOf);
    const transport = this.#network.transportOf(process);
    const deps = depsOf(process, {
      scenario: this.#scenario,
      network: this.#network,
      transport: this.#bend.transport?.(transport) ?? transport,
      state: this.#hostOf(run.host).stateFor(process, trouble.containers ? index : undefined),
      stateOf: (event) => this.#checker.stateOf(event),
      tell: (what) => this.#tell(`run ${index}`, what),
    });
    const anew = process.random.hex(8);
    const request: SyncRequest = {
      target: run.sweep ? { kind: 'sweep', hoursBack: 48, shard: null } : { kind: 'events', ids },
      dryRun: false,
      late: false,
      force: false,
      locations: null,
      trigger: 'manual',
      correlationId: correlationId ?? anew,
    };
    const bent = this.#bend.deps?.(deps) ?? deps;
    const work =
      run.decides === undefined ? runSync(bent, request) : this.#resolve(process, run, bent, request);
    work.then(
      (outcome) => {
        if (!process.alive) return;
        process.outcome = outcome;
        this.#tell(`run ${index}`, `ends${outcome.problem ? `: ${outcome.problem.message}` : ''}`);
        const { length } = this.#scenario.events;
        const { startedAt } = process;
        const judged = { account: this.#account, checker: this.#checker, outcome, startedAt };
        judgeHonesty(judged, process, length);
      },
      (error: unknown) => {
        const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
        this.#checker.fail('no-throw', `run ${index} threw ${text}`);
      },
    );
    return process;
  }

  /** `resolve`: a look, and what a person may decide about what it has found. */
  async #resolve(
    process: Process,
    { decides = 0, pays = false }: PlannedRun,
    deps: SyncDeps,
    request: SyncRequest,
  ): Promise<SyncOutcome> {
    const look = await runSync(deps, { ...request, dryRun: true });
    const found = look.results.find(({ status }) => status === 'failed' || status === 'skipped');
    const decision = found ? this.#decisionOn(found, decides, pays) : null;
    // What was only planned does not stand.
    if (!decision) return { ...look, results: found ? [found] : [] };
    process.decision = decision;
    this.#tell('people', `decide in run ${process.index}: ${JSON.stringify(decision)}`);
    return runSync(deps, { ...request, wait: true, decision });
  }

  #decisionOn(
    { id, reason, orderId: order, differences }: EventResult,
    decides: number,
    pays: boolean,
  ): Decision | null {
    switch (reason) {
      case 'DRIFT': {
        const kind = pays && isPaidSince(differences) ? 'payment' : 'replace';
        return order === null ? null : { kind, order: orderId(order) };
      }
      case 'ALREADY_INJECTED':
        return order === null || decides < 0.6 ? null : { kind: 'replace', order: orderId(order) };
      case 'REMOVED_BY_STAFF':
        return { kind: 'recreate' };
      case 'ORPHANED':
        return order === null ? null : { kind: 'void', order: orderId(order) };
      case 'DUPLICATE_ORDERS': {
        const event = this.#scenario.events.findIndex((_, index) => eventIdOf(index) === id);
        const orders = this.#account.ordersOf(event).filter((row) => !row.deleted && isVisible(row));
        const kept = orders[Math.floor(decides * orders.length)];
        return kept ? { kind: 'keep', order: orderId(kept.id) } : null;
      }
      default:
        return null;
    }
  }

  #restart(run: PlannedRun, afterMs: number, correlationId: string): void {
    this.#restarts += 1;
    this.#timeline.after(afterMs, () => {
      this.#restarts -= 1;
      this.#start(run, correlationId);
    });
  }

  #isClaim(process: Process, { method, url }: HttpRequest): boolean {
    if (method !== 'PATCH') return false;
    const maker = this.#makers.get(new URL(url).pathname);
    return maker !== undefined && maker !== process;
  }

  #hostOf(number: number): Host {
    const host = this.#hosts.get(number) ?? new Host(number);
    this.#hosts.set(number, host);
    return host;
  }

  #serve(process: Process, request: SimRequest, sentAt: number): SimResponse {
    const { now } = this.#timeline;
    const freshness = hash(this.#scenario.seed, process.index, process.requests, 9);
    const seen = this.#quick ? 1 : freshness < 0.3 ? 0 : freshness;
    const served = this.#account.serve(request, now, seen);
    const headers: SimResponse['headers'] = { ...served.headers, date: new Date(now).toUTCString() };
    const response = { ...served, headers };
    if (request.method === 'GET') return response;
    if (response.status < 300) {
      process.writes += 1;
      this.#writes += 1;
      if (request.path === '/resources/Order/') this.#makers.set(String(response.headers.location), process);
    }
    this.#checker.wrote({ process, request, response, sentAt }, now);
    this.#schedule(this.#writes);
    return response;
  }

  /** Sets off the deeds that come after that many writes. */
  #schedule(writes: number): void {
    if (this.#calm) return;
    for (const turn of this.#scenario.turns) {
      if (turn.afterWrites !== writes) continue;
      this.#timeline.after(turn.delayMs, () => {
        if (!this.#calm) this.#do(turn.deed);
      });
    }
  }

  #do(deed: Deed): void {
    const { now } = this.#timeline;
    switch (deed.kind) {
      case 'edit':
      case 'status': {
        const before = this.#checker.stateOf(deed.event);
        const after = deed.kind === 'edit' ? { version: deed.version } : { status: deed.status };
        this.#checker.eventChanged(deed.event, { ...before, ...after, since: now });
        this.#tell('people', `change event ${deed.event}: ${JSON.stringify(after)}`);
        return;
      }
      case 'kill':
      case 'stop': {
        const process = this.#processes[deed.run];
        if (!process?.running) return;
        this.#tell('people', `${deed.kind} run ${deed.run}`);
        if (deed.kind === 'kill') process.die();
        else process.stop.abort('stopped');
        return;
      }
      case 'freeze': {
        const process = this.#processes[deed.run];
        if (!process?.running) return;
        this.#tell('people', `let run ${deed.run} stand still for ${deed.ms} ms`);
        process.freeze(deed.ms, deed.suspended);
        return;
      }
      case 'set-clock': {
        const host = this.#processes[deed.run]?.host;
        // Nobody can set the clock of a machine that sleeps; by as much as it slept, no clock of its own would show that.
        const isAsleep = this.#processes.some((process) => process.host === host && process.isSuspended);
        if (host === undefined || isAsleep) return;
        this.#tell('people', `set the clock of host ${host} by ${deed.byMs} ms`);
        this.#clocksSet.set(host, (this.#clocksSet.get(host) ?? 0) + deed.byMs);
        return;
      }
      case 'show': {
        const order = this.#account
          .ordersOf(deed.event)
          .filter((row) => !row.deleted)
          .at(-1);
        if (!order || isVisible(order) || !this.#account.show(order.id, now)) return;
        this.#checker.shownByOthers(order.id, now);
        this.#tell('another program', `shows order ${order.id}`);
        return;
      }
      case 'add-line':
      case 'open':
      case 'edit-item':
      case 'touch':
      case 'delete': {
        const live = this.#account.ordersOf(deed.event).filter((order) => !order.deleted);
        const order = live.filter((row) => deed.hidden || isVisible(row)).at(-1);
        if (!order || !this.#account.staff(deed.kind, order.id, now)) return;
        this.#checker.staffTouched(order.id, now, deed.kind === 'add-line');
        this.#tell('staff', `${deed.kind} order ${order.id}`);
      }
    }
  }

  #tell(who: string, what: string): void {
    if (!this.#tracing) return;
    const at = this.#timeline.now - DAYS[this.#scenario.day].start;
    this.#trace.push(`${String(at).padStart(7)} ms  ${who}: ${what}`);
  }
}

/** The run wrote nothing, and says so. */
function isIdle({ process, outcome }: { process: Process; outcome: SyncOutcome }): boolean {
  return process.writes === 0 && outcome.results.every(({ status }) => !DID.has(status));
}

const DID: ReadonlySet<EventResult['status']> = new Set(['injected', 'repaired']);
