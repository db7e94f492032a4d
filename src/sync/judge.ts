import { isSelected } from '../config/locations.js';
import type { Location } from '../domain/location.js';
import type { FoundOrder } from '../domain/order.js';
import { standings } from '../domain/plan.js';
import { triage } from '../domain/triage.js';
import { eventDate } from '../domain/window.js';
import type { OrderKey } from '../revel/types.js';
import { orderKey, type RunContext } from './context.js';
import { failed, failedUnread, type Known, locationOf, skipped } from './results.js';
import type { Candidate, EventResult } from './types.js';

/** What becomes of an event, as far as its header and the rows of its orders tell. */
export type Verdict = { kind: 'result'; result: EventResult } | { kind: 'wants-order'; location: Location };

/** What to look for in Revel for a candidate, as far as its header tells. */
export function keyOf(ctx: RunContext, { id, header }: Candidate): OrderKey {
  const location = locationOf(ctx, header);
  const date = header && location ? eventDate(header, location.timezone) : null;
  return orderKey(ctx, id, location, { date, since: header?.createdOn ?? null });
}

/**
 * Judges an event by its header and the rows that a look has found. Before an order is found lacking it is looked
 * for wherever it may be filed, which costs nothing where Revel can be asked for it.
 *
 * @returns the verdict, and all rows that it was made from
 */
export async function judge(
  ctx: RunContext,
  candidate: Candidate,
  rows: readonly FoundOrder[],
): Promise<{ verdict: Verdict; rows: readonly FoundOrder[] }> {
  const verdict = judgeBy(ctx, candidate, rows);
  const lacking = verdict.kind === 'wants-order' || verdict.result.reason === 'MISSED';
  if (!lacking || standings(rows).visible.length > 0) return { verdict, rows };
  const further = await ctx.finder.further(keyOf(ctx, candidate));
  if (further.kind === 'error') {
    const unread = failedUnread(ctx, candidate, 'REVEL_ERROR', further.detail, true);
    return { verdict: { kind: 'result', result: unread }, rows };
  }
  const known = new Set(rows.map(({ id }) => id));
  const more = further.value.filter(({ id }) => !known.has(id));
  if (more.length === 0) return { verdict, rows };
  const all = [...rows, ...more];
  return { verdict: judgeBy(ctx, candidate, all), rows: all };
}

/** The same by nothing but these rows. */
export function judgeBy(ctx: RunContext, candidate: Candidate, rows: readonly FoundOrder[]): Verdict {
  const { settings, request } = ctx;
  const location = locationOf(ctx, candidate.header);
  const known: Known = { ...candidate, location };
  const verdict = triage({
    id: candidate.id,
    header: candidate.header,
    location,
    allowed:
      location !== null &&
      isSelected(location, settings.allowedLocations) &&
      isSelected(location, request.locations),
    ignored: settings.ignoredEvents.has(candidate.id),
    statuses: settings.syncStatuses,
    leadHours: settings.leadHours,
    graceHours: settings.graceHours,
    late: request.late,
    now: ctx.clock.now(),
    rows,
  });
  switch (verdict.kind) {
    case 'wants-order':
      return { kind: 'wants-order', location: verdict.location };
    case 'skip':
      return { kind: 'result', result: skipped(known, verdict.reason, verdict.note, verdict.order) };
    case 'failed': {
      const { reason, error } = verdict.failure;
      return { kind: 'result', result: failed(known, reason, error, verdict.order, false) };
    }
  }
}
