import { createHash } from 'node:crypto';
import { z } from 'zod';
import type {
  Broken,
  EventHeader,
  MenuSelection,
  SourceBooking,
  SourceDocument,
  SourceEvent,
  SourceLine,
} from '../domain/event.js';
import { type EventId, parseEventId } from '../domain/ids.js';
import { type Cents, parseAmount, parseCents, parseQuantity, type Quantity } from '../domain/money.js';
import { billingOf, figureOf, isEmpty, paymentsOf, quote, total, Unreadable } from './amounts.js';
import { instant, isoDate, localTimes, usDate, utcInstant } from './dates.js';
import {
  bookingSchema,
  eventSchema,
  firstProblem,
  headerSchema,
  placeSchema,
  placesSchema,
  type RawDocument,
  type RawEvent,
  type RawHeader,
  type RawLine,
  type Scalar,
  searchSchema,
  selectionsSchema,
  unwrap,
} from './schema.js';
import type { SearchPage, SourcePlace } from './types.js';

/** What an answer of the API meant. `absent`: it says that there is no such object. */
export type Converted<T> =
  | { kind: 'ok'; value: T }
  | { kind: 'absent' }
  | { kind: 'unreadable'; detail: string };

/** Detail of an event, wrapped in `event` or bare. */
export function toEvent(answer: unknown): Converted<SourceEvent> {
  const body = unwrap(answer, 'event');
  if (body === null) return { kind: 'absent' };
  return attempt(() => {
    const parsed = eventSchema.safeParse(body);
    if (!parsed.success) throw new Unreadable(firstProblem(parsed.error));
    return eventOf(parsed.data);
  });
}

/** A page of a search. `page` is 1-based. */
export function toSearchPage(answer: unknown, page: number): Converted<SearchPage> {
  return attempt(() => {
    const parsed = searchSchema.safeParse(answer);
    if (!parsed.success) throw new Unreadable(firstProblem(parsed.error));
    const { results, total_pages: pages } = parsed.data;
    const found: SearchPage = {
      events: [],
      unreadable: [],
      pages: pages || null,
      more: pages ? page < pages : results.length > 0,
    };
    results.forEach((row, index) => {
      const header = toHeader(unwrap(row, 'event'));
      if (header.kind === 'ok') found.events.push(header.value);
      else found.unreadable.push(`row ${index + 1}: ${header.kind === 'absent' ? 'empty' : header.detail}`);
    });
    return found;
  });
}

/** Detail of a booking, wrapped in `booking` or bare. */
export function toBooking(answer: unknown): Converted<SourceBooking> {
  const body = unwrap(answer, 'booking');
  if (body === null) return { kind: 'absent' };
  return attempt(() => {
    const parsed = bookingSchema.safeParse(body);
    if (!parsed.success) throw new Unreadable(firstProblem(parsed.error));
    return {
      id: parsed.data.id,
      eventIds: (parsed.data.event_ids ?? []).map(eventIdOf),
      documents: documentsOf(parsed.data.documents),
    };
  });
}

/** The selections of an event, wrapped in `menu_item_selections` or bare. Entries without a name are dropped as blank. */
export function toSelections(answer: unknown): Converted<MenuSelection[]> {
  const body = unwrap(answer, 'menu_item_selections');
  if (body === null) return { kind: 'absent' };
  const parsed = selectionsSchema.safeParse(body);
  if (!parsed.success) return { kind: 'unreadable', detail: firstProblem(parsed.error) };
  const named = (entry: { display_name: string | null; internal_name: string | null; quantity?: Scalar }) => {
    const name = entry.display_name?.trim() ? entry.display_name : (entry.internal_name ?? '');
    return name.trim() === '' ? [] : [{ name, quantity: countOf(entry.quantity) }];
  };
  return {
    kind: 'ok',
    value: parsed.data.flatMap((entry) =>
      named(entry).map((selection) => ({
        ...selection,
        menuItemId: entry.menu_item_id,
        modifiers: (entry.menu_modifier_selections ?? []).flatMap((one) => named(one)),
      })),
    ),
  };
}

function countOf(value: Scalar): Quantity | null {
  return isEmpty(value) ? null : parseQuantity(value);
}

/** Locations of the account, wrapped in `locations` or bare; rows that are none are left out. */
export function toPlaces(answer: unknown): Converted<SourcePlace[]> {
  const rows = placesSchema.safeParse(unwrap(answer, 'locations'));
  if (!rows.success) return { kind: 'unreadable', detail: firstProblem(rows.error) };
  const places = rows.data.flatMap((row): SourcePlace[] => {
    const { data } = placeSchema.safeParse(unwrap(row, 'location'));
    return data ? [{ locationId: data.id, siteId: data.site_id ?? null, name: data.name ?? '' }] : [];
  });
  return { kind: 'ok', value: places };
}

function attempt<T>(work: () => T): Converted<T> {
  try {
    return { kind: 'ok', value: work() };
  } catch (error) {
    if (error instanceof Unreadable) return { kind: 'unreadable', detail: error.message };
    throw error;
  }
}

function toHeader(row: unknown): Converted<EventHeader> {
  if (row === null) return { kind: 'absent' };
  return attempt(() => {
    const parsed = headerSchema.safeParse(row);
    if (!parsed.success) throw new Unreadable(firstProblem(parsed.error));
    return { ...headerOf(parsed.data), fingerprint: fingerprint(row) };
  });
}

/** Two rows have the same one only if everything in them is the same, the parts that nobody reads included. */
function fingerprint(row: unknown): string {
  return createHash('sha256').update(JSON.stringify(row)).digest('base64url').slice(0, 22);
}

function headerOf(event: RawHeader): EventHeader {
  return {
    id: eventIdOf(event.id),
    name: event.name ?? '',
    status: (event.status ?? '').toUpperCase(),
    deleted: event.deleted_at !== null,
    siteId: idNumber(event.site_id ?? event.location?.site_id ?? null),
    locationId: idNumber(event.location_id ?? event.location?.id ?? null),
    bookingId: event.booking_id !== null && /^\d{1,18}$/.test(event.booking_id) ? event.booking_id : null,
    ...timesOf(event),
    createdOn: event.created_at === null ? null : dayOf(event.created_at),
    updatedAt: event.updated_at,
  };
}

function eventOf(event: RawEvent): SourceEvent {
  return {
    ...headerOf(event),
    contact: contactOf(event.contact),
    guests: guestsOf(event.guaranteed_guest_count) ?? guestsOf(event.guest_count),
    room: (event.rooms ?? []).flatMap(({ name }) => name ?? []).join(', '),
    ...readEach({
      grandTotal: () => total(event.grand_total, 'grand_total'),
      billing: () => billingOf(event.billing_totals),
      payments: () => paymentsOf(event.payment_set, 'payment_set'),
      amountDue: () => total(event.amount_due ?? event.payment_set?.amount_due, 'amount_due'),
    }),
    documents: documentsOf(event.documents),
    ...present('minimum', minimumOf(event.food_and_beverage_min)),
    ...present('selectedGratuity', chosenGratuity(event.selected_gratuity)),
  };
}

/** A count that is none is no reason to refuse an event. */
function guestsOf(count: Scalar): number | null {
  const guests = Number(count ?? 0);
  return Number.isSafeInteger(guests) && guests > 0 && guests < 1_000_000 ? guests : null;
}

/** A field that is left out where there is nothing in it. */
function present<K extends string, V>(key: K, value: V | null): Partial<Record<K, V>> {
  return value === null ? {} : ({ [key]: value } as Record<K, V>);
}

/** Only for a sentence: what cannot be read is not there. */
function minimumOf(value: Scalar): Cents | null {
  return isEmpty(value) ? null : parseCents(value);
}

const choiceSchema = z.union([
  z.string(),
  z.number(),
  z.object({
    name: z.unknown().optional(),
    label: z.unknown().optional(),
    title: z.unknown().optional(),
    value: z.unknown().optional(),
    percent: z.unknown().optional(),
  }),
]);

/** The guest's choice for a sentence. Its shape is not documented: text, a number, or an object that names it. */
function chosenGratuity(value: unknown): string | null {
  const read = choiceSchema.safeParse(value);
  if (!read.success) return null;
  const { data } = read;
  const said =
    typeof data === 'object'
      ? [data.name, data.label, data.title, data.value, data.percent].find(
          (each) => (typeof each === 'string' && each.trim() !== '') || typeof each === 'number',
        )
      : data;
  const text = String(said ?? '').trim();
  return /^(?:|none|no|no gratuity|null|false|0*(?:\.0*)?\s*%?)$/i.test(text) ? null : quote(text);
}

/** Reads every field by itself: one that is broken stands in the way of those who use it, and of nobody else. */
function readEach<T extends Partial<Record<keyof Broken, () => unknown>>>(
  readers: T,
): { [field in keyof T]: T[field] extends () => infer V ? V | null : never } & { broken?: Broken };
function readEach(readers: Partial<Record<keyof Broken, () => unknown>>): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  const broken: Record<string, string> = {};
  for (const [field, read] of Object.entries(readers)) {
    try {
      values[field] = read();
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      values[field] = null;
      broken[field] = error.message;
    }
  }
  return Object.keys(broken).length === 0 ? values : { ...values, broken };
}

function contactOf(contact: RawEvent['contact']): SourceEvent['contact'] {
  const name = [contact?.first_name, contact?.last_name].filter(Boolean).join(' ');
  const phone = contact?.phone_numbers?.find((entry) => entry.number !== null)?.number ?? '';
  return name === '' && phone === '' ? null : { name, phone };
}

function documentsOf(documents: RawDocument[] | null | undefined): SourceDocument[] {
  return (documents ?? []).map((document, index) => documentOf(document, `documents.${index}`));
}

function documentOf(document: RawDocument, field: string): SourceDocument {
  const { financials } = document;
  return {
    id: document.id,
    title: document.title ?? document.name ?? '',
    deleted: document.deleted_at !== null,
    lines: (document.line_items ?? []).map(lineOf),
    ...readEach({
      billing: () => billingOf(document.billing_totals),
      grandTotal: () => total(financials?.grand_total, `${field}.financials.grand_total`),
      discountsTotal: () => figureOf(financials?.discounts_total),
      payments: () => paymentsOf(document.payment_set, `${field}.payment_set`),
      amountDue: () =>
        total(financials?.amount_due ?? document.payment_set?.amount_due, `${field}.financials.amount_due`),
    }),
    views: (document.views ?? []).flatMap((view) =>
      view.url === null ? [] : [{ name: view.name ?? '', url: view.url }],
    ),
  };
}

function lineOf(line: RawLine): SourceLine {
  const broken: Record<string, string> = {};
  const read = <T>(
    value: Scalar,
    field: keyof NonNullable<SourceLine['broken']>,
    sent: string,
    parse: (value: string | number) => T | null,
  ): T | null => {
    if (isEmpty(value)) return null;
    const parsed = parse(value);
    if (parsed === null) broken[field] = `${sent} ${quote(value)}`;
    return parsed;
  };
  const figures = {
    quantity: read(line.quantity, 'quantity', 'quantity', parseQuantity),
    price: read(line.price, 'price', 'price', parseAmount),
    totalPrice: read(line.total_price, 'totalPrice', 'total_price', parseAmount),
  };
  return {
    displayName: line.display_name,
    description: line.description,
    longDescription: line.long_description,
    section: line.section,
    menuItemId: line.menu_item_id,
    ...figures,
    ...(Object.keys(broken).length === 0 ? {} : { broken }),
    ...present('discount', figureOf(line.discount)),
    ...(line.billing_ids ? { billingIds: line.billing_ids } : {}),
  };
}

/** An id that is not plain digits would change what the event is; it is refused rather than dropped. */
function eventIdOf(text: string): EventId {
  const id = parseEventId(text);
  if (id === null) throw new Unreadable(`the event id ${quote(text)} is not a number`);
  return id;
}

function idNumber(text: string | null): number | null {
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null;
}

/** When the event is. Fields that name their zone win; the others are left to the zone of the location. */
function timesOf(
  event: RawHeader,
): Pick<EventHeader, 'date' | 'startsAt' | 'endsAt' | 'localStart' | 'localEnd'> {
  const startsAt = timeOf(event.event_start_iso8601, event.event_start_utc);
  const endsAt = timeOf(event.event_end_iso8601, event.event_end_utc);
  const date = dateOf(event);
  const written = startsAt === null ? null : localPart(event.event_start_iso8601);
  const { start, end } = localTimes(event, date, written);
  const local = start ?? localPart(event.event_start_iso8601);
  return {
    date: date ?? start?.slice(0, 10) ?? null,
    startsAt,
    endsAt,
    ...(local === null ? {} : { localStart: local }),
    ...(endsAt === null && end !== null ? { localEnd: end } : {}),
  };
}

/** An ISO 8601 time as written, without its offset. */
function localPart(iso: string | null): string | null {
  return (iso === null ? null : /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}/.exec(iso)?.[0]) ?? null;
}

function dateOf(event: RawHeader): string | null {
  return (
    (event.event_date_iso8601 && isoDate(event.event_date_iso8601)) ||
    (event.event_date && usDate(event.event_date)) ||
    // The date part as written is the local one; converting it to another zone could move the day.
    (event.event_start_iso8601 && isoDate(event.event_start_iso8601)) ||
    null
  );
}

/** The day of `7/27/2026 11:08 PM`. */
function dayOf(stamp: string): string | null {
  return isoDate(stamp) ?? usDate(stamp.split(' ')[0] ?? '');
}

function timeOf(iso: string | null, utc: string | null): number | null {
  return (iso === null ? null : instant(iso)) ?? (utc === null ? null : utcInstant(utc));
}
