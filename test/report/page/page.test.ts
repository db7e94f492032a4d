import { createHash } from 'node:crypto';
import { parse } from 'node-html-parser';
import { describe, expect, it } from 'vitest';
import { gatherPage } from '../../../src/report/page/gather.js';
import { html } from '../../../src/report/page/html.js';
import { POLICY, renderPage } from '../../../src/report/page/page.js';
import { createPlots } from '../../../src/report/page/plots.js';
import type { Previewed } from '../../../src/report/previewed.js';
import type { EventResult } from '../../../src/report/schema.js';
import type { JournalRecord } from '../../../src/state/types.js';
import { CONTROL, failed, hostileNames, injected, report, skipped, twoOrders } from '../helpers.js';
import { booked, journalOf, money, NOW, result, run } from './records.js';

const SHOPS = { zone: 'America/Los_Angeles', currencies: new Map([['Special Events', 'USD']]) };
const LINKS = {
  event: 'https://events.example.com/restaurants/events/{id}',
  order: 'https://pos.example.com/dashboard/management/orders/{id}',
};
const ZONES = new Map([
  ['Special Events', 'America/Los_Angeles'],
  ['Harbor Room', 'America/Chicago'],
]);

function previewOf(events: EventResult[], hoursAgo = 2): Previewed {
  const startedAt = NOW - hoursAgo * 3_600_000;
  const window = { from: '2026-11-14', to: '2026-11-21' };
  return {
    report: report(events, { startedAt, finishedAt: startedAt + 1_000, dryRun: true, window }),
    zones: ZONES,
  };
}

async function pageOf(
  records: JournalRecord[],
  preview: Previewed | null = null,
  lastSweep: string | null = null,
) {
  const data = await gatherPage({
    journal: journalOf(records),
    preview,
    lastSweep,
    now: NOW,
    sandbox: false,
    links: LINKS,
    shops: SHOPS,
  });
  const text = renderPage(data, createPlots());
  const root = parse(text, { blockTextElements: { script: true, style: true } });
  const texts = (selector: string) =>
    root.querySelectorAll(selector).map((each) => each.structuredText.replaceAll(/\s+/g, ' ').trim());
  return { data, text, root, texts };
}

describe('the page', () => {
  it('shows each event once, as it was last told of', async () => {
    const { texts, data } = await pageOf(
      [
        result('1', 5, { status: 'failed', reason: 'SOURCE_ERROR', order: null, error: 'No answer.' }),
        result('1', 1),
        result('2', 3, { date: '2026-11-12', location: 'Harbor Room', name: 'Sage tea', status: 'repaired' }),
        booked('6', money(100), money(100)),
        result('7', 1, { name: 'Quiet', status: 'skipped', reason: 'LOCKED' }),
        result('8', 1, { name: 'Long ago', date: '2026-10-01' }),
        result('10', 1, {
          name: 'Lines alone',
          date: '2026-11-12',
          location: 'Harbor Room',
          status: 'failed',
          reason: 'NOT_PRICED',
          error: 'No total.',
        }),
      ],
      previewOf([
        injected('1', { name: 'Alder rehearsal dinner' }),
        injected('3', { name: 'Rowan turns 30', date: '2026-11-16', revel_order_id: null }),
        skipped('4', { name: 'Wren lunch', date: '2026-11-15', reason: 'NOT_PRICED', total: null }),
        failed('5', {
          name: 'Teapot tea',
          date: '2026-11-15',
          reason: 'UNMATCHED_ITEMS',
          error: 'No product.',
        }),
        skipped('9', { name: 'Finch supper', reason: 'IN_SERVICE' }),
        skipped('11', { name: 'Next week', date: '2026-11-17', reason: 'NOT_PRICED', total: null }),
      ]),
    );
    expect(texts('.cards li').map((text) => text.replaceAll(/ · \d.*/g, ''))).toEqual([
      'Alder rehearsal dinner stands 1 · order 10684001',
      'Event 6 stands 6',
      'Finch supper in service: IN_SERVICE 9 · order 10684001',
      'Teapot tea needs a person: UNMATCHED_ITEMS 5 · order 10684001',
      'Wren lunch needs a person: NOT_PRICED 4 · order 10684001',
      'Rowan turns 30 will be made 3',
      'Next week not priced yet: NOT_PRICED 11 · order 10684001',
      'Lines alone needs a person: NOT_PRICED 10 · order 10684001',
      'Sage tea stands 2 · order 10684001',
    ]);
    expect(data.shops).toEqual(['Special Events', 'Harbor Room']);
    expect(texts('.strip td a')).toEqual(['3', '2!, 2 to settle', '1', '1', '2!, 1 to settle']);
  });

  it('shows events of a shop that is not written to, and still what is known to have failed there', async () => {
    const left = { reason: 'LOCATION_NOT_ALLOWED', date: '2026-11-15' } as const;
    const { data } = await pageOf(
      [
        result('1', 5, { status: 'failed', reason: 'DRIFT', date: '2026-11-15' }),
        result('1', 4, { ...left, status: 'skipped' }),
      ],
      previewOf([skipped('1', left), skipped('2', left)]),
    );
    expect(data.cards.map(({ id, state }) => [id, state])).toEqual([
      ['1', 'failed'],
      ['2', 'none'],
    ]);
    expect(data.open.map(({ id }) => id)).toEqual(['1']);
  });

  it('shows what stands open with what differs and the command that settles it', async () => {
    const differences = [
      { field: 'line', name: 'Taco Bar', event: '30 × 8.24', order: '24 × 8.24' } as const,
    ];
    const drift = () => ({
      status: 'failed' as const,
      reason: 'DRIFT',
      error: 'It differs.',
      differences: [...differences],
    });
    const { texts, root } = await pageOf(
      [result('1', 30, drift()), result('1', 2, drift())],
      previewOf([
        failed('1', { error: 'It differs.' }),
        failed('5', { date: '2026-11-16', reason: 'BILLING_UNCLEAR', error: 'Say what it is.' }),
      ]),
      new Date(NOW - 3_600_000).toISOString(),
    );
    expect(texts('.item')).toHaveLength(2);
    const [standing = '', coming = ''] = texts('.item');
    expect(standing).toContain('Failing for 1 d 6 h, in 2 runs.');
    expect(texts('.item td')).toEqual(['30 × 8.24', '24 × 8.24']);
    expect(coming).toContain('Would fail on its day.');
    expect(texts('.item pre code')).toEqual(['ts-reconcile resolve 1', 'ts-reconcile billing']);
    expect(root.querySelector('title')?.text).toBe('ts-reconcile: 1 event fails, 1 more would fail');
  });

  it('shows the orders of which a person decides, each leading to its page', async () => {
    const orders = twoOrders().map(({ link: _, ...order }) => order);
    const { texts, root } = await pageOf(
      [result('1', 3, { status: 'failed', reason: 'DUPLICATE_ORDERS', error: 'It has 2.', orders })],
      previewOf([failed('5', { date: '2026-11-16', reason: 'DUPLICATE_ORDERS', orders: twoOrders() })]),
    );
    const rows = [
      '10684001 2026-11-14 09:12 us 710.66 no yes',
      '10684002 2026-11-14 09:12 user 77 - closed no: tax, total, in establishment 99',
    ];
    expect(texts('.item tbody tr').map((text) => text.replaceAll(/\s+/g, ' '))).toEqual([...rows, ...rows]);
    expect(root.querySelectorAll('.item tbody a').map((link) => link.getAttribute('href'))).toEqual([
      'https://pos.example.com/dashboard/management/orders/10684001',
      'https://pos.example.com/dashboard/management/orders/10684002',
      'https://pos.example.com/orders/10684001',
    ]);
    expect(root.querySelector('.item .scroll')?.getAttribute('aria-label')).toBe(
      'Orders: Alder rehearsal dinner',
    );
  });

  it('shows no event on a day that it has been moved from since the preview', async () => {
    const later = result('1', 0.5, {
      date: '2027-03-01',
      status: 'skipped',
      reason: 'TOO_EARLY',
      order: null,
    });
    const { data } = await pageOf([result('1', 30), later], previewOf([injected('1'), injected('2')]));
    expect(data.cards.map(({ id }) => id)).toEqual(['2']);
  });

  it('leaves an event on its day when a run could not learn which one that is', async () => {
    const unknown = { name: null, date: null, location: null, order: null, total: null };
    const { data } = await pageOf([
      result('1', 2),
      result('1', 1, { ...unknown, status: 'failed', reason: 'SOURCE_ERROR', error: 'No answer.' }),
    ]);
    expect(data.cards).toMatchObject([
      {
        id: '1',
        date: '2026-11-14',
        shop: 'Special Events',
        name: 'Alder rehearsal dinner',
        state: 'failed',
        order: null,
      },
    ]);
    const failing = result('1', 1, {
      ...unknown,
      status: 'failed',
      reason: 'SOURCE_ERROR',
      error: 'No answer.',
    });
    const previewed = await pageOf([failing], previewOf([injected('1', { name: 'Wren lunch' })]));
    expect(previewed.data.cards).toMatchObject([{ date: '2026-11-14', name: 'Wren lunch', state: 'failed' }]);
    expect(previewed.data.omitted).toBe(0);
    // Of which nobody knows anything it stands open all the same.
    const alone = await pageOf([failing]);
    expect([alone.data.cards, alone.data.open.map(({ id }) => id)]).toEqual([[], ['1']]);
  });

  it('counts the runs of each day', async () => {
    const { data, texts, root } = await pageOf([
      ...run('a', 50, 10),
      ...run('b', 49, 30, { requests: { tripleseat: 24, revel: 80 }, exit: 0 }),
      ...run('c', 48.5, 20, { exit: 69 }),
      ...run('d', 48.4, 1, {
        exit: 75,
        summary: { queried: 0, injected: 0, repaired: 0, skipped: 0, failed: 0 },
      }),
      ...run('e', 48.3, 5, { trigger: 'webhook', exit: 0 }),
      ...run('f', 24, 5).slice(0, 1),
      ...run('g', 0.1, 5).slice(0, 1),
      ...run('h', 24 * 40, 5),
    ]);
    const [day] = data.sweeps.filter(({ runs }) => runs > 0);
    expect(day).toMatchObject({ day: '2026-11-12', runs: 3, broken: 1, made: 3, repaired: 3, failed: 1 });
    expect(day?.seconds).toEqual({ least: 10, median: 20, most: 30 });
    expect(day?.requests).toEqual({ tripleseat: 16, revel: 160 / 3 });
    expect(data.sweeps.filter(({ broken }) => broken > 0).map((each) => each.day)).toEqual([
      '2026-11-12',
      '2026-11-13',
    ]);
    expect(data.sweeps).toHaveLength(28);
    expect(data.relay.filter(({ runs }) => runs > 0)).toMatchObject([
      { day: '2026-11-12', runs: 1, broken: 0 },
    ]);
    expect(root.querySelectorAll('svg[role=img]')).toHaveLength(6);
    for (const svg of root.querySelectorAll('svg'))
      expect(svg.getAttribute('aria-label')).toMatch(/table below/);
    expect(texts('details tbody tr')).toContain('2026-11-12 3 1 20.0 30.0 16 53 3 3 1');
  });

  it('counts runs that were killed among all of a day', async () => {
    const { data, texts, root } = await pageOf([
      ...run('a', 30, 10, { exit: 0 }),
      ...run('b', 29, 10).slice(0, 1),
      ...run('c', 28, 10, { trigger: 'webhook' }).slice(0, 1),
    ]);
    expect(data.sweeps.find(({ day }) => day === '2026-11-13')).toMatchObject({ runs: 2, broken: 1 });
    expect(data.relay.find(({ day }) => day === '2026-11-13')).toMatchObject({ runs: 1, broken: 1 });
    expect(texts('section > p').filter((text) => text.includes('did not do'))).toEqual([
      '2 runs in 28 days, of which 1 did not do their work.',
      '1 run in 28 days, of which 1 did not do their work.',
    ]);
    expect(root.querySelectorAll('svg[role=img]')).toHaveLength(6);
  });

  it('says that nothing is open only where a sweep has covered everything', async () => {
    const { root } = await pageOf([], null, new Date(NOW - 60_000).toISOString());
    expect(root.querySelector('title')?.text).toBe('ts-reconcile: Nothing is open');
  });

  it('of a state that holds nothing says so', async () => {
    const { text, texts, root } = await pageOf([]);
    expect(root.querySelector('title')?.text).toBe('ts-reconcile: Whether anything is open is not known');
    expect(text).toContain('whether something fails is not known');
    expect(text).toContain('ts-reconcile preview');
    expect(texts('h2')).toContain('Sweeps');
    expect(text).not.toMatch(/NaN|undefined|null|Infinity/);
  });

  it('takes no name for markup, wherever it stands', async () => {
    const markup = [
      '<script>alert(1)</script>',
      '"><img src=x onerror=alert(1)>',
      "'-alert(1)-'",
      '</style><style>*{display:none}</style>',
      '</title></head><body onload=alert(1)>',
      '<!--',
      ']]>&amp;lt;b&gt;',
    ];
    const names = [...markup, ...hostileNames.map(([, name]) => name)];
    const [plain] = [
      await pageOf(
        names.flatMap((_, at) => hostile(String(at), 'plain')),
        previewOf([]),
      ),
    ];
    const { root, text } = await pageOf(
      names.flatMap((name, at) => hostile(String(at), name)),
      previewOf([]),
    );
    const shape = (of: typeof root) =>
      of
        .querySelectorAll('*')
        .map(({ tagName }) => tagName)
        .toSorted();
    const elements = new Set(shape(root));
    expect([...elements].filter((name) => !new Set(shape(plain.root)).has(name))).toEqual([]);
    expect(root.querySelectorAll('script')).toHaveLength(1);
    expect(root.querySelectorAll('style')).toHaveLength(1);
    expect(root.querySelectorAll('img,[onerror],[onload]')).toEqual([]);
    expect(text).not.toMatch(CONTROL);
    expect(root.querySelectorAll('.item')).toHaveLength(names.length);

    function hostile(id: string, name: string): JournalRecord[] {
      const differences = [{ field: 'line', name, event: name, order: name } as const];
      const orders = twoOrders({ made: name, by: name, paid: name, elsewhere: name });
      const of = { name, location: name, error: name, order: name, total: name, orders };
      return [result(id, 1, { ...of, status: 'failed', reason: 'DRIFT', differences: [...differences] })];
    }
  });

  it('may do nothing but show its own style and run its own script, and needs nobody', async () => {
    const { root, text } = await pageOf([result('1', 1), ...run('a', 5, 10)]);
    expect(root.querySelector('meta[http-equiv]')?.getAttribute('content')).toBe(POLICY);
    for (const [element, directive] of [
      ['script', 'script-src'],
      ['style', 'style-src'],
    ] as const) {
      const body = root.querySelector(element)?.innerHTML ?? '';
      const hash = createHash('sha256').update(body).digest('base64');
      expect(POLICY).toContain(`${directive} 'sha256-${hash}'`);
    }
    // Those would not be obeyed under this policy.
    expect(text).not.toMatch(/<[^>]+ (?:style|on[a-z]+)=/);
    expect(text).not.toMatch(/src="/);
    // What somebody may click on asks for nothing by itself.
    const shown = text.replaceAll(/<a href="[^"]*">/g, '');
    expect(shown).not.toMatch(/href=/);
    expect(shown).not.toMatch(/url\(|@import|https?:\/\/(?!www\.w3\.org)/);
  });

  it('tells of what somebody accepts who it was, and why', async () => {
    const error = 'DRIFT, accepted by jo on 2026-11-13: The guest <b>pays</b> in cash.';
    const { texts } = await pageOf([
      result('1', 5, { status: 'skipped', reason: 'ACCEPTED', error }),
      result('2', 4, { status: 'skipped', reason: 'IN_SERVICE', error: 'Staff works with it.' }),
    ]);
    const [first, second] = texts('.cards li');
    expect(first).toContain(`accepted as it is: ACCEPTED`);
    expect(first).toContain(error);
    expect(second).not.toContain('Staff works');
  });

  it('leads from a card and from what stands open to both services, where their addresses are known', async () => {
    const open = result('1', 5, { status: 'failed', reason: 'DRIFT', order: '777', error: 'It differs.' });
    const records = [open, result('2', 1, { order: null })];
    const { root } = await pageOf(records);
    const leads = (selector: string) =>
      root.querySelectorAll(`${selector} a[href^=https]`).map((each) => each.getAttribute('href'));
    const both = [
      'https://events.example.com/restaurants/events/1',
      'https://pos.example.com/dashboard/management/orders/777',
    ];
    expect(leads('.item')).toEqual(both);
    expect(leads('.cards')).toEqual([...both, 'https://events.example.com/restaurants/events/2']);
    const links = { event: null, order: null };
    const sources = { preview: null, lastSweep: null, now: NOW, sandbox: false, links, shops: SHOPS };
    const data = await gatherPage({ journal: journalOf(records), ...sources });
    expect(renderPage(data, createPlots())).not.toContain('href="https');
  });

  it.each([0, 50, 1_000])('of %d events is below 300 KB', async (count) => {
    const events = Array.from({ length: count }, (_, at) => {
      const id = String(55_530_000 + at);
      const date = `2026-11-${14 + (at % 8)}`;
      const of = {
        name: `Alder & Rowan rehearsal dinner ${at}`,
        date,
        location: [...ZONES.keys()][at % 2] ?? '',
      };
      return at % 50 === 0
        ? failed(id, {
            ...of,
            error: 'The order lacks a line of the event; correct it on the POS. '.repeat(4),
          })
        : injected(id, of);
    });
    const sweeps = Array.from({ length: 28 * 32 }, (_, at) =>
      run(`s${at}`, at * 0.75, 20 + (at % 40)),
    ).reverse();
    const { text, data, root } = await pageOf(sweeps.flat(), previewOf(events));
    expect(data.cards).toHaveLength(count);
    expect(Buffer.byteLength(text)).toBeLessThan(300_000);
    expect(data.omitted).toBe(0);
    // As many lead to the services as there is room for.
    expect(root.querySelectorAll('.cards small a').length).toBeGreaterThanOrEqual(count / 2);
  });

  it('holds so many events at most, and those that need somebody first', async () => {
    const events = Array.from({ length: 3_000 }, (_, at) => {
      const id = String(55_530_000 + at);
      return at < 2_900 ? injected(id, { date: '2026-11-14' }) : failed(id, { date: '2026-11-21' });
    });
    const { text, data } = await pageOf([], previewOf(events));
    expect(data.cards.filter(({ state }) => state === 'failed')).toHaveLength(100);
    expect(data.omitted + data.cards.length).toBe(3_000);
    expect(text.split(`${data.omitted} more events are neither shown nor counted`)).toHaveLength(2);
  });
});

describe('a template', () => {
  it('escapes texts, keeps templates, and puts lists one after the other', () => {
    const inner = html`<b>${'<&>"\''}</b>`;
    expect(html`<p title="${'"x"'}">${[inner, 1, null, ' a<b ']}</p>`.text).toBe(
      '<p title="&quot;x&quot;"><b>&lt;&amp;&gt;&quot;&apos;</b>1 a&lt;b </p>',
    );
  });
});
