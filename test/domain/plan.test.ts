import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { orderId } from '../../src/domain/ids.js';
import { claimedNotes, supersededNotes } from '../../src/domain/notes.js';
import type { Contents, FoundOrder } from '../../src/domain/order.js';
import { completeActions, createActions, planOrder, standings } from '../../src/domain/plan.js';
import { usd } from './builders.js';
import { paymentRow, standingItems, standingOrder, wantedOrder } from './found.js';

const wanted = wantedOrder();
const complete: Contents = { items: standingItems(wanted), payments: [paymentRow(wanted)] };
const none: Contents = { items: [], payments: [] };

function hidden(id: number, over: Partial<FoundOrder> = {}): FoundOrder {
  return standingOrder(wanted, {
    id: orderId(id),
    historyIds: [],
    printed: false,
    notes: claimedNotes(wanted.eventId, wanted.revision, '0123456789abcdef'),
    ...over,
  });
}
const visible = (id: number, over: Partial<FoundOrder> = {}) =>
  standingOrder(wanted, { id: orderId(id), ...over });
const ids = (rows: readonly FoundOrder[]) => rows.map(({ id }) => id);

describe('standings', () => {
  it('count neither deleted rows nor headers that lost; lowest id first, as numbers', () => {
    const lost = hidden(1, { notes: supersededNotes(wanted.eventId, orderId(2)) });
    const { visible: seen, hidden: rest } = standings([
      hidden(100),
      hidden(20),
      lost,
      hidden(3, { deleted: true }),
      visible(1000),
      visible(999, { deleted: true }),
    ]);
    expect([ids(seen), ids(rest)]).toEqual([['1000'], ['20', '100']]);
  });

  it('a superseded mark does not hide an order that staff can see', () => {
    const seen = visible(5, { notes: supersededNotes(wanted.eventId, orderId(2)) });
    expect(ids(standings([seen]).visible)).toEqual(['5']);
  });

  it('an order whose history was not sent is not seen', () => {
    expect(ids(standings([visible(5, { historyIds: null })]).hidden)).toEqual(['5']);
  });
});

describe('planOrder', () => {
  it('nothing there: everything is made, in the order of the writes', () => {
    const plan = planOrder(wanted, [], null);
    expect(plan).toEqual({ kind: 'create', actions: createActions(wanted), losers: [] });
    expect(createActions(wanted).map(({ action }) => action)).toEqual([
      'create_order',
      ...wanted.items.map(() => 'add_item'),
      'set_totals',
      'add_payment',
      'mark_printed',
      'make_visible',
    ]);
    expect(createActions({ ...wanted, payment: usd(0) }).some(({ action }) => action === 'add_payment')).toBe(
      false,
    );
  });

  it('deleted orders do not count', () => {
    expect(planOrder(wanted, [visible(5, { deleted: true })], null).kind).toBe('create');
  });

  it('an order of ours in this revision stands without another look', () => {
    expect(planOrder(wanted, [visible(5)], null)).toMatchObject({
      kind: 'standing',
      order: { id: '5' },
      losers: [],
    });
  });

  it.each<[string, Partial<FoundOrder>]>([
    ['of another revision', { notes: 'Triple Seat Event #55521609 rev 00000000' }],
    ['of the older connector', { notes: 'Triple Seat Event #55521609' }],
    ['that staff has touched', { updatedBy: 77 }],
    ['with other money', { tax: usd('1') }],
    ['under another day', { createdDate: '2026-11-15T00:00:00' }],
  ])('an order %s is judged by its contents', (_, over) => {
    expect(planOrder(wanted, [visible(5, over)], null)).toMatchObject({
      kind: 'need-contents',
      order: { id: '5' },
    });
  });

  it('what is equal line by line stands, whoever made it', () => {
    for (const over of [{ notes: 'Triple Seat Event #55521609' }, { updatedBy: 77 }]) {
      expect(planOrder(wanted, [visible(5, over)], complete).kind).toBe('standing');
    }
  });

  it('what differs is DRIFT, or TOUCHED once staff has worked on it', () => {
    const drift = planOrder(wanted, [visible(5, { tax: usd('1') })], complete);
    expect(drift).toMatchObject({
      kind: 'failed',
      failure: { reason: 'DRIFT' },
      differences: ['tax: event 91.09, order 1.00'],
      order: { id: '5' },
    });
    const touched = planOrder(wanted, [visible(5, { tax: usd('1'), updatedBy: 77 })], complete);
    expect(touched).toMatchObject({ kind: 'failed', failure: { reason: 'TOUCHED' } });
    expect(planOrder(wanted, [visible(5, { createdDate: '2026-11-15T00:00:00' })], complete)).toMatchObject({
      failure: { reason: 'DRIFT' },
    });
  });

  it('what staff has changed without the header showing it is TOUCHED, too', () => {
    const [line, ...others] = complete.items;
    if (!line) throw new Error('there are lines');
    const edited = { ...line, quantity: null, updatedBy: 77 };
    const payment = paymentRow(wanted, { id: '71', amount: usd('10'), updatedBy: 77 });
    for (const contents of [
      { ...complete, items: [edited, ...others] },
      { ...complete, payments: [...complete.payments, payment] },
    ]) {
      expect(planOrder(wanted, [visible(5)], contents)).toMatchObject({ failure: { reason: 'TOUCHED' } });
    }
  });

  it('a long list of differences is cut for people', () => {
    const items = Array.from({ length: 60 }, (_, index) => ({
      ...(complete.items[0] as (typeof complete.items)[0]),
      id: String(index),
      productId: index,
    }));
    const plan = planOrder(wanted, [visible(5, { tax: usd('1') })], { ...complete, items });
    if (plan.kind !== 'failed') throw new Error('it differs');
    expect(plan.differences.length).toBeGreaterThan(60);
    expect(plan.failure.error.split(';').length).toBeLessThanOrEqual(21);
  });

  it('two that staff can see are DUPLICATE_ORDERS, wherever they stand', () => {
    const plan = planOrder(wanted, [visible(9), visible(5, { establishmentId: 9 })], complete);
    expect(plan).toMatchObject({
      kind: 'failed',
      failure: { reason: 'DUPLICATE_ORDERS', error: expect.stringContaining('5, 9') },
    });
  });

  it('one that staff can see elsewhere is ORPHANED', () => {
    expect(planOrder(wanted, [visible(5, { establishmentId: 9 })], complete)).toMatchObject({
      kind: 'failed',
      failure: { reason: 'ORPHANED' },
    });
  });

  it('one that staff can see wins over every unfinished one', () => {
    const plan = planOrder(wanted, [hidden(1), visible(5), hidden(7)], null);
    expect(plan).toMatchObject({ kind: 'standing', order: { id: '5' }, losers: [{ id: '1' }, { id: '7' }] });
  });

  it('of unfinished ones the lowest id is completed', () => {
    const plan = planOrder(wanted, [hidden(30), hidden(4), hidden(100)], none);
    expect(plan).toMatchObject({
      kind: 'complete',
      order: { id: '4' },
      losers: [{ id: '30' }, { id: '100' }],
    });
  });

  it('an unfinished one elsewhere never counts', () => {
    expect(planOrder(wanted, [hidden(4, { establishmentId: 9 })], null)).toMatchObject({
      kind: 'create',
      losers: [{ id: '4' }],
    });
  });

  it('an unfinished one that somebody else has worked on is left alone', () => {
    const line = { ...(complete.items[0] as (typeof complete.items)[0]), updatedBy: 77 };
    const payment = paymentRow(wanted, { updatedBy: 77 });
    expect(planOrder(wanted, [hidden(4, { updatedBy: 77 })], null)).toMatchObject({
      failure: { reason: 'TOUCHED' },
    });
    expect(planOrder(wanted, [hidden(4)], { items: [line], payments: [] })).toMatchObject({
      failure: { reason: 'TOUCHED' },
    });
    expect(planOrder(wanted, [hidden(4)], { items: [], payments: [payment] })).toMatchObject({
      failure: { reason: 'TOUCHED' },
    });
    const deleted = { items: [{ ...line, deleted: true }], payments: [] };
    expect(planOrder(wanted, [hidden(4)], deleted).kind).toBe('complete');
  });

  it('does not depend on the order of the rows', () => {
    const rows = [hidden(1), hidden(2, { establishmentId: 9 }), visible(5), visible(6, { deleted: true })];
    const expected = planOrder(wanted, rows, complete);
    fc.assert(
      fc.property(fc.shuffledSubarray(rows, { minLength: rows.length }), (shuffled) => {
        expect(planOrder(wanted, shuffled, complete)).toEqual(expected);
      }),
    );
  });
});

describe('completeActions', () => {
  const done = ['mark_printed', 'make_visible'];

  it('of a bare header are those of a new order without the header', () => {
    const bare = hidden(4, { finalTotal: usd(0) });
    expect(completeActions(wanted, bare, none)).toEqual(createActions(wanted).slice(1));
  });

  it('of one that lacks only the end are the end', () => {
    expect(completeActions(wanted, hidden(4), complete).map(({ action }) => action)).toEqual(done);
  });

  it('take out what does not belong, and put in what lacks', () => {
    const [first, ...rest] = complete.items;
    if (!first) throw new Error('there are lines');
    const contents = {
      items: [...rest, { ...first, quantity: null }],
      payments: [paymentRow(wanted, { amount: null })],
    };
    expect(completeActions(wanted, hidden(4), contents)).toMatchObject([
      { action: 'remove_item', item: first.id },
      { action: 'add_item', name: 'HEY BLONDIE' },
      { action: 'remove_payment', amount: null },
      { action: 'add_payment', amount: '710.66' },
      ...done.map((action) => ({ action })),
    ]);
  });

  it('write the totals again when the order stands under another day', () => {
    const moved = hidden(4, { createdDate: '2026-11-13T23:59:59' });
    expect(completeActions(wanted, moved, complete)[0]?.action).toBe('set_totals');
  });

  it.each([
    ['is not what the discount is', usd('0.01'), ['set_totals']],
    ['is not shown', null, []],
  ])('writes the totals again when what the POS computes the discount from %s', (_, discountRule, first) => {
    const order = hidden(4, { discountRule });
    const actions = completeActions(wanted, order, complete).map(({ action }) => action);
    expect(actions.filter((action) => action === 'set_totals')).toEqual(first);
  });
});
