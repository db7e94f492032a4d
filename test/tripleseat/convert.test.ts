import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SourcePayment } from '../../src/domain/event.js';
import {
  type Converted,
  toBooking,
  toEvent,
  toSearchPage,
  toSelections,
} from '../../src/tripleseat/convert.js';

const fixture = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../fixtures/tripleseat/${name}`, import.meta.url), 'utf8'));

const smallest = { id: 7, status: 'DEFINITE' };

function ok<T>(converted: Converted<T>): T {
  if (converted.kind !== 'ok') throw new Error(`expected a value, got ${JSON.stringify(converted)}`);
  return converted.value;
}

const eventWith = (more: object) => ok(toEvent({ event: { ...smallest, ...more } }));
const whyNot = (more: object) => {
  const converted = toEvent({ event: { ...smallest, ...more } });
  return converted.kind === 'unreadable' ? converted.detail : converted.kind;
};
/** What is wrong with the first figure that cannot be read. */
const brokenIn = (more: object) => {
  const event = eventWith(more);
  return [event, ...event.documents].flatMap(({ broken }) => Object.values(broken ?? {}))[0];
};
const documentWith = (more: object) => eventWith({ documents: [{ id: 1, ...more }] }).documents[0];
const payments = (...list: object[]) => ({ payment_set: { payments: list } });

describe('toEvent', () => {
  it.each([
    ['7/27/2026 11:08 PM', '2026-07-27'],
    ['2026-07-27T23:08:00-07:00', '2026-07-27'],
    ['27.7.2026', null],
    [null, null],
  ])('reads the day of an event made at %s', (created_at, createdOn) => {
    expect(ok(toEvent({ id: 7, status: 'DEFINITE', created_at }))).toMatchObject({ createdOn });
  });

  it('reads a full detail', () => {
    const event = ok(toEvent(fixture('event-55521609.json')));
    expect(event).toMatchObject({
      id: '55521609',
      name: 'Alder Rehearsal Dinner',
      status: 'DEFINITE',
      deleted: false,
      siteId: 15691,
      locationId: 26059,
      bookingId: '60521609',
      date: '2026-11-14',
      startsAt: Date.UTC(2026, 10, 15, 2, 0),
      endsAt: Date.UTC(2026, 10, 15, 4, 30),
      createdOn: '2026-11-13',
      updatedAt: '11/14/2026 11:00 AM',
      contact: { name: 'Ada Alder', phone: '555-0100' },
      grandTotal: 142_131,
      amountDue: 71_065,
      payments: null,
      billing: [
        { name: 'Sales Tax', amount: 9_109 },
        { name: 'Gratuity', amount: 21_754 },
        { name: 'Admin Fee', amount: 2_500 },
      ],
    });
    const [document] = event.documents;
    expect(document).toMatchObject({
      id: '64521609',
      title: 'Event Order: 55521609',
      deleted: false,
      grandTotal: 142_131,
      discountsTotal: 5_000,
      amountDue: 71_065,
      payments: [{ id: '55521709', amount: 71_066 }],
      billing: event.billing,
      views: [{ name: 'Invoice', url: expect.stringContaining('https://portal.tripleseat.com/doc/') }],
    });
    expect(document?.lines).toHaveLength(5);
    expect(document?.lines[0]).toEqual({
      displayName: null,
      description: 'HEY BLONDIE',
      longDescription: '',
      section: 'Food',
      menuItemId: null,
      quantity: '23',
      price: '2572',
      totalPrice: '59156',
      billingIds: ['5', '6'],
    });
    expect(document?.lines[4]).toMatchObject({
      description: '',
      quantity: '1',
      price: null,
      totalPrice: null,
    });
  });

  it.each([
    ['wrapped', (event: object) => ({ event })],
    ['bare', (event: object) => event],
  ])('reads the least there can be, %s: keys left out or null', (_name, wrap) => {
    const nulls = {
      name: null,
      deleted_at: null,
      documents: null,
      contact: null,
      grand_total: null,
      rooms: {},
    };
    const least = {
      id: '7',
      name: '',
      status: 'DEFINITE',
      deleted: false,
      siteId: null,
      locationId: null,
      bookingId: null,
      date: null,
      startsAt: null,
      endsAt: null,
      createdOn: null,
      updatedAt: null,
      contact: null,
      guests: null,
      room: '',
      grandTotal: null,
      billing: null,
      payments: null,
      amountDue: null,
      documents: [],
    };
    expect(ok(toEvent(wrap(smallest)))).toEqual(least);
    expect(ok(toEvent(wrap({ ...smallest, ...nulls })))).toEqual(least);
  });

  it('knows an event that is not there', () => {
    expect(toEvent({ event: null })).toEqual({ kind: 'absent' });
  });

  it.each([
    [undefined],
    ['text'],
    [[]],
    [{}],
    [{ event: [] }],
    [{ event: { id: 7 } }],
    [{ event: { status: 'X' } }],
  ])('refuses %j', (answer) => {
    expect(toEvent(answer).kind).toBe('unreadable');
  });

  it('takes ids and numbers as text or number, and sites from the nested location too', () => {
    expect(eventWith({ id: '8', site_id: '15691', location_id: '26059', booking_id: 9 })).toMatchObject({
      id: '8',
      siteId: 15691,
      locationId: 26059,
      bookingId: '9',
    });
    expect(eventWith({ location: { id: 3, site_id: 4 } })).toMatchObject({ siteId: 4, locationId: 3 });
    expect(eventWith({ site_id: 'x', booking_id: '../9' })).toMatchObject({ siteId: null, bookingId: null });
    expect(whyNot({ id: '7/../8' })).toBe('the event id "7/../8" is not a number');
  });

  it.each([[[{ id: 1 }]], [{ id: 1 }], [null], ['Patio']])('does not mind rooms as %j', (rooms) => {
    expect(eventWith({ rooms }).id).toBe('7');
  });

  it('writes the status in upper case and sees deletion', () => {
    expect(eventWith({ status: 'closed', deleted_at: '11/14/2026 11:00 AM' })).toMatchObject({
      status: 'CLOSED',
      deleted: true,
    });
  });

  it('takes control characters out of what people read', () => {
    expect(eventWith({ name: ' Ann\u001b[31m\r\nBob\u0007 ' }).name).toBe('Ann [31m Bob');
  });
});

describe('dates of an event', () => {
  it.each([
    [{ event_date_iso8601: '2026-11-14', event_date: '1/2/2026' }, '2026-11-14'],
    [{ event_date: '9/8/2026' }, '2026-09-08'],
    [{ event_date: '09/08/2026' }, '2026-09-08'],
    [{ event_date_iso8601: 'soon', event_date: '9/8/2026' }, '2026-09-08'],
    [{ event_start_iso8601: '2026-11-14T23:30:00-08:00' }, '2026-11-14'],
    [{ event_date: '13/14/2026' }, null],
    [{ event_date_iso8601: '2026-02-30' }, null],
  ])('%j is on %s', (fields, day) => {
    expect(eventWith(fields).date).toBe(day);
  });

  it('leaves times without a zone to whoever knows the zone, and the day with them', () => {
    const local = { event_start: '11/14/2026 6:00 PM', event_end: '11/15/2026 1:00 AM' };
    expect(eventWith(local)).toMatchObject({
      date: '2026-11-14',
      startsAt: null,
      endsAt: null,
      localStart: '2026-11-14T18:00:00',
      localEnd: '2026-11-15T01:00:00',
    });
    const times = { event_date: '11/14/2026', event_start_time: '6:00 PM', event_end_time: '1:00 AM' };
    expect(eventWith(times)).toMatchObject({ date: '2026-11-14', localEnd: '2026-11-15T01:00:00' });
    const known = {
      ...local,
      event_start_utc: '2026-11-15T02:00:00Z',
      event_end_utc: '2026-11-15T09:00:00Z',
    };
    expect(eventWith(known)).toMatchObject({ localStart: '2026-11-14T18:00:00' });
    expect(eventWith(known)).not.toHaveProperty('localEnd');
    const half = { event_start_iso8601: '2026-11-14T18:00:00-08:00', event_end_time: '1:00 AM' };
    expect(eventWith(half)).toMatchObject({ endsAt: null, localEnd: '2026-11-15T01:00:00' });
  });

  it('takes instants only from fields that say their offset', () => {
    const start = Date.UTC(2026, 10, 15, 2, 0);
    expect(eventWith({ event_start_iso8601: '2026-11-14T18:00:00-08:00' }).startsAt).toBe(start);
    expect(eventWith({ event_start_utc: '2026-11-15T02:00:00Z' }).startsAt).toBe(start);
    expect(eventWith({ event_start_utc: '2026-11-15T02:00:00' }).startsAt).toBe(start);
    const both = { event_start_iso8601: '2026-11-14T18:00:00', event_start_utc: '2026-11-15T02:00:00Z' };
    expect(eventWith(both).startsAt).toBe(start);
    expect(eventWith({ event_end_iso8601: '2026-11-14' }).endsAt).toBeNull();
  });
});

describe('lines', () => {
  it('keeps names as sent and reads money and quantities exactly', () => {
    const sent = {
      display_name: ' A &amp; B\n',
      description: null,
      long_description: 'chili,\nplain',
      section: 'Food',
      menu_item_id: 121,
      quantity: 2.5,
      price: 300,
      total_price: '750.00',
    };
    expect(documentWith({ line_items: [sent] })?.lines).toEqual([
      {
        displayName: ' A &amp; B\n',
        description: null,
        longDescription: 'chili,\nplain',
        section: 'Food',
        menuItemId: '121',
        quantity: '2.5',
        price: '30000',
        totalPrice: '75000',
      },
    ]);
  });

  it('keeps fractions of a cent, which lines may have', () => {
    const sent = { description: 'X', quantity: '40', price: '12.375', total_price: '495.0000000000002' };
    expect(documentWith({ line_items: [sent] })?.lines[0]).toMatchObject({
      price: '1237.5',
      totalPrice: '49500.00000000002',
    });
  });

  it('records what is no number, without control characters', () => {
    const sent = { description: 'X', quantity: 'two\u001b', price: '1,005', total_price: '1e99' };
    expect(documentWith({ line_items: [sent] })?.lines[0]).toMatchObject({
      quantity: null,
      price: null,
      totalPrice: null,
      broken: { quantity: 'quantity "two?"', price: 'price "1,005"', totalPrice: 'total_price "1e99"' },
    });
  });

  it('cuts names at 2,000 characters without splitting one', () => {
    const lines = documentWith({
      line_items: [{ display_name: 'x'.repeat(3_000) }, { display_name: `${'x'.repeat(1_999)}😀` }],
    });
    expect(lines?.lines[0]?.displayName).toHaveLength(2_000);
    expect(lines?.lines[1]?.displayName).toBe('x'.repeat(1_999));
    // Where a line has no other name, people write whole stories into it.
    const story = 'x'.repeat(3_000);
    expect(documentWith({ line_items: [{ description: story }] })?.lines[0]?.description).toBe(story);
  });

  it('refuses more documents or lines than anyone has, rather than dropping some', () => {
    const many = (count: number, item: object) => Array.from({ length: count }, () => item);
    expect(documentWith({ line_items: many(2_000, {}) })?.lines).toHaveLength(2_000);
    expect(whyNot({ documents: [{ id: 1, line_items: many(2_001, {}) }] })).toBe(
      'documents.0.line_items: more than 2000 entries',
    );
    expect(eventWith({ documents: many(100, { id: 1 }) }).documents).toHaveLength(100);
    expect(whyNot({ documents: many(101, { id: 1 }) })).toBe('documents: more than 100 entries');
  });

  it('refuses a line that is not one, rather than dropping it', () => {
    expect(whyNot({ documents: [{ id: 1, line_items: [null] }] })).toMatch(/^documents\.0\.line_items\.0: /);
  });
});

describe('totals', () => {
  it.each([
    [{ grand_total: '1.2.3' }, 'grand_total is "1.2.3", no amount of money'],
    [{ amount_due: 'none' }, 'amount_due is "none", no amount of money'],
    [
      { documents: [{ id: 1, financials: { grand_total: '\u001b[2J' } }] },
      'documents.0.financials.grand_total is "?[2J", no amount of money',
    ],
  ])('%j is kept aside by name', (fields, detail) => {
    expect(brokenIn(fields)).toBe(detail);
  });

  it('rounds totals that were computed without rounding half up to the cent', () => {
    const event = eventWith({ grand_total: '1137.6800000000002', amount_due: '500.005' });
    expect([event.grandTotal, event.amountDue]).toEqual([113_768, 50_001]);
    expect(documentWith({ financials: { grand_total: '96.3125', amount_due: '96.3125' } })).toMatchObject({
      grandTotal: 9631,
      amountDue: 9631,
    });
  });

  it('keeps parts of a sum as they stand, fractions and nonsense too', () => {
    const document = documentWith({
      financials: { discounts_total: '122.555' },
      billing_totals: [
        { billing_id: 6, description: 'Sales Tax', total_price: '96.3125' },
        { description: 'Fee', total_price: '\u001b[2J' },
      ],
      line_items: [{ description: 'Tacos', discount: '-1.005', billing_ids: [6, 7] }],
    });
    expect(document).toMatchObject({
      discountsTotal: { raw: '"122.555"', exact: '12255.5' },
      billing: [
        { name: 'Sales Tax', amount: { raw: '"96.3125"', exact: '9631.25' }, billingId: '6' },
        { name: 'Fee', amount: { raw: '"?[2J"', exact: null } },
      ],
      lines: [{ discount: { raw: '"-1.005"', exact: '-100.5' }, billingIds: ['6', '7'] }],
    });
    expect(document?.broken).toBeUndefined();
  });

  it('reads the minimum and the gratuity that the guest has chosen, in whatever shape', () => {
    const chosen = (selected_gratuity: unknown) => eventWith({ selected_gratuity }).selectedGratuity;
    expect(eventWith({ food_and_beverage_min: '1000.0' }).minimum).toBe(100_000);
    expect(['20%', 20, { value: '22.0' }, { name: 'Standard 18%' }].map(chosen)).toEqual([
      '"20%"',
      '"20"',
      '"22.0"',
      '"Standard 18%"',
    ]);
    const none = [null, undefined, '', '0', '0.0 %', 0, 'none', {}, [], true];
    expect(none.map(chosen)).toEqual(none.map(() => undefined));
  });

  it('keeps each broken figure to itself', () => {
    const document = documentWith({
      financials: { grand_total: 'much', amount_due: '5.0' },
      billing_totals: [{ description: 'Tax', total_price: '1.5' }],
    });
    expect(document).toMatchObject({ grandTotal: null, amountDue: 500, billing: [{ amount: 150 }] });
    expect(Object.keys(document?.broken ?? {})).toEqual(['grandTotal']);
  });

  it('reads the two shapes of billing totals, never the rate, and leaves out what has no amount', () => {
    const document = documentWith({
      billing_totals: [
        { billing_id: 5, description: 'Gratuity', value: '20.0', total_price: '230.0' },
        { description: 'Admin Fee', value: '25.0', total_price: null },
        { description: 'Waiver', value: '0' },
      ],
    });
    expect(document?.billing).toEqual([{ name: 'Gratuity', amount: 23_000, billingId: '5' }]);
    expect(eventWith({ billing_totals: [] }).billing).toEqual([]);
  });

  it('takes the amount due from the payment set when the financials have none', () => {
    expect(documentWith({ payment_set: { amount_due: '5.5' } })?.amountDue).toBe(550);
    expect(eventWith({ payment_set: { amount_due: 7 } }).amountDue).toBe(700);
  });
});

describe('paid', () => {
  const paidOf = (of: { payments: SourcePayment[] | null } | undefined) =>
    of?.payments?.reduce((sum, { amount }) => sum + (amount ?? 0), 0) ?? null;

  it('keeps payments apart by their ids, those that were given back too, and leaves out what never came in', () => {
    const list = payments(
      { id: 1, amount: '10', state: 'paid' },
      { amount: 5, state: 'paid', refunded_at: '1/2/2026' },
      { id: '3', amount: 7, state: 'pending' },
    );
    expect(documentWith(list)?.payments).toEqual([
      { id: '1', amount: 1_000 },
      { id: null, amount: 0 },
    ]);
  });

  it('refuses payments that come to more than anyone pays', () => {
    const big = { amount: '9999999999', state: 'paid' };
    expect(brokenIn(payments(big, big))).toBe('payment_set.payments come to more than can be right');
  });

  it.each([
    ['nothing sent', {}, null],
    ['no list', { payment_set: { amount_due: '1.0' } }, null],
    ['an empty list', payments(), 0],
    ['paid, any case', payments({ amount: '10.5', state: 'Paid' }, { amount: 2, state: 'PAID' }), 1_250],
    [
      'not paid yet',
      payments({ amount: '10', state: 'unpaid' }, { amount: '5', state: null }, { amount: 'x' }),
      0,
    ],
    ['part given back', payments({ amount: '10', state: 'paid', amount_refunded: '4.25' }), 575],
    ['all given back', payments({ amount: '10', state: 'paid', refunded_at: '1/2/2026 1:00 PM' }), 0],
    [
      'date and part',
      payments({ amount: '10', state: 'paid', refunded_at: '1/2/2026', amount_refunded: '4' }),
      600,
    ],
    [
      'partially refunded',
      payments({ amount: '10', state: 'partially_refunded', paid_at: 'x', amount_refunded: 1 }),
      900,
    ],
    [
      'Partially Refunded',
      payments({ amount: '10', state: 'Partially Refunded', paid_at: 'x', amount_refunded: 1 }),
      900,
    ],
    ['refunded', payments({ amount: '10', state: 'refunded', paid_at: '1/1/2026' }), 0],
    [
      'paid, with no state',
      payments({ amount: '10', state: null, paid_at: '1/1/2026' }, { amount: '5' }),
      1_000,
    ],
    ['no state, given back', payments({ amount: '10', paid_at: '1/1/2026', amount_refunded: '4' }), 600],
    ['voided after it was paid', payments({ amount: '10', state: 'Voided', paid_at: '1/1/2026' }), 0],
    ['unpaid after it was paid', payments({ amount: '10', state: 'unpaid', paid_at: '1/1/2026' }), 0],
    ['refunded, never paid', payments({ amount: '10', state: 'refunded', amount_refunded: '3' }), 0],
  ])('%s', (_name, fields, expected) => {
    expect(paidOf(eventWith(fields))).toBe(expected);
    expect(paidOf(documentWith(fields))).toBe(expected);
  });

  it.each([
    [
      { amount: null, state: 'paid' },
      'payment_set.payments.0.amount is missing although the payment is "paid"',
    ],
    [
      { amount: '1.001', state: 'paid' },
      'payment_set.payments.0.amount is "1.001", not a whole number of cents',
    ],
    [
      { amount: '1', state: 'paid', amount_refunded: '2' },
      'payment_set.payments.0.amount_refunded is not between nothing and the amount paid',
    ],
    [
      { amount: '1', state: 'partially_refunded', paid_at: 'x' },
      'payment_set.payments.0.amount_refunded is missing',
    ],
    [
      { id: 17, custom_title: 'Deposit', amount: '500.0', state: 'authorized', paid_at: '1/1/2026' },
      'payment 17 ("Deposit") of "500.0" (payment_set.payments.0) has a date of payment, but whether its state "authorized" means paid is not known',
    ],
    [
      { amount: '9', state: 'paid', amount_refunded: '2', refund_amount: '3' },
      'payment without an id of "9" (payment_set.payments.0) has two amounts that were given back, 2.00 and 3.00',
    ],
    [
      { amount: '1', state: 'completed', paid_at: '1/1/2026' },
      'payment without an id of "1" (payment_set.payments.0) has a date of payment, but whether its state "completed" means paid is not known',
    ],
    [
      { amount: '1', paid_at: '1/1/2026', unpaid_at: '1/2/2026' },
      'payment without an id of "1" (payment_set.payments.0) has a date of payment, but whether its state "" means paid is not known',
    ],
  ])('%j is refused rather than guessed', (payment, detail) => {
    expect(eventWith(payments(payment)).payments).toMatchObject([{ amount: null, problem: detail }]);
  });
});

describe('toSearchPage', () => {
  it('reads a page, LOST events included', () => {
    const page = ok(toSearchPage(fixture('search.json'), 1));
    expect(page.events.map((event) => [event.id, event.status])).toEqual([
      ['55521609', 'DEFINITE'],
      ['55521700', 'LOST'],
    ]);
    expect(page).toMatchObject({ unreadable: [], more: false });
    expect(page.events[0]).not.toHaveProperty('documents');
  });

  it('unwraps rows, and reports one that cannot be read without losing the others', () => {
    const rows = [
      { event: smallest },
      { id: 'x', status: 'NEW' },
      'text',
      { event: null },
      { ...smallest, id: 8 },
    ];
    const page = ok(toSearchPage({ total_pages: 1, results: rows }, 1));
    expect(page.events.map((event) => event.id)).toEqual(['7', '8']);
    expect(page.unreadable).toEqual([
      'row 2: the event id "x" is not a number',
      expect.stringMatching(/^row 3: /),
      'row 4: empty',
    ]);
  });

  it.each([
    [{ total_pages: 3 }, 1, 3, true, [smallest]],
    [{ total_pages: 3 }, 3, 3, false, [smallest]],
    [{ total_pages: '3' }, 2, 3, true, []],
    [{ total_pages: 0 }, 1, null, true, [smallest]],
    [{ total_pages: 0 }, 2, null, false, []],
    [{}, 1, null, true, [smallest]],
    [{ total_pages: null }, 9, null, false, []],
    [{ total_pages: 'many' }, 1, null, true, [smallest]],
  ])('with %j, page %i: of %j pages, more is %s', (envelope, number, pages, more, results) => {
    expect(ok(toSearchPage({ ...envelope, results }, number))).toMatchObject({ pages, more });
  });

  it.each([
    [{}],
    [[]],
    [null],
    [{ results: {} }],
    [{ results: Array.from({ length: 1_001 }, () => smallest) }],
  ])('refuses something else than a page', (answer) => {
    expect(toSearchPage(answer, 1).kind).toBe('unreadable');
  });
});

describe('toBooking', () => {
  it('reads events and documents', () => {
    const booking = {
      id: 9,
      event_ids: [7, '8'],
      documents: [{ id: 1, line_items: [{ description: 'X' }] }],
    };
    expect(ok(toBooking({ booking }))).toMatchObject({
      id: '9',
      eventIds: ['7', '8'],
      documents: [{ id: '1' }],
    });
    expect(ok(toBooking({ id: 9 }))).toEqual({ id: '9', eventIds: [], documents: [] });
    expect(toBooking({ booking: null })).toEqual({ kind: 'absent' });
  });

  it('refuses an event id it cannot read, since one fewer could make an event look like the only one', () => {
    expect(toBooking({ booking: { id: 9, event_ids: [7, 'x'] } }).kind).toBe('unreadable');
    expect(toBooking({ booking: { id: 9, event_ids: [7, null] } }).kind).toBe('unreadable');
  });
});

describe('toSelections', () => {
  const read = (...list: unknown[]) => toSelections({ menu_item_selections: list });

  it('reads names and quantities; modifiers belong to their item', () => {
    const modifiers = [{ id: 401, display_name: 'Chicken', quantity: 1 }];
    expect(
      read(
        {
          id: 400,
          display_name: 'Taco Bar',
          menu_item_id: 121,
          quantity: 1,
          category: null,
          menu_modifier_selections: modifiers,
        },
        { display_name: null, internal_name: 'Hot Dogs', quantity: '2.50' },
        { display_name: ' ', quantity: null },
      ),
    ).toEqual({
      kind: 'ok',
      value: [
        {
          name: 'Taco Bar',
          quantity: '1',
          menuItemId: '121',
          modifiers: [{ name: 'Chicken', quantity: '1' }],
        },
        { name: 'Hot Dogs', quantity: '2.5', menuItemId: null, modifiers: [] },
      ],
    });
    expect(toSelections([])).toEqual({ kind: 'ok', value: [] });
  });

  it.each([null, 'some'])('does not know a quantity of %j', (quantity) => {
    expect(read({ display_name: 'Taco Bar', quantity })).toMatchObject({
      kind: 'ok',
      value: [{ name: 'Taco Bar', quantity: null }],
    });
  });

  it('knows a list that is not there', () => {
    expect(toSelections({ menu_item_selections: null })).toEqual({ kind: 'absent' });
    expect(toSelections({ error: 'x' }).kind).toBe('unreadable');
  });
});

describe('any JSON', () => {
  it('is converted or refused, never thrown over, and no detail holds control characters', () => {
    const key = fc.constantFrom(
      ...[
        'event',
        'id',
        'status',
        'documents',
        'line_items',
        'payment_set',
        'payments',
        'results',
        'amount',
        'state',
      ],
      ...[
        'price',
        'quantity',
        'event_date',
        'booking',
        'event_ids',
        'menu_item_selections',
        'grand_total',
        'name',
      ],
    );
    const leaf = fc.oneof(
      fc.string(),
      fc.integer(),
      fc.double(),
      fc.boolean(),
      fc.constant(null),
      fc.constant('paid'),
    );
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 5 },
        leaf,
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(key, tie('tree')),
      ),
    }));
    fc.assert(
      fc.property(tree, (answer) => {
        for (const converted of [
          toEvent(answer),
          toSearchPage(answer, 1),
          toBooking(answer),
          toSelections(answer),
        ]) {
          if (converted.kind === 'unreadable') expect(converted.detail).not.toMatch(/\p{Cc}/u);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('a payment that was refunded beside an amount of nothing', () => {
  it('is not counted as paid in full', () => {
    const payment = {
      id: 1,
      amount: '500.0',
      state: 'refunded',
      paid_at: '9/1/2026 2:10 PM',
      refunded_at: '9/9/2026 2:10 PM',
      amount_refunded: '0.0',
    };
    const read = toEvent({ event: { id: 1, status: 'DEFINITE', payment_set: { payments: [payment] } } });
    expect(read).toMatchObject({ kind: 'ok' });
    expect(read.kind === 'ok' && read.value.payments?.[0]?.amount).toBeNull();
  });
});
