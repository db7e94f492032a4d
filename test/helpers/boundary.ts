import { systemClock } from '../../src/clock.js';
import type { RawRecord } from '../../src/sandbox/tripleseat/model.js';
import type { FaultDecision } from '../simulators/faults.js';
import { disturbances, endState, Watch, wrongWith } from './check.js';
import { type CliResult, runCli, startCli, syncArgs } from './cli.js';
import { syncHere } from './sync-here.js';
import { TestWorld, type WorldOptions } from './world.js';

/** What happens to one request. `kill` ends the program before the request is (or is not) carried out. */
export interface Fault {
  name: string;
  decision: FaultDecision;
  kill?: true;
  /** The request is carried out this long after the program has died: the next run has started by then. */
  holdMs?: number;
  /** HTTP_TIMEOUT_MS of the run that meets the fault. */
  timeoutMs?: number;
  /** The run after it is tried with an empty state directory as well, as on another host. */
  elsewhere?: true;
  /** For a read it comes to the same as the fault before it, so it is tried on writes alone. */
  writesOnly?: true;
}

const HANG_MS = 400;

/** Every fault that a request may meet. */
export const faults: readonly Fault[] = [
  { name: 'refused before', decision: { kind: 'refuse' } },
  { name: 'reset before', decision: { kind: 'reset-before' }, elsewhere: true },
  { name: 'reset after commit', decision: { kind: 'reset-after' }, elsewhere: true, writesOnly: true },
  { name: 'hang after commit', decision: { kind: 'hang-after' }, timeoutMs: HANG_MS },
  { name: '500 before', decision: { kind: '500-before' } },
  { name: '500 after commit', decision: { kind: '500-after' }, writesOnly: true },
  { name: '502 HTML', decision: { kind: '502-html' } },
  { name: 'half an answer', decision: { kind: 'bad-json' } },
  { name: 'HTML with 200', decision: { kind: 'html-200' }, writesOnly: true },
  { name: '429', decision: { kind: '429', retryAfter: 'none' } },
  { name: '429 with Retry-After', decision: { kind: '429', retryAfter: { seconds: 1 } } },
  { name: 'SIGKILL before commit', decision: { kind: 'reset-before' }, kill: true, elsewhere: true },
  {
    name: 'SIGKILL after commit',
    decision: { kind: 'reset-after' },
    kill: true,
    elsewhere: true,
    writesOnly: true,
  },
  {
    name: 'SIGKILL, late commit',
    decision: { kind: 'reset-after' },
    kill: true,
    writesOnly: true,
    holdMs: 1200,
  },
];

/** One request of a run, and what happens to it. */
export interface Case {
  fault: Fault;
  server: 'tripleseat' | 'revel';
  /** The request's number on its server, from 0. */
  index: number;
}

/** What came of a case. */
export interface CaseResult {
  case: Case;
  /** How the run that met the fault left the order: right, hidden from staff and unfinished, or not begun. */
  left: 'right' | 'unfinished' | 'nothing';
  /** Sentences about what is wrong after the next run, by kind; all empty: the order is exactly right. */
  torn: string[];
  doubled: string[];
  missing: string[];
  /** Wrong reports, wrong exit codes, something visible too early. */
  other: string[];
}

/** A pair of servers with the events of its cases, and a second pair that stands for the same POS elsewhere. */
class Lane {
  readonly #world: TestWorld;
  readonly #copy: TestWorld;
  readonly #watch: Watch;
  readonly #watched: { event: RawRecord | null };
  readonly #results: CaseResult[] = [];
  readonly #events: RawRecord[] = [];

  private constructor(world: TestWorld, copy: TestWorld, watch: Watch, watched: { event: RawRecord | null }) {
    this.#world = world;
    this.#copy = copy;
    this.#watch = watch;
    this.#watched = watched;
  }

  /** Starts the servers. */
  static async open(options: WorldOptions): Promise<Lane> {
    const watch = new Watch();
    const watched: { event: RawRecord | null } = { event: null };
    const worlds: TestWorld[] = [];
    for (let n = 0; n < 2; n += 1) {
      worlds.push(
        await TestWorld.start({
          ...options,
          onRevelChange: () => {
            const world = worlds[n];
            if (world && watched.event) watch.look(world.revel, [watched.event]);
          },
        }),
      );
    }
    const [world, copy] = worlds;
    if (!world || !copy) throw new Error('The servers did not start.');
    return new Lane(world, copy, watch, watched);
  }

  /** A run that meets the fault, and then one that meets none. */
  async try(tried: Case): Promise<void> {
    const world = this.#world;
    const event = world.addEvent();
    this.#events.push(event);
    this.#watched.event = event;
    this.#watch.problems.clear();
    const stateDir = world.newStateDir();
    const result: CaseResult = {
      case: tried,
      left: 'nothing',
      torn: [],
      doubled: [],
      missing: [],
      other: [],
    };
    this.#results.push(result);

    const { first, struck } = await this.#firstRun(tried, event, stateDir);
    if (!struck) result.other.push('the fault met no request');
    if (tried.fault.kill ? first.signal !== 'SIGKILL' : ![0, 1, 69].includes(first.code ?? -1)) {
      result.other.push(
        `the first run ended with ${first.code ?? first.signal}: ${first.stderr.slice(0, 2000)}`,
      );
    }
    const right = wrongWith(world.revel, event).length === 0;
    const begun = world.revel.orders().some(({ local_id }) => local_id === `Triple Seat_${event.id}`);
    result.left = right ? 'right' : begun ? 'unfinished' : 'nothing';
    const claimed = first.report?.success ?? false;
    if (claimed && !right) result.other.push(`the first run said that all is well: ${first.stdout}`);

    // An order that is right already gets its next run together with those of all other cases.
    if (!(claimed && right)) await this.#nextRuns(tried, event, stateDir, result);
    result.other.push(...this.#watch.problems);
    this.#watched.event = null;
  }

  async #firstRun(
    { fault, server, index }: Case,
    event: RawRecord,
    stateDir: string,
  ): Promise<{ first: CliResult; struck: boolean }> {
    const world = this.#world;
    const gates = { tripleseat: world.tripleseatGate, revel: world.revelGate };
    let struck = false;
    const changes: Record<string, string> =
      fault.timeoutMs === undefined ? {} : { HTTP_TIMEOUT_MS: String(fault.timeoutMs) };
    gates.tripleseat.reset();
    gates.revel.reset();
    const run = startCli(syncArgs(event), world.env(stateDir, changes));
    gates[server].reset((_, at) => {
      if (at !== index) return { kind: 'none' };
      struck = true;
      if (fault.kill) run.child.kill('SIGKILL');
      gates[server].hold = systemClock.sleep(fault.holdMs ?? 0);
      return fault.decision;
    });
    const first = await run.done;
    gates[server].reset();
    return { first, struck };
  }

  async #nextRuns(tried: Case, event: RawRecord, stateDir: string, result: CaseResult): Promise<void> {
    const worlds: [TestWorld, string, string][] = [[this.#world, stateDir, 'next run']];
    if (tried.fault.elsewhere) {
      this.#copy.revel.restore(this.#world.revel.snapshot());
      this.#copy.tripleseat.store.putEvent(event);
      worlds.push([this.#copy, this.#copy.newStateDir(), 'next run elsewhere']);
    }
    await Promise.all(
      worlds.map(async ([world, dir, what]) => {
        const next = await syncHere(world.env(dir), [event]);
        if (next.code !== 0) {
          result.other.push(`${what} ended with ${next.code}: ${next.stderr.slice(0, 2000)}`);
        }
        const { torn, doubled, missing } = endState(world.revel, event);
        result.torn.push(...torn.map((problem) => `${what}: ${problem}`));
        result.doubled.push(...doubled.map((problem) => `${what}: ${problem}`));
        result.missing.push(...missing.map((problem) => `${what}: ${problem}`));
      }),
    );
  }

  /** One more run for all events: nothing to do, nothing sent. Then the servers stop. */
  async close(): Promise<{ results: CaseResult[]; disturbed: string[] }> {
    this.#world.tripleseatGate.reset();
    this.#world.revelGate.reset();
    const disturbed =
      this.#events.length === 0
        ? []
        : await disturbances(this.#world, this.#events, this.#world.newStateDir());
    for (const event of this.#events) {
      disturbed.push(...wrongWith(this.#world.revel, event));
    }
    await this.#world.close();
    await this.#copy.close();
    return { results: this.#results, disturbed };
  }
}

/** Runs once without any fault: the method of each request in turn, on each server. */
export async function calmRun(
  options: WorldOptions,
): Promise<{ methods: Record<Case['server'], string[]>; result: CliResult }> {
  const world = await TestWorld.start(options);
  const result = await runCli(syncArgs(world.addEvent()), world.env(world.newStateDir()));
  const methods = {
    tripleseat: world.tripleseatServer.log.entries().map(({ method }) => method),
    revel: world.revelServer.log.entries().map(({ method }) => method),
  };
  await world.close();
  return { methods, result };
}

/** Every request of such a run with every fault that makes a difference to it. */
export function casesOf(methods: Record<Case['server'], string[]>, some: readonly Fault[]): Case[] {
  const servers = ['tripleseat', 'revel'] as const;
  return some.flatMap((fault) =>
    servers.flatMap((server) =>
      methods[server].flatMap((method, index): Case[] =>
        fault.writesOnly && method === 'GET' ? [] : [{ fault, server, index }],
      ),
    ),
  );
}

/** Works the cases off on several lanes at once. */
export async function tryAll(
  cases: readonly Case[],
  lanes: number,
  options: WorldOptions,
): Promise<{ results: CaseResult[]; disturbed: string[] }> {
  const queue = [...cases];
  const done = await Promise.all(
    Array.from({ length: lanes }, async () => {
      const lane = await Lane.open(options);
      for (let next = queue.shift(); next; next = queue.shift()) await lane.try(next);
      return lane.close();
    }),
  );
  return {
    results: done.flatMap(({ results }) => results),
    disturbed: done.flatMap(({ disturbed }) => disturbed),
  };
}

/** The results as a table: one line for each fault. */
export function tally(results: readonly CaseResult[]): string {
  const count = (some: readonly CaseResult[], of: (result: CaseResult) => boolean) =>
    String(some.filter(of).length);
  const rows = [...new Set(results.map((result) => result.case.fault.name))].map((name) => {
    const some = results.filter((result) => result.case.fault.name === name);
    return [
      name,
      String(some.length),
      count(some, ({ left }) => left === 'right'),
      count(some, ({ left }) => left === 'unfinished'),
      count(some, ({ left }) => left === 'nothing'),
      count(some, ({ torn }) => torn.length > 0),
      count(some, ({ doubled }) => doubled.length > 0),
      count(some, ({ missing }) => missing.length > 0),
      count(some, ({ other }) => other.length > 0),
    ];
  });
  const columns = rows[0]?.map((_, at) => at).slice(1) ?? [];
  const sums = columns.map((at) => String(rows.reduce((sum, row) => sum + Number(row[at]), 0)));
  const head = ['fault', 'cases', 'right', 'unfinished', 'nothing', 'torn', 'doubled', 'missing', 'other'];
  return [head, ...rows, ['all', ...sums]].map(line).join('\n');
}

function line(cells: readonly string[]): string {
  return cells.map((cell, at) => (at === 0 ? cell.padEnd(24) : cell.padStart(11))).join('');
}
