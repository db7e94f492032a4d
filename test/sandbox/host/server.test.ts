import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type SimServer, type SimServerOptions, startSimServer } from '../../../src/sandbox/host/server.js';
import { Counter, ManualClock, send } from './helpers.js';

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

  it('that meet a bug of the simulator are answered with it', async () => {
    const { server } = await start();
    expect(await send('GET', `${server.url}/bug`)).toMatchObject({
      status: 500,
      body: 'Simulator error: broken',
    });
  });

  it('rejects when the port is taken', async () => {
    const { server } = await start();
    await expect(start({ port: Number(new URL(server.url).port) })).rejects.toThrow('EADDRINUSE');
  });
});

describe('the control interface', () => {
  it('switches and acts', async () => {
    const { server } = await start();
    expect((await control(server, 'POST', 'config', { a: 1 })).body).toEqual({ ok: true, result: { a: 1 } });
    expect((await control(server, 'POST', 'do/add', 3)).body).toEqual({ ok: true, result: 3 });
    expect(await control(server, 'POST', 'do/fly')).toMatchObject({ status: 400 });
  });

  it('answers what it does not know', async () => {
    const { server } = await start();
    expect((await control(server, 'POST', 'nothing')).status).toBe(404);
    expect((await control(server, 'GET', 'config')).status).toBe(405);
    const broken = await send('POST', `${server.url}/__sim/config`, '{');
    expect([broken.status, broken.body]).toEqual([400, '{"error":"The body is not JSON."}']);
  });
});

describe('the state on disk', () => {
  it('is there before the answer, and only when something changed', async () => {
    const file = temporaryFile();
    const { url, server } = await start({ persistFile: file });
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ count: 0 });
    await send('POST', url);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ count: 1 });
    writeFileSync(file, '"untouched"');
    await send('GET', url);
    expect(readFileSync(file, 'utf8')).toBe('"untouched"');
    await control(server, 'POST', 'do/add', 4);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ count: 5 });
    expect(readdirSync(join(file, '..'))).toEqual(['state.json']);
  });

  it('holds what was committed before the connection went', async () => {
    const file = temporaryFile();
    const { url } = await start({
      persistFile: file,
      between: async (_, outgoing, handle) => {
        handle();
        outgoing.socket?.resetAndDestroy();
      },
    });
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
