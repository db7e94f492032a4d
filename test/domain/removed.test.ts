import { describe, expect, it } from 'vitest';
import { orderId } from '../../src/domain/ids.js';
import { claimedNotes, finalNotes, voidedNotes } from '../../src/domain/notes.js';
import type { Contents, FoundOrder } from '../../src/domain/order.js';
import { isEmptied, isTakenByUs, looksEmptied, removedByStaff } from '../../src/domain/removed.js';
import { usd } from './builders.js';
import { paymentRow, standingItems, standingOrder, wantedOrder } from './found.js';

const wanted = wantedOrder();
const claimed = claimedNotes(wanted.eventId, wanted.revision, 'filling', {
  reach: '01234567',
  run: '89abcdef',
});

describe('an order that staff has emptied', () => {
  const emptied = { opened: true, subtotal: usd(0), finalTotal: usd('91.09'), remainingDue: usd('91.09') };

  it.each<[string, Partial<FoundOrder>, boolean]>([
    ['opened, without lines, with nothing paid', {}, true],
    ['that no POS has opened', { opened: false }, false],
    ['with lines', { subtotal: usd('12.00') }, false],
    ['with lines that nobody can tell', { subtotal: null }, false],
    ['with payments that nobody can tell', { finalTotal: null, remainingDue: null }, false],
    ['with something paid', { remainingDue: usd('50.00') }, false],
  ])('by its header: %s: %s', (_, over, expected) => {
    expect(looksEmptied(standingOrder(wanted, { ...emptied, ...over }))).toBe(expected);
  });

  it('by its rows: all lines gone, and all that was paid', () => {
    const [line, ...others] = standingItems(wanted).map((row) => ({ ...row, deleted: true }));
    if (!line) throw new Error('there are lines');
    const contents = (over: Partial<Contents>): Contents => ({
      ...{ order: orderId(5), items: [line, ...others], payments: [], bills: [] },
      ...over,
    });
    expect(isEmptied(contents({}))).toBe(true);
    expect(isEmptied(contents({ items: [] }))).toBe(false);
    expect(isEmptied(contents({ items: [{ ...line, deleted: false }, ...others] }))).toBe(false);
    expect(isEmptied(contents({ payments: [paymentRow(wanted)] }))).toBe(false);
    expect(isEmptied(contents({ payments: [paymentRow(wanted, { deleted: true })] }))).toBe(true);
  });
});

it.each<[string, Partial<FoundOrder>, boolean]>([
  ['by us, as its notes say', { notes: voidedNotes(wanted.eventId, '1a2b3c4d'), updatedBy: 77 }, true],
  ['by us, whose mark a claim has come over', { notes: claimed }, true],
  ['by staff while it was filled', { notes: claimed, updatedBy: 77 }, false],
  ['by nobody knows whom while it was filled', { notes: claimed, createdBy: null, updatedBy: null }, false],
  ['at a POS that had opened it', { notes: claimed, opened: true }, false],
  ['by somebody with our key', {}, false],
  [
    'by staff, who have said so in its notes',
    { notes: `${finalNotes(wanted.eventId, wanted.revision, '89abcdef')} - voided by Anna`, updatedBy: 77 },
    false,
  ],
])('an order was deleted %s', (_, over, isOurs) => {
  const row = standingOrder(wanted, { deleted: true, ...over });
  expect(isTakenByUs(row)).toBe(isOurs);
  expect(removedByStaff([row], null)).toBe(isOurs ? null : row);
  expect(isTakenByUs({ ...row, deleted: false })).toBe(false);
});

it('of several that staff has deleted the newest is told', () => {
  const rows = [9, 100, 20].map((id) =>
    standingOrder(wanted, { id: orderId(id), deleted: true, updatedBy: 77 }),
  );
  expect(removedByStaff(rows, null)?.id).toBe('100');
});
