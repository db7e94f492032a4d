/** One of `count` parts of all events, counted from 1. */
export interface Shard {
  index: number;
  count: number;
}

/** More parts than any group has use for. */
export const MAX_SHARDS = 1000;

/** `2/8`. */
export function shardName({ index, count }: Shard): string {
  return `${index}/${count}`;
}

/**
 * `2/8`, or `auto/8` with the index from `completionIndex` (JOB_COMPLETION_INDEX of a Kubernetes job, counted
 * from 0). Null: neither, or out of range.
 */
export function parseShard(text: string, completionIndex: string | undefined): Shard | null {
  const match = /^(auto|\d{1,4})\/(\d{1,4})$/.exec(text);
  if (!match) return null;
  const count = Number(match[2]);
  const index = match[1] === 'auto' ? indexOf(completionIndex) : Number(match[1]);
  return index >= 1 && index <= count && count <= MAX_SHARDS ? { index, count } : null;
}

function indexOf(completionIndex: string | undefined): number {
  return /^\d{1,4}$/.test(completionIndex ?? '') ? Number(completionIndex) + 1 : 0;
}
