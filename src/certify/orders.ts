import { type Bill, type Figures, figuresOf, spread } from '../domain/books.js';
import type { Books } from '../domain/location.js';
import { type Cents, cents, zero } from '../domain/money.js';

/** One way of keeping each kind of money, as `books` of a location says it; `product`: sold as a line. */
export interface Ways {
  gratuity: 'in-total' | 'on-top' | 'product';
  fees: 'surcharge' | 'product';
  tax: Books['tax'];
}

/** How much of an order has been paid. */
export const paidStates = ['unpaid', 'part-paid', 'paid'] as const;
type PaidState = (typeof paidStates)[number];

/** One order of the trial: a way of keeping books, and how much is paid of it. */
export interface Trial {
  ways: Ways;
  paid: PaidState;
}

/** A line of a trial's order. `product`: which of the session's products. */
export interface TrialLine {
  product: 0 | 1 | 2;
  name: string;
  quantity: number;
  price: Cents;
  /** Of the whole line. */
  tax: Cents;
}

/*
 * Amounts of which no two sums are the same, whatever is left out of them: so what a POS made of an order tells which of
 * them it has counted.
 */
const GOODS = [
  { product: 0, name: 'Certify line 1', quantity: 2, price: cents(1240) },
  { product: 1, name: 'Certify line 2', quantity: 1, price: cents(935) },
] as const;
const DISCOUNT = cents(305);
const TAX = cents(271);
const FEE = cents(190);
const GRATUITY = cents(620);
const PART = cents(1000);

/** Local time that an order is dated which is to lie ahead of when it is made. */
export const LATER = '23:00:00';

/** Every combination of the ways. */
export const allWays: readonly Ways[] = (['in-total', 'on-top', 'product'] as const).flatMap((gratuity) =>
  (['surcharge', 'product'] as const).flatMap((fees) =>
    (['header', 'lines'] as const).map((tax) => ({ gratuity, fees, tax })),
  ),
);

/** The orders that a person opens first: each way is in one of them, and each state of payment. */
export const probes = {
  a: { ways: { gratuity: 'in-total', fees: 'surcharge', tax: 'header' }, paid: 'unpaid' },
  b: { ways: { gratuity: 'on-top', fees: 'surcharge', tax: 'lines' }, paid: 'paid' },
  c: { ways: { gratuity: 'product', fees: 'product', tax: 'header' }, paid: 'part-paid' },
} as const satisfies Record<string, Trial>;

/** The name of a trial within a session: the same for the same trial. */
export function trialName({ ways, paid }: Trial): string {
  return `${ways.gratuity}.${ways.fees}.${ways.tax}.${paid}`;
}

/**
 * The event of every trial, as an order of these ways: 34.15 of goods, 3.05 off, 2.71 of tax, 1.90 of fees and 6.20 of
 * gratuity, of which nothing, 10.00 or everything is paid.
 *
 * @param discounted false: the account has no discount that could carry it
 */
export function trialOrder(
  { ways, paid }: Trial,
  discounted: boolean,
): { lines: TrialLine[]; figures: Figures } {
  const discount = discounted ? DISCOUNT : zero;
  const sold = [
    ...(ways.fees === 'product'
      ? [{ product: 2, name: 'Certify fee', quantity: 1, price: FEE } as const]
      : []),
    ...(ways.gratuity === 'product'
      ? [{ product: 2, name: 'Certify gratuity', quantity: 1, price: GRATUITY } as const]
      : []),
  ];
  const all = [...GOODS, ...sold];
  const totals = all.map(({ quantity, price }) => cents(quantity * price));
  const taxes = ways.tax === 'lines' ? spread(TAX, totals) : totals.map(() => zero);
  const bill: Bill = {
    goods: cents(totals.reduce((sum, total) => sum + total, 0)),
    discount,
    tax: TAX,
    fees: ways.fees === 'product' ? zero : FEE,
    gratuity: ways.gratuity === 'product' ? zero : GRATUITY,
  };
  const asked = cents(bill.goods - discount + TAX + bill.fees + bill.gratuity);
  const amount = { unpaid: zero, 'part-paid': PART, paid: asked }[paid];
  const gratuity = ways.gratuity === 'product' ? { product: 0 } : ways.gratuity;
  return {
    lines: all.map((line, index) => ({ ...line, tax: taxes[index] ?? zero })),
    figures: figuresOf(bill, amount, gratuity),
  };
}
