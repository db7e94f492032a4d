import type { RawRecord } from '../tripleseat/model.js';
import { places } from './places.js';
import { alone, failed, line, type Make, meal, plainDocument, skipped } from './scenario.js';

const { west, lake, harbor } = places;

/** An event that nobody has put a price on: Tripleseat shows no total of it, nor of its documents. */
function withoutTotal(event: RawRecord): RawRecord {
  const documents = Array.isArray(event.documents) ? event.documents : [];
  return {
    ...event,
    grand_total: null,
    amount_due: null,
    documents: documents.map((document) =>
      typeof document === 'object' && document !== null && !Array.isArray(document)
        ? { ...document, financials: { amount_due: null, grand_total: null, discounts_total: null } }
        : document,
    ),
  };
}

function unpriced(...of: Parameters<typeof alone>): Make {
  return (now, id) => {
    const made = alone(...of)(now, id);
    return { ...made, event: withoutTotal(made.event) };
  };
}

/** Events of today whose money takes some thought. */
export const moneyScenarios: readonly Make[] = [
  alone(
    'a prepayment as a negative row of the bill',
    west,
    {
      documents: [
        plainDocument(west, {
          lines: meal(west, 1),
          billing: [
            { name: 'Sales Tax', rate: '8.375' },
            { name: 'Prepayment', amount: -10_000 },
          ],
        }),
      ],
    },
    failed('BILLING_UNCLEAR'),
  ),
  alone('a gratuity whose name speaks of tax', harbor, {
    documents: [
      plainDocument(harbor, {
        lines: meal(harbor, 2),
        billing: [
          { name: 'HST 13%', rate: '13.0' },
          { name: '18% Gratuity (pre-tax)', rate: '18.0' },
        ],
      }),
    ],
  }),
  alone('a discount as a row of the bill', lake, {
    documents: [
      plainDocument(lake, {
        lines: meal(lake, 3),
        billing: [
          { name: 'Sales Tax', rate: '8.375' },
          { name: 'Promo', amount: -2000 },
        ],
      }),
    ],
  }),
  alone('a gratuity that the guest has chosen and nobody has applied', west, { selectedGratuity: '20.0' }),
  alone(
    'a payment that the amounts due do not know',
    lake,
    { documents: [plainDocument(lake, { lines: meal(lake, 5), payments: [{ amount: 5000 }], due: 0 })] },
    failed('TOTALS_MISMATCH'),
  ),
  unpriced(
    'no price yet',
    harbor,
    { documents: [{ lines: [{ name: 'Menu to be chosen', price: null }], viewUrl: null }] },
    skipped('NOT_PRICED'),
  ),
  unpriced(
    'priced lines without a grand total',
    west,
    { documents: [{ lines: [...meal(west, 4), line(west, 'O G', '2.0')] }] },
    failed('NOT_PRICED'),
  ),
];
