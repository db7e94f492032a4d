import { describe, expect, it } from 'vitest';
import { type ActionKind, whyRefused } from '../../src/commands/resolve-refusals.js';
import { isAcceptable } from '../../src/domain/acceptance.js';
import { settles } from '../../src/domain/decision.js';
import type { EventId } from '../../src/domain/ids.js';
import { failReasons, skipReasons } from '../../src/domain/reasons.js';
import type { EventResult } from '../../src/sync/types.js';

const EVENT = '55530001' as EventId;
const ORDER = '10684001';
const kinds: readonly ActionKind[] = ['accept', 'replace', 'recreate', 'keep', 'void', 'payment'];

const base = {
  id: EVENT,
  name: 'Dinner',
  date: '2026-11-14',
  location: 'Harbor Room',
  orderId: ORDER,
  total: '10.00',
  differences: [],
  orders: [],
  changes: [],
  error: null,
  notes: [],
  upstream: false,
} as const satisfies Partial<EventResult>;

const found: readonly EventResult[] = [
  { ...base, status: 'injected', reason: null, orderId: null },
  { ...base, status: 'repaired', reason: null },
  ...skipReasons.map((reason): EventResult => ({ ...base, status: 'skipped', reason, error: 'Because.' })),
  ...failReasons.map((reason): EventResult => ({ ...base, status: 'failed', reason, error: 'Because.' })),
];

describe('what resolve refuses', () => {
  it.each(kinds.flatMap((kind) => found.map((result) => [kind, result] as const)))(
    '%s, of whatever is found, says what, of which event, why and what to do',
    (kind, result) => {
      const text = whyRefused(kind, EVENT, result);
      expect(text).toMatch(kind === 'accept' ? /^Nothing was accepted: / : /^Nothing was written: /);
      expect(text).toContain(`vent ${EVENT}`);
      // No option is advised that would be refused in its turn.
      const advised = /resolve \d+ --([a-z]+)/.exec(text)?.[1];
      expect(advised).toBeUndefined();
      if (result.status === 'skipped') expect(text).toContain('no failure');
      if (result.status === 'failed' && isAcceptable(result.reason) && kind !== 'accept') {
        expect(text).toMatch(/ts-reconcile resolve 55530001$/);
        if (!settles(kind, result.reason))
          expect(text).toContain(`fails as ${result.reason}, and --${kind} is for`);
      }
      if (result.status === 'failed' && !isAcceptable(result.reason)) {
        expect(text).toMatch(/nothing to settle.*run it again/);
      }
    },
  );

  it.each([
    ['payment', /All that has been paid .*order 10684001.*record it in Tripleseat first/],
    ['void', /wants order 10684001\. .*cancel it in Tripleseat first/],
    ['keep', /only order 10684001 that counts/],
    ['recreate', /has not taken order 10684001 of event 55530001 away/],
    ['accept', /Order 10684001 is as event 55530001 is/],
  ] as const)('%s of an event that is right names the order', (kind, says) => {
    expect(whyRefused(kind, EVENT, { ...base, status: 'skipped', reason: 'ALREADY_INJECTED' })).toMatch(says);
  });

  it('of an order that staff works with sends to the POS', () => {
    const result = { ...base, status: 'skipped', reason: 'IN_SERVICE' } as const;
    expect(whyRefused('payment', EVENT, result)).toMatch(/Staff works with order 10684001.*on the POS\.$/);
  });

  it('where there is no order, says so', () => {
    const result = { ...base, orderId: null, status: 'failed', reason: 'DRIFT' } as const;
    expect(whyRefused('payment', EVENT, result)).toContain('no order of event 55530001 is known');
  });

  it('where nobody could look, says so', () => {
    expect(whyRefused('void', EVENT, undefined)).toMatch(
      /nobody could look at event 55530001\. .*run it again/,
    );
  });
});
