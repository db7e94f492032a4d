import { type Shard, shardName } from '../domain/shard.js';
import type { JournalRecord } from './types.js';

/**
 * Start (ISO 8601) of the last time that the events of a shard (null: all events) were covered to the end: by a
 * sweep of everything, by sweeps of all the shards of some count, or by a sweep of that very shard. Null: none on
 * record.
 *
 * @param backward records of sweeps (others are passed over), newest first
 */
export async function lastCovered(
  backward: AsyncIterable<JournalRecord>,
  shard: Shard | null,
): Promise<string | null> {
  const newest = new Map<string, string>();
  const pending = new Map<string, string>();
  for await (const record of backward) {
    if (record.type === 'event' || record.type === 'booked' || record.mode !== 'bulk') continue;
    const part = record.shard ?? null;
    const name = part === null ? WHOLE : shardName(part);
    if (record.type === 'run-end') {
      if (record.complete && !newest.has(name)) pending.set(record.run, name);
    } else if (pending.get(record.run) === name && !newest.has(name)) {
      newest.set(name, record.at);
      // Anything older than a sweep of everything covers less.
      if (part === null) break;
    }
  }
  const own = shard === null ? undefined : newest.get(shardName(shard));
  const candidates = [newest.get(WHOLE), own, ...wholes(newest)].filter((at) => at !== undefined);
  return candidates.sort((a, b) => Date.parse(b) - Date.parse(a))[0] ?? null;
}

const WHOLE = 'all';

/** For every count of which each shard was swept: the start of the one that was swept least recently. */
function wholes(newest: ReadonlyMap<string, string>): string[] {
  const counts = new Set(
    [...newest.keys()].filter((name) => name !== WHOLE).map((name) => Number(name.split('/')[1])),
  );
  return [...counts].flatMap((count) => {
    const starts = Array.from({ length: count }, (_, index) => newest.get(`${index + 1}/${count}`));
    const known = starts.filter((at) => at !== undefined);
    if (known.length < count) return [];
    return known.sort((a, b) => Date.parse(a) - Date.parse(b)).slice(0, 1);
  });
}
