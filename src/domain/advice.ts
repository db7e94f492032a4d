import { type Account, answerOf } from './account.js';
import type { Location } from './location.js';
import type { PaymentPolicy } from './policies.js';

/** `unknown`: not tried; `none`: the account keeps no way of it. */
type Advised<T> = T | 'unknown' | 'none';

/** What to write into the configuration for an account, as far as it is known. */
export interface Advice {
  gratuity: Advised<'in-total' | 'on-top' | 'product'>;
  fees: Advised<'surcharge' | 'product'>;
  tax: Advised<'header' | 'lines'>;
  /** `by-hand`: the day begins some time after midnight; when, the Console says. */
  businessDayStart: Advised<'00:00' | 'by-hand'>;
  /** Whether orders may be dated ahead: `any` of the values, or `now` alone. */
  orderTime: Advised<'any' | 'now'>;
  /** `none`: with any other the POS would ask for what has been paid. */
  paymentPolicy: Advised<'any' | 'no-payments'>;
}

/** Whatever an account keeps no field for can be sold as a line, if lines keep their prices. */
function asLine(account: Account | null): Advised<'product'> {
  const prices = answerOf(account, 'prices');
  return prices === null ? 'unknown' : prices === 'kept' ? 'product' : 'none';
}

/** What rests on the findings, and on nothing else. */
export function adviceOf(account: Account | null): Advice {
  const gratuity = answerOf(account, 'gratuity');
  const surcharge = answerOf(account, 'surcharge');
  const tax = answerOf(account, 'tax');
  const midnight = answerOf(account, 'midnight');
  const laterDate = answerOf(account, 'laterDate');
  const payments = answerOf(account, 'payments');
  const balance = answerOf(account, 'balance');
  return {
    gratuity: gratuity === 'dropped' ? asLine(account) : (gratuity ?? 'unknown'),
    fees: surcharge === 'dropped' ? asLine(account) : surcharge === 'kept' ? 'surcharge' : 'unknown',
    tax: tax === 'products' ? 'none' : (tax ?? 'unknown'),
    businessDayStart: midnight === null ? 'unknown' : midnight === 'same-day' ? '00:00' : 'by-hand',
    orderTime: laterDate === null ? 'unknown' : laterDate === 'counts' ? 'any' : 'now',
    paymentPolicy:
      payments === 'not-counted' || balance === 'other'
        ? 'no-payments'
        : payments === 'counted'
          ? 'any'
          : 'unknown',
  };
}

/** What of a location, or of the payment policy, goes against what its account was found to be: a sentence each. */
export function contradictions(
  account: Account,
  location: Pick<Location, 'name' | 'books' | 'businessDayStart' | 'orderTime'>,
  paymentPolicy: PaymentPolicy,
): string[] {
  const advice = adviceOf(account);
  const { books } = location;
  const gratuity = typeof books.gratuity === 'string' ? books.gratuity : 'product';
  const fees = typeof books.fees === 'string' ? books.fees : 'product';
  const found: [what: string, configured: string, advised: string, contradicts: boolean][] = [
    [
      'books.gratuity',
      gratuity,
      advice.gratuity,
      differs(gratuity, advice.gratuity) && gratuity !== 'product',
    ],
    ['books.fees', fees, advice.fees, differs(fees, advice.fees) && fees !== 'product'],
    ['books.tax', books.tax, advice.tax, differs(books.tax, advice.tax) && !(advice.tax === 'header')],
    [
      'businessDayStart',
      location.businessDayStart,
      advice.businessDayStart === 'by-hand' ? 'later than 00:00' : advice.businessDayStart,
      (advice.businessDayStart === '00:00') !== (location.businessDayStart === '00:00') &&
        advice.businessDayStart !== 'unknown',
    ],
    ['orderTime', location.orderTime, 'now', advice.orderTime === 'now' && location.orderTime !== 'now'],
    [
      'PAYMENT_POLICY',
      paymentPolicy,
      'none',
      advice.paymentPolicy === 'no-payments' && paymentPolicy !== 'none',
    ],
  ];
  const prices = answerOf(account, 'prices') === 'replaced';
  return [
    ...found
      .filter(([, , , contradicts]) => contradicts)
      .map(([what, configured, advised]) =>
        advised === 'none' && what.startsWith('books.')
          ? `"${location.name}": no way of ${what} survives a POS there, so that orders change when they are opened.`
          : `"${location.name}": ${what} is ${configured}; the account was found to need ${advised}.`,
      ),
    ...(prices
      ? [`"${location.name}": a POS there puts the product's own price in the place of the event's.`]
      : []),
  ];
}

function differs(configured: string, advised: string): boolean {
  return advised !== 'unknown' && configured !== advised;
}
