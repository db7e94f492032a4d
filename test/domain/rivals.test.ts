import { describe, expect, it } from 'vitest';
import { orderId } from '../../src/domain/ids.js';
import { defaultBooks } from '../../src/domain/location.js';
import { supersededNotes } from '../../src/domain/notes.js';
import type { FoundOrder } from '../../src/domain/order.js';
import { planOrder } from '../../src/domain/plan.js';
import { equalityText, rivalOrder, rivalText, withRivals } from '../../src/domain/rivals.js';
import { location, usd } from './builders.js';
import { standingOrder, wantedOrder } from './found.js';

const wanted = wantedOrder();
const at = { now: Date.parse('2026-11-14T20:00:00Z'), locations: [wanted.location] };
const order = (id: number, over: Partial<FoundOrder> = {}) =>
  standingOrder(wanted, { id: orderId(id), ...over });

/** What is told of one order that stands beside another one. */
function toldOf(over: Partial<FoundOrder>) {
  const plan = planOrder(wanted, [order(5, over), order(6)], [], at);
  if (plan.kind !== 'failed' || !plan.orders[0]) throw new Error(`there are two: ${plan.kind}`);
  expect(plan.failure.reason).toBe('DUPLICATE_ORDERS');
  return plan.orders[0];
}

describe('several orders that staff can see', () => {
  it('are all told of, lowest number first, in data', () => {
    const plan = planOrder(wanted, [order(9, { opened: true }), order(5)], [], at);
    expect(plan).toMatchObject({ kind: 'failed', order: { id: '5' }, differences: [] });
    if (plan.kind !== 'failed') return;
    expect(plan.orders).toEqual([
      {
        id: '5',
        made: '2026-11-14 00:31',
        by: 'us',
        paid: '710.66',
        opened: 'no',
        equals: 'yes',
        differs: [],
        elsewhere: null,
      },
      expect.objectContaining({ id: '9', opened: 'yes' }),
    ]);
    expect(plan.failure.error).toBe(
      `Event ${wanted.eventId} has 2 live orders: 5, 9. Staff can see each of them, so no run takes one away by itself. Decide which one counts: ts-reconcile resolve ${wanted.eventId} --keep <order>, or have the others voided on the POS.`,
    );
  });

  it('are told with what has been paid of them where the tip is beside the total', () => {
    const books = { ...defaultBooks, gratuity: 'on-top' } as const;
    const tipped = wantedOrder({ location: location({ books }) });
    const unpaid = standingOrder(tipped, { remainingDue: usd('1421.31') });
    expect([standingOrder(tipped), unpaid].map((row) => rivalOrder(tipped, row).paid)).toEqual([
      '710.66',
      '0.00',
    ]);
  });

  it.each<[string, Partial<FoundOrder>, object]>([
    ['another user', { createdBy: 77 }, { by: 'user 77' }],
    ['nobody knows whom', { createdBy: null }, { by: null }],
    ['at an unknown time', { createdDate: null }, { made: null, equals: 'no', differs: ['day'] }],
    ['a closed bill', { opened: true, closed: true }, { opened: 'closed' }],
    ['closed without being opened', { closed: true }, { opened: 'no' }],
    ['nothing paid', { remainingDue: wanted.finalTotal }, { paid: '0.00', differs: ['remaining due'] }],
    ['what is due not told', { remainingDue: null }, { paid: null }],
    ['another tax', { tax: usd('1') }, { equals: 'no', differs: ['tax'] }],
    ['another revision', { notes: 'Triple Seat Event #1 rev 00000000' }, { equals: 'figures', differs: [] }],
    ['the older connector', { notes: 'Triple Seat Event #55521609' }, { equals: 'figures' }],
    ['another shop', { establishmentId: 99 }, { elsewhere: '99' }],
    ['a shop that is not told', { establishmentId: null }, { elsewhere: 'unknown' }],
  ])('%s', (_, over, told) => {
    expect(toldOf(over)).toMatchObject(told);
  });

  it('are told of only where there are several', () => {
    const gone = order(6, { deleted: true, notes: supersededNotes(wanted.eventId, orderId(5)) });
    for (const rows of [
      [order(5, { tax: usd('1') })],
      [order(5, { establishmentId: 99 })],
      [order(5), gone],
    ]) {
      const plan = planOrder(wanted, rows, [], at);
      if (plan.kind === 'failed') expect(plan.orders).toEqual([]);
    }
  });

  it('in words', () => {
    expect(equalityText(toldOf({ tax: usd('1'), createdDate: null }))).toBe('no: tax, day');
    expect(equalityText(toldOf({ notes: '', establishmentId: 99 }))).toBe(
      'in its figures, in establishment 99',
    );
    expect(rivalText(toldOf({}))).toBe(
      'order 5: made 2026-11-14 00:31 by us, 710.66 paid, not opened, equals the event: yes',
    );
    expect(
      rivalText(toldOf({ createdDate: null, createdBy: null, remainingDue: null, opened: true })),
    ).toMatch(/^order 5: made at an unknown time, unknown what is paid, opened, equals the event: no: /);
    expect(withRivals('It fails.', [])).toBe('It fails.');
    expect(withRivals('It fails.', [toldOf({}), toldOf({ closed: true })])).toMatch(
      /^It fails\. Orders: order 5: [^;]+; order 5: [^;]+\.$/,
    );
  });
});
