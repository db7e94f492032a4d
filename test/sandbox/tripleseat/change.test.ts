import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changeEvent } from '../../../src/sandbox/tripleseat/desk.js';
import type { DocumentOptions } from '../../../src/sandbox/tripleseat/make-document.js';
import type { RawRecord } from '../../../src/sandbox/tripleseat/model.js';
import { type EventOptions, makeEvent } from '../../simulators/make-event.js';

const NOW = Date.UTC(2026, 10, 14, 18);

function eventWith(document: DocumentOptions, changes: Partial<EventOptions> = {}): RawRecord {
  return makeEvent({
    id: 61_000_001,
    date: '2026-11-14',
    zone: 'America/Chicago',
    siteId: 1,
    locationId: 2,
    createdAt: NOW,
    updatedAt: NOW,
    documents: [document],
    ...changes,
  });
}

const bill: Pick<DocumentOptions, 'billing' | 'discount'> = {
  billing: [
    { name: 'Sales Tax', rate: '8.375' },
    { name: 'Admin Fee', amount: 2500 },
  ],
  discount: 300,
};

function changed(event: RawRecord, change: Parameters<typeof changeEvent>[1]): RawRecord {
  return changeEvent(event, change).event;
}

describe('a change of an event', () => {
  it('comes to the same as an event that was like that from the beginning, to the cent', () => {
    const quantity = fc.integer({ min: 1, max: 900 }).map((tenths) => (tenths / 10).toFixed(1));
    const price = fc.integer({ min: 1, max: 40_000 });
    fc.assert(
      fc.property(quantity, price, quantity, price, (before, old, after, now) => {
        const lines = (count: string, each: number) => [
          { name: 'Taco Bar', quantity: count, price: each },
          { name: 'Hot Dogs', quantity: '20.0', price: 450 },
        ];
        const event = eventWith({ ...bill, lines: lines(before, old), payments: [{ amount: 1000 }] });
        const wanted = eventWith({ ...bill, lines: lines(after, now), payments: [{ amount: 1000 }] });
        const line = { name: 'taco bar', quantity: after, price: (now / 100).toFixed(2) };
        const asNumbers = (raw: RawRecord) => JSON.stringify(raw).replaceAll(/"(-?\d+)(?:\.0)?"/g, '$1');
        expect(asNumbers(changed(event, { line }))).toBe(asNumbers(wanted));
      }),
    );
  });

  it('adds a payment where the account shows payments', () => {
    const lines = [{ name: 'Taco Bar', quantity: '10.0', price: 800 }];
    for (const paymentSetOn of ['document', 'event'] as const) {
      const event = eventWith({ lines, payments: [{ amount: 1000 }] }, { paymentSetOn });
      const paid = changed(event, { pay: '25.50' });
      const wanted = eventWith({ lines, payments: [{ amount: 1000 }, { amount: 2550 }] }, { paymentSetOn });
      expect(paid.amount_due).toBe('44.5');
      expect(paid.amount_due).toBe(wanted.amount_due);
      expect(JSON.stringify(paid).match(/"paid_at":"/g)).toHaveLength(2);
    }
  });

  it('adds, renames and takes away lines, and guests without touching the bill', () => {
    const event = eventWith({ ...bill, lines: [{ name: 'Mac &amp; Cheese', price: 600, menuItemId: 4 }] });
    const names = (raw: RawRecord) =>
      JSON.stringify(raw.documents).match(/"(?:display_name|description)":"[^"]+"/g);
    const more = changed(event, { line: { name: 'Smoked Trout', price: '9.5', quantity: '2' } });
    expect(names(more)).toContain('"description":"Smoked Trout"');
    expect(more.actual_amount).toBe('22.0');
    expect(changed(more, { line: { name: 'Smoked Trout', quantity: '0' } }).grand_total).toBe(
      event.grand_total,
    );
    expect(names(changed(event, { line: { name: 'mac & cheese', rename: 'Pasta' } }))).toContain(
      '"display_name":"Pasta"',
    );
    expect(changed(event, { guests: 7 })).toEqual({ ...event, guest_count: 7 });
  });

  it('says what there is where it cannot be done, and leaves the event as it is', () => {
    const event = eventWith({ lines: [{ name: 'Taco Bar', price: 800 }] });
    const before = structuredClone(event);
    const steak = { line: { name: 'Steak', quantity: '2' } };
    expect(() => changeEvent(event, steak)).toThrow('these there are: Taco Bar');
    expect(() => changeEvent({ ...event, documents: [] }, { pay: '5' })).toThrow('no document');
    expect(event).toEqual(before);
  });
});
