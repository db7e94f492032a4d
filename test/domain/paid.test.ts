import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SourceDocument, SourcePayment } from '../../src/domain/event.js';
import type { Cents } from '../../src/domain/money.js';
import { type Paid, paidOf } from '../../src/domain/paid.js';
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

interface Given extends Figures {
  policy?: 'paid' | 'listed';
  ignored?: [name: string, amount: string][];
  total?: string;
}

function found(given: Given): Paid {
  const { own = null, due, event = null, eventDue, eventTotal = '1472.00', others = [] } = given;
  const its = document({ id: '1', payments: own, amountDue: money(due) });
  const source = {
    payments: event,
    grandTotal: usd(eventTotal),
    amountDue: money(eventDue),
    documents: [its, ...others.map((over, index) => document({ id: `${index + 2}`, ...over }))],
  };
  return paidOf({
    event: source,
    document: its,
    total: usd(given.total ?? '1472.00'),
    ignored: (given.ignored ?? []).map(([name, amount]) => ({ name, amount: usd(amount) })),
    policy: given.policy ?? 'paid',
  });
}

function result(given: Given): Cents {
  const paidSum = found(given);
  if (paidSum.kind !== 'ok') throw new Error(paidSum.why);
  return paidSum.amount;
}

function refusal(given: Given): string {
  const refused = found(given);
  if (refused.kind === 'ok') throw new Error(`${refused.amount} paid`);
  return refused.why;
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
    [
      'different payments without ids of two lists, each',
      { own: [{ id: null, amount: usd(5) }], event: [{ id: null, amount: usd(7) }] },
      '12.00',
    ],
    [
      'one without an id once, beside one of the same amount that has one',
      {
        own: [...paid('5.00'), { id: null, amount: usd(5) }],
        event: [{ id: null, amount: usd(5) }],
      },
      '10.00',
    ],
    [
      'one payment that two lists tell differently, as the first has it',
      { own: paid('500.00'), event: paid('400.00') },
      '500.00',
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
    ['a document that knows better than the event', { own: [], due: '1472.00', eventDue: '972.00' }, '0'],
    ['an empty list and less due, by both', { own: [], due: '972.00', eventDue: '972.00' }, '500.00'],
    ['the same, by the event alone', { own: [], eventDue: '972.00' }, '500.00'],
    ['an empty list of the event', { event: [], eventDue: '0' }, '1472.00'],
    ['payments that are only scheduled', { own: [], due: '1472.00', eventDue: '1472.00' }, '0'],
    ['an empty list and more due than the total', { own: [], due: '1500.00', eventDue: '1472.00' }, '0'],
    ['more paid than the total', { own: paid('1500.00'), eventDue: '-28.00' }, '1500.00'],
    ['a list without any amount due', { own: paid('500.00') }, '500.00'],
    [
      'what is listed everywhere without any amount due',
      { own: paid('200.00'), others: [deposit('500.00')] },
      '700.00',
    ],
    [
      'a list that one amount due confirms',
      { own: paid('500.00'), due: '972.00', eventDue: '1122.00' },
      '500.00',
    ],
    ['more paid than the total, by what is due', { own: paid('1500.00'), due: '-28.00' }, '1500.00'],
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
      { own: [], due: '1472.00', eventDue: '972.00', others: [deposit('500.00', '7', { deleted: true })] },
      '0',
    ],
    ['negative payments, to be refused', { own: paid('-1.00'), due: '1473.00' }, '-1.00'],
  ])('%s', (_, figures, amount) => {
    expect(result(figures)).toBe(usd(amount));
  });

  it.each<[string, Given, RegExp]>([
    [
      'every amount due contradicts the list',
      { own: paid('500.00'), due: '1472.00', eventDue: '1472.00' },
      /payments listed come to 500\.00 \(500\.00\); the amount due of document 1 is 1472\.00, which makes 0\.00 paid of 1472\.00; the event's amount due is 1472\.00.*PAYMENT_POLICY=listed/,
    ],
    ['a card fee was paid on top', { own: paid('515.00'), due: '972.00', eventDue: '972.00' }, /515\.00/],
    ['less is listed than was paid', { own: paid('500.00'), due: '0', eventDue: '0' }, /come to 500\.00/],
    [
      'nothing is listed, and the amounts due differ',
      { due: '972.00', eventDue: '500.00' },
      /no payment is listed/,
    ],
    [
      'another document lists a deposit that no amount due knows',
      { own: paid('200.00'), due: '1272.00', eventDue: '1272.00', others: [deposit('500.00')] },
      /come to 700\.00 \(200\.00, 500\.00\)/,
    ],
    ['the list is off by a cent', { own: paid('500.01'), due: '972.00' }, /500\.01/],
  ])('refuses when %s', (_, figures, words) => {
    expect(refusal(figures)).toMatch(words);
    const lists = [figures.own, ...(figures.others ?? []).map(({ payments }) => payments)];
    const listed = lists.flatMap((list) => list ?? []).reduce((sum, { amount }) => sum + (amount ?? 0), 0);
    expect(result({ ...figures, policy: 'listed' })).toBe(listed);
  });

  it.each(['document', 'event'] as const)(
    'is not told where the amount due of the %s cannot be read, and no payment is listed',
    (where) => {
      const broken = { broken: { amountDue: 'the amount due is "abc"' } };
      const its = document({ payments: null, amountDue: null, ...(where === 'document' ? broken : {}) });
      const event = { payments: null, grandTotal: TOTAL, amountDue: null, documents: [its] };
      const told = (payments: SourcePayment[] | null) =>
        paidOf({
          event: { ...event, payments, ...(where === 'event' ? broken : {}) },
          document: its,
          total: TOTAL,
          ignored: [],
          policy: 'paid',
        });
      const why = 'the amount due is "abc", and no payment is listed. Correct it in Tripleseat.';
      expect(told(null)).toEqual({ kind: 'unreadable', why });
      expect(told(paid('500.00'))).toEqual({ kind: 'ok', amount: usd('500.00'), told: [] });
    },
  );

  it('tells of the figure that does not count', () => {
    const told = (figures: Given) => {
      const paidSum = found(figures);
      return paidSum.kind === 'ok' ? paidSum.told : [];
    };
    expect(told({ own: paid('500.00'), due: '972.00', eventDue: '1122.00' })).toEqual([
      "The event's amount due is 1122.00, but payments of 500.00 are listed, which the amount due of document 1 confirms (972.00).",
    ]);
    expect(told({ own: paid('500.00'), due: '972.00', eventDue: '972.00' })).toEqual([]);
  });

  it('takes more due than the total for nothing paid where a list says so, and tells of it', () => {
    expect(found({ own: [], due: '1500.00' })).toEqual({
      kind: 'ok',
      amount: 0,
      told: ['The amount due of document 1 is 1500.00, more than the total; no payment is listed.'],
    });
    // Without a list nothing says that nothing was paid.
    expect(found({ due: '1500.00' })).toMatchObject({ kind: 'ok', amount: usd('-28.00') });
  });

  it('takes a payment that one list cannot tell from another list that can', () => {
    const broken = [{ id: '1', amount: null, problem: 'payment 1 is odd' }];
    expect(result({ own: broken, event: paid('500.00'), due: '972.00' })).toBe(usd('500.00'));
    expect(refusal({ own: broken, due: '972.00' })).toBe(
      'payment 1 is odd. Correct the payment in Tripleseat.',
    );
    expect(refusal({ own: broken, due: '972.00', policy: 'listed' })).toContain('payment 1 is odd');
    // Of a document that does not count nobody looks at it.
    expect(result({ own: [], due: '1472.00', others: [{ deleted: true, payments: broken }] })).toBe(0);
  });

  it('leaves out what cannot be read where an amount due proves that the others are all, and tells of it', () => {
    const odd = {
      id: '9',
      amount: null,
      problem: 'payment 9 ("Hold") of "200.0" has the state "authorized"',
    };
    const listed = { own: [...paid('500.00'), odd], due: '972.00' };
    expect(found(listed)).toEqual({
      kind: 'ok',
      amount: usd('500.00'),
      told: [
        'Payment 9 ("Hold") of "200.0" has the state "authorized". It does not count: the amount due of document 1 (972.00) confirms 500.00 without it.',
      ],
    });
    // Where it counts somebody has to look.
    expect(refusal({ ...listed, due: '772.00' })).toContain('payment 9 ("Hold")');
    expect(refusal({ ...listed, due: null })).toContain('payment 9 ("Hold")');
    expect(refusal({ ...listed, policy: 'listed' })).toContain('payment 9 ("Hold")');
    // A list that cannot be read at all, beside one that can.
    const broken = { payments: 'payment_set.payments is no list' };
    const others = [{ payments: null, broken }];
    expect(result({ own: paid('500.00'), due: '972.00', others })).toBe(usd('500.00'));
    expect(refusal({ own: paid('500.00'), due: '900.00', others })).toContain('is no list');
    expect(refusal({ own: paid('500.00'), others })).toContain('is no list');
  });

  it.each<[string, Given, string]>([
    // Total 1,472 of which the order has 1,172, and a deposit of 300 that will be given back.
    ['all is paid, the deposit too', { own: paid('1472.00'), due: '0' }, '1172.00'],
    ['nothing is paid', { own: [], due: '1472.00' }, '0'],
    [
      'the deposit is given back in two parts',
      { own: [...paid('300.00'), ...paid('-200.00', '2'), ...paid('-100.00', '3')], due: '1472.00' },
      '0',
    ],
    [
      'the deposit has its own payment',
      { own: [...paid('300.00'), ...paid('500.00', '2')], due: '672.00' },
      '500.00',
    ],
    [
      'the deposit was given back',
      { own: [...paid('1472.00'), ...paid('-300.00', '2')], due: '300.00' },
      '1172.00',
    ],
    ['the amount due leaves the deposit out', { own: paid('500.00'), due: '672.00' }, '500.00'],
    ['less than the deposit is paid', { own: paid('200.00'), due: '1272.00' }, '200.00'],
    ['more than the order is paid, and nothing due is said', { own: paid('1400.00') }, '1100.00'],
    [
      'it has its own payment, and nothing due is said',
      { own: [...paid('300.00'), ...paid('500.00', '2')] },
      '500.00',
    ],
  ])('of a deposit that is no part of the sale: %s', (_, figures, amount) => {
    expect(result({ ...figures, total: '1172.00', ignored: [['Security Deposit', '300.00']] })).toBe(
      usd(amount),
    );
  });

  it.each<[string, Given]>([
    ['800.00', { own: paid('800.00'), due: '672.00', total: '1172.00' }],
    // As much as the order is, by nobody said to be for it.
    ['1172.00', { own: paid('1172.00'), total: '1172.00' }],
    // More than the order, but less than the deposit.
    ['200.00', { own: paid('200.00'), total: '100.00' }],
  ])('does not guess which payment was the deposit: %s', (amount, figures) => {
    expect(refusal({ ...figures, ignored: [['Security Deposit', '300.00']] })).toMatch(
      new RegExp(`Of the ${amount} .* cannot be told what belongs to "Security Deposit" of 300\\.00`),
    );
  });

  it.each<[string, Given, string]>([
    ['listed too', { own: paid('500.00'), due: '580.00' }, '500.00'],
    ['not listed', { own: [], due: '580.00' }, '500.00'],
    [
      'listed, and more paid since',
      { own: [...paid('500.00'), ...paid('80.00', '2')], due: '500.00' },
      '580.00',
    ],
    ['not listed, and more paid since', { own: paid('80.00'), due: '500.00' }, '580.00'],
    ['listed, and nothing due is said', { own: paid('500.00') }, '500.00'],
  ])('of a prepayment that is a row of the bill: %s', (_, figures, amount) => {
    const bill = {
      total: '1080.00',
      eventTotal: '580.00',
      ignored: [['Deposit', '-500.00']],
    } satisfies Given;
    expect(result({ ...figures, ...bill })).toBe(usd(amount));
  });

  it.each<[string, Given, string]>([
    ['as much as a small order is paid', { own: paid('200.00') }, '200.00'],
    ['the deposit is paid in two parts', { own: [...paid('150.00'), ...paid('150.00', '2')] }, '0'],
  ])('of a deposit that is more than the order: %s', (_, figures, amount) => {
    const bill = { total: '200.00', ignored: [['Security Deposit', '300.00']] } satisfies Given;
    expect(result({ ...figures, ...bill })).toBe(usd(amount));
  });

  it('names each row that it cannot tell the payment of', () => {
    const ignored: Given['ignored'] = [
      ['Deposit', '100.00'],
      ['Key', '200.00'],
    ];
    expect(refusal({ own: paid('800.00'), total: '1172.00', ignored })).toContain(
      '"Deposit" of 100.00, "Key" of 200.00,',
    );
  });

  it('cannot tell of a prepayment that is a row of the bill, of which nothing is listed or due', () => {
    const bill = {
      total: '1080.00',
      eventTotal: '580.00',
      ignored: [['Deposit', '-500.00']],
    } satisfies Given;
    expect(refusal({ own: paid('80.00'), ...bill })).toContain('"Deposit" of -500.00');
  });

  it.each([
    ['no document at all', []],
    ['none of several', [document({ id: '2', payments: paid('500.00') })]],
  ])('needs no document: %s', (_, documents) => {
    const event = { payments: [], grandTotal: TOTAL, amountDue: usd('972.00'), documents };
    const input = { event, document: null, total: TOTAL, ignored: [], policy: 'paid' } as const;
    expect(paidOf(input)).toEqual({ kind: 'ok', amount: usd('500.00'), told: [] });
  });

  it('is what an amount due confirms, or nothing is said', () => {
    const figure = fc.option(fc.integer({ min: 0, max: 2_000 }).map((dollars) => `${dollars}`));
    const list = fc.option(fc.constantFrom([], paid('500.00'), paid('700.00', '2'), paid('0.00')));
    fc.assert(
      fc.property(list, figure, list, figure, list, (own, due, event, eventDue, payments) => {
        const paidSum = found({ own, due, event, eventDue, others: [{ payments }] });
        const said = [due, eventDue].map(money).filter((each) => each !== null);
        if (paidSum.kind !== 'ok' || said.length === 0) return;
        if (paidSum.amount !== 0) expect(said.map((each) => TOTAL - each)).toContain(paidSum.amount);
      }),
    );
  });
});
