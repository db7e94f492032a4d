import { objectsOf } from '../tripleseat/model.js';
import { moneyText } from '../tripleseat/sums.js';
import { type Place, places, productOf, STAFF_USER, UNMAPPED_LOCATION } from './places.js';
import {
  alone,
  billed,
  bookingOf,
  type EventChanges,
  type Expected,
  eventOn,
  failed,
  injected,
  line,
  type Make,
  meal,
  plainDocument,
  SALES_TAX,
  type SampleOrder,
  skipped,
} from './scenario.js';

const { west, lake, harbor } = places;

/** `before`: how the event was when its order was made, where it differs from now. */
function withOrder(
  shows: string,
  shop: Place,
  expected: Expected,
  changes: EventChanges,
  ...orders: (Omit<SampleOrder, 'of' | 'shop'> & { before?: EventChanges; shop?: Place })[]
): Make {
  return (now, id) => ({
    shows,
    event: eventOn(shop, now, id, changes),
    orders: orders.map(({ before, ...order }) => ({
      shop,
      ...order,
      of: eventOn(order.shop ?? shop, now, id, { ...changes, ...before }),
    })),
    expected,
  });
}

const paidInPart = (tacos: string) => ({
  documents: [
    plainDocument({
      lines: [line('Taco Bar', tacos), line('Hot Dogs', '20.0')],
      billing: [SALES_TAX, { name: 'Gratuity', rate: '18.0' }, { name: 'Admin Fee', amount: 2500 }],
      discount: 1500,
      payments: [{ amount: 10_000 }],
    }),
  ],
});

/** An event that nobody has put a price on: Tripleseat shows no total of it, nor of its documents. */
function unpriced(shows: string, shop: Place, expected: Expected, changes: EventChanges): Make {
  return (now, id) => {
    const event = eventOn(shop, now, id, changes);
    Object.assign(event, { grand_total: null, amount_due: null });
    for (const document of objectsOf(event, 'documents')) {
      document.financials = { amount_due: null, grand_total: null, discounts_total: null };
    }
    return { shows, event, orders: [], expected };
  };
}

/** The events of the sample world in the order of their ids, but for the coming days. */
export const sampleEvents: readonly Make[] = [
  // Documents.
  billed('plain', west, injected, { lines: [...meal(1), line('O G', '6.0')] }),
  alone('several documents, one of them with lines', lake, injected, {
    documents: [plainDocument(), { title: 'Contract', lines: [], viewUrl: null }],
  }),
  alone('a deleted document beside the live one', harbor, injected, {
    documents: [plainDocument(), plainDocument({ lines: [line('Hot Dogs', '99.0')], deleted: true })],
  }),
  alone('two documents that both fit', west, failed('AMBIGUOUS_DOCUMENTS'), {
    documents: [plainDocument(), plainDocument({ payments: [{ amount: 5000 }] })],
  }),
  alone('the document whose grand total is that of the event', lake, injected, {
    documents: [plainDocument({ lines: [line('Hot Dogs', '40.0')] }), plainDocument()],
    mainDocument: 1,
  }),

  // Lines.
  billed('blank lines', west, injected, { lines: ['blank', ...meal(2), 'blank'] }),
  billed('HTML entities in names', west, injected, {
    lines: [
      { name: 'Mac &amp; Cheese', quantity: '12.0', price: 615, menuItemId: 121 },
      { name: 'Cr&egrave;me Br&ucirc;l&eacute;e', quantity: '12.0', price: 725 },
    ],
  }),
  billed('identical lines', harbor, injected, { lines: [...meal(3), ...meal(3)] }),
  billed('a fractional quantity', lake, injected, { lines: [line('Brisket by the Pound', '2.5')] }),
  billed('a free line', harbor, injected, { lines: [...meal(5), line('Champagne Toast', '40.0')] }),
  billed('a discount', west, injected, { lines: meal(3), discount: 5000 }),
  billed('a discount as a line with a negative price', lake, injected, {
    lines: [...meal(0), { name: 'Returning Guest Credit', price: -2500 }],
  }),
  billed('a line without a product', west, failed('UNMATCHED_ITEMS'), {
    lines: [...meal(1), { name: 'Vegan Charcuterie Tower', price: 5200 }],
  }),
  billed('two active products of one name', lake, failed('AMBIGUOUS_PRODUCT'), {
    lines: [{ name: 'House Salad', quantity: '10.0', price: 525 }],
  }),
  billed('one active and one inactive product of a name', harbor, injected, {
    lines: [line('Lemonade', '30.0')],
  }),

  // People and names.
  alone('no contact', lake, injected, { contact: null, name: 'Walk-in lunch' }),
  alone('quotes, emoji and control characters in names', harbor, injected, {
    name: 'Zoë "Zee" O\'Neil\u2019s 40th \u{1F389}\u0007 <b>party</b>\u001b[31m',
    contact: { first: 'Zo\u00eb \u{1F388}', last: 'O\'Neil "Zee"\r\n\tJr.', phone: '555-0142' },
  }),
  alone('a very long name', west, injected, {
    name: `The ${'very '.repeat(120)}long dinner`,
    contact: { first: 'Bartholomew '.repeat(12).trim(), last: 'Featherstonehaugh', phone: '555-0177' },
  }),

  // Money.
  billed('tips and an admin fee', west, injected, {
    lines: meal(4),
    billing: [SALES_TAX, { name: 'Gratuity', rate: '20.0' }, { name: 'Admin Fee', amount: 2500 }],
  }),
  billed('partly paid', lake, injected, { lines: meal(5), payments: [{ amount: 15_000 }] }),
  billed('fully paid', harbor, injected, {
    lines: [line('Coffee Service', '40.0')],
    billing: [],
    payments: [{ amount: 4000 }, { amount: 10_000, title: 'Balance' }],
  }),
  billed('unpaid, with a payment still to come', west, injected, {
    payments: [{ amount: 10_000, state: 'pending' }],
  }),
  billed('partly refunded', lake, injected, {
    lines: meal(1),
    payments: [{ amount: 20_000, refunded: 5000 }],
  }),
  alone('payments shown on the event', harbor, injected, {
    status: 'CLOSED',
    documents: [plainDocument({ lines: meal(2), payments: [{ amount: 7500 }] })],
    paymentSetOn: 'event',
  }),
  billed('a grand total that the lines do not come to', harbor, failed('TOTALS_MISMATCH'), {
    lines: [line('Taco Bar', '20.0')],
    grandTotal: 20_000,
  }),

  // Lines that are somewhere else, or nowhere.
  (now, id) => {
    const event = eventOn(west, now, id, {});
    const booking = { ...bookingOf(event, objectsOf(event, 'documents')), name: `Booking of event ${id}` };
    event.documents = [];
    return { shows: 'lines on the booking only', event, booking, orders: [], expected: injected };
  },
  (now, id) => {
    const quantity = 30;
    const chosen = ['Taco Bar', 'Coffee Service'];
    const total = chosen.reduce((sum, name) => sum + productOf(harbor, name).price * quantity, 0);
    const event = eventOn(harbor, now, id, { documents: [], grandTotal: total });
    event.category_totals = [{ name: 'Food', total: moneyText(total) }];
    const selections = chosen.map((name, index) => ({
      id: 400 + index,
      display_name: name,
      quantity,
      category: null,
      menu_modifier_selections: [],
    }));
    const booking = bookingOf(event, []);
    return { shows: 'menu selections only', event, booking, selections, orders: [], expected: injected };
  },
  (now, id) => {
    const event = eventOn(lake, now, id, { documents: [{ lines: ['blank'], viewUrl: null }] });
    const booking = bookingOf(event, []);
    return { shows: 'no lines anywhere', event, booking, orders: [], expected: failed('NO_LINE_ITEMS') };
  },

  // Times and places.
  alone('tomorrow, seen because it was just updated', west, skipped('TOO_EARLY'), {
    day: 1,
    updatedHoursAgo: 1,
  }),
  alone('missed: over for more than a day and no order', lake, failed('MISSED'), {
    day: -2,
    start: '12:00',
    end: '14:00',
    updatedHoursAgo: 20,
  }),
  alone('last night, past midnight', harbor, injected, { day: -1, start: '23:30', end: '01:30' }),
  alone('a location that no entry covers', west, failed('LOCATION_NOT_MAPPED'), {
    locationId: UNMAPPED_LOCATION,
  }),

  // Statuses.
  alone('lost', lake, skipped('STATUS_NOT_ELIGIBLE'), { status: 'LOST' }),
  alone('tentative', harbor, skipped('STATUS_NOT_ELIGIBLE'), { status: 'TENTATIVE' }),
  (now, id) =>
    alone('deleted', west, skipped('STATUS_NOT_ELIGIBLE'), { deletedAt: now - 3 * 3_600_000 })(now, id),

  // Orders that stand already.
  withOrder('injected before', west, skipped('ALREADY_INJECTED'), paidInPart('24.0'), {}),
  (now, id) =>
    withOrder('injected by the older connector', lake, skipped('ALREADY_INJECTED'), paidInPart('24.0'), {
      localId: `Triple Seat ${id}`,
    })(now, id),
  withOrder('changed after it was injected', harbor, failed('DRIFT'), paidInPart('30.0'), {
    before: paidInPart('24.0'),
  }),
  withOrder('changed after staff worked on its order', west, failed('TOUCHED'), paidInPart('30.0'), {
    before: paidInPart('24.0'),
    updatedBy: STAFF_USER,
  }),
  withOrder(
    'lost after it was injected',
    lake,
    failed('ORPHANED'),
    { status: 'LOST' },
    { before: { status: 'DEFINITE' } },
  ),
  withOrder(
    'moved to another shop after it was injected',
    harbor,
    failed('ORPHANED'),
    {},
    { shop: lake, before: { documents: [plainDocument()], locationId: lake.locationId } },
  ),
  withOrder('two orders of one event', harbor, failed('DUPLICATE_ORDERS'), {}, {}, {}),
  withOrder(
    'an order left half-made',
    west,
    { status: 'repaired', reason: null },
    {
      documents: [
        plainDocument({ lines: [...meal(3), line('Hot Dogs', '20.0'), line('Coffee Service', '20.0')] }),
      ],
    },
    { tornAfter: 2 },
  ),

  // Money that takes some thought.
  billed('a prepayment as a negative row of the bill', west, failed('BILLING_UNCLEAR'), {
    lines: meal(1),
    billing: [SALES_TAX, { name: 'Prepayment', amount: -10_000 }],
  }),
  billed('a gratuity whose name speaks of tax', harbor, injected, {
    lines: meal(2),
    billing: [
      { name: 'HST 13%', rate: '13.0' },
      { name: '18% Gratuity (pre-tax)', rate: '18.0' },
    ],
  }),
  billed('a discount as a row of the bill', lake, injected, {
    lines: meal(3),
    billing: [SALES_TAX, { name: 'Promo', amount: -2000 }],
  }),
  alone('a gratuity that the guest has chosen and nobody has applied', west, injected, {
    selectedGratuity: '20.0',
  }),
  billed('a payment that the amounts due do not know', lake, failed('TOTALS_MISMATCH'), {
    lines: meal(5),
    payments: [{ amount: 5000 }],
    due: 0,
  }),
  unpriced('no price yet', harbor, skipped('NOT_PRICED'), {
    documents: [{ lines: [{ name: 'Menu to be chosen', price: null }], viewUrl: null }],
  }),
  unpriced('priced lines without a grand total', west, failed('NOT_PRICED'), {
    documents: [{ lines: [...meal(4), line('O G', '2.0')] }],
  }),
];
