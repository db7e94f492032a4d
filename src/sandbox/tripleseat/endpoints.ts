import type { Json, JsonObject, RawRecord } from './model.js';
import { withFinancials } from './render.js';
import { searchEvents } from './search.js';
import type { TripleseatStore } from './store.js';

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
  const results = page.events.map((event): JsonObject => {
    const row = withFinancials(event, query);
    return store.settings.wrapResults ? { event: row } : row;
  });
  return { total_pages: page.totalPages, results };
}
