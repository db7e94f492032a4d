import { describe, expect, it } from 'vitest';
import { places } from '../../src/sandbox/world/places.js';
import { exitCodeOf } from '../../src/sync/outcome.js';
import type { SyncRequest } from '../../src/sync/types.js';
import { wrongWith } from '../helpers/check.js';
import { sampleLocations } from '../helpers/settings.js';
import { Desk, outcomes, sweepRequest } from './desk.js';

const NOW = '2026-11-14T20:00:00Z';
const preview = { target: { kind: 'preview', days: 7 }, dryRun: true, force: true } as const;

function withEvents(count: number): { desk: Desk; events: { id: number }[] } {
  const desk = new Desk(NOW);
  return { desk, events: Array.from({ length: count }, () => desk.add()) };
}

describe('more new orders than a run may make', () => {
  it.each(['sweep', 'single'] as const)('in a %s: nothing is written, not even repairs', async (mode) => {
    const { desk, events } = withEvents(4);
    const [first] = events;
    if (!first) throw new Error('there are events');
    // One of them has a beginning already: a run stopped there.
    const stop = new AbortController();
    desk.strike = ({ path }) => {
      if (path === '/resources/OrderItem/') stop.abort('stopped');
      return null;
    };
    await desk.single([first], {}, {}, stop.signal);
    desk.strike = null;
    const settings = { maxCreatesPerRun: 2 };
    const run = mode === 'sweep' ? await desk.sweep({}, settings) : await desk.single(events, {}, settings);
    expect(run.writes).toEqual([]);
    expect(run.problem).toMatchObject({ kind: 'create-limit', message: expect.stringContaining('--force') });
    expect(new Set(run.results.map(({ reason }) => reason))).toEqual(new Set(['CREATE_LIMIT']));
    expect(run.results).toHaveLength(4);
    expect(exitCodeOf(run, sweepRequest, false)).toBe(1);

    const forced =
      mode === 'sweep'
        ? await desk.sweep({ force: true }, settings)
        : await desk.single(events, { force: true }, settings);
    expect(forced.problem).toBeNull();
    expect(forced.results.map(({ status }) => status).sort()).toEqual([
      'injected',
      'injected',
      'injected',
      'repaired',
    ]);
  });

  it.each(['sweep', 'single'] as const)('exactly as many in a %s are made', async (mode) => {
    const { desk, events } = withEvents(3);
    const settings = { maxCreatesPerRun: 3 };
    const run = mode === 'sweep' ? await desk.sweep({}, settings) : await desk.single(events, {}, settings);
    expect(run.results.map(({ status }) => status)).toEqual(['injected', 'injected', 'injected']);
  });

  it('counts creates, not events', async () => {
    const { desk, events } = withEvents(3);
    await desk.sweep();
    desk.add();
    const run = await desk.single([...events, { id: 61_000_004 }], {}, { maxCreatesPerRun: 1 });
    expect(outcomes(run)).toEqual([
      '61000001 skipped ALREADY_INJECTED',
      '61000002 skipped ALREADY_INJECTED',
      '61000003 skipped ALREADY_INJECTED',
      '61000004 injected',
    ]);
  });
});

describe('an API that fails again and again', () => {
  it.each([
    ['Tripleseat', /^\/v1\/events\/\d/],
    ['Revel', /^\/resources\/(OrderItem|Order)\/(\d+\/)?$/],
  ])('stops the sweep after five events: %s', async (_, path) => {
    const { desk } = withEvents(40);
    desk.strike = (sent) => (path.test(sent.path) ? { kind: '500-before' } : null);
    const run = await desk.sweep();
    expect(run.problem).toMatchObject({ kind: 'unavailable' });
    expect(exitCodeOf(run, sweepRequest, false)).toBe(69);
    expect(desk.revel.orders()).toEqual([]);
    const tried = run.results.filter(({ reason }) => reason !== 'ABORTED');
    for (const { reason } of tried) expect(['SOURCE_ERROR', 'REVEL_ERROR']).toContain(reason);
    // Five, and those that were under way by then.
    expect(tried.length).toBeGreaterThanOrEqual(5);
    expect(tried.length).toBeLessThan(20);
    expect(run.results).toHaveLength(40);
  });

  it.each<[string, Partial<SyncRequest>]>([
    ['sweep', {}],
    ['preview', preview],
  ])('stops a %s before all sites of a large account were tried in vain', async (_, request) => {
    const { desk } = withEvents(1);
    desk.strike = ({ path }) => (path.endsWith('/search.json') ? { kind: '500-before' } : null);
    const locations = Array.from({ length: 20 }, (_, index) => ({
      ...(sampleLocations[0] as (typeof sampleLocations)[0]),
      name: `Shop ${index}`,
      tripleseat: { siteId: 100 + index, locationId: null },
    }));
    const run = await desk.run(request, { locations });
    expect(run.problem).toMatchObject({ kind: 'unavailable' });
    // Five searches, four attempts each: nobody asks for all twenty shops.
    expect(run.sent.filter(({ path }) => path.endsWith('/search.json')).length).toBeLessThanOrEqual(20);
  });

  it.each<[string, Partial<SyncRequest>]>([
    ['sweep', {}],
    ['preview', preview],
  ])('is not what one site is whose searches fail, in a %s', async (_, request) => {
    const { desk, events } = withEvents(1);
    desk.strike = ({ path, query }) =>
      path.endsWith('/search.json') && query.get('site_id') !== '15691' ? { kind: '500-before' } : null;
    const run = await desk.run(request);
    expect(run.problem).toMatchObject({ kind: 'incomplete' });
    expect(run.complete).toBe(false);
    expect(outcomes(run)).toEqual([`${events[0]?.id} injected`]);
    expect(exitCodeOf(run, { ...sweepRequest, ...request }, false)).toBe(69);
  });

  it('is what an API is whose answers bear ids that make no sense: a sentence, and nothing is written twice', async () => {
    for (const path of ['/resources/Order/', '/resources/OrderItem/', '/resources/Payment/']) {
      const { desk, events } = withEvents(1);
      desk.edit = (sent, body) =>
        sent.upstream === 'revel' && sent.path === path ? body.replaceAll(/"id": ?(\d+)/g, '"id":-$1') : body;
      const run = await desk.single(events);
      expect(run.results).toMatchObject([{ status: 'failed', reason: 'REVEL_ERROR' }]);
      expect(exitCodeOf(run, sweepRequest, false)).toBe(69);
      desk.edit = null;
      await desk.sweep();
      expect(wrongWith(desk.revel, events[0] as { id: number })).toEqual([]);
      expect((await desk.sweep()).writes).toEqual([]);
    }
  });

  it('is no less one where events are left alone', async () => {
    const desk = new Desk(NOW);
    const [here] = [desk.add(), desk.add({}, places.lake)];
    desk.strike = ({ path }) => (path.startsWith('/resources/') ? { kind: '500-before' } : null);
    const run = await desk.sweep({}, { allowedLocations: [places.west.name] });
    expect(run.of(here.id)).toMatchObject({ status: 'failed', reason: 'REVEL_ERROR' });
    expect(run.complete).toBe(false);
    expect(exitCodeOf(run, sweepRequest, false)).toBe(69);
  });

  it('is not what events are whose figures cannot be read: the others are done, and nothing is tried again', async () => {
    const { desk, events } = withEvents(9);
    for (const event of events.slice(0, 7)) desk.tripleseat.store.putEvent({ ...event, grand_total: 'n/a' });
    const run = await desk.sweep({}, { concurrency: 1 });
    expect(run.problem).toBeNull();
    expect(run.results.filter(({ reason }) => reason === 'SOURCE_ERROR')).toHaveLength(7);
    expect(run.results.filter(({ status }) => status === 'injected')).toHaveLength(2);
    const alone = await desk.single(events.slice(0, 1));
    expect(alone.results).toMatchObject([{ reason: 'SOURCE_ERROR', upstream: false }]);
    expect(exitCodeOf(alone, sweepRequest, false)).toBe(1);
  });

  it('is not what an invoice link is that leads elsewhere', async () => {
    const { desk, events } = withEvents(1);
    const [event] = events;
    if (!event) throw new Error('there is an event');
    const views = [{ name: 'Invoice', url: 'https://elsewhere.example/doc/1' }];
    const documents = [{ id: 1, title: 'Event Order', deleted_at: null, line_items: [], views }];
    desk.tripleseat.store.putEvent({ ...event, booking_id: null, documents });
    const run = await desk.single(events);
    expect(run.results).toMatchObject([{ status: 'failed', reason: 'SOURCE_ERROR', upstream: false }]);
    expect(exitCodeOf(run, sweepRequest, false)).toBe(1);
  });

  it('four times does not stop it: the others are done', async () => {
    const { desk, events } = withEvents(9);
    const bad = new Set(events.slice(2, 6).map(({ id }) => `/v1/events/${id}.json`));
    desk.strike = ({ path }) => (bad.has(path) ? { kind: '500-before' } : null);
    const run = await desk.sweep();
    expect(run.problem).toBeNull();
    expect(run.results.filter(({ reason }) => reason === 'SOURCE_ERROR')).toHaveLength(4);
    expect(run.results.filter(({ status }) => status === 'injected')).toHaveLength(5);
    expect(exitCodeOf(run, sweepRequest, false)).toBe(1);
  });
});

describe('credentials that are refused in the middle of a sweep', () => {
  it.each([
    ['Revel, at a look-up', { path: '/resources/Order/', method: 'GET' }, false],
    ['Revel, at the first payment', { path: '/resources/Payment/', method: 'POST' }, true],
    ['Tripleseat, at the first event', { path: '/v1/events/61000006.json', method: 'GET' }, false],
  ])('end it, and the next sweep goes on from there: %s', async (_, where, isBegun) => {
    const { desk, events } = withEvents(6);
    const { settings } = desk.tripleseat.store;
    let before: number | null = null;
    desk.strike = ({ path, method, upstream }) => {
      if (path !== where.path || method !== where.method) return null;
      before ??= desk.revel.orders().length;
      if (upstream === 'revel') desk.revel.configure({ permissions: { Order: 'none', Payment: 'none' } });
      else desk.tripleseat.control('revoke-tokens', {}, desk.clock.now());
      if (upstream === 'tripleseat')
        desk.tripleseat.store.settings = {
          ...desk.tripleseat.store.settings,
          clientCredentials: 'token-owns-nothing',
        };
      return null;
    };
    const run = await desk.sweep({}, { concurrency: 1, settleMs: 0 });
    expect(run.problem).toMatchObject({ kind: 'credentials' });
    expect(exitCodeOf(run, sweepRequest, false)).toBe(77);
    expect(run.results).toHaveLength(6);
    expect(run.results.every(({ status }) => status === 'failed')).toBe(true);
    expect(run.results.at(-1)).toMatchObject({ reason: 'ABORTED', orderId: null, changes: [] });
    // Orders that wait for nothing but time leave room for others; none is begun after the refusal.
    expect(desk.revel.orders()).toHaveLength(before ?? -1);
    expect(desk.revel.orders().length > 0).toBe(isBegun);
    const begun = run.results.filter(({ changes }) => changes.length > 0);
    expect(begun.map(({ reason, orderId }) => [reason, orderId])).toEqual(
      desk.revel.orders().map(({ id }) => ['ABORTED', String(id)]),
    );

    desk.strike = null;
    desk.tripleseat.store.settings = settings;
    desk.revel.configure({ permissions: {} });
    await desk.sweep();
    for (const event of events) expect(wrongWith(desk.revel, event)).toEqual([]);
    const last = await desk.sweep();
    expect(last.writes).toEqual([]);
    expect(new Set(last.results.map(({ reason }) => reason))).toEqual(new Set(['ALREADY_INJECTED']));
  });
});
