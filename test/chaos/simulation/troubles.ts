import { PAID_MORE } from './events.js';
import { Random } from './random.js';
import { type Deed, type Fault, type Scenario, scenarioOf, type Turn } from './scenario.js';

/** A kind of trouble beyond the plain schedules. */
export interface Kind {
  /** Of a word, for the command line. */
  name: string;
  what: string;
  /** Puts it into a plain schedule. */
  make(scenario: Scenario, random: Random): Scenario;
}

/** The suite plays each of them. */
export const KINDS = [
  {
    name: 'late',
    what: 'a write takes effect as late as may be after it was sent, even if its client has given up or died',
    make: late,
  },
  {
    name: 'clocks',
    what: 'hosts that share a state have clocks some seconds apart, and one goes on where another died',
    make: clocks,
  },
  {
    name: 'reclaim',
    what: 'a host dies as soon as its claim on another one’s order is written, and begins again with the same state',
    make: reclaim,
  },
  {
    name: 'containers',
    what: 'containers share a state on one volume, but their locks do not reach each other',
    make: containers,
  },
  {
    name: 'freeze',
    what: 'a process stands still between its last check and the first byte, or anywhere, its machine suspended or not',
    make: freeze,
  },
  { name: 'set-clock', what: 'the clock of a host is set while a run goes on', make: setClock },
  {
    name: 'show',
    what: 'another program puts a history row on an order that is half filled',
    make: show,
  },
  {
    name: 'move',
    what: 'an event moves to a shop in another zone after a run has begun its order and died, or while it is at it',
    make: move,
  },
  {
    name: 'hand',
    what: 'staff open or touch the order, or add a line, between any two writes',
    make: hand,
  },
  {
    name: 'person',
    what: 'people resolve what has come to differ, while sweeps run and whatever they do may be cut off',
    make: person,
  },
  {
    name: 'paid',
    what: 'people add what has been paid since, or make the order anew, while others do the same',
    make: paid,
  },
] as const satisfies readonly Kind[];
export type KindName = (typeof KINDS)[number]['name'];

/** The names in a comma list; `all` stands for every one. */
export function kindsIn(list: string): KindName[] {
  return list.split(',').flatMap((word): KindName[] => {
    const found = KINDS.filter(({ name }) => word === 'all' || name === word);
    if (found.length === 0) {
      throw new RangeError(`no such trouble: ${word}; there are ${KINDS.map(({ name }) => name).join(', ')}`);
    }
    return found.map(({ name }) => name);
  });
}

/** The schedule of a seed with one kind of trouble in it, now and then with two. */
export function troubledScenarioOf(seed: number, kinds: readonly KindName[]): Scenario {
  const random = new Random(seed ^ 0x6b8b4567);
  const chosen = KINDS.filter(({ name }) => kinds.includes(name));
  const first = chosen[random.int(chosen.length)];
  const second = chosen.length > 1 && random.chance(0.25) ? chosen[random.int(chosen.length)] : undefined;
  return [first, second === first ? undefined : second].reduce(
    (scenario: Scenario, kind) => (kind ? kind.make(scenario, random) : scenario),
    scenarioOf(seed),
  );
}

const LATE = ['hang', 'hang', 'crash-sent', 'answer-lost-late', '504-late', 'slow-commit'] as const;

function late(scenario: Scenario, random: Random): Scenario {
  const inFlightMs = random.pick([30_000, 30_000, 10_000]);
  const runs = atLeast(scenario, random, random.pick([1, 2, 2]));
  const faults = Array.from({ length: 1 + random.int(3) }, () =>
    faultOf(random.int(runs.length), 'writes', random.int(12), random.pick(LATE)),
  );
  return {
    ...scenario,
    runs: runs.map((run, index) => ({
      ...run,
      at: index === 0 ? run.at : run.at + random.int(random.pick([1, 5_000, 45_000])),
    })),
    faults: [...scenario.faults, ...faults],
    trouble: {
      ...scenario.trouble,
      inFlightMs,
      timeoutMs: random.pick([30_000, 10_000, 4_000]),
      restarts: random.chance(0.4) ? [{ of: 0, afterMs: random.int(5_000) }] : scenario.trouble.restarts,
    },
  };
}

function clocks(scenario: Scenario, random: Random): Scenario {
  const [first, ...more] = atLeast(scenario, random, 2);
  if (!first) return scenario;
  // The time that a dead run left behind, read on another clock, looks long past, or long to come.
  const aheadMs = random.pick([3_000, 5_000, 10_000, 20_000]) * random.pick([1, 1, 1, -1]);
  return {
    ...scenario,
    skewMs: [],
    runs: [{ ...first, host: 0, at: 0 }, ...more.map((run) => ({ ...run, host: 0, at: run.at + 1_000 }))],
    faults: [
      ...scenario.faults.filter(({ run }) => run > 0),
      faultOf(0, 'writes', random.int(8), random.pick(['crash-sent', 'crash-sent', 'crash-after'] as const)),
    ],
    trouble: {
      ...scenario.trouble,
      inFlightMs: random.pick([0, 30_000, 30_000]),
      clockMs: [0, ...Array.from({ length: more.length + 1 }, () => aheadMs)],
      restarts: [{ of: 0, afterMs: random.int(1_000) }],
    },
  };
}

function reclaim(scenario: Scenario, random: Random): Scenario {
  const settleMs = random.pick([1_000, 1_000, 3_000]);
  const lagMs = Math.min(scenario.lagMs, settleMs - 20);
  const [first, second, ...more] = atLeast(scenario, random, 2);
  if (!first || !second) return scenario;
  const slow = random.int(8);
  return {
    ...scenario,
    settleMs,
    lagMs,
    commitMs: Math.min(scenario.commitMs, settleMs - lagMs),
    runs: [
      { ...first, host: 0, at: 0 },
      { ...second, host: 1, at: random.int(2_000), events: first.events },
      ...more,
    ],
    faults: [
      ...scenario.faults.filter(({ run }) => run > 1),
      faultOf(0, 'writes', slow, 'slow-commit'),
      faultOf(0, 'writes', slow + 1 + random.int(3), 'slow-commit'),
      faultOf(1, 'claims', 0, 'crash-after'),
    ],
    trouble: {
      ...scenario.trouble,
      inFlightMs: 30_000,
      timeoutMs: random.pick([30_000, 10_000]),
      restarts: [{ of: 1, afterMs: random.int(1_000) }],
    },
  };
}

function containers(scenario: Scenario, random: Random): Scenario {
  return {
    ...scenario,
    skewMs: [],
    runs: atLeast(scenario, random, 2).map((run) => ({ ...run, host: 0 })),
    trouble: { ...scenario.trouble, containers: true },
  };
}

function freeze(scenario: Scenario, random: Random): Scenario {
  const freezeMs = random.pick([5_000, 20_000, 60_000, 120_000]);
  const runs = atLeast(scenario, random, 2).map((run, index) => ({ ...run, host: index }));
  const anywhere = random.chance(0.4);
  return {
    ...scenario,
    runs,
    faults: anywhere ? scenario.faults : [...scenario.faults, faultOf(0, 'writes', random.int(12), 'freeze')],
    turns: anywhere
      ? turnsWith(scenario, random, () => ({
          kind: 'freeze',
          run: 0,
          ms: freezeMs,
          suspended: random.chance(0.5),
        }))
      : scenario.turns,
    trouble: { ...scenario.trouble, freezeMs },
  };
}

function setClock(scenario: Scenario, random: Random): Scenario {
  const byMs = random.pick([-3_600_000, 3_600_000, -60_000, 60_000, -5_000, 5_000]);
  const run = random.int(scenario.runs.length);
  return { ...scenario, turns: turnsWith(scenario, random, () => ({ kind: 'set-clock', run, byMs })) };
}

function show(scenario: Scenario, random: Random): Scenario {
  const event = random.int(scenario.events.length);
  return { ...scenario, turns: turnsWith(scenario, random, () => ({ kind: 'show', event })) };
}

const ELSEWHERE = ['Pacific/Honolulu', 'America/New_York', 'America/Denver'] as const;

function move(scenario: Scenario, random: Random): Scenario {
  const event = random.int(scenario.events.length);
  const crashes = random.chance(0.6);
  return {
    ...scenario,
    day: 'plain',
    runs: atLeast(scenario, random, random.pick([1, 2])),
    faults: crashes
      ? [
          ...scenario.faults,
          faultOf(0, 'writes', 1 + random.int(10), random.pick(['crash-after', 'crash-sent'] as const)),
        ]
      : scenario.faults,
    turns: turnsWith(scenario, random, () => ({ kind: 'edit', event, version: MOVED })),
    trouble: { ...scenario.trouble, zone: random.pick(ELSEWHERE) },
  };
}

/** The state of an event in which it stands in the second shop. */
const MOVED = 5;

function hand(scenario: Scenario, random: Random): Scenario {
  const deeds = ['open', 'touch', 'add-line', 'add-line'] as const;
  const event = random.int(scenario.events.length);
  return {
    ...scenario,
    turns: turnsWith(scenario, random, () => ({ kind: random.pick(deeds), event, hidden: true })),
  };
}

const CUT_OFF = [
  'crash-before',
  'crash-sent',
  'crash-after',
  'hang',
  'hang-done',
  'answer-lost-late',
] as const;

function person(scenario: Scenario, random: Random): Scenario {
  const event = random.int(scenario.events.length);
  const plain = atLeast(scenario, random, random.pick([1, 1, 2]));
  const at = random.pick([8_000, 20_000, 60_000, 150_000]);
  const people = Array.from({ length: random.pick([1, 1, 2]) }, (_, index) => ({
    at: at + random.int(random.pick([1, 3_000, 60_000])),
    host: random.chance(0.6) ? plain.length + index : random.int(plain.length),
    sweep: false,
    events: [event],
    decides: random.next(),
  }));
  const sweeps = Array.from({ length: random.int(3) }, (_, index) => ({
    at: at + random.int(random.pick([3_000, 30_000])),
    host: random.chance(0.7) ? plain.length + people.length + index : random.int(plain.length),
    sweep: random.chance(0.5),
    events: [event],
  }));
  const runs = [...plain, ...people, ...sweeps];
  const cause: Deed = random.chance(0.15)
    ? { kind: 'status', event, status: 'LOST' }
    : random.chance(0.15)
      ? { kind: 'delete', event, hidden: false }
      : { kind: 'edit', event, version: random.int(MOVED) };
  const faults = Array.from({ length: random.int(3) }, () =>
    faultOf(
      plain.length + random.int(runs.length - plain.length),
      'writes',
      random.int(12),
      random.pick(CUT_OFF),
    ),
  );
  return {
    ...scenario,
    // In bad times no order comes about that people could decide about.
    faults: [...scenario.faults.slice(0, random.int(2)), ...faults],
    runs,
    turns: [
      ...scenario.turns,
      { afterWrites: 5 + random.int(5), delayMs: random.int(random.pick([1, 5_000])), deed: cause },
    ],
  };
}

/** More is paid once the order stands; who decides mostly adds just that. */
function paid(scenario: Scenario, random: Random): Scenario {
  const [from, to] = random.pick([
    [0, PAID_MORE],
    [1, 2],
  ] as const);
  const events = scenario.events.map((event) => ({ ...event, version: from }));
  const made = person({ ...scenario, events }, random);
  const event = made.runs.find(({ decides }) => decides !== undefined)?.events[0] ?? 0;
  const turns = made.turns.map((turn, index) =>
    index === made.turns.length - 1 ? { ...turn, deed: { kind: 'edit', event, version: to } as const } : turn,
  );
  const runs = made.runs.map((run) =>
    run.decides === undefined ? run : { ...run, pays: random.chance(0.8) },
  );
  return { ...made, turns, runs };
}

function faultOf(run: number, of: Fault['of'], nth: number, kind: Fault['kind']): Fault {
  return { run, of, nth, count: 1, kind };
}

/** The deed some time soon after one of the first writes, added to what people do anyway. */
function turnsWith(scenario: Scenario, random: Random, deed: () => Deed): Turn[] {
  const turn = {
    afterWrites: 1 + random.int(14),
    delayMs: random.int(random.pick([1, 300, 5_000])),
    deed: deed(),
  };
  return [...scenario.turns, turn];
}

/** The runs, and some more like the first where there are fewer. */
function atLeast({ runs }: Scenario, random: Random, count: number): Scenario['runs'] {
  const [first] = runs;
  if (!first) return runs;
  const more = Array.from({ length: Math.max(0, count - runs.length) }, (_, index) => ({
    ...first,
    host: runs.length + index,
    at: random.int(5_000),
  }));
  return [...runs, ...more];
}

/** How much longer than usual dates must be old because clocks were set forward. */
export function setForwardMs({ turns }: Scenario): number {
  return turns.reduce((sum, { deed }) => sum + (deed.kind === 'set-clock' ? Math.max(0, deed.byMs) : 0), 0);
}

/** Milliseconds for which processes may stand still. */
export function frozenMs({ turns, faults, trouble }: Scenario): number {
  const frozen = turns.reduce((sum, { deed }) => sum + (deed.kind === 'freeze' ? deed.ms : 0), 0);
  return frozen + faults.filter(({ kind }) => kind === 'freeze').length * trouble.freezeMs;
}
