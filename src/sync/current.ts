import type { FoundOrder } from '../domain/order.js';
import { standings } from '../domain/plan.js';
import type { FailReason, SkipReason } from '../domain/reasons.js';
import type { RevelRead } from '../revel/types.js';
import type { RunContext } from './context.js';

/** Of these people are told to do something about an order that they can see. */
const RESTS_ON_HEADERS: ReadonlySet<FailReason | SkipReason> = new Set([
  'DRIFT',
  'TOUCHED',
  'ORPHANED',
  'DUPLICATE_ORDERS',
]);

/** Whether a verdict is to be told only of headers that were read by their ids: lists may be behind. */
export function restsOnHeaders(reason: FailReason | SkipReason | null): boolean {
  return reason !== null && RESTS_ON_HEADERS.has(reason);
}

/**
 * The rows of an event as they are now: those on which a verdict rests, read by their ids.
 *
 * @returns null: lists have shown them as they are
 */
export async function readCurrent(
  { revel }: Pick<RunContext, 'revel'>,
  rows: readonly FoundOrder[],
): Promise<RevelRead<FoundOrder[] | null>> {
  const { visible, hidden } = standings(rows);
  const current = new Map<string, FoundOrder>();
  for (const row of visible.length > 0 ? visible : hidden) {
    const read = await revel.order(row.id);
    if (read.kind === 'error') return read;
    // What a list has shown and its id does not is no less there.
    if (read.value && JSON.stringify(read.value) !== JSON.stringify(row)) current.set(row.id, read.value);
  }
  if (current.size === 0) return { kind: 'ok', value: null };
  return { kind: 'ok', value: rows.map((row) => current.get(row.id) ?? row) };
}
