import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Clock, systemClock } from '../../src/clock.js';
import { loadConfig, needsOf } from '../../src/config/load.js';
import { openSandbox, type Sandbox, serveSandbox, whileStopped } from '../../src/sandbox/index.js';

const DAY = 86_400_000;
const START = Date.parse('2026-11-14T20:00:00Z');

let stateDir = '';
let now = START;
let open: Sandbox[] = [];
const clock: Clock = { now: () => now, steady: () => now, sleep: systemClock.sleep };

beforeEach(async () => {
  stateDir = join(await mkdtemp(join(tmpdir(), 'sandbox-')), 'state');
  now = START;
  open = [];
});

afterEach(async () => {
  for (const sandbox of open.reverse()) await sandbox.close();
  await rm(join(stateDir, '..'), { recursive: true, force: true });
});

async function opened(overrides: { clock?: Clock } = {}): Promise<Sandbox> {
  const sandbox = await openSandbox({ stateDir, clock, ...overrides });
  open.push(sandbox);
  return sandbox;
}

async function close(sandbox: Sandbox): Promise<void> {
  open = open.filter((entry) => entry !== sandbox);
  await sandbox.close();
}

const tokenSchema = z.object({ access_token: z.string(), refresh_token: z.string() });
const pageSchema = z.object({ results: z.array(z.object({ id: z.number(), status: z.string() })) });

async function tokens(sandbox: Sandbox, refreshToken: string): Promise<Response> {
  const { env } = sandbox;
  return fetch(env.TRIPLESEAT_TOKEN_URL ?? '', {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'refresh_token',
      client_id: env.TRIPLESEAT_CLIENT_ID ?? '',
      client_secret: env.TRIPLESEAT_CLIENT_SECRET ?? '',
      refresh_token: refreshToken,
    }),
  });
}

async function search(sandbox: Sandbox, token: string) {
  const response = await fetch(`${sandbox.tripleseatUrl}/v1/events/search.json`, {
    headers: { authorization: `Bearer ${token}` },
  });
  return pageSchema.parse(await response.json()).results;
}

async function revelOrders(sandbox: Sandbox): Promise<Response> {
  const { REVEL_API_KEY: key, REVEL_API_SECRET: secret, REVEL_BASE_URL: url } = sandbox.env;
  return fetch(`${url}/resources/Order/?limit=0`, { headers: { 'api-authentication': `${key}:${secret}` } });
}

describe('openSandbox', () => {
  it('serves both simulators, filled, to the credentials it hands out', async () => {
    const sandbox = await opened();
    expect(sandbox.note).toBeNull();
    const token = tokenSchema.parse(
      await (await tokens(sandbox, sandbox.env.TRIPLESEAT_REFRESH_TOKEN ?? '')).json(),
    );
    expect((await search(sandbox, token.access_token)).length).toBeGreaterThanOrEqual(25);
    const orders = await revelOrders(sandbox);
    expect(orders.status).toBe(200);
    expect(await orders.json()).toMatchObject({ meta: { total_count: expect.any(Number) } });
  });

  it('hands out variables that make a complete configuration, without reading any other', async () => {
    const { env, tripleseatUrl, revelUrl } = await opened();
    const config = loadConfig({ env, cwd: stateDir, needs: needsOf.sync });
    expect(config.tripleseat).toMatchObject({
      baseUrl: tripleseatUrl,
      authorizeUrl: `${tripleseatUrl}/oauth2/authorize`,
    });
    expect(config.revel.baseUrl).toBe(revelUrl);
    expect(config.locations.map(({ name }) => name)).toEqual([
      'Special Events',
      'Lakeside Catering',
      'Harbor Room',
    ]);
    expect(config.stateDir).toBe(join(stateDir, 'sandbox', 'state'));
  });

  it('keeps to itself: directories 0700, files 0600', async () => {
    const sandbox = await opened();
    await tokens(sandbox, 'x');
    const root = join(stateDir, 'sandbox');
    for (const path of [stateDir, root]) expect((await stat(path)).mode & 0o777).toBe(0o700);
    const names = await readdir(root);
    expect(names.sort()).toEqual([
      'locations.json',
      'revel.json',
      'server.json',
      'tripleseat.json',
      'world.json',
    ]);
    for (const name of names)
      expect([name, (await stat(join(root, name))).mode & 0o777]).toEqual([name, 0o600]);
  });

  it('finds everything as it was left, tokens included', async () => {
    const first = await opened();
    const pair = tokenSchema.parse(
      await (await tokens(first, first.env.TRIPLESEAT_REFRESH_TOKEN ?? '')).json(),
    );
    const [event] = await search(first, pair.access_token);
    await fetch(`${first.tripleseatUrl}/__sim/do/desk-edit`, {
      method: 'POST',
      body: JSON.stringify({ id: event?.id, status: 'LOST' }),
    });
    await close(first);
    const second = await opened();
    expect((await search(second, pair.access_token)).find(({ id }) => id === event?.id)?.status).toBe('LOST');
    expect((await tokens(second, pair.refresh_token)).status).toBe(200);
    expect((await tokens(second, pair.refresh_token)).status).toBe(400);
  });

  it('takes its first refresh token again each time it is opened, and once', async () => {
    const first = await opened();
    const token = first.env.TRIPLESEAT_REFRESH_TOKEN ?? '';
    expect((await tokens(first, token)).status).toBe(200);
    expect((await tokens(first, token)).status).toBe(400);
    const joined = await opened();
    expect((await tokens(joined, token)).status).toBe(200);
    expect((await tokens(joined, token)).status).toBe(400);
  });

  it('says that a world of another day is old, and leaves it as it is', async () => {
    const first = await opened();
    await close(first);
    const before = await readFile(join(stateDir, 'sandbox', 'tripleseat.json'), 'utf8');
    now = START + 2 * 3_600_000;
    const sameDay = await opened();
    expect(sameDay.note).toBeNull();
    await close(sameDay);
    now = START + 3 * DAY;
    const later = await opened();
    expect(later.note).toMatch(/2026-11-14.*sandbox reset/);
    expect(await readFile(join(stateDir, 'sandbox', 'tripleseat.json'), 'utf8')).toBe(before);
  });

  it('joins a sandbox that is served already, and the server outlives its guests', async () => {
    const server = await opened();
    const guest = await opened();
    expect([guest.tripleseatUrl, guest.revelUrl]).toEqual([server.tripleseatUrl, server.revelUrl]);
    expect(guest.env).toEqual(server.env);
    let closed = false;
    const closing = close(server).then(() => {
      closed = true;
    });
    expect((await revelOrders(guest)).status).toBe(200);
    expect(closed).toBe(false);
    await close(guest);
    await closing;
    await expect(revelOrders(guest)).rejects.toThrow();
  });

  it('lets one of several that come at once serve, and the others join', async () => {
    const all = await Promise.all([opened(), opened(), opened(), opened()]);
    expect(new Set(all.map(({ tripleseatUrl }) => tripleseatUrl)).size).toBe(1);
    // The one that serves waits for its guests, so all of them close together.
    open = [];
    await Promise.all(all.map((sandbox) => sandbox.close()));
    expect(existsSync(join(stateDir, 'sandbox', 'server.json'))).toBe(false);
  });

  it('takes over from a server that died without a word', async () => {
    const first = await opened();
    const record = await readFile(join(stateDir, 'sandbox', 'server.json'), 'utf8');
    await close(first);
    await writeFile(join(stateDir, 'sandbox', 'server.json'), record);
    const second = await opened();
    expect((await revelOrders(second)).status).toBe(200);
  });

  it('gives up on a server that holds the sandbox but does not answer', async () => {
    let time = START;
    const impatient: Clock = {
      now: () => time,
      steady: () => time,
      sleep: async (ms) => {
        time += ms;
      },
    };
    const done = await whileStopped({ stateDir, clock }, async () => {
      await expect(openSandbox({ stateDir, clock: impatient })).rejects.toMatchObject({
        code: 'LOCKED',
        exitCode: 75,
      });
    });
    expect(done).toBe(true);
  });

  it('reports damaged data with what to do, and can be opened after a port clash', async () => {
    const first = await opened();
    const taken = Number(new URL(first.revelUrl).port);
    const other = { stateDir: `${stateDir}-2`, clock };
    await expect(openSandbox({ ...other, ports: { revel: taken } })).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining(String(taken)),
    });
    const second = await openSandbox(other);
    await second.close();
    await close(first);
    await writeFile(join(stateDir, 'sandbox', 'revel.json'), '{"nonsense":');
    await expect(opened()).rejects.toMatchObject({
      code: 'STATE',
      hint: expect.stringContaining('sandbox reset'),
    });
    expect(await serveSandbox({ ...other })).not.toBeNull();
  });

  it('makes a new world when the seeding was cut short', async () => {
    const first = await opened();
    await close(first);
    await rm(join(stateDir, 'sandbox', 'world.json'));
    await writeFile(join(stateDir, 'sandbox', 'revel.json'), '{"half":');
    const second = await opened();
    expect((await revelOrders(second)).status).toBe(200);
  });
});
