import { describe, expect, it } from 'vitest';
import { type EventId, parseEventId } from '../../src/domain/ids.js';
import { parseShard } from '../../src/domain/shard.js';
import { isInShard } from '../../src/domain/shardHash.js';

function ids(count: number): EventId[] {
  return Array.from({ length: count }, (_, index) => parseEventId(String(61_000_000 + index))).filter(
    (id) => id !== null,
  );
}

describe('shards', () => {
  it.each([1, 2, 3, 8, 64])('of %i are disjoint and complete', (count) => {
    for (const id of ids(500)) {
      const holders = Array.from({ length: count }, (_, index) => ({ index: index + 1, count })).filter(
        (shard) => isInShard(id, shard),
      );
      expect(holders).toHaveLength(1);
    }
  });

  it('are of about the same size, also for ids that follow each other', () => {
    for (let index = 1; index <= 8; index += 1) {
      const own = ids(8000).filter((id) => isInShard(id, { index, count: 8 }));
      expect(own.length).toBeGreaterThan(900);
      expect(own.length).toBeLessThan(1100);
    }
  });

  it('stay the same for good', () => {
    const shards = ids(6).map((id) => [1, 2, 3, 4].find((index) => isInShard(id, { index, count: 4 })));
    expect(shards).toMatchInlineSnapshot(`
      [
        2,
        3,
        3,
        2,
        3,
        2,
      ]
    `);
  });
});

describe('parseShard', () => {
  it.each([
    ['1/1', undefined, { index: 1, count: 1 }],
    ['2/8', undefined, { index: 2, count: 8 }],
    ['2/8', '5', { index: 2, count: 8 }],
    ['auto/8', '0', { index: 1, count: 8 }],
    ['auto/8', '7', { index: 8, count: 8 }],
    ['10/16', undefined, { index: 10, count: 16 }],
    ['auto/16', '10', { index: 11, count: 16 }],
    ['1000/1000', undefined, { index: 1000, count: 1000 }],
  ])('reads %s with index %s', (text, index, shard) => {
    expect(parseShard(text, index)).toEqual(shard);
  });

  it.each([
    ['0/8', undefined],
    ['9/8', undefined],
    ['1/0', undefined],
    ['1/1001', undefined],
    ['-1/8', undefined],
    ['1', undefined],
    ['1/8/8', undefined],
    ['auto/8', undefined],
    ['auto/8', ''],
    ['auto/8', '8'],
    ['auto/8', '1.5'],
    ['auto/8', '-1'],
  ])('refuses %s with index %s', (text, index) => {
    expect(parseShard(text, index)).toBeNull();
  });
});
