import type { Location } from '../domain/location.js';
import type { Contents, FoundOrder } from '../domain/order.js';
import { billsOf, standings } from '../domain/plan.js';
import { isEmptied } from '../domain/removed.js';
import { type TriageInput, triage } from '../domain/triage.js';
import { eventDate } from '../domain/window.js';
import type { OrderKey, RevelRead } from '../revel/types.js';
import { readContents } from './contents.js';
import { orderKey, type RunContext } from './context.js';
import { readCurrent, restsOnHeaders } from './current.js';
import { tellUnreturned } from './leftovers.js';
import { locationMistake } from './misplaced.js';
import { failed, failedUnread, isAllowed, type Known, locationOf, skipped } from './results.js';
import type { Candidate, EventResult } from './types.js';

/** What becomes of an event, as far as its header and the rows of its orders tell. */
export type Verdict = { kind: 'result'; result: EventResult } | { kind: 'wants-order'; location: Location };

/** What an event is found to be that gets no order and has none: nobody takes back what is paid on one that has gone. */
const GETS_NONE: ReadonlySet<EventResult['reason']> = new Set([
  'STATUS_NOT_ELIGIBLE',
  'EVENT_NOT_FOUND',
  'LOCATION_NOT_MAPPED',
]);

/** What to look for in Revel for a candidate, as far as its header tells. */
export function keyOf(ctx: RunContext, { id, header }: Candidate): OrderKey {
  const location = locationOf(ctx, header);
  const date = header && location ? eventDate(header, location.timezone) : null;
  return orderKey(ctx, id, location, { date, since: header?.createdOn ?? null });
}

/**
 * Judges an event by its header and the rows that a look has found. Before an order is found lacking it is looked
 * for wherever it may be filed, which costs nothing where Revel can be asked for it.
 *
 * @returns the verdict, and all rows that it was made from
 */
export async function judge(
  ctx: RunContext,
  candidate: Candidate,
  rows: readonly FoundOrder[],
): Promise<{ verdict: Verdict; rows: readonly FoundOrder[] }> {
  const { verdict, rows: current } = await judgeCurrent(ctx, candidate, rows);
  if (verdict.kind === 'result' && GETS_NONE.has(verdict.result.reason)) {
    await tellUnreturned(ctx, candidate.id, current);
  }
  return judgeFurther(ctx, candidate, await withoutMistake(ctx, candidate, verdict), current);
}

/** What people would be told of an order that they can see is told by its header as it is now: lists may be behind. */
async function judgeCurrent(
  ctx: RunContext,
  candidate: Candidate,
  rows: readonly FoundOrder[],
): Promise<{ verdict: Verdict; rows: readonly FoundOrder[] }> {
  const verdict = await judgeReading(ctx, candidate, rows);
  if (verdict.kind !== 'result' || !restsOnHeaders(verdict.result.reason)) return { verdict, rows };
  const current = await readCurrent(ctx, rows);
  if (current.kind === 'error') return { verdict: unread(ctx, candidate, current.detail), rows };
  if (current.value === null) return { verdict, rows };
  return { verdict: await judgeReading(ctx, candidate, current.value), rows: current.value };
}

async function judgeFurther(
  ctx: RunContext,
  candidate: Candidate,
  verdict: Verdict,
  rows: readonly FoundOrder[],
): Promise<{ verdict: Verdict; rows: readonly FoundOrder[] }> {
  const lacking = verdict.kind === 'wants-order' || verdict.result.reason === 'MISSED';
  if (!lacking || standings(rows).visible.length > 0) return { verdict, rows };
  const further = await ctx.finder.further(keyOf(ctx, candidate));
  if (further.kind === 'error') return { verdict: unread(ctx, candidate, further.detail), rows };
  const known = new Set(rows.map(({ id }) => id));
  const more = further.value.filter(({ id }) => !known.has(id));
  if (more.length === 0) return { verdict, rows };
  const all = [...rows, ...more];
  return { verdict: await judgeReading(ctx, candidate, all), rows: all };
}

/** What is told of an event for being where no entry of the locations file is. */
const RESTS_ON_PLACE: ReadonlySet<EventResult['reason']> = new Set(['LOCATION_NOT_MAPPED', 'ORPHANED']);

/**
 * An event at a location that no entry covers has not moved there where it is the entry that names a location that does
 * not exist: nobody is to void an order for that.
 */
async function withoutMistake(ctx: RunContext, candidate: Candidate, verdict: Verdict): Promise<Verdict> {
  const { header } = candidate;
  const isUnplaced = header !== null && locationOf(ctx, header) === null;
  if (!isUnplaced || verdict.kind !== 'result' || !RESTS_ON_PLACE.has(verdict.result.reason)) return verdict;
  const mistake = await locationMistake(ctx, header);
  if (mistake === null) return verdict;
  const { orderId } = verdict.result;
  const known = failedUnread(ctx, candidate, 'LOCATION_NOT_MAPPED', mistake, false);
  return { kind: 'result', result: { ...known, orderId } };
}

/** The same by these rows, and by the lines and payments that it takes. */
async function judgeReading(
  ctx: RunContext,
  candidate: Candidate,
  rows: readonly FoundOrder[],
): Promise<Verdict> {
  const verdict = judgeBy(ctx, candidate, rows, []);
  if (verdict.kind !== 'need-contents') return verdict;
  const contents = await readParts(ctx, verdict.order, billsOf(verdict.order, rows));
  if (contents.kind === 'error') return unread(ctx, candidate, contents.detail);
  const known = judgeBy(ctx, candidate, rows, [contents.value]);
  return known.kind === 'need-contents'
    ? unread(ctx, candidate, `Order ${known.order.id} could not be read.`)
    : known;
}

/** What looks emptied may have been split into bills that no look for the event's orders shows. */
async function readParts(
  { revel }: RunContext,
  order: FoundOrder,
  listed: readonly FoundOrder[],
): Promise<RevelRead<Contents>> {
  const contents = await readContents(revel, order, listed);
  if (contents.kind === 'error' || !isEmptied(contents.value)) return contents;
  const bills = await revel.bills(order);
  if (bills.kind === 'error') return bills;
  const more = bills.value.filter(({ id }) => !listed.some((row) => row.id === id));
  return more.length === 0 ? contents : readContents(revel, order, [...listed, ...more]);
}

function unread(ctx: RunContext, candidate: Candidate, detail: string): Verdict {
  return { kind: 'result', result: failedUnread(ctx, candidate, 'REVEL_ERROR', detail, true) };
}

/** The same by nothing but these rows, and what has been read of them. */
export function judgeBy(
  ctx: RunContext,
  candidate: Candidate,
  rows: readonly FoundOrder[],
  read: readonly Contents[],
): Verdict | { kind: 'need-contents'; order: FoundOrder } {
  const { settings, request } = ctx;
  const location = locationOf(ctx, candidate.header);
  const known: Known = { ...candidate, location };
  const input: TriageInput = {
    id: candidate.id,
    header: candidate.header,
    location,
    allowed: location !== null && isAllowed(ctx, location),
    ignored: settings.ignoredEvents.has(candidate.id),
    statuses: settings.syncStatuses,
    otherStatuses: settings.otherStatuses,
    strangeStatuses: [...ctx.strangeStatuses],
    notBefore: location?.notBefore ?? settings.notBefore,
    edited: ctx.edited.has(candidate.id) || request.trigger === 'webhook',
    leadHours: settings.leadHours,
    graceHours: settings.graceHours,
    late: request.late,
    ahead: request.target.kind === 'preview',
    now: ctx.clock.now(),
    rows,
    read,
    testEstablishmentId: settings.testEstablishmentId,
  };
  const verdict = triage(input);
  switch (verdict.kind) {
    case 'need-contents':
      return verdict;
    case 'wants-order':
      return { kind: 'wants-order', location: verdict.location };
    case 'skip':
      return { kind: 'result', result: skipped(known, verdict.reason, verdict.note, verdict.order) };
    case 'failed': {
      const { reason, error } = verdict.failure;
      const result = failed(known, reason, error, verdict.order, false);
      const own = ownSentence(input) ?? error;
      return { kind: 'result', result: own === error ? result : { ...result, own } };
    }
  }
}

/**
 * The sentence of a failure as a run for this event alone has it: without the statuses of others, and without the row of
 * a search that goes on showing what is deleted.
 */
function ownSentence(input: TriageInput): string | null {
  const header = input.header?.deleted ? null : input.header;
  const alone = triage({ ...input, header, strangeStatuses: [] });
  return alone.kind === 'failed' ? alone.failure.error : null;
}
