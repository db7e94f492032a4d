import type { Violation } from './checker.js';
import { type Deed, NO_TROUBLE, type Scenario } from './scenario.js';
import { type SimulateOptions, simulate } from './simulate.js';

/** A schedule that breaks a rule, as small as it could be made, with its course. */
interface Counterexample {
  scenario: Scenario;
  violation: Violation;
  trace: string[];
}

/** Simulations that one shrinking may take. */
const MAX_TRIES = 2_000;

/**
 * Takes everything out of a failing schedule that is not needed for breaking the same rule. Null: the schedule
 * breaks none.
 */
export async function shrink(
  scenario: Scenario,
  options: Omit<SimulateOptions, 'trace'> = {},
): Promise<Counterexample | null> {
  const { violation } = await simulate(scenario, options);
  if (!violation) return null;
  let smallest = scenario;
  let tries = 0;
  for (let progress = true; progress; ) {
    progress = false;
    for (const candidate of simpler(smallest)) {
      if (JSON.stringify(candidate) === JSON.stringify(smallest)) continue;
      tries += 1;
      if (tries > MAX_TRIES) break;
      if ((await simulate(candidate, options)).violation?.rule !== violation.rule) continue;
      smallest = candidate;
      progress = true;
      break;
    }
  }
  const told = await simulate(smallest, { ...options, trace: true });
  return { scenario: smallest, violation: told.violation ?? violation, trace: told.trace };
}

/** Everything a person needs to see what went wrong, and to see it again. */
export function describeCounterexample(seed: number, found: Counterexample): string {
  return [
    `seed ${seed} breaks ${found.violation.rule}: ${found.violation.detail}`,
    `smallest schedule: ${JSON.stringify(found.scenario)}`,
    ...found.trace,
  ].join('\n');
}

function* simpler(scenario: Scenario): Generator<Scenario> {
  for (const [index] of scenario.runs.entries()) {
    if (scenario.runs.length > 1) yield withoutRun(scenario, index);
  }
  for (const [index] of scenario.turns.entries()) {
    yield { ...scenario, turns: scenario.turns.filter((_, at) => at !== index) };
  }
  for (const [index] of scenario.faults.entries()) {
    yield { ...scenario, faults: scenario.faults.filter((_, at) => at !== index) };
  }
  for (const [index, { count }] of scenario.faults.entries()) {
    yield {
      ...scenario,
      faults: scenario.faults.map((fault, at) =>
        at === index ? { ...fault, count: Math.max(1, count - 1) } : fault,
      ),
    };
  }
  if (scenario.events.length > 1) yield withOneEvent(scenario);
  for (const plain of PLAIN) yield { ...scenario, ...plain };
  for (const [index] of scenario.runs.entries()) {
    const change = (to: Partial<Scenario['runs'][number]>) => ({
      ...scenario,
      runs: scenario.runs.map((run, at) => (at === index ? { ...run, ...to } : run)),
    });
    yield change({ at: 0 });
    yield change({ sweep: false });
    yield change({ host: index });
  }
  for (const [index] of scenario.turns.entries()) {
    yield {
      ...scenario,
      turns: scenario.turns.map((turn, at) => (at === index ? { ...turn, delayMs: 0 } : turn)),
    };
  }
  yield { ...scenario, events: scenario.events.map(({ status }) => ({ status, version: 1 })) };
  yield { ...scenario, lagMs: 0, commitMs: Math.min(scenario.commitMs, scenario.settleMs) };
}

const PLAIN: Partial<Scenario>[] = [
  { day: 'plain' },
  { skewMs: [] },
  { localIdFilter: 'works' },
  { uuidFilter: 'works' },
  { uuidPolicy: 'allow' },
  { keepsDeletedMark: true },
  { printedSticks: true },
  { answersChanges: 'order' },
  { childFilterWorks: true },
  { detailLag: false },
  { rps: 1_000 },
  { concurrency: 1 },
  { answerMs: 10 },
  { commitMs: 20 },
  { trouble: NO_TROUBLE },
  { finish: { gapMs: 0, host: null, sweep: false } },
  { finish: { gapMs: 180_000, host: null, sweep: false } },
];

function withoutRun(scenario: Scenario, gone: number): Scenario {
  const move = (run: number) => (run > gone ? run - 1 : run);
  return {
    ...scenario,
    runs: scenario.runs.filter((_, index) => index !== gone),
    faults: scenario.faults
      .filter(({ run }) => run !== gone)
      .map((fault) => ({ ...fault, run: move(fault.run) })),
    turns: scenario.turns
      .filter(({ deed }) => !('run' in deed) || deed.run !== gone)
      .map((turn) => ({
        ...turn,
        deed: 'run' in turn.deed ? { ...turn.deed, run: move(turn.deed.run) } : turn.deed,
      })),
  };
}

function withOneEvent(scenario: Scenario): Scenario {
  const isFirst = (deed: Deed) => !('event' in deed) || deed.event === 0;
  return {
    ...scenario,
    events: scenario.events.slice(0, 1),
    runs: scenario.runs.map((run) => ({ ...run, events: [0] })),
    turns: scenario.turns.filter(({ deed }) => isFirst(deed)),
  };
}
