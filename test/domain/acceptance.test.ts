import { describe, expect, it } from 'vitest';
import { type Acceptance, type Failing, isAcceptable, isCovered } from '../../src/domain/acceptance.js';
import type { Difference } from '../../src/domain/differences.js';
import type { EventId } from '../../src/domain/ids.js';

const less: Difference = { field: 'line', name: 'Taco Bar', event: '30 × 8.24', order: '24 × 8.24' };
const total: Difference = { field: 'total', name: null, event: '247.20', order: '197.76' };
const added: Difference = { field: 'line', name: 'Coffee', event: null, order: '4 × 3.00' };

function seen(over: Partial<Acceptance> = {}): Acceptance {
  return {
    event: '61000001' as EventId,
    reason: 'DRIFT',
    differences: [less, total],
    sentence: 'Order 7 differs.',
    why: 'guests agreed',
    by: 'sam',
    at: 0,
    until: null,
    ...over,
  };
}

function failing(differences: readonly Difference[], over: Partial<Failing> = {}): Failing {
  return { reason: 'DRIFT', differences, sentence: 'Order 7 differs.', ...over };
}

const DAY = '2026-11-14';

describe('what a person has accepted', () => {
  it.each<[string, boolean, Failing]>([
    ['the same', true, failing([less, total])],
    ['a part of it', true, failing([less])],
    ['in another sentence', true, failing([less, total], { sentence: 'Order 7 differs in 2.' })],
    ['another reason', false, failing([less, total], { reason: 'TOUCHED' })],
    ['the event has changed', false, failing([{ ...less, event: '32 × 8.24' }, total])],
    ['the order has changed', false, failing([{ ...less, order: '20 × 8.24' }, total])],
    ['another line differs', false, failing([less, total, { ...less, name: 'Salad' }])],
    ['a sum has changed by itself', false, failing([less, { ...total, order: '190.00' }])],
    ['staff has added a line', true, failing([less, added, { ...total, order: '209.76' }])],
    [
      'staff has added a line, and the event has changed',
      false,
      failing([less, added, { ...total, event: '300.00' }]),
    ],
    [
      'staff has added a line, and a payment is gone',
      false,
      failing([less, added, { field: 'payment', name: null, event: '100.00', order: '0.00' }]),
    ],
    [
      'staff has added a line, which is taxed',
      true,
      failing([less, added, { field: 'tax', name: null, event: '20.00', order: '21.00' }]),
    ],
    [
      'staff has added a line, and the tax is gone',
      false,
      failing([less, added, { field: 'tax', name: null, event: '20.00', order: '0.00' }]),
    ],
    [
      'staff has added a line, and the total cannot be read',
      false,
      failing([less, added, { ...total, order: 'unreadable' }]),
    ],
    [
      'staff has added a line, and a payment',
      false,
      failing([less, added, { field: 'payment', name: null, event: '100.00', order: '300.00' }]),
    ],
    [
      'staff has added a line, and moved the order to another day',
      false,
      failing([less, added, { field: 'day', name: null, event: '2026-11-14', order: '2026-11-15' }]),
    ],
    [
      'staff has added a line, and its own number to the text of another',
      false,
      failing([less, added, { field: 'text', name: 'Taco Bar', event: '12', order: '14' }]),
    ],
    [
      'staff has told the kitchen something',
      true,
      failing([less, { field: 'text', name: 'Taco Bar', event: null, order: 'no nuts' }]),
    ],
    ['no difference any more, but the reason', false, failing([])],
  ])('%s: %s', (_, covered, now) => {
    expect(isCovered(seen(), now, DAY)).toBe(covered);
  });

  it('goes by the sentence where nothing differs', () => {
    const missed = seen({ reason: 'MISSED', differences: [], sentence: 'The window is over.' });
    const now = failing([], { reason: 'MISSED', sentence: 'The window is over.' });
    expect(isCovered(missed, now, DAY)).toBe(true);
    expect(isCovered(missed, { ...now, sentence: 'The window is over since Friday.' }, DAY)).toBe(false);
    expect(isCovered(missed, { ...now, differences: [less] }, DAY)).toBe(false);
  });

  it('counts up to its last day, that included', () => {
    const now = failing([less, total]);
    expect(isCovered(seen({ until: DAY }), now, DAY)).toBe(true);
    expect(isCovered(seen({ until: DAY }), now, '2026-11-15')).toBe(false);
  });

  it('is never a failure that passes by itself', () => {
    expect(isAcceptable('REVEL_ERROR')).toBe(false);
    expect(isAcceptable('ABORTED')).toBe(false);
    expect(isAcceptable('DUPLICATE_ORDERS')).toBe(true);
  });
});
