import { describe, expect, it } from 'vitest';
import type { SourceBooking, SourceDocument, SourceEvent } from '../../src/domain/event.js';
import { isPriced } from '../../src/domain/priced.js';
import { booking, document, eventId, line, sourceEvent, usd } from './builders.js';

const blank = { lines: [line('', '1')], grandTotal: null };
const priced = (over: Partial<SourceDocument>, shared: SourceDocument[] = []) =>
  isPriced(sourceEvent({ grandTotal: null, documents: [document({ ...blank, ...over })] }), {
    booking: booking({ documents: shared }),
  });

describe('an event', () => {
  it.each<[string, Partial<SourceDocument>]>([
    ['its own total', { grandTotal: usd('5.00') }],
    ['a total that nobody can read', { broken: { grandTotal: 'grand_total is "abc"' } }],
    ['the price of a line', { lines: [line('Taco Bar', '2', '5')] }],
    ['that of one line beside blank ones', { lines: [line(''), line('Taco Bar', '2', '5'), line('')] }],
    ['that of a line without a quantity', { lines: [line('Taco Bar', undefined, '5')] }],
    ['the total of a line', { lines: [line('Taco Bar', '0', undefined, '5')] }],
    [
      'a price that nobody can read',
      { lines: [line('Taco', '1', undefined, undefined, { broken: { price: 'x' } })] },
    ],
    [
      'a total of a line that nobody can read',
      { lines: [line('Taco', '1', undefined, undefined, { broken: { totalPrice: 'x' } })] },
    ],
  ])('is priced by %s', (_, over) => {
    expect(priced(over)).toBe(true);
    expect(priced({ ...over, deleted: true })).toBe(false);
    expect(priced({}, [document({ ...blank, ...over })])).toBe(true);
  });

  it.each<[string, Partial<SourceDocument>]>([
    ['blank lines', {}],
    ['lines of no amount', { lines: [line('Taco Bar', '2', '0.0', '0.0'), line('Napkins')] }],
    // A menu that nobody has counted guests for.
    ['prices of dishes of which none is ordered', { lines: [line('Taco Bar', '0', '5', '0.0')] }],
  ])('is not priced by %s', (_, over) => {
    expect(priced(over)).toBe(false);
  });

  it.each<[string, Partial<SourceEvent>, Partial<SourceBooking> | null, boolean]>([
    ['a total of its own without documents', { grandTotal: usd('5.00') }, null, true],
    ['one that nobody can read', { broken: { grandTotal: 'grand_total is "abc"' } }, null, true],
    ['neither, without a booking', {}, null, false],
    ['the total of its booking', {}, {}, true],
    [
      'that of a booking which is not its alone',
      {},
      { eventIds: [eventId('1'), eventId('55521609')] },
      false,
    ],
  ])('of %s is priced or not', (_, over, shared, expected) => {
    const event = sourceEvent({ grandTotal: null, documents: [], ...over });
    expect(isPriced(event, { booking: shared && booking(shared) })).toBe(expected);
  });
});
