import { clean } from '../text/text.js';
import {
  type Change,
  type EventResult,
  type RunError,
  type RunReport,
  summarize,
  type Trigger,
} from './schema.js';

/** Longest texts of a report, in code points. */
const MAX_NAME = 200;
const MAX_VALUE = 500;
const MAX_SENTENCE = 4000;
/** More notes of one event than this are left out. */
const MAX_NOTES = 100;

/** What a run hands over; texts as they came, the report cleans them. */
export interface ReportInput {
  mode: 'single' | 'bulk';
  dryRun: boolean;
  trigger: Trigger;
  correlationId: string;
  /** Epoch milliseconds. */
  startedAt: number;
  /** Epoch milliseconds. */
  finishedAt: number;
  /** Disregarded in single mode. */
  window: { from: string; to: string } | null;
  events: readonly EventResult[];
  /** Why the run as a whole did not do its work; null: it did. */
  error: RunError | null;
  requests: { tripleseat: number; revel: number };
  /** Takes secrets out of a text; see redact.ts. */
  redact: (text: string) => string;
}

/** Texts anywhere in a change; keys are ours and stay. */
function mapTexts(value: unknown, map: (text: string) => string): unknown {
  if (typeof value === 'string') return map(value);
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, map));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapTexts(item, map)]));
}

/** The report of a run. Counts and success are computed here, so that they cannot disagree with the events. */
export function buildReport(input: ReportInput): RunReport {
  const safe = (text: string, max: number) => clean(input.redact(clean(text, max * 2)), max);
  const safeOrNull = (text: string | null, max: number) => (text === null ? null : safe(text, max));
  const safeChange = ({ action, ...rest }: Change): Change => ({
    action,
    ...Object.fromEntries(
      Object.entries(rest).map(([key, value]) => [key, mapTexts(value, (text) => safe(text, MAX_VALUE))]),
    ),
  });

  const events = input.events.map(
    (event): EventResult => ({
      ...event,
      name: safeOrNull(event.name, MAX_NAME),
      date: safeOrNull(event.date, MAX_NAME),
      location: safeOrNull(event.location, MAX_NAME),
      revel_order_id: safeOrNull(event.revel_order_id, MAX_NAME),
      error: safeOrNull(event.error, MAX_SENTENCE),
      differences: event.differences.map(({ field, name, event: wanted, order }) => ({
        field,
        name: safeOrNull(name, MAX_NAME),
        event: safeOrNull(wanted, MAX_NAME),
        order: safeOrNull(order, MAX_NAME),
      })),
      orders: event.orders.map((order) => ({
        ...order,
        id: safe(order.id, MAX_NAME),
        made: safeOrNull(order.made, MAX_NAME),
        by: safeOrNull(order.by, MAX_NAME),
        paid: safeOrNull(order.paid, MAX_NAME),
        elsewhere: safeOrNull(order.elsewhere, MAX_NAME),
      })),
      notes: event.notes.slice(0, MAX_NOTES).map((note) => safe(note, MAX_SENTENCE)),
      changes: event.changes.map(safeChange),
    }),
  );
  const summary = summarize(events);
  const { error } = input;

  return {
    success: summary.failed === 0 && error === null,
    mode: input.mode,
    dry_run: input.dryRun,
    trigger: input.trigger,
    correlation_id: input.correlationId,
    started_at: new Date(input.startedAt).toISOString(),
    duration_ms: Math.max(0, Math.round(input.finishedAt - input.startedAt)),
    window: input.mode === 'single' ? null : input.window,
    summary,
    events,
    error: error && {
      code: error.code,
      message: safe(error.message, MAX_SENTENCE),
      hint: safeOrNull(error.hint, MAX_SENTENCE),
    },
    requests: { ...input.requests },
  };
}
