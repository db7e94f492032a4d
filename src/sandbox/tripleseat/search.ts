import { localDate } from '../../domain/zones.js';
import { type Json, objectOf, objectsOf, type RawRecord, type TripleseatSettings, textOf } from './model.js';
import type { TripleseatStore } from './store.js';
import { parseSearchDate, parseStamp } from './time.js';

/** Rows per page; no parameter changes it. */
const PAGE_SIZE = 50;

type Filter = (event: RawRecord) => boolean;

/**
 * Filters, sorts and cuts out one page. With `dates` false (the plain list) date filters do nothing. Parameters
 * that are unknown, half of a pair, or not in a form that is understood are ignored without a word.
 */
export function searchEvents(
  query: URLSearchParams,
  store: TripleseatStore,
  dates: boolean,
): { totalPages: number; events: RawRecord[] } {
  const filters = [...plainFilters(query, store.settings), ...(dates ? dateFilters(query, store) : [])];
  const found = [...store.events.values()].filter((event) => filters.every((matches) => matches(event)));
  const sorted = sortEvents(found, query, store);
  const page = Math.max(1, Number.parseInt(query.get('page') ?? '1', 10) || 1);
  return {
    totalPages: Math.ceil(sorted.length / PAGE_SIZE),
    events: sorted.slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE),
  };
}

function plainFilters(query: URLSearchParams, settings: TripleseatSettings): Filter[] {
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
    .sort((a, b) => sign * (compare(a.value, b.value) || a.event.id - b.event.id))
    .map(({ event }) => event);
}

function sortKey(order: string | null, store: TripleseatStore): (event: RawRecord) => number | string {
  if (order === 'name') return (event) => textOf(event, 'name').toLowerCase();
  if (order === 'event_start') return (event) => textOf(event, 'event_start_utc');
  const field = order === 'updated_at' ? 'updated_at' : 'created_at';
  return (event) => parseStamp(textOf(event, field), store.zoneOf(event)) ?? 0;
}

function compare(a: number | string, b: number | string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
