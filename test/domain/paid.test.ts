import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SourceDocument, SourceEvent, SourcePayment } from '../../src/domain/event.js';
import { cents } from '../../src/domain/money.js';
import { paidOf } from '../../src/domain/paid.js';
import { document, paid, usd } from './builders.js';

const TOTAL = usd('1472.00');

type Money = string | null;
interface Figures {
  /** Payments listed with the order's document, and what is due by it. */
  own?: SourcePayment[] | null;
  due?: Money;
  /** The same of the event. */
  event?: SourcePayment[] | null;
  eventDue?: Money;
  eventTotal?: string;
  others?: Partial<SourceDocument>[];
}

const money = (text: Money | undefined) => (text === null || text === undefined ? null : usd(text));

function result({ own = null, due, event = null, eventDue, eventTotal = '1472.00', others = [] }: Figures) {
  const its = document({ id: '1', payments: own, amountDue: money(due) });
  const source: Pick<SourceEvent, 'payments' | 'grandTotal' | 'amountDue' | 'documents'> = {
    payments: event,
    grandTotal: usd(eventTotal),
    amountDue: money(eventDue),
    documents: [its, ...others.map((over, index) => document({ id: `${index + 2}`, ...over }))],
  };
  return paidOf(source, its, TOTAL);
}

const deposit = (amount: string, id = '7', over: Partial<SourceDocument> = {}) => ({
  lines: [],
  grandTotal: usd(amount),
  payments: paid(amount, id),
  amountDue: usd('0'),
  ...over,
});

describe('paidOf', () => {
  it.each<[string, Figures, string]>([
    ['what the document lists', { own: paid('500.00'), due: '972.00', eventDue: '972.00' }, '500.00'],
    ['what the event lists', { event: paid('500.00'), due: '972.00', eventDue: '972.00' }, '500.00'],
    [
      'what the event lists beside an empty list',
      { own: [], event: paid('500.00'), eventDue: '972.00' },
      '500.00',
    ],
    [
      'a payment that both list, once',
      { own: paid('500.00'), event: paid('500.00'), due: '972.00' },
      '500.00',
    ],
    [
      'the same without ids',
      { own: [{ id: null, amount: usd(5) }], event: [{ id: null, amount: usd(5) }] },
      '5.00',
    ],
    [
      'equal payments without ids, each',
      { own: [5, 5].map((amount) => ({ id: null, amount: usd(amount) })), eventDue: '1462.00' },
      '10.00',
    ],
    ['nothing at all said', {}, '0'],
    ['no list, but what is due', { due: '21.31' }, '1450.69'],
    ['no list, but what is due by the event', { eventDue: '972.00' }, '500.00'],
    ['an empty list, but less due than the total', { own: [], due: '972.00' }, '500.00'],
    [
      'the same, of an event that comes to more than the document',
      { own: [], eventDue: '1500.00', eventTotal: '2000.00' },
      '500.00',
    ],
    ['a list that says less than what is due', { own: paid('500.00'), due: '0', eventDue: '0' }, '500.00'],
    ['a document that knows better than the event', { own: [], due: '1472.00', eventDue: '972.00' }, '0'],
    [
      'what the document lists beside a deposit that nothing confirms',
      { own: paid('200.00'), due: '1272.00', others: [deposit('500.00')] },
      '200.00',
    ],
    ['the same, by both', { own: [], due: '972.00', eventDue: '972.00' }, '500.00'],
    ['the same, by the event alone', { own: [], eventDue: '972.00' }, '500.00'],
    ['an empty list of the event', { event: [], eventDue: '0' }, '1472.00'],
    ['payments that are only scheduled', { own: [], due: '1472.00', eventDue: '1472.00' }, '0'],
    ['an empty list and more due than the total', { own: [], due: '1500.00', eventDue: '1472.00' }, '0'],
    ['more paid than the total', { own: paid('1500.00'), due: '0', eventDue: '0' }, '1500.00'],
    ['more paid than the total, by what is due', { own: paid('1500.00'), due: '-28.00' }, '1500.00'],
    [
      'more listed than any amount due says',
      { own: paid('500.00'), due: '1472.00', eventDue: '1000.00' },
      '500.00',
    ],
    ['a payment that was given back', { own: paid('0.00'), due: '1472.00', eventDue: '1472.00' }, '0'],
    [
      'a deposit on another document, confirmed',
      { own: [], due: '1472.00', eventDue: '972.00', others: [deposit('500.00')] },
      '500.00',
    ],
    ['the same without a list of its own', { eventDue: '972.00', others: [deposit('500.00')] }, '500.00'],
    [
      'both, confirmed',
      { own: paid('200.00'), due: '1272.00', eventDue: '772.00', others: [deposit('500.00')] },
      '700.00',
    ],
    [
      'the same payment on every document, once',
      {
        own: paid('500.00'),
        due: '972.00',
        eventDue: '972.00',
        others: [deposit('500.00', '1'), deposit('500.00', '1')],
      },
      '500.00',
    ],
    [
      'nothing from a deleted document',
      { own: [], due: '1472.00', eventDue: '1472.00', others: [deposit('500.00', '7', { deleted: true })] },
      '0',
    ],
    ['negative payments, to be refused', { own: paid('-1.00'), due: '1473.00' }, '-1.00'],
  ])('%s', (_, figures, amount) => {
    expect(result(figures)).toBe(usd(amount));
  });

  it('needs no document', () => {
    const event = { payments: [], grandTotal: TOTAL, amountDue: usd('972.00'), documents: [] };
    expect(paidOf(event, null, TOTAL)).toBe(usd('500.00'));
  });

  it('is what is listed with the document, unless an amount due knows of more lists', () => {
    const figure = fc.option(fc.integer({ min: 0, max: 2_000 }).map((dollars) => `${dollars}`));
    const list = fc.option(fc.constantFrom([], paid('500.00'), paid('700.00', '2'), paid('0.00')));
    fc.assert(
      fc.property(list, figure, list, figure, list, (own, due, event, eventDue, payments) => {
        const found = result({ own, due, event, eventDue, others: [{ payments }] });
        const said = [due, eventDue].map(money).map((each) => each !== null && cents(TOTAL - each));
        const listed = own?.[0]?.amount;
        if (listed !== undefined && listed !== 0 && found !== listed) expect(said).toContain(found);
      }),
    );
  });
});
