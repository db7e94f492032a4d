import type { SourceBilling } from './event.js';
import type { BillingUse, Location } from './location.js';
import { nameKey, plainText } from './names.js';

/** Where the amount of a billing row goes, and what says so: the locations file, a word of its name, or nothing. */
export type Sorted =
  | { kind: 'use'; use: BillingUse; why: 'mapping' | 'word' | 'rest' }
  /** A word says that it takes from the price; how it does must be proved by the total. */
  | { kind: 'discount-word' }
  /** What it is must be written into the locations file; `why` is the rest of a sentence about the row. */
  | { kind: 'unclear'; why: string };

/** What the words of a name speak of. */
type Word = 'tax' | 'gratuity' | 'discount';
/** A fee is one only where nothing else is said; beside a tax it is another thing. */
type Spoken = Word | 'fee';

const WORDS: readonly (readonly [Word, RegExp])[] = [
  [
    'tax',
    /^(?:(?:sales?|state|city|county|local|federal|food|meals?|liquor|alcohol|bev|beverage|use|service|hotel|room|occupancy|lodging|excise|resort|admissions?|amusement|entertainment)?(?:taxe?|taxes|tx)|gst|hst|pst|qst|rst|tvq|tps|tvp|tva|vat|iva|mwst|btw|impuestos?)$/,
  ],
  [
    'gratuity',
    /^(?:auto(?:matic)?)?(?:grat|grats|gratuity|gratuities|tip|tips|propina|propinas|pourboire|mancia|trinkgeld)$/,
  ],
  ['discount', /^(?:discounts?|comps?|comped|complimentary|promos?|promotions?|promotional)$/],
];

const TAX = '(?:(?:sales|state|city|county|local)\\s+){0,2}(?:tax|taxes|tx|gst|hst|pst|qst|vat|iva)';
const TIP = '(?:grat|grats|gratuity|gratuities|tips?)';
const ANY = `(?:${TAX}|${TIP}|discounts?|comps?|promos?)`;
/** `not a`, `excl.`, `w/o`: what is named after it is not what the row is. */
const NOT =
  '(?:pre|non|not(?:\\s+include)?|no|before|without|w\\/o|excl|excludes?|excluding|exclusive of|ex|net of|in lieu of|instead of)';
/** `not distributed to staff as a tip`, `does not go to tips`, `no portion is paid out as a tip`. */
const NOT_GIVEN =
  '(?:(?:not|never)|no\\s+(?:part|portion)(?:\\s+\\p{L}+){0,5}?)\\s+(?:be\\s+)?(?:distributed|paid(?:\\s+out)?|given|shared|passed(?:\\s+on)?|go|going|considered|treated|intended|meant|part|purported)';
/** What says how a row stands to tax, and does not make it one. */
const BESIDE =
  '(?:post|after|plus|incl|inc|includes?|including|inclusive of|with|w\\/|subject to|\\(\\s*\\+)';
/** `of the 8.25% `, `all applicable `: between such a word and what it speaks of. */
const OF = '(?:(?:of|on|a|an|any|the|all|applicable)\\s+){0,3}(?:\\d+(?:[.,]\\d+)?\\s*%\\s*)?';
/** What only says how a row is computed, or what it is not. It does not make the row a tax, a gratuity or a discount. */
const QUALIFIERS = [
  new RegExp(`\\b${NOT}[\\s.-]*${OF}${ANY}(?:\\s*(?:and|or|nor|&|\\+|\\/|,)\\s*${ANY})*\\b`, 'g'),
  new RegExp(`(?<!\\p{L})${BESIDE}[\\s.-]*${OF}${TAX}\\b(?!\\s*(?:and|&|\\+|\\/|,)\\s*${TIP}\\b)`, 'gu'),
  new RegExp(
    `\\b${TAX}[\\s([:-]*(?:(?:is|are)\\s+)?(?:not\\s+)?(?:exempt|exempted|free|excluded|included|inclusive|excl|incl|extra|additional|separate)\\b`,
    'g',
  ),
  new RegExp(`\\b${TIP}[\\s([:-]*(?:(?:is|are)\\s+)?(?:not\\s+(?:included|incl)|excluded|excl)\\b`, 'g'),
  new RegExp(
    `[-(:,]\\s*(?:the\\s+)?${TIP}\\s+(?:is|are)\\s+(?:additional|extra|separate|optional|discretionary|at\\s+\\p{L}+)\\b`,
    'gu',
  ),
  new RegExp(`\\b${NOT_GIVEN}\\s+(?:\\p{L}+\\s+){0,4}?${TIP}\\b`, 'gu'),
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
  const use = usesOf(configured).get(nameKey(plain));
  if (use === null)
    return { kind: 'unclear', why: 'stands twice in the locations file, with different uses' };
  if (use !== undefined && plain !== '') return { kind: 'use', use, why: 'mapping' };
  const kinds = kindsOf(plain);
  const [kind, second] = kinds;
  if (second !== undefined) return { kind: 'unclear', why: `speaks of ${kinds.join(' and ')} at once` };
  if (kind === 'discount') return { kind: 'discount-word' };
  if (amount === 'negative') {
    return { kind: 'unclear', why: 'takes money off, and its name does not say that it is a discount' };
  }
  return kind === undefined || kind === 'fee'
    ? { kind: 'use', use: 'surcharge', why: 'rest' }
    : { kind: 'use', use: kind, why: 'word' };
}

/** Null: two spellings of the name say different things. */
type Uses = ReadonlyMap<string, BillingUse | null>;

const normalised = new WeakMap<Location['billing'], Uses>();

function usesOf(configured: Location['billing']): Uses {
  let uses = normalised.get(configured);
  if (!uses) {
    uses = normalise(configured);
    normalised.set(configured, uses);
  }
  return uses;
}

function normalise(configured: Location['billing']): Uses {
  const uses = new Map<string, BillingUse | null>();
  for (const [name, use] of Object.entries(configured)) {
    const key = nameKey(name);
    const other = uses.get(key);
    const isSame = other === undefined || JSON.stringify(other) === JSON.stringify(use);
    uses.set(key, isSame ? use : null);
  }
  return uses;
}

/** Whether a row of the bill is a gratuity by its name, be it among other things. */
export function speaksOfGratuity(name: string): boolean {
  return kindsOf(plainText(name)).includes('gratuity');
}

/** Whether a line is one by its name: a tip only by itself, since there are steak tips. */
export function isGratuityName(name: string): boolean {
  if (!speaksOfGratuity(name)) return false;
  const words =
    plainText(name)
      .toLowerCase()
      .match(/\p{L}+/gu) ?? [];
  return words.length === 1 || words.some((word) => kindOf(word) === 'gratuity' && !/^tips?$/.test(word));
}

/** The kinds of words in a name, each once. */
function kindsOf(name: string): Spoken[] {
  // "SalesTax" is two words, "G.S.T." is one.
  let text = name
    .replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .replace(/\b(\p{L})\.\s?(?=\p{L}\b)/gu, '$1')
    .toLowerCase();
  const bare = QUALIFIERS.reduce((rest, qualifier) => rest.replace(qualifier, ' '), text);
  // "VAT (included)" is a tax all the same.
  if (/\p{L}/u.test(bare)) text = bare;
  text = text.replace(/\bsales?\s*(?:&|and)\s*use\b/g, 'sales tax');
  const parts = text.split(BETWEEN);
  const kinds: Spoken[] = parts.flatMap(kindsOfPart);
  // "Service fee & tax" is both; "tax on fees & charges" is not.
  if (parts.some(isTaxAlone) && parts.some(isFee)) kinds.push('fee');
  return [...new Set(kinds)];
}

function isTaxAlone(part: string): boolean {
  const last = wordsOf(part).at(-1);
  return last !== undefined && kindOf(last) === 'tax';
}

function isFee(part: string): boolean {
  return (
    kindsOfPart(part).length === 0 && wordsOf(part).some((word) => /^(?:fees?|(?:sur)?charges?)$/.test(word))
  );
}

function wordsOf(text: string): string[] {
  return text.split(/[^\p{L}\p{M}]+/u).filter((word) => word !== '');
}

function kindsOfPart(text: string): Word[] {
  const words = wordsOf(text);
  const found = words.map(kindOf);
  const isTax = found.some((kind, index) => kind === 'tax' && [undefined, 'on'].includes(words[index + 1]));
  return isTax ? ['tax'] : found.filter((kind) => kind !== null);
}

function kindOf(word: string): Word | null {
  return WORDS.find(([, pattern]) => pattern.test(word))?.[0] ?? null;
}
