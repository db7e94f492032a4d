import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { TestTripleseat } from '../../simulators/tripleseat.js';
import { anEvent, Driver, NOON } from './driver.js';

const golden = JSON.parse(readFileSync(new URL('event.golden.json', import.meta.url), 'utf8'));

function withEvent(switches: ConstructorParameters<typeof Driver>[0] = {}): Driver {
  const driver = new Driver(switches).logIn();
  driver.sim.store.putEvent(structuredClone(golden.event));
  return driver;
}

describe('event detail', () => {
  it('has line items only with the singular show_financial=true', () => {
    const driver = withEvent();
    expect(driver.read('/v1/events/55521609.json?show_financial=true')).toEqual(golden);
    for (const query of ['', '?show_financials=true', '?show_financial=1']) {
      const { event } = driver.read(`/v1/events/55521609${query}`);
      expect(Object.keys(event.documents[0]).sort()).toEqual([
        'deleted_at',
        'id',
        'template_document_id',
        'title',
        'views',
      ]);
      expect(event.billing_totals).toHaveLength(3);
    }
  });

  it('hides an event-level payment set without show_financial', () => {
    const driver = new Driver().logIn();
    driver.add({ id: 5, paymentSetOn: 'event' });
    expect(driver.read('/v1/events/5').event).not.toHaveProperty('payment_set');
    expect(driver.read('/v1/events/5?show_financial=true').event).toHaveProperty('payment_set');
  });

  it('needs the suffix or an Accept header to answer JSON', () => {
    const driver = withEvent();
    expect(driver.get('/v1/events/55521609', 'text/html').headers['content-type']).toContain('text/html');
    expect(driver.get('/v1/events/55521609.json', '').headers['content-type']).toContain('application/json');
  });

  it('writes money as strings, numbers, or both', () => {
    const line = (money: 'numbers' | 'mixed') =>
      withEvent({ money }).read('/v1/events/55521609?show_financial=true').event.documents[0].line_items[0];
    expect(line('numbers')).toMatchObject({ quantity: 23, price: 25.72, total_price: 591.56 });
    const mixed = line('mixed');
    const kinds = new Set([mixed.quantity, mixed.price, mixed.total_price].map((value) => typeof value));
    expect(kinds).toEqual(new Set(['string', 'number']));
    expect(Number(mixed.price)).toBe(25.72);
  });

  it('leaves keys without a value out when switched', () => {
    const { event } = withEvent({ omitNulls: true }).read('/v1/events/55521609?show_financial=true');
    expect(event).not.toHaveProperty('deleted_at');
    expect(event.documents[0].line_items[0]).not.toHaveProperty('display_name');
    expect(event.documents[0].line_items[4]).toMatchObject({ description: '', quantity: '1.0' });
  });
});

describe('other resources', () => {
  it('answers bookings, unless they are forbidden', () => {
    const booking = { id: 77, event_ids: [5], documents: [{ id: 1, title: 'B', line_items: [] }] };
    const driver = new Driver().logIn();
    driver.sim.store.putBooking(booking);
    expect(driver.read('/v1/bookings/77.json?show_financial=true')).toEqual({ booking });
    expect(driver.read('/v1/bookings/77').booking.documents).toEqual([{ id: 1, title: 'B' }]);
    expect(driver.get('/v1/bookings/78').status).toBe(404);
    driver.sim.configure({ forbidBookings: true });
    expect(driver.get('/v1/bookings/77').status).toBe(403);
  });

  it('answers menu item selections, sites and locations', () => {
    const driver = withEvent();
    expect(driver.read('/v1/events/55521609/menu_item_selections')).toEqual({ menu_item_selections: [] });
    driver.sim.store.putSelections(55521609, [{ id: 400, display_name: 'Taco Bar', quantity: 1 }]);
    expect(driver.read('/v1/events/55521609/menu_item_selections.json').menu_item_selections).toHaveLength(1);
    expect(driver.get('/v1/events/1/menu_item_selections').status).toBe(404);
    expect(driver.read('/v1/sites')[0].site.timezone).toBe('Pacific Time (US & Canada)');
    expect(driver.read('/v1/locations.json')).toMatchObject([{ location: { id: 26059 } }]);
  });
});

describe('errors', () => {
  it('is 404 for an unknown event and 500 for an unknown route', () => {
    const driver = withEvent();
    expect(driver.get('/v1/events/99.json').status).toBe(404);
    for (const route of ['/v1/event/55521609', '/v1/events/abc', '/v1/webhooks', '/api/v1/orders.json']) {
      expect([route, driver.get(route).status]).toEqual([route, 500]);
    }
    expect(driver.request('PUT', '/v1/events/55521609.json').status).toBe(500);
  });

  it.each([
    ['json-401', 401, 'application/json'],
    ['html-200', 200, 'text/html'],
    ['redirect', 302, 'text/html'],
  ] as const)('refuses a bad token as %s', (page, status, type) => {
    const driver = withEvent({ loginPage: page });
    driver.token = 'wrong';
    const response = driver.get('/v1/events/55521609.json');
    expect(response.status).toBe(status);
    expect(response.headers['content-type']).toContain(type);
    expect(response.headers.location).toBe(status === 302 ? 'https://login.tripleseat.com/login' : undefined);
    expect(response.body).not.toContain('Alder');
  });

  it('asks to log in outside the API', () => {
    expect(new Driver().get('/').status).toBe(302);
  });

  it('is 403 without the scope', () => {
    const driver = withEvent({ clientCredentials: 'works' });
    const grant = driver.grant({ grant_type: 'client_credentials', scope: 'leads:read' });
    driver.token = JSON.parse(grant.body).access_token;
    expect(driver.get('/v1/events/55521609').status).toBe(403);
  });
});

describe('control', () => {
  it('stamps edits with the local minute of the site', () => {
    const driver = withEvent();
    const now = Date.parse('2026-11-15T17:02:59Z');
    driver.sim.store.edit(55521609, { guest_count: 50 }, now);
    expect(driver.read('/v1/events/55521609').event).toMatchObject({
      guest_count: 50,
      updated_at: '11/15/2026 9:02 AM',
    });
  });

  it('sets a status and records the change, newest first', () => {
    const driver = withEvent();
    driver.sim.store.setStatus(55521609, 'LOST', NOON);
    const { event } = driver.read('/v1/events/55521609');
    expect(event.status).toBe('LOST');
    expect(event.status_changes).toMatchObject([
      { status: 'LOST', previous_status: 'DEFINITE', created_at: '11/14/2026 12:00 PM' },
      { status: 'DEFINITE' },
    ]);
  });

  it('deletes: the detail is gone, or shows deleted_at when switched', () => {
    const driver = withEvent();
    driver.sim.store.delete(55521609, NOON);
    expect(driver.get('/v1/events/55521609').status).toBe(404);
    driver.sim.configure({ deletedDetail: 'shown' });
    expect(driver.read('/v1/events/55521609').event.deleted_at).toBe('11/14/2026 12:00 PM');
  });

  it('moves in place and time, every field following', () => {
    const driver = withEvent();
    driver.sim.store.move(55521609, { siteId: 15733, locationId: 1, date: '2026-12-01' }, NOON);
    expect(driver.read('/v1/events/55521609').event).toMatchObject({
      site_id: 15733,
      location_id: 1,
      event_date: '12/1/2026',
      event_start: '12/1/2026 6:00 PM',
      event_start_iso8601: '2026-12-01T18:00:00-05:00',
      event_timezone: 'Eastern Time (US & Canada)',
      updated_at: '11/14/2026 3:00 PM',
    });
  });

  it.each([
    ['frobnicate', {}],
    ['desk-edit', { id: 'x' }],
    ['desk-edit', { id: 404, status: 'LOST' }],
    ['expire-tokens', { now: true }],
  ])('refuses %s %j and changes nothing', (action, body) => {
    const driver = withEvent();
    const before = driver.sim.revision;
    expect(driver.sim.control(action, body, NOON).ok).toBe(false);
    expect(driver.sim.revision).toBe(before);
  });

  it('configures by known switches only', () => {
    const driver = withEvent();
    expect(driver.sim.configure({ money: 'numbers' })).toMatchObject({
      ok: true,
      result: { money: 'numbers' },
    });
    expect(driver.sim.configure({ money: 'shells' }).ok).toBe(false);
    expect(driver.sim.configure({ monney: 'numbers' }).ok).toBe(false);
  });
});

describe('snapshot', () => {
  it('goes on elsewhere: same answers, same tokens, next tokens new', () => {
    const driver = withEvent();
    driver.sim.store.putSelections(55521609, [{ id: 1 }]);
    driver.sim.store.putBooking({ id: 7, event_ids: [] });
    const copy = new Driver();
    copy.sim.restore(JSON.parse(JSON.stringify(driver.sim.snapshot())));
    copy.token = driver.token;
    expect(copy.get('/v1/events/55521609?show_financial=true')).toEqual(
      driver.get('/v1/events/55521609?show_financial=true'),
    );
    expect(copy.sim.snapshot()).toEqual(driver.sim.snapshot());
    expect(copy.grant({ grant_type: 'refresh_token', refresh_token: 'sandbox-refresh-token' }).status).toBe(
      400,
    );
  });

  it('refuses foreign data and keeps its own', () => {
    const driver = withEvent();
    expect(() => driver.sim.restore({ events: 1 })).toThrow();
    expect(driver.get('/v1/events/55521609').status).toBe(200);
  });

  it('raises the revision with changes and not with reads', () => {
    const sim = new TestTripleseat();
    const before = sim.revision;
    sim.store.putEvent(anEvent({ id: 3 }));
    expect(sim.revision).toBeGreaterThan(before);
    const driver = withEvent();
    const quiet = driver.sim.revision;
    driver.get('/v1/events/55521609');
    driver.get('/v1/events/search');
    expect(driver.sim.revision).toBe(quiet);
    driver.post('/oauth2/token', {});
    expect(driver.sim.revision).toBe(quiet);
  });
});
