import { describe, expect, it } from 'vitest';
import type { DocumentOptions, LineOptions } from '../../src/sandbox/tripleseat/make-document.js';
import type { Json } from '../../src/sandbox/tripleseat/model.js';
import { OUR_USER, places } from '../../src/sandbox/world/places.js';
import type { SyncSettings } from '../../src/sync/types.js';
import { makeAsBefore } from '../helpers/before.js';
import { sampleLocations } from '../helpers/settings.js';
import { Desk } from './desk.js';
import { leaveHalfway } from './others.js';

const NOW = '2026-11-14T20:00:00Z';
const { west } = places;
const taco = { name: 'Taco Bar', price: 824, quantity: '30.0' };
const pizza = { name: 'Pizza Package', price: 2400, quantity: '2.0' };
const doc = (lines: DocumentOptions['lines'], over: Partial<DocumentOptions> = {}) => ({
  documents: [{ lines, ...over }],
});

function live(desk: Desk) {
  const order = desk.revel.orders().find(({ deleted }) => !deleted);
  return desk.revel.items(order?.id ?? 0).filter(({ deleted }) => !deleted);
}

/** `30 × 8.24 Taco Bar: no nuts`, as the rows stand in Revel. */
const rows = (desk: Desk) =>
  live(desk).map(
    ({ quantity, price, product_name_override, special_request }) =>
      `${quantity} × ${price.toFixed(2)} ${product_name_override}${special_request === null ? '' : `: ${special_request}`}`,
  );

/** Injects the event; a second run has nothing to do. */
async function inject(desk: Desk, event: { id: number }, settings: Partial<SyncSettings> = {}) {
  const run = await desk.single([event], {}, settings);
  expect(run.of(event.id), JSON.stringify(run.of(event.id).error)).toMatchObject({ status: 'injected' });
  await quiet(desk, event, settings);
  return run.of(event.id);
}

async function quiet(desk: Desk, event: { id: number }, settings: Partial<SyncSettings> = {}) {
  const again = await desk.single([event], {}, settings);
  expect(again.of(event.id), JSON.stringify(again.of(event.id).error)).toMatchObject({
    status: 'skipped',
    reason: 'ALREADY_INJECTED',
  });
  expect(again.writes).toEqual([]);
}

describe('text', () => {
  it('of details, choices and lines without money stands with its line', async () => {
    const desk = new Desk(NOW);
    const event = desk.add(
      doc([
        { ...taco, menuItemId: 121 },
        { name: 'Table linens', price: 0, quantity: '40.0', section: 'Menu Items' },
        { ...pizza, longDescription: '3 guests with peanut allergy' },
        { name: 'testing', price: null, section: 'Food' },
      ]),
    );
    const choices: Json = [
      {
        id: 1,
        menu_item_id: 121,
        menu_modifier_selections: [{ id: 2, display_name: 'Chicken', quantity: 20 }],
      },
    ].map((each) => ({ ...each, display_name: 'Taco Bar', quantity: 30 }));
    desk.tripleseat.store.selections.set(event.id, choices);
    const result = await inject(desk, event);
    expect(rows(desk)).toEqual([
      '30 × 8.24 Taco Bar: 20 × Chicken; 40 × Table linens',
      '2 × 24.00 Pizza Package: 3 guests with peanut allergy; testing',
    ]);
    expect(result.notes).toEqual([
      'Lines without money that match no product stand as text of others: "Table linens" with "Taco Bar", "testing" with "Pizza Package".',
    ]);
    expect(desk.revel.orders()[0]?.notes).toMatch(/^Triple Seat Event #\d+ rev [0-9a-f]{8}\b/);
  });

  it('that Revel does not keep is told by the run that made the order, and is DRIFT then', async () => {
    const desk = new Desk(NOW);
    desk.revel.configure({ textLength: 0 });
    const event = desk.add(doc([{ ...taco, longDescription: 'No nuts, no dairy,  no gluten & no pork' }]));
    const first = (await desk.single([event])).of(event.id);
    expect(first).toMatchObject({ status: 'failed', reason: 'UNVERIFIED' });
    expect(first.error).toContain('No nuts');
    const again = await desk.single([event]);
    expect(again.of(event.id).reason).toBe('DRIFT');
    expect(again.writes).toEqual([]);
  });

  // 24 end within a word, 21 between two.
  it.each([null, 24, 21])('that Revel shows %s characters of is made, and is right', async (textLength) => {
    const desk = new Desk(NOW);
    desk.revel.configure({ textLength });
    const longDescription = 'No nuts, no dairy, no gluten & no pork';
    const event = desk.add(doc([{ ...taco, longDescription }, pizza]));
    await inject(desk, event);
    const other = desk.add(doc([{ ...taco, longDescription }]));
    await leaveHalfway(desk, other);
    expect((await desk.single([other])).of(other.id)).toMatchObject({ status: 'repaired' });
    await quiet(desk, other);
  });

  it.each([null, 24])('that Revel shows %s characters of is no difference', async (textLength) => {
    const desk = new Desk(NOW);
    desk.revel.configure({ textLength });
    const event = desk.add(doc([{ ...taco, longDescription: 'No nuts, no dairy,  no gluten & no pork' }]));
    await inject(desk, event);
    desk.cache.clear();
    const changed = desk.add({
      ...doc([{ ...taco, longDescription: 'No nuts, no dairy, no gluten & no pork' }]),
      id: event.id,
      name: 'Renamed',
    });
    await quiet(desk, changed);
  });

  it.each<[string, Partial<LineOptions>, Partial<LineOptions>]>([
    ['changed', { longDescription: 'no nuts' }, { longDescription: 'no dairy' }],
    ['new', {}, { longDescription: '3 guests with peanut allergy' }],
    ['gone', { longDescription: 'no nuts' }, {}],
    [
      'longer',
      { longDescription: 'On the buffet by the window' },
      { longDescription: 'On the buffet by the window\nALLERGY: 3 guests peanuts' },
    ],
  ])('%s since the order was made is DRIFT, told with both', async (_, before, after) => {
    const desk = new Desk(NOW);
    const event = desk.add(doc([{ ...taco, ...before }]));
    await inject(desk, event);
    const edited = desk.add({ ...doc([{ ...taco, ...after }]), id: event.id });
    const run = await desk.single([edited]);
    expect(run.of(event.id)).toMatchObject({ status: 'failed', reason: 'DRIFT' });
    expect(run.of(event.id).differences).toEqual([
      {
        field: 'text',
        name: 'Taco Bar',
        event: after.longDescription?.replace('\n', ' / ') ?? null,
        order: before.longDescription ?? null,
      },
    ]);
    expect(run.writes).toEqual([]);
  });

  it('that is added while its order is unfinished is on it', async () => {
    const desk = new Desk(NOW);
    const event = desk.add(doc([{ ...taco, longDescription: 'On the buffet by the window' }, pizza]));
    await leaveHalfway(desk, event);
    const longDescription = 'On the buffet by the window\nALLERGY: 3 guests peanuts';
    const edited = desk.add({ ...doc([{ ...taco, longDescription }, pizza]), id: event.id });
    expect((await desk.single([edited])).of(event.id)).toMatchObject({ status: 'repaired' });
    expect(rows(desk).toSorted()).toEqual([
      '2 × 24.00 Pizza Package',
      '30 × 8.24 Taco Bar: On the buffet by the window / ALLERGY: 3 guests peanuts',
    ]);
    await quiet(desk, edited);
  });

  it('that has changed since a POS opened the order is for somebody to tell the kitchen', async () => {
    const desk = new Desk(NOW);
    const event = desk.add(doc([{ ...taco, longDescription: 'no nuts' }]));
    const { orderId } = await inject(desk, event);
    desk.revel.control('pos-open', { orderId: Number(orderId) }, desk.clock.now());
    const noteOf = async () => {
      const result = (await desk.single([event])).of(event.id);
      expect(result).toMatchObject({ status: 'skipped', reason: 'IN_SERVICE' });
      return result.error;
    };
    desk.add({ ...doc([{ ...taco, longDescription: 'no nuts, no shellfish' }]), id: event.id });
    const differs = 'what it tells the kitchen of "Taco Bar" is not what the event does: tell them';
    expect(await noteOf()).toContain(differs);
    const row = desk.revel.order(Number(orderId));
    desk.revel.insertOrder({ order: { ...row, closed: true } as never });
    expect(await noteOf()).toContain(differs);
    // What is over is not for anybody to tell, nor is anything said of what is missing.
    desk.clock.skip(16 * 3_600_000);
    const over = await noteOf();
    expect(over).toBe(`Order ${orderId} is closed and its day is over: nothing can change it any more.`);
  });

  it('that was edited while the order was unfinished is the new one when staff sees it', async () => {
    const desk = new Desk(NOW);
    const event = desk.add(doc([{ ...taco, longDescription: 'no nuts' }]));
    await leaveHalfway(desk, event);
    const edited = desk.add({ ...doc([{ ...taco, longDescription: 'no dairy' }]), id: event.id });
    expect((await desk.single([edited])).of(event.id).status).toBe('repaired');
    expect(rows(desk)).toEqual(['30 × 8.24 Taco Bar: no dairy']);
    await quiet(desk, edited);
  });
});

describe('prices', () => {
  it.each<[string, LineOptions, string[]]>([
    [
      'that are no whole cents are split at a cent',
      { ...taco, quantity: '40.0', price: 1237.5 },
      ['20 × 12.37 Taco Bar', '20 × 12.38 Taco Bar'],
    ],
    [
      'that only the total tells, too',
      { ...taco, quantity: '3.0', price: null, total: 10_000 },
      ['2 × 33.33 Taco Bar', '1 × 33.34 Taco Bar'],
    ],
    [
      'of a fractional quantity are sold once',
      { ...taco, quantity: '2.5', price: 1237.5 },
      ['1 × 30.94 2.5 × Taco Bar'],
    ],
    ['of whole cents stay', { ...taco, quantity: '2.5', price: 824 }, ['2.5 × 8.24 Taco Bar']],
  ])('%s', async (_, line, expected) => {
    const desk = new Desk(NOW);
    await inject(desk, desk.add(doc([line])));
    expect(rows(desk)).toEqual(expected);
  });

  it('of a quantity that the POS would round are refused before anything is written', async () => {
    const desk = new Desk(NOW);
    const event = desk.add(doc([{ ...taco, quantity: '2.3755', price: 800 }]));
    const run = await desk.single([event]);
    expect(run.of(event.id)).toMatchObject({ status: 'failed', error: expect.stringContaining('2.3755') });
    expect(run.writes).toEqual([]);
  });
});

/** Somebody changes a product of the menu. */
function menu(desk: Desk, id: number, change: { name?: string; active?: boolean }): void {
  const is = west.products.find((each) => each.id === id);
  desk.revel.addProduct({
    id,
    establishment: west.establishmentId,
    name: change.name ?? is?.name ?? '',
    price: (is?.price ?? 0) / 100,
    active: change.active ?? true,
  });
}

describe('an order that stands is judged without the menu', () => {
  const product = menu;

  const changes: [string, (desk: Desk) => void][] = [
    ['renamed', (desk) => product(desk, 572, { name: 'Taco Bar XL' })],
    ['deactivated', (desk) => product(desk, 572, { active: false })],
    [
      'doubled',
      (desk) =>
        desk.revel.addProduct({
          id: 7_001,
          establishment: west.establishmentId,
          name: 'TACO BAR',
          price: 1,
          active: true,
        }),
    ],
    [
      'replaced',
      (desk) => {
        product(desk, 572, { name: 'Old' });
        desk.revel.addProduct({
          id: 7_001,
          establishment: west.establishmentId,
          name: 'Taco Bar',
          price: 1,
          active: true,
        });
      },
    ],
  ];

  it.each(changes)('its product %s', async (_, change) => {
    const desk = new Desk(NOW);
    const event = desk.add(doc([taco, pizza]));
    await inject(desk, event);
    change(desk);
    desk.cache.clear();
    await quiet(desk, event);
    // Another revision, so that lines have to be compared.
    const renamed = desk.add({ ...doc([taco, pizza]), id: event.id, contact: null, name: 'Renamed' });
    await quiet(desk, renamed);
    const edited = desk.add({ ...doc([{ ...taco, quantity: '24.0' }, pizza]), id: event.id });
    expect((await desk.single([edited])).of(event.id)).toMatchObject({ reason: 'DRIFT' });
  });

  it('one that does not stand is not made without a product', async () => {
    const desk = new Desk(NOW);
    const event = desk.add(doc([taco]));
    product(desk, 572, { active: false });
    const run = await desk.single([event]);
    expect(run.of(event.id)).toMatchObject({ status: 'failed', reason: 'UNMATCHED_ITEMS' });
    expect(run.writes).toEqual([]);
  });
});

describe('orders of the version before', () => {
  const lines = [
    { ...taco, longDescription: '3 guests with peanut allergy' },
    pizza,
    { name: 'Vegan Charcuterie Tower', price: 5200 },
    { name: 'testing', price: null },
  ];
  const settings = { unmatchedPolicy: 'open-item' } as const;

  it.each([true, false])('stand as they are (names filled in by Revel: %s)', async (names) => {
    const desk = new Desk(NOW);
    // Then, text without money was sold as the open item.
    const event = desk.add(doc(lines.slice(0, 3)));
    await inject(desk, event, settings);
    makeAsBefore(desk.revel, west, names);
    desk.cache.clear();
    await quiet(desk, event, settings);
    menu(desk, 572, { name: 'Taco Bar XL' });
    desk.cache.clear();
    await quiet(desk, event, settings);
  });

  it('stand with their text sold as an open item', async () => {
    const desk = new Desk(NOW);
    const textLines = 'open-item' as const;
    const locations = sampleLocations.map((location) => ({ ...location, textLines }));
    const event = desk.add(doc(lines));
    await inject(desk, event, { ...settings, locations });
    expect(rows(desk)).toContain('1 × 0.00 testing');
    makeAsBefore(desk.revel, west, false);
    desk.cache.clear();
    await quiet(desk, event, settings);
  });

  it('are DRIFT all the same where their event has changed', async () => {
    const desk = new Desk(NOW);
    const event = desk.add(doc(lines));
    await inject(desk, event, settings);
    makeAsBefore(desk.revel, west, false);
    const edited = desk.add({ ...doc([{ ...taco, quantity: '24.0' }, ...lines.slice(1)]), id: event.id });
    expect((await desk.single([edited], {}, settings)).of(event.id).reason).toBe('DRIFT');
  });

  it('are completed when they were left unfinished', async () => {
    const desk = new Desk(NOW);
    const event = desk.add(doc(lines));
    await leaveHalfway(desk, event, settings);
    makeAsBefore(desk.revel, west, false);
    expect((await desk.single([event], {}, settings)).of(event.id).status).toBe('repaired');
    expect(live(desk)).toHaveLength(3);
    expect(live(desk).every(({ updated_by }) => updated_by === `/enterprise/User/${OUR_USER}/`)).toBe(true);
  });
});
