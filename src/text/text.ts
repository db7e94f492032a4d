import { stripVTControlCharacters } from 'node:util';

/** UTF-16 units looked at, however long the text is; a bound on work, far above every `max` in use. */
const MAX_INPUT = 65_536;

const ELLIPSIS = '…';

/** Marks that only steer display (bidi overrides, invisible operators, tags). The two joiners carry meaning. */
const FORMAT = /(?![\u200c\u200d])\p{Cf}/gu;

let segmenter: Intl.Segmenter | null = null;

/** What people see as single characters. */
export function* graphemes(text: string): Generator<string> {
  segmenter ??= new Intl.Segmenter('und', { granularity: 'grapheme' });
  for (const { segment } of segmenter.segment(text)) yield segment;
}

/** At most `room` code points of `text`, ending between two graphemes unless the first one alone is too long. */
function cutAt(text: string, room: number): string {
  let kept = '';
  let used = 0;
  for (const grapheme of graphemes(text)) {
    const size = [...grapheme].length;
    if (used + size > room) break;
    kept += grapheme;
    used += size;
  }
  return kept === '' ? [...text].slice(0, room).join('') : kept;
}

/**
 * Text from outside, safe to print on one line: no terminal escapes, control characters, bidi marks or line
 * breaks; white space folded and trimmed; at most `max` code points (at least 1), the last one `…` when cut.
 */
export function clean(text: string, max: number): string {
  const cut = text.length > MAX_INPUT;
  const folded = stripVTControlCharacters(text.slice(0, MAX_INPUT))
    .replace(/\p{Cs}/gu, '\ufffd')
    .replace(FORMAT, '')
    .replace(/[\s\u0085]+/gu, ' ')
    .replace(/\p{Cc}/gu, '')
    .replace(/ {2,}/g, ' ')
    .trim();
  const length = [...folded].length;
  if (length <= max && !cut) return folded;
  if (max <= 1) return ELLIPSIS;
  const room = Math.min(length, max - 1);
  return cutAt([...folded].slice(0, room + 1).join(''), room).trimEnd() + ELLIPSIS;
}

/** `1 event`, `2 events`. */
export function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}

/** Things told in one sentence. */
const MOST = 20;

/** `8 (Special Events)`; the number alone where there is no name. */
export function numbered(id: number, name: string): string {
  const plain = clean(name, 60);
  return plain === '' ? String(id) : `${id} (${plain})`;
}

/** `1, 7, 12`, and how many more there are than a sentence holds. */
export function listed(things: readonly string[], none: string): string {
  if (things.length === 0) return none;
  const more = things.length - MOST;
  return `${things.slice(0, MOST).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
