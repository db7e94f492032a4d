import { describe, expect, it } from 'vitest';
import { decisionsFor, isDayOver, setAside, settles, takesAway } from '../../src/domain/decision.js';
import { orderId } from '../../src/domain/ids.js';
import type { FoundOrder } from '../../src/domain/order.js';
import { location } from './builders.js';
import { standingOrder, wantedOrder } from './found.js';

const row = (id: number, over: Partial<FoundOrder> = {}) =>
  standingOrder(wantedOrder(), { id: orderId(id), ...over });
const unseen = { historyIds: [] };

describe('what a person may decide', () => {
  it.each([
    ['DRIFT', ['replace']],
    ['REMOVED_BY_STAFF', ['recreate']],
    ['DUPLICATE_ORDERS', ['keep']],
    ['ORPHANED', ['void']],
    ['TOUCHED', []],
    // Nobody is asked about an order that stands, but whoever asks for it gets it replaced.
    ['ALREADY_INJECTED', []],
    [null, []],
  ])('of %s: %j', (reason, kinds) => {
    expect(decisionsFor(reason, [])).toEqual(kinds);
    for (const kind of ['recreate', 'keep', 'void'] as const) {
      expect(settles(kind, reason), kind).toBe(kinds.some((each) => each === kind));
    }
    expect(settles('replace', reason)).toBe(reason === 'DRIFT' || reason === 'ALREADY_INJECTED');
    expect(settles('payment', reason)).toBe(reason === 'DRIFT');
  });

  it('takes an order away, or makes it again, or adds to it', () => {
    const kinds = ['replace', 'keep', 'void', 'recreate', 'payment'] as const;
    expect(kinds.map(takesAway)).toEqual([true, true, true, false, false]);
  });
});

it.each([
  ['made in the afternoon', '2026-11-14T15:00:00', '2026-11-15T11:59:59Z', false],
  ['made in the afternoon', '2026-11-14T15:00:00', '2026-11-15T12:00:00Z', true],
  ['made after midnight', '2026-11-15T01:10:00', '2026-11-15T11:59:59Z', false],
  ['made after midnight', '2026-11-15T01:10:00', '2026-11-15T12:00:00Z', true],
  ['made as the day begins', '2026-11-15T04:00:00', '2026-11-15T12:00:00Z', false],
  ['nobody knows when', null, '2027-01-01T00:00:00Z', false],
  ['at a time that cannot be read', 'soon', '2027-01-01T00:00:00Z', false],
])('the books of an order %s (%s) at %s: closed %s', (_, createdDate, now, isOver) => {
  // The business day begins at four, which is twelve in UTC.
  expect(isDayOver(row(5, { createdDate }), location(), Date.parse(now))).toBe(isOver);
});

describe('the orders that a decision sets aside', () => {
  const aside = (decision: Parameters<typeof setAside>[0], rows: FoundOrder[]) =>
    setAside(decision, rows).map(({ id }) => Number(id));

  it('by being replaced: the one, unless staff can see another', () => {
    const replace = { kind: 'replace', order: orderId(5) } as const;
    expect(aside(replace, [row(5)])).toEqual([5]);
    expect(aside(replace, [row(5), row(6, unseen), row(7, { deleted: true })])).toEqual([5]);
    expect(aside(replace, [row(5), row(6)])).toEqual([]);
    expect(aside(replace, [row(6, unseen)])).toEqual([]);
  });

  it('by being taken away: the one that was named, and no other', () => {
    expect(aside({ kind: 'void', order: orderId(5) }, [row(4), row(5), row(6, unseen)])).toEqual([5]);
  });

  it('by another being kept: all others that staff can see, and none where it is not there', () => {
    const keep = { kind: 'keep', order: orderId(5) } as const;
    const others = [row(4), row(6), row(7, unseen), row(8, { deleted: true })];
    expect(aside(keep, [row(5), ...others])).toEqual([4, 6]);
    for (const gone of [[], [row(5, unseen)], [row(5, { deleted: true })]]) {
      expect(aside(keep, [...gone, ...others])).toEqual([]);
    }
  });

  it('by another being kept, or by being replaced: no bill that it was split into', () => {
    const split = [row(5), row(6, { billParent: orderId(5) }), row(7, { billParent: orderId(5) })];
    expect(aside({ kind: 'keep', order: orderId(5) }, [...split, row(9)])).toEqual([9]);
    expect(aside({ kind: 'keep', order: orderId(9) }, [...split, row(9)])).toEqual([5]);
    expect(aside({ kind: 'replace', order: orderId(5) }, split)).toEqual([5]);
  });

  it('by being made again, or by a payment: none', () => {
    expect(aside({ kind: 'recreate' }, [row(5), row(6)])).toEqual([]);
    expect(aside({ kind: 'payment', order: orderId(5) }, [row(5), row(6)])).toEqual([]);
  });
});
