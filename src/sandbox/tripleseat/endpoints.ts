import { isObject, type Json, type JsonObject, type RawRecord } from './model.js';
import { searchEvents } from './search.js';
import type { TripleseatStore } from './store.js';

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

function list(store: TripleseatStore, query: URLSearchParams, dates: boolean): Json {
  const page = searchEvents(query, store, dates);
  return { total_pages: page.totalPages, results: page.events.map((event) => withFinancials(event, query)) };
}

/** An event or booking as one request sees it: with financial detail or without. Only the singular parameter counts. */
function withFinancials(record: RawRecord, query: URLSearchParams): JsonObject {
  if (query.get('show_financial') === 'true') return record;
  const { payment_set: _, ...rest } = record;
  const documents = Array.isArray(rest.documents) ? rest.documents.map(plainDocument) : rest.documents;
  return documents === undefined ? rest : { ...rest, documents };
}

function plainDocument(document: Json): Json {
  if (!isObject(document)) return document;
  return Object.fromEntries(Object.entries(document).filter(([key]) => PLAIN_DOCUMENT_KEYS.has(key)));
}
