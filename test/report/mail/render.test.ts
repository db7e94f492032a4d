import { parse } from 'node-html-parser';
import { describe, expect, it } from 'vitest';
import { mailContent } from '../../../src/report/mail/content.js';
import type { Digest } from '../../../src/report/mail/digest.js';
import { previewContent } from '../../../src/report/mail/preview.js';
import { renderHtml, renderText } from '../../../src/report/mail/render.js';
import type { EventResult } from '../../../src/report/schema.js';
import { noShops, type Shops } from '../../../src/report/shops.js';
import type { MailedFailure } from '../../../src/state/types.js';
import {
  CONTROL,
  digest,
  failed,
  hostileNames,
  injected,
  repaired,
  report,
  skipped,
  twoOrders,
} from '../helpers.js';

const items = [{ action: 'add_item' }, { action: 'add_item' }];
const changes = [{ action: 'create_order', establishment: 8 }, ...items, { action: 'make_visible' }];
const past: MailedFailure = {
  subject: '55521600',
  reason: 'TOUCHED',
  since: Date.UTC(2026, 10, 12, 8, 15),
  mailedAt: Date.UTC(2026, 10, 13, 8, 15),
  name: 'Birch Brunch',
  date: '2026-11-12',
  location: 'Harbor Room',
};

function render(over: Partial<Digest>, events: EventResult[] = [], shops: Shops = noShops) {
  const content = mailContent(digest(over), report(events, { trigger: 'cron' }), 'pos-gateway', shops);
  return { subject: content.subject, text: renderText(content), html: renderHtml(content) };
}

const missed = failed('55521612', {
  name: 'Cedar Gala',
  reason: 'MISSED',
  revel_order_id: null,
  total: null,
  error: 'Event 55521612 has no order. Run: ts-reconcile sync --event-id 55521612 --late',
});

const full: Partial<Digest> = {
  changes: [injected('55521611', { changes }), repaired('55521610', { changes: items })],
  failures: [
    { event: failed('55521613'), since: null },
    { event: missed, since: null },
    { event: failed('55521614', { reason: 'TOUCHED' }), since: past.since },
  ],
  known: [{ event: failed('55521615', { reason: 'ORPHANED' }), since: past.since }],
  resolved: [past],
};

describe('a sentence that holds for several events', () => {
  it('is said once, with the last of them, in every kind of mail', () => {
    const error = 'Tripleseat has events with the status "CONFIRMED".';
    const reason = 'STATUS_UNKNOWN' as const;
    const failures = [
      { event: failed('1', { error, reason }), since: null },
      { event: failed('2', { error: 'Something else.' }), since: null },
      { event: failed('3', { error, reason, location: 'Harbor Room' }), since: null },
    ];
    const { text } = render({ failures });
    expect(text.split(error)).toHaveLength(2);
    expect(text.indexOf('event 3 ')).toBeLessThan(text.indexOf(error));
    expect(text.indexOf(error)).toBeLessThan(text.indexOf('event 2 '));
    const events = failures.map(({ event }) => event);
    const preview = previewContent(report(events), { failing: events, shop: null }, 'pos-gateway', noShops);
    expect(renderText(preview).split(error)).toHaveLength(2);
  });
});

describe('the text part', () => {
  it('tells what needs attention first, then what was done, then what stands', () => {
    expect(
      render(full, [injected('55521611'), failed('55521613')]).text,
    ).toBe(`1 MISSED, 1 failed, 1 still failing, 1 injected, 1 completed, 1 resolved.

MISSED: NO ORDER, AND ITS TIME HAS PASSED (1)
=============================================

Sat, Nov 14, 2026 · Special Events

* Cedar Gala
  MISSED · event 55521612 · no order
  Event 55521612 has no order. Run: ts-reconcile sync --event-id 55521612 --late
  If nobody has rung it up by hand, make its order now:
    ts-reconcile sync --event-id 55521612 --late

Failed (1)
==========

Sat, Nov 14, 2026 · Special Events

* Alder Rehearsal Dinner
  DRIFT · event 55521613 · order 10684001 · total 1421.31
  It differs. Correct it.
  See both sides, and decide:
    ts-reconcile resolve 55521613

Still failing (1)
=================

Sat, Nov 14, 2026 · Special Events

* Alder Rehearsal Dinner
  TOUCHED · event 55521614 · order 10684001 · total 1421.31
  first mailed 2026-11-12 08:15 UTC
  It differs. Correct it.
  See both sides, and decide:
    ts-reconcile resolve 55521614

Injected (1)
============

Sat, Nov 14, 2026 · Special Events

* Alder Rehearsal Dinner
  event 55521611 · order 10684001 · 2 lines · total 1421.31

Completed (1)
=============

Sat, Nov 14, 2026 · Special Events

* Alder Rehearsal Dinner
  event 55521610 · order 10684001 · total 1421.31
  Done: add 2 items.

Resolved since the last mail (1)
================================

Thu, Nov 12, 2026 · Harbor Room

* Birch Brunch
  TOUCHED · event 55521600
  first mailed 2026-11-12 08:15 UTC

Told before, still failing (1)
==============================

Sat, Nov 14, 2026 · Special Events

* Alder Rehearsal Dinner
  ORPHANED · event 55521615
  first mailed 2026-11-12 08:15 UTC

${'-- '}
Run scheduled-1a2b3c4d on pos-gateway, started 2026-11-14 20:00 UTC, took 0.8 s.
Events: 2 queried, 1 injected, 0 completed, 0 skipped, 1 failed.
More about an event: ts-reconcile history --event-id ID
`);
  });

  it('tells why a run as a whole failed, and what that kept from being done', () => {
    const error = { code: 'UNAVAILABLE', message: 'Revel does not answer.', hint: 'Wait.', since: null };
    const { subject, text } = render({ error, held: [failed('1', { reason: 'ABORTED', name: null })] });
    expect(subject).toBe('ts-reconcile: run failed (UNAVAILABLE)');
    expect(text).toContain('Revel does not answer. Wait. Events that were not done because of it: 1.');
    expect(text).toContain('* Event 1\n');
  });

  it('is bounded', () => {
    const failures = Array.from({ length: 5000 }, (_, index) => ({
      event: failed(String(index), { error: 'x'.repeat(4000) }),
      since: null,
    }));
    const { text, html } = render({ failures });
    expect(text).toContain('and 4900 more');
    expect(text.length).toBeLessThan(200_000);
    expect(html.length).toBeLessThan(250_000);
  });
});

describe('items', () => {
  it('stand day by day and shop by shop, below one heading each', () => {
    const at = (id: string, date: string, location: string) =>
      injected(id, { date, location, name: `N${id}`, changes });
    const { text, html } = render({
      changes: [
        at('1', '2026-11-15', 'Harbor Room'),
        at('2', '2026-11-14', 'Special Events'),
        at('3', '2026-11-15', 'Harbor Room'),
        at('4', '2026-11-14', 'Harbor Room'),
      ],
    });
    expect(text.match(/^(?:\* N\d|\w+, Nov.*)$/gm)).toEqual([
      'Sat, Nov 14, 2026 · Harbor Room',
      '* N4',
      'Sat, Nov 14, 2026 · Special Events',
      '* N2',
      'Sun, Nov 15, 2026 · Harbor Room',
      '* N1',
      '* N3',
    ]);
    expect(parse(html).querySelectorAll('h3')).toHaveLength(3);
  });

  it('have commands that are broken nowhere, and differences as a table', () => {
    const differences = [{ field: 'line', name: 'Taco Bar', event: '30 × 8.24', order: null } as const];
    const event = failed('55521613', {
      differences: [...differences],
      error: 'Run: ts-reconcile sync --event-id 5',
    });
    const { text, html } = render({ failures: [{ event, since: null }] });
    expect(text).toContain('\n    ts-reconcile resolve 55521613\n');
    const root = parse(html, { blockTextElements: { style: true } });
    const [command] = root.querySelectorAll('pre');
    expect(command?.textContent).toBe('ts-reconcile resolve 55521613');
    expect(command?.getAttribute('style')).toContain('white-space:pre;');
    expect(root.querySelectorAll('span').map(({ textContent }) => textContent)).toEqual([
      'ts-reconcile',
      '--event-id',
      'ts-reconcile',
      'ts-reconcile',
      '--event-id',
    ]);
    expect(root.querySelectorAll('tbody td').map(({ textContent }) => textContent)).toEqual([
      '30 × 8.24',
      '-',
    ]);
  });

  it('show orders of which a person decides as a table, in both parts', () => {
    const event = failed('55521613', { reason: 'DUPLICATE_ORDERS', orders: twoOrders() });
    const { text, html } = render({ failures: [{ event, since: null }] });
    expect(text).toContain(
      [
        '    order     made              by         paid  opened  equals event',
        '    10684001  2026-11-14 09:12  us       710.66  no      yes',
        '    10684002  2026-11-14 09:12  user 77       -  closed  no: tax, total, in',
        '                                                         establishment 99',
      ].join('\n'),
    );
    const root = parse(html);
    const cells = (selector: string) => root.querySelectorAll(selector).map(({ textContent }) => textContent);
    expect(cells('thead th')).toEqual(['order', 'made', 'by', 'paid', 'opened', 'equals event']);
    expect(cells('tbody th')).toEqual(['10684001', '10684002']);
    expect(cells('tbody tr:last-child td')).toEqual([
      '2026-11-14 09:12',
      'user 77',
      '-',
      'closed',
      'no: tax, total, in establishment 99',
    ]);
    expect(root.querySelectorAll('tbody a').map((link) => link.getAttribute('href'))).toEqual([
      'https://pos.example.com/orders/10684001',
    ]);
  });

  it.each(hostileNames)('show an order of somebody with %s as data', (_, name) => {
    const orders = twoOrders({ id: name, made: name, by: name, paid: name, elsewhere: name });
    const event = failed('1', { reason: 'DUPLICATE_ORDERS', orders });
    const { text, html } = render({ failures: [{ event, since: null }] });
    expect(text).not.toMatch(CONTROL);
    expect(html).not.toMatch(CONTROL);
  });
});

describe('the subject', () => {
  it('names the event where there is one', () => {
    expect(render({ changes: [injected('1')] }).subject).toBe(
      'ts-reconcile: injected Alder Rehearsal Dinner (2026-11-14), order 10684001',
    );
    expect(render({ failures: [{ event: missed, since: null }] }).subject).toBe(
      'ts-reconcile: MISSED Cedar Gala (2026-11-14)',
    );
  });

  it('counts where there are more', () => {
    expect(render(full).subject).toBe(
      'ts-reconcile: 1 MISSED, 1 failed, 1 still failing, 1 injected, 1 completed, 1 resolved',
    );
  });
});

describe('the HTML part', () => {
  it('has the same texts as the text part, in one column without images, and no links where none are known', () => {
    const { text, html } = render(full);
    const root = parse(html, { blockTextElements: { style: true } });
    const shown = root.querySelectorAll('bdi').map((element) => element.textContent);
    for (const fact of shown) expect(text.toLowerCase()).toContain(fact.toLowerCase());
    expect(shown).toContain('event 55521611 · order 10684001 · 2 lines · total 1421.31');
    expect(root.querySelectorAll('a, img, script, link, table')).toHaveLength(0);
    expect(root.querySelector('meta[name=viewport]')).not.toBeNull();
  });
});

describe('times and amounts', () => {
  it('are those of the shop', () => {
    const shops = { zone: 'America/Los_Angeles', currencies: new Map([['Special Events', 'USD']]) };
    const over = { changes: [injected('1'), injected('2', { location: 'Harbor Room' })], resolved: [past] };
    const { text } = render(over, [], shops);
    expect(text).toContain('event 1 · order 10684001 · total 1421.31 USD\n');
    expect(text).toContain('event 2 · order 10684001 · total 1421.31\n');
    expect(text).toContain('first mailed 2026-11-12 00:15 PST');
    expect(text).toContain('started 2026-11-14 12:00 PST, took');
  });
});

describe('a failure that somebody has accepted', () => {
  it('is over with who has seen it, and why', () => {
    const error = 'DRIFT, accepted by jo on 2026-11-14: The guest pays the rest in cash.';
    const now = skipped(past.subject, { reason: 'ACCEPTED', error });
    const { text } = render({ resolved: [past] }, [now]);
    expect(text).toMatch(/Resolved since the last mail[\s\S]*accepted by jo on 2026-11-14: The guest pays/);
    expect(
      render({ resolved: [past] }, [skipped(past.subject, { reason: 'IN_SERVICE', error })]).text,
    ).not.toContain('accepted by');
  });
});

describe('links', () => {
  const links = {
    event: 'https://events.example.com/e/2?a=1&b=2',
    order: 'https://pos.example.com/o/10684001',
  };

  it('lead to both services from each event whose pages are known, in both parts', () => {
    const over = {
      changes: [injected('1', { links: { ...links, order: null } })],
      failures: [{ event: failed('2', { links }), since: null }],
    };
    const { text, html } = render(over);
    expect(text).toContain(`\n  Event in Tripleseat: ${links.event}\n  Order in Revel: ${links.order}\n`);
    const root = parse(html);
    expect(root.querySelectorAll('a').map((each) => [each.text, each.getAttribute('href')])).toEqual([
      ['Event in Tripleseat', links.event],
      ['Order in Revel', links.order],
      ['Event in Tripleseat', links.event],
    ]);
  });
});

describe('hostile names', () => {
  const markup: [string, string][] = [
    ['script', '<script>alert(1)</script>'],
    ['image', '"><img src=x onerror=alert(1)>'],
    ['end of the part', '</bdi></div></body>\'"&lt;'],
    ['header', 'Party\r\nBcc: everybody@example.com\r\n\r\nbody'],
  ];
  it.each([...hostileNames, ...markup])('%s: stay text', (_, name) => {
    const texts = { name, location: name, error: name, date: name };
    const event = failed('1', texts);
    const over = {
      changes: [injected('2', { ...texts, changes: [{ action: name }] })],
      failures: [{ event, since: null }],
      known: [{ event, since: 0 }],
      resolved: [{ ...past, name, location: name, date: name }],
      error: { code: name, message: name, hint: name, since: null },
      held: [event],
    };
    const both = render(over);
    const single = render({ failures: [{ event, since: null }] });
    for (const { subject, text, html } of [both, single]) {
      expect(subject).not.toMatch(/[\r\n]/);
      expect(subject.length).toBeLessThan(1000);
      for (const part of [subject, text, html]) expect(part).not.toMatch(CONTROL);
      const tags = new Set(
        parse(html)
          .querySelectorAll('body *')
          .map(({ tagName }) => tagName),
      );
      expect(
        [...tags].filter((tag) => !['DIV', 'P', 'H1', 'H2', 'H3', 'BDI', 'BR', 'PRE', 'SPAN'].includes(tag)),
      ).toEqual([]);
      expect(text.split('\n').some((line) => /^(ERROR|Bcc:)/.test(line))).toBe(false);
    }
  });
});
