import { describe, expect, it } from 'vitest';
import { differenceText } from '../../src/domain/differences.js';
import type { SourceLine } from '../../src/domain/event.js';
import { cents } from '../../src/domain/money.js';
import type { FoundItem, FoundOrder } from '../../src/domain/order.js';
import { planOrder } from '../../src/domain/plan.js';
import { type Product, ProductIndex } from '../../src/domain/products.js';
import type { WantedInput, WantedOrder } from '../../src/domain/wantedOrder.js';
import { document, line, location, products, qty, sourceEvent, usd } from './builders.js';
import { standingItems, standingOrder, wantedOrder } from './found.js';

const taco = line('Taco Bar', '30', '8.24', '247.20');
const pizza = line('Pizza Package', '16', '6.72', '107.52');
const crab = line('Crab Tower', '1', '52', '52.00');
const linens = line('Table linens', '40');
const withText = (of: SourceLine, longDescription: string): SourceLine => ({ ...of, longDescription });

/** The order of an event of these lines, as the menu makes it. */
function event(
  lines: readonly SourceLine[],
  menu: readonly Product[] = products,
  over: Partial<WantedInput> = {},
): WantedOrder {
  const total = cents(lines.reduce((sum, { totalPrice }) => sum + Number(totalPrice ?? 0), 0));
  const of = { billing: [], grandTotal: total, amountDue: total };
  const own = document({ ...of, lines: [...lines], discountsTotal: usd(0), payments: [] });
  return wantedOrder({
    event: sourceEvent({ ...of, documents: [own] }),
    linesSource: { kind: 'document', origin: 'event', document: own, selections: [] },
    products: new ProductIndex(menu),
    stands: true,
    ...over,
  });
}

/** The menu with some products under another name (null: deactivated), and new ones. */
function menu(changes: Record<number, string | null>, ...added: [id: number, name: string][]): Product[] {
  const left = products.flatMap((product) => {
    const name = changes[product.id] === undefined ? product.name : changes[product.id];
    return typeof name === 'string' ? [{ ...product, name }] : [];
  });
  return [...left, ...added.map(([id, name]) => ({ id, name, price: usd(0) }))];
}

const OTHER = 'Triple Seat Event #55521609 rev 00000000 run 4ba1e130';

/** How the order differs from its event, in words; its header does not, unless `over` says so. */
function told(wanted: WantedOrder, items: FoundItem[], over: Partial<FoundOrder> = {}): string[] {
  const order = standingOrder(wanted, { notes: OTHER, ...over });
  const contents = { order: order.id, items, payments: [], bills: [] };
  const around = { now: Date.parse('2026-11-14T20:00:00Z'), locations: [wanted.location] };
  const plan = planOrder(wanted, [order], [contents], around);
  if (plan.kind === 'standing') return [];
  if (plan.kind !== 'failed' || plan.differences.length === 0) throw new Error(`it is ${plan.kind}`);
  return plan.differences.map(differenceText);
}

/** The same of its lines alone. */
const toldOfLines = (wanted: WantedOrder, items: FoundItem[]) =>
  told(wanted, items).filter((each) => !each.startsWith('text of '));

/** The rows, with one of them changed. */
const changed = (rows: readonly FoundItem[], at: number, change: Partial<FoundItem>) =>
  rows.map((row, index) => (index === at ? { ...row, ...change } : row));

const missing = (name: string, what = '30 × 8.24') => `${name}: event ${what}, missing in the order`;
const extra = (name: string, what = '30 × 8.24') => `${name}: order ${what}, not in the event`;

const replaced = menu({ 581: 'Old tacos' }, [7001, 'Taco Bar']);
const gone = menu({ 581: null });
const openItem = { unmatchedPolicy: 'open-item' } as const;

describe('an order that stands, when its menu has changed', () => {
  it.each<[string, Product[], Partial<WantedInput>]>([
    ['renamed', menu({ 581: 'Taco Bar XL' }), {}],
    ['deactivated', gone, {}],
    ['deactivated, where the open item stands in since', gone, openItem],
    ['doubled', menu({}, [7001, 'TACO BAR']), {}],
    ['replaced by another of its name', replaced, {}],
    [
      'replaced by another that the locations file names',
      menu({}, [7001, 'Tacos']),
      { location: location({ products: { 'Taco Bar': 7001 } }) },
    ],
  ])('is as it was made: a product %s', (_, today, over) => {
    const rows = standingItems(event([taco, pizza]));
    const wanted = event([taco, pizza], today, over);
    expect(told(wanted, rows)).toEqual([]);
    expect(told(wanted, rows.toReversed())).toEqual([]);
    for (const other of [{ quantity: qty(24) }, { price: usd('8.20') }, { quantity: null }]) {
      expect(told(wanted, changed(rows, 0, other))).toHaveLength(1);
    }
    expect(told(wanted, changed(rows, 0, { nameOverride: 'Soup', productId: 700 }))).toEqual([
      missing('Taco Bar'),
      extra('Soup'),
    ]);
    expect(told(wanted, rows.slice(1))).toEqual([missing('Taco Bar')]);
    expect(told(wanted, changed(rows, 0, { deleted: true }))).toEqual([missing('Taco Bar')]);
  });

  it('bears the name of the product that a line of another name was sold as', () => {
    const og = line('O G', '2', '25.72', '51.44');
    const today = menu({ 579: null }, [7001, 'Hey Blondie']);
    const over = { location: location({ products: { 'O G': 7001 } }) };
    expect(told(event([og], today, over), standingItems(event([og])))).toEqual([]);
  });

  it('has a row of its own for each line, also where two are alike', () => {
    const rows = standingItems(event([taco, taco, pizza]));
    for (const today of [replaced, gone]) {
      const wanted = event([taco, taco, pizza], today);
      expect(told(wanted, rows)).toEqual([]);
      expect(told(wanted, rows.slice(1))).toEqual([missing('Taco Bar')]);
      const third = { ...standingItems(event([taco]))[0], id: '990' } as FoundItem;
      expect(told(wanted, [...rows, third])).toEqual([extra('Taco Bar')]);
    }
  });

  it('may show its names cut to the width of a column', () => {
    const dish = line('Smoked fish, pickles and rye bread', '1', '52', '52.00');
    const rows = standingItems(event([dish], menu({}, [700, 'Smoked fish, pickles and rye bread'])));
    const wanted = event([dish]);
    const { notes } = standingOrder(wanted);
    const shown = (nameOverride: string, over = {}) => told(wanted, changed(rows, 0, { nameOverride }), over);
    expect(shown('Smoked fish, pickles and rye b')).toEqual([]);
    expect(shown('Smoked fish')).toHaveLength(2);
    // Between two words that tells nothing, unless just this was written.
    expect(shown('Smoked fish, pickles and', { notes })).toEqual([]);
    expect(shown('Smoked fish, pickles and')).toHaveLength(2);
    expect(
      shown('Smoked fish, pickles and', { notes: notes.replace('run ', 'claiming 16769a82') }),
    ).toHaveLength(2);
  });

  it('may not tell its names: then a line that has no product any more is any line of its figures', () => {
    const rows = standingItems(event([taco, pizza])).map((row) => ({ ...row, nameOverride: null }));
    expect(told(event([taco, pizza], gone), rows)).toEqual([]);
    expect(told(event([taco, pizza], gone), changed(rows, 0, { quantity: qty(24) }))).toEqual([
      missing('Taco Bar'),
      extra('product 581', '24 × 8.24'),
    ]);
    expect(told(event([taco, pizza], replaced), rows)).toEqual([missing('Taco Bar'), extra('product 581')]);
  });
});

describe('text of an order that stands', () => {
  it.each<[string, string, string | null, string[]]>([
    ['as it was written', 'no nuts, no dairy', 'No nuts no  dairy', []],
    ['cut to a column', 'no nuts, no dairy, no gluten', 'no nuts, no dairy, no glu', []],
    [
      'added to',
      'no nuts, no dairy, no gluten',
      'no nuts, no dairy, no',
      ['text of Taco Bar: event no nuts, no dairy, no gluten, order no nuts, no dairy, no'],
    ],
    [
      'another number',
      'guests with an allergy: 12',
      'guests with an allergy: 1',
      ['text of Taco Bar: event guests with an allergy: 12, order guests with an allergy: 1'],
    ],
    ['another one', 'no nuts', 'no dairy', ['text of Taco Bar: event no nuts, order no dairy']],
    ['none', 'no nuts', null, ['text of Taco Bar: event no nuts, missing in the order']],
    ['one too many', '', 'no dairy', ['text of Taco Bar: order no dairy, not in the event']],
  ])('is told once, with both, whatever the menu: %s', (_, text, shown, differences) => {
    const rows = changed(standingItems(event([taco, pizza])), 0, { text: shown });
    for (const today of [products, gone, replaced]) {
      expect(told(event([withText(taco, text), pizza], today), rows)).toEqual(differences);
    }
  });

  it('belongs to a line, whichever of two that are alike stands first', () => {
    const lines = [withText(taco, 'no nuts'), withText(taco, 'no dairy'), pizza];
    for (const today of [products, gone, replaced]) {
      const wanted = event(lines, today);
      const rows = standingItems(event(lines));
      const swapped = changed(changed(rows, 0, { text: 'no dairy' }), 1, { text: 'no nuts' });
      expect(told(wanted, swapped)).toEqual([]);
      expect(told(wanted, changed(swapped, 0, { text: 'no salt' }))).toEqual([
        'text of Taco Bar: event no dairy, order no salt',
      ]);
      expect(told(wanted, changed(rows, 1, { text: null }))).toEqual([
        'text of Taco Bar: event no dairy, missing in the order',
      ]);
    }
  });

  it.each<[string, SourceLine]>([
    ['at its price', line('Beet Tower', '1', '52', '52.00')],
    ['at another price', line('Beet Tower', '1', '48', '48.00')],
    ['in another quantity', line('Beet Tower', '2', '52', '104.00')],
  ])('is not that of a dish of another name %s', (_, beet) => {
    const lines = [withText(crab, 'no nuts'), withText(beet, 'no dairy')];
    const towers = menu({}, [700, 'Crab Tower'], [701, 'Beet Tower']);
    for (const [then, today] of [
      [towers, towers],
      [towers, products],
      [products, products],
    ] as const) {
      const rows = standingItems(event(lines, then, openItem));
      const wanted = event(lines, today, openItem);
      expect(told(wanted, rows)).toEqual([]);
      const swapped = changed(changed(rows, 0, { text: 'no dairy' }), 1, { text: 'no nuts' });
      expect(told(wanted, swapped)).toEqual([
        'text of Crab Tower: event no nuts, order no dairy',
        'text of Beet Tower: event no dairy, order no nuts',
      ]);
    }
  });

  it('is not told of a line that is missing, nor taken from a row that was voided', () => {
    const wanted = event([withText(taco, 'no nuts'), pizza]);
    const rows = standingItems(wanted);
    expect(told(wanted, rows.slice(1))).toEqual([missing('Taco Bar')]);
    expect(told(wanted, changed(rows, 0, { quantity: qty(24), text: 'no dairy' }))).toEqual([
      'Taco Bar: event 30 × 8.24, order 24 × 8.24',
    ]);
    const again = { ...rows[0], id: '990', text: 'no dairy' } as FoundItem;
    expect(told(wanted, [...changed(rows, 0, { deleted: true }), again])).toEqual([
      'text of Taco Bar: event no nuts, order no dairy',
    ]);
  });

  it('was not written yet where a row has no name; what is shown all the same is told', () => {
    const wanted = event([withText(taco, 'no nuts'), withText(crab, 'no salt'), pizza], products, openItem);
    const silent = standingItems(wanted).map((row) => ({ ...row, text: null, nameOverride: null }));
    const named = changed(silent, 1, { nameOverride: 'Crab Tower' });
    expect(told(wanted, silent)).toEqual([]);
    expect(told(wanted, named)).toEqual([]);
    expect(told(wanted, changed(named, 0, { text: 'no dairy' }))).toEqual([
      'text of Taco Bar: event no nuts, order no dairy',
    ]);
    expect(told(wanted, changed(silent, 1, { text: 'no dairy' }))).toEqual([
      'text of Crab Tower: event no salt, order no dairy',
    ]);
  });
});

describe('a line without money of an order that stands', () => {
  const product: [number, string] = [700, 'Table linens'];
  const seating = line('Seating plan', '1');

  it('is not missing where the menu has a product for it since, and the order has it as text', () => {
    const lines = [taco, seating, linens, line('Cake stand', '3'), pizza];
    const rows = standingItems(event(lines));
    const today = menu({}, product, [701, 'Seating plan'], [702, 'Cake Stand']);
    expect(rows[0]?.text).toBe('Seating plan; 40 × Table linens; 3 × Cake stand');
    expect(toldOfLines(event(lines, today), rows)).toEqual([]);
    expect(
      toldOfLines(event(lines, today), changed(rows, 0, { text: 'seating plan; 40 × Table linens' })),
    ).toEqual([missing('Cake stand', '3 × 0.00')]);
  });

  it.each<[string, Partial<FoundItem>]>([
    ['no text', { text: null }],
    ['text of another thing', { text: '40 × Table linens for the bar; Table' }],
    ['it on a row that was voided', { deleted: true }],
  ])('is missing where the order shows %s', (_, change) => {
    const rows = standingItems(event([taco, linens]));
    const old = { ...rows[0], ...change, id: '990' } as FoundItem;
    const left = [old, ...(old.deleted ? [{ ...rows[0], text: null } as FoundItem] : [])];
    expect(toldOfLines(event([taco, linens], menu({}, product)), left)).toEqual([
      missing('Table linens', '40 × 0.00'),
    ]);
  });

  it('stands with another line, where what carries it is sold since, or is no more', () => {
    const notes = withText(line('Cake, at nine; sharp'), 'white; no candles');
    const lines = [withText(taco, 'no nuts'), withText(linens, 'long; ironed'), notes];
    const since = menu({}, [7002, 'Table linens'], [7003, 'Cake, at nine; sharp']);
    for (const [then, today] of [
      [products, since],
      [since, products],
    ]) {
      const rows = standingItems(event(lines, then));
      expect(told(event(lines, today), rows)).toEqual([]);
      const text = rows.map((row) => row.text?.replace('no nuts', 'nuts') ?? null);
      const others = rows.map((row, at) => ({ ...row, text: text[at] ?? null }));
      expect(told(event(lines, today), others)).not.toEqual([]);
    }
  });

  it('is not the one of its name that costs something, which has its own row', () => {
    const bar = line('Bar Package', '1', '900.00', '900.00');
    const rows = standingItems(event([taco, bar, line('Bar Package', '2')], products, openItem));
    const wanted = event([taco, bar, line('Bar Package', '2')], menu({}, [7004, 'Bar Package']), openItem);
    expect(rows.map(({ text }) => text)).toEqual([null, '2 × Bar Package']);
    expect(told(wanted, rows)).toEqual([]);
  });

  it('stands by its name where no line of the event has a product any more', () => {
    const free = [line('Taco Bar', '3', '0'), seating];
    const rows = standingItems(event(free));
    const wanted = event(free, gone);
    expect(told(wanted, rows)).toEqual([]);
    expect(wanted.unmatched).toMatchObject({ reason: 'NO_LINE_ITEMS' });
    expect(told(wanted, changed(rows, 0, { price: usd(1) }))).not.toEqual([]);
  });

  it('that was left out leaves nothing missing where the menu has a product for it since', () => {
    const out = { location: location({ textLines: 'leave-out' }) };
    const lines = [withText(taco, 'Table linens; ironed'), linens];
    const since = menu({}, [7002, 'Table linens']);
    const rows = standingItems(event(lines, products, out));
    expect(told(event(lines, since, out), rows)).toEqual([]);
    // One that had been sold, and that staff has removed.
    const sold = changed(standingItems(event(lines, since, out)), 1, { deleted: true });
    expect(told(event(lines, since, out), sold)).toEqual([missing('Table linens', '40 × 0.00')]);
  });

  it('is missing although the order has it as text, once it costs something', () => {
    const rows = standingItems(event([taco, linens]));
    const priced = line('Table linens', '40', '1', '40.00');
    expect(toldOfLines(event([taco, priced], menu({}, product)), rows)).toEqual([
      missing('Table linens', '40 × 1.00'),
    ]);
  });

  it('keeps its own row where it stands as text, too, whatever else is missing', () => {
    const lines = [taco, linens, line('Suga Daddy', '40')];
    const rows = standingItems(event(lines, menu({}, product)));
    const noted = changed(rows, 0, { text: '40 × Table linens' });
    expect(toldOfLines(event(lines, menu({}, product)), noted.slice(0, 2))).toEqual([
      missing('Suga Daddy', '40 × 0.00'),
    ]);
  });

  it('is nothing too much where it was sold as an item, and is text now', () => {
    const asItem = location({ textLines: 'open-item' });
    const lines = [taco, linens, seating];
    const made = [
      event(lines, menu({}, product, [701, 'Seating plan'])),
      event(lines, products, { location: asItem }),
    ];
    for (const rows of made.map(standingItems)) {
      expect(rows).toHaveLength(3);
      expect(toldOfLines(event(lines), rows)).toEqual([]);
      expect(toldOfLines(event(lines), changed(rows, 1, { price: usd(1) }))).toEqual([
        extra('Table linens', '40 × 1.00'),
      ]);
      expect(toldOfLines(event(lines), changed(rows, 1, { nameOverride: 'Soup' }))).toEqual([
        extra('Soup', '40 × 0.00'),
      ]);
      const twice = { ...rows[1], id: '990' } as FoundItem;
      expect(toldOfLines(event(lines), [...rows, twice])).toEqual([extra('Table linens', '40 × 0.00')]);
    }
  });
});

describe('tax on the lines of an order that stands', () => {
  const plain = event([taco, pizza]);
  const wanted = { ...plain, items: plain.items.map((item) => ({ ...item, tax: usd(1) })) };
  const taxed = (...taxes: (number | null)[]) =>
    standingItems(wanted).map((row, at) => ({ ...row, tax: taxes[at] == null ? null : usd(taxes[at]) }));

  it('is not asked for where the order was made before its shop had any', () => {
    expect(told(wanted, taxed(0, 0))).toEqual([]);
    expect(told(wanted, taxed(null, 0))).toEqual([]);
    expect(told(wanted, taxed(1, 1))).toEqual([]);
    const voided = { ...taxed(1)[0], id: '990', deleted: true } as FoundItem;
    expect(told(wanted, [...taxed(0, 0), voided])).toEqual([]);
  });

  it('is told where some of it stands there, or the order was made with it', () => {
    expect(told(wanted, taxed(1, 0))).toEqual(['tax of Pizza Package: event 1.00, order 0.00']);
    const notes = OTHER.replace('00000000', wanted.revision);
    expect(told(wanted, taxed(0, 0), { notes })).toHaveLength(2);
  });
});

describe('an order of version 0.1.0, whose revision was made of product ids', () => {
  const suga = line('Suga Daddy', '2', '8.92', '17.84');
  const some = line('Pizza Package', '2', '8.24', '16.48');
  const lines = [taco, some, suga, crab, suga, line('Hey Blondie', '1', '52', '52.00')];
  const withPlan = [...lines, line('Seating plan', '1')];
  // What that version wrote for just these events.
  const notes = 'Triple Seat Event #55521609 rev 63db73fb run 4ba1e130';
  const planNotes = notes.replace('63db73fb', '8fd5d986');
  const asItem = location({ textLines: 'open-item' });
  const newer: [number, string][] = [
    [7001, 'Hey Blondie'],
    [7002, 'Suga Daddy'],
    [7003, 'Taco Bar'],
  ];
  const anew = menu({ 579: 'Old', 580: 'Older', 581: 'Oldest', 582: null }, ...newer, [
    7004,
    'Pizza Package',
  ]);
  /** Its rows: none but those of the open item have a name; ids cross a power of ten. */
  const rowsOf = (wanted: WantedOrder) =>
    standingItems(wanted).map((row, at) => ({
      ...row,
      id: String(6 + at),
      text: null,
      nameOverride: row.productId === 990 ? row.nameOverride : null,
    }));
  const rows = rowsOf(event(lines, products, openItem));
  const wanted = event(lines, anew, openItem);

  it('stands as it was made, whichever products its lines would be today', () => {
    expect(told(wanted, rows, { notes })).toEqual([]);
    expect(told(wanted, rows.toReversed(), { notes })).toEqual([]);
    const moved = event([suga, some, taco, ...lines.slice(3)], anew, openItem);
    expect(told(moved, rows, { notes })).toEqual([]);
    const voided = { ...rows[0], id: '1', deleted: true } as FoundItem;
    expect(told(wanted, [voided, ...rows], { notes })).toEqual([]);
  });

  it('stands without text, which that version did not write, also where Revel has filled in names since', () => {
    const named = rows.map((row) => ({ ...row, nameOverride: row.nameOverride ?? 'Whatever' }));
    const texted = event([withText(taco, 'no nuts'), ...lines.slice(1)], anew, openItem);
    expect(told(texted, named, { notes })).toEqual([]);
  });

  it('stands with what is text today sold as an open item', () => {
    const sold = rowsOf(event(withPlan, products, { ...openItem, location: asItem }));
    expect(told(event(withPlan, anew, openItem), sold, { notes: planNotes })).toEqual([]);
    expect(told(event(withPlan, anew, openItem), sold, { notes })).not.toEqual([]);
  });

  const nine = { ...rows[0], id: '99', quantity: qty(9) } as FoundItem;
  it.each<[string, FoundItem[], string, string]>([
    ['a row is gone', rows.slice(1), notes, missing('Taco Bar')],
    ['a row is too much', [...rows, nine], notes, extra('product 581', '9 × 8.24')],
    ['a quantity is another', changed(rows, 0, { quantity: qty(24) }), notes, missing('Taco Bar')],
    ['a price is another', changed(rows, 0, { price: usd(8) }), notes, missing('Taco Bar')],
    ['a product is another', changed(rows, 0, { productId: 700 }), notes, missing('Taco Bar')],
    ['it was made from another state', rows, OTHER, missing('Taco Bar')],
    ['something else has made it', rows, 'Triple Seat Event #55521609', missing('Taco Bar')],
  ])('does not stand where %s', (_, found, of, difference) => {
    expect(told(wanted, found, { notes: of })).toContain(difference);
  });
});

/** What becomes of an order that a POS has opened. */
function opened(wanted: WantedOrder, items: FoundItem[]) {
  const order = standingOrder(wanted, { notes: OTHER, opened: true });
  const around = { now: Date.parse('2026-11-14T20:00:00Z'), locations: [wanted.location] };
  return planOrder(wanted, [order], [{ order: order.id, items, payments: [], bills: [] }], around).kind;
}

describe('an order whose menu has changed since', () => {
  it.each([
    ['renamed', menu({ 581: 'Taco Bar XL' })],
    ['deactivated', gone],
    ['doubled', menu({}, [7001, 'TACO BAR'])],
    ['replaced', replaced],
  ])('may have its line split and sold more of by staff: a product %s', (_, today) => {
    const [row, ...others] = standingItems(event([taco, pizza])) as [FoundItem, ...FoundItem[]];
    const parts = [20, 10].map((count) => ({
      ...row,
      id: String(count),
      quantity: qty(count),
      updatedBy: 77,
    }));
    const more = { ...row, quantity: qty(35), updatedBy: 77 };
    const fewer = { ...row, quantity: qty(24), updatedBy: 77 };
    for (const wanted of [event([taco, pizza]), event([taco, pizza], today)]) {
      expect(opened(wanted, [...parts, ...others])).toBe('standing');
      expect(opened(wanted, [more, ...others])).toBe('in-service');
      expect(opened(wanted, [fewer, ...others])).toBe('failed');
      expect(opened(wanted, others)).toBe('failed');
    }
  });

  it('has the product that the locations file names for a line, active or not', () => {
    const og = line('O G', '2', '25.72', '51.44');
    const wanted = event([og], menu({ 579: null }));
    const rows = standingItems(event([og]));
    expect(told(wanted, rows)).toEqual([]);
    expect(told(wanted, changed(rows, 0, { productId: 580, nameOverride: 'Suga Daddy' }))).toHaveLength(2);
  });

  it('tells two dishes apart of which one has the name of the other and more', () => {
    const long = line('Classic charcuterie board, vegan', '1', '52', '52.00');
    const short = line('Classic charcuterie board', '1', '52', '52.00');
    const both = menu({}, [700, 'Classic charcuterie board, vegan'], [701, 'Classic charcuterie board']);
    expect(told(event([long, short]), standingItems(event([short, long], both)))).toEqual([]);
  });

  it.each([linens, withText(linens, 'white')])(
    'may have as text what is a product now, and the other way round',
    (free) => {
      const withLinens = menu({}, [700, 'Table linens']);
      const [text, sold] = [event([taco, free]), event([taco, free], withLinens)];
      expect(told(sold, standingItems(text))).toEqual([]);
      expect(told(text, standingItems(sold))).toEqual([]);
      const rows = standingItems(sold);
      expect(told(text, changed(rows, 1, { quantity: qty(39) }))).not.toEqual([]);
      expect(told(text, rows.slice(0, 1))).not.toEqual([]);
    },
  );
});
