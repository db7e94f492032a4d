import { describe, expect, it } from 'vitest';
import { wrongWith } from '../helpers/check.js';
import type { EventOptions } from '../simulators/make-event.js';
import type { OrderRow } from '../simulators/revel.js';
import { Desk, type DeskRun } from './desk.js';
import { leaveHalfway } from './others.js';

const NOW = '2026-11-14T20:00:00Z';
const ada = { first: 'Ada', last: 'Alder', phone: '555-0100' };
const bob = { first: 'Bob', last: 'Birch', phone: '555-0101' };
const taco = { name: 'Taco Bar', price: 824, quantity: '20.0' };
const deal = { documents: [{ lines: [taco], discount: 500, payments: [{ amount: 100 }] }] };
const full = { documents: [{ lines: [taco], payments: [{ amount: 100 }] }] };

function only(desk: Desk): OrderRow {
  const [order, ...more] = desk.revel.orders();
  if (!order || more.length > 0) throw new Error(`there are ${more.length + 1} orders`);
  return order;
}

/** The order as far as the program writes it, but for what tells when. */
function written(desk: Desk): Record<string, unknown> {
  const order: Readonly<Record<string, unknown>> = only(desk);
  const fields =
    `uuid local_id establishment created_by updated_by created_at last_updated_at dining_option pos_mode
    web_order call_name notes subtotal tax gratuity surcharge final_total remaining_due discount_amount
    discount_rule_amount discount discount_reason discounted_by printed deleted`.split(/\s+/);
  // An empty reason is none.
  return Object.fromEntries(fields.map((field) => [field, order[field] || null]));
}

/** An order begun for one state of the event and completed for another. */
async function complete(before: Partial<EventOptions>, after: Partial<EventOptions>) {
  const desk = new Desk(NOW);
  const event = desk.add(before);
  await leaveHalfway(desk, event);
  const changed = desk.add({ ...after, id: event.id });
  const run = await desk.single([changed]);
  expect(run.of(event.id)).toMatchObject({ status: 'repaired' });
  expect(wrongWith(desk.revel, changed)).toEqual([]);
  return { desk, run, event };
}

const headers = (run: DeskRun) =>
  run.writes.filter(({ method, path }) => method === 'PATCH' && path.startsWith('/resources/Order/'));

describe('an order that is completed after its event has changed', () => {
  it.each<[string, Partial<EventOptions>, Partial<EventOptions>]>([
    ['the contact', { ...deal, contact: ada }, { ...deal, contact: bob }],
    ['the discount is gone', { ...deal, contact: ada }, { ...full, contact: ada }],
    ['a discount is new', { ...full, contact: ada }, { ...deal, contact: ada }],
    ['contact and discount', { ...deal, contact: ada }, { ...full, contact: bob }],
  ])('%s: is the one that would be made now', async (_, before, after) => {
    const { desk } = await complete(before, after);
    const fresh = new Desk(NOW);
    await fresh.single([fresh.add(after)]);
    expect(written(desk)).toEqual(written(fresh));
  });

  it('costs no request more for its name', async () => {
    const same = await complete(deal, deal);
    const renamed = await complete({ ...deal, contact: ada }, { ...deal, contact: bob });
    const both = await complete({ ...deal, contact: ada }, { ...full, contact: bob });
    // The mark of whoever completes it and the last change; with another discount also the totals.
    expect([same, renamed, both].map(({ run }) => headers(run).length)).toEqual([2, 2, 3]);
  });

  it('keeps no amount of a discount that is gone', async () => {
    const { desk } = await complete(deal, full);
    const applied = desk.revel.rows('AppliedDiscountOrder');
    expect(applied.map(({ discount_amount, rule_amount }) => [discount_amount, rule_amount])).toEqual([
      ['0.000000', '0.000000'],
    ]);
  });

  it('is not told of a discount that neither has', async () => {
    const { run } = await complete({ ...full, contact: ada }, { ...full, contact: bob });
    expect(headers(run).some(({ body }) => body.includes('"discount"'))).toBe(false);
  });
});

it('staff may rename an order that they see', async () => {
  const desk = new Desk(NOW);
  const event = desk.add({ ...deal, contact: ada });
  await desk.single([event]);
  desk.edit = (_, body) => body.replaceAll('Ada Alder', 'Table 5');
  const again = await desk.single([event]);
  expect(again.of(event.id).reason).toBe('ALREADY_INJECTED');
  expect(again.writes).toEqual([]);
});
