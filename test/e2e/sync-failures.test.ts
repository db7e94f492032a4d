import { spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { disturbances, wrongWith } from '../helpers/check.js';
import { binPath, type CliResult, runCli, startCli, syncArgs } from '../helpers/cli.js';
import { SWEEP as SWEEP_HERE, syncHere } from '../helpers/sync-here.js';
import { TestWorld } from '../helpers/world.js';

let world: TestWorld;
beforeEach(async () => {
  world = await TestWorld.start();
});
afterEach(() => world.close());

const NOWHERE = 'http://127.0.0.1:1';
/** Of one site: every search that fails is tried four times. */
const SWEEP = ['sync', '--json', '--location', 'Special Events'];

function writes(): string[] {
  return world.revelServer.log
    .entries()
    .filter(({ method }) => method !== 'GET')
    .map(({ method, path }) => `${method} ${path}`);
}

/** What every document must hold, whatever went wrong. */
function expectDocument(result: CliResult, code: number, error: string | null): void {
  expect(result.code, result.stderr).toBe(code);
  expect(result.report).toMatchObject({ success: false, error: error === null ? null : { code: error } });
  expect(result.stdout.trim().split('\n').at(0)).toMatch(/^\{/);
  expect(result.stderr).not.toMatch(/\n\s+at |node:internal/);
}

describe('a service that is down: exit 69, no write, one document', () => {
  it.each([
    ['Tripleseat is not there', { TRIPLESEAT_BASE_URL: NOWHERE }],
    ['Revel is not there', { REVEL_BASE_URL: NOWHERE }],
    ['neither is', { TRIPLESEAT_BASE_URL: NOWHERE, REVEL_BASE_URL: NOWHERE }],
  ])('%s', async (_, changes) => {
    const event = world.addEvent();
    const [single, sweep] = await Promise.all([
      runCli(syncArgs(event), world.env(world.newStateDir(), changes)),
      runCli(SWEEP, world.env(world.newStateDir(), changes)),
    ]);
    expectDocument(single, 69, 'UNAVAILABLE');
    expect(single.report?.events).toMatchObject([{ id: String(event.id), status: 'failed' }]);
    expectDocument(sweep, 69, 'UNAVAILABLE');
    expect(writes()).toEqual([]);
  });

  it.each([
    ['500-before', 'tripleseat'],
    ['html-200', 'revel'],
    ['bad-json', 'revel'],
    ['hang-before', 'revel'],
    ['hang-before', 'tripleseat'],
    ['oversize', 'tripleseat'],
  ] as const)('%s from %s', async (kind, upstream) => {
    const event = world.addEvent();
    const gate = upstream === 'revel' ? world.revelGate : world.tripleseatGate;
    gate.reset(({ path }) => {
      if (path === '/oauth2/token') return { kind: 'none' };
      return kind === 'oversize' ? { kind, bytes: 9_000_000 } : { kind };
    });
    const result = await runCli(syncArgs(event), world.env(world.newStateDir(), { HTTP_TIMEOUT_MS: '300' }));
    expectDocument(result, 69, 'UNAVAILABLE');
    expect(world.revel.orders()).toEqual([]);
    gate.reset();
    expect((await syncHere(world.env(world.newStateDir()), [event])).code).toBe(0);
    expect(wrongWith(world.revel, event)).toEqual([]);
    expect(await disturbances(world, [event], world.newStateDir())).toEqual([]);
  });
});

describe('state that cannot be used: exit 78 and what to do about it, not the fault of a service', () => {
  async function spoiltState(name: string): Promise<string> {
    const dir = world.newStateDir();
    await mkdir(dir, { mode: 0o700 });
    await writeFile(join(dir, name), '{');
    return dir;
  }

  it.each([
    ['for one event', (id: string) => ['sync', '--json', '--event-id', id]],
    ['in a sweep', () => SWEEP],
    ['in a dry run', () => [...SWEEP, '--dry-run']],
  ])('a damaged token file, %s', async (_, args) => {
    const event = world.addEvent();
    const result = await runCli(args(String(event.id)), world.env(await spoiltState('tokens.json')));
    expectDocument(result, 78, 'STATE');
    expect(result.report?.error?.message).toMatch(
      /^The Tripleseat tokens in .*tokens\.json cannot be read \(not JSON\)/,
    );
    expect(result.report?.error?.hint).toMatch(
      /Put back a copy .*sign in again with `ts-reconcile auth login`/,
    );
    expect(result.stderr).toContain('auth login');
    expect(`${result.stdout}${result.stderr}`).not.toMatch(/next run tries again|both services/);
    expect(writes()).toEqual([]);
  });

  it('a folder that cannot be written to, before the first write to Revel', async () => {
    const event = world.addEvent();
    const dir = await spoiltState('journal');
    const result = await runCli(syncArgs(event), world.env(dir));
    expectDocument(result, 78, 'STATE');
    expect(result.report?.error).toMatchObject({
      message: expect.stringContaining(join(dir, 'journal')),
      hint: expect.stringContaining('STATE_DIR'),
    });
    expect(writes()).toEqual([]);
  });

  it.each([
    ['a dry run', [...SWEEP, '--dry-run']],
    ['products', ['products']],
  ])(
    'a place that no token can be kept in does not cost %s the one from the environment',
    async (_, args) => {
      const env = world.env('/proc/ts-reconcile/state', { TRIPLESEAT_REFRESH_TOKEN: 'sandbox-refresh' });
      const result = await runCli(args, env);
      expect(result.code).toBe(78);
      expect(result.stderr).toMatch(
        /TRIPLESEAT_REFRESH_TOKEN was not used.* STATE_DIR .*\/proc\/ts-reconcile/,
      );
      const asked = world.tripleseatServer.log.entries().map(({ path }) => path);
      expect(asked.filter((path) => path.startsWith('/oauth2'))).toEqual([]);
    },
  );
});

describe('credentials that are refused: exit 77', () => {
  it.each<[string, Record<string, string>]>([
    ['by Tripleseat', { TRIPLESEAT_CLIENT_SECRET: 'wrong-secret' }],
    ['by Tripleseat, a dead refresh token', { TRIPLESEAT_REFRESH_TOKEN: 'dead-refresh-token' }],
    ['by Revel', { REVEL_API_SECRET: 'wrong-secret' }],
  ])('%s, at the start', async (_, changes) => {
    const event = world.addEvent();
    const [single, sweep] = await Promise.all([
      runCli(syncArgs(event), world.env(world.newStateDir(), changes)),
      runCli(SWEEP, world.env(world.newStateDir(), changes)),
    ]);
    expectDocument(single, 77, 'CREDENTIALS');
    expectDocument(sweep, 77, 'CREDENTIALS');
    expect(writes()).toEqual([]);
  });

  it.each(['json-401', 'html-200', 'redirect'] as const)(
    'by Tripleseat as %s: one new token, then the end',
    async (loginPage) => {
      const event = world.addEvent();
      world.tripleseat.configure({ loginPage, clientCredentials: 'token-owns-nothing' });
      const result = await runCli(syncArgs(event), world.env(world.newStateDir()));
      expectDocument(result, 77, 'CREDENTIALS');
      expect(
        world.tripleseatServer.log.entries().filter(({ path }) => path === '/oauth2/token'),
      ).toHaveLength(2);
      expect(writes()).toEqual([]);
    },
  );

  it('by Revel for payments alone, in the middle of an order: what was written is told, the next run completes it', async () => {
    const event = world.addEvent();
    world.revel.configure({ permissions: { Payment: 'none' } });
    const dir = world.newStateDir();
    const result = await runCli(syncArgs(event), world.env(dir));
    expectDocument(result, 77, 'CREDENTIALS');
    const [told] = result.report?.events ?? [];
    expect(told).toMatchObject({
      status: 'failed',
      reason: 'ABORTED',
      revel_order_id: String(world.revel.orders()[0]?.id),
    });
    expect(told?.changes.map(({ action }) => action)).toEqual([
      'create_order',
      'add_item',
      'add_item',
      'add_item',
      'add_item',
      'set_totals',
    ]);
    world.revel.configure({ permissions: {} });
    const next = await syncHere(world.env(dir), [event]);
    expect(next.report.events).toMatchObject([{ status: 'repaired' }]);
    expect(wrongWith(world.revel, event)).toEqual([]);
    expect(await disturbances(world, [event], world.newStateDir())).toEqual([]);
  });
});

describe('signals', () => {
  it.each([
    ['SIGTERM', 143, 'POST /resources/OrderItem/'],
    ['SIGINT', 130, 'POST /resources/Order/'],
    ['SIGTERM', 143, 'GET /v1/events/search.json'],
    ['SIGTERM', 143, 'GET /resources/Product/'],
    ['SIGHUP', 143, 'POST /resources/OrderItem/'],
  ] as const)(
    '%s: exit %i, a report, and the next run completes what was begun (at %s)',
    async (signal, code, at) => {
      const event = world.addEvent();
      const dir = world.newStateDir();
      const run = startCli(['sync', '--json'], world.env(dir));
      const strike = ({ method, path }: { method: string; path: string }) => {
        if (`${method} ${path}` === at) run.child.kill(signal);
        // The answer comes after the signal has been taken.
        return { kind: 'delay', ms: 150 } as const;
      };
      world.revelGate.reset(strike);
      world.tripleseatGate.reset(strike);
      const result = await run.done;
      expect(result.code, result.stderr).toBe(code);
      expect(result.report).toMatchObject({
        success: false,
        error: { code: 'STOPPED', message: expect.stringContaining(signal) },
      });
      for (const each of result.report?.events ?? [])
        expect(each).toMatchObject({ status: 'failed', reason: 'ABORTED' });
      const [told] = result.report?.events ?? [];
      const [order] = world.revel.orders();
      expect(told?.revel_order_id ?? null).toBe(order === undefined ? null : String(order.id));
      expect(told?.changes.filter(({ action }) => action === 'add_item') ?? []).toHaveLength(
        order ? world.revel.items(order.id).length : 0,
      );
      world.revelGate.reset();
      world.tripleseatGate.reset();
      const next = await syncHere(world.env(dir), SWEEP_HERE);
      expect(next.code, next.stderr).toBe(0);
      expect(wrongWith(world.revel, event)).toEqual([]);
      expect(await disturbances(world, [event], world.newStateDir())).toEqual([]);
    },
  );

  it.each([
    ['as a shell says', 'nohup "$@"'],
    ['as standard input says, which was a terminal', 'exec "$@" 0> /dev/null'],
  ])('SIGHUP leaves a run alone that was started with nohup (%s)', async (_, script) => {
    const event = world.addEvent();
    const env = world.env(world.newStateDir());
    const command = ['-c', script, 'bash', process.execPath, binPath, ...syncArgs(event)];
    const child = spawn('bash', command, { env, stdio: ['ignore', 'pipe', 'inherit'] });
    world.revelGate.reset(() => {
      child.kill('SIGHUP');
      return { kind: 'none' };
    });
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect(code).toBe(0);
    expect(wrongWith(world.revel, event)).toEqual([]);
  });

  it('MAX_RUN_SECONDS ends a run like a signal', async () => {
    world.addEvent();
    world.revelGate.reset(() => ({ kind: 'delay', ms: 700 }));
    const result = await runCli(['sync', '--json'], world.env(world.newStateDir(), { MAX_RUN_SECONDS: '1' }));
    expect(result.code).toBe(1);
    expect(result.report?.error).toMatchObject({
      code: 'STOPPED',
      message: expect.stringContaining('MAX_RUN_SECONDS'),
    });
  });
});
