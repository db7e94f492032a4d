import stringWidth from 'string-width';
import { graphemes } from './text.js';

/** Terminal columns that a text takes. */
export function columnsOf(text: string): number {
  return stringWidth(text);
}

/**
 * Text in lines of at most `columns`, each indented, broken between words. A word that is longer than a line is left
 * whole, so that it can be copied; with `hard` it is broken between two graphemes.
 */
export function wrap(text: string, indent: string, columns: number, hard = false): string[] {
  const lines: string[] = [];
  let line = indent;
  const room = Math.max(columns - indent.length, 1);
  const words = text.split(' ').flatMap((word) => (hard ? pieces(word, room) : [word]));
  for (const word of words) {
    const empty = line.length === indent.length;
    if (!empty && stringWidth(line) + 1 + stringWidth(word) > columns) {
      lines.push(line);
      line = indent + word;
    } else line += empty ? word : ` ${word}`;
  }
  return [...lines, line];
}

/** A word in parts of at most so many columns. */
function pieces(word: string, columns: number): string[] {
  if (stringWidth(word) <= columns) return [word];
  const parts: string[] = [];
  let part = '';
  for (const grapheme of graphemes(word)) {
    if (part !== '' && stringWidth(part + grapheme) > columns) {
      parts.push(part);
      part = '';
    }
    part += grapheme;
  }
  return [...parts, part];
}
