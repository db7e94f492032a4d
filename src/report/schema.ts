import { z } from 'zod';
import { differenceFields } from '../domain/differences.js';
import { failReasons, skipReasons } from '../domain/reasons.js';
import { equalities, openedStates } from '../domain/rivals.js';

const count = z.int().min(0);

const changeSchema = z.looseObject({ action: z.string() });
/** One change of the POS: what was done, or in a dry run would be. Fields depend on the action. */
export type Change = z.infer<typeof changeSchema>;

const differenceSchema = z.strictObject({
  field: z.enum(differenceFields),
  /** Name of the line; null for everything else. */
  name: z.string().nullable(),
  /** What the event has, `30 × 8.24`; null: nothing of the kind. */
  event: z.string().nullable(),
  /** What the order has; null: nothing of the kind. */
  order: z.string().nullable(),
});

const orderSchema = z.strictObject({
  /** Id of the order. */
  id: z.string(),
  /** By the clock of its shop, `2026-11-14 10:00`; null: not told. */
  made: z.string().nullable(),
  /** `us`, or a user of Revel, `user 7`; null: not told. */
  by: z.string().nullable(),
  /** In dollars, `1472.00`; null: not known. */
  paid: z.string().nullable(),
  /** Whether a POS has opened it; `closed`: its bill, too. */
  opened: z.enum(openedStates),
  /** Whether it equals the event; `figures`: sums and day do, of its lines nobody knows. */
  equals: z.enum(equalities),
  /** In what it differs. */
  differs: z.array(z.enum(differenceFields)),
  /** Id of the establishment that it stands in; null: the event's. */
  elsewhere: z.string().nullable(),
  /** Its page; null: no address is configured. */
  link: z.string().nullable(),
});

const outcome = {
  /** Tripleseat event id. */
  id: z.string().regex(/^[0-9]{1,18}$/),
  name: z.string().nullable(),
  /** Local date of the event, `YYYY-MM-DD`. */
  date: z.string().nullable(),
  /** Name of the location in the locations file. */
  location: z.string().nullable(),
  /**
   * The event's order; in a dry run the one that it would leave standing or take away. Null: there is none, none is
   * known, or a dry run would make a new one.
   */
  revel_order_id: z.string().nullable(),
  /** Pages of the event and its order; null: their addresses are not configured, or there is no order. */
  links: z.strictObject({ event: z.string().nullable(), order: z.string().nullable() }),
  /** Grand total of the wanted order in dollars, `1472.00`. */
  total: z
    .string()
    .regex(/^-?[0-9]+\.[0-9]{2}$/)
    .nullable(),
  /** A sentence for a person: what, why, what to do. */
  error: z.string().nullable(),
  /** What in the order is not as the event has it, whether that is a fault or staff's work. */
  differences: z.array(differenceSchema),
  /** Several orders of the event that staff can see; of those a person decides. Kept by older versions: none. */
  orders: z.array(orderSchema).default([]),
  /** Sentences about what was not taken as the event has it. */
  notes: z.array(z.string()).readonly(),
  changes: z.array(changeSchema),
};

const eventResultSchema = z.discriminatedUnion('status', [
  z.strictObject({ ...outcome, status: z.literal('injected'), reason: z.null() }),
  z.strictObject({ ...outcome, status: z.literal('repaired'), reason: z.null() }),
  z.strictObject({ ...outcome, status: z.literal('skipped'), reason: z.enum(skipReasons) }),
  z.strictObject({ ...outcome, status: z.literal('failed'), reason: z.enum(failReasons) }),
]);
/** What became of one event, or in a dry run would. */
export type EventResult = z.infer<typeof eventResultSchema>;

const summarySchema = z.strictObject({
  queried: count,
  injected: count,
  repaired: count,
  skipped: count,
  failed: count,
});
/** Number of events by status; `queried` is their sum. */
export type Summary = z.infer<typeof summarySchema>;

const errorSchema = z.strictObject({ code: z.string(), message: z.string(), hint: z.string().nullable() });
/** Why the run as a whole did not do its work. */
export type RunError = z.infer<typeof errorSchema>;

/** Who started a run. */
const triggers = ['manual', 'cron', 'webhook'] as const;
/** See {@link triggers}. */
export type Trigger = (typeof triggers)[number];

/** Number of events by status. */
export function summarize(events: readonly Pick<EventResult, 'status'>[]): Summary {
  const summary = { queried: events.length, injected: 0, repaired: 0, skipped: 0, failed: 0 };
  for (const { status } of events) summary[status] += 1;
  return summary;
}

/** The document that `--json` prints, and everything else that tells of a run is made from. */
export const RunReportSchema = z
  .strictObject({
    /** No event failed, and neither did the run. */
    success: z.boolean(),
    mode: z.enum(['single', 'bulk']),
    dry_run: z.boolean(),
    trigger: z.enum(triggers),
    correlation_id: z.string().regex(/^[0-9a-f]{8}$/),
    started_at: z.iso.datetime(),
    duration_ms: count,
    /** Days or instants that a sweep covered; null for single events. */
    window: z.strictObject({ from: z.string(), to: z.string() }).nullable(),
    summary: summarySchema,
    events: z.array(eventResultSchema),
    error: errorSchema.nullable(),
    /** HTTP requests sent. */
    requests: z.strictObject({ tripleseat: count, revel: count }),
  })
  .superRefine((report, context) => {
    const counted = summarize(report.events);
    for (const key of ['queried', 'injected', 'repaired', 'skipped', 'failed'] as const) {
      if (report.summary[key] === counted[key]) continue;
      context.addIssue({ code: 'custom', path: ['summary', key], message: `is not ${counted[key]}` });
    }
    if (report.success !== (counted.failed === 0 && report.error === null)) {
      context.addIssue({ code: 'custom', path: ['success'], message: 'disagrees with events and error' });
    }
    if (report.mode === 'single' && report.window !== null) {
      context.addIssue({ code: 'custom', path: ['window'], message: 'is not null' });
    }
  });
/** See {@link RunReportSchema}. */
export type RunReport = z.infer<typeof RunReportSchema>;
