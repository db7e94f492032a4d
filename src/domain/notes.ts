import type { EventId, OrderId } from './ids.js';

/**
 * Who is at work on an unfinished order. Revel has no locks, so the header itself says it: `filling` it, or only
 * `claiming` it, which means keeping still until whoever was at work before can do nothing more.
 */
export interface Claim {
  /** 8 hex digits that all runs share which exclude each other by one lock. */
  reach: string;
  /**
   * 8 hex digits of the run, which people find in its log, mail and history, and 8 of its process: a relay starts a run
   * again under the id of one that was killed.
   */
  run: string;
}

/** The run without its process, as final notes have it. */
const idOf = (run: string) => run.slice(0, 8);

/** Marks a header that lost against another one of the same event, and names that one. */
const SUPERSEDED = ' superseded by order ';
const WINNER = new RegExp(`${SUPERSEDED}(\\d{1,18})$`);
/** Marks an order that this program took away on somebody's order; 8 hex digits of the run follow. */
const VOIDED = ' voided by ';
/** These marks take the place of all other notes. The same words behind those are a person's: `… voided by Anna`. */
const LOST = new RegExp(`^Triple Seat Event #\\d{1,18}${SUPERSEDED}\\d{1,18}\\b`);
const TAKEN = new RegExp(`^Triple Seat Event #\\d{1,18}${VOIDED}[0-9a-f]{8}\\b`);
const CLAIM = / (filling|claiming) ([0-9a-f]{8})([0-9a-f]{0,24})$/;
const REVISION = / rev ([0-9a-f]{8})\b/;
const RUN = / rev [0-9a-f]{8} run ([0-9a-f]{8})$/;

/** Of no state of any event. */
export const NO_REVISION = '00000000';

/** `Triple Seat Event #55521609 rev 1a2b3c4d`: what the event's order was made from. */
function revisionNotes(event: EventId, revision: string): string {
  return `Triple Seat Event #${event} rev ${revision}`;
}

/** `… rev 1a2b3c4d run 4ba1e130`: how an order is marked once it is complete. */
export function finalNotes(event: EventId, revision: string, run: string): string {
  return `${revisionNotes(event, revision)} run ${idOf(run)}`;
}

/** `… rev 1a2b3c4d filling 0f1e2d3c4ba1e1305d6f7a8b`: an unfinished order; the mark goes before staff can see it. */
export function claimedNotes(
  event: EventId,
  revision: string,
  kind: 'filling' | 'claiming',
  { reach, run }: Claim,
): string {
  return `${revisionNotes(event, revision)} ${kind} ${reach}${run}`;
}

/** What a header that lost says, for the case that Revel does not keep its deleted mark. */
export function supersededNotes(event: EventId, winner: OrderId): string {
  return `Triple Seat Event #${event}${SUPERSEDED}${winner}`;
}

/** What an order says that this program marked deleted because a person told it to. */
export function voidedNotes(event: EventId, run: string): string {
  return `Triple Seat Event #${event}${VOIDED}${idOf(run)}`;
}

/**
 * Whether the notes say that this program took the order away, as loser of a race or because it was told to. What is
 * deleted without such a mark was deleted by somebody else.
 */
export function isTakenAway(notes: string): boolean {
  return isSuperseded(notes) || TAKEN.test(notes);
}

/** The claim in the notes; null: they say that nobody is at work. */
export function claimIn(notes: string): (Claim & { kind: 'filling' | 'claiming' }) | null {
  const [, kind, reach, run] = CLAIM.exec(notes) ?? [];
  if (reach === undefined || run === undefined) return null;
  return { kind: kind === 'claiming' ? 'claiming' : 'filling', reach, run };
}

/** Whether the notes are the final ones of this run, or of one that had its id. */
export function isFinishedBy(notes: string, run: string): boolean {
  return RUN.exec(notes)?.[1] === idOf(run);
}

/** The revision in the notes, or null for an order that this program did not make. */
export function revisionIn(notes: string): string | null {
  return REVISION.exec(notes)?.[1] ?? null;
}

/** The order that stands in this one's place, as its notes have it; null: they name none. */
export function winnerIn(notes: string): OrderId | null {
  const [, id] = WINNER.exec(notes) ?? [];
  return id === undefined ? null : (id as OrderId);
}

/** True for a header that lost and was marked so. */
export function isSuperseded(notes: string): boolean {
  return LOST.test(notes);
}
