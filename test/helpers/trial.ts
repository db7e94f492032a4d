import { systemClock } from '../../src/clock.js';
import type { RawRecord } from '../../src/sandbox/tripleseat/model.js';
import { places } from '../../src/sandbox/world/places.js';
import { Random } from '../chaos/simulation/random.js';
import { type Fault, faults } from './boundary.js';
import { disturbances, Watch, wrongWith } from './check.js';
import { startCli, syncArgs } from './cli.js';
import { SWEEP, syncHere } from './sync-here.js';
import { partyOptions, TestWorld } from './world.js';

/** What a run has to do. */
export interface Work {
  name: string;
  mode: 'single' | 'sweep';
  /** Lines of each event. */
  lines: readonly number[];
}

/** One event with few and many lines, and sweeps of several. */
export const works: readonly Work[] = [
  { name: 'an event of one line', mode: 'single', lines: [1] },
  { name: 'an event of four lines', mode: 'single', lines: [4] },
  { name: 'an event of thirty lines', mode: 'single', lines: [30] },
  { name: 'a sweep of three events of four lines', mode: 'sweep', lines: [4, 4, 4] },
  { name: 'a sweep of three events of one, four and thirty lines', mode: 'sweep', lines: [1, 4, 30] },
];

/** What befalls one request of a run. */
export interface Strike {
  fault: Fault;
  server: 'tripleseat' | 'revel';
  /** The request's number on its server, from 0. */
  index: number;
}

/** Runs that are struck one after the other, each by one fault or by several. */
export interface Trial {
  work: Work;
  runs: readonly (readonly Strike[])[];
  /** Each run has a state of its own, as on another host. */
  elsewhere: boolean;
}

/** A sentence for people. */
export function trialLine({ work, runs, elsewhere }: Trial): string {
  const struck = runs.map((strikes) =>
    strikes.map(({ fault, server, index }) => `${fault.name} at request ${index} of ${server}`).join(' and '),
  );
  return `${work.name}, ${struck.join(', then ')}${elsewhere ? ', each on another host' : ''}`;
}

/** How many requests a run takes that nothing befalls, by server, each with its method. */
export async function requestsOf(work: Work): Promise<Record<Strike['server'], string[]>> {
  const world = await TestWorld.start();
  try {
    const events = addEvents(world, work);
    await syncHere(world.env(world.newStateDir()), targetOf(work, events));
    return {
      tripleseat: world.tripleseatServer.log.entries().map(({ method }) => method),
      revel: world.revelServer.log.entries().map(({ method }) => method),
    };
  } finally {
    await world.close();
  }
}

/** Every fault at every request of the work that it makes a difference to. */
export function singleFaults(work: Work, methods: Record<Strike['server'], string[]>): Trial[] {
  return (['tripleseat', 'revel'] as const).flatMap((server) =>
    methods[server].flatMap((method, index) =>
      faults
        .filter(({ writesOnly }) => !(writesOnly && method === 'GET'))
        .map((fault): Trial => ({ work, runs: [[{ fault, server, index }]], elsewhere: false })),
    ),
  );
}

/** Two faults in a row, drawn at random: at two requests of one run, or at one of each of two runs. */
export function randomPairs(
  count: number,
  seed: number,
  methodsOf: ReadonlyMap<Work, Record<Strike['server'], string[]>>,
): Trial[] {
  const random = new Random(seed);
  const all = [...methodsOf];
  return Array.from({ length: count }, (): Trial => {
    const [work, methods] = all[random.int(all.length)] ?? all[0] ?? never();
    const first = strikeIn(methods, random);
    const second = strikeIn(methods, random);
    const together = first.fault.kill === undefined && random.chance(0.5);
    return {
      work,
      runs: together ? [[first, second]] : [[first], [second]],
      elsewhere: !together && random.chance(0.5),
    };
  });
}

function strikeIn(methods: Record<Strike['server'], string[]>, random: Random): Strike {
  // Nearly all that can go wrong goes wrong at Revel.
  const server = random.chance(0.9) ? 'revel' : 'tripleseat';
  const index = random.int(methods[server].length);
  const fit = faults.filter(({ writesOnly }) => !(writesOnly && methods[server][index] === 'GET'));
  return { fault: fit[random.int(fit.length)] ?? never(), server, index };
}

function never(): never {
  throw new RangeError('nothing to draw from');
}

/** Lets the runs meet their faults and then one that meets none; sentences about what is wrong. */
export async function runTrial({ work, runs, elsewhere }: Trial): Promise<string[]> {
  const watch = new Watch();
  const world: TestWorld = await TestWorld.start({
    // As long as the late commit of a killed run takes.
    inFlightSeconds: 1.5,
    onRevelChange: () => watch.look(world.revel, world.events),
  });
  try {
    const events = addEvents(world, work);
    const problems: string[] = [];
    let stateDir = world.newStateDir();
    for (const strikes of runs) {
      problems.push(...(await struckRun(world, argsOf(work, events), stateDir, strikes)));
      if (elsewhere) stateDir = world.newStateDir();
    }
    const clean = await syncHere(world.env(stateDir), targetOf(work, events));
    if (clean.code !== 0) {
      problems.push(`the run after it ended with ${clean.code}: ${clean.stderr.slice(0, 2_000)}`);
    }
    problems.push(...events.flatMap((event) => wrongWith(world.revel, event)), ...watch.problems);
    return [...problems, ...(await disturbances(world, events, world.newStateDir()))];
  } finally {
    await world.close();
  }
}

async function struckRun(
  world: TestWorld,
  args: string[],
  stateDir: string,
  strikes: readonly Strike[],
): Promise<string[]> {
  const gates = { tripleseat: world.tripleseatGate, revel: world.revelGate };
  const timeoutMs = strikes.map(({ fault }) => fault.timeoutMs).find((ms) => ms !== undefined);
  const changes: Record<string, string> =
    timeoutMs === undefined ? {} : { HTTP_TIMEOUT_MS: String(timeoutMs) };
  for (const gate of Object.values(gates)) gate.reset();
  const run = startCli(args, world.env(stateDir, changes));
  for (const [server, gate] of Object.entries(gates)) {
    gate.reset((_, at) => {
      const strike = strikes.find((each) => each.server === server && each.index === at);
      if (!strike) return { kind: 'none' };
      if (strike.fault.kill) run.child.kill('SIGKILL');
      gate.hold = systemClock.sleep(strike.fault.holdMs ?? 0);
      return strike.fault.decision;
    });
  }
  const { code, signal, report, stderr } = await run.done;
  for (const gate of Object.values(gates)) gate.reset();
  const killed = signal === 'SIGKILL' && strikes.some(({ fault }) => fault.kill);
  const problems =
    killed || [0, 1, 69].includes(code ?? -1) ? [] : [`a run ended with ${code ?? signal}: ${stderr}`];
  const wrong = world.events.flatMap((event) => wrongWith(world.revel, event));
  if (report?.success && wrong.length > 0) {
    problems.push(`a run said that all is well although ${wrong.join('; ')}`);
  }
  return problems;
}

function argsOf({ mode }: Work, events: readonly RawRecord[]): string[] {
  return mode === 'single' ? syncArgs(...events) : ['sync', '--json', '--hours-back', '48'];
}

function targetOf({ mode }: Work, events: readonly RawRecord[]): typeof SWEEP | readonly RawRecord[] {
  return mode === 'single' ? events : SWEEP;
}

function addEvents(world: TestWorld, { lines }: Work): RawRecord[] {
  return lines.map((count) => {
    const [document] = partyOptions(1, places.west, Date.now()).documents ?? [];
    const some = document?.lines ?? [];
    const many = Array.from({ length: count }, (_, index) => some[index % some.length] ?? never());
    return world.addEvent({ documents: [{ ...document, lines: many }] });
  });
}
