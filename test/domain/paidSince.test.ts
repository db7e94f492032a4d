import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { differenceText } from '../../src/domain/differences.js';
import { defaultBooks } from '../../src/domain/location.js';
import { cents } from '../../src/domain/money.js';
import { finalNotes } from '../../src/domain/notes.js';
import type { Contents, FoundOrder } from '../../src/domain/order.js';
import { isPaidSince, planPaidSince } from '../../src/domain/paidSince.js';
import { planOrder } from '../../src/domain/plan.js';
import type { WantedOrder } from '../../src/domain/wantedOrder.js';
import { billing, document, location, usd } from './builders.js';
import { paymentRow, standingItems, standingOrder, wantedOrder } from './found.js';

const wanted = wantedOrder();
const around = { now: Date.parse('2026-11-14T20:00:00Z'), locations: [location()] };

/** An order that was made when less had been paid, or more, and the plan for adding what is missing. */
function plannedAt(
  paid: readonly number[],
  over: Partial<FoundOrder> = {},
  contents: Partial<Contents> = {},
) {
  const sum = paid.reduce((all, each) => all + each, 0);
  const order = standingOrder(wanted, { remainingDue: cents(wanted.finalTotal - sum), ...over });
  const payments = paid.map((amount, nth) =>
    paymentRow(wanted, { id: `${70 + nth}`, amount: cents(amount) }),
  );
  const read = [{ order: order.id, items: standingItems(wanted), payments, bills: [], ...contents }];
  return planPaidSince(wanted, planOrder(wanted, [order], read, around), read);
}

describe('adding what has been paid since', () => {
  it('adds just what is missing, whatever stands there', () => {
    const amounts = fc.array(fc.integer({ min: 1, max: wanted.payment - 1 }), { maxLength: 4 });
    fc.assert(
      fc.property(amounts, (paid) => {
        const sum = paid.reduce((all, each) => all + each, 0);
        const plan = plannedAt(paid);
        const amount = ((wanted.payment - sum) / 100).toFixed(2);
        const failed = { kind: 'failed', failure: { reason: 'DRIFT' } };
        const added = {
          kind: 'complete',
          actions: [{ action: 'add_payment', amount }, { action: 'set_totals' }],
        };
        const right = sum === wanted.payment ? { kind: 'standing' } : added;
        expect(plan).toMatchObject(sum > wanted.payment ? failed : right);
      }),
    );
  });

  it('writes what is due where the payment is there already', () => {
    const plan = plannedAt([wanted.payment], { remainingDue: wanted.finalTotal });
    expect(plan).toMatchObject({ kind: 'complete', actions: [{ action: 'set_totals' }] });
  });

  const tipped = wantedOrder({
    location: location({ books: { ...defaultBooks, gratuity: 'on-top' } }),
    paymentPolicy: 'full',
  });
  /** The plan before and after, where this has been paid of 1203.77 and a tip of 217.54. */
  function plannedTip(amount: string, tip: string) {
    const order = standingOrder(tipped, { remainingDue: cents(usd('1421.31') - usd(amount) - usd(tip)) });
    const payments = [paymentRow(tipped, { amount: usd(amount), tip: usd(tip) })];
    const read = [{ order: order.id, items: standingItems(tipped), payments, bills: [] }];
    const plan = planOrder(tipped, [order], read, around);
    if (plan.kind !== 'failed') throw new Error(`it has drifted: ${plan.kind}`);
    return { differences: plan.differences, decided: planPaidSince(tipped, plan, read) };
  }

  it('tells the tip of a payment beside its amount, and adds what is missing of it', () => {
    const { differences, decided } = plannedTip('1203.77', '100.00');
    expect(differences.map(differenceText)).toEqual([
      'payment: event 1203.77 with a tip of 217.54, order 1203.77 with a tip of 100.00',
      'remaining due: event 0.00, order 117.54',
    ]);
    expect(isPaidSince(differences)).toBe(true);
    expect(decided).toMatchObject({
      kind: 'complete',
      actions: [{ action: 'add_payment', amount: '0.00', tip: '117.54' }, { action: 'set_totals' }],
    });
  });

  it('makes no amount of a tip, nor a tip of an amount', () => {
    for (const [amount, tip] of [
      ['1303.77', '100.00'],
      ['1100.00', '300.00'],
    ] as const) {
      expect(plannedTip(amount, tip).decided).toMatchObject({ kind: 'failed', failure: { reason: 'DRIFT' } });
    }
  });

  it('changes no order of another shop, and none that an earlier version booked otherwise', () => {
    const named = document({
      billing: billing(['GST', '91.09'], ['Gratuity', '217.54'], ['Admin Fee', '25.0']),
    });
    const cases: [WantedOrder, Partial<FoundOrder>][] = [
      [wantedOrder({ testEstablishmentId: 99 }), { establishmentId: 8 }],
      [
        wantedOrder({ linesSource: { kind: 'document', origin: 'event', document: named, selections: [] } }),
        { tax: usd(0), surcharge: usd('116.09'), notes: finalNotes(wanted.eventId, '0a1b2c3d', '4ba1e130') },
      ],
    ];
    for (const [event, over] of cases) {
      const order = standingOrder(event, { remainingDue: cents(event.finalTotal - 1_000), ...over });
      const payments = [paymentRow(event, { amount: cents(1_000) })];
      const read = [{ order: order.id, items: standingItems(event), payments, bills: [] }];
      const plan = planOrder(event, [order], read, around);
      expect(plan.kind === 'failed' && isPaidSince(plan.differences)).toBe(true);
      expect(planPaidSince(event, plan, read)).toBe(plan);
    }
  });

  it('changes nothing where anything else differs', () => {
    const less = [1_000];
    for (const plan of [
      plannedAt(less, { tax: usd('1.00') }),
      plannedAt(less, { createdDate: '2026-11-12T12:00:00' }),
      plannedAt(less, {}, { items: standingItems(wanted).slice(1) }),
      plannedAt(less, {}, { payments: [paymentRow(wanted, { amount: cents(1_000), paymentType: 1 })] }),
    ]) {
      expect(plan).toMatchObject({ kind: 'failed', failure: { reason: 'DRIFT' } });
    }
    for (const plan of [plannedAt(less, { opened: true }), plannedAt(less, { updatedBy: 999 })]) {
      expect(plan).not.toMatchObject({ kind: 'complete' });
    }
  });

  it('is offered where nothing differs but that less stands paid', () => {
    const paid = { field: 'payment', name: null, event: '9.00', order: '6.00' } as const;
    const due = { field: 'remaining due', name: null, event: '1.00', order: '4.00' } as const;
    const line = { field: 'line', name: 'Taco Bar', event: '2 × 8.24', order: null } as const;
    expect([[paid, due], [{ ...paid, order: null }], [due]].map(isPaidSince)).toEqual([true, true, true]);
    expect(
      [[], [paid, line], [{ ...paid, event: '5.00' }], [{ ...paid, event: null }]].map(isPaidSince),
    ).toEqual([false, false, false, false]);
  });
});
