import type { HTMLElement } from 'node-html-parser';
import type { SourceLine } from '../domain/event.js';
import { parseAmount, parseQuantity } from '../domain/money.js';
import { quote } from './amounts.js';
import { MAX_LINES, MAX_TEXT } from './schema.js';

/** The only host that links to invoice views may point to. */
const INVOICE_HOST = 'portal.tripleseat.com';

const COLUMNS = {
  quantity: /^(?:qty|quantity|count)\.?$/i,
  item: /^(?:items?|item name|menu items?|description|name|products?)$/i,
  price: /^(?:price|unit price|price each|rate|each)$/i,
  total: /^(?:total|total price|line total|amount|extended(?: price)?)$/i,
};
/** A page with more tags than this is not parsed: 2,000 lines come to about 20,000, and the time grows faster. */
const MAX_TAGS = 30_000;
type Column = keyof typeof COLUMNS;
/** Where the columns are. There may be two of quantities, of which a row fills one. */
interface Places {
  quantities: number[];
  item: number;
  price: number;
  total: number;
}

/** A dish that is included in a package shows what it would cost, `@ $12.00`, and is not charged. */
const ASIDE = /^@ ?/;
const INCLUDED = /^(?:included?|incl\.?)\b/i;

/** Lines of an invoice view; `none`: no table of lines on the page. */
export type InvoiceLines =
  | { kind: 'lines'; lines: SourceLine[] }
  | { kind: 'none' }
  | { kind: 'unreadable'; detail: string };

/** True for an https link to the one host that invoice views live on, without port or user. */
export function isInvoiceUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, host, username, password } = new URL(text);
  return protocol === 'https:' && host === INVOICE_HOST && username === '' && password === '';
}

/**
 * The lines in every table whose first row has cells for quantity, item, price and total, in any order. Rows
 * with neither quantity nor price are headings and sums, not lines. Names stay as sent, entities included.
 */
export async function parseInvoice(html: string): Promise<InvoiceLines> {
  const content = withoutComments(html);
  let tags = 0;
  for (let at = content.indexOf('<'); at >= 0; at = content.indexOf('<', at + 1)) tags += 1;
  if (tags > MAX_TAGS) return { kind: 'unreadable', detail: `the page has more than ${MAX_TAGS} tags` };
  // Only events without any line items in the API get here, so the parser is loaded when one does.
  const { parse } = await import('node-html-parser');
  try {
    return collect(parse(content));
  } catch {
    return { kind: 'unreadable', detail: 'the page cannot be parsed as HTML' };
  }
}

/** The parser takes quadratic time over comments that do not end; here such a one ends the page. */
function withoutComments(html: string): string {
  const parts: string[] = [];
  let from = 0;
  for (let open = html.indexOf('<!--'); open >= 0; open = html.indexOf('<!--', from)) {
    parts.push(html.slice(from, open));
    const close = html.indexOf('-->', open + 4);
    if (close < 0) return parts.join('');
    from = close + 3;
  }
  parts.push(html.slice(from));
  return parts.join('');
}

function collect(page: HTMLElement): InvoiceLines {
  const lines: SourceLine[] = [];
  for (const table of page.getElementsByTagName('table')) {
    const [header, ...rows] = rowsOf(table).map(cellsOf);
    const places = header ? placesOf(header) : null;
    if (!places) continue;
    let section: string | null = null;
    for (const row of rows) {
      const line = lineOf(row, places, section);
      if (line) lines.push(line);
      else section = headingOf(row) ?? section;
      if (lines.length > MAX_LINES) return { kind: 'unreadable', detail: `more than ${MAX_LINES} lines` };
    }
  }
  return lines.length === 0 ? { kind: 'none' } : { kind: 'lines', lines };
}

/** The table's own rows: those of a table within a cell are not among them. */
function rowsOf(table: HTMLElement): HTMLElement[] {
  return table.children.flatMap((child) => {
    if (child.tagName === 'TR') return [child];
    return ['THEAD', 'TBODY', 'TFOOT'].includes(child.tagName)
      ? child.children.filter((row) => row.tagName === 'TR')
      : [];
  });
}

/** The cells of a row, one entry per column; a cell that spans columns is followed by empty ones. */
function cellsOf(row: HTMLElement): (HTMLElement | null)[] {
  return row.children.flatMap((cell) => {
    if (cell.tagName !== 'TD' && cell.tagName !== 'TH') return [];
    const span = Number(/^\d{1,2}$/.exec(cell.getAttribute('colspan') ?? '')?.[0] ?? 1);
    return [cell, ...Array.from({ length: Math.max(0, span - 1) }, () => null)];
  });
}

function placesOf(header: (HTMLElement | null)[]): Places | null {
  const names = header.map((cell) => textOf(cell));
  const find = (column: Column) => names.flatMap((name, at) => (COLUMNS[column].test(name) ? [at] : []));
  const [item] = find('item');
  const [price] = find('price');
  const [total] = find('total');
  const quantities = find('quantity');
  if (item === undefined || price === undefined || total === undefined || quantities.length === 0)
    return null;
  return { quantities, item, price, total };
}

/** `section`: the heading that the row stands under. */
function lineOf(cells: (HTMLElement | null)[], places: Places, section: string | null): SourceLine | null {
  const quantity = places.quantities.map((at) => textOf(cells[at])).find((text) => text !== '') ?? '';
  const price = textOf(cells[places.price]);
  // A heading or a sum, whose text spans the columns before.
  if (!cells[places.item] || (quantity === '' && price === '')) return null;
  const total = textOf(cells[places.total]);
  const isIncluded = INCLUDED.test(price) || INCLUDED.test(total) || (ASIDE.test(price) && isNothing(total));
  const broken: Record<string, string> = {};
  const read = <T>(
    text: string,
    field: keyof NonNullable<SourceLine['broken']>,
    sent: string,
    parse: (plain: string) => T | null,
  ): T | null => {
    if (text === '') return null;
    const plain = plainNumber(text);
    const value = plain === null ? null : parse(plain);
    if (value === null) broken[field] = `${sent} ${quote(text)}`;
    return value;
  };
  const figures = {
    quantity: read(quantity, 'quantity', 'quantity', parseQuantity),
    price: isIncluded ? null : read(price.replace(ASIDE, ''), 'price', 'price', parseAmount),
    totalPrice: isIncluded ? null : read(total, 'totalPrice', 'total_price', parseAmount),
  };
  return {
    displayName: null,
    description: (cells[places.item]?.rawText ?? '').slice(0, MAX_TEXT),
    longDescription: null,
    section,
    menuItemId: null,
    ...figures,
    ...(Object.keys(broken).length === 0 ? {} : { broken }),
  };
}

/** No amount at all, or one of nothing. */
function isNothing(total: string): boolean {
  const plain = plainNumber(total);
  return total === '' || total === '-' || (plain !== null && Number(plain) === 0);
}

/** What a row says that is neither a line nor a sum: a text in capitals and nothing else. */
function headingOf(cells: (HTMLElement | null)[]): string | null {
  const texts = cells.map((cell) => textOf(cell)).filter((text) => text !== '');
  const [only = ''] = texts;
  return texts.length === 1 && /\p{Lu}/u.test(only) && only === only.toUpperCase()
    ? only.slice(0, 200)
    : null;
}

/** Decoded text with white space folded. */
function textOf(cell: HTMLElement | null | undefined): string {
  return cell ? cell.text.replace(/\s+/g, ' ').trim() : '';
}

/** `$1,234.50` → `1234.50`, `(50.00)` → `-50.00`; null when it is anything but one number. */
function plainNumber(text: string): string | null {
  const match = /^(\()?(-)?\$? ?(-)?(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?(\))?$/.exec(text);
  if (!match) return null;
  const [, open, minus, innerMinus, whole = '', fraction = '', close] = match;
  if ((open === undefined) !== (close === undefined)) return null;
  const signs = [open, minus, innerMinus].filter((sign) => sign !== undefined).length;
  return signs > 1 ? null : `${signs === 1 ? '-' : ''}${whole.replaceAll(',', '')}${fraction}`;
}
