/** How much of the world a search looks at. */

import type { FoundOrder } from '../../../src/domain/order.js';
import type { RevelWrite } from '../../../src/revel/types.js';
import type { TakeBack, Write } from '../../../src/sync/order/knowledge.js';
import { learnFound, learnWritten } from '../../../src/sync/order/learn.js';
import { RULES, type Rule } from '../../../src/sync/order/next.js';
import type { Timing } from '../../../src/sync/order/timing.js';
import { type Caps, fixed, TICK } from './intern.js';

/** What may go wrong, each kind so often at most. */
export const KINDS = [
  'refused',
  'denied',
  'lost',
  'late',
  'forgotten',
  'hang',
  'crash',
  'stall',
  'stale',
  'edit',
  'staff',
  /** A person decides about the order, in the run that begins. */
  'decide',
  /** Revel does not keep a deleted mark, whatever it answers. */
  'unkept',
] as const;
export type Kind = (typeof KINDS)[number];

/** The protocol that the runs go by; another one than the program's proves that each part of it is needed. */
export interface Heart {
  readonly rules: readonly Rule[];
  readonly learnFound: typeof learnFound;
  readonly learnWritten: typeof learnWritten;
  /** The durations that runs go by, from those of the world. */
  readonly timing: (timing: Timing) => Timing;
}

export const HEART: Heart = {
  rules: Object.values(RULES),
  learnFound,
  learnWritten,
  timing: (timing) => timing,
};

export interface Scope {
  name: string;
  lines: number;
  /**
   * What stands when it begins: nothing; an order of an earlier state of the event; one that staff has taken away;
   * two of them; or one of an event that has been paid more since.
   */
  start: 'empty' | 'drifted' | 'removed' | 'doubled' | 'unpaid';
  takeBack: TakeBack;
  /** An edit moves the event to another shop as well. */
  moves: boolean;
  /** In ticks. */
  timing: Timing;
  budget: Readonly<Record<Kind, number>>;
  /** Of all kinds together. */
  faults: number;
  /** What staff may do, of the names in DEEDS. */
  deeds: readonly string[];
  /** Lists may show what was there so many ticks ago, and everything since. */
  lag: number;
  /** A stalled run goes on at the latest after so many ticks. */
  stall: number;
  /** How often each host may begin a run. */
  lives: number;
  /** The runs exclude each other by one lock, and their claims tell. */
  share: boolean;
  /** Time may pass though a run has something to do. */
  slow: boolean;
  sweep: boolean;
  /** A change of an order is answered without the order. */
  mute: boolean;
  heart: Heart;
  caps: Caps;
}

const ticks = (timing: Timing): Timing =>
  fixed(
    Object.fromEntries(Object.entries(timing).map(([name, n]) => [name, n * TICK])) as unknown as Timing,
    'timing',
  );

/** A run that waits for another one never gives up. */
const ENDLESS = 1_000;

/** Durations in ticks, as `timingOf` derives them. */
export function timingIn(settle: number, inFlight: number, lease: number, patience = ENDLESS): Timing {
  const standOff = inFlight + lease;
  return {
    settle,
    inFlight,
    lease,
    claimLease: Math.ceil(lease / 2),
    renewBefore: 1,
    quiet: settle,
    standOff,
    poll: 1,
    patience,
    idle: standOff + 4,
    longAgo: standOff + 6,
  };
}

/**
 * Ages in ticks that no rule tells apart any more. What was looked at ages longer than what was done, so that an old
 * look is never taken for one that was made after an old deed.
 */
function capsOf(timing: Timing, stall: number, more = 0): Caps {
  const { settle, inFlight, lease, standOff, patience, longAgo, idle } = timing;
  const deed = Math.max(stall + lease, standOff) + settle + 1 + more;
  return {
    date: Math.max(longAgo, idle) + 1 + more,
    fields: {
      asOf: deed + settle + 1,
      begunAt: inFlight + 2 * settle + 1 + more,
      beganAt: patience === ENDLESS ? 1 : patience + 1 + more,
      answeredAt: settle + 1 + more,
      sentAt: inFlight + settle + 1 + more,
    },
    other: deed,
  };
}

const NONE = Object.fromEntries(KINDS.map((kind) => [kind, 0])) as Record<Kind, number>;

/** A scope from what differs from the smallest one. */
export function scopeOf(
  name: string,
  what: Partial<Omit<Scope, 'budget' | 'timing' | 'caps'>> & {
    budget?: Partial<Record<Kind, number>>;
    timing?: Timing;
    wider?: number;
  } = {},
): Scope {
  const timing = what.timing ?? timingIn(2, 4, 4);
  return {
    name,
    lines: 1,
    start: 'empty',
    takeBack: 'mark',
    moves: false,
    faults: 1,
    deeds: ['open it', 'make it show', 'touch its header', 'touch a line', 'add a line', 'take it away'],
    lag: 0,
    stall: 8,
    lives: 2,
    share: false,
    slow: false,
    sweep: false,
    mute: false,
    heart: HEART,
    ...what,
    timing: ticks(timing),
    budget: { ...NONE, ...what.budget },
    caps: capsOf(timing, what.stall ?? 8, what.wider ?? 0),
  };
}

/** What a run is answered that has written this. */
export function answerOf(
  { mute }: Scope,
  write: Write,
  value: FoundOrder | null | true,
): RevelWrite<FoundOrder | null | true> {
  return mute && value !== true && write.kind !== 'create'
    ? { kind: 'unknown', detail: '', answered: true }
    : { kind: 'done', value };
}
