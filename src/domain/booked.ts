import { askedOf } from './books.js';
import type { Books } from './location.js';
import { type Cents, cents } from './money.js';
import type { FoundOrder } from './order.js';
import type { WantedOrder } from './wantedOrder.js';

/** The figures of a day sheet, in the order of its columns. */
export const moneyFields = ['sales', 'discount', 'tax', 'gratuity', 'fees', 'paid', 'due'] as const;
type MoneyField = (typeof moneyFields)[number];

/** What an event or its order comes to, in cents; null: Revel does not tell. */
export type Money = Readonly<Record<MoneyField, Cents | null>>;

/** The money of an event as it is to be booked, and of the order that stands for it; null: there is none. */
export interface Booked {
  event: Money | null;
  order: Money | null;
}

/** The money of an event whose order is not there. */
export function bookedEvent(wanted: WantedOrder): Booked {
  return { event: moneyOf(wanted, wanted.location.books.gratuity), order: null };
}

/** The money of an order whose event wants none, or what it wants is not known. */
export function bookedOrder(order: FoundOrder | null, gratuity: Books['gratuity']): Booked {
  return { event: null, order: order === null || order.deleted ? null : moneyOf(order, gratuity) };
}

/** The money of both. */
export function bookedBoth(wanted: WantedOrder, order: FoundOrder | null): Booked {
  const { gratuity } = wanted.location.books;
  return { event: bookedEvent(wanted).event, order: bookedOrder(order, gratuity).order };
}

/** What a header says; what has been paid is what it asks for less what is still due. */
export function moneyOf(
  header: Pick<
    FoundOrder,
    'subtotal' | 'discount' | 'tax' | 'gratuity' | 'surcharge' | 'finalTotal' | 'remainingDue'
  >,
  gratuity: Books['gratuity'],
): Money {
  const { finalTotal, remainingDue: due } = header;
  const asked = finalTotal === null ? null : askedOf({ finalTotal, gratuity: header.gratuity }, gratuity);
  return {
    sales: header.subtotal,
    discount: header.discount,
    tax: header.tax,
    gratuity: header.gratuity,
    fees: header.surcharge,
    paid: asked === null || due === null ? null : cents(asked - due),
    due,
  };
}
