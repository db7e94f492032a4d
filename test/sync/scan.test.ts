import { describe, expect, it } from 'vitest';
import { wrongWith } from '../helpers/check.js';
import type { EventOptions } from '../simulators/make-event.js';
import { Desk, type DeskRun } from './desk.js';
import { addStrangers, leaveHalfway, makeLegacy } from './others.js';

const NOW = '2026-11-14T20:00:00Z';
const DAY = 86_400_000;
const useless = (['ignored', 'refused'] as const).flatMap((local) =>
  (['works', 'ignored', 'refused'] as const).map((uuid) => [local, uuid] as const),
);

/** Lists of whole shops that the run asked for, as their first days. */
function scans(run: DeskRun): string[] {
  return run.sent
    .filter(({ upstream, path, query }) => {
      return upstream === 'revel' && path === '/resources/Order/' && query.has('establishment');
    })
    .map(({ query }) => `${query.get('establishment')} ${query.get('created_date__gte')?.slice(0, 10)}`);
}

function ours(desk: Desk): unknown[] {
  return desk.revel.orders().filter(({ local_id }) => local_id?.startsWith('Triple Seat'));
}

describe.each(useless)('local_id %s, uuid %s', (localIdFilter, uuidFilter) => {
  const open = (changes: Partial<EventOptions> = {}) => {
    const desk = new Desk(NOW);
    addStrangers(desk);
    const createdAt = desk.clock.now() - 100 * DAY;
    const event = desk.add({ createdAt, ...changes });
    const blind = () => desk.revel.configure({ localIdFilter, uuidFilter });
    return { desk, event, blind };
  };
  const both = async (desk: Desk, event: { id: number }, settings = {}) => [
    await desk.sweep({}, settings),
    await desk.single([event], {}, settings),
  ];

  it('an order that the older connector filed 20 days ago counts', async () => {
    const { desk, event, blind } = open();
    await desk.sweep();
    makeLegacy(desk, event.id, '2026-10-25');
    blind();
    for (const run of await both(desk, event)) {
      expect(run.of(event.id)).toMatchObject({ status: 'skipped', reason: 'ALREADY_INJECTED' });
      expect(run.writes).toEqual([]);
    }
    expect(ours(desk)).toHaveLength(1);
  });

  it('so does one for an event that comes in three days, at INJECT_LEAD_HOURS=72', async () => {
    const settings = { leadHours: 72 };
    const { desk, event, blind } = open({ date: '2026-11-17' });
    blind();
    expect((await desk.sweep({}, settings)).of(event.id).status).toBe('injected');
    expect(wrongWith(desk.revel, event)).toEqual([]);
    for (const run of await both(desk, event, settings)) {
      expect(run.of(event.id).reason).toBe('ALREADY_INJECTED');
    }
    makeLegacy(desk, event.id, '2026-10-25');
    for (const run of await both(desk, event, settings)) {
      expect(run.of(event.id).reason).toBe('ALREADY_INJECTED');
      expect(run.writes).toEqual([]);
    }
  });

  it('an event that was moved by 60 days gets no second order', async () => {
    const { desk, event, blind } = open();
    blind();
    await desk.sweep();
    await desk.clock.sleep(60 * DAY);
    const moved = desk.add({ id: event.id, date: desk.today(), createdAt: desk.clock.now() - 160 * DAY });
    for (const run of await both(desk, moved)) {
      expect(run.of(event.id)).toMatchObject({
        reason: 'DRIFT',
        differences: [{ field: 'day', name: null, event: '2027-01-13', order: '2026-11-14' }],
      });
      expect(run.writes).toEqual([]);
    }
    expect(ours(desk)).toHaveLength(1);
  });

  it('one that was moved 60 days back neither', async () => {
    const { desk, event, blind } = open({ date: '2027-01-13' });
    blind();
    await desk.sweep({}, { leadHours: 24 * 70 });
    desk.add({ id: event.id, date: desk.today() });
    for (const run of await both(desk, event)) {
      expect(run.of(event.id).reason).toBe('DRIFT');
      expect(run.writes).toEqual([]);
    }
  });

  it('no order is called missed that stands under another day', async () => {
    const { desk, event, blind } = open({ date: '2026-11-12' });
    await desk.single([event], { late: true });
    makeLegacy(desk, event.id, '2026-10-25');
    blind();
    for (const run of await both(desk, event)) expect(run.of(event.id).reason).toBe('ALREADY_INJECTED');
    expect((await desk.single([event], { late: true })).writes).toEqual([]);
  });

  it('an unfinished order of the older connector is completed, not doubled', async () => {
    const { desk, event, blind } = open();
    await leaveHalfway(desk, event);
    makeLegacy(desk, event.id, '2026-10-25');
    blind();
    expect((await desk.sweep()).of(event.id).status).toBe('repaired');
    expect(ours(desk)).toHaveLength(1);
    expect((await desk.sweep()).writes).toEqual([]);
  });

  it('an unfinished order of ours gives way to one of the older connector', async () => {
    const { desk, event, blind } = open();
    const other = desk.add();
    const { orderId } = (await desk.single([other])).of(other.id);
    await leaveHalfway(desk, event);
    desk.tripleseat.store.events.delete(other.id);
    makeLegacy(desk, other.id, '2026-10-25');
    const text = JSON.stringify(desk.revel.snapshot());
    desk.revel.restore(JSON.parse(text.replaceAll(`Triple Seat ${other.id}`, `Triple Seat ${event.id}`)));
    // It has figures: only when its maker can be alive no more does it go.
    await desk.clock.sleep(45 * 60_000);
    blind();
    for (const run of await both(desk, event)) {
      expect(run.of(event.id).orderId).toBe(orderId);
      expect(['repaired', 'skipped']).toContain(run.of(event.id).status);
      expect(run.sent.length).toBeLessThan(60);
    }
    const left = desk.revel
      .orders()
      .filter(({ local_id, deleted }) => local_id?.startsWith('Triple') && !deleted);
    expect(left.map(({ id }) => String(id))).toEqual([orderId]);
  });

  it('one that turns out to be there while another is worked on is seen in time', async () => {
    const { desk, event, blind } = open();
    await desk.sweep();
    makeLegacy(desk, event.id, '2026-10-25');
    const other = desk.add();
    const { orderId } = (await desk.single([other])).of(other.id);
    const text = JSON.stringify(desk.revel.snapshot());
    // Ours, with a leftover beside it that has to go.
    desk.revel.restore(JSON.parse(text.replaceAll(`Triple Seat_${other.id}`, `Triple Seat_${event.id}`)));
    desk.tripleseat.store.events.delete(other.id);
    const ours = desk.revel.order(Number(orderId));
    if (!ours) throw new Error('there is an order');
    desk.revel.insertOrder({
      order: {
        ...ours,
        id: 20_000_000,
        orderhistory: [],
        created_date: '2026-11-14T00:00:09',
        updated_date: '2026-11-14T00:00:09',
      },
    });
    blind();
    let planned = false;
    desk.strike = ({ path }) => {
      // Staff delete ours once the run has planned what to do beside it.
      if (planned && path === '/resources/Order/') {
        desk.revel.control('pos-delete', { orderId: Number(orderId) }, desk.clock.now());
      }
      planned ||= path === '/resources/Payment/';
      return null;
    };
    const run = await desk.sweep();
    const visible = desk.revel
      .orders()
      .filter(({ id, deleted }) => !deleted && desk.revel.history(id).length > 0);
    expect(visible.map(({ local_id }) => local_id).filter((id) => id?.startsWith('Triple'))).toEqual([
      `Triple Seat ${event.id}`,
    ]);
    expect(run.of(event.id).status).not.toBe('injected');
  });

  it('an event of unknown age is looked for everywhere', async () => {
    const { desk, event, blind } = open();
    await desk.sweep();
    makeLegacy(desk, event.id, '2024-02-29');
    desk.tripleseat.store.putEvent({ ...event, created_at: null });
    blind();
    expect((await desk.sweep()).of(event.id).reason).toBe('ALREADY_INJECTED');
    desk.tripleseat.store.putEvent(event);
    // No order is older than its event.
    expect((await desk.sweep()).of(event.id).status).toBe('injected');
  });

  it('when the rest of the orders cannot be read, none is made', async () => {
    const { desk, event, blind } = open();
    await desk.sweep();
    makeLegacy(desk, event.id, '2026-10-25');
    blind();
    desk.strike = ({ query }) =>
      query.get('created_date__gte')?.startsWith('2026-08-01') ? { kind: '500-before' } : null;
    for (const run of await both(desk, event)) {
      expect(run.of(event.id)).toMatchObject({
        reason: 'REVEL_ERROR',
        error: expect.stringContaining('all orders of establishment 8 since 2026-08-01'),
      });
      expect(run.writes).toEqual([]);
    }
  });

  it.each<[string, ((row: Record<string, unknown>) => object) | null]>([
    ['it is not there', null],
    ['another order', () => ({ id: 9, local_id: 'Triple Seat_7' })],
    ['another event', () => ({ local_id: 'Triple Seat_7' })],
    ['no event', () => ({ local_id: null })],
  ])('an order that a list has shown is no less there when its id is answered with %s', async (_, change) => {
    const { desk, event, blind } = open();
    await desk.sweep();
    makeLegacy(desk, event.id, '2026-10-25');
    blind();
    const uri = desk.revel.orders().find(({ local_id }) => local_id?.startsWith('Triple'))?.resource_uri;
    if (change) {
      desk.edit = ({ path }, body) =>
        path === uri ? JSON.stringify({ ...JSON.parse(body), ...change(JSON.parse(body)) }) : body;
    } else {
      const handle = desk.revel.handle.bind(desk.revel);
      desk.revel.handle = (request, now) =>
        request.path === uri ? { status: 404, headers: {}, body: '' } : handle(request, now);
    }
    for (const run of await both(desk, event)) {
      expect(run.of(event.id)).toMatchObject({ status: 'skipped', reason: 'ALREADY_INJECTED' });
      expect(run.writes).toEqual([]);
    }
  });

  it('the shops are read through once in a run, and only where an order may be made', async () => {
    const { desk, event, blind } = open();
    blind();
    const more = [1, 2, 3].map((days) => desk.add({ createdAt: desk.clock.now() - (100 - days) * DAY }));
    desk.add({ status: 'LOST', createdAt: desk.clock.now() - 400 * DAY });
    const run = await desk.sweep();
    for (const { id } of [event, ...more]) expect(run.of(id).status).toBe('injected');
    const far = scans(run).filter((scan) => !scan.includes('2026-11'));
    expect(far).toEqual(['8 2026-08-01', '11 2026-08-01', '14 2026-08-01']);
    expect(scans(await desk.sweep()).filter((scan) => !scan.includes('2026-11'))).toEqual([]);
  });
});

it('nothing is read through where local_id can be asked for', async () => {
  const desk = new Desk(NOW);
  addStrangers(desk);
  desk.revel.configure({ uuidFilter: 'refused', dateFilter: 'ignored' });
  desk.add();
  desk.add({ date: '2026-11-12' });
  expect(scans(await desk.sweep())).toEqual([]);
});
