import { systemClock } from '../../src/clock.js';
import { allPlaces } from '../../src/sandbox/world/places.js';
import { disturbances, endState, Watch } from './check.js';
import { runCli, startCli, syncArgs } from './cli.js';
import type { Choice } from './pairwise.js';
import { TestWorld } from './world.js';

/** What races differ in. */
export const factors = {
  processes: [2, 4, 8],
  /** One event, or a sweep over three events of three shops. */
  work: ['event', 'sweep'],
  /** One state directory for each process, as on hosts that share nothing, or one for all. */
  state: ['separate', 'shared'],
  /** Longest delay of a request in milliseconds. */
  latencyMs: [0, 100, 300],
  /** How far lists are behind, in milliseconds. */
  lagMs: [0, 500, 2000],
  localId: ['works', 'ignored', 'refused'],
  uuid: ['works', 'ignored', 'refused'],
  uuidPolicy: ['allow', '400', '500'],
  deletedMark: ['kept', 'dropped'],
  start: ['together', 'staggered'],
  /** What stands there before: nothing, or what a run left that was killed while it wrote lines. */
  before: ['nothing', 'torn'],
} as const;

/** Circumstances in which nothing but the program itself keeps rivals from making several orders. */
export const unguarded = {
  ...factors,
  processes: [3, 8],
  state: ['separate'],
  localId: ['works', 'refused'],
  uuid: ['works', 'ignored'],
  uuidPolicy: ['allow'],
  before: ['nothing'],
} as const;

/** One race. */
export type Race = Choice<Omit<typeof factors, 'processes'>> & { processes: number };

/** A race between five hosts that start one after the other. */
function fiveHosts(changes: Partial<Race>): Race {
  return {
    processes: 5,
    work: 'event',
    state: 'separate',
    latencyMs: 100,
    lagMs: 500,
    localId: 'works',
    uuid: 'works',
    uuidPolicy: 'allow',
    deletedMark: 'kept',
    start: 'staggered',
    before: 'nothing',
    ...changes,
  };
}

/** Whoever comes second sees neither that the first is done, nor the first the second. */
export const farBehind: Race = fiveHosts({ latencyMs: 0, lagMs: 2000 });

/** What came of a race. */
export interface RaceResult {
  race: Race;
  seconds: number;
  /** Exit codes in the order in which the processes were started. */
  codes: (number | null)[];
  /** Headers made, one for each event being the least. */
  headers: number;
  events: number;
  /** How often a header that somebody else had made was claimed. */
  claims: number;
  /** Sentences about what is wrong; empty: all is as it must be. */
  problems: string[];
}

/** Milliseconds between two starts when they are staggered. */
const STAGGER_MS = 500;

/** SETTLE_SECONDS that suits the lag: longer than the lag, a request's way and a busy machine together. */
function settleSeconds(race: Race): number {
  return (race.lagMs + race.latencyMs + 1_500) / 1_000;
}

/** Lets the processes run against each other and looks at what they leave. */
async function runRace(race: Race): Promise<RaceResult> {
  const startedAt = performance.now();
  const watch = new Watch();
  const world: TestWorld = await TestWorld.start({
    settleSeconds: settleSeconds(race),
    ...(race.latencyMs === 0 ? {} : { latencyMs: () => (Math.random() * race.latencyMs) / 2 }),
    revel: {
      listLagMs: race.lagMs,
      localIdFilter: race.localId,
      uuidFilter: race.uuid,
      uuidPolicy: race.uuidPolicy,
      keepsDeletedMark: race.deletedMark === 'kept',
    },
    onRevelChange: () => watch.look(world.revel, world.events),
  });
  try {
    if (race.work === 'event') world.addEvent();
    else for (const shop of allPlaces) world.addEvent({}, shop);
    if (race.before === 'torn') await tear(world);
    const codes = await compete(world, race);
    const headers = world.revel.orders().length;
    const claims = claimsIn(world);
    const problems = codes.filter((entry) => !entry.right).map(({ what }) => what);
    for (const event of world.events) {
      const { missing, torn, doubled } = endState(world.revel, event);
      problems.push(...missing, ...torn, ...doubled);
    }
    const { claimsAllowed, why } = allowance(race, world.events.length);
    if (claims > claimsAllowed) problems.push(`orders changed hands ${claims} times: ${why}`);
    problems.push(...[...watch.problems].map((problem) => `for a moment: ${problem}`));
    if (problems.length === 0) {
      problems.push(...(await disturbances(world, world.events, world.newStateDir())));
    }
    return {
      race,
      seconds: (performance.now() - startedAt) / 1_000,
      codes: codes.map(({ code }) => code),
      headers,
      events: world.events.length,
      claims,
      problems,
    };
  } finally {
    await world.close();
  }
}

/** Orders change hands when a run has died; nobody takes them from a run that is at work. */
function allowance(race: Race, events: number): { claimsAllowed: number; why: string } {
  return race.before === 'torn'
    ? { claimsAllowed: 2 * race.processes * events, why: 'rivals keep each other from work' }
    : { claimsAllowed: events, why: 'they are taken from runs that are at work' };
}

function claimsIn(world: TestWorld): number {
  return world.revelServer.log
    .entries()
    .filter(({ method, body }) => method === 'PATCH' && body?.includes(' filling ')).length;
}

/** A run that is killed when the second line of an order is on its way. */
async function tear(world: TestWorld): Promise<void> {
  const run = startCli(syncArgs(...world.events), world.env(world.newStateDir()));
  let lines = 0;
  world.revelGate.reset(({ method, path }) => {
    if (method === 'POST' && path === '/resources/OrderItem/') lines += 1;
    if (lines < 2) return { kind: 'none' };
    run.child.kill('SIGKILL');
    return { kind: 'reset-before' };
  });
  const { signal } = await run.done;
  if (signal !== 'SIGKILL') throw new Error('The run that was to be killed ended by itself.');
  world.revelGate.reset();
}

async function compete(
  world: TestWorld,
  race: Race,
): Promise<{ code: number | null; right: boolean; what: string }[]> {
  const shared = world.newStateDir();
  if (race.state === 'separate' && race.start === 'together') startingLine(world, race.processes);
  const args = race.work === 'event' ? syncArgs(...world.events) : ['sync', '--json', '--hours-back', '24'];
  return Promise.all(
    Array.from({ length: race.processes }, async (_, number) => {
      if (race.start === 'staggered') await systemClock.sleep(number * STAGGER_MS);
      const dir = race.state === 'shared' ? shared : world.newStateDir();
      const { code, stdout, stderr } = await runCli(args, world.env(dir));
      // 75: another process of the same host holds the event's or the sweep's lock.
      const right = code === 0 || (code === 75 && race.state === 'shared');
      return {
        code,
        right,
        what: `process ${number} ended with ${code}: ${stderr}${stdout}`.slice(0, 3_000),
      };
    }),
  );
}

/** Lets nobody log in before all have come that far: a busy machine would start them one after the other. */
function startingLine(world: TestWorld, processes: number): void {
  let arrived = 0;
  let go = () => {};
  const all = new Promise<void>((resolve) => {
    go = resolve;
  });
  world.tripleseatGate.reset(({ path }) => {
    if (path === '/oauth2/token') {
      arrived += 1;
      if (arrived === processes) go();
      world.tripleseatGate.hold = all;
    }
    return { kind: 'none' };
  });
}

/** Runs the races, a few at a time, and tells of each as it ends. */
export async function runRaces(
  races: readonly Race[],
  atOnce: number,
  tell: (result: RaceResult) => void,
): Promise<RaceResult[]> {
  // The longest first, so that none of them is left over alone at the end.
  const queue = [...races].sort((a, b) => weight(b) - weight(a));
  const results: RaceResult[] = [];
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let next = queue.shift(); next; next = queue.shift()) {
        const result = await runRace(next);
        results.push(result);
        tell(result);
      }
    }),
  );
  return results;
}

function weight({ lagMs, latencyMs, processes, before }: Race): number {
  return lagMs + latencyMs * 10 + processes * 100 + (before === 'torn' ? 10_000 : 0);
}

/** A race in one line. */
export function raceLine({ race, seconds, codes, headers, events, claims, problems }: RaceResult): string {
  const exits = [...new Set(codes)].map(
    (code) => `${codes.filter((other) => other === code).length}×${code ?? 'killed'}`,
  );
  return [
    `${race.processes} processes`.padEnd(12),
    race.work.padEnd(6),
    race.state.padEnd(9),
    `latency ${race.latencyMs}`.padEnd(12),
    `lag ${race.lagMs}`.padEnd(9),
    `local_id ${race.localId}`.padEnd(17),
    `uuid ${race.uuid}/${race.uuidPolicy}`.padEnd(19),
    `deleted ${race.deletedMark}`.padEnd(16),
    race.start.padEnd(10),
    race.before.padEnd(8),
    `exits ${exits.join(' ')}`.padEnd(16),
    `headers ${headers}/${events}`.padEnd(14),
    `claims ${claims}`.padEnd(9),
    `${seconds.toFixed(1)} s`.padStart(7),
    problems.length === 0 ? '  right' : `  WRONG (${problems.length})`,
  ].join(' ');
}
