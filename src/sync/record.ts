import { createHash } from 'node:crypto';
import type { Booked } from '../domain/booked.js';
import { type FailReason, isConclusive, type SkipReason } from '../domain/reasons.js';
import type { Shard } from '../domain/shard.js';
import type { Cache, Journal, JournalRecord, StateStore } from '../state/types.js';
import type { EventResult, SyncOutcome, SyncRequest } from './types.js';

/** The journal of one run: its start before anything is done, then every result and its end. */
export async function recordStart(
  journal: Journal,
  request: SyncRequest,
  now: number,
  place: { host: string; pid: number; zone: string },
): Promise<void> {
  const { target } = request;
  await journal.append([
    {
      type: 'run-start',
      at: new Date(now).toISOString(),
      run: request.correlationId,
      mode: modeOf(request),
      trigger: request.trigger,
      ...place,
      ...(target.kind === 'events' ? { events: target.ids.slice(0, MAX_RECORDED) } : {}),
      ...shardOf(request),
      window:
        target.kind === 'sweep'
          ? {
              from: new Date(now - target.hoursBack * 3_600_000).toISOString(),
              to: new Date(now).toISOString(),
            }
          : null,
    },
  ]);
}

/**
 * See {@link recordStart}. Of the skips of a sweep only those that end a failure are recorded, and of the money of
 * events and orders only what has changed; `redact` takes secrets out of a text. `requests`: how many went out.
 */
export async function recordEnd(
  { journal, cache }: Pick<StateStore, 'journal' | 'cache'>,
  request: SyncRequest,
  outcome: SyncOutcome,
  exit: number,
  now: number,
  redact: (text: string) => string,
  requests: { tripleseat: number; revel: number },
): Promise<void> {
  const at = new Date(now).toISOString();
  const run = request.correlationId;
  const recovered = await recoveredIn(cache, outcome);
  const results = outcome.results.filter(
    ({ status, id }) => status !== 'skipped' || request.target.kind === 'events' || recovered.has(id),
  );
  const count = (status: string) => outcome.results.filter((result) => result.status === status).length;
  const records: JournalRecord[] = results.map((result) => ({
    type: 'event',
    at,
    run,
    id: result.id,
    name: result.name === null ? null : redact(result.name),
    date: result.date,
    location: result.location,
    status: result.status,
    reason: result.reason,
    order: result.orderId,
    total: result.total,
    error: result.error === null ? null : redact(result.error),
    ...(result.differences.length === 0 ? {} : { differences: result.differences.slice(0, MAX_RECORDED) }),
    ...(result.orders.length === 0 ? {} : { orders: result.orders.slice(0, MAX_RECORDED) }),
  }));
  const booked = await newlyBooked(cache, outcome);
  for (const { result, money } of booked) {
    const { id, date, location } = result;
    records.push({ type: 'booked', at, run, id, date, location, booked: money });
  }
  records.push({
    type: 'run-end',
    at,
    run,
    mode: modeOf(request),
    complete: outcome.complete,
    ...shardOf(request),
    exit,
    summary: {
      queried: outcome.results.length,
      injected: count('injected'),
      repaired: count('repaired'),
      skipped: count('skipped'),
      failed: count('failed'),
    },
    requests,
  });
  await journal.append(records);
  for (const { id, status } of outcome.results)
    if (status === 'failed') await cache.set(failingKey(id), true);
  for (const id of recovered) await cache.set(failingKey(id), undefined);
  for (const { result, money } of booked) await cache.set(bookedKey(result.id), bookedMark(result, money));
}

/**
 * Records that runs for an event were given up before any of them could tell what became of it.
 *
 * @param why a sentence
 */
export async function recordGivenUp(
  { journal, cache }: Pick<StateStore, 'journal' | 'cache'>,
  { event, run }: { event: string; run: string },
  why: string,
  now: number,
): Promise<void> {
  const at = new Date(now).toISOString();
  const reason: FailReason = 'ABORTED';
  const unknown = { name: null, date: null, location: null, order: null, total: null };
  await journal.append([
    { type: 'event', at, run, id: event, status: 'failed', reason, error: why, ...unknown },
  ]);
  await cache.set(failingKey(event), true);
  await cache.flush();
}

/** The events whose newest recorded result was a failure, as far as the cache knows, and which are all right now. */
async function recoveredIn(cache: Cache, { results }: SyncOutcome): Promise<Set<string>> {
  const recovered = new Set<string>();
  for (const { id, status, reason } of results) {
    if (status === 'failed' || (status === 'skipped' && !isConclusive(reason))) continue;
    if ((await cache.get(failingKey(id))) === true) recovered.add(id);
  }
  return recovered;
}

/** An event that wants no order, so that what was to be booked for it no longer is. */
const WANTS_NONE: ReadonlySet<string> = new Set<SkipReason | FailReason>([
  'STATUS_NOT_ELIGIBLE',
  'BEFORE_GO_LIVE',
  'IGNORED',
  'NOT_PRICED',
  'REMOVED_BY_STAFF',
  'EVENT_NOT_FOUND',
  'ORPHANED',
]);
const NOTHING: Booked = { event: null, order: null };

/** The money that is not what was recorded last, as far as the cache knows. */
async function newlyBooked(
  cache: Cache,
  { results }: SyncOutcome,
): Promise<{ result: EventResult; money: Booked }[]> {
  const found: { result: EventResult; money: Booked }[] = [];
  for (const result of results) {
    const money = result.booked ?? (WANTS_NONE.has(result.reason ?? '') ? NOTHING : null);
    if (money === null) continue;
    const before = await cache.get(bookedKey(result.id));
    if (before === undefined && money.event === null && money.order === null) continue;
    if (before !== bookedMark(result, money)) found.push({ result, money });
  }
  return found;
}

function bookedMark({ date, location }: EventResult, money: Booked): string {
  return createHash('sha256')
    .update(JSON.stringify([date, location, money]))
    .digest('base64url')
    .slice(0, 16);
}

function bookedKey(id: string): string {
  return `booked/${id}`;
}

/** Differences, and orders, of one event that the journal keeps. */
const MAX_RECORDED = 50;

function failingKey(id: string): string {
  return `failing/${id}`;
}

function shardOf({ target }: SyncRequest): { shard?: Shard } {
  return target.kind === 'sweep' && target.shard ? { shard: target.shard } : {};
}

/** `single` for named events, `bulk` for a sweep. */
export function modeOf({ target }: Pick<SyncRequest, 'target'>): 'single' | 'bulk' {
  return target.kind === 'events' ? 'single' : 'bulk';
}
