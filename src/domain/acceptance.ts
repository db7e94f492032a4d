import type { Difference } from './differences.js';
import type { EventId } from './ids.js';
import type { FailReason } from './reasons.js';

/** A failure that a person has seen and leaves as it is. */
export interface Acceptance {
  event: EventId;
  reason: FailReason;
  /** What differed then. */
  differences: readonly Difference[];
  /** The sentence then, with what was known of several orders; tells the failure where nothing differed. */
  sentence: string;
  /** Why it is left, in the words of that person. */
  why: string;
  /** User name. */
  by: string;
  /** Epoch milliseconds. */
  at: number;
  /** Last local day on which it counts, `YYYY-MM-DD`; null: as long as nothing changes. */
  until: string | null;
}

/** How an event fails now. */
export interface Failing {
  reason: FailReason;
  differences: readonly Difference[];
  sentence: string;
}

/** Failures that the next run may no longer have, or that nobody can look at: these are not for a person to settle. */
const PASSING: ReadonlySet<FailReason> = new Set<FailReason>([
  'SOURCE_ERROR',
  'REVEL_ERROR',
  'UNVERIFIED',
  'CREATE_LIMIT',
  'ABORTED',
]);

/** Whether a person may leave a failure of this reason as it is. */
export function isAcceptable(reason: FailReason): boolean {
  return !PASSING.has(reason);
}

/**
 * Whether what is wrong now is what the person has seen: the same reason and nothing that differs in another way. What
 * staff add to the order meanwhile is no other fault, nor are the sums that follow from it.
 *
 * @param today local date where the event is, `YYYY-MM-DD`
 */
export function isCovered(seen: Acceptance, now: Failing, today: string): boolean {
  if (seen.reason !== now.reason || (seen.until !== null && today > seen.until)) return false;
  if (seen.differences.length === 0 || now.differences.length === 0) {
    return seen.differences.length === now.differences.length && seen.sentence === now.sentence;
  }
  const isKnown = (one: Difference) => seen.differences.some((other) => isSame(one, other));
  const fresh = now.differences.filter((one) => !isKnown(one));
  const hasAdded = fresh.some(isAddition);
  return fresh.every((one) => isAddition(one) || (hasAdded && isSumOfSeen(one, seen.differences)));
}

function isSame(one: Difference, other: Difference): boolean {
  const isOfSame = one.field === other.field && one.name === other.name;
  return isOfSame && one.event === other.event && one.order === other.order;
}

/** On the order alone, a whole line or its text. */
function isAddition({ field, event }: Difference): boolean {
  return event === null && (field === 'line' || field === 'text');
}

/**
 * A sum of the order that has grown since then, or beyond that of the event where it did not differ then; the event is
 * as it was. What is added makes no sum smaller: tax or gratuity that is gone has another cause.
 */
function isSumOfSeen(one: Difference, seen: readonly Difference[]): boolean {
  if (one.name !== null || one.field === 'payment' || one.field === 'day') return false;
  const then = seen.find(({ field, name }) => field === one.field && name === one.name);
  const isAsThen = then === undefined || then.event === one.event;
  return isAsThen && Number(one.order) >= Number(then?.order ?? one.event);
}
