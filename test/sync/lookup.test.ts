import { describe, expect, it } from 'vitest';
import { OUR_USER } from '../../src/sandbox/world/places.js';
import { endState, wrongWith } from '../helpers/check.js';
import { Desk, type Strike } from './desk.js';

const NOW = '2026-11-14T20:00:00Z';
const modes = ['works', 'ignored', 'refused'] as const;
const all = modes.flatMap((local) =>
  modes.flatMap((uuid) => (['works', 'ignored'] as const).map((date) => [local, uuid, date] as const)),
);

/** Orders of other events and of walk-in guests, which a filter that is not obeyed brings along. */
function strangers(desk: Desk): void {
  for (let number = 0; number < 30; number += 1) {
    desk.revel.insertOrder({
      order: {
        uuid: `99999999-0000-4000-8000-${String(number).padStart(12, '0')}`,
        local_id: number % 3 === 0 ? null : `offline ${number}`,
        establishment: '/enterprise/Establishment/8/',
        created_by: `/enterprise/User/${OUR_USER}/`,
        updated_by: `/enterprise/User/${OUR_USER}/`,
        created_at: '/resources/PosStation/4/',
        created_date: `2026-11-14T0${number % 10}:00:00`,
        updated_date: `2026-11-14T0${number % 10}:00:00`,
      },
      history: [{ opened: '2026-11-14T01:00:00' }],
    });
  }
}

function legacy(desk: Desk, eventId: number): void {
  const row = desk.revel.orders().find(({ local_id }) => local_id === `Triple Seat_${eventId}`);
  if (!row) throw new Error('there is an order');
  const snapshot = desk.revel.snapshot() as { tables: { Order: unknown } };
  const text = JSON.stringify(snapshot)
    .replaceAll(`Triple Seat_${eventId}`, `Triple Seat ${eventId}`)
    .replaceAll(row.uuid, '12345678-0000-4000-8000-000000000000')
    .replaceAll(
      new RegExp(`Triple Seat Event #${eventId} rev [0-9a-f]{8}`, 'g'),
      `Triple Seat Event #${eventId}`,
    );
  desk.revel.restore(JSON.parse(text));
}

describe.each(all)('filters: local_id %s, uuid %s, dates %s', (localIdFilter, uuidFilter, dateFilter) => {
  const open = () => {
    const desk = new Desk(NOW);
    strangers(desk);
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
    legacy(desk, event.id);
    const again = await desk.sweep();
    expect(again.of(event.id)).toMatchObject({ status: 'skipped', reason: 'ALREADY_INJECTED' });
    expect(again.writes).toEqual([]);
  });

  it('a deleted order does not count: a new one is made, with a uuid of its own', async () => {
    const desk = open();
    desk.revel.configure({ uuidPolicy: '400' });
    const event = desk.add();
    const first = await desk.sweep();
    desk.revel.control('pos-delete', { orderId: Number(first.of(event.id).orderId) }, desk.clock.now());
    expect((await desk.sweep()).of(event.id)).toMatchObject({ status: 'injected' });
    expect(wrongWith(desk.revel, event)).toEqual([]);
    expect(desk.revel.orders().filter(({ local_id }) => local_id === `Triple Seat_${event.id}`)).toHaveLength(
      2,
    );
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
