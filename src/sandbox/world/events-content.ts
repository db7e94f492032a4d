import type { RawRecord } from '../tripleseat/model.js';
import { moneyText } from '../tripleseat/sums.js';
import { places, productOf } from './places.js';
import { alone, eventOn, failed, injected, line, type Make, meal, plainDocument } from './scenario.js';

const { west, lake, harbor } = places;
const TAX = { name: 'Sales Tax', rate: '8.375' };
const TIP = { name: 'Gratuity', rate: '20.0' };
const ADMIN_FEE = { name: 'Admin Fee', amount: 2500 };

const documents: Make[] = [
  alone('plain', west, {
    documents: [plainDocument(west, { lines: [...meal(west, 1), line(west, 'O G', '6.0')] })],
  }),
  alone('several documents, one of them with lines', lake, {
    documents: [plainDocument(lake), { title: 'Contract', lines: [], viewUrl: null }],
  }),
  alone('a deleted document beside the live one', harbor, {
    documents: [
      plainDocument(harbor),
      plainDocument(harbor, { lines: [line(harbor, 'Hot Dogs', '99.0')], deleted: true }),
    ],
  }),
  alone(
    'two documents that both fit',
    west,
    { documents: [plainDocument(west), plainDocument(west, { payments: [{ amount: 5000 }] })] },
    failed('AMBIGUOUS_DOCUMENTS'),
  ),
  alone('the document whose grand total is that of the event', lake, {
    documents: [plainDocument(lake, { lines: [line(lake, 'Hot Dogs', '40.0')] }), plainDocument(lake)],
    mainDocument: 1,
  }),
];

const lines: Make[] = [
  alone('blank lines', west, {
    documents: [plainDocument(west, { lines: ['blank', ...meal(west, 2), 'blank'] })],
  }),
  alone('HTML entities in names', west, {
    documents: [
      plainDocument(west, {
        lines: [
          { name: 'Mac &amp; Cheese', quantity: '12.0', price: 615, menuItemId: 121 },
          { name: 'Cr&egrave;me Br&ucirc;l&eacute;e', quantity: '12.0', price: 725 },
        ],
      }),
    ],
  }),
  alone('identical lines', harbor, {
    documents: [plainDocument(harbor, { lines: [...meal(harbor, 3), ...meal(harbor, 3)] })],
  }),
  alone('a fractional quantity', lake, {
    documents: [plainDocument(lake, { lines: [line(lake, 'Brisket by the Pound', '2.5')] })],
  }),
  alone('a free line', harbor, {
    documents: [
      plainDocument(harbor, { lines: [...meal(harbor, 5), line(harbor, 'Champagne Toast', '40.0')] }),
    ],
  }),
  alone('a discount', west, { documents: [plainDocument(west, { lines: meal(west, 3), discount: 5000 })] }),
  alone('a discount as a line with a negative price', lake, {
    documents: [
      plainDocument(lake, { lines: [...meal(lake, 0), { name: 'Returning Guest Credit', price: -2500 }] }),
    ],
  }),
  alone(
    'a line without a product',
    west,
    {
      documents: [
        plainDocument(west, { lines: [...meal(west, 1), { name: 'Vegan Charcuterie Tower', price: 5200 }] }),
      ],
    },
    failed('UNMATCHED_ITEMS'),
  ),
  alone(
    'two active products of one name',
    lake,
    { documents: [plainDocument(lake, { lines: [{ name: 'House Salad', quantity: '10.0', price: 525 }] })] },
    failed('AMBIGUOUS_PRODUCT'),
  ),
  alone('one active and one inactive product of a name', harbor, {
    documents: [plainDocument(harbor, { lines: [line(harbor, 'Lemonade', '30.0')] })],
  }),
];

const people: Make[] = [
  alone('no contact', lake, { contact: null, name: 'Walk-in lunch' }),
  alone('quotes, emoji and control characters in names', harbor, {
    name: 'Zoë "Zee" O\'Neil\u2019s 40th \u{1F389}\u0007 <b>party</b>\u001b[31m',
    contact: { first: 'Zo\u00eb \u{1F388}', last: 'O\'Neil "Zee"\r\n\tJr.', phone: '555-0142' },
  }),
  alone('a very long name', west, {
    name: `The ${'very '.repeat(120)}long dinner`,
    contact: { first: 'Bartholomew '.repeat(12).trim(), last: 'Featherstonehaugh', phone: '555-0177' },
  }),
];

const money: Make[] = [
  alone('tips and an admin fee', west, {
    documents: [plainDocument(west, { lines: meal(west, 4), billing: [TAX, TIP, ADMIN_FEE] })],
  }),
  alone('partly paid', lake, {
    documents: [plainDocument(lake, { lines: meal(lake, 5), payments: [{ amount: 15_000 }] })],
  }),
  alone('fully paid', harbor, {
    documents: [
      plainDocument(harbor, {
        lines: [line(harbor, 'Coffee Service', '40.0')],
        billing: [],
        payments: [{ amount: 4000 }, { amount: 10_000, title: 'Balance' }],
      }),
    ],
  }),
  alone('unpaid, with a payment still to come', west, {
    documents: [
      plainDocument(west, { lines: meal(west, 0), payments: [{ amount: 10_000, state: 'pending' }] }),
    ],
  }),
  alone('partly refunded', lake, {
    documents: [
      plainDocument(lake, { lines: meal(lake, 1), payments: [{ amount: 20_000, refunded: 5000 }] }),
    ],
  }),
  alone('payments shown on the event', harbor, {
    status: 'CLOSED',
    documents: [plainDocument(harbor, { lines: meal(harbor, 2), payments: [{ amount: 7500 }] })],
    paymentSetOn: 'event',
  }),
  alone(
    'a grand total that the lines do not come to',
    harbor,
    { documents: [plainDocument(harbor, { lines: [line(harbor, 'Taco Bar', '20.0')], grandTotal: 20_000 })] },
    failed('TOTALS_MISMATCH'),
  ),
];

const elsewhere: Make[] = [
  (now, id) => {
    const { documents: own, ...rest } = eventOn({ now, shop: west }, id, {});
    const event: RawRecord = { ...rest, id, documents: [] };
    const booking: RawRecord = {
      id: Number(event.booking_id),
      name: `Booking of event ${id}`,
      event_ids: [id],
      documents: own ?? [],
    };
    return { shows: 'lines on the booking only', event, booking, orders: [], expected: injected };
  },
  (now, id) => {
    const shop = harbor;
    const chosen = [
      ['Taco Bar', 30],
      ['Coffee Service', 30],
    ] as const;
    const total = chosen.reduce((sum, [name, count]) => sum + productOf(shop, name).price * count, 0);
    const event = eventOn({ now, shop }, id, { documents: [], grandTotal: total });
    const selections = chosen.map(([name, quantity], index) => ({
      id: 400 + index,
      display_name: name,
      quantity,
      category: null,
      menu_modifier_selections: [],
    }));
    event.category_totals = [{ name: 'Food', total: moneyText(total) }];
    const booking: RawRecord = { id: Number(event.booking_id), event_ids: [id], documents: [] };
    return { shows: 'menu selections only', event, booking, selections, orders: [], expected: injected };
  },
  (now, id) => {
    const event = eventOn({ now, shop: lake }, id, { documents: [{ lines: ['blank'], viewUrl: null }] });
    const booking: RawRecord = { id: Number(event.booking_id), event_ids: [id], documents: [] };
    return { shows: 'no lines anywhere', event, booking, orders: [], expected: failed('NO_LINE_ITEMS') };
  },
];

/** Events of today that differ in what they hold. */
export const contentScenarios: readonly Make[] = [...documents, ...lines, ...people, ...money, ...elsewhere];
