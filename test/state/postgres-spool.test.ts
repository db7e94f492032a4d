import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { openTableSpool } from '../../src/state/postgres/spool.js';
import type { Spool, SpoolEntry } from '../../src/state/types.js';
import { describeWithPostgres, PostgresServer } from '../helpers/postgres.js';
import { PostgresProxy } from '../helpers/postgres-proxy.js';
import { eventId } from './support.js';

// Each test makes a database.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

function entry(id: number, at = id): SpoolEntry {
  return { event: eventId(String(id)), run: '1a2b3c4d', at };
}

const QUICK = { adoptEveryMs: 20 };
const NEVER = { adoptEveryMs: 1_000_000 };

describeWithPostgres('the spool in PostgreSQL', () => {
  let server: PostgresServer;
  let proxy: PostgresProxy;
  let url: string;
  let proxied: string;
  let opened: Spool[];

  beforeAll(async () => {
    server = await PostgresServer.start();
  });
  afterAll(() => server.close());
  beforeEach(async () => {
    url = await server.newDatabase();
    proxy = await PostgresProxy.start(server.port);
    const through = new URL(url);
    through.port = String(proxy.port);
    proxied = String(through);
    opened = [];
  });
  afterEach(async () => {
    for (const spool of opened) await spool.close();
    await proxy.close();
  });

  async function open(options: { url?: string; adoptEveryMs?: number } = NEVER): Promise<Spool> {
    const spool = await openTableSpool({ url, ...options });
    opened.push(spool);
    return spool;
  }

  async function stored(): Promise<string[]> {
    const rows = await server.query(url, 'SELECT event FROM ts_reconcile.spool ORDER BY event');
    return rows.map(({ event }) => String(event));
  }

  it('hands what a closed one left to the next, oldest first, and forgets what was done', async () => {
    const first = await open();
    expect(first.left).toEqual([]);
    await first.add([entry(3, 30), entry(1, 50)]);
    await first.add([entry(2, 10)]);
    await first.remove(entry(1).event);
    await first.close();
    expect((await open()).left).toEqual([entry(2, 10), entry(3, 30)]);
  });

  it('keeps one promise for each event, and the last word of those that were given at once', async () => {
    const spool = await open();
    const all = [
      spool.add([entry(1, 10), entry(2, 10)]),
      spool.remove(entry(1).event),
      spool.remove(entry(2).event),
      spool.add([entry(2, 20)]),
      spool.add([entry(2, 30)]),
    ];
    await Promise.all(all);
    await spool.close();
    expect((await open()).left).toEqual([entry(2, 30)]);
  });

  it('leaves the promises of a living host alone', async () => {
    const first = await open();
    await first.add([entry(1)]);
    const second = await open();
    expect(second.left).toEqual([]);
    await second.add([entry(1, 99)]);
    await second.remove(entry(1).event);
    expect(await stored()).toEqual(['1']);
  });

  it('takes over from a host that dies, and only once however many are left', async () => {
    const dying = await open({ url: proxied, ...NEVER });
    await dying.add([entry(1), entry(2)]);
    const watched = await PostgresProxy.start(server.port);
    const through = new URL(url);
    through.port = String(watched.port);
    const survivors = [await open(QUICK), await open(QUICK), await open({ url: String(through), ...QUICK })];
    const adopted: SpoolEntry[] = [];
    for (const spool of survivors) spool.onAdopted?.((entries) => adopted.push(...entries));
    proxy.setDown(true);
    await expect.poll(() => adopted.length).toBe(2);
    expect(adopted).toEqual([entry(1), entry(2)]);
    watched.arm(null);
    await expect.poll(() => watched.statements).toBeGreaterThan(5);
    expect(adopted).toHaveLength(2);
    expect(await stored()).toEqual(['1', '2']);
    await watched.close();
  });

  it('does not take the end of an earlier run for the fulfilment of an adopted promise', async () => {
    const dying = await open();
    await dying.add([entry(1, 10)]);
    const survivor = await open({ url: proxied, ...QUICK });
    await survivor.add([entry(1, 5)]);
    let removed: Promise<void> | null = null;
    // The run for the survivor's own promise ends while it takes over the other one.
    proxy.onStatement = (sql) => {
      if (sql.includes('taken AS')) removed ??= survivor.remove(entry(1).event);
    };
    const adopted = new Promise((resolve) => survivor.onAdopted?.(resolve));
    await dying.close();
    expect(await adopted).toMatchObject([{ event: '1' }]);
    expect(removed).not.toBeNull();
    await removed;
    expect(await stored()).toEqual(['1']);
    await survivor.remove(entry(1).event);
    expect(await stored()).toEqual([]);
  });

  it('refuses while the database is away, and works on when it is back', async () => {
    const spool = await open({ url: proxied, ...NEVER });
    await spool.add([entry(1)]);
    proxy.setDown(true);
    await expect(spool.add([entry(2)])).rejects.toMatchObject({ code: 'STATE', exitCode: 75 });
    await expect(spool.check()).rejects.toMatchObject({ exitCode: 75 });
    await expect(spool.confirm?.()).rejects.toMatchObject({ exitCode: 75 });
    proxy.setDown(false);
    await spool.add([entry(3)]);
    await spool.check();
    expect(new Set(await stored())).toEqual(new Set(['1', '3']));
  });

  it('writes its promises again after a loss in which another host took them and was done with them', async () => {
    const first = await open({ url: proxied, ...NEVER });
    await first.add([entry(1)]);
    const other = await open(QUICK);
    let done: Promise<void> | null = null;
    other.onAdopted?.(([adopted]) => {
      if (adopted) done = other.remove(adopted.event);
    });
    proxy.setDown(true);
    await expect.poll(() => done).not.toBeNull();
    await done;
    expect(await stored()).toEqual([]);

    proxy.setDown(false);
    await first.confirm?.();
    expect(await stored()).toEqual(['1']);
  });
});
