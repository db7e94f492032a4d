import { describe, expect, it } from 'vitest';
import type { Decision } from '../../src/domain/decision.js';
import { orderId } from '../../src/domain/ids.js';
import { STAFF_USER } from '../../src/sandbox/world/places.js';
import { Desk } from './desk.js';

const NOW = '2026-11-14T18:00:00Z';
const taco = { name: 'Taco Bar', price: 824, quantity: '2.0' };

const adds = (order: string | number): Decision => ({ kind: 'payment', order: orderId(order) });

interface Paid {
  amount: number;
  tip?: number;
}

/** An event whose order was made; then other payments than before stand on it, perhaps other lines. */
async function paidSince(before: Paid[], after: Paid[], lines = [taco]) {
  const desk = new Desk(NOW);
  const event = desk.add({ documents: [{ lines: [taco], payments: before }] });
  const made = (await desk.single([event])).of(event.id).orderId ?? '';
  await desk.clock.sleep(600_000);
  const now = new Desk(desk.clock.now()).add({ id: event.id, documents: [{ lines, payments: after }] });
  desk.tripleseat.store.putEvent(now);
  expect((await desk.single([event])).of(event.id).reason).toBe('DRIFT');
  return { desk, event: now, made };
}

const live = (desk: Desk) => desk.revel.orders().filter((row) => !row.deleted);
const payments = (desk: Desk, id: string) => desk.revel.payments(Number(id)).filter((row) => !row.deleted);
const amounts = (desk: Desk, id: string) => payments(desk, id).map(({ amount }) => Number(amount));

async function endsRight(desk: Desk, event: { id: number }): Promise<void> {
  await desk.clock.sleep(600_000);
  for (const again of [await desk.single([event]), await desk.sweep()]) {
    expect(again.of(event.id).reason).toBe('ALREADY_INJECTED');
    expect(again.writes).toEqual([]);
    expect(again.warnings).toEqual([]);
  }
}

describe('adding what has been paid since', () => {
  it.each([
    ['the first payment', [], [{ amount: 600 }], [6]],
    ['one more', [{ amount: 600 }], [{ amount: 600 }, { amount: 300 }], [6, 3]],
    ['as much again', [{ amount: 600 }], [{ amount: 600 }, { amount: 600 }], [6, 6]],
    ['more than is due', [{ amount: 600 }], [{ amount: 600 }, { amount: 2_000 }], [6, 20]],
    ['one and a refund', [{ amount: 600 }], [{ amount: 600 }, { amount: 500 }, { amount: -200 }], [6, 3]],
  ])('adds %s to the order as it stands', async (_, before, after, wanted) => {
    const { desk, event, made } = await paidSince(before, after);
    const plan = await desk.single([event], { decision: adds(made), dryRun: true });
    expect(plan.writes).toEqual([]);
    expect(plan.of(event.id)).toMatchObject({ status: 'repaired', error: null, orderId: made });
    expect(plan.of(event.id).changes).toMatchObject([
      { action: 'add_payment', amount: wanted.at(-1)?.toFixed(2) },
      { action: 'set_totals' },
    ]);
    const run = await desk.single([event], { decision: adds(made) });
    expect(run.of(event.id)).toMatchObject({ status: 'repaired', error: null, orderId: made });
    expect(run.of(event.id).changes).toEqual(plan.of(event.id).changes);
    expect(live(desk).map(({ id }) => String(id))).toEqual([made]);
    expect(amounts(desk, made)).toEqual(wanted);
    const [order] = live(desk);
    const sum = wanted.reduce((all, each) => all + each, 0);
    expect(Number(order?.remaining_due)).toBeCloseTo(Number(order?.final_total) - sum, 2);
    expect(order?.notes).toMatch(/ rev [0-9a-f]{8} run [0-9a-f]{8}$/);
    await endsRight(desk, event);
  });

  it.each([
    [
      'lacks something else',
      [],
      [{ amount: 600 }],
      [{ ...taco, quantity: '3.0' }],
      /in more than what has been paid/,
    ],
    [
      'has more paid on it',
      [{ amount: 600 }],
      [{ amount: 500 }],
      [taco],
      /more is recorded as paid on it than/,
    ],
    ['has everything given back', [{ amount: 600 }], [], [taco], /more is recorded as paid on it than/],
  ])('changes nothing about an order that %s, and says why', async (_, before, after, lines, says) => {
    const { desk, event, made } = await paidSince(before, after, lines);
    const plan = await desk.single([event], { decision: adds(made), dryRun: true });
    const run = await desk.single([event], { decision: adds(made) });
    for (const each of [plan, run]) {
      expect(each.of(event.id)).toMatchObject({ status: 'failed', reason: 'DRIFT', orderId: made });
      expect(each.of(event.id).error).toMatch(says);
      expect(each.of(event.id).error).toContain(`Nothing was added to order ${made}`);
      expect(each.of(event.id).error).toContain(`ts-reconcile resolve ${event.id} --replace`);
      expect(each.writes).toEqual([]);
    }
  });

  it('changes nothing where a payment of another type hides what is missing, and says so', async () => {
    const { desk, event, made } = await paidSince([{ amount: 600 }], [{ amount: 600 }, { amount: 300 }]);
    desk.patch(`/resources/Payment/${desk.revel.payments(Number(made))[0]?.id}/`, { payment_type: 1 });
    const run = await desk.single([event], { decision: adds(made) });
    expect(run.of(event.id)).toMatchObject({ status: 'failed', reason: 'DRIFT' });
    expect(run.of(event.id).error).toMatch(/cannot be told, since a payment on it has another payment type/);
    expect(run.of(event.id).error).not.toContain('--replace');
    expect(run.writes).toEqual([]);
  });

  it('touches no order that a POS has opened, or that staff has changed or paid on', async () => {
    const staff = { updated_by: `/enterprise/User/${STAFF_USER}/` };
    for (const deed of [
      (desk: Desk, id: number) => desk.revel.control('pos-open', { orderId: id }, desk.clock.now()),
      (desk: Desk, id: number) => desk.patch(`/resources/Order/${id}/`, staff),
      (desk: Desk, id: number) => desk.patch(`/resources/Payment/${desk.revel.payments(id)[0]?.id}/`, staff),
    ]) {
      const { desk, event, made } = await paidSince([{ amount: 600 }], [{ amount: 600 }, { amount: 300 }]);
      deed(desk, Number(made));
      const before = JSON.stringify([desk.revel.orders(), desk.revel.payments(Number(made))]);
      const run = await desk.single([event], { decision: adds(made) });
      expect(['TOUCHED', 'IN_SERVICE']).toContain(run.of(event.id).reason);
      expect(run.writes).toEqual([]);
      expect(JSON.stringify([desk.revel.orders(), desk.revel.payments(Number(made))])).toBe(before);
    }
  });

  it('adds it when the time to make an order is over, on the business day of the order', async () => {
    const { desk, event, made } = await paidSince([], [{ amount: 600 }]);
    await desk.clock.sleep(11 * 3_600_000);
    const run = await desk.single([event], { decision: adds(made) }, { graceHours: 0 });
    expect(run.of(event.id)).toMatchObject({ status: 'repaired', error: null, orderId: made });
    expect(amounts(desk, made)).toEqual([6]);
  });

  it('adds it to an order whose product the menu has no more', async () => {
    const { desk, event, made } = await paidSince([], [{ amount: 600 }]);
    desk.revel.addProduct({ id: 572, establishment: 8, name: 'Taco Bar', price: 8.24, active: false });
    const run = await desk.single([event], { decision: adds(made) });
    expect(run.of(event.id)).toMatchObject({ status: 'repaired', error: null, orderId: made });
    expect(amounts(desk, made)).toEqual([6]);
  });

  it('ends where staff comes to the order while it waits for its turn', async () => {
    const { desk, event, made } = await paidSince([], [{ amount: 600 }]);
    const deciding = desk.single([event], { decision: adds(made) });
    void desk.clock
      .sleep(20_000)
      .then(() => desk.revel.control('pos-open', { orderId: Number(made) }, desk.clock.now()));
    const run = await deciding;
    expect(run.of(event.id).reason).toBe('TOUCHED');
    expect(amounts(desk, made)).toEqual([]);
  });

  it('is refused once the business day of the order is over', async () => {
    const { desk, event, made } = await paidSince([], [{ amount: 600 }]);
    await desk.clock.sleep(24 * 3_600_000);
    const run = await desk.single([event], { decision: adds(made), late: true });
    expect(run.writes).toEqual([]);
    expect(run.of(event.id).error).toMatch(/business day of order \d+ is over.*no payment is added/);
  });

  it.each([
    [2, /Whether the payment was added is not known/, []],
    [3, /The payment was sent.*Look at the order in Revel, and decide again/, [6]],
  ])(
    'says how far it came when Revel is gone from write %i on, and goes on with it',
    async (cut, said, paid) => {
      const { desk, event, made } = await paidSince([], [{ amount: 600 }]);
      let writes = -1;
      desk.strike = ({ method, upstream }) => {
        if (upstream === 'revel' && method !== 'GET') writes += 1;
        return upstream === 'revel' && writes >= cut ? { kind: '500-before' } : null;
      };
      const run = await desk.single([event], { decision: adds(made) });
      expect(run.of(event.id)).toMatchObject({
        status: 'failed',
        reason: 'REVEL_ERROR',
        error: expect.stringMatching(said),
      });
      expect(amounts(desk, made)).toEqual(paid);
      desk.strike = null;
      expect((await desk.single([event], { decision: adds(made) })).of(event.id).status).toBe('repaired');
      expect(amounts(desk, made)).toEqual([6]);
      await endsRight(desk, event);
    },
  );
});
