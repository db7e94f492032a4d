import { decodeHTMLStrict } from 'entities';
import { distance } from 'fastest-levenshtein';
import type { SourceLine } from './event.js';

/** Longest name that is kept; Revel's name columns hold no more. In characters (code points). */
export const maxName = 250;

/** No text is looked at beyond this many UTF-16 units: bounds the work that a hostile payload can cause. */
const maxRaw = 20_000;

// What almost every name looks like: nothing to do. Menus have tens of thousands of names.
const PLAIN = /^[!-%'-;=-~]+(?: [!-%'-;=-~]+)*$/;
const MARKUP = /<[/!?]?[a-z][^<>]*>|<!--/gi;
// What is shown to nobody, as text pasted from a word processor has it: its beginning, and the end of each kind.
const HIDDEN = /<!--|<(?:style|script)(?=[\s>/])/gi;
const ENDS: Readonly<Record<string, RegExp>> = {
  '<!--': /-->/g,
  '<style': /<\/style[^>]*>/gi,
  '<script': /<\/script[^>]*>/gi,
};
// What text is formatted with, and what comes along with it when it is copied.
const ELEMENT =
  /^(?:a|abbr|address|article|aside|b|base|big|blockquote|body|br|button|canvas|caption|center|cite|code|col|colgroup|dd|del|details|dfn|div|dl|doctype|dt|em|embed|fieldset|figcaption|figure|font|footer|form|frame|frameset|h[1-6]|head|header|hr|html|i|iframe|img|input|ins|kbd|label|legend|li|link|main|mark|meta|nav|noscript|object|ol|optgroup|option|p|param|picture|pre|q|s|samp|script|section|select|small|source|span|strike|strong|style|sub|summary|sup|svg|table|tbody|td|template|textarea|tfoot|th|thead|time|title|tr|tt|u|ul|var|video|wbr|xml)$/i;
const SPACE = /[\s\u0085]+/g;
// Control, format, surrogate and private-use characters, line and paragraph separators. The two joiners stay:
// Indic scripts, Persian and emoji need them.
const UNSAFE = /[^\P{C}\u200c\u200d]|[\u2028\u2029]/gu;

/** At most `max` code points of `text`. */
export function bounded(text: string, max: number): string {
  if (text.length <= max) return text;
  return Array.from(text.slice(0, max * 2))
    .slice(0, max)
    .join('')
    .trimEnd();
}

/**
 * What stands for something in angle brackets: nothing for a tag; the words alone where a person has written them
 * (`<no onions>`, `<table 5>`), which a kitchen has to know.
 */
function unwrapped(markup: string): string {
  const inner = markup.slice(1, -1);
  const [name = ''] = /^[^\s/]+/.exec(inner.replace(/^[!?]/, '')) ?? [];
  const isElement = ELEMENT.test(name) && /^\/?$/.test(inner.slice(inner.indexOf(name) + name.length).trim());
  const isPrefixed = /^[a-z]\w*:[a-z]/i.test(name);
  const hasAttribute = /\s[\w:-]+\s*=/.test(inner);
  const isTag = markup === '<!--' || inner.startsWith('/') || hasAttribute || isElement || isPrefixed;
  return isTag ? ' ' : ` ${inner} `;
}

/** The text without what nobody sees of it. What has no end hides nothing. */
function withoutHidden(text: string): string {
  const endless = new Set<string>();
  let shown = '';
  let at = 0;
  for (const { 0: start, index } of text.matchAll(HIDDEN)) {
    const kind = start.toLowerCase();
    const end = ENDS[kind];
    if (!end || index < at || endless.has(kind)) continue;
    end.lastIndex = index + start.length;
    if (end.test(text)) {
      shown += `${text.slice(at, index)} `;
      at = end.lastIndex;
    } else endless.add(kind);
  }
  return shown + text.slice(at);
}

/**
 * Text from outside as one safe line: HTML entities decoded, tags stripped, control and direction-changing
 * characters removed, white space folded, at most `max` characters. May end up empty.
 */
export function plainText(text: string, max = maxName): string {
  if (text.length <= max && PLAIN.test(text)) return text;
  const raw = text.length > maxRaw ? text.slice(0, maxRaw) : text;
  const decoded = raw.includes('&') ? decodeHTMLStrict(raw) : raw;
  const bare = decoded.includes('<') ? withoutHidden(decoded).replace(MARKUP, unwrapped) : decoded;
  const folded = bare.replace(SPACE, ' ').replace(UNSAFE, '').replace(/ {2,}/g, ' ').trim();
  return bounded(folded, max);
}

const LINE_END = /<br\s*\/?>|<\/(?:p|div|li|tr|h[1-6])>|[\r\n\u0085\u2028\u2029]+/gi;

/** The same for text of several lines or paragraphs, which come apart by ` / `. */
export function plainLines(text: string, max: number): string {
  const raw = text.length > maxRaw ? text.slice(0, maxRaw) : text;
  // A line may end within a tag or a comment, too, which is none of the text.
  const whole = withoutHidden(raw).replace(MARKUP, (markup) => markup.replace(SPACE, ' '));
  const parts = whole.split(LINE_END).map((part) => plainText(part, maxRaw));
  return bounded(parts.filter((part) => part !== '').join(' / '), max);
}

/** The words as a sentence begins. */
export function capitalised(words: string): string {
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}

/** For sorting by code units, the same on every host. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** The name of a line: `display_name`, else `description`, as plain text; empty when both are blank. */
export function lineName(line: Pick<SourceLine, 'displayName' | 'description'>, max = maxName): string {
  return plainText(line.displayName ?? '', max) || plainText(line.description ?? '', max);
}

const ASCII = /^[\x20-\x7e]*$/;
// Accents and variation selectors. Not every mark: vowel signs and voicing marks tell words apart elsewhere.
const ACCENT =
  /[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f\u{e0100}-\u{e01ef}]/gu;
// Signs of trade marks would decompose into letters.
const MARKS = /[\u00a9\u00ae\u2117\u2120\u2122]/g;
// A fraction behind a number is no digit of it: 1½ is 1 1/2, not 11/2.
const FRACTION = /(?<=[0-9])(?=[\u00bc-\u00be\u2150-\u215e\u2189])/g;
// Typographic dashes, quotes and bullets: gone early, most names are plain letters then.
const DASHES = /[\u2010-\u2027]/g;
const STROKED: Readonly<Record<string, string>> = { ø: 'o', ł: 'l', đ: 'd', æ: 'ae', œ: 'oe', ς: 'σ' };

/**
 * The form in which names are compared: case, accents, punctuation, symbols and white space do not count;
 * letters and digits of every script do. Empty for a name without any of them: such a name matches nothing.
 *
 * Between two digits one space stays, so that `1/2 Pan` and `1.5 L` are not taken for `12 Pan` and `15 L`.
 */
export function normaliseName(text: string): string {
  if (ASCII.test(text)) return asciiKey(text);
  const base = text
    .replace(MARKS, ' ')
    .replace(FRACTION, ' ')
    .normalize('NFKD')
    .replace(ACCENT, '')
    .replace(DASHES, ' ');
  if (ASCII.test(base)) return asciiKey(base);
  // Upper case first folds what has no single lower case (ß, dotless i); decomposing again keeps it canonical.
  const folded = base.toUpperCase().toLowerCase().normalize('NFKD').replace(ACCENT, '');
  const plain = folded.replace(/[øłđæœς]/g, (letter) => STROKED[letter] ?? letter);
  const letters = joinWords(plain.split(/[^\p{L}\p{M}\p{N}]+/u));
  return /[\p{L}\p{N}]/u.test(letters) ? letters : '';
}

/**
 * What a name is looked up by where a person has written it down: its normalised form, or itself where that is empty,
 * so that a name of signs alone (`🎂`) can be given a meaning, too.
 */
export function nameKey(name: string): string {
  const plain = plainText(name);
  return normaliseName(plain) || plain;
}

function asciiKey(text: string): string {
  const lower = text.toLowerCase();
  return /[0-9][^a-z0-9]+[0-9]/.test(lower)
    ? joinWords(lower.split(/[^a-z0-9]+/))
    : lower.replace(/[^a-z0-9]+/g, '');
}

/** The words in one, with a space only where two digits would meet. */
function joinWords(words: readonly string[]): string {
  let joined = '';
  let afterDigit = false;
  for (const word of words) {
    if (word === '') continue;
    joined += afterDigit && /^\p{N}/u.test(word) ? ` ${word}` : word;
    afterDigit = /\p{N}$/u.test(word);
  }
  return joined;
}

/** What is shorter than this was not cut to a column's width, but is another name. */
const minCut = 20;

/**
 * Which beginnings of what was written count as all that a POS had room for: any, where it is known that just this was
 * written; else only one that ends within a word, since what somebody has added to it since begins with a new one.
 */
export type Cut = 'anywhere' | 'within-a-word';

/** A name as another system shows it, ready to be compared. */
export interface ShownName {
  key: string;
  /** As it was written, as plain text. */
  text: string;
}

/** Prepares a name for {@link compareNames}. */
export function shownName(text: string): ShownName {
  return { key: nameKey(text), text: plainText(text) };
}

/** Whether `shown` is the name that was written, or what is left of it where its column is too narrow. */
export function compareNames(written: ShownName, shown: ShownName, cut: Cut): 'same' | 'cut' | 'other' {
  if (written.key === shown.key) return 'same';
  const isCut = written.key.startsWith(shown.key) && isBeginning(written.text, shown.text, cut);
  return isCut ? 'cut' : 'other';
}

/**
 * Whether a text stands as it was written, as far as letters and digits go: white space and punctuation may come back
 * otherwise, and a POS may cut it to the width of its column.
 */
export function compareTexts(written: string, shown: string, cut: Cut): boolean {
  const [whole = '', part = ''] = [written, shown].map((text) => plainLines(text, maxRaw));
  const [key, start] = [whole, part].map(normaliseName);
  if (key === start) return true;
  return (
    start !== undefined && start !== '' && (key?.startsWith(start) ?? false) && isBeginning(whole, part, cut)
  );
}

const SIGN = /[\p{L}\p{N}]\p{M}*/gu;

/** Whether what is shown may be all that there was room for, given that the letters and digits are those it begins with. */
function isBeginning(written: string, shown: string, cut: Cut): boolean {
  const length = Array.from(shown).length;
  if (length < minCut || length >= Array.from(written).length) return false;
  if (cut === 'anywhere') return true;
  const whole = [...written.normalize('NFKD').matchAll(SIGN)];
  const part = shown.normalize('NFKD');
  const [last, next] = whole.slice((part.match(SIGN)?.length ?? 0) - 1);
  // Another digit makes another number.
  const isLetter = (sign: string) => /^\p{L}/u.test(sign);
  return (
    /\p{L}\p{M}*$/u.test(part) &&
    last !== undefined &&
    next !== undefined &&
    isLetter(next[0]) &&
    next.index === last.index + last[0].length
  );
}

/** A name together with its normalised form. */
export interface NamedCandidate {
  name: string;
  normalised: string;
}

/**
 * Up to `count` names near to `name`, nearest first, each once: for a person to choose from, never to act on.
 * Near means a few typing errors apart, or one being part of the other.
 */
export function suggest(name: string, candidates: Iterable<NamedCandidate>, count: number): string[] {
  const wanted = normaliseName(name);
  if (wanted === '' || count < 1) return [];
  const found = new Map<string, number>();
  for (const candidate of candidates) {
    const score = nearness(wanted, candidate.normalised);
    if (score !== null && !found.has(candidate.name)) found.set(candidate.name, score);
  }
  return [...found]
    .sort(([a, first], [b, second]) => first - second || (a < b ? -1 : 1))
    .slice(0, count)
    .map(([near]) => near);
}

/** 0 (same) to 1 (as far as a suggestion goes); null: not near. */
function nearness(a: string, b: string): number | null {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  if (short === '') return null;
  if (short.length >= 4 && long.includes(short)) return 0.5 * (1 - short.length / long.length);
  const allowed = Math.floor(long.length * 0.4);
  if (long.length - short.length > allowed) return null;
  const errors = distance(a, b);
  return errors <= allowed ? errors / long.length : null;
}
