import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { objectsOf } from '../../../src/sandbox/tripleseat/model.js';
import { moneyText } from '../../../src/sandbox/tripleseat/sums.js';
import { makeEvent } from '../../simulators/make-event.js';
import { anEvent } from './driver.js';

const golden = JSON.parse(readFileSync(new URL('event.golden.json', import.meta.url), 'utf8'));

describe('makeEvent', () => {
  it('makes a payload of exactly the real shape, key by key', () => {
    const made = makeEvent({
      id: 55521609,
      date: '2026-11-14',
      zone: 'America/Los_Angeles',
      siteId: 15691,
      locationId: 26059,
      createdAt: Date.parse('2026-11-13T19:00:00Z'),
      updatedAt: Date.parse('2026-11-14T19:00:00Z'),
      documents: [
        {
          lines: [
            { name: 'HEY BLONDIE', quantity: '23.0', price: 2572 },
            { name: 'SUGA DADDY', quantity: '27.0', price: 892 },
            { name: 'Taco Bar', quantity: '24.0', price: 824 },
            { name: 'Pizza Package', quantity: '16.0', price: 672 },
            { name: '', price: null },
          ],
          discount: 5000,
          billing: [
            { name: 'Sales Tax', rate: '8.375' },
            { name: 'Gratuity', rate: '20.0' },
            { name: 'Admin Fee', amount: 2500 },
          ],
          payments: [{ amount: 71066 }],
        },
      ],
    });
    // Real ids and positions of lines follow no rule.
    const blank = objectsOf(objectsOf(made, 'documents')[0] ?? {}, 'line_items').at(-1) ?? {};
    Object.assign(blank, { id: 555216099, position: 4 });
    expect({ event: made }).toEqual(golden);
    expect(Object.keys(made).sort()).toEqual(Object.keys(golden.event).sort());
  });

  it('puts the name of a menu line in display_name and marketing text in description', () => {
    const event = anEvent({
      id: 1,
      documents: [{ lines: [{ name: 'Pizza', price: 100, menuItemId: 121 }] }],
    });
    expect(event.documents).toMatchObject([
      {
        line_items: [
          {
            display_name: 'Pizza',
            menu_item_id: 121,
            section: 'Menu Items',
            description: 'Made fresh &amp; served hot',
          },
        ],
      },
    ]);
  });

  it('numbers positions anew in each section', () => {
    const lines = [
      { name: 'A', price: 1 },
      { name: 'B', price: 1, menuItemId: 2 },
      { name: 'C', price: 1 },
    ];
    const event = anEvent({ id: 1, documents: [{ lines }] });
    expect(event.documents).toMatchObject([
      { line_items: [{ position: 0 }, { position: 0 }, { position: 1 }] },
    ]);
  });

  it('counts refunds against payments and leaves unpaid ones out', () => {
    const payments = [
      { amount: 1500, refunded: 500 },
      { amount: 700, state: 'refunded', refunded: 700 },
      { amount: 300, state: 'pending' },
    ];
    const event = anEvent({ id: 1, documents: [{ lines: [{ name: 'A', price: 2000 }], payments }] });
    expect(event.amount_due).toBe('10.0');
    expect(event.documents).toMatchObject([
      { payment_set: { amount_due: '10.0', payments: [{}, {}, { paid_at: null }] } },
    ]);
  });

  it('rounds a fractional quantity to the cent', () => {
    const event = anEvent({ id: 1, documents: [{ lines: [{ name: 'A', quantity: '2.5', price: 333 }] }] });
    expect(event.grand_total).toBe('8.33');
  });

  it('shows payments on the event when told so', () => {
    const documents = [{ lines: [{ name: 'A', price: 100 }], payments: [{ amount: 40 }] }];
    const event = anEvent({ id: 1, documents, paymentSetOn: 'event' });
    expect(event.payment_set).toMatchObject({ amount_due: '0.6' });
    expect(Array.isArray(event.documents) && event.documents[0]).not.toHaveProperty('payment_set');
  });

  it('takes an end before the start for the next day', () => {
    const event = anEvent({ id: 1, start: '23:30', end: '01:30' });
    expect(event).toMatchObject({
      event_date: '11/14/2026',
      event_start: '11/14/2026 11:30 PM',
      event_end: '11/15/2026 1:30 AM',
      event_end_iso8601: '2026-11-15T01:30:00-08:00',
    });
  });

  it.each([
    ['2026-03-08', '2026-03-08T12:00:00-07:00'],
    ['2026-03-07', '2026-03-07T12:00:00-08:00'],
    ['2026-11-01', '2026-11-01T12:00:00-08:00'],
  ])('carries the offset that holds on %s', (date, expected) => {
    expect(anEvent({ id: 1, date, start: '12:00', end: '13:00' }).event_start_iso8601).toBe(expected);
  });

  it('writes money without padding, with at least one decimal', () => {
    expect([30000, 2572, -2500, 10, 0].map(moneyText)).toEqual(['300.0', '25.72', '-25.0', '0.1', '0.0']);
  });
});
