import { differenceName } from '../domain/differences.js';
import { equalityText, type RivalOrder } from '../domain/rivals.js';
import { clean } from '../text/text.js';
import { type Cell, type Column, drawTable } from './grid.js';
import type { EventResult } from './schema.js';

/** A cell that has nothing to show. */
const NONE = '-';
/** Longest text of a cell, in code points. */
const MAX_TEXT = 200;

/** What a table shows: each cell is clean. */
interface TableCell {
  text: string;
  /** Page that it leads to; null: none is known. */
  link: string | null;
}

/** A table below an event. */
export interface FactTable {
  /** What it shows, for those who cannot see it. */
  title: string;
  /** The first column names its row; its heading may be empty. */
  columns: readonly Column[];
  /** As many cells as there are columns. */
  rows: TableCell[][];
  /** Rows that are left out. */
  more: number;
}

const OF_DIFFERENCES: readonly Column[] = [{ head: '' }, { head: 'event' }, { head: 'order' }];
const OF_ORDERS: readonly Column[] = [
  { head: 'order', whole: true },
  { head: 'made', whole: true },
  { head: 'by' },
  { head: 'paid', align: 'right', whole: true },
  { head: 'opened', whole: true },
  { head: 'equals event' },
];

/** What tables are made of; absent: nothing, or recorded by a version that did not tell. */
interface Facts {
  differences?: EventResult['differences'] | undefined;
  orders?: readonly (RivalOrder & { link?: string | null })[] | undefined;
}

/**
 * The tables below an event: what differs between it and its order, and the orders of which a person decides.
 *
 * @param most rows of each
 * @param linkOf the page of an order where the data does not tell
 */
export function tablesOf(
  { differences = [], orders = [] }: Facts,
  most = Number.POSITIVE_INFINITY,
  linkOf: (order: string) => string | null = () => null,
): FactTable[] {
  const tables: FactTable[] = [];
  if (differences.length > 0) {
    const rows = differences.slice(0, most).map(differenceRow);
    tables.push({
      title: 'What differs',
      columns: OF_DIFFERENCES,
      rows,
      more: differences.length - rows.length,
    });
  }
  if (orders.length > 0) {
    const rows = orders
      .slice(0, most)
      .map((order) => orderRow(order, order.link === undefined ? linkOf(order.id) : order.link));
    tables.push({ title: 'Orders', columns: OF_ORDERS, rows, more: orders.length - rows.length });
  }
  return tables;
}

function differenceRow(difference: EventResult['differences'][number]): TableCell[] {
  const { event, order } = difference;
  return [cell(differenceName(difference)), cell(event), cell(order)];
}

function orderRow(order: RivalOrder, link: string | null): TableCell[] {
  const { id, made, by, paid, opened } = order;
  return [{ ...cell(id), link }, ...[made, by, paid, opened, equalityText(order)].map(cell)];
}

function cell(text: string | null): TableCell {
  return { text: (text === null ? '' : clean(text, MAX_TEXT)) || NONE, link: null };
}

/**
 * Tables one row below the other, each with its head; see {@link drawTable}.
 *
 * @param room columns of the terminal
 * @param style whether cells lead to their pages, and what a head looks like
 */
export function tableLines(
  tables: readonly FactTable[],
  indent: string,
  room: number,
  { links = false, dim = (text) => text }: { links?: boolean; dim?: (text: string) => string } = {},
): string[] {
  return tables.flatMap(({ columns, rows, more }) => {
    const cells = rows.map((row) => row.map(({ text, link }): Cell => ({ text, link: links ? link : null })));
    const drawn = drawTable(columns, cells, { columns: room, indent });
    const rest = more > 0 ? [`${indent}and ${more} more`] : [];
    return [...drawn.head.map((line) => dim(line)), ...drawn.rows.flat(), ...rest];
  });
}
