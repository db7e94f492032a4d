import { differenceName } from '../domain/differences.js';
import { clean } from '../text/text.js';
import { drawTable } from './grid.js';
import type { EventResult } from './schema.js';

/** One difference between an event and its order. */
type Shown = EventResult['differences'][number];

/** A cell that has nothing to show. */
const NONE = '-';
/** Head of a table of differences. */
export const TABLE_HEAD = ['', 'event', 'order'] as const;
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

/** A table of event and order, one row below the other, with a head; see {@link drawTable}. */
export function tableLines(
  cells: readonly (readonly [string, string, string])[],
  indent: string,
  columns: number,
): string[] {
  if (cells.length === 0) return [];
  const { head, rows } = drawTable(
    TABLE_HEAD.map((name) => ({ head: name })),
    cells,
    { columns, indent },
  );
  return [...head, ...rows.flat()];
}
