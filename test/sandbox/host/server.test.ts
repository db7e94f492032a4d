import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { FaultRule } from '../../../src/sandbox/host/faults.js';
import { createRequestLog } from '../../../src/sandbox/host/log.js';
import { type SimServer, type SimServerOptions, startSimServer } from '../../../src/sandbox/host/server.js';
import { Counter, ManualClock, send, until } from './helpers.js';

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function start(
  options: Partial<SimServerOptions> & { simulator?: Counter } = {},
): Promise<{ server: SimServer; counter: Counter; clock: ManualClock; url: string }> {
  const counter = options.simulator ?? new Counter();
  const clock = new ManualClock();
  const server = await startSimServer({ clock, ...options, simulator: counter });
  cleanups.push(() => server.close());
  return { server, counter, clock, url: `${server.url}/things/` };
}

async function withFault(rule: FaultRule) {
  return await start({ faults: [rule] });
}

function temporaryFile(): string {
  const directory = mkdtempSync(join(tmpdir(), 'sim-'));
  cleanups.push(() => rmSync(directory, { recursive: true }));
  return join(directory, 'state.json');
}

async function control(server: SimServer, method: string, name: string, body?: unknown) {
  const answer = await send(
    method,
    `${server.url}/__sim/${name}`,
    body === undefined ? '' : JSON.stringify(body),
  );
  return { status: answer.status, body: JSON.parse(answer.body) };
}

describe('requests', () => {
  it('reach the simulator as they were sent', async () => {
    const { counter, url } = await start();
    const answer = await send('POST', `${url}?a=1&a=2&b=x%20y`, 'grüße');
    expect(answer).toMatchObject({ status: 200, body: '{"count":1}', headers: { 'content-length': '11' } });
    const [request] = counter.requests;
    expect(request).toMatchObject({ method: 'POST', path: '/things/', body: 'grüße' });
    expect([...(request?.query ?? [])]).toEqual([
      ['a', '1'],
      ['a', '2'],
      ['b', 'x y'],
    ]);
    expect(request?.headers.host).toMatch(/^127\.0\.0\.1:/);
  });

  it('with a body beyond the bound are refused with 413 and not handled', async () => {
    const { counter, url } = await start({ maxBodyBytes: 1000 });
    expect((await send('POST', url, 'x'.repeat(1000))).status).toBe(200);
    expect((await send('POST', url, 'x'.repeat(1001))).status).toBe(413);
    expect(counter.count).toBe(1);
  });

  it('that meet a bug of the simulator are answered with it', async () => {
    const { server } = await start();
    expect(await send('GET', `${server.url}/bug`)).toMatchObject({
      status: 500,
      body: 'Simulator error: broken',
    });
  });

  it('rejects when the port is taken', async () => {
    const { server } = await start();
    await expect(start({ port: server.port })).rejects.toThrow('EADDRINUSE');
  });
});

describe('faults on real sockets', () => {
  it.each<[FaultRule['kind'] & ('refuse' | 'reset-before' | 'reset-after'), number]>([
    ['refuse', 0],
    ['reset-before', 0],
    ['reset-after', 1],
  ])('%s cuts the connection', async (kind, count) => {
    const { counter, url, server } = await withFault({ kind, index: 0 });
    await expect(send('POST', url)).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(counter.count).toBe(count);
    expect(server.log.entries()).toMatchObject([{ index: 0, status: null, fault: kind }]);
    expect((await send('POST', url)).status).toBe(200);
  });

  it.each<['hang-before' | 'hang-after', number]>([
    ['hang-before', 0],
    ['hang-after', 1],
  ])('%s never answers; the client gives up, the server goes on', async (kind, count) => {
    const { counter, url, server } = await withFault({ kind, index: 0 });
    const controller = new AbortController();
    const hanging = send('POST', url, '', controller.signal);
    await until(() => server.log.entries().length === 1);
    expect((await send('GET', url)).status).toBe(200);
    controller.abort();
    await expect(hanging).rejects.toMatchObject({ name: 'AbortError' });
    expect(counter.count).toBe(count);
  });

  it('closing drops connections that hang', async () => {
    const { url, server } = await withFault({ kind: 'hang-before' });
    const hanging = send('GET', url);
    hanging.catch(() => undefined);
    await until(() => server.log.entries().length === 1);
    await server.close();
    await expect(hanging).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  it.each<[FaultRule, number, number]>([
    [{ kind: '500-before' }, 500, 0],
    [{ kind: '500-after' }, 500, 1],
    [{ kind: '502-html' }, 502, 0],
    [{ kind: 'html-200' }, 200, 0],
    [{ kind: '429', retryAfter: { seconds: 2 } }, 429, 0],
    [{ kind: 'bad-json' }, 200, 1],
  ])('%o', async (rule, status, count) => {
    const { counter, url } = await withFault(rule);
    const answer = await send('POST', url);
    expect([answer.status, counter.count]).toEqual([status, count]);
    expect(answer.headers['retry-after']).toBe(rule.kind === '429' ? '2' : undefined);
  });

  it('oversize sends the whole of it', async () => {
    const { url } = await withFault({ kind: 'oversize', bytes: 5_000_000 });
    const answer = await send('GET', url);
    expect(answer.body).toHaveLength('{"count":0}'.length + 5_000_000);
  });

  it('delay commits first and answers when the time has passed', async () => {
    const { counter, clock, url } = await withFault({ kind: 'delay', ms: 700 });
    const answer = send('POST', url);
    await until(() => clock.sleepers.length === 1);
    expect([counter.count, clock.sleepers[0]?.ms]).toEqual([1, 700]);
    clock.sleepers[0]?.wake();
    expect((await answer).status).toBe(200);
  });
});

describe('latency and rate', () => {
  it('latency comes before the request is handled', async () => {
    const { counter, clock, url } = await start({ latencyMs: 30 });
    const answer = send('POST', url);
    await until(() => clock.sleepers.length === 1);
    expect([counter.count, clock.sleepers[0]?.ms]).toEqual([0, 30]);
    clock.sleepers[0]?.wake();
    expect((await answer).status).toBe(200);
  });

  it('more requests in a second than allowed are answered with 429 and not handled', async () => {
    const { counter, clock, url, server } = await start({
      rateLimit: { perSecond: 2, retryAfter: { seconds: 1 } },
    });
    const statuses = [];
    for (let n = 0; n < 3; n++) statuses.push((await send('POST', url)).status);
    expect(statuses).toEqual([200, 200, 429]);
    expect(server.log.entries()[2]).toMatchObject({ fault: 'rate-limit', status: 429 });
    clock.time += 1000;
    expect((await send('POST', url)).status).toBe(200);
    expect(counter.count).toBe(3);
  });
});

describe('the control interface', () => {
  it('shows the log with the bodies of writes and without credentials', async () => {
    const { server, clock, url } = await start();
    await send('GET', `${url}?api_key=hidden&x=1`, 'ignored');
    clock.time += 5;
    await send('POST', url, '{"client_secret":"hidden","n":1}');
    await send('POST', url, 'refresh_token=hidden&grant_type=refresh_token');
    const { status, body } = await control(server, 'GET', 'log');
    expect(status).toBe(200);
    const common = { path: '/things/', status: 200, fault: null };
    expect(body).toEqual([
      { ...common, index: 0, method: 'GET', query: 'api_key=***&x=1', at: clock.time - 5 },
      {
        ...common,
        index: 1,
        method: 'POST',
        query: '',
        at: clock.time,
        body: '{"client_secret":"***","n":1}',
      },
      {
        ...common,
        index: 2,
        method: 'POST',
        query: '',
        at: clock.time,
        body: 'refresh_token=***&grant_type=refresh_token',
      },
    ]);
  });

  it('replaces faults, refuses rules that are none, and is itself never hit', async () => {
    const { server, url } = await start();
    expect(await control(server, 'POST', 'faults', [{ kind: '502-html' }])).toMatchObject({ status: 200 });
    expect((await send('GET', url)).status).toBe(502);
    expect(await control(server, 'POST', 'faults', [{ kind: 'explode' }])).toMatchObject({ status: 400 });
    expect(await control(server, 'POST', 'faults', [{ kind: 'refuse', path: '(' }])).toMatchObject({
      status: 400,
    });
    expect((await send('GET', url)).status).toBe(502);
    expect(await control(server, 'POST', 'faults', [])).toMatchObject({ status: 200 });
    expect((await send('GET', url)).status).toBe(200);
  });

  it('reset starts numbers, counters and log anew', async () => {
    const { server, url } = await withFault({ kind: '502-html', index: 0 });
    expect([(await send('GET', url)).status, (await send('GET', url)).status]).toEqual([502, 200]);
    await control(server, 'POST', 'reset');
    expect(server.log.entries()).toEqual([]);
    expect((await send('GET', url)).status).toBe(502);
    expect(server.log.entries()).toMatchObject([{ index: 0 }]);
  });

  it('reads and restores the state, switches and acts', async () => {
    const { server, counter, url } = await start();
    await send('POST', url);
    expect((await control(server, 'GET', 'state')).body).toEqual({ count: 1 });
    expect((await control(server, 'POST', 'state', { count: 7 })).status).toBe(200);
    expect(counter.count).toBe(7);
    expect(await control(server, 'POST', 'state', {})).toEqual({
      status: 400,
      body: { error: 'This is no count.' },
    });
    expect((await control(server, 'POST', 'config', { a: 1 })).body).toEqual({ ok: true, result: { a: 1 } });
    expect((await control(server, 'POST', 'do/add', 3)).body).toEqual({ ok: true, result: 10 });
    expect(await control(server, 'POST', 'do/fly')).toMatchObject({ status: 400 });
  });

  it('answers what it does not know', async () => {
    const { server } = await start();
    expect((await control(server, 'GET', 'nothing')).status).toBe(404);
    expect((await control(server, 'POST', 'nothing')).status).toBe(404);
    expect((await control(server, 'PATCH', 'state', {})).status).toBe(405);
    const broken = await send('POST', `${server.url}/__sim/faults`, '{');
    expect([broken.status, broken.body]).toEqual([400, '{"error":"The body is not JSON."}']);
  });
});

describe('the state on disk', () => {
  it('is there before the answer, and only when something changed', async () => {
    const file = temporaryFile();
    let changes = 0;
    const { url, server } = await start({ persistFile: file, onChange: () => changes++ });
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ count: 0 });
    await send('POST', url);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ count: 1 });
    writeFileSync(file, '"untouched"');
    await send('GET', url);
    expect(readFileSync(file, 'utf8')).toBe('"untouched"');
    await control(server, 'POST', 'do/add', 4);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ count: 5 });
    expect(changes).toBe(2);
    expect(readdirSync(join(file, '..'))).toEqual(['state.json']);
  });

  it('holds what was committed before the connection went', async () => {
    const file = temporaryFile();
    const { url } = await start({ persistFile: file, faults: [{ kind: 'reset-after' }] });
    await expect(send('POST', url)).rejects.toMatchObject({ code: 'ECONNRESET' });
    const second = await start({ persistFile: file });
    expect(second.counter.count).toBe(1);
  });

  it('that does not fit stops the start', async () => {
    const file = temporaryFile();
    writeFileSync(file, '{"count":"x"}');
    await expect(start({ persistFile: file })).rejects.toThrow('This is no count.');
    writeFileSync(file, '{"cou');
    await expect(start({ persistFile: file })).rejects.toThrow(SyntaxError);
  });
});

it('the log keeps the last entries only', () => {
  const log = createRequestLog(3);
  const request = {
    method: 'POST',
    path: '/',
    query: new URLSearchParams(),
    headers: {},
    body: 'x'.repeat(70_000),
  };
  for (let index = 0; index < 10; index++) log.add(index, request, 0);
  expect(log.entries().map((entry) => entry.index)).toEqual([7, 8, 9]);
  expect(log.entries()[0]?.body).toHaveLength(65_536);
});
