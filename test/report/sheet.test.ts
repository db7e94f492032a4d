import { describe, expect, it } from 'vitest';
import { sheetCsv, sheetOf } from '../../src/report/sheet.js';
import { noShops } from '../../src/report/shops.js';
import type { JournalRecord } from '../../src/state/types.js';
import { booked, journalOf, money, result } from './page/records.js';

const WEEK = { from: '2026-11-08', to: '2026-11-14' };
const sheet = (records: JournalRecord[], span = WEEK) => sheetOf(journalOf(records), span);

describe('the day sheet', () => {
  it('adds up what events and orders of a shop come to on a day', async () => {
    const rows = await sheet([
      booked('1', money(10_000, { tax: 900, due: 10_900 }), money(10_000, { tax: 900, due: 10_900 })),
      booked('2', money(5_050, { paid: 5_050, due: 0 }), money(5_050, { paid: 5_050, due: 0 })),
      booked('3', money(700), money(700), { location: 'Harbor Room' }),
      booked('4', money(800), money(800), { date: '2026-11-12' }),
      booked('5', money(900), money(900), { date: '2026-11-15' }),
    ]);
    expect(rows.map(({ date, shop, events, orders, open }) => [date, shop, events, orders, open])).toEqual([
      ['2026-11-12', 'Special Events', 1, 1, []],
      ['2026-11-14', 'Harbor Room', 1, 1, []],
      ['2026-11-14', 'Special Events', 2, 2, []],
    ]);
    expect(rows[2]?.wanted).toEqual({
      sales: 15_050,
      discount: 0,
      tax: 900,
      gratuity: 0,
      fees: 0,
      paid: 5_050,
      due: 10_900,
    });
    expect(rows[2]?.booked).toEqual(rows[2]?.wanted);
  });

  it.each([
    ['whose order differs', [booked('7', money(1_000), money(1_000, { tax: 1 }))]],
    ['whose order does not tell a figure', [booked('7', money(1_000), money(1_000, { due: null }))]],
    ['that has no order', [booked('7', money(1_000), null)]],
    ['that wants none though one stands', [booked('7', null, money(1_000))]],
    ['that fails before its money is known', [result('7', 1, { status: 'failed', reason: 'MISSED' })]],
    [
      'that fails though the figures agree',
      [
        booked('7', money(1_000), money(1_000)),
        result('7', 1, { status: 'failed', reason: 'DRIFT', date: null, location: null }),
      ],
    ],
    [
      'that failed, and that another run only found locked since',
      [
        booked('7', money(1_000), money(1_000)),
        result('7', 2, { status: 'failed', reason: 'DRIFT' }),
        result('7', 1, { status: 'skipped', reason: 'LOCKED', date: null, location: null }),
      ],
    ],
    [
      'that failed until its day was over',
      [
        result('7', 2, { status: 'failed', reason: 'MISSED' }),
        result('7', 1, { status: 'skipped', reason: 'PAST' }),
      ],
    ],
  ])('names an event %s', async (_, records) => {
    const rows = await sheet([booked('6', money(500), money(500)), ...records]);
    expect(rows.map(({ open }) => open)).toEqual([['7']]);
  });

  it('goes by what was recorded last', async () => {
    const moved = [
      booked('1', money(1_000), money(1_000)),
      booked('1', money(2_000), money(2_000), { date: '2026-11-13' }),
      booked('2', money(3_000), money(3_000)),
      booked('2', null, null),
      result('3', 2, { status: 'failed', reason: 'SOURCE_ERROR' }),
      result('3', 1, { status: 'skipped', reason: 'STATUS_NOT_ELIGIBLE' }),
    ];
    const rows = await sheet(moved);
    expect(rows.map(({ date, wanted }) => [date, wanted.sales])).toEqual([['2026-11-13', 2_000]]);
  });

  it('is a file that spreadsheets read: quoted where needed, and nothing in it a formula', async () => {
    const names = ['A, "B" & C', '=HYPERLINK("http://evil.example")', '-2+3', '@SUM(A1)', '+1', 'Café'];
    const records = names.map((location, at) => booked(String(at), money(1_234), money(1_200), { location }));
    const currencies = new Map([['Café', 'EUR']]);
    const csv = sheetCsv(await sheet(records), { currencies });
    expect(csv.startsWith('\ufeffdate,location,currency,events,orders,sales of events,')).toBe(true);
    const lines = csv.trimEnd().split('\r\n').slice(1);
    expect(lines).toHaveLength(names.length);
    const shops = lines.map((line) => /^2026-11-14,((?:"(?:[^"]|"")*"|[^,]*)),/.exec(line)?.[1] ?? '');
    for (const shop of shops) expect(shop.replace(/^"/, '')).toMatch(/^['A-Z]/);
    expect(csv).toContain(',Café,EUR,1,1,');
    expect(csv).toContain(",'+1,,1,1,");
    expect(shops).toContain('"A, ""B"" & C"');
    for (const line of lines) expect(line).toContain(',12.34,12.00,-0.34,');
  });

  it('of nothing is a head', async () => {
    expect(sheetCsv(await sheet([]), noShops).split('\r\n')).toHaveLength(2);
  });
});
