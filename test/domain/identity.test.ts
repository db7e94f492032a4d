import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  freeUuid,
  historyUuid,
  itemUuid,
  orderUuid,
  paymentUuid,
  usedUuids,
} from '../../src/domain/identity.js';
import { eventIdIn, legacyLocalIdOf, localIdOf, orderId, parseEventId } from '../../src/domain/ids.js';
import { eventId, qty, usd } from './builders.js';

const local = localIdOf(eventId('55521609'));
const item = { productId: 579, quantity: qty('23'), unitPrice: usd('25.72'), occurrence: 1 };
const header = orderUuid(8, local, 0);

describe('identity', () => {
  it('never changes: existing orders would look foreign', () => {
    expect(header).toBe('7ccdba9b-edcc-5172-b700-53952bd19dc0');
    expect(orderUuid(8, local, 1)).toBe('fdaa8823-f951-58e9-a776-4019ad75a303');
    expect(itemUuid(header, orderId(1), item)).toBe('8b4a18f7-5257-5e9a-a418-42f226bb4a65');
    expect(paymentUuid(header, orderId(1), usd('710.66'), 0)).toBe('3bd2313a-e50e-5bf0-bfbd-fc2e51e806be');
    expect(historyUuid(header, orderId(1))).toBe('435710fe-ef37-5143-9f6b-fe7ef0c8eb3c');
  });

  it('tells establishments, events and generations apart', () => {
    const all = [
      header,
      orderUuid(9, local, 0),
      orderUuid(8, localIdOf(eventId('55521610')), 0),
      orderUuid(8, local, 1),
      orderUuid(8, local, 2),
    ];
    expect(new Set(all).size).toBe(all.length);
  });

  it('of an item is its content, its occurrence and its order', () => {
    const uuid = (over: Partial<typeof item>) => itemUuid(header, orderId(1), { ...item, ...over });
    const all = [
      uuid({}),
      uuid({ productId: 580 }),
      uuid({ quantity: qty('23.5') }),
      uuid({ unitPrice: usd('25.73') }),
      uuid({ occurrence: 2 }),
      itemUuid(header, orderId(2), item),
      itemUuid(orderUuid(8, local, 1), orderId(1), item),
    ];
    expect(new Set(all).size).toBe(all.length);
    expect(uuid({ quantity: qty('23.0') })).toBe(uuid({}));
  });

  it('of payment and history depends on order, amount and occurrence', () => {
    const all = [
      paymentUuid(header, orderId(1), usd('5'), 0),
      paymentUuid(header, orderId(1), usd('5'), 1),
      paymentUuid(header, orderId(1), usd('5.01'), 0),
      paymentUuid(header, orderId(2), usd('5'), 0),
      historyUuid(header, orderId(1)),
      historyUuid(header, orderId(2)),
    ];
    expect(new Set(all).size).toBe(all.length);
  });

  it.each<[string, (string | null)[], number]>([
    ['none', [], 0],
    ['the first, in capitals', [orderUuid(8, local, 0).toUpperCase()], 1],
    ['the first two, and a row without one', [orderUuid(8, local, 1), null, header], 2],
    ['a later one', [orderUuid(8, local, 1)], 0],
  ])('is the next one that no row has had, where rows have %s', (_, uuids, expected) => {
    const used = usedUuids(uuids.map((uuid) => ({ uuid })));
    expect(freeUuid(used, (generation) => orderUuid(8, local, generation))).toBe(
      orderUuid(8, local, expected),
    );
  });

  it('is a version 5 uuid in lower case, whatever it is made of', () => {
    const uuid5 = /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e9 }), fc.string(), fc.nat(50), (id, text, occurrence) => {
        expect(orderUuid(id, local, occurrence)).toMatch(uuid5);
        expect(itemUuid(text, orderId(id), { ...item, occurrence })).toMatch(uuid5);
        expect(historyUuid(text, orderId(id))).toMatch(uuid5);
      }),
    );
  });
});

describe('the id of an event', () => {
  it.each([
    ['55521609', true],
    ['123456789012345678', true],
    ['1234567890123456789', false],
    ['055521609', false],
    ['0', false],
    ['', false],
    ['55521609a', false],
    [' 55521609', false],
    ['5552.1609', false],
  ])('may be %j: %s', (text, expected) => {
    expect(parseEventId(text)).toBe(expected ? text : null);
  });

  it.each<[string | null, string | null]>([
    [localIdOf(eventId('55521609')), '55521609'],
    // What the older connector wrote is looked up by the event, and names none.
    [legacyLocalIdOf(eventId('55521609')), null],
    ['Triple Seat_', null],
    ['Triple Seat_12 b', null],
    ['55521609Triple Seat_', null],
    ['55521609', null],
    [null, null],
  ])('in the text identity %j of an order is %j', (localId, expected) => {
    expect(eventIdIn(localId)).toBe(expected);
  });
});
