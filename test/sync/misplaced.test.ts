import { describe, expect, it } from 'vitest';
import type { SyncSettings } from '../../src/sync/types.js';
import { usualSettings } from '../helpers/settings.js';
import { Desk, type DeskRun } from './desk.js';

const NOW = '2026-11-14T20:00:00Z';

/** The locations of the desk, with something of the first one changed. */
function withFirst(change: (first: SyncSettings['locations'][number]) => SyncSettings['locations'][number]) {
  const [first, ...others] = usualSettings.locations;
  if (!first) throw new Error('there are locations');
  return { locations: [change(first), ...others] };
}

const wrongLocation = withFirst((first) => ({
  ...first,
  tripleseat: { ...first.tripleseat, locationId: 4_711 },
}));
const wrongShop = withFirst((first) => ({ ...first, revel: { ...first.revel, establishmentId: 4_711 } }));

const asked = (run: DeskRun, path: string) => run.sent.filter((sent) => sent.path.includes(path)).length;

async function threeParties() {
  const desk = new Desk(NOW);
  const events = [desk.add(), desk.add(), desk.add()];
  await desk.sweep();
  return { desk, events };
}

describe('a mistake in the configuration', () => {
  it('a location that Tripleseat does not have is said once, and nobody is told to void anything', async () => {
    const { desk, events } = await threeParties();
    for (const run of [await desk.sweep({}, wrongLocation), await desk.single(events, {}, wrongLocation)]) {
      const results = events.map(({ id }) => run.of(id));
      for (const result of results) {
        expect(result).toMatchObject({ status: 'failed', reason: 'LOCATION_NOT_MAPPED' });
        expect(result.orderId).not.toBeNull();
        expect(result.error).toMatch(/has 4711 as tripleseat.locationId, which Tripleseat does not have/);
        expect(result.error).not.toMatch(/void|delete/i);
      }
      expect(new Set(results.map(({ error }) => error)).size).toBe(1);
      expect(asked(run, '/v1/locations.json')).toBe(1);
      expect(run.writes).toEqual([]);
    }
    expect((await desk.sweep()).of(events[0]?.id ?? 0)).toMatchObject({ reason: 'ALREADY_INJECTED' });
  });

  it('an event that has really moved to a location without an entry is ORPHANED', async () => {
    const { desk, events } = await threeParties();
    const [first] = events;
    desk.tripleseat.store.move(Number(first?.id), { locationId: 26_999 }, desk.clock.now());
    expect((await desk.sweep()).of(first?.id ?? 0)).toMatchObject({ reason: 'ORPHANED' });
  });

  it('is not what is told of an event whose status no list names: that comes first', async () => {
    const desk = new Desk(NOW);
    const { id } = desk.add({ status: 'CONFIRMED' });
    expect((await desk.sweep({}, wrongLocation)).of(id).reason).toBe('STATUS_UNKNOWN');
  });

  it.each([
    ['answers otherwise', '{"error":"not for you"}'],
    ['asks to log in', '<html><title>Log in</title></html>'],
  ])('an account that may not see the list (%s) is told what can be told', async (_, answer) => {
    const { desk, events } = await threeParties();
    desk.edit = ({ path }, body) => (path.includes('/v1/locations.json') ? answer : body);
    const run = await desk.sweep({}, wrongLocation);
    expect(run.problem).toBeNull();
    for (const { id } of events) expect(run.of(id)).toMatchObject({ reason: 'ORPHANED' });
  });

  it('an establishment that Revel does not have is said once, in place of unmatched products', async () => {
    const desk = new Desk(NOW);
    const events = [desk.add(), desk.add()];
    const run = await desk.sweep({}, wrongShop);
    const errors = events.map(({ id }) => run.of(id).error);
    for (const { id } of events) expect(run.of(id)).toMatchObject({ reason: 'LOCATION_NOT_MAPPED' });
    expect(errors[0]).toMatch(/has 4711 as revel.establishmentId .* Revel shows no such establishment/);
    expect(new Set(errors).size).toBe(1);
    expect(asked(run, '/enterprise/Establishment/')).toBe(1);
  });

  it('an establishment that Revel does not have moves no order', async () => {
    const { desk, events } = await threeParties();
    const run = await desk.sweep({}, wrongShop);
    for (const { id } of events) {
      expect(run.of(id)).toMatchObject({ reason: 'LOCATION_NOT_MAPPED' });
      expect(run.of(id).error).not.toMatch(/void|delete/i);
    }
    expect(run.writes).toEqual([]);
  });

  it('TEST_ESTABLISHMENT_ID makes no move of orders that stand in their own shop', async () => {
    const { desk, events } = await threeParties();
    const [, other] = usualSettings.locations;
    const testing = { testEstablishmentId: other?.revel.establishmentId ?? 0 };
    const run = await desk.sweep({}, testing);
    for (const { id } of events) {
      expect(run.of(id).reason, run.of(id).error ?? '').not.toBe('ORPHANED');
      expect(run.of(id).reason).not.toBe('DUPLICATE_ORDERS');
    }
    expect(run.writes).toEqual([]);
  });
});
