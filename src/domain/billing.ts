import type { SourceBilling } from './event.js';
import type { BillingField, Location } from './location.js';
import { type Cents, cents } from './money.js';
import { normaliseName, plainText } from './names.js';

/** What the guest pays on top of the lines, by field of the order. */
export type BillingSums = Record<BillingField, Cents>;

/**
 * Taxes, fees and tips summed by the field of the order that they belong to: the configured name first, then
 * the words `tax`, `taxes`, and `gratuity`, `tip` in the name; the rest is surcharge. Whole words only, so
 * that `Taxi` and `Stipend` stay surcharges.
 *
 * @param configured the location's `billing`: name → field
 */
export function classifyBilling(
  billing: readonly SourceBilling[],
  configured: Location['billing'],
): BillingSums {
  const fields = new Map(
    Object.entries(configured).map(([name, field]) => [normaliseName(plainText(name)), field]),
  );
  const sums = { tax: 0, gratuity: 0, surcharge: 0 };
  for (const { name, amount } of billing) {
    const plain = plainText(name);
    const key = normaliseName(plain);
    const field = (key === '' ? undefined : fields.get(key)) ?? fieldByWords(plain);
    sums[field] += amount;
  }
  return { tax: cents(sums.tax), gratuity: cents(sums.gratuity), surcharge: cents(sums.surcharge) };
}

function fieldByWords(name: string): BillingField {
  const words = name.toLowerCase().split(/[^\p{L}\p{M}]+/u);
  if (words.some((word) => word === 'tax' || word === 'taxes')) return 'tax';
  if (words.some((word) => ['gratuity', 'gratuities', 'tip', 'tips'].includes(word))) return 'gratuity';
  return 'surcharge';
}
