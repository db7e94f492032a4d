import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { ExitCode } from '../../src/errors.js';
import { openPostgres } from '../../src/state/postgres/open.js';
import type { StateStore } from '../../src/state/types.js';
import { endState, Watch, wrongWith } from '../helpers/check.js';
import { runCli, startCli, syncArgs } from '../helpers/cli.js';
import { describeWithPostgres, PostgresServer } from '../helpers/postgres.js';
import { hostEnv, STATE_KEY, tokenRequests } from '../helpers/postgres-run.js';
import { SWEEP, syncHere } from '../helpers/sync-here.js';
import { TestWorld, type WorldOptions } from '../helpers/world.js';
import { collect } from '../state/support.js';

describeWithPostgres('hosts that share a database', () => {
  let server: PostgresServer;
  let world: TestWorld;
  let url: string;
  let watch: Watch;
  let onChange: () => void;

  beforeAll(async () => {
    server = await PostgresServer.start();
  });
  afterAll(() => server.close());

  async function newWorld(options: WorldOptions = {}): Promise<void> {
    watch = new Watch();
    onChange = () => undefined;
    const onRevelChange = () => {
      watch.look(world.revel, world.events);
      onChange();
    };
    world = await TestWorld.start({ tripleseat: { clientCredentials: 'off' }, onRevelChange, ...options });
  }
  beforeEach(async () => {
    url = await server.newDatabase();
    await newWorld();
  });
  afterEach(() => world.close());

  function open(): Promise<StateStore> {
    const keys = [Buffer.from(STATE_KEY, 'base64')];
    return openPostgres({ url, keys, clock: systemClock, random: Math.random });
  }

  function wrong(): string[] {
    return [...world.events.flatMap((event) => wrongWith(world.revel, event)), ...watch.problems];
  }

  it.each([8])('%i processes make one order for each event and refresh the tokens once', async (count) => {
    const events = [world.addEvent(), world.addEvent()];
    const runs = await Promise.all(
      Array.from({ length: count }, () => runCli(syncArgs(...events), hostEnv(world, url))),
    );
    expect(runs.map(({ code }) => code)).toEqual(runs.map(() => 0));
    expect(wrong()).toEqual([]);
    // One host did the work on each event; the lock kept the others from even making a header.
    for (const event of events) {
      const name = `Triple Seat_${event.id}`;
      expect(world.revel.orders().filter(({ local_id }) => local_id === name)).toHaveLength(1);
      const injected = runs.filter(({ report }) =>
        report?.events.some(({ id, status }) => id === String(event.id) && status === 'injected'),
      );
      expect(injected).toHaveLength(1);
    }
    expect(tokenRequests(world)).toEqual(['refresh_token']);
    const journal = await open();
    const records = await collect(journal.journal.read());
    await journal.close();
    expect(records.filter(({ type }) => type === 'run-end')).toHaveLength(count);
  });

  it('tells the history of all hosts, and what stands, on any of them', async () => {
    const good = world.addEvent();
    const bad = world.addEvent({ documents: [{ lines: [{ name: 'Unicorn Steak', price: 1000 }] }] });
    const here = hostEnv(world, url);
    const there = hostEnv(world, url);
    const history = async (...args: string[]) => {
      const { code, stdout, stderr } = await runCli(['history', '--json', ...args], there);
      const document = JSON.parse(stdout);
      expect([code, stderr]).toEqual([document.failures?.length > 0 ? 1 : 0, '']);
      return document;
    };
    expect((await syncHere(here, SWEEP, { trigger: 'cron' })).code).toBe(1);
    expect((await syncHere(there, [good], { correlationId: '1a2b3c4d' })).code).toBe(0);

    const [order] = world.revel.orders();
    expect((await history()).runs).toMatchObject([
      { mode: 'bulk', trigger: 'cron', exit: 1, complete: true, summary: { injected: 1, failed: 1 } },
      { run: '1a2b3c4d', mode: 'single', exit: 0 },
    ]);
    expect((await history('--event-id', String(good.id))).runs).toMatchObject([
      { events: [{ status: 'injected', revel_order_id: String(order?.id) }] },
      { events: [{ status: 'skipped', reason: 'ALREADY_INJECTED' }] },
    ]);
    const { failures } = await history('--failed');
    expect(failures).toMatchObject([{ id: String(bad.id), reason: 'UNMATCHED_ITEMS', failing_runs: 1 }]);

    // What one host has seen failing, a sweep on another ends.
    world.tripleseat.store.setStatus(bad.id, 'LOST', Date.now());
    expect((await syncHere(there, SWEEP, { trigger: 'cron' })).code).toBe(0);
    expect((await history('--failed')).failures).toEqual([]);
    const text = await runCli(['history', '--event-id', String(bad.id)], there);
    expect(text.stdout).toMatch(/failed UNMATCHED_ITEMS[\s\S]*skipped STATUS_NOT_ELIGIBLE[\s\S]*2 runs/);
    expect((await history('--since', '1h')).runs).toHaveLength(3);
  });

  it('has no history to tell while the database is away', async () => {
    const away = await runCli(['history'], {
      ...hostEnv(world, url),
      STATE_URL: 'postgres://a:b@127.0.0.1:1/x',
    });
    expect(away.code).toBe(ExitCode.locked);
    expect(away.stderr).not.toMatch(/at .*\.c?js|a:b/);
  });

  it('lets one sweep at a time run, whichever host it is on', async () => {
    world.addEvent();
    let begin = (): void => undefined;
    let goOn = (): void => undefined;
    const begun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    const held = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    world.tripleseatGate.reset(({ path }) => {
      if (!path.startsWith('/v1/events/search')) return { kind: 'none' };
      world.tripleseatGate.hold = held;
      begin();
      return { kind: 'none' };
    });
    const first = runCli(['sync', '--json'], hostEnv(world, url));
    await begun;
    world.tripleseatGate.reset();
    for (let other = 0; other < 2; other += 1) {
      expect((await syncHere(hostEnv(world, url), SWEEP)).code).toBe(ExitCode.locked);
    }
    goOn();
    expect((await first).code).toBe(0);
    expect(wrong()).toEqual([]);
  });

  it('starts nothing while the database is away', async () => {
    const event = world.addEvent();
    const away = new URL(url);
    away.port = '1';
    const run = await runCli(syncArgs(event), hostEnv(world, String(away)));
    expect(run.code).toBe(ExitCode.locked);
    expect(run.stderr).toContain('The state database (STATE_URL) cannot be reached: nothing listens there.');
    expect(run.stderr).not.toContain(away.password);
    expect(world.tripleseatServer.log.entries()).toEqual([]);
    expect(world.revelServer.log.entries()).toEqual([]);
  });

  it('writes nothing with another key than the tokens are encrypted with, and says so', async () => {
    const event = world.addEvent();
    const host = hostEnv(world, url);
    expect((await runCli(syncArgs(event), host)).code).toBe(0);
    const before = world.revel.orders();
    const later = world.addEvent();
    const other = { ...host, STATE_KEY: Buffer.alloc(32, 7).toString('base64') };
    const run = await runCli(syncArgs(later), other);
    expect(run.code).toBe(ExitCode.config);
    expect(run.report?.error).toMatchObject({ code: 'STATE', message: expect.stringContaining('STATE_KEY') });
    expect(run.stderr).toContain('STATE_KEY');
    expect(run.stderr).not.toContain(other.STATE_KEY);
    expect(world.revel.orders()).toEqual(before);
    expect(tokenRequests(world)).toEqual(['refresh_token']);
    // With the old key beside the new one everything goes on.
    const both = { ...other, STATE_KEY: `${other.STATE_KEY},${STATE_KEY}` };
    expect((await runCli(syncArgs(later), both)).code).toBe(0);
    expect(wrong()).toEqual([]);
  });

  it('stops a sweep when the server dies under it, and goes on after a restart', async () => {
    for (let count = 0; count < 12; count += 1) world.addEvent();
    let changes = 0;
    let changesAtDeath: Promise<number> | null = null;
    onChange = () => {
      changes += 1;
      if (changes === 40) changesAtDeath = server.kill().then(() => changes);
    };
    const run = startCli(['sync', '--json', '--hours-back', '48'], hostEnv(world, url));
    const first = await run.done;
    const written = changes;
    expect(changesAtDeath).not.toBeNull();
    const before = (await changesAtDeath) ?? 0;
    await server.startAgain();

    expect(first.code).toBe(ExitCode.locked);
    expect(first.report?.error).toMatchObject({ code: 'STATE_UNAVAILABLE' });
    expect(first.report?.error?.message).toContain('Its locks went with it');
    // Four events were in flight: each may have had one write under way, and one that the news came too late for.
    expect(written - before).toBeLessThanOrEqual(8);
    expect(watch.problems).toEqual(new Set());
    const left = world.events.filter((event) => endState(world.revel, event).live.length === 0);
    expect(left.length).toBeGreaterThan(0);

    const second = await runCli(['sync', '--json'], hostEnv(world, url));
    expect(second.code).toBe(0);
    expect(wrong()).toEqual([]);
  });

  it('divides a sweep into shards that together leave nothing out', async () => {
    const events = Array.from({ length: 9 }, () => world.addEvent());
    const env = hostEnv(world, url);
    const shards = await Promise.all([
      runCli(['sync', '--json', '--shard', '1/3'], env),
      runCli(['sync', '--json', '--shard', '2/3'], hostEnv(world, url)),
    ]);
    expect(shards.map(({ code }) => code)).toEqual([0, 0]);
    const store = await open();
    expect(await store.journal.lastGoodSweep()).toBeNull();
    expect(await store.journal.lastGoodSweep({ index: 2, count: 3 })).not.toBeNull();

    const third = await runCli(['sync', '--json', '--shard', 'auto/3'], {
      ...env,
      JOB_COMPLETION_INDEX: '2',
    });
    expect(third.code).toBe(0);
    const done = [...shards, third].flatMap(({ report }) => report?.events.map(({ id }) => id) ?? []);
    expect(done.sort()).toEqual(events.map(({ id }) => String(id)).sort());
    expect(await store.journal.lastGoodSweep()).not.toBeNull();
    await store.close();
    expect(wrong()).toEqual([]);
  });

  it('lets certify go on where its connection was lost, and says that it was', async () => {
    const shop = 90;
    world.revel.addEstablishment({ id: shop, name: 'Test Kitchen', timezone: 'America/Chicago' });
    world.revel.addPosStation({ id: 40, establishment: shop, name: 'Counter' });
    for (const id of [9001, 9002, 9003])
      world.revel.addProduct({ id, establishment: shop, name: `Test ${id}`, price: 5 });
    const env = hostEnv(world, url);
    const made = () =>
      world.revel.orders().filter(({ establishment }) => establishment.endsWith(`/${shop}/`));
    let cut: Promise<void> | null = null;
    onChange = () => {
      if (cut === null && made().length > 0) cut = server.cutConnections(new URL(url).pathname.slice(1));
    };
    const lost = await runCli(['certify', '--establishment', String(shop), '--yes'], env);
    await cut;
    expect(lost.code).toBe(ExitCode.locked);
    expect(lost.stderr.replaceAll(/\s+/g, ' ')).toMatch(/connection to the state database was lost/);
    expect(lost.stderr.replaceAll(/\s+/g, ' ')).toContain('ts-reconcile certify --continue');
    const before = made().length;

    const resumed = await runCli(['certify', '--continue', '--yes', '--json'], env);
    expect([resumed.code, JSON.parse(resumed.stdout).phases_open]).toEqual([1, [3, 4, 5, 6]]);
    // One of its trials gives two orders the same uuid.
    const names = made().flatMap(({ local_id }) => (local_id?.endsWith(' uuid') ? [] : [local_id]));
    expect(names.length).toBeGreaterThan(before);
    expect(new Set(names).size).toBe(names.length);
  });

  it('refuses a shard that makes no sense', async () => {
    for (const shard of ['4/3', 'auto/3']) {
      const run = await runCli(['sync', '--shard', shard], hostEnv(world, url));
      expect([shard, run.code]).toEqual([shard, ExitCode.usage]);
    }
  });

  it('asks for a migration, which many hosts may carry out at once', async () => {
    const event = world.addEvent();
    const empty = await server.newEmptyDatabase();
    const before = await syncHere(hostEnv(world, empty), [event]);
    expect(before.code).toBe(ExitCode.config);
    expect(before.report.error).toMatchObject({
      message: 'The state database (STATE_URL) has no tables of ts-reconcile yet.',
      hint: 'Run `ts-reconcile state migrate` once.',
    });

    const doctor = await runCli(['doctor'], hostEnv(world, empty));
    expect(doctor.code).not.toBe(0);
    expect(doctor.stdout.replaceAll(/\s+/g, ' ')).toContain('has no tables of ts-reconcile yet');

    const migrations = await Promise.all(
      Array.from({ length: 4 }, () => runCli(['state', 'migrate'], hostEnv(world, empty))),
    );
    expect(migrations.map(({ code, stderr }) => [code, stderr])).toEqual(migrations.map(() => [0, '']));
    expect(migrations.filter(({ stdout }) => stdout.includes('from version 0 to version'))).toHaveLength(1);
    expect(migrations.filter(({ stdout }) => stdout.includes('up to date'))).toHaveLength(3);
    expect((await syncHere(hostEnv(world, empty), [event])).code).toBe(0);
    expect(wrong()).toEqual([]);
  });

  it('refuses tables of another version', async () => {
    const event = world.addEvent();
    await server.query(url, 'INSERT INTO ts_reconcile.migrations (version) VALUES (999)');
    const newer = await syncHere(hostEnv(world, url), [event]);
    expect(newer.code).toBe(ExitCode.config);
    expect(newer.report.error?.message).toContain('version 999, newer than version');

    await server.query(url, 'DELETE FROM ts_reconcile.migrations');
    const older = await syncHere(hostEnv(world, url), [event]);
    expect(older.code).toBe(ExitCode.config);
    expect(older.report.error?.hint).toBe('Run `ts-reconcile state migrate` once.');
    expect(world.revelServer.log.entries()).toEqual([]);
  });
});
