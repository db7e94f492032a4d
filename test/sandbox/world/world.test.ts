import { readFileSync } from 'node:fs';
import { DateTime } from 'luxon';
import { describe, expect, it } from 'vitest';
import { failReasons } from '../../../src/domain/reasons.js';
import {
  isObject,
  type JsonObject,
  objectsOf,
  type RawRecord,
} from '../../../src/sandbox/tripleseat/model.js';
import { TripleseatSimulator } from '../../../src/sandbox/tripleseat/simulator.js';
import {
  allPlaces,
  OUR_USER,
  places,
  STAFF_USER,
  sampleLocationsFile,
} from '../../../src/sandbox/world/places.js';
import { sampleScenarios, seedWorld } from '../../../src/sandbox/world/seed.js';
import { TestRevel } from '../../simulators/revel.js';

/** Ordinary, both days on which clocks change, the last minutes of a UTC day, a leap day, the turn of a year. */
const MOMENTS = [
  '2026-11-14T20:00:00Z',
  '2026-03-08T10:30:00Z',
  '2026-03-09T06:30:00Z',
  '2026-11-01T08:30:00Z',
  '2026-11-02T07:30:00Z',
  '2026-11-14T23:50:00Z',
  '2028-02-29T12:00:00Z',
  '2026-12-31T23:50:00Z',
].map((text) => Date.parse(text));

const NOON = MOMENTS[0] ?? 0;

function seeded(now: number) {
  const tripleseat = new TripleseatSimulator();
  const revel = new TestRevel({ apiKey: 'k', apiSecret: 's' });
  return { tripleseat, revel, scenarios: seedWorld(tripleseat, revel, now) };
}

const cents = (value: unknown) => Math.round(Number(value ?? 0) * 100);

function sum(rows: JsonObject[], key: string): number {
  return rows.reduce((total, row) => total + cents(row[key]), 0);
}

function documentTotal(document: JsonObject): number {
  const financials = isObject(document.financials) ? document.financials : {};
  const lines = sum(objectsOf(document, 'line_items'), 'total_price');
  return (
    lines - cents(financials.discounts_total) + sum(objectsOf(document, 'billing_totals'), 'total_price')
  );
}

function grandTotal(document: JsonObject): number {
  return cents(isObject(document.financials) ? document.financials.grand_total : null);
}

/** Documents of the event or its booking that hold priced lines. */
function pricedDocuments(event: RawRecord, booking: RawRecord | undefined): JsonObject[] {
  return [...objectsOf(event, 'documents'), ...(booking ? objectsOf(booking, 'documents') : [])].filter(
    (document) => sum(objectsOf(document, 'line_items'), 'total_price') !== 0,
  );
}

describe.each(MOMENTS)('the sample world at %d', (now) => {
  it('is the same for the same moment', () => {
    const [first, second] = [seeded(now), seeded(now)];
    expect(first.tripleseat.snapshot()).toEqual(second.tripleseat.snapshot());
    expect(first.revel.snapshot()).toEqual(second.revel.snapshot());
    expect(sampleScenarios(now)).toEqual(first.scenarios);
  });

  it('adds up to the cent, but for the event that is there to show the opposite', () => {
    for (const { event, booking, shows } of sampleScenarios(now)) {
      if (event.grand_total === null) continue;
      for (const document of pricedDocuments(event, booking)) {
        const difference = documentTotal(document) - grandTotal(document);
        expect([shows, difference === 0]).toEqual([
          shows,
          shows !== 'a grand total that the lines do not come to',
        ]);
      }
    }
  });

  it('dates every event rightly for its outcome', () => {
    for (const { event, expected, shows } of sampleScenarios(now)) {
      const shop = allPlaces.find(({ siteId }) => siteId === event.site_id);
      const zone = shop?.zone ?? '';
      const today = DateTime.fromMillis(now, { zone }).toISODate();
      const ends = Date.parse(String(event.event_end_iso8601));
      const starts = Date.parse(String(event.event_start_iso8601));
      expect(ends).toBeGreaterThan(starts);
      expect(Date.parse(String(event.event_end_utc))).toBe(ends);
      const late = now >= ends + 86_400_000;
      const early = String(event.event_date_iso8601) > String(today);
      expect([shows, late, early]).toEqual([
        shows,
        expected.reason === 'MISSED',
        expected.reason === 'TOO_EARLY',
      ]);
    }
  });

  it('has every event where one sweep of 48 hours looks: dated so, or updated within them', () => {
    for (const { event } of sampleScenarios(now)) {
      const zone = allPlaces.find(({ siteId }) => siteId === event.site_id)?.zone ?? '';
      const updated = DateTime.fromFormat(String(event.updated_at), 'L/d/yyyy h:mm a', {
        zone,
        locale: 'en-US',
      });
      expect(updated.isValid).toBe(true);
      expect(Math.abs(now - updated.toMillis())).toBeLessThan(48 * 3_600_000);
    }
  });
});

describe('the sample world', () => {
  it('shows every outcome that a sweep can have on its own', () => {
    const scenarios = sampleScenarios(NOON);
    expect(scenarios.length).toBeGreaterThanOrEqual(25);
    const outcomes = new Set(scenarios.map(({ expected }) => expected.reason ?? expected.status));
    // The others need a fault, a switch, a deed of staff, or an event that is not there.
    const notHere = [
      'EVENT_NOT_FOUND',
      'SOURCE_ERROR',
      'STATUS_UNKNOWN',
      'REMOVED_BY_STAFF',
      'REVEL_ERROR',
      'UNVERIFIED',
      'CREATE_LIMIT',
      'ABORTED',
    ];
    const wanted = failReasons.filter((reason) => !notHere.includes(reason));
    for (const outcome of [
      ...wanted,
      'injected',
      'repaired',
      'TOO_EARLY',
      'NOT_PRICED',
      'ALREADY_INJECTED',
      'STATUS_NOT_ELIGIBLE',
    ]) {
      expect(outcomes).toContain(outcome);
    }
  });

  it('gives every event its own id and every scenario its own words', () => {
    const scenarios = sampleScenarios(NOON);
    expect(new Set(scenarios.map(({ event }) => event.id)).size).toBe(scenarios.length);
    expect(new Set(scenarios.map(({ shows }) => shows)).size).toBe(scenarios.length);
  });

  it('reads like the week of a real group: no two parties alike, and some in the days to come', () => {
    const { tripleseat, scenarios } = seeded(NOON);
    const events = [...tripleseat.store.events.values()];
    expect(new Set(events.map(({ name }) => name)).size).toBe(events.length);
    const ahead = events.filter(({ id }) => scenarios.every(({ event }) => event.id !== id));
    expect(new Set(ahead.map(({ event_date_iso8601: date }) => date)).size).toBeGreaterThanOrEqual(5);
    for (const { event_date_iso8601: date } of ahead) expect(String(date) > '2026-11-14').toBe(true);
  });

  it('offers no link that a program would have to fetch', () => {
    for (const { event, booking } of sampleScenarios(NOON)) {
      if (pricedDocuments(event, booking).length > 0) continue;
      for (const document of objectsOf(event, 'documents')) expect(document.views).toEqual([]);
    }
  });

  it('belongs to the locations file that ships', () => {
    const shipped = readFileSync(new URL('../../../locations.example.json', import.meta.url), 'utf8');
    const { $schema, defaults, locations } = JSON.parse(shipped);
    // Nobody's address stands in the sample, which mails to no kitchen.
    const rest = { locations: locations.map(({ notify: _, ...location }: { notify: unknown }) => location) };
    expect($schema).toBe('./locations.schema.json');
    // The sample shops begin their day at midnight, so that a run of any hour has its events of today.
    const dating = { businessDayStart: '04:00', orderTime: 'now', callName: '{contact} | {phone}' };
    expect({ ...rest, defaults }).toEqual({
      ...sampleLocationsFile,
      defaults: { ...sampleLocationsFile.defaults, ...dating },
    });
  });

  it('has products for every shop, two of one name among them', () => {
    const { revel } = seeded(NOON);
    for (const { establishmentId } of allPlaces) {
      const own = revel
        .products()
        .filter(({ establishment }) => establishment.endsWith(`/${establishmentId}/`));
      expect(own.filter(({ name, active }) => name === 'House Salad' && active)).toHaveLength(2);
      expect(own.filter(({ name }) => name === 'Lemonade').map(({ active }) => active)).toEqual([
        true,
        false,
      ]);
    }
    expect(revel.products().find(({ id }) => id === 579)?.name).toBe('Original Gangster');
  });
});

describe('orders that stand before the first run', () => {
  const { revel, scenarios } = seeded(NOON);
  const of = (shows: string) => {
    const scenario = scenarios.find((entry) => entry.shows === shows);
    const id = scenario?.event.id;
    return revel.orders().filter((order) => order.notes === `Triple Seat Event #${id}`);
  };

  it('have the form of this program', () => {
    const [order, ...others] = of('injected before');
    expect(others).toEqual([]);
    const event = scenarios.find(({ shows }) => shows === 'injected before')?.event;
    const document = event ? objectsOf(event, 'documents')[0] : undefined;
    const [item] = revel.items(order?.id ?? 0);
    expect(order).toMatchObject({
      local_id: `Triple Seat_${event?.id}`,
      establishment: '/enterprise/Establishment/8/',
      updated_by: `/enterprise/User/${OUR_USER}/`,
      created_date: '2026-11-14T00:00:07',
      call_name: 'Flora Elder | 555-0136',
      discount: '/resources/Discount/3358/',
      discount_amount: 15,
      discount_rule_amount: 15,
      surcharge: 25,
      printed: true,
      web_order: true,
      dining_option: 113,
      orderhistory: [expect.stringContaining('/resources/OrderHistory/')],
    });
    expect(item).toMatchObject({ quantity: 24, price: 8.24, product: '/resources/Product/572/' });
    expect(revel.payments(order?.id ?? 0)).toMatchObject([{ amount: '100.000000', payment_type: 236 }]);
    expect(cents(order?.final_total)).toBe(documentTotal(document ?? {}));
    expect(cents(order?.remaining_due)).toBe(documentTotal(document ?? {}) - 10_000);
    const parts = [order?.subtotal, order?.tax, order?.gratuity, order?.surcharge].map(cents);
    expect(parts.reduce((total, part) => total + part, 0) - 1500).toBe(cents(order?.final_total));
  });

  it('differ as their scenario says', () => {
    expect(of('injected by the older connector')[0]?.local_id).toMatch(/^Triple Seat \d+$/);
    expect(of('changed after staff worked on its order')[0]?.updated_by).toBe(
      `/enterprise/User/${STAFF_USER}/`,
    );
    expect(of('moved to another shop after it was injected')[0]?.establishment).toBe(
      `/enterprise/Establishment/${places.lake.establishmentId}/`,
    );
    const pair = of('two orders of one event');
    expect(pair).toHaveLength(2);
    expect(new Set(pair.map(({ uuid }) => uuid)).size).toBe(2);
    const [torn] = of('an order left half-made');
    expect(torn).toMatchObject({ orderhistory: [], printed: false, final_total: 0 });
    expect(revel.items(torn?.id ?? 0)).toHaveLength(2);
  });
});
