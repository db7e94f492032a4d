import { afterAll, afterEach, it as anyIt, beforeAll, expect, vi } from 'vitest';
import { systemClock } from '../../../src/clock.js';
import { openPostgres } from '../../../src/state/postgres/open.js';
import type { StateStore } from '../../../src/state/types.js';
import { Pooler, pgbouncer } from '../../helpers/pgbouncer.js';
import { describeWithPostgres, PostgresServer } from '../../helpers/postgres.js';
import { eventRecord } from '../support.js';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/** Skipped where there is no PgBouncer (Debian package pgbouncer, or set PGBOUNCER). */
const it = anyIt.runIf(pgbouncer !== null);

describeWithPostgres('behind PgBouncer in transaction mode', () => {
  let server: PostgresServer;
  let pooler: Pooler;
  let opened: StateStore[] = [];

  beforeAll(async () => {
    server = await PostgresServer.start();
  });
  afterAll(() => server.close());
  afterEach(async () => {
    for (const store of opened) await store.close();
    opened = [];
    await pooler.close();
  });

  async function setUp(size: number, roundRobin = false): Promise<string> {
    const url = await server.newDatabase();
    pooler = await Pooler.start(url, size, roundRobin);
    return url;
  }

  async function open(url = pooler.url): Promise<StateStore> {
    const store = await openPostgres({
      url,
      keys: [Buffer.alloc(32)],
      clock: systemClock,
      random: Math.random,
    });
    opened.push(store);
    return store;
  }

  it('a second run on the same connection is refused, and the first one keeps its locks', async () => {
    await setUp(1);
    const first = await open();
    expect(await first.locks.tryLock('event-1')).not.toBeNull();
    await expect(open()).rejects.toMatchObject({
      code: 'STATE',
      exitCode: 78,
      message: expect.stringContaining('a connection pooler in transaction mode stands in between'),
      hint: expect.stringMatching(/pg_terminate_backend\([0-9]+\)/),
    });
    expect(await first.locks.tryLock('event-1')).toBeNull();
    await first.journal.append([eventRecord('61000001')]);
    expect(first.locks.lost.aborted).toBe(false);
  });

  it('a run that ends leaves no lock on the pooled connection', async () => {
    const direct = await setUp(1);
    const first = await open();
    await first.locks.tryLock('event-1');
    await first.close();
    expect(await (await open(direct)).locks.tryLock('event-1')).not.toBeNull();
    await (await open()).close();
  });

  it('a run that is handed another connection is lost, and its locks are free', async () => {
    const direct = await setUp(2, true);
    const store = await open();
    expect(await store.locks.tryLock('event-1')).not.toBeNull();
    // Two at once make the pooler open its second connection, and then it lends them in turn.
    await Promise.all([0.2, 0.2].map((time) => server.query(pooler.url, `SELECT pg_sleep(${time})`)));
    for (let tries = 0; tries < 4; tries += 1) await store.tokens.read().catch(() => null);
    expect(String(store.locks.lost.reason)).toContain(
      'a connection pooler in transaction mode stands in between. Its locks were freed',
    );
    expect(await (await open(direct)).locks.tryLock('event-1')).not.toBeNull();
  });

  it('is told where its locks are held while the pooler lends that connection to somebody else', async () => {
    const direct = await setUp(2);
    const store = await open();
    expect(await store.locks.tryLock('event-1')).not.toBeNull();
    const busy = server.query(pooler.url, 'SELECT pg_sleep(2)').catch(() => null);
    await expect
      .poll(async () => {
        await store.tokens.read().catch(() => null);
        return store.locks.lost.aborted;
      })
      .toBe(true);
    const [, remedy = ''] =
      /until (SELECT \S+) ends it, so nothing more/.exec(String(store.locks.lost.reason)) ?? [];
    const after = await open(direct);
    expect(await after.locks.tryLock('event-1')).toBeNull();
    await server.query(direct, remedy);
    await busy;
    await expect.poll(() => after.locks.tryLock('event-1')).not.toBeNull();
  });
});
