import { describe, expect, it } from 'vitest';
import { carriers, joined, lineAsText, modifiersOf, modifierText } from '../../src/domain/kitchenText.js';
import { readLines } from '../../src/domain/lines.js';
import { ProductIndex } from '../../src/domain/products.js';
import { buildWanted } from '../../src/domain/wanted.js';
import type { WantedInput } from '../../src/domain/wantedOrder.js';
import { document, line, location, products, qty, selection, sourceEvent, usd } from './builders.js';

const index = new ProductIndex(products);
const chicken = { name: 'Chicken', quantity: qty(20) };
const beef = { name: 'Beef &amp; onions', quantity: null };

function built(lines: ReturnType<typeof line>[], total: string, over: Partial<WantedInput> = {}) {
  return buildWanted({
    event: sourceEvent({ grandTotal: usd(total), amountDue: null }),
    location: location(),
    linesSource: {
      kind: 'document',
      origin: 'event',
      document: document({
        lines,
        grandTotal: usd(total),
        billing: [],
        discountsTotal: null,
        payments: [],
        amountDue: null,
      }),
      selections: [],
    },
    products: index,
    paymentPolicy: 'paid',
    unmatchedPolicy: 'fail',
    testEstablishmentId: null,
    ...over,
  });
}

/** Name, quantity and text of each item, and what is told. */
function texts(...given: Parameters<typeof built>) {
  const result = built(...given);
  if (result.kind === 'failed') throw new Error(result.failure.error);
  const { items, told } = result.order;
  return { items: items.map(({ name, quantity, text }) => [name, quantity, text]), told };
}

const taco = line('Taco Bar', '30', '8.24', '247.20');
const pizza = line('Pizza Package', '1', '6.72', '6.72');
const inSection = (section: string, ...[text, quantity]: [string, string?]) =>
  line(text, quantity, undefined, undefined, { section });

describe('text of a line', () => {
  it.each<[string, string, string]>([
    ['details of a freehand line', '3 guests with peanut allergy', '3 guests with peanut allergy'],
    ['markup and entities', '<p>No nuts &amp; no dairy</p><p>Table 4</p>', 'No nuts & no dairy / Table 4'],
    ['several lines', 'Ham\r\nTurkey\n\n  Veg ', 'Ham / Turkey / Veg'],
    ['control characters', 'no\u001b[31m nuts\u202e', 'no[31m nuts'],
  ])('%s', (_, longDescription, expected) => {
    expect(texts([{ ...taco, longDescription }], '247.20').items).toEqual([['Taco Bar', '30', expected]]);
  });

  it('of a dish from the menu is marketing, unless the location says otherwise', () => {
    const dish = { ...taco, displayName: 'Taco Bar', description: 'Hot!', longDescription: 'Made fresh' };
    expect(texts([dish], '247.20').items).toEqual([['Taco Bar', '30', '']]);
    const over = { location: location({ menuDescriptions: true }) };
    expect(texts([dish], '247.20', over).items).toEqual([['Taco Bar', '30', 'Made fresh']]);
  });

  it('is told once of a line that is sold at two prices', () => {
    const split = line('Taco Bar', '40', '12.375', '495.00', { longDescription: 'no nuts' });
    expect(texts([split], '495.00').items).toEqual([
      ['Taco Bar', '20', 'no nuts'],
      ['Taco Bar', '20', ''],
    ]);
  });

  it('is all of a name that is longer than the column of names', () => {
    const name = Array.from({ length: 60 }, (_, at) => `word${at}`).join(' ');
    const long = { ...taco, description: name, longDescription: 'no nuts' };
    const { items } = texts([long], '247.20', { unmatchedPolicy: 'open-item' });
    expect(items).toEqual([[name.slice(0, 250).trimEnd(), '30', `${name}; no nuts`]]);
    const note = [taco, line(name, '2', undefined, undefined, { longDescription: 'please' })];
    expect(texts(note, '247.20').items).toEqual([['Taco Bar', '30', `2 × ${name}; please`]]);
    expect(texts([{ ...taco, longDescription: name }], '247.20').items[0]?.[2]).toBe(name);
  });

  it('is cut at 2,000 characters, which is told', () => {
    const { items, told } = texts([{ ...taco, longDescription: 'x'.repeat(3_000) }], '247.20');
    expect(items[0]?.[2]).toHaveLength(2_000);
    expect(told).toEqual([expect.stringContaining('text of "Taco Bar" is longer')]);
  });
});

describe('lines without money that match no product', () => {
  const story = Array.from({ length: 80 }, (_, at) => `word${at}`).join(' ');
  it.each<[string, ReturnType<typeof line>[], unknown[]]>([
    [
      'are text of the line before',
      [taco, line('Table linens', '1', '0.0', '0.0'), pizza],
      [
        ['Taco Bar', '30', 'Table linens'],
        ['Pizza Package', '1', ''],
      ],
    ],
    [
      'bring their number and their details',
      [taco, line('Table linens', '40', undefined, undefined, { longDescription: 'white' })],
      [['Taco Bar', '30', '40 × Table linens: white']],
    ],
    [
      'stay in their section',
      [
        { ...taco, section: 'Food' },
        inSection('Drinks', 'On ice'),
        { ...pizza, section: 'Drinks' },
        inSection('Food', 'Prepare one gluten-free meal'),
      ],
      [
        ['Taco Bar', '30', 'Prepare one gluten-free meal'],
        ['Pizza Package', '1', 'On ice'],
      ],
    ],
    [
      'go to the first line where their section has none',
      [inSection('Notes', 'testing'), { ...pizza, section: 'Food' }, { ...taco, section: 'Food' }],
      [
        ['Pizza Package', '1', 'testing'],
        ['Taco Bar', '30', ''],
      ],
    ],
    [
      'follow the details of their line, each once',
      [{ ...taco, longDescription: 'no nuts' }, line('On ice'), line('On ice'), line('Warm')],
      [['Taco Bar', '30', 'no nuts; On ice; Warm']],
    ],
    [
      'are as many as they say, though they say it twice',
      [taco, line('Linens', '40'), line('Linens', '40'), line('Ice', '1.5'), line('Ice', '1.5')],
      [['Taco Bar', '30', '40 × Linens; 40 × Linens; 1.5 × Ice; 1.5 × Ice']],
    ],
    [
      'count though they are of quantity 0',
      [taco, line('Use the back door', '0')],
      [['Taco Bar', '30', 'Use the back door']],
    ],
    [
      'may have a number that is none',
      [taco, line('Linens', undefined, undefined, undefined, { broken: { quantity: 'quantity "2 doz"' } })],
      [['Taco Bar', '30', 'Linens: (quantity "2 doz")']],
    ],
    [
      'may have nothing but details',
      [taco, line('', '1', undefined, undefined, { longDescription: 'Cake comes at nine' })],
      [['Taco Bar', '30', 'Cake comes at nine']],
    ],
    [
      'may have nothing but many details',
      [taco, line('', '2', undefined, undefined, { longDescription: story })],
      [['Taco Bar', '30', `2 × ${story}`]],
    ],
    [
      'that match a product are sold for nothing',
      [taco, line('Pizza Package', '2', '0.0')],
      [
        ['Taco Bar', '30', ''],
        ['Pizza Package', '2', ''],
      ],
    ],
  ])('%s', (_, lines, items) => {
    const total = lines.reduce((sum, { totalPrice, section: __ }) => sum + Number(totalPrice ?? 0), 0);
    expect(texts(lines, (total / 100).toFixed(2)).items).toEqual(items);
  });

  it('are called by the beginning of their details where they are sold as open items', () => {
    const lines = [taco, line('', '1', undefined, undefined, { longDescription: story })];
    const { items } = texts(lines, '247.20', { location: location({ textLines: 'open-item' }) });
    expect(items[1]).toEqual([story.slice(0, 250).trimEnd(), '1', story]);
  });

  const linens = [taco, line('Table linens', '40', '0.0')];

  it('are told', () => {
    expect(texts(linens, '247.20').told).toEqual([
      'Lines without money that match no product stand as text of others: "Table linens" with "Taco Bar".',
    ]);
  });

  it('are left out, or sold as the open item, where the location says so', () => {
    const out = texts(linens, '247.20', { location: location({ textLines: 'leave-out' }) });
    expect(out).toEqual({
      items: [['Taco Bar', '30', '']],
      told: ['Lines without money that match no product are left out: "Table linens".'],
    });
    const sold = texts(linens, '247.20', { location: location({ textLines: 'open-item' }) });
    expect(sold).toEqual({
      items: [
        ['Taco Bar', '30', ''],
        ['Table linens', '40', ''],
      ],
      told: [],
    });
    const without = location({ textLines: 'open-item', revel: { openItemProductId: null } });
    expect(built(linens, '247.20', { location: without })).toMatchObject({
      kind: 'failed',
      failure: { reason: 'UNMATCHED_ITEMS', error: expect.stringContaining('no openItemProductId') },
    });
  });

  it('are not guessed at where the locations file names a product that is gone', () => {
    const gone = location({ products: { 'Table linens': 4711 } });
    expect(built(linens, '247.20', { location: gone })).toMatchObject({
      failure: { reason: 'UNMATCHED_ITEMS', error: expect.stringContaining('mapped to product 4711') },
    });
  });

  it('make no order by themselves', () => {
    expect(built([line('testing'), line('Table linens', '1', '0.0')], '0.00')).toMatchObject({
      failure: { reason: 'NO_LINE_ITEMS' },
    });
  });

  it('are left out with their quantity of 0 where they have a price or a product', () => {
    const lines = [taco, line('Pizza Package', '0'), line('Beer', '0', '5.00')];
    expect(texts(lines, '247.20')).toEqual({
      items: [['Taco Bar', '30', '']],
      told: [
        '"Beer" has quantity 0, so it is left out.',
        '"Pizza Package" has quantity 0, so it is left out.',
      ],
    });
  });
});

describe('what was chosen with a dish', () => {
  const dish = (name: string, menuItemId: string) =>
    line('marketing', '30', '8.24', '247.20', { displayName: name, menuItemId });

  it('reads as numbers and names', () => {
    expect(modifierText(selection('Taco Bar', '1', { modifiers: [chicken, beef] }))).toBe(
      '20 × Chicken, Beef & onions',
    );
  });

  it('goes to the line of its dish, by its id or by its name', () => {
    const lines = [dish('Taco Bar', '1'), dish('Pizza', '2'), dish('Taco Bar', '1')];
    const chosen = [
      selection('Other name', null, { menuItemId: '2', modifiers: [beef] }),
      selection('taco-bar', '1', { modifiers: [chicken] }),
      selection('Taco Bar', '1', { modifiers: [beef] }),
    ];
    const { byLine, told } = modifiersOf(lines, chosen);
    expect([...byLine].sort()).toEqual([
      [0, '20 × Chicken'],
      [1, 'Beef & onions'],
      [2, 'Beef & onions'],
    ]);
    expect(told).toEqual([]);
  });

  it('goes to a line that is served, and is nothing of a dish that nobody chose', () => {
    const none = { ...dish('Taco Bar', '1'), quantity: qty('0') };
    const chosen = [
      selection('Taco Bar', '0', { modifiers: [beef] }),
      selection('Taco Bar', '30', { modifiers: [chicken] }),
    ];
    expect([...modifiersOf([none, dish('Taco Bar', '1')], chosen).byLine]).toEqual([[1, '20 × Chicken']]);
    expect([...modifiersOf([none], chosen).byLine]).toEqual([[0, '20 × Chicken']]);
  });

  it('is told as often as it was chosen', () => {
    const both = selection('Taco Bar', '15', { modifiers: [{ ...chicken, quantity: qty(15) }] });
    const one = selection('Taco Bar', '1', { modifiers: [beef] });
    expect([...modifiersOf([dish('Taco Bar', '1')], [both, both, one, one]).byLine]).toEqual([
      [0, '15 × Chicken; 15 × Chicken; Beef & onions; Beef & onions'],
    ]);
  });

  it('is never lost: more choices than lines go to the last, one without a line is told', () => {
    const chosen = [
      selection('Taco Bar', '1', { modifiers: [chicken] }),
      selection('Taco Bar', '1', { modifiers: [beef] }),
      selection('Soup', '1', { modifiers: [beef] }),
    ];
    const { byLine, told } = modifiersOf([dish('Taco Bar', '1')], chosen);
    expect([...byLine]).toEqual([[0, '20 × Chicken; Beef & onions']]);
    expect(told).toEqual(['"Soup" (Beef & onions) was chosen, but is in no line.']);
  });
});

describe('text of lines', () => {
  const placed = (section: string | null, sold: boolean) => {
    const read = readLines([line('Taco Bar', '2', sold ? '5' : '0', undefined, { section })], {
      what: 'document 7',
    });
    return (read.kind === 'ok' ? read.lines : []).map((each) => ({ line: each, sold }));
  };

  it('goes to the line before it in its section, else to the first that is sold there, else to the first of all', () => {
    const lines = [
      ['Bar', true],
      ['Food', false],
      ['Food', true],
      ['Food', true],
      ['Food', false],
      ['Hall', false],
    ] as const;
    const found = carriers(lines.flatMap(([section, sold]) => placed(section, sold)));
    expect([...found]).toEqual([
      [1, 2],
      [4, 3],
      [5, 0],
    ]);
    expect(carriers(placed('Bar', false)).size).toBe(0);
  });

  it('says how many of it there are, where that says something', () => {
    const text = (quantity: string, more = '') =>
      lineAsText({ name: 'Linens', quantity: qty(quantity), text: more });
    expect([text('40', 'white'), text('1', 'white'), text('0', 'white'), text('0')]).toEqual([
      '40 × Linens: white',
      'Linens: white',
      'Linens: white',
      'Linens',
    ]);
    expect(lineAsText({ name: 'White', quantity: qty('0'), text: 'White' })).toBe('White');
    expect(joined(['', 'white', '40 × cups', 'white', '', '40 × cups'])).toBe('white; 40 × cups; 40 × cups');
  });

  it('of what was chosen stands with the first, the second and the last of a dish, and names nothing that is blank', () => {
    const dishes = ['1', '1', '1'].map((quantity) => line('Tacos', quantity, '5'));
    const chosen = ['Beef', 'Fish', 'Corn', 'Tofu'].map((name) =>
      selection('Tacos', '1', {
        modifiers: [
          { name: '', quantity: null },
          { name, quantity: null },
        ],
      }),
    );
    const { byLine, told } = modifiersOf(dishes, [...chosen, selection('Soup', '1'), selection('', '1')]);
    expect([...byLine]).toEqual([
      [0, 'Beef'],
      [1, 'Fish'],
      [2, 'Corn; Tofu'],
    ]);
    expect(told).toEqual([]);
  });
});
