import { shellWord } from '../text/calls.js';
import type { MenuSelection } from './event.js';
import { carriers, fitting, joined, lineAsText, modifierText, type Placed } from './kitchenText.js';
import { type LinesResult, type PricedLine, refusedQuantity } from './lines.js';
import type { Location } from './location.js';
import { centsOf, lineAmount, lineTotal } from './money.js';
import { compareText, plainText } from './names.js';
import type { UnmatchedPolicy } from './policies.js';
import { type LineMatch, matchLine, type ProductIndex } from './products.js';
import type { Failure } from './reasons.js';
import type { WantedItem } from './wantedOrder.js';

/** The items of the order, or every line that has no product, or more than one. */
export type ItemsResult =
  | {
      kind: 'ok';
      items: WantedItem[];
      /** Lines that stand as text with others, or were left out. */
      unsold: PricedLine[];
      /** Sentences about text and what was left out. */
      told: string[];
      /** Why the order could not be made by the menu as it is now: only where it stands already. */
      unmatched: Failure | null;
    }
  | { kind: 'failed'; failure: Failure };

/** What decides which product a line is. */
export interface Matching {
  location: Location;
  products: ProductIndex;
  policy: UnmatchedPolicy;
  /** The order stands already: a line that the menu has no product for now is one of {@link noProduct}. */
  stands: boolean;
}

/** In place of a product's id: the menu has none for the line any more, and the order that has it stands already. */
export const noProduct = 0;

/** Near names are looked for only for so many names: a whole menu gone missing is no typing error. */
const maxSuggested = 25;

/**
 * Each line with its product. When lines with money have none (UNMATCHED_ITEMS) or several (AMBIGUOUS_PRODUCT), all of
 * them are named at once, so that one correction is enough. A line without money that has no product is text.
 */
export function matchLines(lines: readonly PricedLine[], matching: Matching): ItemsResult {
  const { location, products } = matching;
  const matches = new Map<string, LineMatch>();
  let unmatched = 0;
  const matchOf = (line: PricedLine): LineMatch => {
    const key = `${line.hasMoney} ${line.name}`;
    const known = matches.get(key);
    if (known) return known;
    const match = matchName(line, matching, unmatched < maxSuggested ? undefined : 0);
    matches.set(key, match);
    if (match.kind === 'unmatched') unmatched += 1;
    return match;
  };
  const told: string[] = [];
  const placed: (Placed & { match: LineMatch })[] = [];
  for (const line of lines) {
    const match = matchOf(line);
    const isSold = line.sold.length > 0 && match.kind !== 'text';
    if (line.sold.length > 0 || match.kind === 'text') placed.push({ line, match, sold: isSold });
    else told.push(`"${line.name}" has quantity 0, so it is left out.`);
  }
  const failure = failureOf(
    placed.flatMap(({ line, match, sold }) => (sold ? [[line.name, match] as const] : [])),
    location,
  );
  if (failure && !matching.stands) return { kind: 'failed', failure };
  const texts = location.textLines === 'leave-out' ? new Map<number, number>() : carriers(placed);
  const items = placed.flatMap(({ line, match, sold }, at) => {
    if (!sold) return [];
    const carried = [...texts].filter(([, by]) => by === at).flatMap(([from]) => placed[from]?.line ?? []);
    const { text, cut } = fitting(joined([line.text, ...carried.map(lineAsText)]));
    if (cut) told.push(`The text of "${line.name}" is longer than the POS takes, so its end is left out.`);
    return itemsOf(line, match, text, products);
  });
  const unsold = placed.filter(({ sold }) => !sold).map(({ line }) => line);
  return {
    kind: 'ok',
    items,
    unsold,
    told: [...told, ...tellText(placed, texts)],
    unmatched: failure,
  };
}

/** What a line is to the menu; `text`: it has no money and no product, and stands as text. */
export function matchName(
  { name, hasMoney }: Pick<PricedLine, 'name' | 'hasMoney'>,
  { location, products, policy }: Omit<Matching, 'stands'>,
  suggestions?: number,
): LineMatch {
  const { openItemProductId } = location.revel;
  const match = (by: UnmatchedPolicy, near = suggestions) =>
    matchLine(name, location.products, products, by, openItemProductId, near);
  if (hasMoney) return match(policy);
  const own = match('fail', 0);
  if (own.kind !== 'unmatched' || own.mapped) return own;
  return location.textLines === 'open-item' ? match('open-item') : { kind: 'text' };
}

/** The rows that a line is sold as; its text stands with the first. */
function itemsOf(line: PricedLine, match: LineMatch, text: string, products: ProductIndex): WantedItem[] {
  const product = match.kind === 'matched' ? products.byId(match.productId) : null;
  const productId = match.kind === 'matched' ? match.productId : noProduct;
  const isNamed = match.kind === 'matched' && match.nameOverride === null;
  const own = (isNamed && plainText(product?.name ?? '')) || line.name;
  const shownName = line.times === null ? own : plainText(`${line.times} × ${own}`);
  return line.sold.map((sold, part) => ({
    ...sold,
    productId,
    name: line.times === null ? line.name : shownName,
    nameOverride: isNamed && line.times === null ? null : shownName,
    shownName,
    text: part === 0 ? text : '',
    occurrence: 0,
    ...(line.billingIds === undefined ? {} : { billingIds: line.billingIds }),
  }));
}

function tellText(placed: readonly Placed[], texts: ReadonlyMap<number, number>): string[] {
  const carried = [...texts].map(
    ([from, by]) => `"${placed[from]?.line.name ?? ''}" with "${placed[by]?.line.name ?? ''}"`,
  );
  const left = placed.flatMap(({ line, sold }, at) => (sold || texts.has(at) ? [] : [`"${line.name}"`]));
  return [
    ...(carried.length === 0
      ? []
      : [`Lines without money that match no product stand as text of others: ${carried.join(', ')}.`]),
    ...(left.length === 0
      ? []
      : [`Lines without money that match no product are left out: ${left.join(', ')}.`]),
  ];
}

/** A name may have a product where it has no money, and none where it has: it is told of whichever way it fails. */
function failureOf(matches: readonly (readonly [string, LineMatch])[], location: Location): Failure | null {
  const unmatched = new Map<string, string>();
  const ambiguous = new Map<string, string>();
  for (const [name, match] of matches) {
    if (match.kind === 'unmatched') {
      const near = match.suggestions.map((suggestion) => `"${suggestion}"`).join(', ');
      unmatched.set(name, `"${name}" ${match.why}${near === '' ? '' : ` (near: ${near})`}`);
    } else if (match.kind === 'ambiguous') {
      ambiguous.set(name, `"${name}" is the name of products ${match.ids.join(', ')}`);
    }
  }
  const [open] = [...unmatched.keys(), ...ambiguous.keys()];
  if (open === undefined) return null;
  const advice =
    `Add the names to "products" of location "${location.name}" in the locations file, or correct them in Tripleseat or ` +
    `Revel. To add one: ts-reconcile products map ${shellWord(open)} <productId> --location ${shellWord(location.name)}`;
  return {
    reason: unmatched.size > 0 ? 'UNMATCHED_ITEMS' : 'AMBIGUOUS_PRODUCT',
    error: `${[...unmatched.values(), ...ambiguous.values()].join('; ')}. ${advice}`,
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
    group.sort(
      (a, b) =>
        compareText(a.nameOverride ?? '', b.nameOverride ?? '') ||
        a.total - b.total ||
        compareText(a.text, b.text),
    );
    group.forEach((item, index) => {
      item.occurrence = index + 1;
    });
  }
  return result;
}

/**
 * Menu selections as lines at their products' prices. NO_LINE_ITEMS when one of them has no product of its own,
 * several, or one without a price: then there is no telling what they cost; or a quantity that the POS would round.
 */
export function priceSelections(
  selections: readonly MenuSelection[],
  { location, products }: Pick<Matching, 'location' | 'products'>,
): LinesResult {
  const lines: PricedLine[] = [];
  const unpriced = new Set<string>();
  for (const selection of selections) {
    const { quantity } = selection;
    const name = plainText(selection.name);
    if (name === '' || quantity === '0') continue;
    const refused = quantity === null ? null : refusedQuantity(quantity);
    if (refused !== null) return notSold(`"${name}" ${refused}.`);
    const match = matchLine(name, location.products, products, 'fail', null, 0);
    const price = match.kind === 'matched' ? (products.byId(match.productId)?.price ?? null) : null;
    const exact = price === null || quantity === null ? null : lineAmount(quantity, centsOf(price));
    if (price === null || quantity === null || exact === null) {
      unpriced.add(`"${name}"`);
      continue;
    }
    const total = lineTotal(quantity, price);
    lines.push({
      name,
      quantity,
      total,
      exact,
      sold: [{ quantity, unitPrice: price, total }],
      times: null,
      hasMoney: true,
      text: modifierText(selection),
      section: null,
    });
  }
  if (unpriced.size === 0) return { kind: 'ok', lines, told: [] };
  return notSold(`No one product with a price in Revel stands for ${[...unpriced].join(', ')}.`);
}

function notSold(error: string): LinesResult {
  return { kind: 'failed', failure: { reason: 'NO_LINE_ITEMS', error } };
}
