import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { failReasons, skipReasons } from '../../src/domain/reasons.js';
import { type EventResult, RunReportSchema } from '../../src/report/schema.js';
import { createRedactor } from '../../src/text/redact.js';
import { CONTROL, failed, hostileNames, injected, repaired, report, skipped, twoOrders } from './helpers.js';

const runError = { code: 'UPSTREAM', message: 'Revel is down.', hint: null };

describe('buildReport', () => {
  it('has the published shape', () => {
    const changes = [{ action: 'create_order', establishment: 8 }];
    expect(report([injected('61000001', { changes })])).toEqual({
      success: true,
      mode: 'bulk',
      dry_run: false,
      trigger: 'manual',
      correlation_id: '1a2b3c4d',
      started_at: '2026-11-14T20:00:00.000Z',
      duration_ms: 812,
      window: { from: '2026-11-12', to: '2026-11-14' },
      summary: { queried: 1, injected: 1, repaired: 0, skipped: 0, failed: 0 },
      events: [
        {
          id: '61000001',
          name: 'Alder Rehearsal Dinner',
          date: '2026-11-14',
          location: 'Special Events',
          status: 'injected',
          reason: null,
          revel_order_id: '10684001',
          links: { event: null, order: null },
          total: '1421.31',
          error: null,
          differences: [],
          orders: [],
          notes: [],
          changes: [{ action: 'create_order', establishment: 8 }],
        },
      ],
      error: null,
      requests: { tripleseat: 3, revel: 7 },
    });
  });

  it('counts, and is a success only without failures and errors', () => {
    const { summary, success } = report([
      injected('1'),
      repaired('2'),
      skipped('3'),
      skipped('4'),
      failed('5'),
    ]);
    expect(summary).toEqual({ queried: 5, injected: 1, repaired: 1, skipped: 2, failed: 1 });
    expect(success).toBe(false);
    expect(report([skipped('3')]).success).toBe(true);
    expect(report([]).success).toBe(true);
    expect(report([skipped('3')], { error: runError }).success).toBe(false);
  });

  it('has no window in single mode', () => {
    expect(report([], { mode: 'single' }).window).toBeNull();
  });

  it.each(hostileNames)('cleans a name with %s wherever it stands', (_, name) => {
    const changes = [{ action: 'add_item', name, nested: [{ name }] }];
    const differences = [{ field: 'line' as const, name, event: name, order: name }];
    const built = report(
      [
        failed('1', {
          name,
          date: name,
          location: name,
          revel_order_id: name,
          error: name,
          notes: [name],
          changes,
          differences,
          orders: twoOrders({ id: name, made: name, by: name, paid: name, elsewhere: name }),
        }),
      ],
      {
        error: { code: 'ABORTED', message: name, hint: name },
      },
    );
    expect(RunReportSchema.parse(built)).toEqual(built);
    const texts: string[] = [];
    JSON.stringify(built, (_key, value) => {
      if (typeof value === 'string') texts.push(value);
      return value;
    });
    for (const text of texts) {
      expect(text).not.toMatch(CONTROL);
      expect(text).not.toContain('\n');
      expect([...text].length).toBeLessThanOrEqual(4000);
    }
    expect([...(built.events[0]?.name ?? '')].length).toBeLessThanOrEqual(200);
  });

  it('lets no secret through, not even half of one', () => {
    const canary = 'canary-7f3a-7f3a-7f3a-7f3a';
    const redact = createRedactor([canary]);
    for (const lead of [0, 10, 180, 190, 199, 380, 399]) {
      const name = `${'x'.repeat(lead)}${canary}`;
      const split = `cana\u001b[0mry-7f3a-7f3a-7f3a-7f3a`;
      const changes = [{ action: 'add_item', name, list: [split] }];
      const differences = [{ field: 'line' as const, name, event: split, order: name }];
      const built = report(
        [failed('1', { name, error: `${name} ${split}`, notes: [name, split], changes, differences })],
        {
          redact,
          error: { code: 'X', message: canary, hint: split },
        },
      );
      expect(JSON.stringify(built)).not.toMatch(/7f3a|cana/);
    }
  });
});

describe('RunReportSchema', () => {
  const text = fc.oneof(fc.string(), fc.constantFrom(...hostileNames.map(([, name]) => name.slice(0, 300))));
  const common = {
    id: fc.integer({ min: 1, max: 99_999_999 }).map(String),
    name: fc.option(text),
    date: fc.option(fc.constant('2026-11-14')),
    location: fc.option(text),
    revel_order_id: fc.option(fc.integer({ min: 1 }).map(String)),
    links: fc.record({ event: fc.option(fc.webUrl()), order: fc.option(fc.webUrl()) }),
    total: fc.option(fc.integer({ min: -9999, max: 999_999 }).map((value) => (value / 100).toFixed(2))),
    error: fc.option(text),
    differences: fc.array(
      fc.record({
        field: fc.constant('line' as const),
        name: text,
        event: fc.option(text),
        order: fc.option(text),
      }),
      { maxLength: 2 },
    ),
    orders: fc.constantFrom(twoOrders(), []),
    notes: fc.array(text, { maxLength: 3 }),
    changes: fc.array(fc.record({ action: fc.constant('add_item'), name: text, n: fc.integer() }), {
      maxLength: 3,
    }),
  };
  const event: fc.Arbitrary<EventResult> = fc.oneof(
    fc.record({ ...common, status: fc.constantFrom('injected', 'repaired'), reason: fc.constant(null) }),
    fc.record({
      ...common,
      status: fc.constant('skipped' as const),
      reason: fc.constantFrom(...skipReasons),
    }),
    fc.record({ ...common, status: fc.constant('failed' as const), reason: fc.constantFrom(...failReasons) }),
  );
  const error = fc.option(fc.record({ code: fc.constant('UPSTREAM'), message: text, hint: fc.option(text) }));

  it('takes every report that is built, after a journey through JSON', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 8 }), error, fc.boolean(), (events, runFault, single) => {
        const built = report(events, { error: runFault, mode: single ? 'single' : 'bulk' });
        expect(RunReportSchema.parse(JSON.parse(JSON.stringify(built)))).toEqual(built);
        const { queried, injected: made, repaired: mended, skipped: left, failed: lost } = built.summary;
        expect(queried).toBe(made + mended + left + lost);
        expect(built.success).toBe(lost === 0 && runFault === null);
      }),
      { numRuns: 200 },
    );
  });

  it('takes one of a version that knew of no orders', () => {
    const { orders: _, ...old } = failed('1');
    const built = report([failed('1')]);
    expect(RunReportSchema.parse({ ...built, events: [old] })).toEqual(built);
  });

  const good = report([injected('1'), failed('2')]);
  const [first, second] = good.events;
  it.each([
    ['a wrong sum', { ...good, summary: { ...good.summary, queried: 3 } }],
    ['counts that are swapped', { ...good, summary: { ...good.summary, injected: 0, repaired: 1 } }],
    ['a success that is none', { ...good, success: true }],
    ['an unknown field', { ...good, extra: 1 }],
    ['a bad correlation id', { ...good, correlation_id: 'XYZ' }],
    ['a reason for an injected event', { ...good, events: [{ ...first, reason: 'DRIFT' }, second] }],
    ['a skip reason for a failure', { ...good, events: [first, { ...second, reason: 'LOCKED' }] }],
    ['a failure without a reason', { ...good, events: [first, { ...second, reason: null }] }],
    ['an id that is no number', { ...good, events: [{ ...first, id: '1; rm' }, second] }],
    ['a total with fractions of a cent', { ...good, events: [{ ...first, total: '1.005' }, second] }],
    ['a window in single mode', { ...good, mode: 'single' }],
    ['a change without an action', { ...good, events: [{ ...first, changes: [{}] }, second] }],
  ])('refuses %s', (_, document) => {
    expect(RunReportSchema.safeParse(good).success).toBe(true);
    expect(RunReportSchema.safeParse(document).success).toBe(false);
  });
});
