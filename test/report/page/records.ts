import type { Money } from '../../../src/domain/booked.js';
import { cents } from '../../../src/domain/money.js';
import type { JournalRecord } from '../../../src/state/types.js';

/** Now, for pages made of these records: 12:00 in Los Angeles on Saturday the 14th. */
export const NOW = Date.UTC(2026, 10, 14, 20);
const HOUR = 3_600_000;

type Result = Extract<JournalRecord, { type: 'event' }>;
type End = Extract<JournalRecord, { type: 'run-end' }>;

/** An instant so many hours before now. */
function ago(hours: number): string {
  return new Date(NOW - hours * HOUR).toISOString();
}

export function result(id: string, hours: number, over: Partial<Result> = {}): JournalRecord {
  return {
    type: 'event',
    at: ago(hours),
    run: '1a2b3c4d',
    id,
    name: 'Alder rehearsal dinner',
    date: '2026-11-14',
    location: 'Special Events',
    status: 'injected',
    reason: null,
    order: '10684001',
    total: '1421.31',
    error: null,
    ...over,
  };
}

/** A run from its start to its end, `seconds` later. */
export function run(
  id: string,
  hours: number,
  seconds: number,
  over: Partial<End> & { trigger?: string } = {},
): JournalRecord[] {
  const { trigger = 'cron', ...end } = over;
  const mode = trigger === 'webhook' ? 'single' : 'bulk';
  const summary = { queried: 3, injected: 1, repaired: 1, skipped: 0, failed: 1 };
  return [
    { type: 'run-start', at: ago(hours), run: id, mode, trigger, window: null },
    {
      type: 'run-end',
      at: new Date(NOW - hours * HOUR + seconds * 1_000).toISOString(),
      run: id,
      mode,
      complete: true,
      exit: 1,
      summary,
      requests: { tripleseat: 12, revel: 40 },
      ...end,
    },
  ];
}

/** Money of which all goes by the first figure, in cents. */
export function money(sales: number, over: Partial<Record<keyof Money, number | null>> = {}): Money {
  const all = { sales, discount: 0, tax: 0, gratuity: 0, fees: 0, paid: 0, due: sales, ...over };
  const figure = (value: number | null) => (value === null ? null : cents(value));
  return {
    sales: figure(all.sales),
    discount: figure(all.discount),
    tax: figure(all.tax),
    gratuity: figure(all.gratuity),
    fees: figure(all.fees),
    paid: figure(all.paid),
    due: figure(all.due),
  };
}

export function booked(
  id: string,
  event: Money | null,
  order: Money | null,
  over: Partial<Extract<JournalRecord, { type: 'booked' }>> = {},
): JournalRecord {
  return {
    type: 'booked',
    at: ago(1),
    run: '1a2b3c4d',
    id,
    date: '2026-11-14',
    location: 'Special Events',
    booked: { event, order },
    ...over,
  };
}

/** Records as the journal reads them. */
export async function* journalOf(records: readonly JournalRecord[]): AsyncGenerator<JournalRecord> {
  yield* records;
}
