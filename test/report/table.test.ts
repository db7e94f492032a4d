import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { describeChanges } from '../../src/report/changes.js';
import type { EventResult } from '../../src/report/schema.js';
import { renderReport } from '../../src/report/table.js';
import { columnsOf, wrap } from '../../src/text/width.js';
import { CONTROL, failed, hostileNames, injected, repaired, report, skipped, twoOrders } from './helpers.js';

const plain = { colour: false, width: Number.POSITIVE_INFINITY };
const terminal = { colour: true, width: 80 };

const changes = [
  { action: 'create_order', establishment: 8, local_id: 'Triple Seat_55521609' },
  { action: 'add_item', product: 579, name: 'HEY BLONDIE', quantity: '23', price: '25.72', total: '591.56' },
  { action: 'add_item', product: 580, name: 'Taco Bar', quantity: '3.5', price: '8.24', total: '28.84' },
  {
    action: 'set_totals',
    subtotal: '620.40',
    discount: '0.00',
    tax: '91.09',
    gratuity: '0.00',
    surcharge: '709.82',
    final_total: '1421.31',
    remaining_due: '710.66',
  },
  { action: 'add_payment', amount: '710.65', tip: '20.00' },
  { action: 'mark_printed' },
  { action: 'make_visible' },
];

const events: EventResult[] = [
  failed('55521612', { error: 'Order 7 differs: tax 1.00 instead of 2.00. Correct it in the POS.' }),
  skipped('55521610', { location: 'Downtown', name: 'Late Lunch', date: '2026-11-13' }),
  injected('55521611', { changes }),
  skipped('55521609', { location: 'Downtown', revel_order_id: null, total: null, reason: 'TOO_EARLY' }),
  repaired('9', { location: null, name: null, date: null, changes: [{ action: 'make_visible' }] }),
];

describe('renderReport, plain', () => {
  it('prints aligned lines by location, failures last, summary at the end', async () => {
    expect(await renderReport(report(events), plain)).toBe(
      `Sweep, 2026-11-12 to 2026-11-14

date        event     name                    status    reason            order       total
Fri, Nov 13, 2026 · Downtown: 1 event, 1421.31
2026-11-13  55521610  Late Lunch              skipped   ALREADY_INJECTED  10684001  1421.31

Sat, Nov 14, 2026 · Downtown: 1 event
2026-11-14  55521609  Alder Rehearsal Dinner  skipped   TOO_EARLY         -               -

Sat, Nov 14, 2026 · Special Events: 1 event, 1421.31
2026-11-14  55521611  Alder Rehearsal Dinner  injected                    10684001  1421.31

(no date) · (no location): 1 event, 1421.31
-           9         -                       repaired                    10684001  1421.31
    - make visible to staff

Failed
2026-11-14  55521612  Alder Rehearsal Dinner  failed    DRIFT             10684001  1421.31
    Special Events: Order 7 differs: tax 1.00 instead of 2.00. Correct it in the POS.
    → See both sides, and decide: ts-reconcile resolve 55521612

5 queried, 1 injected, 1 repaired, 2 skipped, 1 failed (0.8 s)
`,
    );
  });

  it('calls a dry run one and prints each planned change', async () => {
    const text = await renderReport(report([injected('55521611', { changes })], { dryRun: true }), plain);
    expect(text).toBe(
      `Dry run, 2026-11-12 to 2026-11-14: nothing has been written

date        event     name                    status     reason  order       total
Sat, Nov 14, 2026 · Special Events: 1 event, 1421.31
2026-11-14  55521611  Alder Rehearsal Dinner  to inject          10684001  1421.31
    + order in establishment 8
    +  23 ×  HEY BLONDIE  25.72  591.56
    + 3.5 ×  Taco Bar      8.24   28.84
    ~ subtotal 620.40, tax 91.09, fees 709.82, total 1421.31, due 710.66
    + payment of 710.65 with a tip of 20.00
    ~ marked as printed
    ~ shown to staff

Dry run: 1 queried, 1 to inject, 0 to repair, 0 skipped, 0 failed (0.8 s)
`,
    );
  });

  it('prints differences as a table, in 80 columns and in 200', async () => {
    const differences = [
      { field: 'line', name: 'Taco Bar', event: '30 × 8.24', order: '24 × 8.24' },
      { field: 'line', name: 'Espresso', event: null, order: '4 × 3.00' },
      {
        field: 'line',
        name: 'Chef’s selection of smoked fish, pickles and rye bread with all that goes with it',
        event: '1 × 120.00',
        order: null,
      },
      { field: 'tax', name: null, event: '91.09', order: '0.00' },
    ] as const;
    const event = failed('55521612', { error: 'Order 7 differs.', differences: [...differences] });
    expect(stripVTControlCharacters(await renderReport(report([event]), terminal))).toMatchInlineSnapshot(`
      "Sweep, 2026-11-12 to 2026-11-14

      date    event     name                    result  order       total
      ────────────────────────────────────────────────────────────────────────────────
      Failed
      Nov 14  55521612  Alder Rehearsal Dinner  DRIFT   10684001  1421.31
          Special Events: Order 7 differs.
                                                                 event       order
            Taco Bar                                             30 × 8.24   24 × 8.24
            Espresso                                             -           4 × 3.00
            Chef’s selection of smoked fish, pickles and rye     1 × 120.00  -
            bread with all that goes with it
            tax                                                  91.09       0.00
          → See both sides, and decide: ts-reconcile resolve 55521612

      1 queried, 0 injected, 0 repaired, 0 skipped, 1 failed (0.8 s)
      "
    `);
    const wide = await renderReport(report([event]), plain);
    expect(wide).toContain('rye bread with all that goes with it  1 × 120.00  -\n');
  });

  it('prints orders of which a person decides as a table, each leading to its page', async () => {
    const event = failed('55521612', {
      reason: 'DUPLICATE_ORDERS',
      error: 'It has 2 live orders: 10684001, 10684002.',
      orders: twoOrders(),
    });
    expect(stripVTControlCharacters(await renderReport(report([event]), terminal))).toMatchInlineSnapshot(`
      "Sweep, 2026-11-12 to 2026-11-14

      date    event     name                    result            order       total
      ────────────────────────────────────────────────────────────────────────────────
      Failed
      Nov 14  55521612  Alder Rehearsal Dinner  DUPLICATE_ORDERS  10684001  1421.31
          Special Events: It has 2 live orders: 10684001, 10684002.
            order     made              by         paid  opened  equals event
            10684001  2026-11-14 09:12  us       710.66  no      yes
            10684002  2026-11-14 09:12  user 77       -  closed  no: tax, total, in
                                                                 establishment 99
          → See both sides, and decide: ts-reconcile resolve 55521612

      1 queried, 0 injected, 0 repaired, 0 skipped, 1 failed (0.8 s)
      "
    `);
    const wide = await renderReport(report([event]), plain);
    expect(wide).toContain(
      '10684002  2026-11-14 09:12  user 77       -  closed  no: tax, total, in establishment 99\n',
    );
    const linked = await renderReport(report([event]), { ...terminal, links: true });
    expect(linked).toContain('\u001b]8;;https://pos.example.com/orders/10684001\u0007');
    expect(linked).not.toContain('orders/10684002');
  });

  it('says one sentence of many events once, and shows them together', async () => {
    const error = 'The locations file has location 26058, which Tripleseat does not have.';
    const reason = 'LOCATION_NOT_MAPPED';
    const text = await renderReport(
      report([failed('1', { error, reason }), failed('2'), failed('3', { error, reason })]),
      plain,
    );
    expect(text.split(error)).toHaveLength(2);
    expect(
      text
        .split('\n')
        .filter((line) => line.startsWith('2026'))
        .map((line) => line.slice(12, 13)),
    ).toEqual(['1', '3', '2']);
  });

  it('names no shop where one sentence holds for events of several', async () => {
    const error = 'Tripleseat has events with the status "CONFIRMED".';
    const reason = 'STATUS_UNKNOWN';
    const events = [
      failed('1', { error, reason }),
      failed('2', { error, reason, location: 'Harbor Room', date: '2026-11-13' }),
      failed('3'),
    ];
    const text = await renderReport(report(events), plain);
    expect(text.split(error)).toHaveLength(2);
    expect(text).toContain(`\n    ${error}\n`);
    expect(text).toContain('Special Events: It differs.');
  });

  it('puts what was missed last, and tells the window in minutes', async () => {
    const missed = failed('55521614', { reason: 'MISSED', revel_order_id: null, total: null });
    const window = { from: '2026-11-12T20:00:01.123Z', to: '2026-11-14T20:00:01.123Z' };
    const text = await renderReport(report([missed, failed('55521612')], { window }), plain);
    expect(text).toBe(`Sweep, 2026-11-12 20:00 to 2026-11-14 20:00 UTC

date        event     name                    status  reason  order       total
Failed
2026-11-14  55521612  Alder Rehearsal Dinner  failed  DRIFT   10684001  1421.31
    Special Events: It differs. Correct it.
    → See both sides, and decide: ts-reconcile resolve 55521612

Missed: no order, and the time for it has passed
2026-11-14  55521614  Alder Rehearsal Dinner  failed  MISSED  -               -
    Special Events: It differs. Correct it.

2 queried, 0 injected, 0 repaired, 0 skipped, 2 failed (0.8 s)
`);
  });

  it('tells times by the clock of the shop, and sums in its currency', async () => {
    const shown = (zone: string, from: string, to: string) => {
      const shops = { zone, currencies: new Map([['Special Events', 'USD']]) };
      const all = { only: null, known: new Set<string>(), sandbox: false, shops };
      const events = [injected('1'), injected('2', { location: 'Harbor Room' })];
      return renderReport(report(events, { window: { from, to } }), plain, all);
    };
    const text = await shown('America/Los_Angeles', '2026-11-12T20:00:01.123Z', '2026-11-14T20:00:01.123Z');
    expect(text).toMatch(/^Sweep, 2026-11-12 12:00 to 2026-11-14 12:00 PST\n/);
    expect(text).toContain('Sat, Nov 14, 2026 · Special Events: 1 event, 1421.31 USD\n');
    expect(text).toContain('Sat, Nov 14, 2026 · Harbor Room: 1 event, 1421.31\n');
    // The clocks were put back in between.
    expect(await shown('America/Chicago', '2026-10-31T20:00:00Z', '2026-11-02T20:00:00Z')).toMatch(
      /^Sweep, 2026-10-31 15:00 CDT to 2026-11-02 14:00 CST\n/,
    );
    expect(await shown('Mars/Olympus', '2026-10-31T20:00:00Z', '2026-11-02T20:00:00Z')).toMatch(
      /^Sweep, 2026-10-31 20:00 to 2026-11-02 20:00 UTC\n/,
    );
  });

  it('prints why a run as a whole failed', async () => {
    const error = { code: 'UPSTREAM', message: 'Revel does not answer.', hint: 'Try again later.' };
    const text = await renderReport(report([], { error, mode: 'single' }), plain);
    expect(text).toBe(
      'Error: Revel does not answer.\nTry again later.\n\n' +
        '0 queried, 0 injected, 0 repaired, 0 skipped, 0 failed (0.8 s)\n',
    );
  });
});

describe('renderReport, on a terminal', () => {
  it('stays within 80 columns and colours the status', async () => {
    const long = failed('55521613', {
      name: 'A Name That Is Longer Than Whatever Room Is Left for It',
      reason: 'AMBIGUOUS_DOCUMENTS',
      error: 'Two documents have the total of the event, so that it is not clear which of them counts.',
    });
    const text = await renderReport(report([...events, long]), terminal);
    expect(text).toContain('\u001b[32minjected\u001b[39m');
    expect(text).toContain('\u001b[31mDRIFT\u001b[39m');
    const lines = stripVTControlCharacters(text).split('\n');
    for (const line of lines) expect(columnsOf(line), line).toBeLessThanOrEqual(80);
    expect(lines).toContain('─'.repeat(80));
    expect(lines.some((line) => line.startsWith('Nov 14  55521613  A Name'))).toBe(true);
    expect(lines.at(-2)).toBe('6 queried, 1 injected, 1 repaired, 2 skipped, 2 failed (0.8 s)');
  });

  it('lets the cells of a row follow each other where there is no room for columns, and breaks no word', async () => {
    const list = [
      failed('55521612', {
        name: 'Zoë "Zee" O\'Neil’s 40th 🎉 寿司 evening',
        reason: 'DUPLICATE_ORDERS',
        error: 'It has 2.',
        orders: twoOrders(),
      }),
      injected('55521611'),
    ];
    const style = { colour: true, width: 40 };
    const text = stripVTControlCharacters(await renderReport(report(list), style));
    for (const line of text.split('\n')) expect(columnsOf(line), line).toBeLessThanOrEqual(40);
    expect(text).toContain('\ndate  event  name  result  order\n  total\n');
    expect(text).toContain('\nNov 14  55521611  Alder Rehearsal\n  Dinner  injected  10684001  1421.31\n\n');
    expect(text).toContain(
      '\nNov 14  55521612  Zoë "Zee" O\'Neil’s\n  40th 🎉 寿司 evening  DUPLICATE_ORDERS\n  10684001  1421.31\n',
    );
    for (const { id } of twoOrders()) expect(text).toMatch(new RegExp(`\\n {6}${id} `));
    expect(await renderReport(report(list), style)).toContain('\u001b[32minjected\u001b[39m');
  });

  it.each([40, 80])('breaks its heading, too, at %d columns', async (width) => {
    const shops = { zone: 'America/Chicago', currencies: new Map<string, string>() };
    const all = { only: null, known: new Set<string>(), sandbox: false, shops };
    // The clocks were put back in between, so that both times bear a zone.
    const window = { from: '2026-10-31T20:00:00Z', to: '2026-11-02T20:00:00Z' };
    const text = await renderReport(report([], { window, dryRun: true }), { colour: false, width }, all);
    for (const line of text.split('\n')) expect(columnsOf(line), line).toBeLessThanOrEqual(width);
    expect(text.replaceAll('\n', ' ')).toContain('14:00 CST: nothing has been written');
  });

  it.each([60, 64, 70, 79])('never lets an amount or an event id break, at %d columns', async (width) => {
    const list = [
      injected('55521611', { total: '130830.85' }),
      skipped('55521610', { name: '日本語のとても長い名前です', reason: 'LOCATION_NOT_ALLOWED' }),
      failed('5552161200', { reason: 'AMBIGUOUS_DOCUMENTS', revel_order_id: '106840010001' }),
    ];
    const text = stripVTControlCharacters(await renderReport(report(list), { colour: true, width }));
    const rows = text.split('\n').filter((line) => line.startsWith('Nov 14'));
    for (const row of rows) expect(columnsOf(row), row).toBeLessThanOrEqual(width);
    expect(rows.map((row) => row.split(/ +/)[2])).toEqual(['55521610', '55521611', '5552161200']);
    expect(rows.map((row) => row.split(' ').at(-1))).toEqual(['1421.31', '130830.85', '1421.31']);
  });

  it('links event and order to their pages where the terminal can', async () => {
    const links = { event: 'https://example.com/events/55521611', order: 'https://example.com/?o=10684001' };
    const one = report([injected('55521611', { links })]);
    const plainly = await renderReport(one, terminal);
    const linked = await renderReport(one, { ...terminal, links: true });
    expect(plainly).not.toContain('\u001b]8');
    expect(linked).toContain('\u001b]8;;https://example.com/events/55521611\u0007');
    expect(linked).toContain('\u001b]8;;https://example.com/?o=10684001\u0007');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what a link begins and ends with
    expect(linked.replaceAll(/\u001b\]8;;[^\u0007]*\u0007/g, '')).toBe(plainly);
  });

  it('uses the room of a wide one', async () => {
    const text = await renderReport(report(events), { colour: true, width: 120 });
    expect(stripVTControlCharacters(text)).toContain(
      '2026-11-14  55521611  Alder Rehearsal Dinner  injected',
    );
  });

  it('aligns wide and joined characters, and never splits them', async () => {
    const names = ['日本語のとても長い名前です', '👨‍👩‍👧‍👦'.repeat(30), 'Plain'];
    const list = names.map((name, index) => skipped(String(index + 1), { name }));
    const text = stripVTControlCharacters(await renderReport(report(list), terminal));
    const rows = text.split('\n').filter((line) => line.includes('ALREADY_INJECTED'));
    const starts = rows.map((row) => columnsOf(row.slice(0, row.indexOf('skipped'))));
    expect(rows).toHaveLength(3);
    expect(new Set(starts).size).toBe(1);
    expect(text).not.toMatch(/\ufffd|\p{Cs}/u);
  });
});

describe('hostile names', () => {
  it.each(hostileNames)('%s: stays inside of its line', async (_, name) => {
    const error = { code: 'ABORTED', message: name, hint: name };
    const built = report([
      failed('1', { name, location: name, error: name }),
      skipped('2', { location: name }),
    ]);
    const raw = {
      ...built,
      error,
      events: built.events.map((event) => ({ ...event, name, location: name })),
    };
    const lines = (await renderReport(raw, plain)).split('\n');
    expect(lines.join('')).not.toMatch(CONTROL);
    expect(lines.filter((line) => line.startsWith('ERROR'))).toEqual([]);
    expect(lines).toHaveLength(16);
    const colourful = await renderReport(raw, terminal);
    const colours = ['1', '2', '22', '31', '32', '36', '39'].map((code) => `\u001b[${code}m`);
    expect(colours.reduce((text, code) => text.replaceAll(code, ''), colourful)).not.toMatch(CONTROL);
  });
});

describe('describeChanges', () => {
  it('tells runs of the same change as one, and keeps the order', () => {
    const item = { action: 'add_item' };
    expect(
      describeChanges([
        { action: 'remove_item', item: '5' },
        item,
        item,
        item,
        { action: 'remove_payment', payment: '6' },
        item,
        { action: 'mark_deleted', order: '10684002', winner: null },
        { action: 'some_new\u001b[31m_thing' },
        { action: 'add_payment' },
        { action: 'add_payment', amount: '0.00', tip: '20.00' },
      ]),
    ).toEqual([
      'remove 1 item',
      'add 3 items',
      'remove 1 payment',
      'add 1 item',
      'mark order 10684002 as deleted',
      'some new thing',
      'add payment of ?',
      'add payment of 0.00 with a tip of 20.00',
    ]);
    expect(describeChanges([])).toEqual([]);
  });
});

describe('widths', () => {
  it('wrap breaks between words, and leaves a long one whole', () => {
    expect(wrap('aa bb cc', '  ', 7)).toEqual(['  aa bb', '  cc']);
    expect(wrap('aaaaaaaaaa b', '  ', 7)).toEqual(['  aaaaaaaaaa', '  b']);
    expect(wrap('', '  ', 7)).toEqual(['  ']);
  });

  it('wrap breaks a long word where it must, between two graphemes', () => {
    expect(wrap('a bbbbbbb c', '', 3, true)).toEqual(['a', 'bbb', 'bbb', 'b c']);
    expect(wrap('日本語日本', ' ', 5, true)).toEqual([' 日本', ' 語日', ' 本']);
    expect(wrap('👨‍👩‍👧‍👦👨‍👩‍👧‍👦', '', 1, true)).toEqual(['👨‍👩‍👧‍👦', '👨‍👩‍👧‍👦']);
  });
});
