import { describe, expect, it } from 'vitest';
import { findLocation, isSelected, parseLocations, resolveLocations } from '../../src/config/locations.js';
import type { ConfigProblem } from '../../src/config/problems.js';
import { defaultBooks } from '../../src/domain/location.js';
import { locationsFile } from './helpers.js';

function parse(json: unknown) {
  const problems: ConfigProblem[] = [];
  const text = typeof json === 'string' ? json : JSON.stringify(json);
  const locations = parseLocations(text, 'locations.json', problems);
  return { locations, problems, said: problems.map(({ where, problem }) => `${where} ${problem}`) };
}

/** The right file with one entry changed. */
function withEntry(change: object, index = 0) {
  const locations = locationsFile.locations.map((entry, at) =>
    at === index ? { ...entry, ...change } : entry,
  );
  return { ...locationsFile, locations };
}

describe('parseLocations', () => {
  it.each([
    ['lists', '[', ''],
    ['objects', '{"a":', ''],
    ['lists that are closed', '[', ']'],
  ])('refuses %s within each other before they take all of the stack', (_, open, close) => {
    for (const depth of [101, 3000, 100_000]) {
      const text = `${open.repeat(depth)}1${close.repeat(depth)}`;
      expect(parse(text).said).toEqual([expect.stringContaining('more than 100 values within each other')]);
    }
  });

  it('takes brackets in texts and comments for what they are', () => {
    const text = `/* ${'['.repeat(200)} */ ${JSON.stringify(withEntry({ name: `"${'[{'.repeat(45)}` }))} // ${'{'.repeat(200)}`;
    expect(parse(text).problems).toEqual([]);
  });

  it('merges the defaults into each entry', () => {
    const { locations, problems } = parse(locationsFile);
    expect(problems).toEqual([]);
    expect(locations).toEqual([
      {
        name: 'Special Events',
        timezone: 'America/Los_Angeles',
        currency: null,
        notBefore: null,
        businessDayStart: '04:00',
        orderTime: 'now',
        callName: '{contact} | {phone}',
        tripleseat: { siteId: 15691, locationId: 26059 },
        revel: {
          establishmentId: 8,
          userId: 1,
          posStationId: 4,
          diningOption: 113,
          paymentType: 236,
          discountId: 3358,
          openItemProductId: 990,
        },
        products: { 'O G': 579 },
        billing: { 'Admin Fee': 'surcharge' },
        books: defaultBooks,
        textLines: 'special-request',
        menuDescriptions: false,
        notify: [],
      },
      {
        name: 'Downtown',
        timezone: 'America/Denver',
        currency: 'USD',
        notBefore: null,
        businessDayStart: '04:00',
        orderTime: 'now',
        callName: '{contact} | {phone}',
        tripleseat: { siteId: 15692, locationId: null },
        revel: {
          establishmentId: 9,
          userId: 1,
          posStationId: 4,
          diningOption: 113,
          paymentType: 236,
          discountId: null,
          openItemProductId: null,
        },
        products: {},
        billing: {},
        books: defaultBooks,
        textLines: 'special-request',
        menuDescriptions: false,
        notify: [],
      },
    ]);
  });

  it('takes names of an entry before those of the defaults, however they are spelled', () => {
    const defaults = {
      ...locationsFile.defaults,
      products: { 'Taco Bar': 581, 'O G': 579, '🎂': 5 },
      billing: { 'Admin Fee': 'surcharge', Deposit: 'ignore' },
    };
    const own = { products: { 'TACO-BAR': 700, '🍰': 6 }, billing: { 'admin fee': 'included' } };
    const { locations } = parse({ ...withEntry(own), defaults });
    expect(locations[0]?.products).toEqual({ 'TACO-BAR': 700, 'O G': 579, '🎂': 5, '🍰': 6 });
    expect(locations[0]?.billing).toEqual({ 'admin fee': 'included', Deposit: 'ignore' });
  });

  it('takes days and times of an entry before those of the defaults', () => {
    const [first, second] = locationsFile.locations;
    const { locations, problems } = parse({
      defaults: {
        ...locationsFile.defaults,
        notBefore: '2026-12-01',
        businessDayStart: '02:00',
        orderTime: 'noon',
      },
      locations: [
        { ...first, notBefore: '2027-01-01', businessDayStart: '00:00', orderTime: 'event-start' },
        second,
      ],
    });
    expect(problems).toEqual([]);
    expect(locations).toMatchObject([
      { notBefore: '2027-01-01', businessDayStart: '00:00', orderTime: 'event-start' },
      { notBefore: '2026-12-01', businessDayStart: '02:00', orderTime: 'noon' },
    ]);
  });

  it.each([
    ['notBefore', '2026-02-30', 'is not a day (YYYY-MM-DD)'],
    ['notBefore', '12/01/2026', 'is not a day (YYYY-MM-DD)'],
    ['businessDayStart', '4:00', 'is not a time of the day (HH:MM)'],
    ['businessDayStart', '24:00', 'is not a time of the day (HH:MM)'],
    ['callName', '{guest}', 'holds a name in braces that is not known'],
    ['callName', ' {event}', 'holds stray white space or control characters'],
    ['orderTime', 'midnight', 'is not one of the known values'],
  ])('refuses %s %j', (key, value, problem) => {
    const { problems } = parse({ ...locationsFile, defaults: { ...locationsFile.defaults, [key]: value } });
    expect(problems).toMatchObject([{ where: expect.stringContaining(`defaults.${key}`), problem }]);
  });

  it('lets an entry say of the books what is different there', () => {
    const books = { gratuity: 'on-top', fees: { product: 991 } };
    const [first] = locationsFile.locations;
    const { locations } = parse({
      ...locationsFile,
      defaults: { ...locationsFile.defaults, books },
      locations: [
        { ...first, billing: { Deposit: 'ignore', Delivery: { product: 7 } }, books: { tax: 'lines' } },
      ],
    });
    expect(locations[0]).toMatchObject({
      billing: { Deposit: 'ignore', Delivery: { product: 7 } },
      books: { gratuity: 'on-top', fees: { product: 991 }, tax: 'lines' },
    });
  });

  it('lets an entry add to and override the default mappings', () => {
    const { locations } = parse({
      ...locationsFile,
      defaults: {
        ...locationsFile.defaults,
        timezone: 'America/Chicago',
        products: { 'O G': 1, Salad: 2 },
        billing: { Fee: 'tax' },
      },
      locations: [
        ...locationsFile.locations,
        { name: 'C', tripleseat: { siteId: 3 }, revel: { establishmentId: 3 } },
      ],
    });
    expect(locations[0]?.products).toEqual({ 'O G': 579, Salad: 2 });
    expect(locations[0]?.billing).toEqual({ Fee: 'tax', 'Admin Fee': 'surcharge' });
    expect(locations[2]).toMatchObject({ timezone: 'America/Chicago', products: { 'O G': 1, Salad: 2 } });
  });

  it('finds nothing under the names of object members', () => {
    const [location] = parse(locationsFile).locations;
    expect(location?.products.constructor).toBeUndefined();
    expect(location?.billing.toString).toBeUndefined();
  });

  it('names what is missing after merging, entry by entry', () => {
    const { said } = parse({
      locations: [{ name: 'A', revel: { establishmentId: 1, userId: 5 } }],
    });
    expect(said).toEqual([
      'locations.json: locations[0].timezone is missing',
      'locations.json: locations[0].tripleseat.siteId is missing',
      'locations.json: locations[0].revel.posStationId is missing',
      'locations.json: locations[0].revel.diningOption is missing',
      'locations.json: locations[0].revel.paymentType is missing',
    ]);
  });

  it('says what belongs there', () => {
    const { problems } = parse(withEntry({ revel: { establishmentId: 'eight' } }, 1));
    expect(problems).toEqual([
      {
        where: 'locations.json: locations[1].revel.establishmentId',
        problem: 'is not a whole number',
        write: "Write the id of the shop's Revel establishment, e.g. 8.",
        group: 'locations',
        at: { line: 1, column: expect.any(Number) },
      },
    ]);
  });

  it.each([
    [{ revel: {} }, 'locations[0].revel.establishmentId is missing'],
    [{ revel: { establishmentId: '8' } }, 'locations[0].revel.establishmentId is not a whole number'],
    [{ revel: { establishmentId: 1.5 } }, 'locations[0].revel.establishmentId is not a whole number'],
    [{ revel: { establishmentId: 0 } }, 'locations[0].revel.establishmentId is less than 1'],
    [{ revel: { establishmentId: 8, userID: 1 } }, 'locations[0].revel.userID is not a known key here'],
    [{ revel: 8 }, 'locations[0].revel is not an object'],
    [{ colour: 'red' }, 'locations[0].colour is not a known key here'],
    [{ timezone: 'Pacific' }, 'locations[0].timezone is not an IANA time zone (Area/City)'],
    [{ timezone: 'EST' }, 'locations[0].timezone is not an IANA time zone (Area/City)'],
    [{ timezone: '+02:00' }, 'locations[0].timezone is not an IANA time zone (Area/City)'],
    [{ timezone: 'America/Atlantis' }, 'locations[0].timezone is not an IANA time zone (Area/City)'],
    [{ timezone: 7 }, 'locations[0].timezone is not text'],
    ...['dollars', 'usd', 'USDT', 'US$USD'].map((currency): [object, string] => [
      { currency },
      'locations[0].currency is not a currency code of three capital letters (USD)',
    ]),
    [{ name: '' }, 'locations[0].name is empty'],
    [{ name: undefined }, 'locations[0].name is missing'],
    [{ name: '15691' }, 'locations[0].name is all digits, like a site id'],
    [{ name: 'A\u001b[31m' }, 'locations[0].name holds stray white space or control characters'],
    [{ name: 'downtown' }, 'locations[1].name is the name of locations[0] too'],
    [{ products: { 'O G': '579' } }, 'locations[0].products["O G"] is not a whole number'],
    [{ products: { '': 579 } }, 'locations[0].products[""] is empty'],
    [{ products: [] }, 'locations[0].products is not an object'],
    [{ billing: { Fee: 'tip' } }, 'locations[0].billing.Fee is not one of the known values'],
    [{ billing: { Fee: { product: 0 } } }, 'locations[0].billing.Fee.product is less than 1'],
    [{ books: { gratuity: 'tip' } }, 'locations[0].books.gratuity is not one of the known values'],
    [{ books: { fees: 'tax' } }, 'locations[0].books.fees is not one of the known values'],
    [
      { books: { tax: 'line' } },
      'locations[0].books.tax is not one of the known values; did you mean lines?',
    ],
    [{ books: 'in-total' }, 'locations[0].books is not an object'],
    [
      { tripleseat: { siteId: 15692 } },
      'locations[1].tripleseat covers the same site and location as locations[0]',
    ],
    [
      { revel: { establishmentId: 9 } },
      'locations[1].timezone differs from that of "Special Events", which feeds the same establishment',
    ],
  ])('%j is a problem', (change, problem) => {
    expect(parse(withEntry(change)).said).toEqual([`locations.json: ${problem}`]);
  });

  it.each([
    [{}, 'locations.json: locations is missing'],
    [{ locations: [] }, 'locations.json: locations is empty'],
    [{ locations: {} }, 'locations.json: locations is not a list'],
    [[], 'locations.json is not an object'],
    [null, 'locations.json is not an object'],
    [{ ...locationsFile, default: {} }, 'locations.json: default is not a known key here'],
    [
      { ...locationsFile, defaults: { revel: { ...locationsFile.defaults.revel, establishmentId: 8 } } },
      'locations.json: defaults.revel.establishmentId is not a known key here',
    ],
  ])('file %j is a problem', (file, problem) => {
    expect(parse(file).said).toEqual([problem]);
  });

  it('suggests the key that was meant', () => {
    const { problems } = parse(withEntry({ revel: { establishmentid: 8, establishmentId: 8 } }));
    expect(problems[0]?.write).toBe(
      'Write establishmentId, or remove it; docs/configuration.md explains them all.',
    );
  });

  it('reports several mistakes at once', () => {
    expect(parse(withEntry({ name: 7, colour: 1, timezone: 'x', revel: {} })).said).toHaveLength(4);
  });

  it('reports what is missing together with what is wrong, of every entry', () => {
    const { said } = parse({
      defaults: { revel: { userId: 1, posStationId: 'four', diningOption: 113 } },
      locations: [
        { name: 'A', tripleseat: {}, revel: { establishmentId: 'x' } },
        { name: 'B', timezone: 7, tripleseat: { siteId: 3 }, revel: 8 },
        'C',
      ],
    });
    expect(said).toEqual([
      'locations.json: defaults.revel.posStationId is not a whole number',
      'locations.json: locations[0].revel.establishmentId is not a whole number',
      'locations.json: locations[1].timezone is not text',
      'locations.json: locations[1].revel is not an object',
      'locations.json: locations[2] is not an object',
      'locations.json: locations[0].timezone is missing',
      'locations.json: locations[0].tripleseat.siteId is missing',
      'locations.json: locations[0].revel.paymentType is missing',
    ]);
  });

  it('takes nothing for missing while the defaults cannot be read', () => {
    const { locations } = locationsFile;
    expect(parse({ defaults: 1, locations }).said).toEqual(['locations.json: defaults is not an object']);
    expect(parse({ defaults: { revel: 1 }, locations }).said).toEqual([
      'locations.json: defaults.revel is not an object',
    ]);
  });

  it('reports entries that clash together with what is wrong', () => {
    const [first, second] = locationsFile.locations;
    const { said } = parse({
      ...locationsFile,
      locations: [
        { ...first, colour: 1 },
        { ...first, name: 'downtown', timezone: 'America/Denver' },
        { ...second, revel: { establishmentId: 0 } },
        { ...second, name: 'D', tripleseat: { siteId: 15692, locationId: 'x' }, timezone: 'x' },
      ],
    });
    expect(said).toEqual([
      'locations.json: locations[0].colour is not a known key here',
      'locations.json: locations[2].revel.establishmentId is less than 1',
      'locations.json: locations[3].timezone is not an IANA time zone (Area/City)',
      'locations.json: locations[3].tripleseat.locationId is not a whole number',
      'locations.json: locations[1].tripleseat covers the same site and location as locations[0]',
      'locations.json: locations[1].timezone differs from that of "Special Events", which feeds the same establishment',
      'locations.json: locations[2].name is the name of locations[1] too',
    ]);
  });

  it('lets several Tripleseat locations feed one establishment', () => {
    const [entry] = locationsFile.locations;
    const second = { ...entry, name: 'Patio', tripleseat: { siteId: 15691, locationId: 2 } };
    expect(parse({ ...locationsFile, locations: [entry, second] }).said).toEqual([]);
  });

  it('reports a syntax error, and reads past a byte order mark', () => {
    expect(parse('{"locations": [}').said).toEqual([
      'locations.json is not JSON: a value is missing, or there is a comma too many before this',
    ]);
    expect(parse(`\ufeff${JSON.stringify(locationsFile)}`).said).toEqual([]);
  });

  it('says where each mistake stands, all at once', () => {
    const text = `{
  // Comments may stand here.
  "defaults": { "revel": { "userId": 1, "posStationId": 4, "diningOption": 113, "paymentType": 236 } },
  "locations": [
    {
      "name": "A", "timezone": "America/Chicgo",
      "tripleseat": { "siteId": 1 },
      "revel": { "establishmentId": 8, "userID": 3 },
      "billing": { "Fee": "surchage", "Fee": "tax" },
      "products": { "O G": "579" }
    },
    { "name": "B", "tripleseat": { "siteId": 2 }, "revel": { "establishmentId": 9 } }
  ]
}
`;
    const { problems } = parse(text);
    expect(problems.map(({ at, where, problem }) => [at?.line, at?.column, `${where} ${problem}`])).toEqual([
      [9, 39, 'locations.json has the key "Fee" twice: first in line 9'],
      [
        6,
        32,
        'locations.json: locations[0].timezone is not an IANA time zone (Area/City); did you mean America/Chicago?',
      ],
      [8, 40, 'locations.json: locations[0].revel.userID is not a known key here'],
      [10, 28, 'locations.json: locations[0].products["O G"] is not a whole number'],
      [12, 5, 'locations.json: locations[1].timezone is missing'],
    ]);
    expect(parse(text.replace(', "Fee": "tax"', '')).said).toContain(
      'locations.json: locations[0].billing.Fee is not one of the known values; did you mean surcharge?',
    );
  });

  it.each([
    ['{"locations": [1,]}', 1, 18],
    ['{\n  "locations": []\n  "defaults": {}\n}', 3, 3],
    ["{\n'locations': []}", 2, 1],
    ['{"locations": [', 1, 16],
    ['', 1, 1],
    ['{} {}', 1, 4],
  ])('says where the syntax of %j is wrong', (text, line, column) => {
    expect(parse(text).problems[0]).toMatchObject({
      at: { line, column },
      problem: expect.stringMatching(/^is not JSON: /),
    });
  });

  it('keeps hostile keys out of the report', () => {
    const { said } = parse(withEntry({ 'x\n\u001b[2JFORGED': 1 }));
    expect(said).toHaveLength(1);
    expect(said[0]).toBe('locations.json: locations[0]["x FORGED"] is not a known key here');
  });
});

describe('findLocation', () => {
  const [special, downtown] = parse(locationsFile).locations;
  const site = special && { ...special, name: 'Whole site', tripleseat: { siteId: 15691, locationId: null } };
  const all = [site, special, downtown].filter((location) => location !== undefined);

  it('lets the most specific entry win', () => {
    expect(findLocation(all, 15691, 26059)?.name).toBe('Special Events');
    expect(findLocation(all.toReversed(), 15691, 26059)?.name).toBe('Special Events');
    expect(findLocation(all, 15691, 1)?.name).toBe('Whole site');
    expect(findLocation(all, 15691, null)?.name).toBe('Whole site');
    expect(findLocation(all, 15692, 26059)?.name).toBe('Downtown');
  });

  it('answers null where nothing covers', () => {
    expect(findLocation(all, 1, 26059)).toBeNull();
    expect(findLocation(all, null, null)).toBeNull();
    expect(findLocation(special ? [special] : [], 15691, 1)).toBeNull();
  });
});

it('resolveLocations and isSelected agree', () => {
  const { locations } = parse(locationsFile);
  const { selected, unknown } = resolveLocations(locations, ['DOWNTOWN', '15691', 'x', '26059']);
  expect(selected).toEqual(['Downtown', '15691']);
  expect(unknown).toEqual(['x', '26059']);
  expect(locations.map((location) => isSelected(location, selected))).toEqual([true, true]);
  expect(locations.map((location) => isSelected(location, ['Downtown']))).toEqual([false, true]);
  expect(locations.map((location) => isSelected(location, []))).toEqual([false, false]);
  expect(locations.map((location) => isSelected(location, null))).toEqual([true, true]);
});
