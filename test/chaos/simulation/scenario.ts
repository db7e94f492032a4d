import { VERSIONS } from './events.js';
import { Random } from './random.js';

/**
 * THE ASSUMPTION, in one place. Everything the program promises rests on this, and on nothing else about time:
 *
 * commit time + lag <= settling time,
 *
 * where the commit time is how long after it was sent a write may still take effect in Revel (whatever became
 * of its answer), and the lag is how long after that lists may still show the state before it. For safety, answers
 * may take as long as they like (for getting anything done, they must mostly come within a settling time); clocks
 * of hosts may differ by up to {@link MAX_SKEW_MS}.
 */
export function holdsAssumption(scenario: Scenario): boolean {
  return scenario.commitMs + scenario.lagMs <= scenario.settleMs;
}

/** Clocks of different hosts. */
const MAX_SKEW_MS = 20_000;

/** What may become of one request. A name with `late` means that the write takes effect after the answer. */
const FAULTS = [
  /** Connection refused: nothing was sent. */
  'refused',
  /** Lost on the way there; the client sees a reset. */
  'lost',
  /** Done, the answer is lost. */
  'answer-lost',
  /** The client sees a reset first, then the write takes effect. */
  'answer-lost-late',
  /** Nothing comes back until the client's time-out; never done. */
  'hang',
  /** The same, and done. */
  'hang-done',
  '500',
  '500-done',
  /** A gateway's 504 while the server is still at work. */
  '504-late',
  '429',
  /** 429 with Retry-After. */
  '429-wait',
  /** A log-in page with status 200; nothing done. */
  'html',
  /** Done, but the answer cannot be read. */
  'garbled',
  /** A right answer that takes many seconds. */
  'slow-answer',
  /** The run's process dies, the request was not sent. */
  'crash-before',
  /** It dies while the request is under way; it takes effect all the same. */
  'crash-sent',
  /** It dies after the request has taken effect, before the answer. */
  'crash-after',
] as const;
export type FaultKind =
  | (typeof FAULTS)[number]
  /** A write that takes effect, and is answered, as late as {@link Trouble.inFlightMs} allows. */
  | 'slow-commit'
  /** The process stands still after its last check and before the first byte leaves; then the request goes its way. */
  | 'freeze';

/**
 * What befalls a run's n-th request, read, write or claim, and all of those that follow it up to `count`. A claim is a
 * change of a header that another run has made.
 */
export interface Fault {
  run: number;
  of: 'requests' | 'reads' | 'writes' | 'claims';
  nth: number;
  count: number;
  kind: FaultKind;
}

/** What staff do to an order; `add-line` is a line of their own. */
type StaffDeed = 'open' | 'edit-item' | 'touch' | 'delete' | 'add-line';

/** What people do meanwhile. */
export type Deed =
  | { kind: 'edit'; event: number; version: number }
  | { kind: 'status'; event: number; status: 'DEFINITE' | 'LOST' }
  /** Staff act on the newest live order of the event: a visible one, or (if `hidden`) any. */
  | { kind: StaffDeed; event: number; hidden: boolean }
  /** A program that is not ours puts a history row on the newest live order, finished or not, and changes nothing else. */
  | { kind: 'show'; event: number }
  /** A run's process stands still, wherever it is; `suspended`: its machine does, so that its steady clock stands, too. */
  | { kind: 'freeze'; run: number; ms: number; suspended: boolean }
  /** The clock of a run's host is set. */
  | { kind: 'set-clock'; run: number; byMs: number }
  /** A run is killed while it waits for something. */
  | { kind: 'kill'; run: number }
  /** A run is told to stop. */
  | { kind: 'stop'; run: number };

/** A deed with its moment: some time after the n-th write that took effect in Revel. */
export interface Turn {
  afterWrites: number;
  delayMs: number;
  deed: Deed;
}

/** One run of the program. */
export interface PlannedRun {
  /** Milliseconds after the beginning. */
  at: number;
  /** Runs on one host share locks and records; hosts share nothing. */
  host: number;
  sweep: boolean;
  /** Places in {@link Scenario.events}; a sweep finds all of them by itself. */
  events: number[];
  /**
   * A person's `resolve` of the first of them: a look, and then what may be decided about what it has found. In [0, 1);
   * it chooses where there are several ways. Absent: nobody decides anything.
   */
  decides?: number;
  /** Whoever decides adds what has been paid since, where that is all that differs. */
  pays?: boolean;
}

/** Circumstances in which plain schedules do not differ; see `troubles.ts` for schedules in which they do. */
export interface Trouble {
  /**
   * How long after it was sent a write may take effect whose answer was lost or is late, whatever became of the
   * process that sent it (IN_FLIGHT_SECONDS); 0: within the commit time, like any other.
   */
  inFlightMs: number;
  /** The client's own time-out. */
  timeoutMs: number;
  /** By run: how far its machine's clock is ahead of its host's; hosts that share a state are several machines. */
  clockMs: number[];
  /** Each run is in a container of its own: runs on one host share its state, but see no lock of each other. */
  containers: boolean;
  /** Milliseconds for which a fault `freeze` lasts. */
  freezeMs: number;
  /** Once the run is dead, another one like it begins on its host, so many milliseconds later. */
  restarts: { of: number; afterMs: number }[];
  /** The zone of the second shop, where events may move. */
  zone: string;
}

/** None. */
export const NO_TROUBLE: Trouble = {
  inFlightMs: 0,
  timeoutMs: 30_000,
  clockMs: [],
  containers: false,
  freezeMs: 0,
  restarts: [],
  zone: 'America/Los_Angeles',
};

/** A whole schedule as plain data: everything that happens follows from it. */
export interface Scenario {
  /** Latencies and ties are drawn from it, request by request. */
  seed: number;
  /** `fold`: the shops' clocks are about to be put back. */
  day: 'plain' | 'fold';
  settleMs: number;
  /** How long lists may show the past; each read is up to that much behind. */
  lagMs: number;
  /** How long a write may take to take effect. */
  commitMs: number;
  /** Typical time from there to the answer. */
  answerMs: number;
  rps: number;
  concurrency: number;
  localIdFilter: 'works' | 'ignored' | 'refused';
  uuidFilter: 'works' | 'ignored' | 'refused';
  uuidPolicy: 'allow' | '400' | '500';
  keepsDeletedMark: boolean;
  printedSticks: boolean;
  /** What a change of an order is answered with. */
  answersChanges: 'order' | 'id' | 'nothing';
  childFilterWorks: boolean;
  /** Reads of single objects lag like lists. */
  detailLag: boolean;
  /** By host; hosts beyond the list have the right time. */
  skewMs: number[];
  events: { version: number; status: 'DEFINITE' | 'LOST' }[];
  runs: PlannedRun[];
  faults: Fault[];
  turns: Turn[];
  /** The clean run: how long after everything else, and where (null: a new host). */
  finish: { gapMs: number; host: number | null; sweep: boolean };
  trouble: Trouble;
}

/** The schedule of a seed, within the assumption. */
export function scenarioOf(seed: number): Scenario {
  const random = new Random(seed);
  const settleMs = random.pick([3_000, 3_000, 1_000, 10_000]);
  const lagMs = random.chance(0.3) ? 0 : Math.floor(settleMs * random.next());
  const commitMs = random.chance(0.3) ? settleMs - lagMs : Math.min(settleMs - lagMs, 20 + random.int(200));
  const manyEvents = random.chance(0.2);
  const events = Array.from({ length: manyEvents ? 2 + random.int(2) : 1 }, () => ({
    version: random.int(VERSIONS.length - 1),
    status: random.chance(0.06) ? ('LOST' as const) : ('DEFINITE' as const),
  }));
  const runs = makeRuns(random, events.length, settleMs);
  return {
    seed,
    day: random.chance(0.05) ? 'fold' : 'plain',
    settleMs,
    lagMs,
    commitMs,
    answerMs: Math.min(random.pick([10, 50, 300]), settleMs / 8),
    rps: random.pick([5, 20, 1_000, 1_000]),
    concurrency: random.pick([1, 4]),
    ...makeManners(random),
    answersChanges: 'order',
    skewMs: random.chance(0.2) ? runs.map(() => Math.floor((random.next() * 2 - 1) * MAX_SKEW_MS)) : [],
    events,
    runs,
    faults: makeFaults(random, runs.length),
    turns: makeTurns(random, events.length, runs.length, settleMs),
    finish: {
      gapMs: random.pick([0, 0, settleMs, 180_000, 180_000]),
      host: random.chance(0.6) ? null : random.int(runs.length),
      sweep: random.chance(0.3),
    },
    trouble: NO_TROUBLE,
  };
}

/** The same, but with an account that is slower than the settling time. */
export function slowScenarioOf(seed: number): Scenario {
  const random = new Random(seed ^ 0x2545f491);
  const scenario = scenarioOf(seed);
  const { settleMs } = scenario;
  const excess = () => Math.floor(settleMs * (1.2 + 3.8 * random.next()));
  return random.chance(0.5) ? { ...scenario, lagMs: excess() } : { ...scenario, commitMs: excess() };
}

/** The same for two seeds of five; in the others changes are answered with nothing, or with an id alone. */
export function withAnswers(scenario: Scenario): Scenario {
  const { seed } = scenario;
  const answersChanges = (['order', 'nothing', 'order', 'id', 'nothing'] as const)[seed % 5] ?? 'order';
  return { ...scenario, answersChanges };
}

function makeRuns(random: Random, events: number, settleMs: number): PlannedRun[] {
  const count = random.pick([1, 2, 2, 2, 3, 4]);
  const sharing = random.next();
  const all = Array.from({ length: events }, (_, index) => index);
  return Array.from({ length: count }, (_, index) => ({
    at: index === 0 ? 0 : Math.floor(random.next() ** 2 * settleMs * random.pick([0.1, 1, 5])),
    host: sharing < 0.6 ? index : sharing < 0.8 ? 0 : random.int(count),
    sweep: random.chance(events > 1 ? 0.5 : 0.15),
    events: random.chance(0.6) ? all : [random.int(events)],
  }));
}

function makeManners(random: Random) {
  return {
    localIdFilter: random.pick(['works', 'works', 'works', 'works', 'ignored', 'refused'] as const),
    uuidFilter: random.pick(['works', 'works', 'ignored', 'refused'] as const),
    uuidPolicy: random.pick(['allow', 'allow', '400', '500'] as const),
    keepsDeletedMark: random.chance(0.75),
    printedSticks: random.chance(0.85),
    childFilterWorks: random.chance(0.9),
    detailLag: random.chance(0.15),
  };
}

const BEFALLEN = ['requests', 'requests', 'requests', 'writes', 'writes', 'reads'] as const;
/** A read is tried four times: fewer in a row do not show. */
const COUNTS = { requests: [1, 1, 1, 4], writes: [1, 1, 1, 2], reads: [4, 8, 16] } as const;

function makeFaults(random: Random, runs: number): Fault[] {
  const faults: Fault[] = [];
  while (faults.length < 6 && random.chance(0.62)) {
    const crash = random.chance(0.35);
    const kinds = FAULTS.filter((kind) => kind.startsWith('crash') === crash);
    const of: Fault['of'] = crash ? 'requests' : random.pick(BEFALLEN);
    faults.push({
      run: random.int(runs),
      of,
      nth: random.int(random.pick(of === 'writes' ? [2, 8, 12] : [6, 14, 30])),
      count: crash ? 1 : random.pick(COUNTS[of]),
      kind: kinds[random.int(kinds.length)] ?? 'lost',
    });
  }
  return faults;
}

function makeTurns(random: Random, events: number, runs: number, settleMs: number): Turn[] {
  const turns: Turn[] = [];
  while (turns.length < 4 && random.chance(0.35)) {
    turns.push({
      afterWrites: random.int(random.pick([4, 10, 20])),
      delayMs: Math.floor(random.next() ** 2 * settleMs * random.pick([0.1, 1, 4])),
      deed: makeDeed(random, events, runs),
    });
  }
  return turns;
}

function makeDeed(random: Random, events: number, runs: number): Deed {
  const event = random.int(events);
  const roll = random.next();
  if (roll < 0.4) return { kind: 'edit', event, version: random.int(VERSIONS.length) };
  if (roll < 0.5) return { kind: 'status', event, status: random.chance(0.7) ? 'LOST' : 'DEFINITE' };
  if (roll < 0.64) return { kind: 'kill', run: random.int(runs) };
  if (roll < 0.68) return { kind: 'stop', run: random.int(runs) };
  const kind = random.pick(['open', 'edit-item', 'touch', 'delete'] as const);
  return { kind, event, hidden: random.chance(0.25) };
}
