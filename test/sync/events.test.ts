import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { DocumentOptions } from '../../src/sandbox/tripleseat/make-document.js';
import type { Json, JsonObject, RawRecord } from '../../src/sandbox/tripleseat/model.js';
import { places, productOf } from '../../src/sandbox/world/places.js';
import { wrongWith } from '../helpers/check.js';
import type { OrderRow } from '../simulators/revel.js';
import { Desk, type DeskRun } from './desk.js';

const NOW = '2026-11-14T20:00:00Z';
const { west } = places;

function the(desk: Desk): OrderRow {
  const live = desk.revel.orders().filter(({ deleted }) => !deleted);
  const [order] = live;
  if (!order || live.length > 1) throw new Error(`there are ${live.length} orders`);
  return order;
}

function lines(desk: Desk): string[] {
  return desk.revel
    .items(the(desk).id)
    .map(({ product, quantity, price }) => `${product.split('/').at(-2)} ${quantity} ${price}`)
    .sort();
}

/** Injects the event, and checks that a second run has nothing to do. */
async function inject(desk: Desk, event: { id: number }): Promise<DeskRun> {
  const run = await desk.single([event]);
  expect(run.of(event.id), JSON.stringify(run.of(event.id).error)).toMatchObject({
    status: 'injected',
    reason: null,
  });
  const again = await desk.single([event]);
  expect(again.of(event.id).reason).toBe('ALREADY_INJECTED');
  expect(again.writes).toEqual([]);
  return run;
}

async function refused(desk: Desk, event: { id: number }) {
  const run = await desk.single([event]);
  expect(run.writes).toEqual([]);
  return run.of(event.id);
}

const doc = (over: Partial<DocumentOptions>): { documents: DocumentOptions[] } => ({
  documents: [{ lines: [], ...over }],
});
const taco = { name: 'Taco Bar', price: 824, quantity: '2.0' };

/** The example event as it is handed around, moved to the desk's shops. */
function example(name: string): JsonObject {
  const file = new URL(`../fixtures/tripleseat/${name}`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8'));
}

describe('the example payload', () => {
  it('becomes the example order, to the cent', async () => {
    const desk = new Desk('2026-11-14T20:00:00Z');
    const event = example('event-55521609.json').event as RawRecord;
    desk.tripleseat.store.putEvent(event);
    await inject(desk, event);
    expect(the(desk)).toMatchObject({
      local_id: 'Triple Seat_55521609',
      establishment: '/enterprise/Establishment/8/',
      created_by: '/enterprise/User/1/',
      updated_by: '/enterprise/User/1/',
      created_at: '/resources/PosStation/4/',
      dining_option: 113,
      pos_mode: 'Q',
      web_order: true,
      printed: true,
      subtotal: 1137.68,
      discount_amount: 50,
      discount_rule_amount: 50,
      tax: 91.09,
      gratuity: 217.54,
      surcharge: 25,
      final_total: 1421.31,
      remaining_due: 710.65,
      call_name: 'Ada Alder | 555-0100',
    });
    expect(the(desk).notes).toMatch(/^Triple Seat Event #55521609 rev [0-9a-f]{8} run [0-9a-f]{8}$/);
    expect(the(desk).created_date).toMatch(/^2026-11-14T\d\d:\d\d:\d\d$/);
    expect(desk.revel.payments(the(desk).id)).toMatchObject([{ amount: '710.660000', payment_type: 236 }]);
    expect(desk.revel.history(the(desk).id)).toMatchObject([
      { closed: null, order_opened_by: '/enterprise/User/1/' },
    ]);
  });
});

describe('unit prices', () => {
  it('are those of the event, in all three fields, whatever the product costs', async () => {
    const desk = new Desk(NOW);
    const event = desk.add(
      doc({
        lines: [
          { name: 'Taco Bar', price: 1234, quantity: '3.0' },
          { name: 'Taco Bar', price: 0 },
        ],
      }),
    );
    await inject(desk, event);
    const items = desk.revel.items(the(desk).id).map((row): Record<string, unknown> => row);
    expect(
      items.map(({ price, initial_price, price_to_display }) => [
        Number(price),
        Number(initial_price),
        Number(price_to_display),
      ]),
    ).toEqual([
      [12.34, 12.34, 12.34],
      [0, 0, 0],
    ]);
  });
});

describe('lines', () => {
  it.each<[string, DocumentOptions['lines'], string[]]>([
    ['identical ones stay apart', [taco, taco, taco], ['572 2 8.24', '572 2 8.24', '572 2 8.24']],
    ['blank ones are dropped', ['blank', taco, 'blank'], ['572 2 8.24']],
    ['fractions stay exact', [{ ...taco, quantity: '0.125', price: 800 }], ['572 0.125 8']],
    ['free ones stay', [taco, { ...taco, price: 0 }], ['572 2 0', '572 2 8.24']],
    [
      'negative ones are discounts',
      [taco, { name: 'Returning Guest Credit', price: -500 }],
      ['572 2 8.24', `${productOf(west, 'Returning Guest Credit').id} 1 -5`],
    ],
    [
      'entities are decoded, accents and case do not count',
      [
        { name: 'MAC &amp; CHEESE', price: 100 },
        { name: 'Creme Brulee', price: 100 },
      ],
      [`${productOf(west, 'Mac & Cheese').id} 1 1`, `${productOf(west, 'Crème Brûlée').id} 1 1`].sort(),
    ],
    [
      'of the menu have their name in display_name',
      [{ ...taco, menuItemId: 7, description: 'HEY BLONDIE' }],
      ['572 2 8.24'],
    ],
    ['the mapping goes first', [{ name: 'o.g.', price: 100 }], ['579 1 1']],
  ])('%s', async (_, given, expected) => {
    const desk = new Desk(NOW);
    await inject(desk, desk.add(doc({ lines: given })));
    expect(lines(desk)).toEqual(expected);
  });

  it('in another order, and with other ids, are still the same', async () => {
    const desk = new Desk(NOW);
    const given = [taco, { ...taco, quantity: '5.0' }, { name: 'Hot Dogs', price: 450 }];
    const event = desk.add(doc({ lines: given }));
    await inject(desk, event);
    const moved = desk.add({
      ...doc({ lines: given.toReversed().map((line, index) => ({ ...line, id: 5_000 + index })) }),
      id: event.id,
      bookingId: 7,
      updatedAt: desk.clock.now(),
    });
    const again = await desk.single([moved]);
    expect(again.of(event.id).reason).toBe('ALREADY_INJECTED');
    expect(again.writes).toEqual([]);
  });
});

describe('several documents', () => {
  const one = { lines: [taco] };
  const two = { lines: [{ ...taco, quantity: '9.0' }] };
  const paidOnce = { ...one, payments: [{ amount: 100 }] };
  it.each<[string, DocumentOptions[], number, string | null]>([
    ['the one with lines counts', [one, { lines: [] }], 0, null],
    ['a deleted one does not', [{ ...two, deleted: true }, one], 1, null],
    ['the one whose total is the event’s counts', [two, one], 1, null],
    ['of two that make the very same order one counts', [one, one], 0, null],
    ['the one that knows of a payment as the event does counts', [one, paidOnce], 1, null],
    ['two that both fit are ambiguous', [one, paidOnce], 0, 'AMBIGUOUS_DOCUMENTS'],
    [
      'none that fits is ambiguous, they are never added up',
      [
        { ...one, grandTotal: 1 },
        { ...two, grandTotal: 2 },
      ],
      0,
      'AMBIGUOUS_DOCUMENTS',
    ],
  ])('%s', async (_, documents, mainDocument, reason) => {
    const desk = new Desk(NOW);
    const total = reason !== null && documents[1] !== paidOnce ? { grandTotal: 9_064 } : {};
    const event = desk.add({ documents, mainDocument, ...total });
    if (reason === null) {
      await inject(desk, event);
      expect(lines(desk)).toEqual(['572 2 8.24']);
    } else {
      expect(await refused(desk, event)).toMatchObject({ status: 'failed', reason });
    }
  });
});

describe('forms of the same payload', () => {
  it.each<[string, JsonObject]>([
    ['null', { grand_total: null, documents: null }],
    ['no financials', { documents: [{ id: 1, title: null, deleted_at: null, views: null }] }],
  ])('money that is missing altogether (%s) is a reason, not a guess', async (_, patch) => {
    const desk = new Desk(NOW);
    const event = desk.add();
    desk.tripleseat.store.putEvent({ ...event, ...patch });
    const run = await desk.single([event]);
    expect(run.writes).toEqual([]);
    expect(run.of(event.id).reason).toMatch(/^(NO_LINE_ITEMS|NOT_PRICED)$/);
  });

  it.each<[string, Json, Json?]>([
    ['text', 'a lot'],
    // Two of them, so that no discount of the line explains what the event comes to.
    ['half a cent', '16.485', '32.97'],
    ['infinite', '1e400'],
    ['a list', ['16.48']],
    ['not a number', 'NaN'],
  ])('money that is %s fails the event, and no other', async (_, price, total = price) => {
    const desk = new Desk(NOW);
    const [bad, good] = [desk.add(doc({ lines: [taco] })), desk.add(doc({ lines: [taco] }))];
    const [document] = bad.documents as [JsonObject];
    const [line] = document.line_items as [JsonObject];
    desk.tripleseat.store.putEvent({
      ...bad,
      documents: [{ ...document, line_items: [{ ...line, price, total_price: total }] }],
    });
    const run = await desk.sweep();
    expect(run.of(bad.id).status).toBe('failed');
    expect(run.of(bad.id).upstream && run.problem !== null).toBe(false);
    expect(run.of(good.id).status).toBe('injected');
    expect(wrongWith(desk.revel, good)).toEqual([]);
    expect((await desk.sweep()).writes).toEqual([]);
  });
});

describe('people and names', () => {
  const long = 'x'.repeat(10_000);
  it.each<[string, { first: string; last: string; phone?: string } | null, string, string]>([
    ['no contact', null, 'Walk-in &amp; lunch', 'Walk-in & lunch'],
    ['no phone', { first: 'Ada', last: 'Alder' }, 'x', 'Ada Alder'],
    ['quotes', { first: 'O\'Neil "Zee"', last: '\\', phone: '1' }, 'x', 'O\'Neil "Zee" \\ | 1'],
    ['emoji', { first: '🎈', last: '👩‍👩‍👧', phone: '1' }, 'x', '🎈 👩‍👩‍👧 | 1'],
    [
      'control characters',
      { first: 'A\u0000d\u001b[31ma\r\n', last: '\u202eAlder', phone: '1\n2' },
      'x',
      'A d [31ma Alder | 1 2',
    ],
    [
      '10,000 characters',
      { first: long, last: long, phone: '555-0100' },
      long,
      `${'x'.repeat(89)} | 555-0100`,
    ],
    [
      '10,000 characters of phone',
      { first: 'Ada', last: 'Alder', phone: '5'.repeat(10_000) },
      'x',
      `Ada Alder | ${'5'.repeat(40)}`,
    ],
  ])('%s', async (_, contact, name, callName) => {
    const desk = new Desk(NOW);
    const event = desk.add({ ...doc({ lines: [taco] }), contact, name });
    const run = await inject(desk, event);
    expect(the(desk).call_name).toBe(callName);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they must not be there
    expect(JSON.stringify(run.of(event.id).changes)).not.toMatch(/\\u00[01]|[\u0000-\u001f\u202e]/);
  });

  it('a line of a hostile name finds no product, and says so in plain text', async () => {
    const desk = new Desk(NOW);
    const event = desk.add(
      doc({ lines: [{ name: `\u001b]0;x\u0007<script>${'A'.repeat(10_000)}`, price: 100 }] }),
    );
    const result = await refused(desk, event);
    expect(result).toMatchObject({ status: 'failed', reason: 'UNMATCHED_ITEMS' });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they must not be there
    expect(result.error).not.toMatch(/[\u0000-\u001f]/);
    expect(result.error?.length).toBeLessThan(2_000);
  });
});

describe('an event that is not what the search said', () => {
  it('deleted, detail gone: judged by its row, also when its order stands', async () => {
    const desk = new Desk(NOW);
    const [bare, standing] = [desk.add(), desk.add()];
    await desk.single([standing]);
    for (const { id } of [bare, standing]) desk.tripleseat.store.delete(id, desk.clock.now());
    const run = await desk.sweep();
    expect(run.of(bare.id)).toMatchObject({ status: 'skipped', reason: 'STATUS_NOT_ELIGIBLE' });
    expect(run.of(standing.id)).toMatchObject({
      status: 'failed',
      reason: 'ORPHANED',
      date: '2026-11-14',
      location: west.name,
    });
    expect(run.writes).toEqual([]);
    expect((await desk.single([bare])).of(bare.id).reason).toBe('EVENT_NOT_FOUND');
    expect((await desk.single([standing])).of(standing.id).reason).toBe('ORPHANED');
  });

  it.each<[string, JsonObject]>([
    ['LOST', { status: 'LOST' }],
    ['deleted', { deleted_at: '11/14/2026 9:00 AM' }],
    ['at a place that no entry covers', { location_id: 999, location: { id: 999, site_id: west.siteId } }],
  ])('%s, and back with an order by the time that is looked for: the order stands', async (_, was) => {
    const desk = new Desk(NOW);
    const event = desk.add({ updatedAt: Date.parse(NOW) - 60_000 });
    await desk.single([event]);
    desk.edit = ({ path }, body) => {
      if (path !== '/v1/events/search.json') return body;
      const page = JSON.parse(body);
      return JSON.stringify({ ...page, results: page.results.map((row: RawRecord) => ({ ...row, ...was })) });
    };
    for (const settings of [{}, { maxCreatesPerRun: 0 }]) {
      const run = await desk.sweep({}, settings);
      expect(run.of(event.id)).toMatchObject({ status: 'skipped', reason: 'ALREADY_INJECTED' });
      expect(run.writes).toEqual([]);
    }
  });

  it.each(['LOST', 'TENTATIVE', 'PROSPECT', 'WAITLIST'])(
    '%s by the time its detail is read: no order',
    async (status) => {
      const desk = new Desk(NOW);
      const event = desk.add();
      desk.strike = ({ path }) => {
        if (path === `/v1/events/${event.id}.json`)
          desk.tripleseat.store.setStatus(event.id, status, desk.clock.now());
        return null;
      };
      const run = await desk.sweep();
      expect(run.of(event.id)).toMatchObject({ status: 'skipped', reason: 'STATUS_NOT_ELIGIBLE' });
      expect(run.writes).toEqual([]);
    },
  );

  it('deleted by the time its detail is read: no order', async () => {
    const desk = new Desk(NOW);
    const event = desk.add();
    desk.strike = ({ path }) => {
      if (path === `/v1/events/${event.id}.json`) desk.tripleseat.store.delete(event.id, desk.clock.now());
      return null;
    };
    const run = await desk.sweep();
    expect(run.of(event.id)).toMatchObject({ status: 'failed', reason: 'EVENT_NOT_FOUND' });
    expect(run.writes).toEqual([]);
  });
});

describe('an event that changes between its reading and the look for its order', () => {
  /** An event with its order; `change` comes before the detail is read for the second time in a run. */
  async function changing(change: (desk: Desk, id: number) => 'fails' | null) {
    const desk = new Desk(NOW);
    const event = desk.add();
    await desk.single([event]);
    await desk.clock.sleep(600_000);
    let reads = 0;
    desk.strike = ({ path }) => {
      if (path !== `/v1/events/${event.id}.json`) return null;
      reads += 1;
      return reads > 1 && change(desk, event.id) === 'fails' ? { kind: '500-before' } : null;
    };
    return { desk, event };
  }

  it('LOST at first, and then made an order for: the order stands', async () => {
    const { desk, event } = await changing((at, id) => {
      at.tripleseat.store.setStatus(id, 'DEFINITE', at.clock.now());
      return null;
    });
    desk.tripleseat.store.setStatus(event.id, 'LOST', desk.clock.now());
    expect((await desk.single([event])).of(event.id)).toMatchObject({
      status: 'skipped',
      reason: 'ALREADY_INJECTED',
    });
  });

  it.each<[string, string, (desk: Desk, id: number) => 'fails' | null]>([
    ['that cannot be read again', 'SOURCE_ERROR', () => 'fails'],
    [
      'that is deleted by then',
      'ORPHANED',
      (desk, id) => {
        desk.tripleseat.store.delete(id, desk.clock.now());
        return null;
      },
    ],
  ])('a difference to an event %s is no DRIFT', async (_, reason, change) => {
    const { desk, event } = await changing(change);
    desk.patch(the(desk).resource_uri, { gratuity: 1 });
    expect((await desk.single([event])).of(event.id)).toMatchObject({ status: 'failed', reason });
  });
});
