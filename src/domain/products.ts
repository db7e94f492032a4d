import type { Cents } from './money.js';
import { type NamedCandidate, nameKey, normaliseName, plainText, suggest } from './names.js';
import type { UnmatchedPolicy } from './policies.js';

/** An active Revel product of the establishment that the order goes to. */
export interface Product {
  id: number;
  name: string;
  /** Null: an open-price product, or one whose price cannot be read. */
  price: Cents | null;
}

/** How many near names an unmatched line is shown with. */
const suggestionCount = 3;

/** The active products of one establishment, found by id and by normalised name in constant time. */
export class ProductIndex {
  readonly #byId = new Map<number, Product>();
  // One product under nearly every name: an array for each would double the cost of a large menu.
  readonly #byName = new Map<string, Product | Product[]>();

  /** A product that comes twice (pages may overlap) counts once. */
  constructor(products: Iterable<Product>) {
    for (const product of products) {
      if (this.#byId.has(product.id)) continue;
      this.#byId.set(product.id, product);
      const normalised = normaliseName(plainText(product.name));
      if (normalised === '') continue;
      const same = this.#byName.get(normalised);
      if (same === undefined) this.#byName.set(normalised, product);
      else if (Array.isArray(same)) same.push(product);
      else this.#byName.set(normalised, [same, product]);
    }
  }

  /** Number of products. */
  get size(): number {
    return this.#byId.size;
  }

  /** The product of this id, or null when it is not an active product here. */
  byId(id: number): Product | null {
    return this.#byId.get(id) ?? null;
  }

  /** Every product whose normalised name is that of `name`; none for a name without letters and digits. */
  byName(name: string): readonly Product[] {
    const found = this.#byName.get(normaliseName(name));
    if (found === undefined) return [];
    return Array.isArray(found) ? found : [found];
  }

  /** Near names, nearest first: for people only. */
  suggest(name: string, count = suggestionCount): string[] {
    return suggest(name, this.#candidates(), count).map((near) => plainText(near));
  }

  *#candidates(): Generator<NamedCandidate> {
    for (const [normalised, found] of this.#byName) {
      const product = Array.isArray(found) ? found[0] : found;
      if (product) yield { name: product.name, normalised };
    }
  }
}

/** What a line's name is in Revel. */
export type LineMatch =
  | {
      kind: 'matched';
      productId: number;
      /** The line's own name when the open item stands in for it, else null. */
      nameOverride: string | null;
    }
  | {
      kind: 'unmatched';
      /** The locations file names a product for it, which cannot be used. */
      mapped: boolean;
      /** Why, as a clause that follows the name: `matches no active product`. */
      why: string;
      /** Near product names, nearest first. */
      suggestions: string[];
    }
  /** Several active products bear the name, or the mapping gives it several ids. Ascending. */
  | { kind: 'ambiguous'; ids: number[] }
  /** No product, and no money that would need one: text for the kitchen. */
  | { kind: 'text' };

/**
 * The product of a line: mapping first, then exact normalised name, then the policy. Never a guess: a near name
 * is only suggested, and of two equal names neither is taken.
 *
 * @param name the line's name as plain text
 * @param mapping the location's `products`: name → product id
 * @param openItemProductId stand-in for unmatched lines under `open-item`
 * @param suggestions how many near names to look for; each look costs milliseconds on a large menu
 */
export function matchLine(
  name: string,
  mapping: Readonly<Record<string, number>>,
  index: ProductIndex,
  policy: UnmatchedPolicy,
  openItemProductId: number | null,
  suggestions = suggestionCount,
): LineMatch {
  const mapped = mappedIds(mapping, name);
  if (mapped.length > 1) return { kind: 'ambiguous', ids: mapped };
  const same = mapped.length === 1 ? [] : index.byName(name);
  if (same.length > 1) return { kind: 'ambiguous', ids: same.map((product) => product.id).sort(ascending) };
  const productId = mapped[0] ?? same[0]?.id;
  if (productId !== undefined && index.byId(productId)) {
    return { kind: 'matched', productId, nameOverride: null };
  }
  const why =
    productId === undefined
      ? 'matches no active product'
      : `is mapped to product ${productId}, which is not an active product of this establishment`;
  const isMapped = productId !== undefined;
  if (policy === 'fail') {
    return { kind: 'unmatched', mapped: isMapped, why, suggestions: index.suggest(name, suggestions) };
  }
  if (openItemProductId !== null && index.byId(openItemProductId)) {
    return { kind: 'matched', productId: openItemProductId, nameOverride: name };
  }
  const openItem =
    openItemProductId === null
      ? 'no openItemProductId is configured'
      : `the open item ${openItemProductId} is not an active product of this establishment`;
  return {
    kind: 'unmatched',
    mapped: isMapped,
    why: `${why}, and ${openItem}`,
    suggestions: index.suggest(name, suggestions),
  };
}

const ascending = (a: number, b: number) => a - b;

// A mapping is asked once per line and never changes: normalise its keys once.
const normalisedMappings = new WeakMap<Readonly<Record<string, number>>, ReadonlyMap<string, number[]>>();

/** The products that `products` of the locations file names for a line, whatever the menu has. */
export function mappedIds(mapping: Readonly<Record<string, number>>, name: string): number[] {
  let ids = normalisedMappings.get(mapping);
  if (!ids) {
    ids = normaliseMapping(mapping);
    normalisedMappings.set(mapping, ids);
  }
  return ids.get(nameKey(name)) ?? [];
}

function normaliseMapping(mapping: Readonly<Record<string, number>>): ReadonlyMap<string, number[]> {
  const ids = new Map<string, number[]>();
  for (const [name, id] of Object.entries(mapping)) {
    const key = nameKey(name);
    if (key === '') continue;
    const others = ids.get(key) ?? [];
    if (!others.includes(id)) ids.set(key, [...others, id].sort(ascending));
  }
  return ids;
}
