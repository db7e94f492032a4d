import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { failingOf, previewContent } from '../../src/report/mail/preview.js';
import { renderHtml, renderText } from '../../src/report/mail/render.js';
import { renderPreview, wouldFail } from '../../src/report/preview.js';
import { noShops } from '../../src/report/shops.js';
import { columnsOf } from '../../src/text/width.js';
import { failed, injected, repaired, report, skipped } from './helpers.js';

const days = { tomorrow: '2026-11-15' };
const window = { from: '2026-11-14', to: '2026-11-21' };
const differences = [{ field: 'line' as const, name: 'Taco Bar', event: '30 × 8.24', order: '24 × 8.24' }];
const changes = [{ action: 'make_visible' }];
const coming = report(
  [
    injected('61000004', { date: '2026-11-16', revel_order_id: null }),
    failed('61000002', {
      date: '2026-11-20',
      reason: 'UNMATCHED_ITEMS',
      revel_order_id: null,
      error: 'No product.',
    }),
    failed('61000001', { date: '2026-11-15', error: 'Order 7 differs.', differences }),
    skipped('61000003', { date: '2026-11-14', location: 'Downtown' }),
    repaired('61000005', { date: '2026-11-16', changes }),
  ],
  { dryRun: true, window },
);

describe('renderPreview', () => {
  it('shows what would fail first, soonest first, then day by day and shop by shop', async () => {
    const text = stripVTControlCharacters(await renderPreview(coming, days, { colour: true, width: 80 }));
    expect(text).toMatchInlineSnapshot(`
      "Preview, 2026-11-14 to 2026-11-21: nothing is written

      date    event     name                    result            order       total
      ────────────────────────────────────────────────────────────────────────────────
      Would fail
      Nov 15  61000001  Alder Rehearsal Dinner  DRIFT             10684001  1421.31
          Special Events: Order 7 differs.
                      event      order
            Taco Bar  30 × 8.24  24 × 8.24
          → See both sides, and decide: ts-reconcile resolve 61000001
      Nov 20  61000002  Alder Rehearsal Dinner  UNMATCHED_ITEMS   -         1421.31
          Special Events: No product.

      Sat, Nov 14, 2026 · Downtown: 1 event, 1421.31
      Nov 14  61000003  Alder Rehearsal Dinner  ALREADY_INJECTED  10684001  1421.31

      Mon, Nov 16, 2026 · Special Events: 2 events, 2842.62
      Nov 16  61000004  Alder Rehearsal Dinner  to inject         -         1421.31
      Nov 16  61000005  Alder Rehearsal Dinner  to repair         10684001  1421.31

      5 events, 2 would fail, 2 will be made, 1 stand already (0.8 s)
      "
    `);
    for (const line of text.split('\n')) expect(columnsOf(line), line).toBeLessThanOrEqual(80);
    const plain = await renderPreview(coming, days, { colour: false, width: Number.POSITIVE_INFINITY });
    expect(plain).toMatchInlineSnapshot(`
      "Preview, 2026-11-14 to 2026-11-21: nothing is written

      date        event     name                    status     reason            order       total
      Would fail
      2026-11-15  61000001  Alder Rehearsal Dinner  failed     DRIFT             10684001  1421.31
          Special Events: Order 7 differs.
                      event      order
            Taco Bar  30 × 8.24  24 × 8.24
          → See both sides, and decide: ts-reconcile resolve 61000001
      2026-11-20  61000002  Alder Rehearsal Dinner  failed     UNMATCHED_ITEMS   -         1421.31
          Special Events: No product.

      Sat, Nov 14, 2026 · Downtown: 1 event, 1421.31
      2026-11-14  61000003  Alder Rehearsal Dinner  skipped    ALREADY_INJECTED  10684001  1421.31

      Mon, Nov 16, 2026 · Special Events: 2 events, 2842.62
      2026-11-16  61000004  Alder Rehearsal Dinner  to inject                    -         1421.31
      2026-11-16  61000005  Alder Rehearsal Dinner  to repair                    10684001  1421.31

      5 events, 2 would fail, 2 will be made, 1 stand already (0.8 s)
      "
    `);
  });

  it('counts an event without a price only when its day is near', () => {
    const unpriced = (date: string | null) =>
      wouldFail({ ...skipped('1', { date }), reason: 'NOT_PRICED' } as never, days);
    expect(['2026-11-14', '2026-11-15', '2026-11-16', null].map(unpriced)).toEqual([true, true, false, true]);
  });
});

describe('previewContent', () => {
  it('mails what would fail, with its table; nothing where nothing would', () => {
    const failing = failingOf(coming, days);
    const content = previewContent(coming, { failing, shop: null }, 'host', noShops);
    expect(content.subject).toBe('ts-reconcile: 2 of 5 coming events would fail');
    const text = renderText(content);
    expect(text.indexOf('Order 7 differs.')).toBeLessThan(text.indexOf('No product.'));
    expect(text).toMatch(/event {6}order\n {4}Taco Bar {2}30 × 8\.24 {2}24 × 8\.24/);
    expect(renderHtml(content)).toContain('<td class');
    expect(failingOf(report([injected('1')], { dryRun: true, window }), days)).toEqual([]);
    const own = previewContent(
      coming,
      { failing: failing.slice(0, 1), shop: 'Special Events' },
      'host',
      noShops,
    );
    expect(own.subject).toBe('ts-reconcile: 1 of 4 coming events at Special Events would fail');
  });
});
