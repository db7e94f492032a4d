import { describe, expect, it } from 'vitest';
import { OUR_USER, STAFF_USER } from '../../src/sandbox/world/places.js';
import { sampleLocations } from '../helpers/settings.js';
import type { ItemRow } from '../simulators/revel.js';
import { Desk } from './desk.js';
import { leaveHalfway } from './others.js';

const NOW = '2026-11-14T20:00:00Z';
const settings = { unmatchedPolicy: 'open-item' } as const;
const dishes = (...names: string[]) => ({
  documents: [{ lines: names.map((name) => ({ name, price: 5200 })) }],
});

function live(desk: Desk): ItemRow[] {
  const order = desk.revel.orders().find(({ deleted }) => !deleted);
  return desk.revel.items(order?.id ?? 0).filter(({ deleted }) => !deleted);
}

const names = (desk: Desk) => live(desk).map((row) => row.product_name_override);

/** Revel without the name in its answers. */
function silent(desk: Desk): void {
  desk.edit = (_, body) => body.replaceAll(/"product_name_override":(?:null|"[^"]*"),/g, '');
}

/** Somebody changes the name of the order's line at `index`, and nothing else. */
function rename(desk: Desk, index: number, name: string, user = OUR_USER): void {
  const row = live(desk)[index];
  if (!row) throw new Error('there is such a line');
  const snapshot = desk.revel.snapshot();
  const text = JSON.stringify(snapshot.tables.OrderItem).replaceAll(
    `"product_name_override":"${row.product_name_override}"`,
    `"product_name_override":"${name}"`,
  );
  const items = JSON.parse(
    text.replaceAll(/"updated_by":"[^"]*"/g, `"updated_by":"/enterprise/User/${user}/"`),
  );
  desk.revel.restore({ ...snapshot, tables: { ...snapshot.tables, OrderItem: items } });
}

describe('lines that show a name of their own', () => {
  it('an unfinished order whose dish was renamed in the event gets the new one, under an unused uuid', async () => {
    const desk = new Desk(NOW);
    desk.revel.configure({ uuidPolicy: '400' });
    const event = desk.add(dishes('Crab Tower', 'Lobster Tower'));
    await leaveHalfway(desk, event, settings);
    expect(names(desk)).toEqual(['Crab Tower', 'Lobster Tower']);
    // Now the first of the two by name, which takes the occurrence that the other one had.
    const renamed = desk.add({ ...dishes('Crab Tower', 'Beet Tower'), id: event.id });
    const run = await desk.single([renamed], {}, settings);
    expect(run.of(event.id)).toMatchObject({ status: 'repaired' });
    expect(names(desk).toSorted()).toEqual(['Beet Tower', 'Crab Tower']);
    const order = desk.revel.orders()[0]?.id ?? 0;
    const uuids = desk.revel.items(order).map(({ uuid }) => uuid);
    expect(new Set(uuids).size).toBe(uuids.length);
    expect((await desk.single([renamed], {}, settings)).writes).toEqual([]);
  });

  it('a dish that was renamed in Revel is put right before anybody sees it', async () => {
    const desk = new Desk(NOW);
    const event = desk.add(dishes('Crab Tower', 'Lobster Tower'));
    await leaveHalfway(desk, event, settings);
    rename(desk, 1, 'Eel Tower');
    expect((await desk.single([event], {}, settings)).of(event.id).status).toBe('repaired');
    expect(names(desk).toSorted()).toEqual(['Crab Tower', 'Lobster Tower']);
  });

  it('one renamed in the event of an order that staff can see is DRIFT, told by name', async () => {
    const desk = new Desk(NOW);
    const event = desk.add(dishes('Crab Tower', 'Lobster Tower'));
    await desk.single([event], {}, settings);
    const renamed = desk.add({ ...dishes('Crab Tower', 'Beet Tower'), id: event.id });
    const run = await desk.single([renamed], {}, settings);
    expect(run.of(event.id)).toMatchObject({
      reason: 'DRIFT',
      differences: [
        { field: 'line', name: 'Beet Tower', event: expect.stringMatching(/^1 × /), order: null },
        { field: 'line', name: 'Lobster Tower', event: null, order: expect.stringMatching(/^1 × /) },
      ],
    });
    expect(run.writes).toEqual([]);
  });

  it('one renamed in an order that staff works on is told, too', async () => {
    const desk = new Desk(NOW);
    const event = desk.add(dishes('Crab Tower', 'Lobster Tower'));
    const order = Number((await desk.single([event], {}, settings)).of(event.id).orderId);
    desk.revel.control('staff-touch', { orderId: order, userId: STAFF_USER }, desk.clock.now());
    expect((await desk.single([event], {}, settings)).of(event.id).reason).toBe('ALREADY_INJECTED');
    rename(desk, 0, 'Eel Tower', STAFF_USER);
    expect((await desk.single([event], {}, settings)).of(event.id)).toMatchObject({
      reason: 'TOUCHED',
      differences: expect.arrayContaining([expect.objectContaining({ name: 'Eel Tower', event: null })]),
    });
  });

  it('a Revel that does not tell names is taken at its word', async () => {
    const desk = new Desk(NOW);
    silent(desk);
    const event = desk.add(dishes('Crab Tower', 'Lobster Tower'));
    await leaveHalfway(desk, event, settings);
    const run = await desk.single([event], {}, settings);
    expect(run.of(event.id)).toMatchObject({ status: 'repaired' });
    expect(run.of(event.id).changes.map(({ action }) => action)).not.toContain('remove_item');
    expect(names(desk)).toEqual(['Crab Tower', 'Lobster Tower']);
    expect((await desk.single([event], {}, settings)).writes).toEqual([]);
  });

  it('so is one that cuts them', async () => {
    const desk = new Desk(NOW);
    desk.edit = (_, body) => body.replaceAll(/("product_name_override":"[^"]{24})[^"]*"/g, '$1"');
    const event = desk.add(dishes('Smoked fish, pickles & rye bread', 'Smoked fish, pickles & rolls'));
    await leaveHalfway(desk, event, settings);
    expect((await desk.single([event], {}, settings)).of(event.id).status).toBe('repaired');
    expect((await desk.single([event], {}, settings)).writes).toEqual([]);
  });
});

describe('what staff see of an order besides its lines', () => {
  it.each<[string, Record<string, number | null>, number | null]>([
    ['how many people have been guaranteed', { guaranteed_guest_count: 45, guest_count: 60 }, 45],
    ['else how many are expected', { guaranteed_guest_count: null, guest_count: 60 }, 60],
    ['the same of a guarantee of none', { guaranteed_guest_count: 0, guest_count: 60 }, 60],
    ['nothing where nobody knows', { guaranteed_guest_count: null, guest_count: 0 }, null],
  ])('number_of_people: %s', async (_, counts, people) => {
    const desk = new Desk(NOW);
    const event = desk.add();
    desk.tripleseat.store.edit(event.id, counts, desk.clock.now());
    expect((await desk.single([event])).of(event.id).status).toBe('injected');
    expect(desk.revel.orders()).toMatchObject([
      { number_of_people: people, call_name: 'Ada Alder | 555-0100' },
    ]);
    expect((await desk.single([event])).writes).toEqual([]);
  });

  it.each([
    ['{contact} | {phone}', 'Ada Alder | 555-0100'],
    ['{event} | {room} | {start} | {guests} guests', 'Alder Rehearsal Dinner | Patio | 6:00 PM | 40 guests'],
    ['{start} {event}', '6:00 PM Alder Rehearsal Dinner'],
  ])('call_name: %s', async (callName, shown) => {
    const desk = new Desk(NOW);
    const event = desk.add({ name: 'Alder Rehearsal Dinner' });
    const locations = sampleLocations.map((location) => ({ ...location, callName }));
    await desk.single([event], {}, { locations });
    expect(desk.revel.orders()).toMatchObject([{ call_name: shown }]);
    expect((await desk.single([event], {}, { locations })).writes).toEqual([]);
    // It is a name for people: another one makes no other order.
    await desk.clock.sleep(600_000);
    expect((await desk.sweep()).of(event.id)).toMatchObject({ reason: 'ALREADY_INJECTED', differences: [] });
  });
});
