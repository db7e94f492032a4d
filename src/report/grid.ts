import Table from 'cli-table3';
import { columnsOf, wrap } from '../text/width.js';

/** A column of a table. */
export interface Column {
  head: string;
  align?: 'left' | 'right';
  /** Always as wide; default: as wide as its widest cell, less where room is scarce. */
  width?: number;
  /** Ids and amounts, which are never broken. */
  whole?: boolean;
}

/** What stands in one place of a table; text as it is, or painted, and leading somewhere. */
export type Cell = string | { text: string; paint?: (text: string) => string; link?: string | null };

/** A drawn table: no line is wider than asked for, and trailing blanks are left out. */
export interface Drawn {
  /** The line of headings; empty where no column has any. */
  head: string[];
  /** The lines of each row. */
  rows: string[][];
}

const GAP = '  ';
/** As narrow as a column of running text gets while another one can still give way. */
const COMFORTABLE = 12;
const LEAST = 8;

/**
 * Draws a table without frames, as all of them look here. A cell that is too long for its column goes on in the next
 * line, between two words where it can; nothing is cut. Where there is no room for columns (a terminal on a phone) the
 * cells of a row follow each other as words do.
 *
 * @param columns at most so many, indent included; infinite: as many as it takes
 */
export function drawTable(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  { columns: room, indent = '' }: { columns: number; indent?: string },
): Drawn {
  const hasHead = columns.some(({ head }) => head !== '');
  const body: (readonly Cell[])[] = hasHead ? [columns.map(({ head }) => head), ...rows] : [...rows];
  if (body.length === 0) return { head: [], rows: [] };
  const taken = indent.length + GAP.length * (columns.length - 1);
  const widths = fitted(columns, body, room - taken);
  if (sum(widths) > room - taken) {
    const [head = [], ...others] = body.map((row) => flowing(row, indent, room));
    return hasHead ? { head, rows: others } : { head: [], rows: [head, ...others] };
  }
  const table = new Table({
    chars: { ...bare, middle: GAP },
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [], compact: true },
    // A width of 0 would be taken for none given.
    colWidths: widths.map((width) => Math.max(width, 1)),
    colAligns: columns.map(({ align = 'left' }) => align),
  });
  const heights = body.map((row) => {
    const cells = columns.map((_, at) => laidOut(row[at] ?? '', widths[at] ?? 0));
    table.push(
      cells.map(({ lines, link }) => (link ? { content: lines.join('\n'), href: link } : lines.join('\n'))),
    );
    return Math.max(...cells.map(({ lines }) => lines.length));
  });
  const lines = table
    .toString()
    .split('\n')
    .map((line) => `${indent}${line}`.trimEnd());
  let next = 0;
  const drawn = heights.map((height) => {
    next += height;
    return lines.slice(next - height, next);
  });
  return hasHead ? { head: drawn[0] ?? [], rows: drawn.slice(1) } : { head: [], rows: drawn };
}

const bare = Object.fromEntries(
  ['top', 'bottom', 'mid', 'left', 'right'].flatMap((edge) =>
    ['', '-mid', '-left', '-right'].map((suffix) => [edge + suffix, '']),
  ),
);

function textOf(cell: Cell): string {
  return typeof cell === 'string' ? cell : cell.text;
}

function laidOut(cell: Cell, width: number): { lines: string[]; link: string | null } {
  const lines = wrap(textOf(cell), '', Math.max(width, 1), true);
  if (typeof cell === 'string') return { lines, link: null };
  const { paint = (text: string) => text, link = null } = cell;
  return { lines: lines.map((line) => (line === '' ? line : paint(line))), link };
}

/** A row without columns. What goes on in the next line is indented. */
function flowing(row: readonly Cell[], indent: string, room: number): string[] {
  const words = row.flatMap((cell) => {
    const text = textOf(cell);
    const { paint = (word: string) => word } = typeof cell === 'string' ? {} : cell;
    const painted = text.split(' ').map((word) => paint(word));
    return text === '' ? [] : [painted.join(' ')];
  });
  const [first = '', ...rest] = wrap(words.join(GAP), indent + GAP, room, true);
  return [first.replace(GAP, ''), ...rest].map((line) => line.trimEnd());
}

/**
 * Widths of the columns: what they would like to have, where there is room for it. Else the widest gives way, down to
 * its longest word, then down to {@link COMFORTABLE}, in the end down to {@link LEAST}. They come to more than there is
 * room for where that is not enough.
 */
function fitted(columns: readonly Column[], rows: readonly (readonly Cell[])[], room: number): number[] {
  const cells = columns.map((_, at) => rows.map((row) => textOf(row[at] ?? '')));
  const widest = (texts: readonly string[]) =>
    texts.reduce((most, text) => Math.max(most, columnsOf(text)), 0);
  const widths = columns.map(({ width }, at) => width ?? widest(cells[at] ?? []));
  const words = cells.map((texts) => widest(texts.flatMap((text) => text.split(' '))));
  const isWhole = (at: number) => columns[at]?.whole === true || columns[at]?.width !== undefined;
  for (const least of [
    (at: number) => (isWhole(at) ? Number.POSITIVE_INFINITY : Math.max(words[at] ?? 0, COMFORTABLE)),
    (at: number) => (isWhole(at) ? Number.POSITIVE_INFINITY : COMFORTABLE),
    (at: number) => (isWhole(at) ? Number.POSITIVE_INFINITY : LEAST),
  ]) {
    for (let excess = sum(widths) - room; excess > 0; excess -= 1) {
      const givers = widths.map((width, at) => width - least(at));
      const most = Math.max(...givers);
      if (most <= 0) break;
      const at = givers.indexOf(most);
      widths[at] = (widths[at] ?? 0) - 1;
    }
  }
  return widths;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
