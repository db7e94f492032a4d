import stringWidth from 'string-width';
import { graphemes } from './text.js';

/** Terminal columns that a text takes. */
export function columnsOf(text: string): number {
  return stringWidth(text);
}

/** The text, cut between two graphemes and ended with `…` where it would take more than `columns`. */
export function fitColumns(text: string, columns: number): string {
  if (stringWidth(text) <= columns) return text;
  let kept = '';
  let used = 1;
  for (const grapheme of graphemes(text)) {
    used += stringWidth(grapheme);
    if (used > columns) break;
    kept += grapheme;
  }
  return `${kept.trimEnd()}…`;
}

/** Text in lines of at most `columns`, each indented; words longer than a line are left whole. */
export function wrap(text: string, indent: string, columns: number): string[] {
  const lines: string[] = [];
  let line = indent;
  for (const word of text.split(' ')) {
    const empty = line.length === indent.length;
    if (!empty && stringWidth(line) + 1 + stringWidth(word) > columns) {
      lines.push(line);
      line = indent + word;
    } else line += empty ? word : ` ${word}`;
  }
  return [...lines, line];
}
