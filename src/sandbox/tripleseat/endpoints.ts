import { localDate } from '../../domain/zones.js';
import { type Json, type JsonObject, objectOf, objectsOf, type RawRecord, textOf } from './model.js';
import type { TripleseatStore } from './store.js';
import { parseSearchDate, parseStamp } from './time.js';

/** Rows per page; no parameter changes it. */
const PAGE_SIZE = 50;

/** What is left of a document without financial detail. */
const PLAIN_DOCUMENT_KEYS = new Set(['id', 'title', 'template_document_id', 'deleted_at', 'views']);

/** Something that can be read below `/v1`. */
interface Endpoint {
  path: RegExp;
  /** What a token must be good for; null: any will do. */
  scope: string | null;
  /** Null: there is no such thing. `id` is the first number in the path. */
  answer(store: TripleseatStore, query: URLSearchParams, id: number): Json;
}

/** All there is to read. */
export const endpoints: readonly Endpoint[] = [
  {
    path: /^\/events\/(\d+)$/,
    scope: 'events:read',
    answer: (store, query, id) => {
      const event = shown(store, id);
      return event && { event: withFinancials(event, query) };
    },
  },
  {
    path: /^\/events\/(\d+)\/menu_item_selections$/,
    scope: 'events:read',
    answer: (store, _, id) => shown(store, id) && { menu_item_selections: store.selections.get(id) ?? [] },
  },
  {
    path: /^\/bookings\/(\d+)$/,
    scope: 'bookings:read',
    answer: (store, query, id) => {
      const booking = store.bookings.get(id);
      return booking ? { booking: withFinancials(booking, query) } : null;
    },
  },
  { path: /^\/events\/search$/, scope: 'events:read', answer: (store, query) => list(store, query, true) },
  { path: /^\/events$/, scope: 'events:read', answer: (store, query) => list(store, query, false) },
  { path: /^\/sites$/, scope: null, answer: ({ sites }) => sites.map((site) => ({ site })) },
  {
    path: /^\/locations$/,
    scope: null,
    answer: ({ locations }) => locations.map((location) => ({ location })),
  },
];

/** The event as its detail shows it: a deleted one may be gone there. */
function shown(store: TripleseatStore, id: number): RawRecord | null {
  const event = store.events.get(id) ?? null;
  const isDeleted = (event?.deleted_at ?? null) !== null;
  return isDeleted && store.settings.deletedDetail === 'not-found' ? null : event;
}

/**
 * One page of those that the filters let through. With `dates` false (the plain list) date filters do nothing.
 * Parameters that are unknown, half of a pair, or not in a form that is understood are ignored without a word.
 */
function list(store: TripleseatStore, query: URLSearchParams, dates: boolean): Json {
  const filters = [...plainFilters(query, store), ...(dates ? dateFilters(query, store) : [])];
  const found = [...store.events.values()].filter((event) => filters.every((matches) => matches(event)));
  const sorted = sortEvents(found, query, store);
  const page = Math.max(1, Number.parseInt(query.get('page') ?? '1', 10) || 1);
  const rows = sorted.slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE);
  return {
    total_pages: Math.ceil(sorted.length / PAGE_SIZE),
    results: rows.map((event) => withFinancials(event, query)),
  };
}

/** An event or booking as one request sees it: with financial detail or without. Only the singular parameter counts. */
function withFinancials(record: RawRecord, query: URLSearchParams): JsonObject {
  if (query.get('show_financial') === 'true') return record;
  const { payment_set: _, ...rest } = record;
  const documents = objectsOf(rest, 'documents').map((document) =>
    Object.fromEntries(Object.entries(document).filter(([key]) => PLAIN_DOCUMENT_KEYS.has(key))),
  );
  return rest.documents === undefined ? rest : { ...rest, documents };
}

type Filter = (event: RawRecord) => boolean;

function plainFilters(query: URLSearchParams, { settings }: TripleseatStore): Filter[] {
  const filters: Filter[] = [];
  if (!settings.deletedInSearch) filters.push((event) => (event.deleted_at ?? null) === null);
  for (const [parameter, field] of [
    ['status', 'status'],
    ['site_id', 'site_id'],
    ['location_ids', 'location_id'],
    ['contact_id', 'contact_id'],
    ['account_id', 'account_id'],
    ['room_ids', 'room_ids'],
  ] as const) {
    const wanted = listOf(query, parameter);
    const isWanted = (value: Json) => wanted.has(String(value).toUpperCase());
    if (wanted.size > 0) filters.push((event) => [event[field] ?? ''].flat().some(isWanted));
  }
  const text = (query.get('query') ?? '').trim().toLowerCase();
  if (text !== '') filters.push((event) => searchableText(event).includes(text));
  return filters;
}

/** Values of a list parameter, given as a comma list, repeatedly, or as `name[]`; upper case. */
function listOf(query: URLSearchParams, name: string): Set<string> {
  const values = [...query.getAll(name), ...query.getAll(`${name}[]`)].flatMap((value) => value.split(','));
  return new Set(values.map((value) => value.trim().toUpperCase()).filter((value) => value !== ''));
}

function searchableText(event: RawRecord): string {
  const contact = objectOf(event, 'contact');
  return [
    textOf(event, 'name'),
    `${textOf(contact, 'first_name')} ${textOf(contact, 'last_name')}`,
    textOf(objectOf(event, 'account'), 'name'),
    ...objectsOf(contact, 'email_addresses').map((entry) => textOf(entry, 'address')),
    ...objectsOf(contact, 'phone_numbers').map((entry) => textOf(entry, 'number')),
  ]
    .join('\n')
    .toLowerCase();
}

function dateFilters(query: URLSearchParams, store: TripleseatStore): Filter[] {
  const filters: Filter[] = [];
  const add = (prefix: string, dayOf: (event: RawRecord) => string) => {
    const from = parseSearchDate(query.get(`${prefix}_start_date`) ?? '');
    const to = parseSearchDate(query.get(`${prefix}_end_date`) ?? '');
    if (from === null || to === null) return;
    filters.push((event) => dayOf(event) >= from && dayOf(event) <= to);
  };
  add('event', (event) => textOf(event, 'event_date_iso8601'));
  add('event_updated', (event) => stampDay(event, 'updated_at', store));
  add('event_created', (event) => stampDay(event, 'created_at', store));
  return filters;
}

function stampDay(event: RawRecord, field: 'updated_at' | 'created_at', store: TripleseatStore): string {
  const zone = store.zoneOf(event);
  const millis = parseStamp(textOf(event, field), zone);
  return millis === null ? '' : localDate(millis, store.settings.updatedZone === 'utc' ? 'UTC' : zone);
}

function sortEvents(events: RawRecord[], query: URLSearchParams, store: TripleseatStore): RawRecord[] {
  const key = sortKey(query.get('order'), store);
  const sign = query.get('sort_direction')?.toLowerCase() === 'desc' ? -1 : 1;
  return events
    .map((event) => ({ event, value: key(event) }))
    .sort((a, b) => sign * (a.value < b.value ? -1 : a.value > b.value ? 1 : a.event.id - b.event.id))
    .map(({ event }) => event);
}

function sortKey(order: string | null, store: TripleseatStore): (event: RawRecord) => number | string {
  if (order === 'name') return (event) => textOf(event, 'name').toLowerCase();
  if (order === 'event_start') return (event) => textOf(event, 'event_start_utc');
  const field = order === 'updated_at' ? 'updated_at' : 'created_at';
  return (event) => parseStamp(textOf(event, field), store.zoneOf(event)) ?? 0;
}
