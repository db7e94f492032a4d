import { describe, expect, it } from 'vitest';
import { places } from '../../src/sandbox/world/places.js';
import { wrongWith } from '../helpers/check.js';
import { Desk, type Sent } from './desk.js';

const NOW = '2026-11-14T20:00:00Z';

/** A desk with events, and a signal that is aborted by the first request that `when` likes. */
function stopping(events: number, when: (sent: Sent) => boolean) {
  const desk = new Desk(NOW);
  const made = Array.from({ length: events }, () => desk.add());
  const stop = new AbortController();
  desk.strike = (sent) => {
    if (when(sent)) stop.abort('The run was stopped by SIGTERM.');
    return null;
  };
  return { desk, made, stop: stop.signal };
}

const stopped = { kind: 'stopped', message: 'The run was stopped by SIGTERM.' };

describe('a run that is stopped', () => {
  it('while it searches says so, and not that Tripleseat is down', async () => {
    const { desk, stop } = stopping(3, ({ path }) => path.endsWith('/search.json'));
    const run = await desk.sweep({}, {}, stop);
    expect(run.problem).toEqual(stopped);
    expect(run.complete).toBe(false);
    expect(run.writes).toEqual([]);
  });

  it('while it looks for orders says so, and not that Revel is down', async () => {
    const { desk, stop } = stopping(
      8,
      ({ path, method }) => path === '/resources/Order/' && method === 'GET',
    );
    const run = await desk.sweep({}, {}, stop);
    expect(run.problem).toEqual(stopped);
    expect(run.results.map(({ status, reason }) => `${status} ${reason}`)).toEqual(
      Array(8).fill('failed ABORTED'),
    );
    expect(run.writes).toEqual([]);
  });

  it('with many events in flight says so for each of them', async () => {
    const { desk, stop } = stopping(12, ({ path }) => path.startsWith('/v1/events/6'));
    const run = await desk.sweep({}, { concurrency: 32, revelRps: 1_000 }, stop);
    expect(run.problem).toEqual(stopped);
    expect(new Set(run.results.map(({ reason }) => reason))).toEqual(new Set(['ABORTED']));
    expect(run.results).toHaveLength(12);
    expect(run.writes).toEqual([]);
  });

  it('says that it was stopped also where a part of the search had failed before', async () => {
    const desk = new Desk(NOW);
    desk.add();
    desk.add({}, places.lake);
    const stop = new AbortController();
    desk.strike = ({ path, query }) => {
      if (path === '/resources/Order/') stop.abort('The run was stopped by SIGTERM.');
      const isFailing = path.endsWith('/search.json') && query.get('site_id') === String(places.lake.siteId);
      return isFailing ? { kind: '500-before' } : null;
    };
    const run = await desk.sweep({}, {}, stop.signal);
    expect(run.problem).toEqual(stopped);
    expect(run.results.map(({ reason }) => reason)).toEqual(['ABORTED']);
    expect(run.results[0]?.error).toContain('SIGTERM');
  });

  it('in the middle of an order finishes the write in flight; the next run completes the order', async () => {
    const writes = [
      'POST /resources/Order/',
      'POST /resources/OrderItem/',
      'POST /resources/Payment/',
      'PATCH /resources/Order/',
      'POST /resources/OrderHistory/',
    ];
    for (const write of writes) {
      const { desk, made, stop } = stopping(1, ({ method, path }) => `${method} ${path}`.startsWith(write));
      const [event] = made;
      if (!event) throw new Error('there is an event');
      const run = await desk.sweep({}, {}, stop);
      expect(run.problem, write).toEqual(stopped);
      const result = run.of(event.id);
      expect([result.status, result.reason], write).toEqual(['failed', 'ABORTED']);
      expect(result.changes.length, write).toBeGreaterThan(0);
      expect(result.orderId, write).not.toBeNull();
      // Whatever was reported stands there, the write in flight included.
      const order = desk.revel.orders().find(({ id }) => String(id) === result.orderId);
      const items = desk.revel.items(order?.id ?? 0).length;
      expect(
        result.changes.filter(({ action }) => action === 'add_item'),
        write,
      ).toHaveLength(items);

      desk.strike = null;
      const next = await desk.sweep();
      expect(next.problem, write).toBeNull();
      expect(wrongWith(desk.revel, event), write).toEqual([]);
      expect((await desk.sweep()).writes, write).toEqual([]);
    }
  });

  it('when an order has been read back has finished it', async () => {
    let isShown = false;
    const { desk, made, stop } = stopping(1, ({ method, path }) => {
      const wasShown = isShown;
      isShown ||= method === 'POST' && path === '/resources/OrderHistory/';
      return wasShown && method === 'GET' && path.startsWith('/resources/Order/1');
    });
    const [event] = made;
    if (!event) throw new Error('there is an event');
    const run = await desk.single([event], {}, {}, stop);
    expect(stop.aborted).toBe(true);
    expect(run.of(event.id)).toMatchObject({ status: 'injected', reason: null });
    desk.strike = null;
    expect((await desk.sweep()).writes).toEqual([]);
  });

  it('before it begins does nothing', async () => {
    const desk = new Desk(NOW);
    const event = desk.add();
    const stop = AbortSignal.abort('The run was stopped by SIGINT.');
    expect(await desk.sweep({}, {}, stop)).toMatchObject({ problem: { kind: 'stopped' }, sent: [] });
    const single = await desk.single([event], {}, {}, stop);
    expect(single).toMatchObject({
      problem: { kind: 'stopped' },
      results: [{ reason: 'ABORTED' }],
      sent: [],
    });
  });
});
