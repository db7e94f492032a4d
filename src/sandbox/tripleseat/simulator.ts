import { switched } from '../host/control.js';
import type { ControlResult, SimRequest, SimResponse, Simulator } from '../host/types.js';
import { html, json, loginPage, raw, unauthorized, unknownRoute } from './answers.js';
import { controlTripleseat } from './control.js';
import {
  isObject,
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

const STATUSES = new Set(['PROSPECT', 'TENTATIVE', 'DEFINITE', 'CLOSED', 'LOST', 'WAITLIST']);

/**
 * Tripleseat's REST API v1 and its OAuth 2.0 server, in memory: what it really does, including what a client
 * would rather it did not. Time comes with each request.
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
    const endpoint = this.#endpoint(request, route, now);
    if (!endpoint) return unknownRoute();
    const bearer = this.#oauth.authenticate(request.headers, now);
    if (bearer.kind === 'refused') return unauthorized(this.store.settings, bearer.error);
    if (!allows(bearer.scope, endpoint.scope)) return json(403, { error: 'forbidden' });
    const wantsJson = suffixed || (request.headers.accept ?? '').includes('application/json');
    return wantsJson ? endpoint.answer() : html(200, '<!DOCTYPE html><html><body>Tripleseat</body></html>');
  }

  /** The endpoint of a route with the scope it needs (null: any token will do), or null when there is none. */
  #endpoint(request: SimRequest, route: string, now: number): Endpoint | null {
    const { method, query } = request;
    const event = /^\/events\/(\d+)(\/menu_item_selections|\/notes)?$/.exec(route);
    if (event && method === 'PUT' && event[2] === undefined) {
      return { scope: 'events:write', answer: () => this.#updateStatus(Number(event[1]), request.body, now) };
    }
    if (method !== 'GET') return null;
    if (event) {
      const id = Number(event[1]);
      const answers = {
        '/menu_item_selections': () => this.#selections(id),
        '/notes': () => this.#notes(id),
      };
      const sub = event[2] as keyof typeof answers | undefined;
      return { scope: 'events:read', answer: sub ? answers[sub] : () => this.#event(id, query) };
    }
    const booking = /^\/bookings\/(\d+)$/.exec(route);
    if (booking) return { scope: 'bookings:read', answer: () => this.#booking(Number(booking[1]), query) };
    const location = /^\/locations\/(\d+)$/.exec(route);
    if (location) return { scope: null, answer: () => this.#location(Number(location[1])) };
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
          answer: () => this.#ok(this.store.locations.map((place) => ({ location: place }))),
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

  #notes(id: number): SimResponse {
    return this.#shown(id) ? this.#ok({ notes: [] }) : notFound();
  }

  #location(id: number): SimResponse {
    const location = this.store.locations.find((place) => place.id === id);
    return location ? this.#ok({ location }) : notFound();
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

  #updateStatus(id: number, body: string, now: number): SimResponse {
    if (!this.#shown(id)) return notFound();
    const status = statusIn(body);
    if (status === null || !STATUSES.has(status)) return json(422, { errors: { status: ['is invalid'] } });
    this.store.setStatus(id, status, now);
    return this.#event(id, new URLSearchParams());
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
  const coarse = needed.endsWith(':read') ? ['read', 'read_write'] : ['write', 'read_write'];
  return scopes.split(/\s+/).some((scope) => scope === needed || coarse.includes(scope));
}

function notFound(): SimResponse {
  return json(404, { error: 'Not found' });
}

function statusIn(body: string): string | null {
  try {
    const parsed: Json = JSON.parse(body);
    const event = isObject(parsed) ? parsed.event : undefined;
    return isObject(event) && typeof event.status === 'string' ? event.status.toUpperCase() : null;
  } catch {
    return null;
  }
}
