import type { EventResult } from './schema.js';

/** What of a result says which sentence is told of it. */
type Told = Pick<EventResult, 'id' | 'status' | 'reason' | 'location' | 'error'>;

/** Events that one sentence holds for stand together, at the place of the first of them. */
export function sharing<T extends Told>(events: readonly T[]): T[] {
  return [...groups(events).values()].flat();
}

/**
 * The shop that a sentence is about, by the results that it stands with: null where it holds for several, or is about
 * none.
 */
export function placeOf<T extends Told>(events: readonly T[]): (event: T) => string | null {
  const found = groups(events);
  return (event) => {
    const shops = new Set(found.get(keyOf(event))?.map(({ location }) => location));
    return event.status === 'failed' && shops.size === 1 ? event.location : null;
  };
}

/** Whether both are told by the same sentence. */
export function isSameSentence(one: Told, other: Told): boolean {
  return keyOf(one) === keyOf(other);
}

function groups<T extends Told>(events: readonly T[]): Map<string, T[]> {
  const found = new Map<string, T[]>();
  for (const event of events) {
    const group = found.get(keyOf(event));
    if (group) group.push(event);
    else found.set(keyOf(event), [event]);
  }
  return found;
}

function keyOf({ status, reason, error, id }: Told): string {
  return JSON.stringify([status, reason, error ?? id]);
}
