import { isGratuityName, speaksOfGratuity } from './billing.js';
import type { SourceBilling, SourceEvent } from './event.js';
import { exactCents } from './figure.js';
import type { PricedLine } from './lines.js';

/**
 * A gratuity that the guest has chosen is not part of the total until staff apply it: as a row of the bill, whatever the
 * location makes of it, or as a line.
 *
 * @returns a sentence about one that is not applied
 */
export function unappliedGratuity(
  { selectedGratuity }: Pick<SourceEvent, 'selectedGratuity'>,
  rows: readonly SourceBilling[],
  lines: readonly PricedLine[],
): string[] {
  if (selectedGratuity === null || selectedGratuity === undefined) return [];
  const isRow = ({ name, amount }: SourceBilling) =>
    speaksOfGratuity(name) && exactCents(amount)?.gt(0) === true;
  const isLine = ({ name, total }: PricedLine) => isGratuityName(name) && total > 0;
  if (rows.some(isRow) || lines.some(isLine)) return [];
  return [
    `The guest has chosen a gratuity (${selectedGratuity}), but it is not applied in Tripleseat, so that the order has ` +
      'none. Apply it there before the order is made, or take it at the event.',
  ];
}
