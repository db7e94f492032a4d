import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Clock, systemClock } from '../../../src/clock.js';
import { openPostgres, type PostgresOptions } from '../../../src/state/postgres/open.js';
import type { StateStore } from '../../../src/state/types.js';
import { describeWithPostgres, PostgresServer } from '../../helpers/postgres.js';
import { PostgresProxy } from '../../helpers/postgres-proxy.js';
import { collect, eventRecord, tokens } from '../support.js';

// Each test makes a database.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

const KEY = Buffer.alloc(32, 1);
const OTHER_KEY = Buffer.alloc(32, 2);

/** Waits are over at once, so that what is tried again is tried at once. */
const hasty: Clock = { ...systemClock, sleep: () => new Promise((resolve) => setImmediate(resolve)) };

describeWithPostgres('a store in PostgreSQL', () => {
  let server: PostgresServer;
  let proxy: PostgresProxy;
  let url: string;
  let proxied: string;
  let opened: StateStore[];

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
    for (const store of opened) await store.close();
    await proxy.close();
  });

  async function open(options: Partial<PostgresOptions> = {}): Promise<StateStore> {
    const store = await openPostgres({ url, keys: [KEY], clock: hasty, random: Math.random, ...options });
    opened.push(store);
    return store;
  }

  /** Resolves with the sentence once the store is lost. */
  function loss(store: StateStore): Promise<string> {
    return new Promise((resolve) => {
      if (store.locks.lost.aborted) resolve(String(store.locks.lost.reason));
      else
        store.locks.lost.addEventListener('abort', () => resolve(String(store.locks.lost.reason)), {
          once: true,
        });
    });
  }

  const database = () => new URL(url).pathname.slice(1);

  describe('whose connection is gone', () => {
    it('says so at once, gives its locks to others, and refuses whatever needs them', async () => {
      const [a, b] = [await open(), await open({ url: proxied })];
      expect(await b.locks.tryLock('event-1')).not.toBeNull();
      expect(await a.locks.tryLock('event-1')).toBeNull();
      const lost = loss(b);
      proxy.setDown(true);
      expect(await lost).toMatch(
        /^The connection to the state database was lost: .+\. Its locks went with it/,
      );

      const refusal = { code: 'STATE', exitCode: 75 };
      await expect(b.documents.put('kept/1', 'one')).rejects.toMatchObject(refusal);
      await expect(b.locks.tryLock('event-2')).rejects.toMatchObject(refusal);
      await expect(b.tokens.read()).rejects.toMatchObject(refusal);
      await expect.poll(() => a.locks.tryLock('event-1')).not.toBeNull();
    });

    it('hears of it from the server, too', async () => {
      const store = await open();
      const lost = loss(store);
      await server.cutConnections(database());
      expect(await lost).toContain('The connection to the state database was lost');
    });

    it('notices a line that has gone silent, long before the server gives its locks away', async () => {
      const store = await open({ url: proxied, heartbeat: { everyMs: 50, answerMs: 100 } });
      await store.locks.tryLock('event-1');
      const lost = loss(store);
      proxy.freeze();
      expect(await lost).toContain('it does not answer');
    });

    it('stays one while nothing happens', async () => {
      const store = await open({ url: proxied, heartbeat: { everyMs: 10, answerMs: 5_000 } });
      proxy.arm(null);
      await expect.poll(() => proxy.statements).toBeGreaterThan(5);
      expect(store.locks.lost.aborted).toBe(false);
      expect(await store.locks.tryLock('event-1')).not.toBeNull();
    });

    it('takes a pooler that hands its connection to somebody else for a loss', async () => {
      const [a] = [await open({ url: proxied }), await open({ url: proxied })];
      await a.documents.put('kept/1', 'one');
      proxy.swap();
      await expect(a.documents.put('kept/1', 'one')).rejects.toMatchObject({ exitCode: 75 });
      expect(String(a.locks.lost.reason)).toContain(
        'a connection pooler in transaction mode stands in between',
      );
    });

    it('is asked for its locks once the last answer is five seconds old, by either clock', async () => {
      let [now, steady] = [systemClock.now(), 0];
      const clock: Clock = { now: () => now, steady: () => steady, sleep: hasty.sleep };
      const store = await open({ url: proxied, clock });
      proxy.arm(null);
      await store.locks.confirm();
      [now, steady] = [now + 4_999, steady + 4_999];
      await store.locks.confirm();
      expect(proxy.statements).toBe(0);
      steady += 1;
      await store.locks.confirm();
      expect(proxy.statements).toBe(1);
      // As after a night in which the machine was suspended, or when the clock was put back.
      for (const jump of [3_600_000, -3_600_000]) {
        now += jump;
        await store.locks.confirm();
      }
      expect(proxy.statements).toBe(3);
      proxy.setDown(true);
      await loss(store);
      await expect(store.locks.confirm()).rejects.toMatchObject({ code: 'STATE', exitCode: 75 });
    });

    it('still records what was done, once, and keeps new tokens', async () => {
      const store = await open();
      await store.tokens.write(tokens());
      await server.cutConnections(database());
      await loss(store);
      await store.journal.append([eventRecord('61000001'), eventRecord('61000002')]);
      await store.tokens.write(tokens({ refreshToken: 'refresh-2' }));

      const after = await open();
      expect(await collect(after.journal.read())).toHaveLength(2);
      expect((await after.tokens.read())?.refreshToken).toBe('refresh-2');
    });

    it.each(['before', 'after'] as const)(
      'writes no record twice when it is cut off %s the statement',
      async (side) => {
        const store = await open({ url: proxied });
        proxy.arm({ statement: 0, side });
        await store.journal.append([eventRecord('61000001'), eventRecord('61000002')]);
        expect(store.locks.lost.aborted).toBe(true);
        expect(await collect((await open()).journal.read())).toHaveLength(2);
      },
    );
  });

  it('has other locks once the server was started anew', async () => {
    const own = await PostgresServer.start();
    try {
      const away = await own.newDatabase();
      const before = await open({ url: away });
      await own.kill();
      await own.startAgain();
      const after = await open({ url: away });
      expect(after.locks.reach).not.toBe(before.locks.reach);
      expect(after.locks.reach.split(' ').slice(0, 2)).toEqual(before.locks.reach.split(' ').slice(0, 2));
    } finally {
      await own.close();
    }
  });

  it('loses nothing in a crash that it has told to be durable, however the database is set', async () => {
    const own = await PostgresServer.start();
    try {
      const lazy = await own.newDatabase();
      await own.query(lazy, `ALTER DATABASE ${new URL(lazy).pathname.slice(1)} SET synchronous_commit = off`);
      const store = await open({ url: lazy });
      await store.journal.append([eventRecord('61000001')]);
      await own.kill();
      await own.startAgain();
      expect(await collect((await open({ url: lazy })).journal.read())).toHaveLength(1);
    } finally {
      await own.close();
    }
  });

  describe('that cannot be opened', () => {
    it('tells why, and whether it may pass, without a word of the password', async () => {
      const wrong = (change: (changed: URL) => void) => {
        const changed = new URL(url);
        change(changed);
        return openPostgres({ url: String(changed), keys: [KEY], clock: hasty, random: Math.random });
      };
      const problems = await Promise.all(
        [
          (changed: URL) => {
            changed.port = '1';
          },
          (changed: URL) => {
            changed.password = 'canary-7f3a';
          },
          (changed: URL) => {
            changed.pathname = '/nowhere';
          },
          (changed: URL) => {
            changed.searchParams.set('sslmode', 'require');
          },
          (changed: URL) => {
            changed.searchParams.set('sslrootcert', '/nowhere/ca.pem');
          },
        ].map((change) => wrong(change).catch((error: unknown) => error)),
      );
      expect(problems).toMatchObject([
        { exitCode: 75, message: expect.stringContaining('nothing listens there') },
        { exitCode: 78, message: expect.stringContaining('it refuses the user or the password') },
        { exitCode: 78, message: expect.stringContaining('the database does not exist') },
        { exitCode: 78, message: expect.stringContaining('it has no TLS') },
        { exitCode: 78, message: expect.stringContaining('certificate file') },
      ]);
      const told = problems.map((problem) => `${String(problem)} ${JSON.stringify(problem)}`).join();
      expect(told).not.toContain('canary');
      expect(told).not.toContain(new URL(url).password);
    });
  });

  describe('keeps tokens', () => {
    it('encrypted', async () => {
      const store = await open();
      await store.tokens.write(tokens({ accessToken: 'canary-access', refreshToken: 'canary-refresh' }));
      const rows = await server.query(
        url,
        "SELECT encode(sealed, 'escape') AS sealed, text FROM ts_reconcile.documents",
      );
      expect(rows).toHaveLength(1);
      expect(JSON.stringify(rows)).not.toContain('canary');
    });

    it('across a change of the key', async () => {
      await (await open({ keys: [KEY] })).tokens.write(tokens());
      const both = await open({ keys: [OTHER_KEY, KEY] });
      expect(await both.tokens.read()).toEqual(tokens());
      await both.tokens.write(tokens({ accessToken: 'access-2' }));
      const next = await open({ keys: [OTHER_KEY] });
      expect((await next.tokens.read())?.accessToken).toBe('access-2');
    });

    it('that another key encrypted aside, after having said so', async () => {
      await (await open({ keys: [KEY] })).tokens.write(tokens());
      const said: string[] = [];
      const stranger = await open({ keys: [OTHER_KEY], log: (line) => said.push(line) });
      await expect(stranger.tokens.read()).rejects.toMatchObject({
        code: 'STATE',
        exitCode: 78,
        message: expect.stringContaining('encrypted with a key that STATE_KEY does not hold'),
      });
      await stranger.tokens.write(tokens({ accessToken: 'access-2' }));
      expect(said).toEqual(['The damaged tokens were kept in the state database.']);
      expect((await stranger.tokens.read())?.accessToken).toBe('access-2');
      const slots = await server.query(url, 'SELECT name FROM ts_reconcile.documents ORDER BY name');
      expect(slots).toEqual([{ name: 'tokens' }, { name: 'tokens.damaged' }]);
    });
  });

  describe('keeps what it needs and no more', () => {
    it('deletes old rows once a day', async () => {
      const store = await open();
      await store.journal.append([eventRecord('61000001'), eventRecord('61000002')]);
      await store.tokens.write(tokens());
      // What an earlier version has left.
      await store.documents.put('intents/61000001', '{}');
      const age = (table: string, column: string, condition: string) =>
        server.query(
          url,
          `UPDATE ts_reconcile.${table} SET ${column} = now() - interval '500 days' ${condition}`,
        );
      await age('log', 'written_at', "WHERE line LIKE '%61000001%'");
      await age('documents', 'changed_at', '');
      await store.close();

      const count = async (table: string) =>
        (await server.query(url, `SELECT 1 FROM ts_reconcile.${table}`)).length;
      expect([await count('log'), await count('documents')]).toEqual([1, 1]);

      await age('log', 'written_at', '');
      await (await open()).close();
      expect(await count('log')).toBe(1);
      await age('upkeep', 'done_at', '');
      await (await open()).close();
      expect(await count('log')).toBe(0);
    });
  });
});
