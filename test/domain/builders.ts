import type {
  MenuSelection,
  SourceBilling,
  SourceBooking,
  SourceDocument,
  SourceEvent,
  SourceLine,
  SourcePayment,
} from '../../src/domain/event.js';
import { type EventId, parseEventId } from '../../src/domain/ids.js';
import { defaultBooks, type Location } from '../../src/domain/location.js';
import {
  type Amount,
  type Cents,
  parseAmount,
  parseCents,
  parseQuantity,
  type Quantity,
} from '../../src/domain/money.js';
import type { Product } from '../../src/domain/products.js';

export function usd(text: string | number): Cents {
  const amount = parseCents(text);
  if (amount === null) throw new Error(`not money: ${text}`);
  return amount;
}

function amount(text: string | number): Amount {
  const parsed = parseAmount(text);
  if (parsed === null) throw new Error(`not an amount: ${text}`);
  return parsed;
}

export function qty(text: string | number): Quantity {
  const quantity = parseQuantity(text);
  if (quantity === null) throw new Error(`not a quantity: ${text}`);
  return quantity;
}

export function eventId(text: string): EventId {
  const id = parseEventId(text);
  if (id === null) throw new Error(`not an event id: ${text}`);
  return id;
}

/** `line('Tacos', '2.0', '3.5', '7.0')`; undefined figures are null. */
export function line(
  description: string | null,
  quantity?: string,
  price?: string,
  totalPrice?: string,
  over: Partial<SourceLine> = {},
): SourceLine {
  return {
    displayName: null,
    description,
    quantity: quantity === undefined ? null : qty(quantity),
    longDescription: null,
    section: null,
    menuItemId: null,
    price: price === undefined ? null : amount(price),
    totalPrice: totalPrice === undefined ? null : amount(totalPrice),
    ...over,
  };
}

/** A choice of the menu, with what was chosen along with it. */
export function selection(
  name: string,
  quantity: string | null,
  over: Partial<MenuSelection> = {},
): MenuSelection {
  return {
    name,
    quantity: quantity === null ? null : qty(quantity),
    menuItemId: null,
    modifiers: [],
    ...over,
  };
}

export function billing(...entries: [name: string, amount: string][]): SourceBilling[] {
  return entries.map(([name, amount]) => ({ name, amount: usd(amount) }));
}

/** A list of one payment; of none for `0`. */
export function paid(amount: string, id = '1'): SourcePayment[] {
  return amount === '0' ? [] : [{ id, amount: usd(amount) }];
}

export function document(over: Partial<SourceDocument> = {}): SourceDocument {
  return {
    id: '64521609',
    title: 'Event Order: 55521609',
    deleted: false,
    lines: [
      line('HEY BLONDIE', '23.0', '25.72', '591.56'),
      line('SUGA DADDY', '27.0', '8.92', '240.84'),
      line('Taco Bar', '24.0', '8.24', '197.76'),
      line('Pizza Package', '16.0', '6.72', '107.52'),
      line('', '1.0'),
    ],
    billing: billing(['Sales Tax', '91.09'], ['Gratuity', '217.54'], ['Admin Fee', '25.0']),
    grandTotal: usd('1421.31'),
    discountsTotal: usd('50.0'),
    payments: paid('710.66'),
    amountDue: usd('710.65'),
    views: [{ name: 'Invoice', url: 'https://portal.tripleseat.com/doc/0000/296' }],
    ...over,
  };
}

export function sourceEvent(over: Partial<SourceEvent> = {}): SourceEvent {
  return {
    id: eventId('55521609'),
    name: 'Alder Rehearsal Dinner',
    status: 'DEFINITE',
    deleted: false,
    siteId: 15691,
    locationId: 26059,
    bookingId: '60521609',
    date: '2026-11-14',
    startsAt: Date.parse('2026-11-14T18:00:00-08:00'),
    endsAt: Date.parse('2026-11-14T20:30:00-08:00'),
    createdOn: '2026-07-27',
    updatedAt: '11/14/2026 11:00 AM',
    contact: { name: 'Ada Alder', phone: '555-0100' },
    guests: 40,
    room: 'Patio',
    grandTotal: usd('1421.31'),
    billing: billing(['Sales Tax', '91.09'], ['Gratuity', '217.54'], ['Admin Fee', '25.0']),
    payments: null,
    amountDue: usd('710.65'),
    documents: [document()],
    ...over,
  };
}

export function booking(over: Partial<SourceBooking> = {}): SourceBooking {
  return { id: '60521609', eventIds: [eventId('55521609')], documents: [document({ id: '7' })], ...over };
}

export const products: Product[] = [
  { id: 579, name: 'Hey Blondie', price: usd('25.72') },
  { id: 580, name: 'Suga Daddy', price: usd('8.92') },
  { id: 581, name: 'Taco Bar', price: usd('8.24') },
  { id: 582, name: 'Pizza Package', price: usd('6.72') },
  { id: 990, name: 'Open Item', price: null },
];

export function location(
  over: Omit<Partial<Location>, 'revel'> & { revel?: Partial<Location['revel']> } = {},
): Location {
  const { revel, ...rest } = over;
  return {
    name: 'Special Events',
    timezone: 'America/Los_Angeles',
    currency: null,
    notBefore: null,
    businessDayStart: '04:00',
    orderTime: 'now',
    callName: '{contact} | {phone}',
    notify: [],
    tripleseat: { siteId: 15691, locationId: 26059 },
    textLines: 'special-request',
    menuDescriptions: false,
    products: { 'O G': 579 },
    billing: { 'Admin Fee': 'surcharge' },
    books: defaultBooks,
    ...rest,
    revel: {
      establishmentId: 8,
      userId: 1,
      posStationId: 4,
      diningOption: 113,
      paymentType: 236,
      discountId: 3358,
      openItemProductId: 990,
      ...revel,
    },
  };
}
