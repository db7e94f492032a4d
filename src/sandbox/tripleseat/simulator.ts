import { switched } from '../host/control.js';
import type { ControlResult, SimRequest, SimResponse, Simulator } from '../host/types.js';
import { html, json, loginPage, raw, unauthorized, unknownRoute } from './answers.js';
import { controlTripleseat } from './control.js';
import {
  type Json,
  type JsonObject,
  type RawRecord,
  settingsSchema,
  type TripleseatSettings,
} from './model.js';
import { OauthServer } from './oauth.js';
import { encode, withFinancials } from './render.js';
import { searchEvents } from './search.js';
import { TripleseatStore } from './store.js';

/**
 * What can be read of an account by Tripleseat's REST API v1, and its OAuth 2.0 server, in memory: what it really does,
 * including what a client would rather it did not. Time comes with each request.
 */
export class TripleseatSimulator implements Simulator {
  readonly name = 'tripleseat';
  /** The account's data; change it through its methods. */
  readonly store = new TripleseatStore();
  readonly #oauth = new OauthServer(() => this.store.settings, this.store.changed);

  /** Starts as an empty account; `switches` differ from the documented behaviour. */
  constructor(switches: Partial<TripleseatSettings> = {}) {
    this.store.settings = { ...this.store.settings, ...switches };
  }

  get revision(): number {
    return this.store.revision;
  }

  handle(request: SimRequest, now: number): SimResponse {
    const { method, path } = request;
    if (method === 'POST' && (path === '/oauth2/token' || path === '/oauth/token')) {
      return this.#oauth.token(request, now);
    }
    if (path === '/oauth2/authorize' && method === 'GET') return this.#oauth.authorize(request.query);
    if (path === '/oauth/invalidate' && method === 'POST') return this.#oauth.invalidate(request);
    const route = /^(?:\/api)?\/v1(\/.+?)(\.json)?$/.exec(path);
    // Outside the API there is only the web application, which wants people to log in.
    if (!route) return loginPage(302);
    return this.#api(request, route[1] ?? '', route[2] !== undefined, now);
  }

  snapshot(): unknown {
    return this.store.snapshot(this.#oauth.state);
  }

  restore(data: unknown): void {
    this.#oauth.state = this.store.restore(data);
  }

  configure(switches: unknown): ControlResult {
    const changed = switched(settingsSchema, this.store.settings, switches);
    if (changed.ok) {
      this.store.settings = changed.result;
      this.store.changed();
    }
    return changed;
  }

  control(action: string, body: unknown, now: number): ControlResult {
    return controlTripleseat({ store: this.store, oauth: this.#oauth }, action, body, now);
  }

  #api(request: SimRequest, route: string, suffixed: boolean, now: number): SimResponse {
    const endpoint = this.#endpoint(request, route);
    if (!endpoint) return unknownRoute();
    const bearer = this.#oauth.authenticate(request.headers, now);
    if (bearer.kind === 'refused') return unauthorized(this.store.settings, bearer.error);
    if (!allows(bearer.scope, endpoint.scope)) return json(403, { error: 'forbidden' });
    const wantsJson = suffixed || (request.headers.accept ?? '').includes('application/json');
    return wantsJson ? endpoint.answer() : html(200, '<!DOCTYPE html><html><body>Tripleseat</body></html>');
  }

  /** The endpoint of a route with the scope it needs (null: any token will do), or null when there is none. */
  #endpoint({ method, query }: SimRequest, route: string): Endpoint | null {
    if (method !== 'GET') return null;
    const [, id, selections] = /^\/events\/(\d+)(\/menu_item_selections)?$/.exec(route) ?? [];
    if (id !== undefined) {
      const answer = () => (selections ? this.#selections(Number(id)) : this.#event(Number(id), query));
      return { scope: 'events:read', answer };
    }
    const [, booking] = /^\/bookings\/(\d+)$/.exec(route) ?? [];
    if (booking) return { scope: 'bookings:read', answer: () => this.#booking(Number(booking), query) };
    switch (route) {
      case '/events/search':
        return { scope: 'events:read', answer: () => this.#list(query, true) };
      case '/events':
        return { scope: 'events:read', answer: () => this.#list(query, false) };
      case '/sites':
        return { scope: null, answer: () => this.#ok(this.store.sites.map((site) => ({ site }))) };
      case '/locations':
        return {
          scope: null,
          answer: () => this.#ok(this.store.locations.map((location) => ({ location }))),
        };
      default:
        return null;
    }
  }

  #event(id: number, query: URLSearchParams): SimResponse {
    const event = this.#shown(id);
    return event ? this.#ok({ event: withFinancials(event, isFinancial(query)) }) : notFound();
  }

  #booking(id: number, query: URLSearchParams): SimResponse {
    if (this.store.settings.forbidBookings) return json(403, { error: 'forbidden' });
    const booking = this.store.bookings.get(id);
    return booking ? this.#ok({ booking: withFinancials(booking, isFinancial(query)) }) : notFound();
  }

  #selections(id: number): SimResponse {
    if (!this.#shown(id)) return notFound();
    return this.#ok({ menu_item_selections: this.store.selections.get(id) ?? [] });
  }

  #list(query: URLSearchParams, dates: boolean): SimResponse {
    const { store } = this;
    const context = {
      events: store.events.values(),
      settings: store.settings,
      zoneOf: (event: RawRecord) => store.zoneOf(event),
    };
    const page = searchEvents(query, context, dates);
    const results = page.events.map((event): JsonObject => {
      const shown = withFinancials(event, isFinancial(query));
      return store.settings.wrapResults ? { event: shown } : shown;
    });
    return this.#ok({ total_pages: page.totalPages, results });
  }

  /** The event as its detail shows it: a deleted one may be gone there. */
  #shown(id: number): RawRecord | null {
    const event = this.store.events.get(id);
    if (!event) return null;
    const deleted = (event.deleted_at ?? null) !== null;
    return deleted && this.store.settings.deletedDetail === 'not-found' ? null : event;
  }

  #ok(body: Json): SimResponse {
    return raw(200, encode(body, this.store.settings));
  }
}

interface Endpoint {
  scope: string | null;
  answer: () => SimResponse;
}

/** Only the singular parameter counts. */
function isFinancial(query: URLSearchParams): boolean {
  return query.get('show_financial') === 'true';
}

/** Whether a token's scopes cover one; the coarse forms `read` and `read_write` cover all they say. */
function allows(scopes: string, needed: string | null): boolean {
  if (needed === null) return true;
  return scopes.split(/\s+/).some((scope) => [needed, 'read', 'read_write'].includes(scope));
}

function notFound(): SimResponse {
  return json(404, { error: 'Not found' });
}
