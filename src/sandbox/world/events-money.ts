import { objectsOf } from '../tripleseat/model.js';
import { type Place, places } from './places.js';
import {
  alone,
  billed,
  type EventChanges,
  type Expected,
  eventOn,
  failed,
  injected,
  line,
  type Make,
  meal,
  SALES_TAX,
  skipped,
} from './scenario.js';

const { west, lake, harbor } = places;

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

/** Events of today whose money takes some thought. */
export const moneyScenarios: readonly Make[] = [
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
