import type { Decision } from '../domain/decision.js';
import type { EventHeader, SourceEvent } from '../domain/event.js';
import type { EventId, OrderId } from '../domain/ids.js';
import type { Location } from '../domain/location.js';
import type { FoundOrder } from '../domain/order.js';
import { planOrder, standings } from '../domain/plan.js';
import { isSettled } from '../domain/service.js';
import type { WantedOrder } from '../domain/wantedOrder.js';
import type { OrderKey } from '../revel/types.js';
import type { ReadResult } from '../tripleseat/types.js';
import { planAround } from './contents.js';
import { orderKey, type RunContext } from './context.js';
import { restsOnHeaders } from './current.js';
import { gatherWanted } from './gather.js';
import { judge, keyOf } from './judge.js';
import { tellLeftovers } from './leftovers.js';
import { isDoubtful, recall, remember, setDoubtful } from './memory.js';
import { establishmentMistake } from './misplaced.js';
import { notesOnSorted, tellNotPriced } from './once.js';
import { leftoversOf } from './order/decided.js';
import type { Given, ReportPlan } from './order/knowledge.js';
import { planOf } from './order/situation.js';
import { undated } from './order/timing.js';
import { actionsOf, clearedAway, lookAhead, type Outlook } from './outlook.js';
import { isRecent, type Proof } from './proof.js';
import { failed, failedPlan, failedUnread, halted, type Known, skipped, standing } from './results.js';
import { servedResult } from './served.js';
import type { Candidate, EventResult, Listed } from './types.js';

/** An event is settled, or has work to do. */
export type Planned = { kind: 'result'; result: EventResult } | { kind: 'work'; work: Work };

/** What an event needs, before anything is written. */
export interface Work extends Outlook {
  known: Known;
  key: OrderKey;
  wanted: WantedOrder;
  /** The order is made from the event's own document. */
  ownLines: boolean;
  /** What is told of the order in every run; see {@link WantedOrder.told}. */
  told: WantedOrder['told'];
  /** When the event was read, epoch milliseconds; and by the clock of the run, which nobody sets. */
  readAt: number;
  readAsOf: number;
  /** What the plan was made from, and when that was asked for by the clock of the run. */
  rows: readonly FoundOrder[];
  lookedAt: number;
  /** What a person has decided about it; null: nothing. */
  decision: Decision | null;
}

/**
 * Decides about an event that a search has shown without asking for more: it needs no order, or nothing has
 * changed since its order was last found standing. Null: it has to be read.
 *
 * @param rows Revel's orders of the event
 */
export async function settleListed(
  ctx: RunContext,
  candidate: Listed,
  rows: readonly FoundOrder[],
): Promise<EventResult | null> {
  const settled = await settleByRow(ctx, candidate, rows);
  return settled?.isSure ? settled.result : null;
}

/**
 * The same. What a person would be told of an order is not sure by the row alone: the search was read before the
 * order was looked for, which may have been made since for what the event is by now.
 */
async function settleByRow(
  ctx: RunContext,
  candidate: Listed,
  rows: readonly FoundOrder[],
): Promise<{ result: EventResult; isSure: boolean } | null> {
  const { verdict, rows: all } = await judge(ctx, candidate, rows);
  if (verdict.kind === 'result') {
    return { result: verdict.result, isSure: !restsOnHeaders(verdict.result.reason) };
  }
  const known = await standingByMemory(ctx, candidate, verdict.location, all);
  return known && { result: known, isSure: true };
}

async function standingByMemory(
  ctx: RunContext,
  candidate: Listed,
  location: Location,
  all: readonly FoundOrder[],
): Promise<EventResult | null> {
  const { id, header } = candidate;
  const known = await recall(ctx, header, location, all);
  if (!known) return null;
  const { order, differences, wanted } = known;
  if (differences.length === 0) {
    return { ...standing({ id, header, location }, wanted, order), notes: wanted.told };
  }
  const settled = isSettled(wanted, order, ctx.clock.now());
  const plan = { kind: 'in-service', order, differences, settled } as const;
  return servedResult(ctx, { id, header, location }, wanted, plan);
}

/**
 * Decides about an event that a search has shown. Writes nothing: this is the whole of a dry run, and the first
 * half of any other.
 *
 * @param rows Revel's orders of the event, found before: the event itself is read after them, so that an order
 *   made meanwhile is never compared with an older state of the event
 * @param lookedAt when the rows were asked for, by the clock of the run
 * @param proof what {@link readProofs} has read for it; null: nothing
 */
export async function planListed(
  ctx: RunContext,
  candidate: Listed,
  rows: readonly FoundOrder[],
  lookedAt: number,
  proof: Proof | null,
): Promise<Planned> {
  const known = await settleByRow(ctx, candidate, rows);
  if (known?.isSure) return result(known.result);
  const reading = readingNow(ctx);
  const read = await ctx.tripleseat.event(candidate.id);
  // The row still tells where and when the event was.
  if (read.kind === 'not-found' && known) return result(known.result);
  if (read.kind !== 'ok') return unreadEvent(ctx, candidate, read, rows);
  const event = { ...read.value, ...rowOf(candidate.header) };
  // Of an event that wanted no order by its row, nothing has been read with that of others.
  const hanging: Proof | null = known ? { kind: 'unread' } : proof;
  return planRead(ctx, event, rows, { ...reading, lookedAt, proof: hanging });
}

/** The same for an event that is known by its id alone; `row`: what a search has shown of it before, if one has. */
export async function planById(
  ctx: RunContext,
  id: EventId,
  row: EventHeader | null = null,
): Promise<Planned> {
  const candidate: Candidate = { id, header: null };
  const reading = readingNow(ctx);
  const read = await readEvent(ctx, id, row);
  if (read.kind === 'error' || read.kind === 'forbidden') return unreadEvent(ctx, candidate, read, []);
  const header = read.kind === 'ok' ? read.value : null;
  const lookedAt = ctx.now();
  const found = await ctx.finder.find(keyOf(ctx, { id, header }));
  if (found.kind === 'error')
    return result(failedUnread(ctx, { id, header }, 'REVEL_ERROR', found.detail, true));
  if (read.kind === 'not-found') return unreadEvent(ctx, candidate, read, found.value);
  const known = { ...reading, lookedAt, proof: { kind: 'unread' } as const };
  const planned = await planRead(ctx, read.value, found.value, known);
  if (planned.kind === 'work' || !restsOnHeaders(planned.result.reason)) return planned;
  // The order may have been made meanwhile from a newer state of the event.
  const readingAgain = readingNow(ctx);
  const again = await readEvent(ctx, id, row);
  if (again.kind !== 'ok') return unreadEvent(ctx, { id, header }, again, found.value);
  return planRead(ctx, again.value, found.value, { ...known, ...readingAgain });
}

async function readEvent(
  ctx: RunContext,
  id: EventId,
  row: EventHeader | null,
): Promise<ReadResult<SourceEvent>> {
  const read = await ctx.tripleseat.event(id);
  if (read.kind !== 'ok' || row?.fingerprint === undefined) return read;
  return { kind: 'ok', value: { ...read.value, ...rowOf(row) } };
}

/** What the row of the search says better than the detail: whether anything has changed since. */
function rowOf({ updatedAt, fingerprint }: EventHeader): Pick<EventHeader, 'updatedAt' | 'fingerprint'> {
  return fingerprint === undefined ? { updatedAt } : { updatedAt, fingerprint };
}

/** An event is about to be read. */
export function readingNow(ctx: RunContext): Pick<Work, 'readAt' | 'readAsOf'> {
  return { readAt: ctx.clock.now(), readAsOf: ctx.now() };
}

/** When the event and its orders were read, and what else was read with them. */
interface ReadKnown extends Pick<Work, 'readAt' | 'readAsOf'> {
  lookedAt: number;
  proof: Proof | null;
  /** What a person has decided about it; absent: nothing. */
  decision?: Decision;
}

/** Decides about an event that has been read, and whose orders have been looked up. */
export async function planRead(
  ctx: RunContext,
  event: SourceEvent,
  rows: readonly FoundOrder[],
  known: ReadKnown,
): Promise<Planned> {
  const { verdict, rows: all } = await judge(ctx, { id: event.id, header: event }, rows);
  if (verdict.kind === 'result') return verdict;
  return planOrderOf(ctx, event, verdict.location, all, known);
}

async function unreadEvent(
  ctx: RunContext,
  candidate: Candidate,
  read: Exclude<ReadResult<SourceEvent>, { kind: 'ok' }>,
  rows: readonly FoundOrder[],
): Promise<Planned> {
  if (read.kind !== 'not-found') {
    const upstream = read.kind === 'error' && !read.unusable;
    return result(failedUnread(ctx, candidate, 'SOURCE_ERROR', read.detail, upstream));
  }
  const { verdict } = await judge(ctx, { id: candidate.id, header: null }, rows);
  return verdict.kind === 'result'
    ? verdict
    : result(failedUnread(ctx, candidate, 'EVENT_NOT_FOUND', 'Tripleseat does not have the event.', false));
}

async function planOrderOf(
  ctx: RunContext,
  event: SourceEvent,
  location: Location,
  rows: readonly FoundOrder[],
  reads: ReadKnown,
): Promise<Planned> {
  const { readAt, readAsOf, lookedAt, proof, decision = null } = reads;
  const known: Known = { id: event.id, header: event, location };
  const existing = rows.find((row) => !row.deleted) ?? null;
  // What comes in the place of another order is made by the menu as it is now.
  const stands = standings(rows).visible.length > 0 && decision?.kind !== 'replace';
  const gathered = await gatherWanted(ctx, event, location, stands);
  if (gathered.kind === 'failed') {
    const { reason, error } = gathered.failure;
    const mistake = reason === 'UNMATCHED_ITEMS' ? await establishmentMistake(ctx, location) : null;
    if (mistake !== null) return result(failed(known, 'LOCATION_NOT_MAPPED', mistake, existing, false));
    return result(failed(known, reason, error, existing, gathered.upstream));
  }
  if (gathered.kind === 'not-priced') {
    return result(
      existing === null
        ? skipped(known, 'NOT_PRICED', await tellNotPriced(ctx, event, location), null)
        : failed(known, 'NOT_PRICED', noLongerPriced(existing), existing, false),
    );
  }
  const { order, ownLines } = gathered;
  const wanted = { ...order, told: [...order.told, ...(await notesOnSorted(ctx, order))] };
  const key = orderKey(ctx, event.id, location, { date: wanted.date, since: event.createdOn });
  const reading = { readAt, readAsOf, rows, lookedAt };
  const work = { known, key, wanted, ownLines, told: order.told, ...reading, decision };
  const isDoubted = await isDoubtful(ctx, event.id);
  const given = givenFor(ctx, wanted, compareFrom(ctx, location, rows, proof, isDoubted), decision);
  const { k, open } = await lookAhead(ctx, key, given, rows, lookedAt, proof);
  if (open === null) {
    const planned = planOf(k, ctx.now());
    const isKept = decision?.kind === 'keep';
    if (planned.kind === 'failed' && !isKept) {
      return result(await reported(ctx, known, wanted, planned, isDoubted));
    }
    // No line is written where only a payment is added.
    if (wanted.unmatched && decision?.kind !== 'payment') {
      return result(failed(known, wanted.unmatched.reason, wanted.unmatched.error, existing, false));
    }
    const losers = planned.kind === 'complete' ? await clearedAway(ctx, k, planned.losers) : [];
    return { kind: 'work', work: { ...work, ...actionsOf(planned, k, losers) } };
  }
  // What is only cleared away. What lacks a product is but compared.
  const cleared = wanted.unmatched ? [] : [...k.actions];
  const clearing = (order: OrderId | null): Planned => ({
    kind: 'work',
    work: { ...work, actions: cleared, creates: false, order },
  });
  switch (open.kind) {
    case 'standing': {
      if (isDoubted) await setDoubtful(ctx, event.id, false);
      if (cleared.length > 0) return clearing(open.order.id);
      tellLeftovers(ctx, event.id, open.leftovers);
      // The run that has just written it may have died before it read it back: the next sweep is to look again. So it
      // is while money is left elsewhere.
      const isKnown = open.compared !== null || !isRecent(ctx, location, open.order);
      if (ownLines && isKnown && open.leftovers.length === 0)
        await remember(ctx, event, gathered.order, open.order, readAt);
      return result({ ...standing(known, wanted, open.order), notes: wanted.told });
    }
    case 'report': {
      const leftovers = leftoversOf(k, []);
      tellLeftovers(ctx, event.id, leftovers);
      if (open.plan.kind === 'in-service' && ownLines && leftovers.length === 0) {
        await remember(ctx, event, gathered.order, open.plan.order, readAt, open.plan.differences);
      }
      // What was begun in the order's place and came to nothing goes, unless this run only looks.
      if (cleared.length > 0 && !ctx.request.dryRun) return clearing(open.plan.order?.id ?? null);
      return result({ ...(await reported(ctx, known, wanted, open.plan, isDoubted)), changes: cleared });
    }
    case 'halted':
      if (cleared.length > 0 && !ctx.request.dryRun) return clearing(null);
      return result(halted(known, wanted, open, k));
    case 'gone':
    case 'outdated':
      throw new Error(`event ${known.id} was only planned`);
  }
}

function noLongerPriced({ id }: FoundOrder): string {
  return `Order ${id} stands in Revel, but no price is on the event any more, so that the two cannot be compared. Complete the event in Tripleseat.`;
}

/** What a run sets out with for one event. */
export function givenFor(
  ctx: RunContext,
  wanted: WantedOrder,
  compareFrom: number | null,
  decision: Decision | null,
): Given {
  const { claim, request } = ctx;
  // One establishment that takes the orders of all shops has no clock of its own: each goes by its shop's.
  const zones = { ...ctx.zones, [wanted.establishmentId]: wanted.location.timezone };
  const { byMs: clockOff, counts } = ctx.clockOff();
  const timing = counts ? ctx.timing : undated(ctx.timing);
  const sweep = request.target.kind !== 'events';
  const { locations } = ctx.settings;
  const { takeBack = 'mark' } = ctx;
  const begunAt = ctx.now();
  const around = { claim, timing, zones, locations, sweep };
  return { wanted, decision, takeBack, ...around, compareFrom, begunAt, clockOff };
}

/**
 * Whether lines and payments of a visible order have to be compared, and as of when. Revel shows no trace in a header
 * of lines or payments that are gone; but those of an order that was written to a moment ago may not show yet.
 */
function compareFrom(
  ctx: RunContext,
  location: Location,
  rows: readonly FoundOrder[],
  proof: Proof | null,
  isDoubted: boolean,
): number | null {
  if (isDoubted) return ctx.now();
  if (proof === null) return null;
  const [order] = standings(rows).visible;
  const isFresh = proof.kind === 'unread' && order !== undefined && isRecent(ctx, location, order);
  return isFresh ? null : Number.NEGATIVE_INFINITY;
}

/** What only has to be told. Where the header does not show what is wrong, the next sweep is to look further, too. */
export async function reported(
  ctx: RunContext,
  known: Known,
  wanted: WantedOrder,
  plan: ReportPlan,
  isDoubted: boolean,
): Promise<EventResult> {
  if (plan.kind === 'in-service') {
    if (isDoubted) await setDoubtful(ctx, known.id, false);
    return servedResult(ctx, known, wanted, plan);
  }
  const isElsewhere = plan.failure.reason === 'ORPHANED' && known.location;
  const mistake = isElsewhere ? await establishmentMistake(ctx, isElsewhere) : null;
  if (mistake !== null) return failed(known, 'LOCATION_NOT_MAPPED', mistake, plan.order, false);
  const alone = plan.order && planOrder(wanted, [plan.order], [], planAround(ctx));
  if (alone?.kind === 'standing' && !isDoubted) await setDoubtful(ctx, known.id, true);
  return failedPlan(known, wanted, plan);
}

function result(value: EventResult): { kind: 'result'; result: EventResult } {
  return { kind: 'result', result: value };
}
