import type { UnmatchedPolicy } from '../config/types.js';
import type { MenuSelection } from './event.js';
import type { LinesResult, PricedLine } from './lines.js';
import type { Location } from './location.js';
import { lineTotal, maxCents } from './money.js';
import { plainText } from './names.js';
import { type LineMatch, matchLine, type ProductIndex } from './products.js';
import type { Failure } from './reasons.js';
import type { WantedItem } from './wanted.js';

/** The items of the order, or every line that has no product, or more than one. */
export type ItemsResult = { kind: 'ok'; items: WantedItem[] } | { kind: 'failed'; failure: Failure };

/** Near names are looked for only for so many names: a whole menu gone missing is no typing error. */
const maxSuggested = 25;

/**
 * Each line with its product. When lines have none (UNMATCHED_ITEMS) or several (AMBIGUOUS_PRODUCT), all of
 * them are named at once, so that one correction is enough.
 */
export function matchLines(
  lines: readonly PricedLine[],
  location: Location,
  products: ProductIndex,
  policy: UnmatchedPolicy,
): ItemsResult {
  const matches = new Map<string, LineMatch>();
  const items: WantedItem[] = [];
  let unmatched = 0;
  for (const line of lines) {
    let match = matches.get(line.name);
    if (!match) {
      const suggestions = unmatched < maxSuggested ? undefined : 0;
      match = matchOf(line.name, location, products, policy, suggestions);
      matches.set(line.name, match);
      if (match.kind === 'unmatched') unmatched += 1;
    }
    if (match.kind !== 'matched') continue;
    const { productId, nameOverride } = match;
    items.push({ ...line, productId, nameOverride, occurrence: 0 });
  }
  const failure = failureOf(matches, location);
  if (failure) return { kind: 'failed', failure };
  return { kind: 'ok', items };
}

function matchOf(
  name: string,
  location: Location,
  products: ProductIndex,
  policy: UnmatchedPolicy,
  suggestions?: number,
): LineMatch {
  return matchLine(name, location.products, products, policy, location.revel.openItemProductId, suggestions);
}

function failureOf(matches: ReadonlyMap<string, LineMatch>, location: Location): Failure | null {
  const unmatched: string[] = [];
  const ambiguous: string[] = [];
  for (const [name, match] of matches) {
    switch (match.kind) {
      case 'matched':
        break;
      case 'unmatched': {
        const near = match.suggestions.map((suggestion) => `"${suggestion}"`).join(', ');
        unmatched.push(`"${name}" ${match.why}${near === '' ? '' : ` (near: ${near})`}`);
        break;
      }
      case 'ambiguous':
        ambiguous.push(`"${name}" is the name of products ${match.ids.join(', ')}`);
        break;
    }
  }
  if (unmatched.length === 0 && ambiguous.length === 0) return null;
  const advice =
    `Add the names to "products" of location "${location.name}" in the locations file, ` +
    'or correct them in Tripleseat or Revel.';
  return {
    reason: unmatched.length > 0 ? 'UNMATCHED_ITEMS' : 'AMBIGUOUS_PRODUCT',
    error: `${[...unmatched, ...ambiguous].join('; ')}. ${advice}`,
  };
}

/** Numbers identical items by content; see {@link WantedItem.occurrence}. */
export function numbered(items: readonly WantedItem[]): WantedItem[] {
  const groups = new Map<string, WantedItem[]>();
  const result = items.map((item) => ({ ...item }));
  for (const item of result) {
    const key = `${item.productId} ${item.quantity} ${item.unitPrice}`;
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  for (const group of groups.values()) {
    group.sort((a, b) => compareText(a.nameOverride ?? '', b.nameOverride ?? '') || a.total - b.total);
    group.forEach((item, index) => {
      item.occurrence = index + 1;
    });
  }
  return result;
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/**
 * Menu selections as lines at their products' prices. NO_LINE_ITEMS when one of them has no product of its own,
 * several, or one without a price: then there is no telling what they cost.
 */
export function priceSelections(
  selections: readonly MenuSelection[],
  location: Location,
  products: ProductIndex,
  policy: UnmatchedPolicy,
): LinesResult {
  const lines: PricedLine[] = [];
  const unpriced = new Set<string>();
  for (const { name: sent, quantity } of selections) {
    const name = plainText(sent);
    if (name === '' || quantity === '0') continue;
    const match = matchOf(name, location, products, policy, 0);
    const priced = match.kind === 'matched' && match.nameOverride === null;
    const price = priced ? (products.byId(match.productId)?.price ?? null) : null;
    const total = price === null ? null : lineTotal(quantity, price);
    if (price === null || total === null || Math.abs(total) > maxCents) unpriced.add(`"${name}"`);
    else lines.push({ name, quantity, unitPrice: price, total });
  }
  if (unpriced.size === 0) return { kind: 'ok', lines };
  const error = `No one product with a price in Revel stands for ${[...unpriced].join(', ')}.`;
  return { kind: 'failed', failure: { reason: 'NO_LINE_ITEMS', error } };
}
