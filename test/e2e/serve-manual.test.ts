import { writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { RunReportSchema } from '../../src/report/schema.js';
import { TestWorld } from '../helpers/world.js';
import { ends, hold, newDirectory, relayEnv, startFake, startServe, starts, TOKEN } from './helpers/relay.js';

const PATH = '/api/sync/tripleseat';
const WAIT = { timeout: 20_000, interval: 20 };
/** A report of a run that did nothing. */
const REPORT = RunReportSchema.parse({
  success: true,
  mode: 'single',
  dry_run: false,
  trigger: 'manual',
  correlation_id: '1a2b3c4d',
  started_at: '2026-11-14T12:00:00.000Z',
  duration_ms: 1,
  window: null,
  summary: { queried: 0, injected: 0, repaired: 0, skipped: 0, failed: 0 },
  events: [],
  error: null,
  requests: { tripleseat: 0, revel: 0 },
});
const lockedEvent = {
  id: '5',
  name: null,
  date: null,
  location: null,
  revel_order_id: null,
  total: null,
  error: 'Another run is working on this event.',
  differences: [],
  notes: [],
  links: { event: null, order: null },
  changes: [],
  status: 'skipped',
  reason: 'LOCKED',
};
const count = (skipped: number) => ({ ...REPORT.summary, queried: skipped, skipped });
const problem = (code: string) => ({ code, message: 'It is away.', hint: null });
let directory: string;

beforeEach(async () => {
  directory = await newDirectory();
});

function withToken(): Record<string, string> {
  return relayEnv(join(directory, 'state'), { SERVE_TOKEN: TOKEN });
}

/** Status and body of a request with exactly these headers. */
function get(url: string, headers: Record<string, string> = {}): Promise<{ status: number; body: unknown }> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) }));
    });
    sent.on('error', reject).end();
  });
}

/** The first line of the answer to a request that names the whole address (RFC 9112, 3.2.2). */
function absolute(url: string, target: string): Promise<string> {
  const { hostname, port, host } = new URL(url);
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(Number(port), hostname, () =>
      socket.write(`GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`),
    );
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    socket.on('error', reject).on('close', () => resolve(text.split('\r\n')[0] ?? ''));
  });
}

/** The answer to HTTP/1.0, which proxies speak by default. */
function old(url: string): Promise<string> {
  const { hostname, port, pathname, search } = new URL(url);
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(Number(port), hostname, () =>
      socket.write(`GET ${pathname}${search} HTTP/1.0\r\nHost: 127.0.0.1:${port}\r\n\r\n`),
    );
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    socket.on('error', reject).on('close', () => resolve(text));
  });
}

describe('the manual trigger', () => {
  it('answers the report of a run for one event, and of a sweep', async () => {
    const world = await TestWorld.start();
    try {
      const first = String(world.addEvent().id);
      const second = String(world.addEvent().id);
      const stateDir = world.newStateDir();
      const relay = await startServe([], relayEnv(stateDir, world.env(stateDir, { SERVE_TOKEN: TOKEN })));
      const headers = { authorization: `Bearer ${TOKEN}` };

      const single = await get(`${relay.url}${PATH}?event_id=${first}`, headers);
      expect(single.status).toBe(200);
      expect(RunReportSchema.parse(single.body)).toMatchObject({
        success: true,
        mode: 'single',
        trigger: 'manual',
        summary: { queried: 1, injected: 1 },
        events: [{ id: first, status: 'injected' }],
      });
      const sweep = await get(`${relay.url}${PATH}?hours_back=48`, headers);
      expect(sweep.status).toBe(200);
      const report = RunReportSchema.parse(sweep.body);
      expect(report).toMatchObject({ success: true, mode: 'bulk', summary: { queried: 2, injected: 1 } });
      expect(report.events.find(({ id }) => id === second)?.status).toBe('injected');
      expect(relay.stderr).toContain(
        `[sync-${report.correlation_id}] Sync completed - Queried: 2, Injected: 1`,
      );

      const unknown = await get(`${relay.url}${PATH}?event_id=5`, headers);
      expect(unknown.status).toBe(200);
      expect(unknown.body).toMatchObject({ success: false, events: [{ reason: 'EVENT_NOT_FOUND' }] });
      expect(await relay.stop()).toBe(0);
    } finally {
      await world.close();
    }
  });

  it('answers 409 while a sweep is running', async () => {
    const world = await TestWorld.start();
    try {
      world.addEvent();
      const searching = new Promise<void>((resolve) => {
        world.tripleseatGate.reset(({ path }) => {
          if (!path.includes('search')) return { kind: 'none' };
          resolve();
          return { kind: 'delay', ms: 3000 };
        });
      });
      const stateDir = world.newStateDir();
      const relay = await startServe([], relayEnv(stateDir, world.env(stateDir)));
      const first = get(`${relay.url}${PATH}?hours_back=48`);
      await searching;
      const second = await get(`${relay.url}${PATH}?hours_back=48`);
      expect(second.status).toBe(409);
      expect(second.body).toMatchObject({ success: false, mode: 'bulk', error: { code: 'LOCKED' } });
      world.tripleseatGate.reset();
      expect((await first).status).toBe(200);
    } finally {
      await world.close();
    }
  });

  it('names its parameters to whoever sends another one', async () => {
    const relay = await sharedRelay();
    const url = `${relay.url}${PATH}?event_id=1&dry_run=true`;
    const { body } = await get(url, { authorization: `Bearer ${TOKEN}` });
    expect(body).toMatchObject({ error: { message: 'The only parameters are event_id and hours_back.' } });
  });

  it.each([
    '',
    '?event_id=',
    '?event_id=-5',
    '?event_id=5%20',
    '?event_id=1;id',
    '?event_id=--dry-run',
    '?event_id=1%0a2',
    '?event_id=1&event_id=2',
    '?event_id=1&hours_back=5',
    '?hours_back=0',
    '?hours_back=-1',
    '?hours_back=1e9',
    '?hours_back=99999',
    '?hours_back=NaN',
    '?hours=5',
    '?event_id=1&dry_run=true',
    '?__proto__=1',
    '?event_id=1?garbage=1',
    '?hours_back=1?&force',
    '??event_id=1',
  ])('answers 400 to %s', async (query) => {
    const relay = await sharedRelay();
    const { status, body } = await get(`${relay.url}${PATH}${query}`, { authorization: `Bearer ${TOKEN}` });
    expect(status).toBe(400);
    expect(body).toMatchObject({ success: false, error: { code: 'USAGE', message: expect.any(String) } });
  });

  it.each([
    [undefined],
    [''],
    ['Bearer'],
    ['Bearer '],
    ['Bearer wrong'],
    [`Bearer ${TOKEN}x`],
    [`Bearer ${TOKEN.slice(0, -1)}`],
    [`Bearer ${TOKEN.toUpperCase()}`],
    [`Basic ${TOKEN}`],
    [TOKEN],
    [`Bearer ${'x'.repeat(10_000)}`],
  ])('answers 401 to the authorization %s', async (authorization) => {
    const relay = await sharedRelay();
    const { status, body } = await get(
      `${relay.url}${PATH}?event_id=5`,
      authorization === undefined ? {} : { authorization },
    );
    expect(status).toBe(401);
    expect(body).toMatchObject({ success: false, error: { code: 'UNAUTHORIZED' } });
    expect(relay.stderr).not.toContain(TOKEN);
  });

  it('needs no token of direct callers on this host when there is none, and turns others away', async () => {
    await writeFile(join(directory, 'stdout'), JSON.stringify(REPORT));
    const relay = await startFake(directory);
    const url = `${relay.url}${PATH}?event_id=5`;
    expect(await get(url)).toEqual({ status: 200, body: REPORT });
    expect((await starts(directory)).map(({ event }) => event)).toEqual(['5']);
    const indirect: Record<string, string>[] = [
      { 'x-forwarded-for': '203.0.113.5' },
      { forwarded: 'for=203.0.113.5' },
      { 'x-real-ip': '127.0.0.1' },
      { host: 'attacker.example' },
      { host: 'localhost.attacker.example' },
      { origin: 'https://attacker.example' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' },
      { 'x-forwarded-proto': 'https' },
      { 'x-forwarded-port': '443' },
      { 'cf-connecting-ip': '203.0.113.5' },
      { 'do-connecting-ip': '203.0.113.5' },
      { referer: 'https://example.com/' },
      { referer: 'not an address' },
    ];
    for (const headers of indirect) {
      expect((await get(url, headers)).status).toBe(401);
    }
    expect(await old(url)).toMatch(/^HTTP\/1\.1 401 /);
    expect(await absolute(url, `http://attacker.example${PATH}?event_id=5`)).toMatch(/ 401 /);
    expect((await starts(directory)).length).toBe(1);
    expect(await absolute(url, url)).toMatch(/ 200 /);
  });

  it.each([
    [0, 200],
    [1, 200],
    [75, 503],
    [69, 502],
    [77, 500],
    [78, 500],
  ])('answers the report of a run that exits with %i under status %i', async (exit, status) => {
    await writeFile(join(directory, 'stdout'), JSON.stringify(REPORT));
    await writeFile(join(directory, 'exit-5'), String(exit));
    const relay = await startFake(directory);
    expect(await get(`${relay.url}${PATH}?event_id=5`)).toEqual({ status, body: REPORT });
  });

  it.each([
    ['another run that works on everything', { error: problem('LOCKED') }, 409],
    ['another run that works on the event', { events: [lockedEvent], summary: count(1) }, 409],
    ['the database being away', { error: problem('STATE') }, 503],
    [
      'the database that goes away',
      { events: [lockedEvent], summary: count(1), error: problem('STATE_UNAVAILABLE') },
      503,
    ],
  ])('tells %s from what else ends a run with 75', async (_what, over, status) => {
    const report = RunReportSchema.parse({ ...REPORT, success: !('error' in over), ...over });
    await writeFile(join(directory, 'stdout'), JSON.stringify(report));
    await writeFile(join(directory, 'exit-5'), '75');
    const relay = await startFake(directory);
    const answer = await fetch(`${relay.url}${PATH}?event_id=5`);
    expect([answer.status, await answer.json()]).toEqual([status, report]);
    expect(answer.headers.get('retry-after')).toBe(status === 503 ? '30' : null);
  });

  it('passes on nothing that is no report', async () => {
    await writeFile(join(directory, 'stdout'), '{"success":true}');
    const relay = await startFake(directory);
    expect(await get(`${relay.url}${PATH}?event_id=5`)).toMatchObject({
      status: 500,
      body: { success: false, error: { code: 'RUN_FAILED' } },
    });
  });

  it('goes on with a run whose client goes away', async () => {
    const release = await hold(directory);
    const relay = await startFake(directory);
    const client = request(`${relay.url}${PATH}?event_id=5`, { agent: false });
    client.on('error', () => undefined).end();
    await expect.poll(() => starts(directory), WAIT).toHaveLength(1);
    client.destroy();
    expect((await fetch(`${relay.url}/healthz`)).status).toBe(200);
    await release();
    await expect.poll(() => ends(directory), WAIT).toMatchObject([{ event: '5', code: 0 }]);
    await expect.poll(() => relay.stderr, WAIT).toMatch(/\[sync-\w{8}\] The run ended with exit code 0/);
  });

  it('has a bound on runs at once, and lets them finish when the relay stops', async () => {
    const release = await hold(directory);
    const relay = await startFake(directory);
    const asked = [1, 2, 3, 4].map((id) => get(`${relay.url}${PATH}?event_id=${id}`));
    await expect.poll(() => starts(directory), WAIT).toHaveLength(4);
    expect(await get(`${relay.url}${PATH}?event_id=5`)).toMatchObject({
      status: 503,
      body: { error: { code: 'BUSY' } },
    });
    const stopped = relay.stop();
    await expect.poll(() => relay.stderr, WAIT).toContain('Stopping');
    await release();
    for (const answer of asked) expect((await answer).status).toBe(500);
    expect(await stopped).toBe(0);
    expect(await ends(directory)).toHaveLength(4);
  });
});

let shared: ReturnType<typeof startFake> | null = null;
/** One relay with a token for requests that start nothing. */
function sharedRelay(): ReturnType<typeof startFake> {
  shared ??= startFake(directory, {}, withToken());
  return shared;
}
