import { describe, expect, it } from 'vitest';
import { isCovered } from '../../src/domain/acceptance.js';
import type { Decision } from '../../src/domain/decision.js';
import { type EventId, orderId } from '../../src/domain/ids.js';
import { withRivals } from '../../src/domain/rivals.js';
import { PAYMENT_TYPE, STAFF_USER } from '../../src/sandbox/world/places.js';
import { wrongWith } from '../helpers/check.js';
import { Desk, type Sent } from './desk.js';
import { givesBack, leaveHeader } from './others.js';

const NOW = '2026-11-14T18:00:00Z';
const taco = { name: 'Taco Bar', price: 824, quantity: '2.0' };

const replaces = (order: string | number): Decision => ({ kind: 'replace', order: orderId(order) });

/** An event whose order was made, is no longer fresh, and does not match any more. */
async function drifted(paid = true) {
  const desk = new Desk(NOW);
  const payments = paid ? [{ amount: 600 }] : [];
  const event = desk.add({ documents: [{ lines: [taco], payments }] });
  const made = (await desk.single([event])).of(event.id).orderId ?? '';
  await desk.clock.sleep(600_000);
  const edited = new Desk(desk.clock.now()).add({
    id: event.id,
    documents: [{ lines: [{ ...taco, quantity: '3.0' }], payments }],
  });
  desk.tripleseat.store.putEvent(edited);
  expect((await desk.single([event])).of(event.id).reason).toBe('DRIFT');
  return { desk, event: edited, made };
}

/** Orders of the event that staff can see. */
const visible = (desk: Desk) =>
  desk.revel.orders().filter((row) => !row.deleted && desk.revel.history(row.id).length > 0);

/** Those that nobody can see yet. */
const hidden = (desk: Desk) =>
  desk.revel.orders().filter((row) => !row.deleted && desk.revel.history(row.id).length === 0);

/** What counts as paid, on whichever order. */
const paid = (desk: Desk) =>
  desk.revel.orders().flatMap((row) => desk.revel.payments(row.id).filter((each) => !each.deleted));

async function endsRight(desk: Desk, event: { id: number }): Promise<void> {
  await desk.clock.sleep(600_000);
  const again = await desk.single([event]);
  expect(again.of(event.id).reason).toBe('ALREADY_INJECTED');
  expect(again.writes).toEqual([]);
  expect(again.warnings).toEqual([]);
  const sweep = await desk.sweep();
  expect(sweep.of(event.id).reason).toBe('ALREADY_INJECTED');
  expect(sweep.writes).toEqual([]);
}

describe('replacing an order', () => {
  it('makes a new one, and the old one goes in the moment in which the new one counts', async () => {
    const { desk, event, made } = await drifted();
    const plan = await desk.single([event], { decision: replaces(made), dryRun: true });
    expect(plan.writes).toEqual([]);
    expect(plan.of(event.id)).toMatchObject({ status: 'injected' });
    const actions = plan.of(event.id).changes.map(({ action }) => action);
    expect(actions).toEqual([
      'create_order',
      'add_item',
      'set_totals',
      'mark_deleted',
      'remove_payment',
      'add_payment',
      'mark_printed',
      'make_visible',
    ]);
    const run = await desk.single([event], { decision: replaces(made) });
    expect(run.of(event.id)).toMatchObject({ status: 'injected', error: null });
    expect(run.of(event.id).changes.map(({ action }) => action)).toEqual(actions);
    const [order, ...more] = visible(desk);
    expect(more).toEqual([]);
    expect(String(order?.id)).toBe(run.of(event.id).orderId);
    const old = desk.revel.orders().find(({ id }) => String(id) === made);
    expect(old).toMatchObject({
      deleted: true,
      notes: `Triple Seat Event #${event.id} superseded by order ${order?.id}`,
    });
    expect(paid(desk)).toHaveLength(1);
    await endsRight(desk, event);
    expect(wrongWith(desk.revel, event)).toEqual([]);
  });

  it('gives back what was paid where payments keep no deleted mark and negative ones count', async () => {
    const { desk, event, made } = await drifted();
    desk.account = givesBack(NOW);
    const plan = await desk.single([event], { decision: replaces(made), dryRun: true });
    const run = await desk.single([event], { decision: replaces(made) });
    for (const { changes } of [plan.of(event.id), run.of(event.id)]) {
      expect(changes).toContainEqual(expect.objectContaining({ action: 'add_payment', amount: '-6.00' }));
    }
    const old = desk.revel.payments(Number(made));
    expect(old.map(({ amount, deleted }) => [Number(amount), deleted])).toEqual([
      [6, false],
      [-6, false],
    ]);
    await endsRight(desk, event);
    const [order] = visible(desk);
    expect(desk.revel.payments(order?.id ?? 0).map(({ amount }) => Number(amount))).toEqual([6]);
  });

  it('also makes anew what equals its event', async () => {
    const desk = new Desk(NOW);
    const event = desk.add({ documents: [{ lines: [taco] }] });
    const made = (await desk.single([event])).of(event.id).orderId ?? '';
    await desk.clock.sleep(600_000);
    const run = await desk.single([event], { decision: replaces(made) });
    expect(run.of(event.id).status).toBe('injected');
    expect(visible(desk).map(({ id }) => String(id))).toEqual([run.of(event.id).orderId]);
    await endsRight(desk, event);
  });

  it.each([
    [
      'opened it',
      (desk: Desk, id: number) => desk.revel.control('pos-open', { orderId: id }, desk.clock.now()),
    ],
    [
      'changed a line of it',
      (desk: Desk, id: number) => {
        const [item] = desk.revel.items(id);
        desk.patch(`/resources/OrderItem/${item?.id}/`, {
          special_request: 'no onions',
          updated_by: `/enterprise/User/${STAFF_USER}/`,
        });
      },
    ],
  ])('is refused when staff has %s', async (_, deed) => {
    const { desk, event, made } = await drifted();
    deed(desk, Number(made));
    const before = JSON.stringify(desk.revel.orders());
    const run = await desk.single([event], { decision: replaces(made) });
    expect(run.of(event.id).status).toBe('failed');
    expect(run.of(event.id).reason).toBe('TOUCHED');
    expect(run.writes).toEqual([]);
    expect(JSON.stringify(desk.revel.orders())).toBe(before);
  });

  it('is refused once the business day of the order is over', async () => {
    const { desk, event, made } = await drifted();
    await desk.clock.sleep(24 * 3_600_000);
    const run = await desk.single([event], { decision: replaces(made), late: true });
    expect(run.writes).toEqual([]);
    expect(run.of(event.id).error).toMatch(/business day of order \d+ is over/);
  });

  it('leaves the old order as it was where Revel does not keep the mark', async () => {
    const { desk, event, made } = await drifted();
    const notes = visible(desk)[0]?.notes;
    desk.revel.configure({ keepsDeletedMark: false });
    const run = await desk.single([event], { decision: replaces(made) });
    expect(run.of(event.id)).toMatchObject({ status: 'failed', reason: 'UNVERIFIED' });
    expect(run.of(event.id).error).toContain('did not keep the deleted mark');
    expect(visible(desk)).toMatchObject([{ id: Number(made), notes }]);
    expect(paid(desk)).toHaveLength(1);
    await desk.clock.sleep(600_000);
    const after = await desk.sweep();
    expect(after.of(event.id)).toMatchObject({ reason: 'DRIFT', orderId: made });
    expect(after.writes).toEqual([]);
  });

  // Cut off at every write, by a process that dies with it, and done or not.
  it.each(
    Array.from({ length: 11 }, (_, cut) => cut).flatMap(
      (cut) =>
        [
          [cut, true],
          [cut, false],
        ] as const,
    ),
  )(
    'that dies at write %i (carried out: %s) is gone on with or falls back, by a host that knows nothing',
    async (cut, isDone) => {
      const { desk, event, made } = await drifted();
      let writes = -1;
      desk.strike = ({ method, upstream }) => {
        if (upstream !== 'revel' || writes >= cut) return writes >= cut ? { kind: '500-before' } : null;
        if (method !== 'GET') writes += 1;
        return writes < cut ? null : { kind: isDone ? '500-after' : '500-before' };
      };
      await desk.single([event], { decision: replaces(made) });
      desk.strike = null;
      const isDecided = desk.revel.orders().some(({ id, deleted }) => String(id) === made && deleted);
      expect(visible(desk).length).toBeLessThanOrEqual(1);
      await desk.clock.sleep(45 * 60_000);
      desk.cache.clear();
      const plan = await desk.sweep({ dryRun: true });
      const next = await desk.sweep();
      expect(plan.of(event.id).changes.length > 0).toBe(next.writes.length > 0);
      expect(visible(desk)).toHaveLength(1);
      expect(paid(desk)).toHaveLength(1);
      if (isDecided) {
        expect(visible(desk)[0]?.id).not.toBe(Number(made));
        await endsRight(desk, event);
      } else {
        // What was begun in its place is nobody's any more.
        expect(next.of(event.id)).toMatchObject({ reason: 'DRIFT', orderId: made });
        expect(plan.of(event.id)).toMatchObject({ reason: 'DRIFT', changes: next.of(event.id).changes });
        expect(hidden(desk)).toEqual([]);
        expect((await desk.sweep()).writes).toEqual([]);
        await desk.single([event], { decision: replaces(made) });
        expect(visible(desk)).toHaveLength(1);
        await endsRight(desk, event);
      }
      expect(paid(desk)).toHaveLength(1);
    },
  );
});

describe('what is said of a decision that was cut off', () => {
  /** Cut off at the write that takes the order away, or at the one after it, and by `kind` from then on. */
  async function cutAt(
    after: boolean,
    kind: '500-after' | '500-before' | 'reset-after',
    decide: 'replace' | 'void',
  ) {
    const { desk, event, made } = await drifted();
    if (decide === 'void') desk.tripleseat.store.setStatus(event.id, 'LOST', desk.clock.now());
    let cut = false;
    desk.strike = ({ method, path, body, upstream }) => {
      if (upstream !== 'revel') return null;
      if (cut) return { kind: '500-before' };
      const isMark =
        method === 'PATCH' && path === `/resources/Order/${made}/` && body.includes('"deleted":true');
      if (!isMark) return null;
      cut = true;
      return after ? null : { kind };
    };
    const decision: Decision = { kind: decide, order: orderId(made) };
    return (await desk.single([event], { decision })).of(event.id).error ?? '';
  }

  it.each(['replace', 'void'] as const)('%s: nobody knows yet what became of the mark', async (decide) => {
    for (const [after, kind] of [
      [false, '500-after'],
      [false, '500-before'],
      [true, '500-before'],
    ] as const) {
      const error = await cutAt(after, kind, decide);
      expect(error).toContain('Whether an order was taken away is not known');
      expect(error).not.toContain('Nothing was taken away');
    }
  });

  it('nothing was taken away before the mark', async () => {
    const { desk, event, made } = await drifted();
    desk.strike = ({ method, path }) =>
      method === 'POST' && path === '/resources/OrderItem/' ? { kind: '500-before' } : null;
    const run = await desk.single([event], { decision: replaces(made) });
    expect(run.of(event.id).error).toContain('Nothing was taken away');
  });

  it('a payment may be left on what is gone', async () => {
    const { desk, event, made } = await drifted();
    desk.tripleseat.store.setStatus(event.id, 'LOST', desk.clock.now());
    desk.strike = ({ method, path }) =>
      method === 'PATCH' && path.startsWith('/resources/Payment/') ? { kind: '500-before' } : null;
    const run = await desk.single([event], { decision: { kind: 'void', order: orderId(made) } });
    expect(run.of(event.id).error).toContain('a payment may still stand on it');
    expect(run.of(event.id).error).not.toContain('the next run completes it');
  });
});

describe('a decision that was cut off, where later runs see less', () => {
  /** The run dies with the request that `at` is true of. */
  async function cutOff(desk: Desk, event: { id: number }, decision: Decision, at: (sent: Sent) => boolean) {
    const kill = new AbortController();
    desk.strike = (sent) => {
      if (at(sent)) kill.abort('SIGKILL');
      return null;
    };
    await desk.single([event], { decision }, {}, kill.signal);
    expect(kill.signal.aborted).toBe(true);
    desk.strike = null;
    await desk.clock.sleep(3_600_000);
  }
  const isMark = ({ method, body }: Sent) => method === 'PATCH' && body.includes('"deleted":true');

  it('nothing is paid beside what is left on the old order where lists lack its history', async () => {
    const { desk, event, made } = await drifted();
    desk.edit = ({ upstream, method, path }, body) => {
      if (upstream !== 'revel' || method !== 'GET' || path !== '/resources/Order/') return body;
      const page = JSON.parse(body);
      for (const row of page.objects ?? []) delete row.orderhistory;
      return JSON.stringify(page);
    };
    await cutOff(desk, event, replaces(made), isMark);
    const next = await desk.single([event]);
    expect(next.of(event.id).status).toBe('repaired');
    expect(paid(desk)).toHaveLength(1);
    expect(wrongWith(desk.revel, event)).toEqual([]);
    await endsRight(desk, event);
  });

  it('a new order that had only been begun is not finished once staff has taken the old one away', async () => {
    const { desk, event, made } = await drifted();
    const isLine = ({ method, path }: Sent) => method === 'POST' && path === '/resources/OrderItem/';
    await cutOff(desk, event, replaces(made), isLine);
    expect(hidden(desk)).toHaveLength(1);
    const deletion = { deleted: true, updated_by: `/enterprise/User/${STAFF_USER}/` };
    desk.patch(`/resources/Order/${made}/`, { ...deletion, updated_date: '2026-11-14T11:10:00' });
    await desk.clock.sleep(600_000);
    const sweep = await desk.sweep();
    expect(sweep.of(event.id).reason).toBe('REMOVED_BY_STAFF');
    expect(visible(desk)).toEqual([]);
    const again = await desk.single([event], { decision: { kind: 'recreate' } });
    expect(again.of(event.id).status).toBe('injected');
    expect(wrongWith(desk.revel, event)).toEqual([]);
    await endsRight(desk, event);
  });

  it.each([
    [
      'was cancelled',
      ({ store }: Desk['tripleseat'], id: number, now: number) => store.setStatus(id, 'LOST', now),
    ],
    ['was deleted', ({ store }: Desk['tripleseat'], id: number, now: number) => store.delete(id, now)],
    [
      'has moved where no shop is',
      ({ store }: Desk['tripleseat'], id: number, now: number) => store.move(id, { locationId: 99_999 }, now),
    ],
  ])('money on an order whose event %s is told until it is taken back', async (_, by) => {
    const { desk, event, made } = await drifted();
    by(desk.tripleseat, event.id, desk.clock.now());
    await cutOff(desk, event, { kind: 'void', order: orderId(made) }, isMark);
    const told = `Order ${made} of event ${event.id} is a leftover with a payment`;
    expect(paid(desk)).toHaveLength(1);
    for (const run of [await desk.sweep(), await desk.single([event])]) {
      const { reason } = run.of(event.id);
      expect(['STATUS_NOT_ELIGIBLE', 'EVENT_NOT_FOUND', 'LOCATION_NOT_MAPPED']).toContain(reason);
      expect(run.warnings.filter((warning) => warning.includes(told))).toHaveLength(1);
      expect(run.writes).toEqual([]);
    }
    desk.patch(`/resources/Payment/${paid(desk)[0]?.id}/`, { deleted: true });
    expect((await desk.sweep()).warnings).toEqual([]);
  });

  it('money that is left on an order beside the one that stands is told', async () => {
    const desk = new Desk(NOW);
    const event = desk.add();
    await desk.sweep();
    const left = leaveHeader(desk, event, { payments: [{ amount: 5, payment_type: PAYMENT_TYPE }] });
    const sweep = await desk.sweep();
    expect(sweep.of(event.id).reason).toBe('ALREADY_INJECTED');
    expect(sweep.warnings.join()).toContain(
      `Order ${left} of event ${event.id} is a leftover with a payment`,
    );
    expect(sweep.writes).toEqual([]);
  });
});

describe('making again what staff has taken away', () => {
  it('after it was deleted on a POS', async () => {
    const desk = new Desk(NOW);
    const event = desk.add({ documents: [{ lines: [taco] }] });
    const made = (await desk.single([event])).of(event.id).orderId ?? '';
    await desk.clock.sleep(600_000);
    desk.revel.control('pos-delete', { orderId: Number(made), userId: STAFF_USER }, desk.clock.now());
    await desk.clock.sleep(600_000);
    expect((await desk.sweep()).of(event.id).reason).toBe('REMOVED_BY_STAFF');
    const run = await desk.single([event], { decision: { kind: 'recreate' } });
    expect(run.of(event.id)).toMatchObject({ status: 'injected' });
    expect(run.of(event.id).orderId).not.toBe(made);
    await endsRight(desk, event);
  });
});

describe('keeping one of several', () => {
  async function doubled() {
    const desk = new Desk(NOW);
    const event = desk.add({ documents: [{ lines: [taco], payments: [{ amount: 600 }] }] });
    const first = (await desk.single([event])).of(event.id).orderId ?? '';
    await desk.clock.sleep(600_000);
    // Another state of the same account: its order is made a second time, as by hand.
    desk.revel.control('pos-delete', { orderId: Number(first) }, desk.clock.now());
    const second =
      (await desk.single([event], { decision: { kind: 'recreate' } })).of(event.id).orderId ?? '';
    desk.patch(`/resources/Order/${first}/`, {
      deleted: false,
      updated_by: desk.revel.orders().find(({ id }) => String(id) === second)?.updated_by,
    });
    await desk.clock.sleep(600_000);
    expect((await desk.single([event])).of(event.id).reason).toBe('DUPLICATE_ORDERS');
    return { desk, event, first, second };
  }

  it.each(['first', 'second'] as const)('the %s', async (which) => {
    const orders = await doubled();
    const { desk, event } = orders;
    const kept = orders[which];
    const decision = { kind: 'keep', order: orderId(kept) } as const;
    const plan = await desk.single([event], { decision, dryRun: true });
    expect([plan.writes, plan.of(event.id).orderId]).toEqual([[], kept]);
    const run = await desk.single([event], { decision });
    expect(run.of(event.id)).toMatchObject({ orderId: kept, status: 'repaired' });
    expect(visible(desk).map(({ id }) => String(id))).toEqual([kept]);
    expect(paid(desk)).toHaveLength(1);
    await endsRight(desk, event);
  });

  /** The first is kept, of which staff has so much by then, and the run dies when the second has gone. */
  async function cutOff(
    { desk, event, first }: Awaited<ReturnType<typeof doubled>>,
    quantity: number | null,
  ) {
    if (quantity !== null) {
      desk.revel.control('pos-open', { orderId: Number(first) }, desk.clock.now());
      const [item] = desk.revel.items(Number(first));
      desk.revel.control('pos-edit-item', { itemId: item?.id, quantity }, desk.clock.now());
    }
    const kill = new AbortController();
    desk.strike = ({ method, body }) => {
      if (method === 'PATCH' && body.includes('"deleted":true')) kill.abort('SIGKILL');
      return null;
    };
    await desk.single([event], { decision: { kind: 'keep', order: orderId(first) } }, {}, kill.signal);
    desk.strike = null;
    expect(visible(desk).map(({ id }) => String(id))).toEqual([first]);
    // As on another host.
    desk.cache.clear();
    await desk.clock.sleep(3_600_000);
  }

  const states = [
    ['ALREADY_INJECTED', null],
    ['IN_SERVICE', 7],
    ['TOUCHED', 0.5],
  ] as const;

  it.each(states)(
    'is finished by the next sweep where the one that stays is %s',
    async (reason, quantity) => {
      const orders = await doubled();
      const { desk, event, first, second } = orders;
      await cutOff(orders, quantity);
      const sweep = await desk.sweep();
      expect(sweep.of(event.id).orderId).toBe(first);
      expect(desk.revel.payments(Number(second)).filter((row) => !row.deleted)).toEqual([]);
      const again = await desk.sweep();
      expect(again.of(event.id)).toMatchObject({ reason, orderId: first });
      expect(again.writes).toEqual([]);
    },
  );

  it.each(states)(
    'tells in each sweep what nobody gives back where the one that stays is %s',
    async (reason, quantity) => {
      const orders = await doubled();
      const { desk, event, first, second } = orders;
      desk.account = givesBack(NOW);
      await cutOff(orders, quantity);
      for (let sweeps = 0; sweeps < 2; sweeps += 1) {
        const sweep = await desk.sweep();
        expect(sweep.of(event.id)).toMatchObject({ reason, orderId: first });
        expect(sweep.warnings.join()).toContain(
          `Order ${second} of event ${event.id} is a leftover with a payment`,
        );
        await desk.clock.sleep(2_700_000);
      }
    },
  );

  it('can be left to a person, until something about one of them changes', async () => {
    const { desk, event, second } = await doubled();
    const failing = async () => {
      const { reason, error, orders, differences } = (await desk.single([event])).of(event.id);
      if (reason !== 'DUPLICATE_ORDERS') throw new Error(`it is ${reason}`);
      return { reason, differences, sentence: withRivals(error ?? '', orders) };
    };
    const id = String(event.id) as EventId;
    const seen = { ...(await failing()), event: id, why: 'both are served', by: 'sam', at: 0, until: null };
    expect(isCovered(seen, await failing(), desk.today())).toBe(true);
    desk.patch(`/resources/Order/${second}/`, { tax: 1, final_total: 999 });
    expect(isCovered(seen, await failing(), desk.today())).toBe(false);
  });

  it('is refused in the plan already where a POS has opened one that would go', async () => {
    const { desk, event, first, second } = await doubled();
    desk.revel.control('pos-open', { orderId: Number(first) }, desk.clock.now());
    for (const dryRun of [true, false]) {
      const decision = { kind: 'keep', order: orderId(second) } as const;
      const run = await desk.single([event], { decision, dryRun });
      expect(run.of(event.id)).toMatchObject({ status: 'failed', reason: 'TOUCHED', orderId: first });
      expect(run.writes).toEqual([]);
    }
    expect(visible(desk)).toHaveLength(2);
    // The one that stays may be opened.
    const decision = { kind: 'keep', order: orderId(first) } as const;
    const plan = await desk.single([event], { decision, dryRun: true });
    expect(plan.of(event.id)).toMatchObject({ status: 'repaired', orderId: first });
  });

  it('is refused for one that is none of them', async () => {
    const { desk, event } = await doubled();
    const run = await desk.single([event], { decision: { kind: 'keep', order: orderId('999') } });
    expect(run.of(event.id).error).toMatch(/Order 999 is not among the orders.*ts-reconcile resolve \d+$/);
    expect(run.writes).toEqual([]);
    expect(visible(desk)).toHaveLength(2);
  });

  it('is refused for one that is deleted', async () => {
    const { desk, event, first, second } = await doubled();
    const local_id = `Triple Seat_${event.id}`;
    const [{ establishment = '', updated_by = '', created_date = '' } = {}] = desk.revel.orders();
    const third = desk.revel.insertOrder({
      order: {
        ...{ local_id, establishment, updated_by, created_date, created_by: updated_by },
        uuid: '00000000-0000-4000-8000-000000000003',
        deleted: true,
      },
    });
    for (const dryRun of [true, false]) {
      const run = await desk.single([event], {
        decision: { kind: 'keep', order: orderId(third.id) },
        dryRun,
      });
      expect(run.of(event.id)).toMatchObject({ status: 'failed', reason: 'DUPLICATE_ORDERS', changes: [] });
      expect(run.of(event.id).error).toContain(`Order ${third.id} of event ${event.id} is deleted`);
      expect(run.of(event.id).error).toContain(`Choose one of these: ${first}, ${second}.`);
      expect(run.writes).toEqual([]);
    }
    expect(visible(desk)).toHaveLength(2);
  });
});

describe('voiding what no event wants', () => {
  it('takes the order away with its payment', async () => {
    const desk = new Desk(NOW);
    const event = desk.add({ documents: [{ lines: [taco], payments: [{ amount: 600 }] }] });
    const made = (await desk.single([event])).of(event.id).orderId ?? '';
    await desk.clock.sleep(600_000);
    desk.tripleseat.store.setStatus(event.id, 'LOST', desk.clock.now());
    expect((await desk.sweep()).of(event.id).reason).toBe('ORPHANED');
    const decision = { kind: 'void', order: orderId(made) } as const;
    const plan = await desk.single([event], { decision, dryRun: true });
    const run = await desk.single([event], { decision });
    for (const each of [plan, run]) {
      expect(each.of(event.id)).toMatchObject({ status: 'repaired', orderId: made, total: null });
    }
    expect(visible(desk)).toEqual([]);
    expect(paid(desk)).toEqual([]);
    expect(desk.revel.orders()[0]?.notes).toMatch(/ voided by [0-9a-f]{8}$/);
    await desk.clock.sleep(600_000);
    const after = await desk.sweep();
    expect(after.of(event.id).reason).toBe('STATUS_NOT_ELIGIBLE');
    expect(after.writes).toEqual([]);
  });

  it('is refused in the plan already for one that a POS has opened', async () => {
    const desk = new Desk(NOW);
    const event = desk.add({ documents: [{ lines: [taco] }] });
    const made = (await desk.single([event])).of(event.id).orderId ?? '';
    await desk.clock.sleep(600_000);
    desk.revel.control('pos-open', { orderId: Number(made) }, desk.clock.now());
    desk.tripleseat.store.setStatus(event.id, 'LOST', desk.clock.now());
    for (const dryRun of [true, false]) {
      const decision = { kind: 'void', order: orderId(made) } as const;
      const run = await desk.single([event], { decision, dryRun });
      expect(run.of(event.id)).toMatchObject({
        status: 'failed',
        reason: 'TOUCHED',
        orderId: made,
        changes: [],
      });
      expect(run.of(event.id).error).toContain('have it voided on the POS');
      expect(run.writes).toEqual([]);
    }
    expect(visible(desk)).toHaveLength(1);
  });
});
