import type { Books } from './location.js';
import { type Cents, cents, sumCents, zero } from './money.js';

/** What an event comes to, proved against its grand total: goods − discount + tax + gratuity + fees. */
export interface Bill {
  /** Lines, and whatever else is sold as a line. */
  goods: Cents;
  /** Never negative, as all of the others. */
  discount: Cents;
  tax: Cents;
  /** Fees that are not sold as lines; the same for gratuity. */
  fees: Cents;
  gratuity: Cents;
}

/** The money of an order as Revel has it. */
export interface Figures {
  subtotal: Cents;
  discount: Cents;
  tax: Cents;
  gratuity: Cents;
  surcharge: Cents;
  /** What the order comes to for the books. */
  finalTotal: Cents;
  /** `amount` of the payment row; 0: there is none. Never negative. */
  payment: Cents;
  /** `tip` of the payment row, beside its amount. */
  tip: Cents;
  /** What the guest still owes; negative when too much has been paid. */
  remainingDue: Cents;
}

/**
 * How the money of an event stands in an order, by the location's `books.gratuity` (G: gratuity, T: everything else,
 * P: paid):
 *
 * | figure          | in-total  | on-top                                                |
 * |-----------------|-----------|-------------------------------------------------------|
 * | gratuity        | G         | G                                                     |
 * | final_total     | T + G     | T                                                     |
 * | unpaid          |           |                                                       |
 * | - payment, tip  | none      | none                                                  |
 * | - remaining_due | T + G     | T + G                                                 |
 * | part-paid       |           |                                                       |
 * | - payment, tip  | P, 0      | P, 0; what goes beyond T, up to G, is tip: T, P − T   |
 * | - remaining_due | T + G − P | T + G − P                                             |
 * | paid            |           |                                                       |
 * | - payment, tip  | T + G, 0  | T, G                                                  |
 * | - remaining_due | 0         | 0                                                     |
 *
 * On top, a payment settles its amount and its tip, and `final_total` is without tips: so does a POS count those that
 * it takes itself. Gratuity that is sold as a line is one of the goods, so that nothing of it stands apart. Whatever
 * is chosen, payment + tip is what the guest has paid, and `remaining_due` what the guest owes.
 *
 * @param paid what the guest has paid of it, never negative
 */
export function figuresOf(bill: Bill, paid: Cents, gratuity: Books['gratuity']): Figures {
  const { goods, discount, tax, fees } = bill;
  const rest = cents(goods - discount + tax + fees);
  const isOnTop = gratuity === 'on-top';
  const tip = isOnTop && rest > 0 ? cents(Math.min(Math.max(paid - rest, 0), bill.gratuity)) : zero;
  return {
    subtotal: goods,
    discount,
    tax,
    gratuity: bill.gratuity,
    surcharge: fees,
    finalTotal: isOnTop ? rest : cents(rest + bill.gratuity),
    payment: cents(paid - tip),
    tip,
    remainingDue: cents(rest + bill.gratuity - paid),
  };
}

/** What an order asks of the guest in all, whichever way its gratuity is booked. */
export function askedOf(
  order: { finalTotal: Cents; gratuity: Cents | null },
  gratuity: Books['gratuity'],
): Cents {
  return gratuity === 'on-top' ? cents(order.finalTotal + (order.gratuity ?? zero)) : order.finalTotal;
}

/**
 * How much of what an order asks for its payments settle. A tip beyond the order's own gratuity is the staff's, and
 * settles nothing.
 */
export function settledBy(
  payments: readonly { amount: Cents | null; tip?: Cents | null }[],
  gratuity: Books['gratuity'],
  asked: Cents,
): Cents {
  const amounts = sumCents(payments.map(({ amount }) => amount ?? zero));
  if (gratuity !== 'on-top') return amounts;
  const tips = sumCents(payments.map(({ tip }) => tip ?? zero));
  return cents(amounts + Math.min(tips, asked));
}

/**
 * An amount spread over lines in proportion to their totals, to the cent: the shares add up to it exactly, and none is
 * more than a cent away from its proportion.
 *
 * @param totals the lines' totals; where these come to nothing, the first line takes all of it
 */
export function spread(amount: Cents, totals: readonly Cents[]): Cents[] {
  const whole = totals.reduce((sum, total) => sum + total, 0);
  if (whole === 0) return totals.map((_, index) => (index === 0 ? amount : zero));
  let covered = 0;
  let given = 0;
  return totals.map((total) => {
    covered += total;
    // Products of two amounts go beyond what a number holds exactly.
    const upTo = Number(roundedDivision(BigInt(amount) * BigInt(covered), BigInt(whole)));
    const share = cents(upTo - given);
    given = upTo;
    return share;
  });
}

function roundedDivision(dividend: bigint, divisor: bigint): bigint {
  const sign = dividend < 0n !== divisor < 0n ? -1n : 1n;
  const [top, bottom] = [dividend < 0n ? -dividend : dividend, divisor < 0n ? -divisor : divisor];
  return sign * ((top * 2n + bottom) / (bottom * 2n));
}
