import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { migrations } from '../../../src/state/postgres/migrations.js';
import { openPostgres } from '../../../src/state/postgres/open.js';
import { openTableQueue } from '../../../src/state/postgres/queue.js';
import { migrate } from '../../../src/state/postgres/schema.js';
import { seal } from '../../../src/state/postgres/seal.js';
import type { Delivery, Queue, Taken } from '../../../src/state/primitives.js';
import { describeWithPostgres, PostgresServer } from '../../helpers/postgres.js';
import { PostgresProxy } from '../../helpers/postgres-proxy.js';
import { collect, eventId, eventRecord, jumpingClock, mailed, tokens } from '../support.js';

// Each test makes a database.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

const EVENT = eventId('61000001');

function delivery(run: string, event = EVENT): Delivery {
  return { event, run, at: 5 };
}

describeWithPostgres('the queue in PostgreSQL', () => {
  let server: PostgresServer;
  let proxy: PostgresProxy;
  let url: string;
  let proxied: string;
  let opened: Queue[];

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
    for (const queue of opened) await queue.close();
    await proxy.close();
  });

  async function open(from = url): Promise<Queue> {
    const queue = await openTableQueue({ url: from });
    opened.push(queue);
    return queue;
  }

  async function take(queue: Queue): Promise<Taken> {
    const taken = await queue.take(EVENT);
    if (taken === null || taken === 'busy') throw new Error('it cannot be taken');
    return taken;
  }

  it('gives an event to one relay at a time, and to the next when that one is gone', async () => {
    const [here, there] = [await open(proxied), await open()];
    await here.push([delivery('00000001')]);
    await take(here);
    expect(await there.take(EVENT)).toBe('busy');
    proxy.setDown(true);
    await expect.poll(async () => (await there.take(EVENT)) !== 'busy').toBe(true);
    expect(await there.owed()).toMatchObject([{ event: EVENT, starts: 2 }]);
  });

  it('lets nobody try again before its time', async () => {
    const [here, there] = [await open(), await open()];
    await here.push([delivery('00000001')]);
    await here.later(await take(here), 60_000, true);
    expect(await there.owed()).toEqual([]);
    expect(await there.take(EVENT)).toBeNull();
    await server.query(url, "UPDATE ts_reconcile.queue SET due_at = due_at - interval '1 minute'");
    expect(await take(there)).toMatchObject({ starts: 2 });
  });

  it('passes over rows that make no sense, and says so once', async () => {
    const said: string[] = [];
    const queue = await openTableQueue({ url, log: (line) => said.push(line) });
    opened.push(queue);
    await queue.push([delivery('00000001')]);
    await server.query(
      url,
      `INSERT INTO ts_reconcile.queue (event, run, at)
       VALUES ('1; DROP', '00000002', 5), ('', '00000003', 5), ('61000009', '--json', 5), ('61000008', '00000004', -1)`,
    );
    expect(await queue.owed()).toMatchObject([{ event: EVENT, run: '00000001' }]);
    expect(await queue.take(eventId('61000009'))).toBeNull();
    expect(await queue.owed()).toHaveLength(1);
    expect(said).toEqual([
      '4 rows of the queue made no sense; the next sweep finds what they may have been.',
    ]);
    // A delivery puts its row right.
    await queue.push([delivery('00000005', eventId('61000009'))]);
    expect(await queue.owed()).toHaveLength(2);
    expect(await queue.done(await take(queue))).toBe(false);
    expect(await queue.owed()).toMatchObject([{ event: '61000009', run: '00000005' }]);
  });

  it('keeps what another relay acknowledged during the run of this one', async () => {
    const [here, there] = [await open(), await open()];
    await here.push([delivery('00000001')]);
    const taken = await take(here);
    await there.push([delivery('00000002')]);
    expect(await here.done(taken)).toBe(true);
    expect(await there.owed()).toMatchObject([{ run: '00000002' }]);
  });

  it('refuses while the database is away, and works on when it is back', async () => {
    const queue = await open(proxied);
    await queue.push([delivery('00000001')]);
    const taken = await take(queue);
    proxy.setDown(true);
    await expect(queue.push([delivery('00000002')])).rejects.toMatchObject({ code: 'STATE', exitCode: 75 });
    await expect(queue.check()).rejects.toMatchObject({ exitCode: 75 });
    await expect(queue.done(taken)).rejects.toMatchObject({ exitCode: 75 });
    proxy.setDown(false);
    await queue.push([delivery('00000003', eventId('61000002'))]);
    expect(await queue.done(taken)).toBe(false);
    expect(await queue.owed()).toMatchObject([{ event: '61000002' }]);
  });

  it('has what tables of the first version held, after the migration', async () => {
    const old = await server.newEmptyDatabase();
    const key = Buffer.alloc(32, 3);
    await server.query(
      old,
      `CREATE SCHEMA ts_reconcile;
       CREATE TABLE ts_reconcile.migrations (version integer PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now());
       INSERT INTO ts_reconcile.migrations (version) VALUES (1);
       ${migrations[0]}
       INSERT INTO ts_reconcile.tokens VALUES ('current', '\\x${seal(JSON.stringify(tokens()), key, 'tokens').toString('hex')}');
       INSERT INTO ts_reconcile.intents VALUES ('61000001', 'c', 'r', 7, NULL);
       INSERT INTO ts_reconcile.mailed (subject, reason, entry) VALUES ('1', 'DRIFT', '${JSON.stringify(mailed('1'))}');
       INSERT INTO ts_reconcile.journal (batch, part, type, run, sweep, event, line)
         VALUES (gen_random_uuid(), 0, 'event', 'r', false, '61000001', '${JSON.stringify(eventRecord('61000001'))}');
       INSERT INTO ts_reconcile.spool VALUES (gen_random_uuid(), '61000001', '0000000a', 9, gen_random_uuid()),
         (gen_random_uuid(), '61000001', '0000000b', 8, gen_random_uuid())`,
    );
    expect(await migrate(old)).toEqual({ from: 1, to: 2 });
    const store = await openPostgres({ url: old, keys: [key], clock: jumpingClock(), random: Math.random });
    try {
      expect(await store.tokens.read()).toEqual(tokens());
      expect(await store.mailMemory.read()).toEqual([mailed('1')]);
      expect(await collect(store.journal.read())).toEqual([eventRecord('61000001')]);
      const queue = await store.openQueue();
      expect(await queue?.owed()).toMatchObject([{ event: EVENT, run: '0000000b', at: 8 }]);
      await queue?.close();
    } finally {
      await store.close();
    }
  });
});
