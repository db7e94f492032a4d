import { type FailReason, failReasons } from '../domain/reasons.js';

/** A command that settles a failure, to be copied whole. */
export interface Settling {
  /** When to type it; a phrase without a full stop. */
  when: string;
  command: string;
}

const MENDED = 'When that is put right, carry it out at once; the next sweep does it, too';

/** What only a person may decide; the sentences of other failures say what to do. */
const TO_DECIDE: readonly (string | null)[] = [
  'DRIFT',
  'TOUCHED',
  'ORPHANED',
  'DUPLICATE_ORDERS',
  'REMOVED_BY_STAFF',
];

/**
 * The line below a failure that tells a person how to decide; null: its sentence says what to do.
 *
 * @param sandbox of the built-in simulators
 */
export function decidingLine(reason: string | null, id: string, sandbox: boolean): string | null {
  if (!TO_DECIDE.includes(reason)) return null;
  const { when, command } = settlingOf(reason, id, sandbox);
  return `→ ${when}: ${command}`;
}

/**
 * What a person types about an event that fails. Made of the event's id and nothing else from outside, since it is made
 * to be pasted into a shell.
 *
 * @param reason of a failure
 * @param id decimal digits
 * @param sandbox of the built-in simulators
 */
export function settlingOf(reason: string | null, id: string, sandbox: boolean): Settling {
  const event = /^[0-9]{1,18}$/.test(id) ? id : '0';
  const call = (args: string) => `ts-reconcile ${args}${sandbox ? ' --sandbox' : ''}`;
  // One that another version has recorded is looked at once more.
  const known: FailReason = failReasons.find((each) => each === reason) ?? 'ABORTED';
  switch (known) {
    case 'DRIFT':
    case 'TOUCHED':
    case 'ORPHANED':
    case 'DUPLICATE_ORDERS':
    case 'REMOVED_BY_STAFF':
      return { when: 'See both sides, and decide', command: call(`resolve ${event}`) };
    case 'MISSED':
      return {
        when: 'If nobody has rung it up by hand, make its order now',
        command: call(`sync --event-id ${event} --late`),
      };
    case 'UNMATCHED_ITEMS':
    case 'AMBIGUOUS_PRODUCT':
      return { when: 'See the names without a product, and what to write', command: call('products') };
    case 'BILLING_UNCLEAR':
      return { when: 'See the rows of the bill, and what to write', command: call('billing') };
    case 'LOCATION_NOT_MAPPED':
      return { when: 'See which shops are not covered', command: call('doctor') };
    case 'CREATE_LIMIT':
      return { when: 'See whether so many orders are right', command: call('sync --dry-run --force') };
    case 'EVENT_NOT_FOUND':
    case 'NO_LINE_ITEMS':
    case 'AMBIGUOUS_DOCUMENTS':
    case 'TOTALS_MISMATCH':
    case 'NOT_PRICED':
    case 'STATUS_UNKNOWN':
      return { when: MENDED, command: call(`sync --event-id ${event}`) };
    case 'SOURCE_ERROR':
    case 'REVEL_ERROR':
    case 'UNVERIFIED':
    case 'ABORTED':
      return { when: 'Look again', command: call(`sync --event-id ${event}`) };
  }
}
