import { createHash } from 'node:crypto';
import type { EventId } from './ids.js';
import type { Shard } from './shard.js';

/*
 * Apart from shard.ts, which the command line loads at every start: hashing is slow to load.
 */

/** Whether the event belongs to the shard: by a hash of its id, the same everywhere and for good. */
export function isInShard(event: EventId, { index, count }: Shard): boolean {
  const hash = createHash('sha256').update(event).digest().readUInt32BE(0);
  return (hash % count) + 1 === index;
}
