import { z } from 'zod';
import type { Cache } from '../state/types.js';
import { type RunReport, RunReportSchema } from './schema.js';

/** Key of the last preview in the cache. */
const KEY = 'preview';

const keptSchema = z.object({
  days: z.number(),
  report: RunReportSchema,
  zones: z.record(z.string(), z.string()).optional().catch(undefined),
});

/** A look at the coming days that was kept. */
export interface Previewed {
  report: RunReport;
  /** IANA zones of the shops by their names, in the order of the locations file; empty: not kept. */
  zones: ReadonlyMap<string, string>;
}

/** Keeps what was found, without the single changes, for those who want to look at it later. */
export async function keepPreview(
  cache: Cache,
  days: number,
  report: RunReport,
  locations: readonly { name: string; timezone: string }[],
): Promise<void> {
  const events = report.events.map((event) => ({ ...event, changes: [] }));
  const zones = Object.fromEntries(locations.map(({ name, timezone }) => [name, timezone]));
  await cache.set(KEY, { days, report: { ...report, events }, zones });
  await cache.flush();
}

/** The last one that was kept; null: none, or one of a version that kept it otherwise. */
export async function lastPreview(cache: Cache): Promise<Previewed | null> {
  const kept = keptSchema.safeParse(await cache.get(KEY)).data;
  if (kept === undefined) return null;
  return { report: kept.report, zones: new Map(Object.entries(kept.zones ?? {})) };
}
