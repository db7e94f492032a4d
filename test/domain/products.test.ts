import { describe, expect, it } from 'vitest';
import { matchLine, type Product, ProductIndex } from '../../src/domain/products.js';
import { products, usd } from './builders.js';

const index = new ProductIndex([
  ...products,
  { id: 21, name: 'House Salad', price: usd(5) },
  { id: 20, name: 'HOUSE-SALAD', price: usd(6) },
  { id: 30, name: 'Mac &amp; Cheese', price: usd(7) },
  { id: 40, name: '***', price: usd(8) },
]);

const match = (name: string, mapping: Record<string, number> = {}) =>
  matchLine(name, mapping, index, 'fail', 990);
const open = (name: string, mapping: Record<string, number> = {}, openItem: number | null = 990) =>
  matchLine(name, mapping, index, 'open-item', openItem);

describe('matchLine', () => {
  it.each([
    ['hey blondie', 579],
    ['Héy, Blondie!', 579],
    ['Mac & Cheese', 30],
  ])('finds %j by exact normalised name', (name, productId) => {
    expect(match(name)).toEqual({ kind: 'matched', productId, nameOverride: null });
  });

  it('goes by the mapping first, whatever the spelling of its key', () => {
    expect(match('o.g.', { 'O G': 579 })).toEqual({ kind: 'matched', productId: 579, nameOverride: null });
    expect(match('Taco Bar', { 'taco-bar': 582 })).toEqual({
      kind: 'matched',
      productId: 582,
      nameOverride: null,
    });
    expect(match('House Salad', { 'House Salad': 20 })).toMatchObject({ kind: 'matched', productId: 20 });
  });

  it('does not fall back from a mapping to a product that is not active here', () => {
    expect(match('Taco Bar', { 'Taco Bar': 4711 })).toMatchObject({
      kind: 'unmatched',
      why: 'is mapped to product 4711, which is not an active product of this establishment',
    });
  });

  it('never takes one of several', () => {
    expect(match('house salad')).toEqual({ kind: 'ambiguous', ids: [20, 21] });
    expect(open('house salad')).toEqual({ kind: 'ambiguous', ids: [20, 21] });
    const three = new ProductIndex([30, 32, 31].map((id) => ({ id, name: 'Chips', price: usd(5) })));
    expect(three.byName('chips').map(({ id }) => id)).toEqual([30, 32, 31]);
    expect(match('X', { x: 581, X: 579 })).toEqual({ kind: 'ambiguous', ids: [579, 581] });
    expect(match('X', { x: 579, X: 581, 'x!': 579 })).toEqual({ kind: 'ambiguous', ids: [579, 581] });
  });

  it('only suggests near names', () => {
    expect(match('Suga Dady')).toEqual({
      kind: 'unmatched',
      mapped: false,
      why: 'matches no active product',
      suggestions: ['Suga Daddy'],
    });
  });

  it('matches nothing without letters or digits', () => {
    expect(match('***', { '---': 579 })).toMatchObject({ kind: 'unmatched', suggestions: [] });
    expect(index.byName('***')).toEqual([]);
  });

  it('goes by a mapping for a name of signs alone, as for any other', () => {
    expect(match('🎂', { '🍰': 579, '🎂': 581 })).toMatchObject({ kind: 'matched', productId: 581 });
    expect(match('🎂', { '🍰': 579 })).toMatchObject({ kind: 'unmatched', mapped: false });
  });

  it('lets the open item stand in, under the line’s own name', () => {
    expect(open('Lobster')).toEqual({ kind: 'matched', productId: 990, nameOverride: 'Lobster' });
    expect(open('Taco Bar')).toEqual({ kind: 'matched', productId: 581, nameOverride: null });
  });

  it.each([
    [null, /no openItemProductId is configured/],
    [991, /open item 991 is not an active product/],
  ])('does not use open item %s', (openItem, why) => {
    expect(open('Lobster', {}, openItem)).toMatchObject({
      kind: 'unmatched',
      why: expect.stringMatching(why),
    });
  });

  it('takes names like those of object members for what they are', () => {
    expect(match('constructor')).toMatchObject({ kind: 'unmatched' });
    expect(match('__proto__')).toMatchObject({ kind: 'unmatched' });
  });
});

describe('ProductIndex', () => {
  it('counts a product that comes twice once', () => {
    const twice = new ProductIndex([...products, ...products]);
    expect(twice.size).toBe(products.length);
    expect(twice.byName('Taco Bar')).toHaveLength(1);
    expect(twice.byId(581)?.name).toBe('Taco Bar');
    expect(twice.byId(1)).toBeNull();
  });

  it('takes a large menu', () => {
    const many: Product[] = Array.from({ length: 35_000 }, (_, id) => ({
      id: id + 1,
      name: `Item No. ${id + 1} with Sauce`,
      price: usd(1),
    }));
    const large = new ProductIndex(many);
    expect(large.size).toBe(35_000);
    expect(large.byName('item no 34999 with sauce').map((product) => product.id)).toEqual([34_999]);
  });
});
