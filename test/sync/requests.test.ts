import { describe, expect, it } from 'vitest';
import { repeatable } from '../bench/parts/random.js';
import type { FaultDecision } from '../simulators/faults.js';
import { Desk, type DeskRun } from './desk.js';

const NOW = '2026-11-14T20:00:00Z';

function count(run: DeskRun, upstream: 'tripleseat' | 'revel'): number {
  return run.sent.filter((sent) => sent.upstream === upstream && sent.path !== '/resources/Product/').length;
}

function lines(count: number) {
  return {
    documents: [
      {
        lines: Array.from({ length: count }, (_, n) => ({
          name: 'Taco Bar',
          price: 824,
          quantity: String(n + 1),
        })),
        payments: [{ amount: 100 }],
      },
    ],
  };
}

/** Events without an order, at the default request budgets. */
function busyDesk(events: number): Desk {
  const desk = new Desk(NOW, false, true);
  desk.rates = { tripleseat: 8, revel: 5 };
  for (let n = 0; n < events; n += 1) desk.add();
  return desk;
}

describe('requests of a run', () => {
  it.each([1, 5, 40])('a new order with %i lines takes that and 10 more at most', async (n) => {
    const desk = new Desk(NOW);
    const event = desk.add(lines(n));
    const run = await desk.single([event]);
    expect(run.of(event.id).status).toBe('injected');
    expect(count(run, 'revel')).toBeLessThanOrEqual(n + 11);
    // The token and the event.
    expect(count(run, 'tripleseat')).toBe(2);

    const again = await desk.single([event]);
    expect(count(again, 'revel')).toBe(1);
    expect(count(again, 'tripleseat')).toBe(1);
  });

  it('a sweep of 60 events looks them up together', async () => {
    const desk = new Desk(NOW, false, true);
    for (let n = 0; n < 60; n += 1) desk.add(lines(3));
    const first = await desk.sweep({}, { concurrency: 8 });
    expect(first.results).toHaveLength(60);
    expect(count(first, 'revel')).toBeLessThanOrEqual(60 * 11);
    // The token, two searches for each of three sites, one of them of two pages twice, and each event once.
    expect(count(first, 'tripleseat')).toBeLessThanOrEqual(1 + 8 + 60);
    const second = await desk.sweep();
    expect(second.writes).toEqual([]);
    // For the orders of the events, and for the events of the orders.
    expect(count(second, 'revel')).toBe(2);
    // Two searches for each of three sites, one of them of two pages twice, and each event.
    expect(count(second, 'tripleseat')).toBeLessThanOrEqual(8 + 60);
  });

  it.each([20, 100, 500])(
    'with answers after %i ms a sweep uses its budget, and little of it twice',
    async (ms) => {
      const desk = busyDesk(60);
      desk.strike = () => ({ kind: 'delay', ms });
      const startedAt = desk.clock.now();
      const run = await desk.sweep();
      expect(new Set(run.results.map(({ status }) => status))).toEqual(new Set(['injected']));
      const sent = run.sent.filter(({ upstream }) => upstream === 'revel').length;
      expect(sent).toBeLessThanOrEqual(60 * (4 + 8));
      const seconds = (desk.clock.now() - startedAt) / 1_000;
      expect(seconds).toBeLessThanOrEqual((1.1 * sent) / 5 + 5);
    },
  );

  it.each<[string, (odd: boolean) => FaultDecision]>([
    ['429', () => ({ kind: '429', retryAfter: 'none' })],
    ['429 and a Retry-After of a second', () => ({ kind: '429', retryAfter: { seconds: 1 } })],
    ['429 or 503', (odd) => (odd ? { kind: '503' } : { kind: '429', retryAfter: 'none' })],
  ])(
    'a sweep of which three tenths are answered %s ends right with 1.8 times the requests',
    async (_, refusal) => {
      const sweep = async (share: number) => {
        const desk = busyDesk(60);
        const random = repeatable(1);
        desk.random = repeatable(2);
        desk.strike = () => (random() < share ? refusal(random() < 0.5) : { kind: 'delay', ms: 100 });
        const run = await desk.sweep();
        expect(new Set(run.results.map(({ status }) => status))).toEqual(new Set(['injected']));
        return run.sent.length;
      };
      expect(await sweep(0.3)).toBeLessThanOrEqual(1.8 * (await sweep(0)));
    },
  );

  it('products are read once for each shop, and not when nothing needs them', async () => {
    const desk = new Desk(NOW);
    for (let n = 0; n < 5; n += 1) desk.add(lines(1));
    const run = await desk.sweep();
    expect(run.sent.filter(({ path }) => path === '/resources/Product/')).toHaveLength(1);
    const bare = new Desk(NOW);
    bare.add({ status: 'LOST' });
    expect(count(await bare.sweep(), 'revel')).toBe(2);
  });
});
