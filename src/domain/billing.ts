import type { SourceBilling } from './event.js';
import type { BillingUse, Location } from './location.js';
import { normaliseName, plainText } from './names.js';

/** Where the amount of a billing row goes, and what says so: the locations file, a word of its name, or nothing. */
export type Sorted =
  | { kind: 'use'; use: BillingUse; why: 'mapping' | 'word' | 'rest' }
  /** A word says that it takes from the price; how it does must be proved by the total. */
  | { kind: 'discount-word' }
  /** What it is must be written into the locations file; `why` is the rest of a sentence about the row. */
  | { kind: 'unclear'; why: string };

/** What the words of a name speak of. */
type Word = 'tax' | 'gratuity' | 'discount';

const WORDS: readonly (readonly [Word, RegExp])[] = [
  [
    'tax',
    /^(?:(?:sales?|state|city|county|local|federal|food|meals?|liquor|alcohol|bev|beverage|use|service|hotel|room|occupancy|lodging|excise|resort|admissions?|amusement|entertainment)?(?:tax|taxes|tx)|gst|hst|pst|qst|rst|tvq|tps|tvp|tva|vat|iva|mwst|btw|impuestos?)$/,
  ],
  [
    'gratuity',
    /^(?:auto(?:matic)?)?(?:grat|grats|gratuity|gratuities|tip|tips|propina|propinas|pourboire|mancia|trinkgeld)$/,
  ],
  ['discount', /^(?:discounts?|comps?|comped|complimentary|promos?|promotions?|promotional)$/],
];

const TAX = '(?:tax|taxes|tx|gst|hst|pst|qst|vat|iva)';
/** What only says whether tax is computed on a row. It does not make the row a tax. */
const QUALIFIERS = [
  new RegExp(
    `\\b(?:pre|post|non|not|no|before|after|without|excl|excluding|exclusive of|plus|incl|including|inclusive of|subject to)[\\s.-]*(?:of\\s+)?(?:sales\\s+)?${TAX}\\b`,
    'g',
  ),
  new RegExp(`\\b${TAX}[\\s([-]*(?:exempt|exempted|free|excluded|included|inclusive)\\b`, 'g'),
  /\b(?:pre|non|un)?(?:taxable|taxed)\b/g,
  /\b(?:pretax|nontax)\b/g,
];
/** Parts of a name that may speak of different things. */
const BETWEEN = /\s(?:and|y|et|und)\s|[&+/,;]/;

/**
 * Where a row's amount goes: by the location's `billing` first, then, with what only says whether it is taxed taken
 * off, by the words of its name; the rest are fees. Whole words only, so that `Taxi` and `Stipend` stay fees. Words of
 * two kinds, and a row that takes money off without saying why, are for a person to decide.
 *
 * @param configured the location's `billing`
 */
export function sortBilling(
  { name, amount }: Pick<SourceBilling, 'name'> & { amount: 'positive' | 'negative' },
  configured: Location['billing'],
): Sorted {
  const plain = plainText(name);
  const use = usesOf(configured).get(normaliseName(plain));
  if (use !== undefined && normaliseName(plain) !== '') return { kind: 'use', use, why: 'mapping' };
  const kinds = kindsOf(plain);
  const [kind, second] = kinds;
  if (second !== undefined) return { kind: 'unclear', why: `speaks of ${kinds.join(' and ')} at once` };
  if (kind === 'discount') return { kind: 'discount-word' };
  if (amount === 'negative') {
    return { kind: 'unclear', why: 'takes money off, and its name does not say that it is a discount' };
  }
  return kind === undefined
    ? { kind: 'use', use: 'surcharge', why: 'rest' }
    : { kind: 'use', use: kind, why: 'word' };
}

const normalised = new WeakMap<Location['billing'], ReadonlyMap<string, BillingUse>>();

function usesOf(configured: Location['billing']): ReadonlyMap<string, BillingUse> {
  let uses = normalised.get(configured);
  if (!uses) {
    uses = new Map(
      Object.entries(configured).map(([name, use]) => [normaliseName(plainText(name)), use] as const),
    );
    normalised.set(configured, uses);
  }
  return uses;
}

/** The kinds of words in a name, each once. */
function kindsOf(name: string): Word[] {
  // "SalesTax" is two words.
  let text = name.replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2').toLowerCase();
  const bare = QUALIFIERS.reduce((rest, qualifier) => rest.replace(qualifier, ' '), text);
  // "VAT (included)" is a tax all the same.
  if (/\p{L}/u.test(bare)) text = bare;
  text = text.replace(/\bsales?\s*(?:&|and)\s*use\b/g, 'sales tax');
  const kinds = text.split(BETWEEN).flatMap(kindsOfPart);
  return [...new Set(kinds)];
}

function kindsOfPart(text: string): Word[] {
  const words = text.split(/[^\p{L}\p{M}]+/u).filter((word) => word !== '');
  const found = words.map(kindOf);
  const isTax = found.some((kind, index) => kind === 'tax' && [undefined, 'on'].includes(words[index + 1]));
  return isTax ? ['tax'] : found.filter((kind) => kind !== null);
}

function kindOf(word: string): Word | null {
  return WORDS.find(([, pattern]) => pattern.test(word))?.[0] ?? null;
}
