import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { orderUuid } from '../../src/domain/identity.js';
import { localIdOf, parseEventId } from '../../src/domain/ids.js';
import type { DocumentOptions } from '../../src/sandbox/tripleseat/make-document.js';
import { DISCOUNT_ID, OUR_USER, PAYMENT_TYPE, places } from '../../src/sandbox/world/places.js';
import type { SyncSettings } from '../../src/sync/types.js';
import { sampleLocations } from '../helpers/settings.js';
import { Desk } from './desk.js';

const NOW = '2026-11-14T20:00:00Z';
const DAY = '2026-11-14';
const { west } = places;
const OPEN = west.openItemProductId;

/** A line as version 0.1.0 wrote it: a name only where it is not the product's own, and never any text. */
interface OldLine {
  product: number;
  quantity: number;
  price: number;
  name?: string;
}

/** An event, and the order that version 0.1.0 made of it, written down by hand. Money in cents. */
interface Kind {
  what: string;
  document: DocumentOptions;
  lines: OldLine[];
  discount?: number;
  tax?: number;
  gratuity?: number;
  surcharge?: number;
  paid?: number;
  settings?: Partial<SyncSettings>;
}

const taco = { name: 'Taco Bar', price: 824, quantity: '30.0' };
const pizza = { name: 'Pizza Package', price: 672, quantity: '2.0' };
const oldTaco: OldLine = { product: 572, quantity: 30, price: 824 };
const oldPizza: OldLine = { product: 573, quantity: 2, price: 672 };
const openItems = { settings: { unmatchedPolicy: 'open-item' as const } };

const kinds: Kind[] = [
  { what: 'lines of the menu', document: { lines: [taco, pizza] }, lines: [oldTaco, oldPizza] },
  {
    what: 'the same line twice, and a mapped one',
    document: { lines: [taco, taco, { name: 'O G', price: 1140, quantity: '3.0' }] },
    lines: [oldTaco, oldTaco, { product: 579, quantity: 3, price: 1140 }],
  },
  {
    what: 'an open item with a name of its own',
    document: { lines: [taco, { name: 'Vegan Tower', price: 5200 }] },
    lines: [oldTaco, { product: OPEN, quantity: 1, price: 5200, name: 'Vegan Tower' }],
    ...openItems,
  },
  {
    what: 'a line that has text now',
    document: { lines: [{ ...taco, longDescription: '3 guests with peanut allergy' }, pizza] },
    lines: [oldTaco, oldPizza],
  },
  {
    what: 'text without money that was sold as an open item',
    document: { lines: [taco, { name: 'testing', price: null }] },
    lines: [oldTaco, { product: OPEN, quantity: 1, price: 0, name: 'testing' }],
    ...openItems,
  },
  {
    what: 'tax, gratuity, a fee and a discount, paid in part',
    document: {
      lines: [taco],
      discount: 1_000,
      billing: [
        { name: 'Sales Tax', amount: 1_977 },
        { name: 'Gratuity', amount: 4_744 },
        { name: 'Admin Fee', amount: 2_500 },
      ],
      payments: [{ amount: 10_000 }],
    },
    lines: [oldTaco],
    discount: 1_000,
    tax: 1_977,
    gratuity: 4_744,
    surcharge: 2_500,
    paid: 10_000,
  },
  {
    what: 'a gratuity that it took for a tax',
    document: { lines: [taco], billing: [{ name: '20% Gratuity (pre-tax)', amount: 4_944 }] },
    lines: [oldTaco],
    tax: 4_944,
  },
  {
    what: 'a fee that it took for a tax',
    document: { lines: [taco], billing: [{ name: 'Admin Fee (tax exempt)', amount: 900 }] },
    lines: [oldTaco],
    tax: 900,
  },
  {
    what: 'a tax and a gratuity that it took for fees',
    document: {
      lines: [taco],
      billing: [
        { name: 'GST', amount: 1_236 },
        { name: 'Auto-Grat', amount: 4_944 },
        { name: 'Delivery', amount: 1_500 },
      ],
      payments: [{ amount: 32_400 }],
    },
    lines: [oldTaco],
    surcharge: 7_680,
    paid: 32_400,
  },
  {
    what: 'a discount that it took for a fee',
    document: {
      lines: [taco],
      billing: [
        { name: 'Sales Tax', amount: 1_977 },
        { name: 'Promo', amount: -2_000 },
      ],
    },
    lines: [oldTaco],
    tax: 1_977,
    surcharge: -2_000,
  },
  {
    what: 'rows that its locations file named, beside a tax that it took for a fee',
    document: {
      lines: [taco],
      billing: [
        { name: 'Levy', amount: 1_977 },
        { name: 'For the Staff', amount: 4_744 },
        { name: 'Tax &amp; Tip Handling', amount: 300 },
        { name: 'GST', amount: 1_236 },
      ],
    },
    lines: [oldTaco],
    tax: 1_977,
    gratuity: 4_744,
    surcharge: 300 + 1_236,
    settings: {
      locations: sampleLocations.map((each) => ({
        ...each,
        billing: { levy: 'tax', 'For the  staff': 'gratuity', 'Tax & Tip Handling': 'surcharge' },
      })),
    },
  },
  {
    what: 'names that it knew, beside a tax that it took for a fee',
    document: {
      lines: [taco],
      billing: [
        { name: 'Taxes', amount: 1_977 },
        { name: 'Event Tip', amount: 1_000 },
        { name: 'Tips', amount: 200 },
        { name: 'Gratuities', amount: 30 },
        { name: 'GST', amount: 1_236 },
      ],
    },
    lines: [oldTaco],
    tax: 1_977,
    gratuity: 1_230,
    surcharge: 1_236,
  },
];

/** Which revision the notes bear: the one that 0.1.0 made, or one of an event that was edited and put back since. */
type Revision = 'its own' | 'another';

function insert(desk: Desk, event: { id: number }, kind: Kind, revision: Revision): number {
  const id = parseEventId(String(event.id));
  if (!id) throw new Error('there is an event');
  const { lines, discount = 0, tax = 0, gratuity = 0, surcharge = 0, paid = 0 } = kind;
  const subtotal = lines.reduce((sum, { quantity, price }) => sum + quantity * price, 0);
  const total = subtotal - discount + tax + gratuity + surcharge;
  const callName = 'Ada Alder | 555-0142';
  const seen = new Map<string, number>();
  const hashed = lines.map(({ product, quantity, price, name = null }) => {
    const key = `${product} ${quantity} ${price}`;
    seen.set(key, (seen.get(key) ?? 0) + 1);
    return JSON.stringify([product, name, String(quantity), price, quantity * price, seen.get(key)]);
  });
  const amounts = [discount, tax, gratuity, surcharge, total, paid];
  const content = [localIdOf(id), west.establishmentId, DAY, hashed.sort(), ...amounts, callName];
  const own = createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 8);
  const user = `/enterprise/User/${OUR_USER}/`;
  const made = { created_by: user, updated_by: user, station: '/resources/PosStation/4/' };
  const dates = { created_date: `${DAY}T00:00:00`, updated_date: `${DAY}T00:00:09` };
  return desk.revel.insertOrder({
    order: {
      uuid: orderUuid(west.establishmentId, localIdOf(id), 0),
      local_id: localIdOf(id),
      establishment: `/enterprise/Establishment/${west.establishmentId}/`,
      created_by: user,
      updated_by: user,
      created_at: '/resources/PosStation/4/',
      ...dates,
      dining_option: 113,
      pos_mode: 'Q',
      web_order: true,
      printed: true,
      call_name: callName,
      notes: `Triple Seat Event #${id} rev ${revision === 'its own' ? own : '0badc0de'}`,
      subtotal: subtotal / 100,
      tax: tax / 100,
      gratuity: gratuity / 100,
      surcharge: surcharge / 100,
      final_total: total / 100,
      remaining_due: (total - paid) / 100,
      discount_amount: discount / 100,
      discount_rule_amount: discount / 100,
      ...(discount === 0 ? {} : { discount: `/resources/Discount/${DISCOUNT_ID}/` }),
    },
    items: lines.map(({ product, quantity, price, name }) => ({
      product: `/resources/Product/${product}/`,
      quantity,
      price: price / 100,
      initial_price: price / 100,
      tax_amount: 0,
      tax_rate: 0,
      modifier_amount: 0,
      ...made,
      ...dates,
      ...(name === undefined ? {} : { product_name_override: name }),
    })),
    payments:
      paid === 0
        ? []
        : [{ payment_type: PAYMENT_TYPE, amount: (paid / 100).toFixed(2), tip: '0.00', ...made, ...dates }],
    history: [{ opened: `${DAY}T00:00:09`, order_opened_by: user }],
  }).id;
}

const contact = { first: 'Ada', last: 'Alder', phone: '555-0142' };
const cases = kinds.flatMap((kind) =>
  (['its own', 'another'] as const).map((revision): [string, Revision, Kind] => [kind.what, revision, kind]),
);

describe('on the day of the upgrade an order of version 0.1.0 stands as it is', () => {
  it.each(cases)('%s (revision: %s)', async (_, revision, kind) => {
    const desk = new Desk(NOW);
    const event = desk.add({ contact, documents: [kind.document] });
    const order = insert(desk, event, kind, revision);
    const standing = {
      status: 'skipped',
      reason: 'ALREADY_INJECTED',
      orderId: String(order),
      differences: [],
    };
    for (const run of [
      await desk.sweep({ dryRun: true }, kind.settings),
      await desk.sweep({}, kind.settings),
      await desk.single([event], {}, kind.settings),
      await desk.sweep({}, kind.settings),
    ]) {
      expect(run.of(event.id)).toMatchObject(standing);
      expect(run.writes).toEqual([]);
      expect(run.warnings).toEqual([]);
    }
  });

  it.each(cases)('also where a POS has opened it: %s (revision: %s)', async (_, revision, kind) => {
    const desk = new Desk(NOW);
    const event = desk.add({ contact, documents: [kind.document] });
    const order = insert(desk, event, kind, revision);
    desk.revel.control('pos-open', { orderId: order }, desk.clock.now());
    const run = await desk.sweep({}, kind.settings);
    expect(run.of(event.id)).toMatchObject({
      status: 'skipped',
      reason: 'ALREADY_INJECTED',
      differences: [],
    });
    expect(run.writes).toEqual([]);
  });
});

it('an order of this version stands as well, whose event was edited and put back since', async () => {
  for (const { what, document, settings } of kinds.filter(({ what }) => what.includes('took for'))) {
    const desk = new Desk(NOW);
    const event = desk.add({ contact, documents: [document] });
    await desk.single([event], {}, settings);
    const [order] = desk.revel.orders();
    const notes = String(order?.notes).replace(/ rev [0-9a-f]{8}/, ' rev 0badc0de');
    desk.patch(`/resources/Order/${order?.id}/`, { notes });
    await desk.clock.sleep(600_000);
    const run = await desk.sweep({}, settings);
    expect(run.of(event.id), what).toMatchObject({ reason: 'ALREADY_INJECTED', differences: [] });
    expect(run.writes).toEqual([]);
  }
});

describe('what has really changed since', () => {
  const kind = kinds.find(({ what }) => what.includes('took for fees'));
  const changed = async (document: Partial<DocumentOptions>) => {
    if (!kind) throw new Error('there is such a kind');
    const desk = new Desk(NOW);
    const event = desk.add({ contact, documents: [{ ...kind.document, ...document }] });
    insert(desk, event, kind, 'its own');
    const { reason, differences } = (await desk.sweep()).of(event.id);
    return { reason, fields: differences.map(({ field }) => field) };
  };

  it('is told: a line, a fee, a payment', async () => {
    expect(await changed({ lines: [{ ...taco, quantity: '24.0' }] })).toMatchObject({ reason: 'DRIFT' });
    const billing = [
      { name: 'GST', amount: 1_236 },
      { name: 'Auto-Grat', amount: 4_944 },
      { name: 'Delivery', amount: 1_501 },
    ];
    expect(await changed({ billing })).toMatchObject({ reason: 'DRIFT' });
    expect(await changed({ payments: [{ amount: 32_300 }] })).toEqual({
      reason: 'DRIFT',
      fields: expect.arrayContaining(['payment', 'remaining due']),
    });
  });

  it('is told in every figure where rows count for another sum now', async () => {
    const desk = new Desk(NOW);
    const document = { lines: [taco], billing: [{ name: 'Deposit', amount: -5_000 }] };
    const event = desk.add({ contact, documents: [document] });
    insert(desk, event, { what: 'a deposit', document, lines: [oldTaco], surcharge: -5_000 }, 'its own');
    const locations = sampleLocations.map((each) => ({ ...each, billing: { Deposit: 'ignore' as const } }));
    const { reason, differences } = (await desk.sweep({}, { locations })).of(event.id);
    expect(reason).toBe('DRIFT');
    expect(differences.map(({ field }) => field)).toEqual(expect.arrayContaining(['surcharge', 'total']));
  });

  it('is told of an order of this version, too, which books each row for what it is', async () => {
    if (!kind) throw new Error('there is such a kind');
    const desk = new Desk(NOW);
    const event = desk.add({ contact, documents: [kind.document] });
    await desk.single([event]);
    const [order] = desk.revel.orders();
    expect(order).toMatchObject({ tax: 12.36, gratuity: 49.44, surcharge: 15 });
    desk.patch(`/resources/Order/${order?.id}/`, { tax: 0, gratuity: 0, surcharge: 76.8 });
    await desk.clock.sleep(600_000);
    expect((await desk.sweep()).of(event.id)).toMatchObject({ reason: 'DRIFT' });
  });
});
