import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { systemClock } from '../../../src/clock.js';
import type { SharedBudget } from '../../../src/http/budget.js';
import { openPostgres, type PostgresOptions } from '../../../src/state/postgres/open.js';
import type { StateStore } from '../../../src/state/types.js';
import { describeWithPostgres, PostgresServer } from '../../helpers/postgres.js';

// Each test makes a database.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

const MARGIN_MS = 25;
const LONG = [{ count: 5, span: 60_000 }];

describeWithPostgres('request budgets in PostgreSQL', () => {
  let server: PostgresServer;
  let url: string;
  let opened: StateStore[];

  beforeAll(async () => {
    server = await PostgresServer.start();
  });
  afterAll(() => server.close());
  beforeEach(async () => {
    url = await server.newDatabase();
    opened = [];
  });
  afterEach(async () => {
    for (const store of opened) await store.close();
  });

  async function host(name = 'revel-1', options: Partial<PostgresOptions> = {}): Promise<SharedBudget> {
    const keys = [Buffer.alloc(32, 1)];
    const store = await openPostgres({ url, keys, clock: systemClock, random: Math.random, ...options });
    opened.push(store);
    const budget = store.budget?.(name);
    if (!budget) throw new Error('no budget');
    return budget;
  }

  it('grant no more to all hosts together than one may have', async () => {
    const hosts = await Promise.all(Array.from({ length: 4 }, () => host()));
    const claims = await Promise.all(
      hosts.flatMap((budget) => [budget.claim(1, LONG), budget.claim(2, LONG)]),
    );
    expect(claims.reduce((sum, claim) => sum + (claim?.granted ?? 0), 0)).toBe(5);
    const next = await hosts[0]?.claim(1, LONG);
    expect(next?.granted).toBe(0);
    expect(next?.waitMs).toBeGreaterThan(50_000);
    expect(next?.waitMs).toBeLessThanOrEqual(60_000 + MARGIN_MS);
  });

  it('keep every limit in each window of time, however many ask', async () => {
    const limits = [
      { count: 4, span: 40.5 },
      { count: 10, span: 200 },
    ];
    const hosts = await Promise.all(Array.from({ length: 3 }, () => host()));
    let left = 24;
    await Promise.all(
      hosts.map(async (budget) => {
        while (left > 0) {
          const claim = await budget.claim(2, limits);
          left -= claim?.granted ?? 0;
          await systemClock.sleep(claim?.waitMs ?? 0);
        }
      }),
    );
    const rows = await server.query(url, 'SELECT at FROM ts_reconcile.grants ORDER BY slot');
    const times = rows.map(({ at }) => Number(at));
    expect(times.length).toBeGreaterThanOrEqual(24);
    expect([...times].sort((a, b) => a - b)).toEqual(times);
    for (const { count, span } of limits) {
      const gaps = times.slice(count).map((at, index) => at - (times[index] ?? 0));
      expect(Math.min(...gaps)).toBeGreaterThanOrEqual(span);
    }
  });

  it('are apart for each service', async () => {
    const [revel, tripleseat] = [await host('revel-1'), await host('tripleseat-1')];
    expect((await revel.claim(9, LONG))?.granted).toBe(5);
    expect((await tripleseat.claim(9, LONG))?.granted).toBe(5);
  });

  it('are paused for all hosts at once, and never for long', async () => {
    const [a, b] = [await host(), await host('revel-1', { readOnly: true })];
    await a.pause(Date.now() + 30_000);
    await b.pause(Date.now() + 1_000);
    const paused = await b.claim(1, LONG);
    expect(paused?.granted).toBe(0);
    expect(paused?.waitMs).toBeGreaterThan(20_000);
    await a.pause(Date.now() + 1_000_000_000);
    expect((await b.claim(1, LONG))?.waitMs).toBeLessThanOrEqual(120_000);
  });

  it('are each host’s own when the database is gone', async () => {
    const budget = await host();
    await server.cutConnections(new URL(url).pathname.slice(1));
    expect(await budget.claim(1, LONG)).toBeNull();
    await budget.pause(Date.now() + 1_000);
    expect(await budget.claim(1, LONG)).toBeNull();
  });
});
