import { z } from 'zod';
import { isConclusive } from '../domain/reasons.js';
import type { Cache } from '../state/types.js';
import type { SyncOutcome, SyncRequest } from './types.js';

/** Key in the cache. */
const KEY = 'failing-as-told';
/** Failures kept at most; whatever is left out counts as new once more. */
const MOST = 2_000;

const keptSchema = z.record(z.string(), z.string());

/** Failures that scheduled runs have told: event ids with their reasons. What the cache has lost is new again. */
export async function knownFailures(cache: Cache): Promise<ReadonlyMap<string, string>> {
  const kept = keptSchema.safeParse(await cache.get(KEY)).data ?? {};
  return new Map(Object.entries(kept));
}

/** Takes down for {@link knownFailures} what a scheduled run tells, and forgets what any run finds settled. */
export async function keepKnown(
  cache: Cache,
  { target, locations, trigger }: Pick<SyncRequest, 'target' | 'locations' | 'trigger'>,
  { results, complete }: SyncOutcome,
): Promise<void> {
  const tells = trigger === 'cron';
  const isWhole = tells && complete && target.kind === 'sweep' && !target.shard && locations === null;
  const before = await knownFailures(cache);
  const known = new Map(isWhole ? [] : before);
  for (const { id, status, reason } of results) {
    const told = before.get(id);
    if (status === 'failed') {
      if (tells) known.set(id, reason);
    } else if (isConclusive(reason)) known.delete(id);
    // Nobody has looked: it stands as it was told.
    else if (told !== undefined) known.set(id, told);
  }
  const isSame = known.size === before.size && [...known].every(([id, reason]) => before.get(id) === reason);
  // Most runs change nothing of it, and a write has to reach the disk.
  if (isSame) return;
  await cache.set(KEY, Object.fromEntries([...known].slice(-MOST)));
  await cache.flush();
}
