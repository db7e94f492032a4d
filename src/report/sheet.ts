import { type Booked, type Money, moneyFields } from '../domain/booked.js';
import { isConclusive } from '../domain/reasons.js';
import type { JournalRecord } from '../state/types.js';
import { clean } from '../text/text.js';
import type { Shops } from './shops.js';

/** One shop on one day, events against orders. */
export interface SheetRow {
  /** Local day, `YYYY-MM-DD`. */
  date: string;
  shop: string;
  /** Events that want an order, and orders that stand. */
  events: number;
  orders: number;
  /** Sums in cents of what is known. */
  wanted: Record<keyof Money, number>;
  booked: Record<keyof Money, number>;
  /** Ids of events that fail, or whose figures are not those of their order. */
  open: string[];
}

/** Which days a sheet is for: local days of the shops, both included. */
export interface SheetSpan {
  from: string;
  to: string;
}

/** What was taken down last of an event. */
interface Last {
  date: string | null;
  location: string | null;
  booked: Booked;
  /** The newest result of a run that has looked at it is a failure. */
  fails: boolean;
}

const NOTHING: Booked = { event: null, order: null };

/** The day sheet, from the journal alone: by day and shop. */
export async function sheetOf(journal: AsyncIterable<JournalRecord>, span: SheetSpan): Promise<SheetRow[]> {
  const events = new Map<string, Last>();
  for await (const record of journal) {
    const before = 'id' in record ? events.get(record.id) : undefined;
    if (record.type === 'booked') {
      const { id, date, location, booked } = record;
      events.set(id, { date, location, booked, fails: before?.fails ?? false });
    } else if (record.type === 'event') {
      const { id, status, reason } = record;
      const date = record.date ?? before?.date ?? null;
      const location = record.location ?? before?.location ?? null;
      const fails = status === 'failed' || (!isConclusive(reason) && before?.fails === true);
      events.set(id, { date, location, booked: before?.booked ?? NOTHING, fails });
    }
  }
  const rows = new Map<string, SheetRow>();
  for (const [id, last] of events) {
    if (last.date === null || last.date < span.from || last.date > span.to) continue;
    const { event, order } = last.booked;
    if (event === null && order === null && !last.fails) continue;
    const key = JSON.stringify([last.date, last.location]);
    const row = rows.get(key) ?? emptyRow(last.date, last.location);
    rows.set(key, row);
    addTo(row, id, last);
  }
  return [...rows.values()].sort((a, b) => a.date.localeCompare(b.date) || a.shop.localeCompare(b.shop));
}

function emptyRow(date: string, location: string | null): SheetRow {
  const sums = () => ({ sales: 0, discount: 0, tax: 0, gratuity: 0, fees: 0, paid: 0, due: 0 });
  return {
    date: clean(date, 10),
    shop: clean(location ?? '', 100),
    events: 0,
    orders: 0,
    wanted: sums(),
    booked: sums(),
    open: [],
  };
}

function addTo(row: SheetRow, id: string, { booked: { event, order }, fails }: Last): void {
  if (event !== null || fails) row.events += 1;
  if (order !== null) row.orders += 1;
  for (const field of moneyFields) {
    row.wanted[field] += event?.[field] ?? 0;
    row.booked[field] += order?.[field] ?? 0;
  }
  const isEqual =
    !fails &&
    event !== null &&
    order !== null &&
    moneyFields.every((field) => event[field] !== null && event[field] === order[field]);
  if (!isEqual) row.open.push(clean(id, 18));
}

/** Spreadsheets read the encoding from it. */
const MARK = '\ufeff';

/**
 * The sheet as comma-separated values (RFC 4180): one line for each day and shop; of each figure what the events come
 * to, what the orders come to, and the orders less the events.
 */
export function sheetCsv(rows: readonly SheetRow[], { currencies }: Pick<Shops, 'currencies'>): string {
  const head = [
    'date',
    'location',
    'currency',
    'events',
    'orders',
    ...moneyFields.flatMap((field) => [`${field} of events`, `${field} of orders`, `${field} difference`]),
    'open events',
  ];
  const lines = rows.map((row) => [
    row.date,
    row.shop,
    currencies.get(row.shop) ?? '',
    String(row.events),
    String(row.orders),
    ...moneyFields.flatMap((field) => {
      const { [field]: wanted } = row.wanted;
      const { [field]: booked } = row.booked;
      return [dollars(wanted), dollars(booked), dollars(booked - wanted)];
    }),
    row.open.join(' '),
  ]);
  return `${MARK}${[head, ...lines].map((cells) => `${cells.map(cell).join(',')}\r\n`).join('')}`;
}

function dollars(cents: number): string {
  return (cents / 100).toFixed(2);
}

/** A text that a spreadsheet would take for a formula gets an apostrophe, which makes it a text. */
function cell(text: string): string {
  const safe = /^[=+@\t\r]|^-(?![\d.]+$)/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
