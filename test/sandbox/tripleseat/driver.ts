import type { SimResponse } from '../../../src/sandbox/host/types.js';
import { type EventOptions, makeEvent } from '../../simulators/make-event.js';
import { type AccountSettings, TestTripleseat } from '../../simulators/tripleseat.js';

/** Noon in Los Angeles, a plain Saturday. */
export const NOON = Date.parse('2026-11-14T20:00:00Z');

/** A simulator with one Californian site, spoken to as over HTTP. */
export class Driver {
  readonly sim: TestTripleseat;
  now = NOON;
  token = '';

  constructor(switches: Partial<AccountSettings> = {}) {
    this.sim = new TestTripleseat(switches);
    this.sim.store.setPlaces(
      [
        { id: 15691, name: 'West', timezone: 'Pacific Time (US & Canada)' },
        { id: 15733, name: 'East', timezone: 'Eastern Time (US & Canada)' },
      ],
      [{ id: 26059, name: 'Special Events', site_id: 15691 }],
    );
  }

  request(method: string, target: string, headers: Record<string, string> = {}, body = ''): SimResponse {
    const url = new URL(target, 'http://sim');
    return this.sim.handle({ method, path: url.pathname, query: url.searchParams, headers, body }, this.now);
  }

  post(path: string, form: Record<string, string>): SimResponse {
    const type = 'application/x-www-form-urlencoded';
    return this.request('POST', path, { 'content-type': type }, new URLSearchParams(form).toString());
  }

  grant(form: Record<string, string>): SimResponse {
    return this.post('/oauth2/token', {
      client_id: 'sandbox-client',
      client_secret: 'sandbox-client-secret',
      ...form,
    });
  }

  logIn(): this {
    const token = JSON.parse(
      this.grant({ grant_type: 'refresh_token', refresh_token: 'sandbox-refresh-token' }).body,
    );
    this.token = token.access_token;
    return this;
  }

  get(target: string, accept = 'application/json'): SimResponse {
    return this.request('GET', target, { authorization: `Bearer ${this.token}`, accept });
  }

  /** The parsed body of a successful GET. */
  read(target: string) {
    const response = this.get(target);
    if (response.status !== 200) throw new Error(`${target}: ${response.status} ${response.body}`);
    return JSON.parse(response.body);
  }

  /** Ids that a search finds, in its order. */
  search(query: string): number[] {
    const { results } = this.read(`/v1/events/search.json?${query}`);
    return results.map((event: { id: number }) => event.id);
  }

  add(options: Partial<EventOptions> & { id: number }): void {
    this.sim.store.putEvent(anEvent(options));
  }
}

/** A small valid event. */
export function anEvent(options: Partial<EventOptions> & { id: number }) {
  return makeEvent({
    date: '2026-11-14',
    zone: options.siteId === 15733 ? 'America/New_York' : 'America/Los_Angeles',
    siteId: 15691,
    locationId: 26059,
    createdAt: NOON - 86_400_000,
    updatedAt: NOON - 3_600_000,
    documents: [{ lines: [{ name: 'Taco Bar', quantity: '2.0', price: 1050 }] }],
    ...options,
  });
}
