import { describe, expect, it } from 'vitest';
import { isInvoiceUrl, parseInvoice } from '../../src/tripleseat/invoice.js';

const row = (...cells: string[]) => `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
const head = (...cells: string[]) =>
  `<thead><tr>${cells.map((cell) => `<th>${cell}</th>`).join('')}</tr></thead>`;

async function linesOf(html: string) {
  const invoice = await parseInvoice(html);
  if (invoice.kind !== 'lines') throw new Error(`expected lines, got ${JSON.stringify(invoice)}`);
  return invoice.lines;
}

describe('isInvoiceUrl', () => {
  it.each([
    ['https://portal.tripleseat.com/doc/0000/296', true],
    ['https://PORTAL.tripleseat.com/doc/0000/296', true],
    ['http://portal.tripleseat.com/doc/0000/296', false],
    ['https://portal.tripleseat.com:8443/doc', false],
    ['https://portal.tripleseat.com.evil.example/doc', false],
    ['https://evil.example/portal.tripleseat.com', false],
    ['https://portal.tripleseat.com@evil.example/', false],
    ['https://user:pw@portal.tripleseat.com/', false],
    ['https://127.0.0.1/', false],
    ['file:///etc/passwd', false],
    ['/doc/1', false],
    ['', false],
  ])('%s: %s', (url, allowed) => {
    expect(isInvoiceUrl(url)).toBe(allowed);
  });
});

describe('parseInvoice', () => {
  it('reads lines under headers in any order and casing, and leaves out headings and sums', async () => {
    const html = `<html><body><h1>Invoice</h1><table><tr><td>Bill to</td><td>Ada</td></tr></table>
      <table>${head(' ITEM ', 'Qty', '<b>Price</b>', 'Total')}<tbody>
      <tr><td colspan="4">Food</td></tr>
      ${row('Salt &amp; Pepper\n Squid', '2', '$1,234.50', '$2,469.00')}
      ${row('Discount', '1', '(50.00)', '-$50.00')}
      <tr><td colspan="3">Subtotal</td><td>$2,419.00</td></tr>
      </tbody></table></body></html>`;
    expect(await linesOf(html)).toEqual([
      {
        displayName: null,
        description: 'Salt &amp; Pepper\n Squid',
        longDescription: null,
        section: null,
        menuItemId: null,
        quantity: '2',
        price: '123450',
        totalPrice: '246900',
      },
      {
        displayName: null,
        description: 'Discount',
        longDescription: null,
        section: null,
        menuItemId: null,
        quantity: '1',
        price: '-5000',
        totalPrice: '-5000',
      },
    ]);
  });

  it('reads every such table, also one within the cell of another, each line once', async () => {
    const table = (name: string) =>
      `<table>${head('Quantity', 'Description', 'Unit Price', 'Amount')}${row('1', name, '5', '5')}</table>`;
    const lines = await linesOf(`<table><tr><td>${table('A')}</td><td>${table('B')}</td></tr></table>`);
    expect(lines.map((line) => line.description)).toEqual(['A', 'B']);
  });

  it('records numbers that it cannot read exactly', async () => {
    const html = `<table>${head('Qty', 'Item', 'Price', 'Total')}${row('2 doz', 'Eggs', '$1.005 each', '1,00')}</table>`;
    expect(await linesOf(html)).toMatchObject([
      {
        quantity: null,
        price: null,
        totalPrice: null,
        broken: {
          quantity: 'quantity "2 doz"',
          price: 'price "$1.005 each"',
          totalPrice: 'total_price "1,00"',
        },
      },
    ]);
  });

  it('takes the quantity from whichever of two columns has it, and sections from headings', async () => {
    const html = `<table>${head('Qty.', 'Qty', 'Description', 'Price', 'Total')}
      <tr><td colspan="5">APPETIZERS</td></tr>
      ${row('30', '', 'Taco Bar', '$8.24', '$247.20')}${row('', '12', 'Soup', '$5.00', '$60.00')}
      <tr><td></td><td></td><td>BEER &amp; WINE</td><td></td><td></td></tr>
      ${row('', '2', 'Keg', '$100.00', '$200.00')}
      <tr><td colspan="4">Subtotal</td><td>$507.20</td></tr></table>`;
    expect(await linesOf(html)).toMatchObject([
      { description: 'Taco Bar', quantity: '30', section: 'APPETIZERS', totalPrice: '24720' },
      { description: 'Soup', quantity: '12', section: 'APPETIZERS', totalPrice: '6000' },
      { description: 'Keg', quantity: '2', section: 'BEER & WINE', totalPrice: '20000' },
    ]);
  });

  it.each([
    ['@ $12.00', ''],
    ['@$12.00', '$0.00'],
    ['@ $12.00', '-'],
    ['@ $12.00', 'Included'],
    ['included', ''],
  ])('does not charge what a package includes (%s | %s)', async (price, total) => {
    const html = `<table>${head('Qty', 'Item', 'Price', 'Total')}${row('30', 'Chips', price, total)}</table>`;
    expect(await linesOf(html)).toEqual([
      expect.objectContaining({ description: 'Chips', quantity: '30', price: null, totalPrice: null }),
    ]);
  });

  it('charges a price each that has a total', async () => {
    const html = `<table>${head('Qty', 'Item', 'Price', 'Total')}${row('30', 'Chips', '@ $2.00', '$60.00')}</table>`;
    expect(await linesOf(html)).toMatchObject([{ price: '200', totalPrice: '6000' }]);
  });

  it.each([
    ['a log-in page', '<form>Sign in <input type="password"></form>'],
    ['a table that lacks a column', `<table>${head('Qty', 'Item', 'Total')}${row('1', 'A', '5')}</table>`],
    ['a table without lines', `<table>${head('Qty', 'Item', 'Price', 'Total')}</table>`],
    ['nothing', ''],
    [
      'lines in a comment',
      `<!--<table>${head('Qty', 'Item', 'Price', 'Total')}${row('1', 'A', '5', '5')}</table>-->`,
    ],
  ])('finds no lines in %s', async (_name, html) => {
    expect(await parseInvoice(html)).toEqual({ kind: 'none' });
  });

  it('takes the spanned columns of a cell into account', async () => {
    const html = `<table>${head('Item', 'Qty', 'Price', 'Total')}
      <tr><td colspan="1">A</td><td>1</td><td>5</td><td>5</td></tr><tr><td colspan="2">B</td><td>6</td><td>6</td></tr></table>`;
    expect(await linesOf(html)).toMatchObject([
      { description: 'A', quantity: '1' },
      { description: 'B', quantity: null, price: '600' },
    ]);
  });

  it('refuses pages made to take long', async () => {
    const many = `<table>${head('Qty', 'Item', 'Price', 'Total')}${row('1', 'A', '5', '5').repeat(2_001)}</table>`;
    expect(await parseInvoice(many)).toEqual({ kind: 'unreadable', detail: 'more than 2000 lines' });
    expect(await parseInvoice('<div>'.repeat(300_000))).toEqual({
      kind: 'unreadable',
      detail: 'the page has more than 30000 tags',
    });
    expect(await parseInvoice('<!--'.repeat(400_000))).toEqual({ kind: 'none' });
  });
});
