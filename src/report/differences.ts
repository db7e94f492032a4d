import { differenceName } from '../domain/differences.js';
import { clean } from '../text/text.js';
import { columnsOf, wrap } from '../text/width.js';
import type { EventResult } from './schema.js';

/** One difference between an event and its order. */
type Shown = EventResult['differences'][number];

/** A cell that has nothing to show. */
const NONE = '-';
const GAP = '  ';
/** Head of a table of differences. */
export const TABLE_HEAD = ['', 'event', 'order'] as const;
/** Columns that names keep, however narrow the terminal is. */
const LEAST_NAME = 12;
/** Longest texts, in code points. */
const MAX_NAME = 200;
const MAX_VALUE = 200;

/** The three cells of a difference: what differs, what the event has, what the order has. */
export function differenceCells(difference: Shown): [string, string, string] {
  const { event, order } = difference;
  const value = (text: string | null) => (text === null ? NONE : clean(text, MAX_VALUE) || NONE);
  return [clean(differenceName(difference), MAX_NAME), value(event), value(order)];
}

/** {@link tableLines} of differences. */
export function differenceLines(differences: readonly Shown[], indent: string, columns: number): string[] {
  return tableLines(differences.map(differenceCells), indent, columns);
}

/**
 * A table of event and order, one row below the other, with a head; nothing is cut, what is too long goes on in the next
 * line.
 *
 * @param columns at most so many, indent included; infinite: as many as it takes
 */
export function tableLines(
  cells: readonly (readonly [string, string, string])[],
  indent: string,
  columns: number,
): string[] {
  if (cells.length === 0) return [];
  const rows = [TABLE_HEAD, ...cells];
  const widest = (column: 0 | 1 | 2) => Math.max(...rows.map((row) => columnsOf(row[column])));
  const fixed = indent.length + 2 * GAP.length;
  const [event, order] = shares(widest(1), widest(2), columns - fixed - LEAST_NAME);
  const name = Math.min(widest(0), Math.max(columns - fixed - event - order, LEAST_NAME));
  const widths = [name, event, order];
  return rows.flatMap((row) => {
    const columnsOfRow = widths.map((width, at) => wrap(row[at] ?? '', '', width));
    const height = Math.max(...columnsOfRow.map(({ length }) => length));
    return Array.from({ length: height }, (_, line) => {
      const parts = widths.map((width, at) => padded(columnsOfRow[at]?.[line] ?? '', width));
      return `${indent}${parts.join(GAP)}`.trimEnd();
    });
  });
}

/** Widths of the two value columns, which give way together where there is no room for both. */
function shares(event: number, order: number, room: number): [number, number] {
  if (event + order <= room) return [event, order];
  const half = Math.max(Math.floor(room / 2), 8);
  if (event <= half) return [event, Math.max(room - event, 8)];
  return order <= half ? [Math.max(room - order, 8), order] : [half, half];
}

function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(width - columnsOf(text), 0));
}
