import { describe, expect, it } from 'vitest';
import { endState, wrongWith } from '../helpers/check.js';
import { Desk, type Strike } from './desk.js';
import { addStrangers, leaveHalfway, makeLegacy } from './others.js';

const NOW = '2026-11-14T20:00:00Z';
const modes = ['works', 'ignored', 'refused'] as const;
const all = modes.flatMap((local) =>
  modes.flatMap((uuid) => (['works', 'ignored'] as const).map((date) => [local, uuid, date] as const)),
);

describe.each(all)('filters: local_id %s, uuid %s, dates %s', (localIdFilter, uuidFilter, dateFilter) => {
  const open = () => {
    const desk = new Desk(NOW);
    addStrangers(desk);
    desk.revel.configure({ localIdFilter, uuidFilter, dateFilter });
    return desk;
  };

  it('one order, found again by a sweep and by id', async () => {
    const desk = open();
    const event = desk.add();
    expect((await desk.sweep()).of(event.id)).toMatchObject({ status: 'injected' });
    expect(wrongWith(desk.revel, event)).toEqual([]);
    for (const again of [await desk.sweep(), await desk.single([event])]) {
      expect(again.of(event.id)).toMatchObject({ status: 'skipped', reason: 'ALREADY_INJECTED' });
      expect(again.writes).toEqual([]);
    }
  });

  it('an order of the older connector counts', async () => {
    const desk = open();
    const event = desk.add();
    await desk.sweep();
    makeLegacy(desk, event.id);
    const again = await desk.sweep();
    expect(again.of(event.id)).toMatchObject({ status: 'skipped', reason: 'ALREADY_INJECTED' });
    expect(again.writes).toEqual([]);
  });

  it('an order that staff has deleted is found, and not made again', async () => {
    const desk = open();
    const event = desk.add();
    const order = (await desk.sweep()).of(event.id).orderId;
    desk.revel.control('pos-delete', { orderId: Number(order) }, desk.clock.now());
    const run = await desk.sweep();
    expect(run.of(event.id)).toMatchObject({ reason: 'REMOVED_BY_STAFF', orderId: order });
    expect(run.writes).toEqual([]);
  });

  it('a deleted header that nobody saw does not count: a new one is made, with a uuid of its own', async () => {
    const desk = open();
    desk.revel.configure({ uuidPolicy: '400' });
    const event = desk.add();
    await leaveHalfway(desk, event);
    const begun = desk.revel.orders().find(({ local_id }) => local_id === `Triple Seat_${event.id}`);
    desk.revel.control('pos-delete', { orderId: begun?.id }, desk.clock.now());
    expect((await desk.sweep()).of(event.id)).toMatchObject({ status: 'injected' });
    expect(wrongWith(desk.revel, event)).toEqual([]);
    expect((await desk.sweep()).writes).toEqual([]);
  });
});

describe('a look-up that fails', () => {
  const faults = [
    '500-before',
    '502-html',
    'html-200',
    'bad-json',
    'hang-before',
    'reset-before',
    'oversize',
    '429',
  ] as const;
  const lookup: (kind: (typeof faults)[number]) => Strike = (kind) => (sent) => {
    if (sent.upstream !== 'revel' || sent.path !== '/resources/Order/' || sent.method !== 'GET') return null;
    if (kind === 'oversize') return { kind, bytes: 40_000_000 };
    return kind === '429' ? { kind, retryAfter: 'none' } : { kind };
  };

  it.each(faults)('%s: no new order, and no ALREADY_INJECTED', async (kind) => {
    const desk = new Desk(NOW);
    const [fresh, standing] = [desk.add(), desk.add()];
    await desk.single([standing]);
    desk.strike = lookup(kind);
    for (const run of [await desk.sweep(), await desk.single([fresh, standing])]) {
      expect(run.results.map(({ status, reason }) => [status, reason])).toEqual([
        ['failed', 'REVEL_ERROR'],
        ['failed', 'REVEL_ERROR'],
      ]);
      expect(run.problem).toMatchObject({ kind: 'unavailable' });
      expect(run.writes).toEqual([]);
    }
    desk.strike = null;
    expect((await desk.sweep()).of(fresh.id).status).toBe('injected');
    expect(wrongWith(desk.revel, fresh)).toEqual([]);
    expect((await desk.sweep()).writes).toEqual([]);
  });

  it.each(faults)(
    '%s right before it is made visible: it stays hidden, and is completed later',
    async (kind) => {
      const desk = new Desk(NOW);
      const event = desk.add();
      let begun = false;
      const strike = lookup(kind);
      desk.strike = (sent, index) => {
        begun ||= sent.path === '/resources/OrderItem/' && sent.method === 'POST';
        return begun ? strike(sent, index) : null;
      };
      const run = await desk.sweep();
      expect(run.of(event.id)).toMatchObject({ status: 'failed', reason: 'REVEL_ERROR' });
      expect(endState(desk.revel, event).live).toEqual([]);
      desk.strike = null;
      expect((await desk.sweep()).of(event.id).status).toBe('repaired');
      expect(wrongWith(desk.revel, event)).toEqual([]);
      expect((await desk.sweep()).writes).toEqual([]);
    },
  );

  it('with neither filter nor scan to go by, nothing is written', async () => {
    const desk = new Desk(NOW);
    const event = desk.add();
    desk.revel.configure({ localIdFilter: 'refused', uuidFilter: 'refused' });
    desk.strike = ({ path, query, method }) =>
      path === '/resources/Order/' && method === 'GET' && query.has('establishment')
        ? { kind: '500-before' }
        : null;
    const run = await desk.sweep();
    expect(run.of(event.id)).toMatchObject({ status: 'failed', reason: 'REVEL_ERROR' });
    expect(run.writes).toEqual([]);
  });
});

describe('a filter that finds nothing of what is there', () => {
  const blind: Desk['edit'] = ({ method, path, query }, body) =>
    method === 'GET' && path === '/resources/Order/' && query.has('local_id__in')
      ? JSON.stringify({ meta: { limit: 200, offset: 0, total_count: 0 }, objects: [] })
      : body;

  it('no order is shown that a later run could not see, and one is as soon as it can', async () => {
    const desk = new Desk(NOW);
    const event = desk.add();
    desk.edit = blind;
    for (const run of [await desk.sweep(), await desk.single([event])]) {
      expect(run.of(event.id)).toMatchObject({ status: 'failed', reason: 'UNVERIFIED' });
      expect(run.of(event.id).error).toContain('ts-reconcile doctor');
      expect(endState(desk.revel, event).live).toEqual([]);
    }
    desk.edit = null;
    expect((await desk.single([event])).of(event.id)).toMatchObject({ status: 'repaired' });
    expect(wrongWith(desk.revel, event)).toEqual([]);
    expect((await desk.sweep()).writes).toEqual([]);
  });

  it('an order that stands gets no second one that staff see', async () => {
    const desk = new Desk(NOW);
    const event = desk.add();
    await desk.sweep();
    desk.edit = blind;
    expect((await desk.single([event])).of(event.id)).toMatchObject({ reason: 'UNVERIFIED' });
    expect(endState(desk.revel, event).live).toHaveLength(1);
  });
});
