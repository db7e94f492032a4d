import { describe, expect, it } from 'vitest';
import type { Shard } from '../../src/domain/shard.js';
import { lastCovered } from '../../src/state/last-sweep.js';
import type { JournalRecord } from '../../src/state/types.js';
import { runEnd, runStart } from './support.js';

let runs = 0;

/** A sweep that began at the given hour; it covered everything unless `complete` is false. */
function sweep(hour: number, shard: Shard | null = null, complete = true): JournalRecord[] {
  runs += 1;
  const run = runs.toString(16).padStart(8, '0');
  const at = (minute: string) => `2026-11-14T${String(hour).padStart(2, '0')}:${minute}:00.000Z`;
  const part = shard ? { shard } : {};
  return [
    { ...runStart(run, at('00')), ...part },
    { ...runEnd(run, at('30'), { complete }), ...part },
  ];
}

async function covered(records: JournalRecord[], shard: Shard | null = null): Promise<number | null> {
  async function* backward() {
    yield* [...records].reverse();
  }
  const at = await lastCovered(backward(), shard);
  return at === null ? null : new Date(at).getUTCHours();
}

const half = (index: number) => ({ index, count: 2 });
const third = (index: number) => ({ index, count: 3 });

describe('the last good sweep', () => {
  it('is the last complete one when there are no shards', async () => {
    expect(await covered([])).toBeNull();
    expect(await covered([...sweep(1), ...sweep(2), ...sweep(3, null, false)])).toBe(2);
  });

  it('counts shards only when all of them are there, from the one that was swept least recently', async () => {
    expect(await covered([...sweep(2, half(1)), ...sweep(3, half(1))])).toBeNull();
    expect(await covered([...sweep(2, half(1)), ...sweep(3, half(1)), ...sweep(4, half(2))])).toBe(3);
    expect(await covered([...sweep(2, half(2)), ...sweep(3, half(1)), ...sweep(4, half(2), false)])).toBe(2);
    expect(await covered([...sweep(2, half(1)), ...sweep(3, third(2)), ...sweep(4, third(3))])).toBeNull();
  });

  it('is the newer one of a sweep of everything and of all shards', async () => {
    const shards = [...sweep(3, half(1)), ...sweep(4, half(2))];
    expect(await covered([...sweep(1), ...shards])).toBe(3);
    expect(await covered([...shards, ...sweep(5)])).toBe(5);
    expect(await covered([...sweep(3, half(1)), ...sweep(4), ...sweep(5, half(2))])).toBe(4);
  });

  it('of a shard is its own, unless something that covers it is newer', async () => {
    const records = [...sweep(1), ...sweep(2, half(1)), ...sweep(3, third(1))];
    expect(await covered(records, half(1))).toBe(2);
    expect(await covered(records, half(2))).toBe(1);
    expect(await covered(records, third(1))).toBe(3);
    expect(await covered([...records, ...sweep(4, third(2)), ...sweep(5, third(3))], half(2))).toBe(3);
    expect(await covered([...records, ...sweep(6)], half(1))).toBe(6);
  });
});
