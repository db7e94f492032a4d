import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { places } from '../../src/sandbox/world/places.js';
import { seedWorld } from '../../src/sandbox/world/seed.js';
import { disturbances, wrongWith } from '../helpers/check.js';
import { runCli, syncArgs } from '../helpers/cli.js';
import { TestWorld } from '../helpers/world.js';

let world: TestWorld;
beforeEach(async () => {
  world = await TestWorld.start();
});
afterEach(() => world.close());

function writes(): string[] {
  return world.revelServer.log
    .entries()
    .filter(({ method }) => method !== 'GET')
    .map(({ method, path }) => `${method} ${path}`);
}

async function files(dir: string): Promise<string[]> {
  const found = await readdir(dir, { recursive: true, withFileTypes: true }).catch(() => []);
  return found
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(dir.length + 1))
    .sort();
}

const SECOND_RUN = { status: 'skipped', reason: 'ALREADY_INJECTED', changes: [] };

describe('one event', () => {
  it('dry run, run, second run', async () => {
    const event = world.addEvent();
    const dir = world.newStateDir();
    const dry = await runCli([...syncArgs(event), '--dry-run'], world.env(dir));
    expect(dry.code, dry.stderr).toBe(0);
    expect(dry.report).toMatchObject({
      success: true,
      mode: 'single',
      dry_run: true,
      window: null,
      summary: { queried: 1, injected: 1 },
    });
    expect(writes()).toEqual([]);
    // Tokens that were renewed are kept, under a lock.
    expect((await files(dir)).filter((name) => !['tokens.json', 'locks/key'].includes(name))).toEqual([]);

    const run = await runCli(syncArgs(event), world.env(dir));
    expect(run.code, run.stderr).toBe(0);
    const [planned] = dry.report?.events ?? [];
    const [done] = run.report?.events ?? [];
    expect({ ...done, revel_order_id: null }).toEqual(planned);
    expect(wrongWith(world.revel, event)).toEqual([]);
    expect(done?.revel_order_id).toBe(String(world.revel.orders()[0]?.id));
    expect(done).toMatchObject({
      status: 'injected',
      reason: null,
      error: null,
      date: event.event_date_iso8601,
      location: 'Special Events',
      name: event.name,
    });
    expect(run.report?.requests.revel).toBe(
      world.revelServer.log.entries().length - (dry.report?.requests.revel ?? 0),
    );

    const again = await runCli(syncArgs(event), world.env(dir));
    expect(again.code).toBe(0);
    expect(again.report?.events).toMatchObject([SECOND_RUN]);
    // From nowhere, on a new host, it is the same.
    expect(await disturbances(world, [event], world.newStateDir())).toEqual([]);
  });

  it('comes out the same on a host of another zone', async () => {
    const events = [world.addEvent(), world.addEvent({ start: '23:30', end: '01:30' }, places.harbor)];
    const run = await runCli(syncArgs(...events), world.env(world.newStateDir(), { TZ: 'Asia/Tokyo' }));
    expect(run.code, run.stderr).toBe(0);
    for (const event of events) {
      expect(wrongWith(world.revel, event)).toEqual([]);
      const order = world.revel.orders().find(({ local_id }) => local_id === `Triple Seat_${event.id}`);
      expect(order?.created_date.slice(0, 10)).toBe(event.event_date_iso8601);
    }
    expect(await disturbances(world, events, world.newStateDir())).toEqual([]);
  });

  it('that is not there', async () => {
    const run = await runCli(syncArgs({ id: 99_999_999 }), world.env(world.newStateDir()));
    expect(run.code).toBe(1);
    expect(run.report).toMatchObject({
      success: false,
      events: [
        {
          id: '99999999',
          status: 'failed',
          reason: 'EVENT_NOT_FOUND',
          name: null,
          date: null,
          location: null,
          total: null,
        },
      ],
    });
    expect(writes()).toEqual([]);
  });

  it('among several, one of which is not there', async () => {
    const event = world.addEvent();
    const run = await runCli(syncArgs({ id: 99_999_999 }, event, event), world.env(world.newStateDir()));
    expect(run.code).toBe(1);
    expect(run.report?.summary).toEqual({ queried: 2, injected: 1, repaired: 0, skipped: 0, failed: 1 });
    expect(wrongWith(world.revel, event)).toEqual([]);
    expect(await disturbances(world, [event], world.newStateDir())).toEqual([]);
  });
});

describe('a sweep over the sample world', () => {
  it('comes out as announced, then as settled; a dry run says the same before', async () => {
    const scenarios = seedWorld(world.tripleseat, world.revel, Date.now());
    const dir = world.newStateDir();
    const env = world.env(dir, { CONCURRENCY: '8' });
    const dry = await runCli(['sync', '--json', '--dry-run', '--detailed-exitcode'], env);
    expect(dry.code).toBe(2);
    expect(writes()).toEqual([]);
    const run = await runCli(['sync', '--json', '--trigger', 'cron', '--correlation-id', '0badcafe'], env);
    expect(run.code).toBe(1);
    expect(run.report).toMatchObject({
      success: false,
      mode: 'bulk',
      trigger: 'cron',
      correlation_id: '0badcafe',
      error: null,
    });
    const told = (report: typeof run.report) =>
      (report?.events ?? []).map(({ id, status, reason }) => `${id} ${status} ${reason}`).sort();
    const announced = scenarios
      .map(({ event, expected }) => `${event.id} ${expected.status} ${expected.reason}`)
      .sort();
    expect(told(run.report)).toEqual(announced);
    expect(told(dry.report)).toEqual(announced);
    const byId = (report: typeof run.report) =>
      Object.fromEntries(
        (report?.events ?? []).map(({ revel_order_id: _, error: __, notes: ___, ...rest }) => [
          rest.id,
          rest,
        ]),
      );
    expect(byId(run.report)).toEqual(byId(dry.report));
    // Some are told once, on whichever event is looked at first.
    const notes = (report: typeof run.report) =>
      (report?.events ?? []).flatMap((event) => event.notes).sort();
    expect(notes(run.report)).toEqual(notes(dry.report));
    expect(notes(run.report)).not.toEqual([]);

    const before = writes().length;
    const again = await runCli(['sync', '--json'], env);
    expect(writes().length).toBe(before);
    const settled = announced.map((text) =>
      text.replace(/(injected|repaired) null$/, 'skipped ALREADY_INJECTED'),
    );
    expect(told(again.report)).toEqual(settled);
    expect(again.report?.window).not.toBeNull();
  });
});
