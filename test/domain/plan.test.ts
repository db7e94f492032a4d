import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { differencesText, differenceText } from '../../src/domain/differences.js';
import { orderId } from '../../src/domain/ids.js';
import { claimedNotes, supersededNotes, voidedNotes } from '../../src/domain/notes.js';
import type { Contents, FoundOrder } from '../../src/domain/order.js';
import {
  completeActions,
  createActions,
  type PlanAround,
  planOrder,
  standings,
} from '../../src/domain/plan.js';
import { location, qty, usd } from './builders.js';
import { paymentRow, standingItems, standingOrder, wantedOrder } from './found.js';

const wanted = wantedOrder();
type Rows = Pick<Contents, 'items' | 'payments'> & { bills?: FoundOrder[] | null };
const bare = { order: orderId(4), items: [], payments: [], bills: [] };
const complete: Contents = { ...bare, items: standingItems(wanted), payments: [paymentRow(wanted)] };
const none: Contents = bare;
const NOON = Date.parse('2026-11-14T20:00:00Z');
const around: PlanAround = { now: NOON, locations: [location()] };

/** The plan, where the same hangs on every order. */
function planned(rows: readonly FoundOrder[], contents: Rows | null, over: Partial<PlanAround> = {}) {
  const read = contents ? rows.map(({ id }) => ({ ...bare, ...contents, order: id })) : [];
  return planOrder(wanted, rows, read, { ...around, ...over });
}

function hidden(id: number, over: Partial<FoundOrder> = {}): FoundOrder {
  return standingOrder(wanted, {
    id: orderId(id),
    historyIds: [],
    printed: false,
    notes: claimedNotes(wanted.eventId, wanted.revision, 'filling', { reach: '01234567', run: '89abcdef' }),
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
    const plan = planned([], null);
    expect(plan).toEqual({ kind: 'create', actions: createActions(wanted), losers: [] });
    expect(createActions(wanted).map(({ action }) => action)).toEqual([
      'create_order',
      ...wanted.items.map(() => 'add_item'),
      'set_totals',
      'add_payment',
      'mark_printed',
      'make_visible',
    ]);
    const kinds = (order: typeof wanted) => createActions(order).map(({ action }) => action);
    expect(kinds({ ...wanted, payment: usd(0) })).toEqual(
      kinds(wanted).filter((action) => action !== 'add_payment'),
    );
    const [line] = wanted.items;
    if (!line) throw new Error('there are lines');
    const shown = { ...wanted, items: [line, { ...line, text: 'no onions' }] };
    expect(createActions(shown).slice(1, 3)).toEqual([
      expect.not.objectContaining({ text: expect.anything() }),
      expect.objectContaining({ text: 'no onions' }),
    ]);
  });

  it('deleted rows that staff did not take away do not count', () => {
    const rows = [
      visible(5, { deleted: true, historyIds: [] }),
      visible(6, { deleted: true, notes: supersededNotes(wanted.eventId, orderId(9)) }),
      visible(7, { deleted: true, notes: voidedNotes(wanted.eventId, '1a2b3c4d') }),
      visible(8, { deleted: true, establishmentId: 99 }),
      visible(9, { deleted: true, createdDate: '2026-11-13T18:00:00' }),
    ];
    for (const row of rows) expect(planned([row], null).kind, row.id).toBe('create');
    expect(planned(rows, null).kind).toBe('create');
  });

  it('an order of ours in this revision stands without another look', () => {
    expect(planned([visible(5)], null)).toMatchObject({
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
    ['under another day', { createdDate: '2026-11-15T04:00:00' }],
  ])('an order %s is judged by its contents', (_, over) => {
    expect(planned([visible(5, over)], null)).toMatchObject({
      kind: 'need-contents',
      order: { id: '5' },
    });
  });

  it('what is equal line by line stands, whoever made it', () => {
    for (const over of [{ notes: 'Triple Seat Event #55521609' }, { updatedBy: 77 }]) {
      expect(planned([visible(5, over)], complete).kind).toBe('standing');
    }
  });

  it('is judged by its own contents', () => {
    const order = visible(5, { tax: usd('1') });
    const other = { ...complete, order: orderId(6) };
    expect(planOrder(wanted, [order], [other], around)).toMatchObject({ kind: 'need-contents' });
  });

  it('what differs is DRIFT', () => {
    const drift = planned([visible(5, { tax: usd('1') })], complete);
    expect(drift).toMatchObject({
      kind: 'failed',
      failure: { reason: 'DRIFT' },
      differences: [{ field: 'tax', name: null, event: '91.09', order: '1.00' }],
      order: { id: '5' },
    });
    expect(planned([visible(5, { createdDate: '2026-11-15T04:00:00' })], complete)).toMatchObject({
      failure: { reason: 'DRIFT', error: expect.stringContaining('(1 difference)') },
    });
    // That it was not printed says nothing, where none of our marks is on it.
    expect(planned([visible(5, { tax: usd('1'), printed: false })], complete)).toMatchObject({
      failure: { reason: 'DRIFT' },
    });
  });

  describe('an order that a POS has opened, or staff has touched', () => {
    const [line, ...others] = complete.items;
    const [wantedLine] = wanted.items;
    if (!line || !wantedLine) throw new Error('there are lines');
    const staff = { updatedBy: 77 };
    const coffee = { ...line, ...staff, id: '990', productId: 700, quantity: qty('4'), price: usd('3') };
    const opened = { opened: true, updatedBy: 77 };
    const bigger = { ...opened, gratuity: usd('300'), finalTotal: usd('1503.77') };

    it.each<[string, Partial<FoundOrder>, Rows]>([
      ['a line added', opened, { ...complete, items: [...complete.items, coffee] }],
      ['a line added, by its row alone', {}, { ...complete, items: [...complete.items, coffee] }],
      ['a bigger tip', bigger, complete],
      ['a comp', { ...opened, discount: usd('100'), finalTotal: usd('1371.31') }, complete],
      ['the discount taken off', { ...opened, discount: usd('0'), finalTotal: usd('1471.31') }, complete],
      ['a tax that the POS rounds', { ...opened, tax: usd('91.08'), finalTotal: usd('1421.30') }, complete],
      [
        'more of a line',
        opened,
        { ...complete, items: [{ ...line, ...staff, quantity: qty('30') }, ...others] },
      ],
      ['another price', opened, { ...complete, items: [{ ...line, ...staff, price: usd('1') }, ...others] }],
      [
        'a payment of ours that Tripleseat has given back since, beside one that staff has taken',
        { ...opened, remainingDue: usd('0') },
        {
          ...complete,
          payments: [
            paymentRow(wanted, { amount: usd('800') }),
            paymentRow(wanted, { id: '71', amount: usd('621.31'), ...staff }),
          ],
        },
      ],
    ])('is IN_SERVICE: %s', (_, over, contents) => {
      const plan = planned([visible(5, over)], contents);
      expect(plan).toMatchObject({ kind: 'in-service', order: { id: '5' }, settled: false });
      if (plan.kind === 'in-service') expect(plan.differences.length).toBeGreaterThan(0);
    });

    it.each<[string, Partial<FoundOrder>, Rows]>([
      ['no more than opened', opened, complete],
      [
        'a line split in two',
        opened,
        {
          ...complete,
          items: [
            { ...line, quantity: qty('20') },
            { ...line, ...staff, id: '991', quantity: qty('3') },
            ...others,
          ],
        },
      ],
      [
        'further payments',
        { ...opened, remainingDue: usd('0') },
        {
          ...complete,
          payments: [...complete.payments, paymentRow(wanted, { id: '71', amount: usd('710.65'), ...staff })],
        },
      ],
      [
        'what Tripleseat has given back, which staff has given back, too',
        opened,
        {
          ...complete,
          payments: [
            paymentRow(wanted, { amount: usd('800') }),
            paymentRow(wanted, { id: '71', amount: usd('-89.34'), ...staff }),
          ],
        },
      ],
    ])('stands: %s', (_, over, contents) => {
      expect(planned([visible(5, over)], contents).kind).toBe('standing');
    });

    it.each<[string, Partial<FoundOrder>, Rows, string]>([
      ['a line gone', opened, { ...complete, items: others }, 'HEY BLONDIE'],
      [
        'less of a line',
        opened,
        { ...complete, items: [{ ...line, quantity: qty('20') }, ...others] },
        '20 × 25.72',
      ],
      [
        'a line that nobody can read',
        {},
        { ...complete, items: [{ ...line, ...staff, quantity: null }, ...others] },
        'HEY BLONDIE',
      ],
      [
        'a line voided',
        opened,
        { ...complete, items: [{ ...line, ...staff, deleted: true }, ...others] },
        'HEY BLONDIE',
      ],
      [
        'a line voided where no POS has opened the order',
        {},
        { ...complete, items: [{ ...line, ...staff, deleted: true }, ...others] },
        'HEY BLONDIE',
      ],
      [
        'another product in its place',
        opened,
        { ...complete, items: [{ ...line, productId: 700, nameOverride: 'Soup' }, ...others] },
        'HEY BLONDIE',
      ],
      ['the payment gone', opened, { ...complete, payments: [] }, 'payment: event 710.66, order 0.00'],
      [
        'the payment given back',
        opened,
        {
          ...complete,
          payments: [...complete.payments, paymentRow(wanted, { id: '71', amount: usd('-1') })],
        },
        'payment: event 710.66, order 709.66',
      ],
      ['tax gone', { ...opened, tax: usd('0') }, complete, 'tax'],
      ['gratuity gone', { ...opened, gratuity: null }, complete, 'gratuity'],
      ['another day', { ...opened, createdDate: '2026-11-13T18:00:00' }, complete, 'day'],
    ])('is TOUCHED: %s', (_, over, contents, told) => {
      const plan = planned([visible(5, over)], contents);
      expect(plan).toMatchObject({ kind: 'failed', failure: { reason: 'TOUCHED' } });
      if (plan.kind === 'failed') expect(differencesText(plan.differences)).toContain(told);
    });

    it('is none whose rows do not tell who wrote them', () => {
      const items = others.map((row) => ({ ...row, updatedBy: null }));
      expect(planned([visible(5)], { ...complete, items })).toMatchObject({ failure: { reason: 'DRIFT' } });
    });

    it('names five of what is gone, and how much more there is', () => {
      const wants = (count: number) => ({
        ...wanted,
        items: [...Array(count).keys()].map((at) => ({
          ...wantedLine,
          name: `Dish ${at}`,
          productId: at + 1,
        })),
      });
      const error = (count: number) => {
        const plan = planOrder(
          wants(count),
          [visible(5, opened)],
          [{ ...complete, order: orderId(5), items: [] }],
          around,
        );
        return plan.kind === 'failed' ? plan.failure.error : plan.kind;
      };
      expect(error(5)).toContain('(Dish 0, Dish 1, Dish 2, Dish 3, Dish 4)');
      expect(error(7)).toContain('(Dish 0, Dish 1, Dish 2, Dish 3, Dish 4 and 2 more)');
    });

    it('is IN_SERVICE whatever is gone, once its bill is closed and its day is over', () => {
      const rows = [visible(5, { ...opened, closed: true })];
      const contents = { ...complete, items: others };
      expect(planned(rows, contents)).toMatchObject({ failure: { reason: 'TOUCHED' } });
      const next = { now: Date.parse('2026-11-15T12:00:00Z') };
      expect(planned(rows, contents, next)).toMatchObject({ kind: 'in-service', settled: true });
      expect(planned([visible(5, opened)], contents, next)).toMatchObject({ failure: { reason: 'TOUCHED' } });
    });

    it('is not called TOUCHED before the bills were looked for that it was split into', () => {
      const moved = { ...line, id: '991', orderId: orderId(6), updatedBy: 77 };
      const bill = visible(6, { billParent: orderId(5), localId: null, notes: '' });
      const rows = [visible(5, opened)];
      const own = { ...complete, items: others, bills: null };
      expect(planned(rows, own)).toMatchObject({ kind: 'need-bills', order: { id: '5' } });
      expect(planned(rows, { ...own, bills: [bill], items: [...others, moved] }).kind).toBe('standing');
      // Where nothing is missing, nobody looks.
      expect(planned(rows, { ...complete, bills: null }).kind).toBe('standing');
      // A bill that is found with the order is no second order.
      expect(planned([...rows, bill], null)).toMatchObject({ kind: 'need-contents', bills: [{ id: '6' }] });
      expect(planned([...rows, visible(6, { billParent: orderId(999) })], null)).toMatchObject({
        failure: { reason: 'DUPLICATE_ORDERS' },
      });
    });

    it('tax and gratuity may have gone to the bills', () => {
      const bill = visible(6, { billParent: orderId(5) });
      const contents = { ...complete, bills: [bill] };
      expect(planned([visible(5, { ...opened, tax: usd('0') })], contents).kind).toBe('in-service');
    });
  });

  describe('an order that staff has taken away', () => {
    const removed = visible(5, { deleted: true, updatedBy: 77 });
    const voided: Rows = { items: complete.items.map((item) => ({ ...item, deleted: true })), payments: [] };

    it('is REMOVED_BY_STAFF, and not made again', () => {
      const plan = planned([removed], null);
      expect(plan).toMatchObject({ failure: { reason: 'REMOVED_BY_STAFF' }, order: { id: '5' } });
      if (plan.kind === 'failed') {
        expect(plan.failure.error).toMatch(/^Staff has deleted order 5, .* --recreate;/);
      }
    });

    it('by voiding all of it, or giving back what was paid', () => {
      const rows = [visible(5, { updatedBy: 77, opened: true, subtotal: usd('0') })];
      const refund = paymentRow(wanted, { id: '71', amount: usd('-710.66') });
      const gone = complete.payments.map((row) => ({ ...row, deleted: true }));
      for (const payments of [voided.payments, [...complete.payments, refund], gone]) {
        const contents = { ...voided, payments };
        expect(planned(rows, contents)).toMatchObject({
          failure: {
            reason: 'REMOVED_BY_STAFF',
            error: expect.stringContaining('Staff has voided order 5,'),
          },
        });
      }
      expect(planned(rows, { ...voided, payments: complete.payments })).toMatchObject({
        failure: { reason: 'TOUCHED' },
      });
      expect(planned(rows, { items: [], payments: [] })).toMatchObject({ failure: { reason: 'TOUCHED' } });
    });

    it('is not said before the bills were looked for that it was split into', () => {
      const rows = [visible(5, { updatedBy: 77, opened: true, subtotal: usd('0') })];
      const served = complete.items.map((item) => ({ ...item, orderId: orderId(6), updatedBy: 77 }));
      expect(planned(rows, { ...voided, bills: null })).toMatchObject({
        kind: 'need-bills',
        order: { id: '5' },
      });
      const bill = visible(6, { billParent: orderId(5), localId: null, notes: '' });
      const split = { ...complete, items: [...voided.items, ...served], bills: [bill] };
      expect(planned(rows, split).kind).toBe('in-service');
    });

    it('does not count beside one that stands', () => {
      expect(planned([removed, visible(9)], null)).toMatchObject({ kind: 'standing', order: { id: '9' } });
      const emptied = visible(5, {
        opened: true,
        subtotal: usd('0'),
        finalTotal: usd('91.09'),
        remainingDue: usd('91.09'),
      });
      const filling = `${emptied.notes.split(' run ')[0]} filling 1a2b3c4d1a2b3c4d`;
      const lost = `${emptied.notes.split(' rev ')[0]} superseded by order 9`;
      for (const notes of [filling, lost]) {
        expect(planned([{ ...emptied, notes }, visible(9)], null)).toMatchObject({
          kind: 'failed',
          failure: { reason: 'DUPLICATE_ORDERS' },
        });
      }
      expect(planned([emptied, visible(9)], null)).toMatchObject({ kind: 'standing', order: { id: '9' } });
    });

    it('is not what nobody has taken away: two that are both emptied, or of an event that costs nothing', () => {
      const emptied = { opened: true, subtotal: usd(0), finalTotal: usd(0), remainingDue: usd(0) };
      const rows = [visible(5, emptied), visible(9, emptied)];
      const free = { ...wanted, subtotal: usd(0), finalTotal: usd(0), remainingDue: usd(0) };
      for (const event of [wanted, free]) {
        expect(planOrder(event, rows, [], around)).toMatchObject({
          failure: { reason: 'DUPLICATE_ORDERS' },
          differences: [],
        });
      }
      expect(planOrder(free, [visible(5, emptied), visible(9)], [], around)).toMatchObject({
        failure: { reason: 'DUPLICATE_ORDERS' },
      });
      const filling = { reach: '01234567', run: '89abcdef' };
      const notes = claimedNotes(wanted.eventId, wanted.revision, 'filling', filling);
      expect(planned([visible(5, { notes, printed: false })], voided)).toMatchObject({
        failure: { reason: 'TOUCHED' },
      });
    });

    it('stays away where an older unfinished header is left, and is completed where one was made after it', () => {
      expect(planned([removed, hidden(7, { uuid: removed.uuid })], null)).toMatchObject({
        failure: { reason: 'REMOVED_BY_STAFF' },
      });
      const again = hidden(7, { uuid: '3f0c7a52-0000-5000-8000-000000000002' });
      expect(planned([removed, again], null)).toMatchObject({
        kind: 'need-contents',
        order: { id: '7' },
        bills: [],
      });
      expect(planned([removed, hidden(7, { uuid: null })], null)).toMatchObject({
        failure: { reason: 'REMOVED_BY_STAFF' },
      });
    });

    it('elsewhere says nothing about the shop that the event is in now', () => {
      const rows = [visible(5, { establishmentId: 9, opened: true })];
      expect(planned(rows, null)).toMatchObject({ kind: 'need-contents', order: { id: '5' } });
      expect(planned(rows, voided).kind).toBe('create');
    });
  });

  describe('an order that became visible with a claim in its notes', () => {
    const shown = (over: Partial<FoundOrder> = {}) =>
      visible(5, {
        printed: false,
        notes: claimedNotes(wanted.eventId, wanted.revision, 'filling', {
          reach: '01234567',
          run: '89abcdef',
        }),
        ...over,
      });

    it('is never right by its header alone', () => {
      expect(planned([shown()], null)).toMatchObject({ kind: 'need-contents', order: { id: '5' } });
    });

    it('is TOUCHED, even if nothing is missing', () => {
      const paymentless = { ...complete, payments: [] };
      for (const [order, contents] of [
        [shown(), paymentless],
        [shown(), none],
        [shown({ finalTotal: usd('0') }), complete],
        [shown({ updatedBy: 77 }), paymentless],
        [shown(), complete],
      ] as const) {
        expect(planned([order], contents)).toMatchObject({
          failure: { reason: 'TOUCHED', error: expect.stringContaining('before it was finished') },
        });
      }
    });

    it('is TOUCHED, too, where it had lost and was marked so', () => {
      const notes = supersededNotes(wanted.eventId, orderId(4));
      expect(planned([shown({ notes })], complete)).toMatchObject({ failure: { reason: 'TOUCHED' } });
      expect(planned([shown({ notes, printed: true })], complete).kind).toBe('standing');
    });

    it('asks for nothing to be added where nothing is missing', () => {
      const told = expect.stringMatching(/\(0 differences\)\. Nothing of the event is missing/);
      expect(planned([shown()], complete)).toMatchObject({ failure: { error: told } });
      const missing = expect.stringContaining('Complete it on the POS');
      expect(planned([shown()], none)).toMatchObject({ failure: { error: missing } });
    });

    it('is reported no more once a POS has opened it and all of the event is on it', () => {
      const opened = shown({ opened: true, updatedBy: 77 });
      expect(planned([opened], complete).kind).toBe('standing');
      expect(planned([{ ...opened, finalTotal: usd('999') }], complete).kind).toBe('in-service');
      expect(planned([opened], none)).toMatchObject({ failure: { reason: 'TOUCHED' } });
    });

    it('stands once it is printed and all of it is there: the claim came too late', () => {
      expect(planned([shown({ printed: true })], complete).kind).toBe('standing');
    });
  });

  it('a long list of differences is told in full as data, cut in a sentence', () => {
    const items = Array.from({ length: 60 }, (_, index) => ({
      ...(complete.items[0] as (typeof complete.items)[0]),
      id: String(index),
      productId: index,
    }));
    const plan = planned([visible(5, { tax: usd('1') })], { ...complete, items });
    if (plan.kind !== 'failed') throw new Error('it differs');
    expect(plan.differences.length).toBeGreaterThan(60);
    const told = differencesText(plan.differences).split('; ');
    expect(told).toHaveLength(21);
    expect(told.at(-1)).toBe(`${plan.differences.length - 20} more`);
    const few = plan.differences.slice(0, 20);
    expect(differencesText(few)).toBe(few.map(differenceText).join('; '));
  });

  it('two that staff can see are DUPLICATE_ORDERS, wherever they stand', () => {
    const plan = planned([visible(9), visible(5, { establishmentId: 9 })], complete);
    expect(plan).toMatchObject({
      kind: 'failed',
      failure: { reason: 'DUPLICATE_ORDERS', error: expect.stringContaining('5, 9') },
    });
  });

  it('an establishment of TEST_ESTABLISHMENT_ID is no move', () => {
    const test = wantedOrder({ testEstablishmentId: 99 });
    const order = standingOrder(test, { establishmentId: wanted.establishmentId });
    expect(planOrder(test, [order], [], around)).toMatchObject({ kind: 'standing' });
    const left = planned([visible(5, { establishmentId: 99 })], complete);
    expect(left).toMatchObject({ failure: { reason: 'ORPHANED' } });
    if (left.kind === 'failed') expect(left.failure.error).toContain('TEST_ESTABLISHMENT_ID');
  });

  it('one that staff can see elsewhere is ORPHANED, and a mistake in the configuration is no reason to void it', () => {
    const at = (establishmentId: number, name: string) => location({ name, revel: { establishmentId } });
    const shops = [location(), at(9, 'Lakeside'), at(10, 'Pier Hall'), at(10, 'Pier Deck')];
    const error = (establishmentId: number | null) => {
      const plan = planned([visible(5, { establishmentId })], complete, { locations: shops });
      expect(plan).toMatchObject({ kind: 'failed', failure: { reason: 'ORPHANED' } });
      return plan.kind === 'failed' ? plan.failure.error : '';
    };
    expect(error(9)).toContain(
      'belongs to establishment 8 ("Special Events") now, but its order 5 stands in establishment 9 ("Lakeside"). If the ' +
        'event has moved, have that order voided',
    );
    expect(error(10)).toContain('stands in establishment 10. If');
    expect(error(77)).toContain('stands in establishment 77, which no entry of the locations file names;');
    expect(error(77)).toContain('Then correct the configuration.');
    expect(error(77)).not.toContain('If the event has moved');
    expect(error(null)).toContain('stands in establishment unknown');
  });

  it('one that staff can see wins over every unfinished one', () => {
    const plan = planned([hidden(1), visible(5), hidden(7)], null);
    expect(plan).toMatchObject({ kind: 'standing', order: { id: '5' }, losers: [{ id: '1' }, { id: '7' }] });
  });

  it('of unfinished ones the lowest id is completed', () => {
    const plan = planned([hidden(30), hidden(4), hidden(100)], none);
    expect(plan).toMatchObject({
      kind: 'complete',
      order: { id: '4' },
      losers: [{ id: '30' }, { id: '100' }],
    });
  });

  it('an unfinished one elsewhere never counts', () => {
    expect(planned([hidden(4, { establishmentId: 9 })], null)).toMatchObject({
      kind: 'create',
      losers: [{ id: '4' }],
    });
  });

  it('an unfinished one that somebody else has worked on is left alone', () => {
    const line = { ...(complete.items[0] as (typeof complete.items)[0]), updatedBy: 77 };
    const payment = paymentRow(wanted, { updatedBy: 77 });
    expect(planned([hidden(4, { updatedBy: 77 })], null)).toMatchObject({
      failure: {
        reason: 'TOUCHED',
        error: expect.stringMatching(
          /^Order 4 of event 55521609 is unfinished, but somebody else .*, put the event on IGNORE_EVENTS and make/,
        ),
      },
    });
    expect(planned([hidden(4)], { items: [line], payments: [] })).toMatchObject({
      failure: { reason: 'TOUCHED' },
    });
    expect(planned([hidden(4)], { items: [], payments: [payment] })).toMatchObject({
      failure: { reason: 'TOUCHED' },
    });
    expect(planned([hidden(4)], { items: [{ ...line, deleted: true }], payments: [] })).toMatchObject({
      failure: { reason: 'TOUCHED' },
    });
  });

  it('does not depend on the order of the rows', () => {
    const rows = [hidden(1), hidden(2, { establishmentId: 9 }), visible(5), visible(6, { deleted: true })];
    const expected = planned(rows, complete);
    fc.assert(
      fc.property(fc.shuffledSubarray(rows, { minLength: rows.length }), (shuffled) => {
        expect(planned(shuffled, complete)).toEqual(expected);
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
      ...bare,
      items: [...rest, { ...first, quantity: null }],
      payments: [paymentRow(wanted, { amount: null }), paymentRow(wanted, { id: '71', amount: usd('1') })],
    };
    expect(completeActions(wanted, hidden(4), contents)).toMatchObject([
      { action: 'remove_item', item: first.id },
      { action: 'add_item', name: 'HEY BLONDIE' },
      { action: 'remove_payment', amount: null },
      { action: 'remove_payment', amount: '1.00' },
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
