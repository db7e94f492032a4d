import type { UnmatchedPolicy } from '../config/types.js';
import type { Cents } from './money.js';
import { type NamedCandidate, normaliseName, plainText, suggest } from './names.js';

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
  readonly #byName = new Map<string, Product[]>();
  readonly #candidates: NamedCandidate[] = [];

  /** A product that comes twice (pages may overlap) counts once. */
  constructor(products: Iterable<Product>) {
    for (const product of products) {
      if (this.#byId.has(product.id)) continue;
      this.#byId.set(product.id, product);
      const name = plainText(product.name);
      const normalised = normaliseName(name);
      if (normalised === '') continue;
      this.#candidates.push({ name, normalised });
      const same = this.#byName.get(normalised);
      if (same) same.push(product);
      else this.#byName.set(normalised, [product]);
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
    return this.#byName.get(normaliseName(name)) ?? [];
  }

  /** Near names, nearest first: for people only. */
  suggest(name: string, count = suggestionCount): string[] {
    return suggest(name, this.#candidates, count);
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
      /** Why, as a clause that follows the name: `matches no active product`. */
      why: string;
      /** Near product names, nearest first. */
      suggestions: string[];
    }
  /** Several active products bear the name, or the mapping gives it several ids. Ascending. */
  | { kind: 'ambiguous'; ids: number[] };

/**
 * The product of a line: mapping first, then exact normalised name, then the policy. Never a guess: a near name
 * is only suggested, and of two equal names neither is taken.
 *
 * @param name the line's name as plain text
 * @param mapping the location's `products`: name → product id
 * @param openItemProductId stand-in for unmatched lines under `open-item`
 */
export function matchLine(
  name: string,
  mapping: Readonly<Record<string, number>>,
  index: ProductIndex,
  policy: UnmatchedPolicy,
  openItemProductId: number | null,
): LineMatch {
  const mapped = mappedIds(mapping, name);
  if (mapped.length > 1) return { kind: 'ambiguous', ids: mapped };
  const [id] = mapped;
  if (id !== undefined) {
    if (index.byId(id)) return { kind: 'matched', productId: id, nameOverride: null };
    const why = `is mapped to product ${id}, which is not an active product of this establishment`;
    return unmatched(name, why, index, policy, openItemProductId);
  }
  const same = index.byName(name);
  if (same.length > 1) return { kind: 'ambiguous', ids: same.map((product) => product.id).sort(ascending) };
  const [product] = same;
  if (product) return { kind: 'matched', productId: product.id, nameOverride: null };
  return unmatched(name, 'matches no active product', index, policy, openItemProductId);
}

function unmatched(
  name: string,
  why: string,
  index: ProductIndex,
  policy: UnmatchedPolicy,
  openItemProductId: number | null,
): LineMatch {
  switch (policy) {
    case 'fail':
      return { kind: 'unmatched', why, suggestions: index.suggest(name) };
    case 'open-item': {
      if (openItemProductId === null) {
        return {
          kind: 'unmatched',
          why: `${why}, and no openItemProductId is configured`,
          suggestions: index.suggest(name),
        };
      }
      if (!index.byId(openItemProductId)) {
        return {
          kind: 'unmatched',
          why: `${why}, and the open item ${openItemProductId} is not an active product of this establishment`,
          suggestions: index.suggest(name),
        };
      }
      return { kind: 'matched', productId: openItemProductId, nameOverride: name };
    }
  }
}

const ascending = (a: number, b: number) => a - b;

// A mapping is asked once per line and never changes: normalise its keys once.
const normalisedMappings = new WeakMap<Readonly<Record<string, number>>, ReadonlyMap<string, number[]>>();

function mappedIds(mapping: Readonly<Record<string, number>>, name: string): number[] {
  let ids = normalisedMappings.get(mapping);
  if (!ids) {
    ids = normaliseMapping(mapping);
    normalisedMappings.set(mapping, ids);
  }
  return ids.get(normaliseName(name)) ?? [];
}

function normaliseMapping(mapping: Readonly<Record<string, number>>): ReadonlyMap<string, number[]> {
  const ids = new Map<string, number[]>();
  for (const [key, id] of Object.entries(mapping)) {
    const normalised = normaliseName(plainText(key));
    if (normalised === '') continue;
    const others = ids.get(normalised) ?? [];
    if (!others.includes(id)) ids.set(normalised, [...others, id].sort(ascending));
  }
  return ids;
}
