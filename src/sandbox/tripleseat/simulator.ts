import { z } from 'zod';
import { type Deed, deed, doDeed, outcomeOf, switched } from '../host/control.js';
import type { ControlResult, SimRequest, SimResponse, Simulator } from '../host/types.js';
import { html, json, loginPage } from './answers.js';
import { deskEdit, deskSchema } from './desk.js';
import { endpoints } from './endpoints.js';
import { DEFAULT_SCOPE, FIRST_REFRESH_TOKEN, settingsSchema, type TripleseatSettings } from './model.js';
import { OauthServer } from './oauth.js';
import { TripleseatStore } from './store.js';

const SOMETHING_WRONG =
  "<!DOCTYPE html><html><body><h1>We're sorry, but something went wrong.</h1></body></html>";

/** What people in the account do, by name. */
export const deeds = {
  'desk-edit': deed(deskSchema, ({ store }: TripleseatSimulator, edit, now) => deskEdit(store, edit, now)),
  /** An admin consents again: the first refresh token works once more. */
  consent: deed(z.strictObject({}), ({ store }: TripleseatSimulator) => {
    store.oauth.refresh[FIRST_REFRESH_TOKEN] = DEFAULT_SCOPE;
    store.changed();
  }),
};

/**
 * What can be read of an account by Tripleseat's REST API v1, and its OAuth 2.0 server, in memory: what it really does,
 * including what a client would rather it did not. Time comes with each request.
 */
export class TripleseatSimulator implements Simulator {
  readonly name = 'tripleseat';
  /** The account's data; change it through its methods. */
  readonly store = new TripleseatStore();
  protected readonly deeds: Readonly<Record<string, Deed<TripleseatSimulator>>> = deeds;
  readonly #oauth = new OauthServer(this.store);

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
    return this.store.snapshot();
  }

  restore(data: unknown): void {
    this.store.restore(data);
  }

  configure(switches: unknown): ControlResult {
    return outcomeOf(() => {
      this.store.settings = switched(settingsSchema, this.store.settings, switches);
      this.store.changed();
      return this.store.settings;
    });
  }

  control(action: string, body: unknown, now: number): ControlResult {
    return doDeed(this.deeds, action, this, body, now);
  }

  #api({ method, headers, query }: SimRequest, route: string, suffixed: boolean, now: number): SimResponse {
    const endpoint = endpoints.find(({ path }) => path.test(route));
    // A route that does not exist is a server error here, not a 404.
    if (!endpoint || method !== 'GET') return html(500, SOMETHING_WRONG);
    const bearer = this.#oauth.authenticate(headers, now);
    if ('error' in bearer) return json(401, bearer);
    if (!allows(bearer.scope, endpoint.scope)) return json(403, { error: 'forbidden' });
    const wantsJson = suffixed || (headers.accept ?? '').includes('application/json');
    if (!wantsJson) return html(200, '<!DOCTYPE html><html><body>Tripleseat</body></html>');
    const found = endpoint.answer(this.store, query, Number(endpoint.path.exec(route)?.[1]));
    return found === null ? json(404, { error: 'Not found' }) : json(200, found);
  }
}

/** Whether a token's scopes cover one; the coarse forms `read` and `read_write` cover all they say. */
function allows(scopes: string, needed: string | null): boolean {
  if (needed === null) return true;
  return scopes.split(/\s+/).some((scope) => [needed, 'read', 'read_write'].includes(scope));
}
