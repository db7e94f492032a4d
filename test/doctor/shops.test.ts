import { describe, expect, it } from 'vitest';
import { checkShops } from '../../src/doctor/shops.js';
import type { DoctorContext } from '../../src/doctor/types.js';
import type { ProbeAnswer } from '../../src/http/probe.js';
import { sampleLocations } from '../helpers/settings.js';

/** The custom dining options of a Revel that answers `size` of them at once, whatever is asked for. */
async function diningOptions(size: number, counts: boolean) {
  const rows = sampleLocations.map(({ revel }, index) => ({
    id: index + 1,
    dining_option_id: revel.diningOption,
    establishment: `/enterprise/Establishment/${revel.establishmentId}/`,
  }));
  const probe = async (_: string, query: Readonly<Record<string, string>> = {}): Promise<ProbeAnswer> => {
    const offset = Number(query.offset ?? 0);
    const next = offset + size < rows.length ? '/resources/CustomOrderOption/?offset=next' : null;
    const json = {
      meta: { next, ...(counts ? { total_count: rows.length } : {}) },
      objects: rows.slice(offset, offset + size),
    };
    return { kind: 'answer', status: 200, headers: {}, json, sentAt: 0, receivedAt: 0 };
  };
  const ctx = {
    revel: { probe },
    config: { locations: sampleLocations },
    facts: { readable: new Set(['CustomOrderOption']) },
  } as unknown as DoctorContext;
  return (await checkShops(ctx)).find(({ name }) => name === 'Dining options');
}

describe('dining options', () => {
  it.each([
    [1_000, true],
    [2, true],
    [2, false],
  ])('are found however few come at once: %i, counted: %s', async (size, counts) => {
    expect(sampleLocations.length).toBeGreaterThan(2);
    expect(await diningOptions(size, counts)).toMatchObject({ status: 'ok', message: 'all found' });
  });
});

async function paymentTypes(answer: Partial<Extract<ProbeAnswer, { kind: 'answer' }>>, type = 236) {
  const probe = async (path: string): Promise<ProbeAnswer> => ({
    ...{ kind: 'answer', status: 404, headers: {}, json: undefined, sentAt: 0, receivedAt: 0 },
    ...(path === '/resources/CustomPaymentType/' ? answer : {}),
  });
  const locations = sampleLocations.map((each) => ({ ...each, revel: { ...each.revel, paymentType: type } }));
  const ctx = { revel: { probe }, config: { locations }, facts: { readable: new Set() } };
  const checks = await checkShops(ctx as unknown as DoctorContext);
  return checks.find(({ name }) => name === 'Payment types');
}

describe('an id that is not there', () => {
  const first = sampleLocations.slice(0, 1);
  const home = first[0]?.revel.establishmentId;
  const lists: Record<string, object[]> = {
    '/enterprise/Establishment/': [
      { id: 12, name: 'Depot' },
      { id: home, name: 'Special Events' },
    ],
    '/resources/PosStation/': [
      { id: 40, name: 'Bar', establishment: `/enterprise/Establishment/${home}/` },
      { id: 41, name: 'Elsewhere', establishment: '/enterprise/Establishment/999/' },
    ],
    '/enterprise/User/': [
      { id: 12, first_name: 'Ada', last_name: 'Sample' },
      { id: 7 },
      { id: 1, name: 'Integration\u001b[2J', is_active: true },
      { id: 2, name: 'Gone', is_active: false },
    ],
    '/resources/Discount/': [{ id: 5, name: 'Open', active: true }],
    '/resources/CustomOrderOption/': [
      { id: 1, dining_option_id: 140, name: 'Catering', establishment: null },
      { id: 2, dining_option_id: 141, establishment: '/enterprise/Establishment/999/' },
    ],
    '/resources/CustomPaymentType/': [{ id: 9, name: 'Triple Seat', payment_type: 237 }],
  };

  /** A Revel with these lists, and none of the rows that the locations file names. */
  async function checks() {
    const probe = async (path: string): Promise<ProbeAnswer> => {
      const objects = lists[path];
      const json = objects && { meta: { total_count: objects.length }, objects };
      return { kind: 'answer', status: json ? 200 : 404, headers: {}, json, sentAt: 0, receivedAt: 0 };
    };
    const readable = new Set(['Establishment', 'PosStation', 'User', 'CustomOrderOption', 'Discount']);
    const config = { locations: first, testEstablishmentId: null };
    const facts = { readable, establishments: new Map() };
    return checkShops({ revel: { probe }, config, facts } as unknown as DoctorContext);
  }

  it.each([
    ['Establishments', 'There are: 8 (Special Events), 12 (Depot).'],
    ['POS stations', 'There are: 40 (Bar).'],
    ['Revel users', 'There are: 1 (Integration), 7, 12 (Ada Sample).'],
    ['Dining options', 'There are: 140 (Catering).'],
    ['Discounts', 'There are: 5 (Open).'],
  ])('is answered with those that there are: %s', async (name, hint) => {
    const found = (await checks()).find((each) => each.name === name);
    expect(found?.status).toBe('failed');
    expect(found?.hint).toContain(hint);
    expect(found?.details[0]).toMatch(/^("Special Events": t|T)here is no .*\d+( \("Special Events"\))?\.$/);
  });

  it('shows what is known of payment types, whose field is not certain', async () => {
    const found = (await checks()).find((each) => each.name === 'Payment types');
    expect(found?.details).toEqual(['"Triple Seat" has id 9, payment_type 237.']);
  });
});

describe('payment types', () => {
  const rows = (...objects: unknown[]) => ({
    status: 200,
    json: { meta: { total_count: objects.length }, objects },
  });

  it.each([
    ['by their number', rows({ id: 9, payment_type: 236 })],
    ['by a field of another name', rows({ id: 1, payment_type_id: 7 }, { id: 2, payment_type_id: 236 })],
    ['by their id', rows({ id: 236, name: 'Tripleseat' })],
  ])('are found %s', async (_, answer) => {
    expect(await paymentTypes(answer)).toMatchObject({ status: 'ok' });
  });

  it('are a warning when Revel lists others only, since its fields are not certain', async () => {
    expect(await paymentTypes(rows({ id: 9, payment_type: 237 }))).toMatchObject({
      status: 'warning',
      message: expect.stringContaining('236'),
    });
  });

  it('are left to people when Revel lists none', async () => {
    expect(await paymentTypes(rows())).toMatchObject({ status: 'skipped' });
  });

  it.each([401, 403, 404, 500])('are left to people when the list is answered %i', async (status) => {
    expect(await paymentTypes({ status })).toMatchObject({
      status: 'skipped',
      hint: expect.stringContaining('236'),
    });
  });

  it.each([
    [0, 'none that is known'],
    [1, 'is cash'],
    [2, 'is a credit card'],
  ])('warn of the built-in %i, whatever Revel lists', async (type, said) => {
    expect(await paymentTypes(rows({ payment_type: type }), type)).toMatchObject({
      status: 'warning',
      details: expect.arrayContaining([expect.stringContaining(said)]),
    });
  });
});
