import type { EventHeader, SourceEvent } from '../domain/event.js';
import type { EventId, OrderId } from '../domain/ids.js';
import type { Location } from '../domain/location.js';
import { formatCents } from '../domain/money.js';
import type { FoundOrder } from '../domain/order.js';
import { type Action, billsOf, type DecidedPlan, markDeleted, planOrder, standings } from '../domain/plan.js';
import { isSettled } from '../domain/service.js';
import { leftElsewhere } from '../domain/verdicts.js';
import type { WantedOrder } from '../domain/wanted.js';
import type { OrderKey } from '../revel/types.js';
import type { ReadResult } from '../tripleseat/types.js';
import { planAround, planReading, readContents } from './contents.js';
import { orderKey, type RunContext } from './context.js';
import { readCurrent, restsOnHeaders } from './current.js';
import { abandonedIn } from './follow.js';
import { gatherWanted } from './gather.js';
import { droppable } from './header.js';
import { judge, keyOf } from './judge.js';
import { isDoubtful, recall, remember, setDoubtful } from './memory.js';
import { establishmentMistake } from './misplaced.js';
import { tellNotPriced, tellSorted } from './once.js';
import { isRecent, type Proof } from './proof.js';
import { base, doneAs, failed, failedPlan, failedUnread, type Known, skipped, standing } from './results.js';
import { servedResult } from './served.js';
import { showsWithin } from './signs.js';
import type { Candidate, EventResult } from './types.js';

/** An event is settled, or has work to do. */
export type Planned = { kind: 'result'; result: EventResult } | { kind: 'work'; work: Work };

/** What an event needs, before anything is written. */
export interface Work {
  known: Known;
  key: OrderKey;
  wanted: WantedOrder;
  /** The order is made from the event's own document. */
  ownLines: boolean;
  actions: Action[];
  /** A new order will be made. */
  creates: boolean;
  /** When the event was read, epoch milliseconds. */
  readAt: number;
  /** What the plan was made from, and when that was found. */
  rows: readonly FoundOrder[];
  lookedAt: number;
}

/** An event that a search has shown. */
export type Listed = Candidate & { header: EventHeader };

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
  const { verdict, rows: all } = await judge(ctx, candidate, rows);
  if (verdict.kind === 'result') return verdict.result;
  const { id, header } = candidate;
  const { location } = verdict;
  const known = await recall(ctx, header, location, all);
  if (!known) return null;
  const { order, total, differences, wanted } = known;
  if (differences.length === 0) return standing({ id, header, location }, total, order);
  const settled = isSettled(wanted, order, ctx.clock.now());
  return servedResult(ctx, { id, header, location }, total, {
    kind: 'in-service',
    order,
    differences,
    settled,
  });
}

/**
 * Decides about an event that a search has shown. Writes nothing: this is the whole of a dry run, and the first
 * half of any other.
 *
 * @param rows Revel's orders of the event, found before: the event itself is read after them, so that an order
 *   made meanwhile is never compared with an older state of the event
 * @param proof what {@link readProofs} has read for it; null: nothing
 */
export async function planListed(
  ctx: RunContext,
  candidate: Listed,
  rows: readonly FoundOrder[],
  proof: Proof | null,
): Promise<Planned> {
  const known = await settleListed(ctx, candidate, rows);
  if (known) return result(known);
  const readAt = ctx.clock.now();
  const read = await ctx.tripleseat.event(candidate.id);
  if (read.kind !== 'ok') return unreadEvent(ctx, candidate, read, rows);
  const event = { ...read.value, ...rowOf(candidate.header) };
  return planRead(ctx, event, rows, { readAt, lookedAt: readAt, proof });
}

/** The same for an event that is known by its id alone; `row`: what a search has shown of it before, if one has. */
export async function planById(
  ctx: RunContext,
  id: EventId,
  row: EventHeader | null = null,
): Promise<Planned> {
  const candidate: Candidate = { id, header: null };
  const readAt = ctx.clock.now();
  const read = await readEvent(ctx, id, row);
  if (read.kind === 'error' || read.kind === 'forbidden') return unreadEvent(ctx, candidate, read, []);
  const header = read.kind === 'ok' ? read.value : null;
  const { read: found, askedAt: lookedAt } = await ctx.finder.ask(keyOf(ctx, { id, header }));
  if (found.kind === 'error')
    return result(failedUnread(ctx, { id, header }, 'REVEL_ERROR', found.detail, true));
  if (read.kind === 'not-found') return unreadEvent(ctx, candidate, read, found.value);
  const known = { readAt, lookedAt, proof: { kind: 'unread' } as const };
  const planned = await planRead(ctx, read.value, found.value, known);
  if (planned.kind === 'work' || planned.result.reason !== 'DRIFT') return planned;
  // The order may have been made meanwhile from a newer state of the event.
  const again = await readEvent(ctx, id, row);
  return again.kind === 'ok'
    ? planRead(ctx, again.value, found.value, { ...known, readAt: ctx.clock.now() })
    : planned;
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

/** When the event and its orders were read, and what else was read with them. */
interface ReadKnown {
  readAt: number;
  lookedAt: number;
  proof: Proof | null;
  /** The rows that matter were read by their ids. */
  isCurrent?: true;
}

async function planRead(
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
  const { readAt, lookedAt, proof } = reads;
  const known: Known = { id: event.id, header: event, location };
  const existing = rows.find((row) => !row.deleted) ?? null;
  const stands = standings(rows).visible.length > 0;
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
  await tellSorted(ctx, gathered.order);
  const wanted = gathered.order;
  const { ownLines } = gathered;
  const left = await leftUnfinished(ctx, event.id);
  const doubtful = left !== null || (await isDoubtful(ctx, event.id));
  const plan = await planWithContents(ctx, wanted, rows, doubtful, proof);
  if (plan.kind === 'unread') return result(failed(known, 'REVEL_ERROR', plan.detail, existing, true));
  const key = orderKey(ctx, event.id, location, { date: wanted.date, since: event.createdOn });
  const work: Omit<Work, 'actions' | 'creates'> = { known, key, wanted, ownLines, readAt, rows, lookedAt };
  const isHeaderRight = planOrder(wanted, rows, [], planAround(ctx)).kind === 'standing';
  /** Planned anew by the headers as they are now; null: lists have shown them so. */
  const planCurrent = async (): Promise<Planned | null> => {
    if (reads.isCurrent) return null;
    const current = await readCurrent(ctx, rows);
    if (current.kind === 'error') return result(failed(known, 'REVEL_ERROR', current.detail, existing, true));
    if (current.value === null) return null;
    return planOrderOf(ctx, event, location, current.value, { ...reads, isCurrent: true });
  };
  if (plan.kind === 'failed' && restsOnHeaders(plan.failure.reason)) {
    const planned = await planCurrent();
    if (planned) return planned;
  }
  if (plan.kind === 'failed') {
    const mistake = plan.failure.reason === 'ORPHANED' ? await establishmentMistake(ctx, location) : null;
    if (mistake !== null) return result(failed(known, 'LOCATION_NOT_MAPPED', mistake, plan.order, false));
    // The header does not tell what is wrong: the next sweep is to look further, too.
    if (isHeaderRight && !doubtful) await setDoubtful(ctx, event.id, true);
    return result(failedPlan(known, wanted, plan));
  }
  if (plan.kind === 'in-service') {
    if (doubtful) await setDoubtful(ctx, event.id, false);
    if (ownLines) await remember(ctx, event, wanted, plan.order, readAt, plan.differences);
    return result(await servedResult(ctx, known, wanted.finalTotal, plan));
  }
  if (plan.kind !== 'standing' && wanted.unmatched) {
    return result(failed(known, wanted.unmatched.reason, wanted.unmatched.error, existing, false));
  }
  const dropped = await droppable(ctx, wanted, plan.losers);
  if (dropped.kind === 'error') return result(failed(known, 'REVEL_ERROR', dropped.detail, existing, true));
  const dropFor = (winner: OrderId | null) => dropped.value.map(({ id }) => markDeleted(id, winner));
  switch (plan.kind) {
    case 'standing': {
      // What the run before sent off may still arrive: that is waited for under the lock, and looked at again.
      if (left !== null && ctx.clock.now() < left && !ctx.request.dryRun) {
        return { kind: 'work', work: { ...work, actions: dropFor(plan.order.id), creates: false } };
      }
      if (doubtful) await setDoubtful(ctx, event.id, false);
      if (dropped.value.length === 0) {
        // The run that has just written it may have died before it read it back: the next sweep is to look again.
        const isByHeader = proof === null && !doubtful && isHeaderRight;
        const isKnown = !isByHeader || !isRecent(ctx, location, plan.order);
        if (ownLines && isKnown) await remember(ctx, event, wanted, plan.order, readAt);
        return result({ ...standing(known, wanted.finalTotal, plan.order), notes: wanted.told });
      }
      return { kind: 'work', work: { ...work, actions: dropFor(plan.order.id), creates: false } };
    }
    case 'create': {
      const busy = plan.losers.find((row) => !dropped.value.includes(row) && abandonedIn(ctx, wanted, row));
      if (busy) {
        const orphaned = result(failed(known, 'ORPHANED', leftElsewhere(wanted, busy), busy, false));
        return (await planCurrent()) ?? orphaned;
      }
      return { kind: 'work', work: { ...work, actions: [...dropFor(null), ...plan.actions], creates: true } };
    }
    case 'complete': {
      const actions = [...plan.actions, ...dropFor(plan.order.id)];
      return { kind: 'work', work: { ...work, actions, creates: false } };
    }
  }
}

function noLongerPriced({ id }: FoundOrder): string {
  return `Order ${id} stands in Revel, but no price is on the event any more, so that the two cannot be compared. Complete the event in Tripleseat.`;
}

/**
 * Until when something may still come to show that a run on this host had set out to write before it died or gave up;
 * null: none has left anything unfinished.
 */
async function leftUnfinished(ctx: RunContext, event: EventId): Promise<number | null> {
  const intent = await ctx.state.intents.read(event);
  return intent && Math.min(intent.lastWriteAt, ctx.clock.now()) + showsWithin(ctx.settings);
}

async function planWithContents(
  ctx: RunContext,
  wanted: WantedOrder,
  rows: readonly FoundOrder[],
  doubtful: boolean,
  proof: Proof | null,
): Promise<DecidedPlan | { kind: 'unread'; detail: string }> {
  const plan = planOrder(wanted, rows, [], planAround(ctx));
  const isProven =
    plan.kind === 'standing' &&
    !doubtful &&
    (proof === null || (proof.kind === 'unread' && isRecent(ctx, wanted.location, plan.order)));
  const isOpen = plan.kind === 'need-contents' || plan.kind === 'need-bills';
  if (!isOpen && (isProven || plan.kind !== 'standing')) return plan;
  if (proof?.kind === 'contents' && proof.contents.order === plan.order.id) {
    const proved = planOrder(wanted, rows, [proof.contents], planAround(ctx));
    // What differs is read by itself before anybody is told.
    if (proved.kind === 'standing') return proved;
  }
  const contents = await readContents(ctx.revel, plan.order, billsOf(plan.order, rows));
  const decided = contents.kind === 'ok' ? await planReading(ctx, wanted, rows, [contents.value]) : contents;
  return decided.kind === 'ok' ? decided.value : { kind: 'unread', detail: decided.detail };
}

/** What the plan would come to, for a dry run. */
export function plannedResult(work: Work): EventResult {
  return {
    ...base(work.known),
    ...doneAs(work.creates),
    total: formatCents(work.wanted.finalTotal),
    notes: work.wanted.told,
    changes: work.actions,
  };
}

function result(value: EventResult): { kind: 'result'; result: EventResult } {
  return { kind: 'result', result: value };
}
