import type { EventHeader } from './event.js';
import type { EventId } from './ids.js';
import type { Location } from './location.js';
import type { FoundOrder } from './order.js';
import { standings } from './plan.js';
import type { Failure, SkipReason } from './reasons.js';
import { windowOf, windowState } from './window.js';

/** What is known of an event before its financial detail is needed. */
export interface TriageInput {
  id: EventId;
  /** Null: Tripleseat does not have the event. */
  header: EventHeader | null;
  /** The configured location of the event; null: none covers it. */
  location: Location | null;
  /** Whether this run may write for the location. */
  allowed: boolean;
  ignored: boolean;
  /** Statuses that get an order, upper case. */
  statuses: readonly string[];
  leadHours: number;
  graceHours: number;
  /** Inject even when the window is over. */
  late: boolean;
  now: number;
  /** All rows Revel has for the event. */
  rows: readonly FoundOrder[];
}

/** Decided without the detail, or the location to build the wanted order for. */
export type Triage =
  | { kind: 'skip'; reason: SkipReason; note: string | null; order: FoundOrder | null }
  | { kind: 'failed'; failure: Failure; order: FoundOrder | null }
  | { kind: 'wants-order'; header: EventHeader; location: Location };

/** Which events get an order, and which need a person. */
export function triage(input: TriageInput): Triage {
  const { id, header, location } = input;
  const { visible, hidden } = standings(input.rows);
  const order = visible[0] ?? null;
  if (input.ignored) return skip('IGNORED', order);
  if (!header) {
    return order
      ? orphaned(visible, `Event ${id} no longer exists in Tripleseat`)
      : failed('EVENT_NOT_FOUND', `Tripleseat has no event ${id}. Check the id.`, null);
  }
  if (location && !input.allowed) return skip('LOCATION_NOT_ALLOWED', order);
  if (header.deleted || !input.statuses.includes(header.status)) {
    const is = header.deleted ? 'deleted' : header.status;
    return order
      ? orphaned(visible, `Event ${id} is ${is}`)
      : skip('STATUS_NOT_ELIGIBLE', null, leftover(hidden));
  }
  if (!location) {
    const where = `site ${header.siteId ?? 'unknown'}, location ${header.locationId ?? 'unknown'}`;
    return order
      ? orphaned(visible, `Event ${id} has moved to ${where}, which no entry of the locations file covers`)
      : failed(
          'LOCATION_NOT_MAPPED',
          `Event ${id} is at ${where}, which no entry of the locations file covers. Add one, or put the event on IGNORE_EVENTS.`,
          null,
        );
  }
  const window = windowOf(header, location.timezone, input.leadHours, input.graceHours);
  if (!window) {
    return failed(
      'SOURCE_ERROR',
      `Event ${id} has no date that can be read. Set its date in Tripleseat.`,
      order,
    );
  }
  if (visible.length > 0) return { kind: 'wants-order', header, location };
  switch (windowState(window, input.now)) {
    case 'early':
      return skip('TOO_EARLY', null);
    case 'over':
      return input.late
        ? { kind: 'wants-order', header, location }
        : failed('MISSED', missed(id, window.closesAt, hidden), hidden[0] ?? null);
    case 'open':
      return { kind: 'wants-order', header, location };
  }
}

function missed(id: EventId, closedAt: number, hidden: readonly FoundOrder[]): string {
  const closed = new Date(closedAt).toISOString().slice(0, 16).replace('T', ' ');
  const [unfinished] = hidden;
  const what = unfinished ? `only an unfinished order (${unfinished.id})` : 'no order';
  return `Event ${id} has ${what}, and the time to inject it was over at ${closed} UTC. If the order is still wanted, run: ts-reconcile sync --event-id ${id} --late`;
}

function leftover(hidden: readonly FoundOrder[]): string | null {
  const [first] = hidden;
  return first ? `Its unfinished order ${first.id} stays hidden from staff.` : null;
}

function skip(reason: SkipReason, order: FoundOrder | null, note: string | null = null): Triage {
  return { kind: 'skip', reason, note, order };
}

function failed(reason: Failure['reason'], error: string, order: FoundOrder | null): Triage {
  return { kind: 'failed', failure: { reason, error }, order };
}

function orphaned(standing: readonly FoundOrder[], what: string): Triage {
  const [order = null, ...more] = standing;
  const ids = standing.map(({ id }) => id).join(', ');
  const remedy =
    more.length === 0
      ? `its order ${ids} stands in Revel. Void or delete that order in the POS if it is not wanted.`
      : `its orders ${ids} stand in Revel. Void or delete those in the POS that are not wanted.`;
  return failed('ORPHANED', `${what}, but ${remedy}`, order);
}
