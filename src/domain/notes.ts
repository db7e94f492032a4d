import type { EventId, OrderId } from './ids.js';

/** Marks a header that lost against another one of the same event. */
const SUPERSEDED = ' superseded by order ';
/** Marks an order that this program took away on somebody's order; 8 hex digits of the run follow. */
const VOIDED = ' voided by ';
const FILLING = / filling ([0-9a-f]{8,32})$/;
const REVISION = / rev ([0-9a-f]{8})\b/;

/** `Triple Seat Event #55521609 rev 1a2b3c4d`: how an order is marked once it is complete. */
export function finalNotes(event: EventId, revision: string): string {
  return `Triple Seat Event #${event} rev ${revision}`;
}

/**
 * The same with the claim of the run that is filling the order. Revel has no locks, so the header itself says
 * who is at work; the claim goes away with the last change before the order becomes visible.
 */
export function claimedNotes(event: EventId, revision: string, claim: string): string {
  return `${finalNotes(event, revision)} filling ${claim}`;
}

/** What a header that lost says, for the case that Revel does not keep its deleted mark. */
export function supersededNotes(event: EventId, winner: OrderId): string {
  return `Triple Seat Event #${event}${SUPERSEDED}${winner}`;
}

/** What an order says that this program marked deleted because a person told it to. */
export function voidedNotes(event: EventId, run: string): string {
  return `Triple Seat Event #${event}${VOIDED}${run}`;
}

/**
 * Whether the notes say that this program took the order away, as loser of a race or because it was told to. What is
 * deleted without such a mark was deleted by somebody else.
 */
export function isTakenAway(notes: string): boolean {
  return isSuperseded(notes) || (notes.startsWith('Triple Seat Event #') && notes.includes(VOIDED));
}

/** The claim in the notes, or null. */
export function claimIn(notes: string): string | null {
  return FILLING.exec(notes)?.[1] ?? null;
}

/** The revision in the notes, or null for an order that this program did not make. */
export function revisionIn(notes: string): string | null {
  return REVISION.exec(notes)?.[1] ?? null;
}

/** True for a header that lost and was marked so. */
export function isSuperseded(notes: string): boolean {
  return notes.startsWith('Triple Seat Event #') && notes.includes(SUPERSEDED);
}
