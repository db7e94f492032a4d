import { readFile, writeFile } from 'node:fs/promises';
import { stripVTControlCharacters } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ProductsOptions, productsCommand } from '../../src/commands/products.js';
import { addDays, localDate } from '../../src/domain/zones.js';
import { places, sampleLocationsFile } from '../../src/sandbox/world/places.js';
import { TestWorld } from '../helpers/world.js';
import type { EventOptions } from '../simulators/make-event.js';
import { Terminal } from './terminal.js';

let world: TestWorld;

beforeEach(async () => {
  world = await TestWorld.start();
});
afterEach(() => world.close());

const inDays = (days: number, shop = places.west) => addDays(localDate(Date.now(), shop.zone), days);

/** A party with lines of these names, at a dollar each. */
function party(days: number, names: string[], changes: Partial<EventOptions> = {}, shop = places.west) {
  const lines = names.map((name) => ({ name, quantity: '2.0', price: 100 }));
  return world.addEvent({ date: inDays(days, shop), documents: [{ lines }], ...changes }, shop);
}

async function products(changes: Partial<ProductsOptions> = {}, env: Record<string, string> = {}) {
  const options = { days: 14, locations: null, json: false, sandbox: false, ...changes };
  const on = new Terminal(world.env(world.newStateDir(), env));
  const code = await productsCommand(options, on.around);
  return { code, out: on.out.text, err: on.err.text };
}

interface Line {
  name: string;
  status: string;
  product_ids: number[];
  suggestions: { id: number; name: string }[];
  events: { id: string; date: string }[];
}

async function json(changes: Partial<ProductsOptions> = {}, env: Record<string, string> = {}) {
  const { code, out, err } = await products({ json: true, ...changes }, env);
  expect(err).toBe('');
  const document = JSON.parse(out);
  const lines: Line[] = document.locations.flatMap((location: { lines: Line[] }) => location.lines);
  return {
    code,
    document,
    kinds: Object.fromEntries(lines.map(({ name, status }) => [name, status])),
    lines,
  };
}

function writes(): string[] {
  const entries = [...world.tripleseatServer.log.entries(), ...world.revelServer.log.entries()];
  return entries.filter(({ method }) => method !== 'GET').map(({ method, path }) => `${method} ${path}`);
}

describe('products', () => {
  it('tells matched, mapped, missing and ambiguous names of the coming days, and writes nothing', async () => {
    party(3, ['Taco Bar', 'O G', 'Tacco Bar', 'House Salad']);
    const second = party(1, ['taco  bar!', 'Tacco Bar', 'Unheard of']);
    const { code, out } = await products();
    expect(code).toBe(1);
    expect(out).toContain('Special Events (Revel establishment 8)\n');
    expect(out).toContain('2 events, 6 line names: 2 matched by name, 1 mapped, 2 missing, 1 ambiguous');
    expect(out).toContain(
      `missing    "Tacco Bar" matches no active product        2  ${inDays(1)} (${second.id})  Taco Bar (572)`,
    );
    expect(out).toMatch(/missing {4}"Unheard of" .* nothing near\n/);
    expect(out).toMatch(/ambiguous {2}"House Salad" .* House Salad \(582\), House Salad \(583\)\n/);
    expect(out).toContain('    "products": {\n      "Tacco Bar": 572,\n      "House Salad": 582\n    }\n');
    expect(out).toContain(
      'or each with: ts-reconcile products map "<name>" <productId> --location "Special Events". They',
    );
    expect(out).toMatch(/\nNext 14 days: 2 events, 2 missing, 1 ambiguous\n$/);
    expect(writes()).toEqual(['POST /oauth2/token']);
  });

  it('says the same as JSON, and what it proposes is right once it stands in the locations file', async () => {
    party(3, ['Taco Bar', 'O G', 'Tacco Bar', 'House Salad']);
    const { code, kinds, lines, document } = await json();
    expect(code).toBe(1);
    expect(kinds).toEqual({
      'Taco Bar': 'matched',
      'O G': 'mapped',
      'Tacco Bar': 'missing',
      'House Salad': 'ambiguous',
    });
    expect(lines[0]).toMatchObject({
      name: 'Tacco Bar',
      product_ids: [],
      suggestions: [{ id: 572, name: 'Taco Bar' }],
    });
    const [location] = document.locations;
    expect(location).toMatchObject({
      location: 'Special Events',
      establishment_id: 8,
      events: 1,
      error: null,
    });
    expect(location.products).toEqual({ 'Tacco Bar': 572, 'House Salad': 582 });

    const file = JSON.parse(await readFile(world.locationsFile, 'utf8'));
    Object.assign(file.locations[0].products, location.products);
    await writeFile(world.locationsFile, JSON.stringify(file));
    const again = await json();
    expect(again.code).toBe(0);
    expect(again.kinds).toMatchObject({ 'Tacco Bar': 'mapped', 'House Salad': 'mapped' });
  });

  it('looks at the days asked for, in each location’s own zone, and at events that get an order only', async () => {
    party(-1, ['Yesterday']);
    party(0, ['Today']);
    party(5, ['Last day']);
    party(6, ['A day too far']);
    party(2, ['Lost'], { status: 'LOST' });
    const ignored = party(2, ['Ignored']);
    party(5, ['Eastern day'], {}, places.harbor);
    const { kinds } = await json({ days: 5 }, { IGNORE_EVENTS: String(ignored.id) });
    expect(Object.keys(kinds).sort()).toEqual(['Eastern day', 'Last day', 'Today']);
    expect(Object.keys((await json({ days: 0 })).kinds)).toEqual(['Today']);
  });

  it('reads several pages', async () => {
    for (let index = 0; index < 60; index += 1) party(1, [`Line ${index}`]);
    expect(Object.keys((await json()).kinds)).toHaveLength(60);
  });

  it('exits 0 when all is well, and when there is nothing', async () => {
    expect(await json()).toMatchObject({ code: 0, document: { complete: true, locations: [] } });
    party(1, ['Taco Bar', 'O G']);
    expect((await json()).code).toBe(0);
  });

  it('takes the location that was asked for, by name or site, and refuses others', async () => {
    party(1, ['West line']);
    party(1, ['East line'], {}, places.harbor);
    world.addEvent({ date: inDays(1), locationId: 26_999, documents: [{ lines: [] }] });
    expect((await json({ locations: ['harbor room'] })).kinds).toEqual({ 'East line': 'missing' });
    expect((await json({ locations: ['15691'] })).kinds).toEqual({ 'West line': 'missing' });
    await expect(products({ locations: ['Nowhere'] })).rejects.toMatchObject({ code: 'USAGE', exitCode: 64 });
  });

  it('counts the open item as such where the policy allows it', async () => {
    party(1, ['Tacco Bar']);
    const { code, kinds, lines } = await json({}, { UNMATCHED_POLICY: 'open-item' });
    expect(code).toBe(0);
    expect(kinds).toEqual({ 'Tacco Bar': 'open-item' });
    expect(lines[0]).toMatchObject({ product_ids: [990], suggestions: [{ id: 572, name: 'Taco Bar' }] });
    const { out } = await products({}, { UNMATCHED_POLICY: 'open-item' });
    expect(out).toMatch(/open item {2}"Tacco Bar" .* Taco Bar \(572\)/);
  });

  it('reports a mapping that leads nowhere as missing', async () => {
    const file = structuredClone(sampleLocationsFile) as {
      locations: { products: Record<string, number> }[];
    };
    Object.assign(file.locations[0]?.products ?? {}, { 'Old Name': 4711 });
    await writeFile(world.locationsFile, JSON.stringify(file));
    party(1, ['Old Name']);
    const { out } = await products();
    expect(out).toContain('missing  "Old Name" is mapped to product 4711, which is not an active product');
  });

  it('reports events whose lines cannot be looked at', async () => {
    const empty = party(1, [], { documents: [] });
    const unmapped = world.addEvent({ date: inDays(2), locationId: 26_999 });
    const broken = party(3, ['Taco Bar']);
    world.tripleseatGate.reset(({ path }) => ({
      kind: path.includes(String(broken.id)) ? 'oversize' : 'none',
      bytes: 9e6,
    }));
    const { code, document } = await json();
    expect(code).toBe(1);
    expect(document.unread).toEqual([
      expect.objectContaining({
        id: String(empty.id),
        location: 'Special Events',
        why: expect.stringContaining('nothing to make an order of'),
      }),
      expect.objectContaining({
        id: String(unmapped.id),
        location: null,
        why: expect.stringContaining('location 26999'),
      }),
      expect.objectContaining({ id: String(broken.id), why: expect.stringContaining('larger than') }),
    ]);
    expect((await products()).out).toContain('3 events not looked at');
  });

  it('takes menu selections and lines with broken figures by their names', async () => {
    const menu = world.addEvent({ date: inDays(1), documents: [] });
    world.tripleseat.store.putSelections(menu.id, [{ id: 1, display_name: 'Chosen dish', quantity: 1 }]);
    const odd = party(1, ['Odd line']);
    world.tripleseat.store.putEvent(
      JSON.parse(JSON.stringify(odd).replace('"price":"1.0"', '"price":"free"')),
    );
    expect((await json()).kinds).toEqual({ 'Chosen dish': 'missing', 'Odd line': 'missing' });
  });

  it('prints each failure as its sentence and nothing more, and closes by saying that the list is incomplete', async () => {
    party(1, ['Taco Bar']);
    world.revelGate.reset(() => ({ kind: 'html-200' }));
    const blind = await products();
    expect(blind.code).toBe(1);
    expect(
      blind.out.match(/The products could not be read\. Revel: GET \/resources\/Product\//g),
    ).toHaveLength(1);
    expect(blind.out).toMatch(/\nNext 14 days: 1 event, 0 missing, 0 ambiguous; incomplete, see above\n$/);
    const read = await json();
    expect(read).toMatchObject({ code: 1, document: { complete: false, problems: [], unread: [] } });

    let searches = 0;
    const refuse = (upTo: number) => {
      searches = 0;
      world.tripleseatGate.reset(({ path }) => {
        if (path.includes('search')) searches += 1;
        return { kind: path.includes('search') && searches <= upTo ? 'oversize' : 'none', bytes: 9e6 };
      });
    };
    world.revelGate.reset(() => ({ kind: 'none' }));
    refuse(1);
    const partly = await products();
    expect(partly.code).toBe(1);
    expect(partly.out).toMatch(
      /^The search of site 15691 [^\n]*\.\nNext 14 days: 0 events, 0 missing, 0 ambiguous; incomplete, see above\n$/,
    );
    expect(partly.out.match(/The search of site/g)).toHaveLength(1);

    refuse(Number.POSITIVE_INFINITY);
    const down = await products();
    expect(down.code).toBe(69);
    expect(down.out).toContain('The search of site 15691');
    expect(down.out.match(/^The search of site \d+ .*\.$/gm)).toHaveLength(down.out.split('\n').length - 2);
    expect(down.out).toMatch(
      /\nIncomplete: nothing could be searched, so nothing is known of the next 14 days\n$/,
    );
    expect((await products({ days: 0 })).out).toMatch(/, so nothing is known of today\n$/);

    const on = new Terminal(world.env(world.newStateDir(), { NO_COLOR: '' }));
    on.out.isTTY = true;
    const options = { days: 14, locations: null, json: false, sandbox: false };
    await productsCommand(options, on.around);
    const shown = stripVTControlCharacters(on.out.text).replaceAll('\n', ' ');
    expect(shown.trimEnd()).toBe(down.out.replaceAll('\n', ' ').trimEnd());
  });

  it('passes refused credentials on', async () => {
    party(1, ['Taco Bar']);
    await expect(products({}, { REVEL_API_KEY: 'canary-key' })).rejects.toMatchObject({ exitCode: 77 });
  });

  it('fits 80 columns on a terminal, and lets nothing of a name act on it', async () => {
    party(1, ['Tacco Bar', `\u001b[31mA very \u202elong name ${'and longer '.repeat(15)}`, '__proto__']);
    const plain = (await products()).out;
    expect(plain).not.toMatch(/\p{Cc}(?<!\n)|\u202e/u);
    const on = new Terminal(world.env(world.newStateDir(), { NO_COLOR: '' }));
    on.out.isTTY = true;
    await productsCommand({ days: 14, locations: null, json: false, sandbox: false }, on.around);
    const lines = on.out.text.split('\n').map((line) => stripVTControlCharacters(line));
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    expect(on.out.text).toContain('"__proto__"');
  });
});
