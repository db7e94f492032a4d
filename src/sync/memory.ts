import { createHash } from 'node:crypto';
import { z } from 'zod';
import { type Difference, differenceFields } from '../domain/differences.js';
import type { EventHeader } from '../domain/event.js';
import { type EventId, localIdOf } from '../domain/ids.js';
import type { Location } from '../domain/location.js';
import { type Cents, cents, zero } from '../domain/money.js';
import { type FoundOrder, isVisible } from '../domain/order.js';
import { planOrder, standings } from '../domain/plan.js';
import { stampMillis } from '../domain/select.js';
import type { WantedOrder } from '../domain/wantedOrder.js';
import { planAround } from './contents.js';
import { establishmentOf, type RunContext } from './context.js';
import type { SyncSettings } from './types.js';

/** Raised whenever the same event would make another order than before: older entries are then not used. */
const FORMAT = 4;
const HOUR = 3_600_000;
const MINUTE = 60_000;
/**
 * Longest use of an entry. Not every edit of a document is known to show in the event's row, products are not
 * read for remembered events, and lines of an order may change without its header: all that is found this late
 * at worst. The youngest age differs from event to event, so that not all of them are read again in one sweep.
 */
const MAX_AGE_MS = 8 * HOUR;
const SPREAD_MS = 4 * HOUR;
/** How far the clocks of the two services and of this host may be apart. */
const SKEW_MS = MINUTE;
/** Every zone's offset from UTC is a multiple of this, and less than a day. */
const ZONE_STEP_MS = 15 * MINUTE;
const ZONES_MS = 27 * HOUR;

const money = z
  .number()
  .int()
  .transform((value): Cents => cents(value));

const differenceSchema = z.object({
  field: z.enum(differenceFields),
  name: z.string().nullable(),
  event: z.string().nullable(),
  order: z.string().nullable(),
});

/** One remembered event; an array keeps thousands of them small. */
const entrySchema = z.tuple([
  /** What it was derived from: the search row, and all settings that the order depends on. */
  z.string(),
  z.string(),
  /** When the event's detail was asked for, epoch milliseconds. */
  z.number(),
  /** Revision and date of the wanted order. */
  z.string(),
  z.string(),
  /** Its money: subtotal, discount, tax, gratuity, surcharge, total, payment, remaining due. */
  z.array(money).length(8),
  /** The order that was found standing, as its header was then, and what in it was not as the event has it. */
  z.string(),
  z.array(differenceSchema).max(1_000),
  /** What was not taken as the event has it. */
  z.array(z.string()).max(1_000),
  /** Hash over all of the above: a damaged entry must not pass for another event's state. */
  z.string(),
]);
type Content = z.output<typeof entrySchema> extends [...infer Fields, string] ? Fields : never;

/** An order that stands as its event wants it, or is in service with these differences. */
export interface Remembered {
  order: FoundOrder;
  differences: Difference[];
  /** Its money and day, and what is told of it; without its lines. */
  wanted: WantedOrder;
}

/**
 * Whether what was read of the event earlier still proves that its order stands, so that the event need not be
 * read again. It does when the row of the search is the same byte for byte, was read clear of the minute of its
 * last update, and the settings are the same; the order wanted then is compared with the order as it is now. An
 * order that staff has worked on counts as compared when its header is exactly the one whose lines and payments
 * were compared. Anything else, and anything unreadable, says nothing: null. So does what is known of another order in
 * whose place this one has come, and anything while the order is in doubt (see {@link setDoubtful}).
 *
 * @param rows all rows that Revel has for the event now
 */
export async function recall(
  ctx: RunContext,
  header: EventHeader,
  location: Location,
  rows: readonly FoundOrder[],
): Promise<Remembered | null> {
  const { visible, hidden } = standings(rows);
  const [order] = visible;
  if (!order || visible.length > 1 || hidden.length > 0 || (await isDoubtful(ctx, header.id))) return null;
  const entry = entrySchema.safeParse(await ctx.state.cache?.get(keyOf(header)));
  if (!entry.success) return null;
  const [row, settings, readAt, revision, date, amounts, seen, differences, told, check] = entry.data;
  if (check !== digest([header.id, ...entry.data.slice(0, -1)])) return null;
  if (row !== header.fingerprint || settings !== settingsHash(ctx, location)) return null;
  const age = ctx.clock.now() - readAt;
  if (age < 0 || age > MAX_AGE_MS - spread(header) || !isClearOfUpdate(header, readAt)) return null;
  const wanted = rebuilt(ctx, header, location, { revision, date, amounts, told });
  const plan = planOrder(wanted, rows, [], planAround(ctx));
  const isSame = seen === seenAs(order);
  const isOfOrder = seen.startsWith(`${order.id} `);
  const stands =
    (plan.kind === 'standing' && (isSame || (isOfOrder && differences.length === 0))) ||
    (plan.kind === 'need-contents' && isVisible(plan.order) && isSame);
  return stands ? { order, differences, wanted } : null;
}

/**
 * Remembers an event whose order was just found standing.
 *
 * @param header with the fingerprint of its search row, which was read before the detail; without one, nothing
 *   can be remembered
 * @param readAt when its detail was asked for
 * @param order its header as it was found before its lines and payments were compared
 * @param differences of an order in service
 */
export async function remember(
  ctx: RunContext,
  header: EventHeader,
  wanted: WantedOrder,
  order: FoundOrder,
  readAt: number,
  differences: readonly Difference[] = [],
): Promise<void> {
  if (header.fingerprint === undefined || !isClearOfUpdate(header, readAt)) return;
  const content: Content = [
    header.fingerprint,
    settingsHash(ctx, wanted.location),
    readAt,
    wanted.revision,
    wanted.date,
    [
      wanted.subtotal,
      wanted.discount,
      wanted.tax,
      wanted.gratuity,
      wanted.surcharge,
      wanted.finalTotal,
      wanted.payment,
      wanted.remainingDue,
    ],
    seenAs(order),
    [...differences],
    [...wanted.told],
  ];
  await ctx.state.cache?.set(keyOf(header), [...content, digest([header.id, ...content])]);
}

function keyOf(header: EventHeader): string {
  return `event/${header.id}`;
}

/** Whether exactly this has been told of the event before. */
export async function isTold(ctx: RunContext, event: EventId, what: unknown): Promise<boolean> {
  return (await ctx.state.cache?.get(`told/${event}`)) === digest(what);
}

/** Remembers that it has been told. */
export async function setTold(ctx: RunContext, event: EventId, what: unknown): Promise<void> {
  await ctx.state.cache?.set(`told/${event}`, digest(what));
}

/** Whether lines and payments of the event's visible order have to be compared, whatever its header says. */
export async function isDoubtful(ctx: RunContext, event: EventId): Promise<boolean> {
  return (await ctx.state.cache?.get(`doubt/${event}`)) === true;
}

/**
 * Marks the event's order as one whose reading back did not show it as written, or takes the mark away. Its header
 * looks right from then on, since we wrote it.
 */
export async function setDoubtful(ctx: RunContext, event: EventId, doubtful: boolean): Promise<void> {
  await ctx.state.cache?.set(`doubt/${event}`, doubtful);
}

/**
 * The stamp of an update has minutes only: an edit in the minute in which the event was read, but after that,
 * leaves the same stamp. So the read must lie clear of that minute. In which zone the stamp is written is not
 * certain, but every zone differs from UTC by whole quarters of an hour, so that for a stamp of these days it is
 * enough to look where in a quarter the two lie. (One in five such events is then read once more.)
 */
function isClearOfUpdate(header: EventHeader, readAt: number): boolean {
  const stamp = stampMillis(header.updatedAt);
  if (stamp === null || readAt - stamp < -ZONES_MS) return false;
  if (readAt - stamp > ZONES_MS) return true;
  const since = (((readAt - stamp) % ZONE_STEP_MS) + ZONE_STEP_MS) % ZONE_STEP_MS;
  return since >= MINUTE + SKEW_MS && since < ZONE_STEP_MS - SKEW_MS;
}

function spread(header: EventHeader): number {
  return (Number(header.id.slice(-6)) * 7_919) % SPREAD_MS;
}

/** Everything but the event and the products that the wanted order depends on. */
function settingsHash({ settings }: RunContext, location: Location): string {
  const hashes = settingsHashes.get(settings) ?? new Map<Location, string>();
  settingsHashes.set(settings, hashes);
  const { paymentPolicy, unmatchedPolicy, testEstablishmentId } = settings;
  const { notify: _, ...told } = location;
  const hash =
    hashes.get(location) ?? digest([FORMAT, told, paymentPolicy, unmatchedPolicy, testEstablishmentId]);
  hashes.set(location, hash);
  return hash;
}

/** A location may hold a long product mapping, so that it is not hashed for each of its events. */
const settingsHashes = new WeakMap<SyncSettings, Map<Location, string>>();

/** The wanted order as far as comparing headers needs it: lines are only compared after reading the event. */
function rebuilt(
  ctx: RunContext,
  { id, startsAt }: EventHeader,
  location: Location,
  {
    revision,
    date,
    amounts,
    told,
  }: { revision: string; date: string; amounts: readonly Cents[]; told: readonly string[] },
): WantedOrder {
  const amount = (index: number) => amounts[index] ?? zero;
  return {
    eventId: id,
    localId: localIdOf(id),
    establishmentId: establishmentOf(ctx, location),
    location,
    date,
    startsAt,
    items: [],
    subtotal: amount(0),
    discount: amount(1),
    tax: amount(2),
    gratuity: amount(3),
    surcharge: amount(4),
    finalTotal: amount(5),
    payment: amount(6),
    tip: zero,
    remainingDue: amount(7),
    callName: '',
    guests: null,
    notesBase: '',
    revision,
    told,
    sorted: [],
    unsold: [],
  };
}

/** Which order it is, and everything of its header that somebody's work on it changes. */
function seenAs(order: FoundOrder): string {
  return `${order.id} ${digest(order)}`;
}

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64url').slice(0, 22);
}
