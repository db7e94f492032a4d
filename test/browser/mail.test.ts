import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mailContent } from '../../src/report/mail/content.js';
import { renderHtml } from '../../src/report/mail/render.js';
import { noShops } from '../../src/report/shops.js';
import type { MailedFailure } from '../../src/state/types.js';
import { failed, injected, repaired, report, served } from '../report/helpers.js';
import { barriers, brokenWords, hasChromium, Looker, overflow } from './chromium.js';

const past: MailedFailure = {
  subject: '55521600',
  reason: 'TOUCHED',
  since: 0,
  mailedAt: 0,
  name: 'Birch Brunch',
  date: '2026-11-12',
  location: 'Harbor Room',
};

const rival = { made: '2026-11-14 10:00', by: 'user 7', paid: '1421.31', elsewhere: null, link: null };
const orders = [
  { ...rival, id: '10684001', opened: 'closed', equals: 'no', differs: ['gratuity', 'remaining due'] },
  { ...rival, id: '10684002', opened: 'no', equals: 'yes', differs: [] },
] satisfies ReturnType<typeof failed>['orders'];

/** A mail in which every kind of section stands. */
function mail(): string {
  const differences = [{ field: 'line', name: 'Taco Bar', event: '30 × 8.24', order: '24 × 8.24' } as const];
  const links = { event: 'https://events.example.com/1', order: 'https://pos.example.com/orders/2' };
  const error = 'It differs. Run: ts-reconcile sync --event-id 55521613 --late';
  const digest = {
    changes: [injected('1', { links }), injected('2', { location: 'Harbor Room' }), repaired('3')],
    failures: [
      { event: failed('55521613', { error, links, differences: [...differences] }), since: null },
      { event: failed('5', { reason: 'MISSED' }), since: null },
      { event: failed('6', { reason: 'TOUCHED' }), since: 0 },
      { event: failed('9', { reason: 'DUPLICATE_ORDERS', orders: [...orders] }), since: null },
    ],
    untold: [{ ...served('4', 'No nuts'), name: 'Cedar Gala' }],
    known: [{ event: failed('7'), since: 0 }],
    resolved: [past],
    outOfSight: [past],
    error: { code: 'UNAVAILABLE', message: 'Revel does not answer.', hint: 'Wait.', since: null },
    held: [failed('8')],
  };
  return renderHtml(mailContent(digest, report([]), 'pos-gateway', noShops));
}

describe.skipIf(!hasChromium)('the mail in Chromium', () => {
  let looker: Looker;
  beforeAll(async () => {
    looker = await Looker.open();
  });
  afterAll(() => looker.close());

  it.each(['light', 'dark'] as const)(
    'can be read by everybody, %s, from a phone on',
    async (colorScheme) => {
      const { page, misdeeds } = await looker.look(mail(), { colorScheme });
      const widths = [320, 360, 768, 1_600];
      for (const width of widths) {
        await page.setViewportSize({ width, height: 900 });
        expect(await overflow(page), `${width} columns`).toBeLessThanOrEqual(0);
        // The layout changes nowhere in between.
        if (width === widths[0] || width === widths.at(-1))
          expect(await barriers(page), `${width} columns`).toEqual([]);
        expect(await brokenWords(page), `${width} columns`).toEqual([]);
      }
      const ground = await page.evaluate('getComputedStyle(document.body).backgroundColor');
      expect(ground).toBe(colorScheme === 'dark' ? 'rgb(13, 17, 23)' : 'rgb(255, 255, 255)');
      expect(misdeeds).toEqual([]);
    },
  );

  it('has commands that are copied whole, and options that no line breaks', async () => {
    const { page } = await looker.look(mail(), { viewport: { width: 320, height: 900 } });
    const [command] = await page.locator('pre').all();
    expect((await command?.boundingBox())?.height).toBeLessThan(50);
    expect(
      await page.evaluate(
        'getSelection().selectAllChildren(document.querySelectorAll("pre")[1]), getSelection().toString()',
      ),
    ).toBe('ts-reconcile resolve 55521613');
    for (const option of await page.locator('span').all()) {
      const lines = await option.evaluate(
        (element) => (element as unknown as { getClientRects(): unknown[] }).getClientRects().length,
      );
      expect(lines).toBe(1);
    }
  });
});
