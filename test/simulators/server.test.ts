import { afterEach, describe, expect, it } from 'vitest';
import { Counter, send, until } from '../sandbox/host/helpers.js';
import type { FaultDecision } from './faults.js';
import { createRequestLog } from './log.js';
import { startTroubledServer, type Troubles } from './server.js';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

/** A server whose first request meets the fault. */
async function withFault(fault: FaultDecision, more: Partial<Troubles> = {}) {
  const counter = new Counter();
  let asked = 0;
  const server = await startTroubledServer({
    simulator: counter,
    decide: () => (asked++ === 0 ? fault : { kind: 'none' }),
    ...more,
  });
  cleanups.push(() => server.close());
  return { server, counter, url: `${server.url}/things/` };
}

describe('faults on real sockets', () => {
  it.each([
    ['refuse', 0],
    ['reset-before', 0],
    ['reset-after', 1],
  ] as const)('%s cuts the connection', async (kind, count) => {
    const { counter, url, server } = await withFault({ kind });
    await expect(send('POST', url)).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(counter.count).toBe(count);
    expect(server.log.entries()).toMatchObject([{ index: 0, status: null }]);
    expect((await send('POST', url)).status).toBe(200);
  });

  it.each([
    ['hang-before', 0],
    ['hang-after', 1],
  ] as const)('%s never answers; the client gives up, the server goes on', async (kind, count) => {
    const { counter, url, server } = await withFault({ kind });
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

  it('answers are sent with their headers, and in full', async () => {
    const refused = await withFault({ kind: '429', retryAfter: { seconds: 2 } });
    expect(await send('POST', refused.url)).toMatchObject({ status: 429, headers: { 'retry-after': '2' } });
    const { url } = await withFault({ kind: 'oversize', bytes: 5_000_000 });
    expect((await send('GET', url)).body).toHaveLength('{"count":0}'.length + 5_000_000);
  });

  it('a delay comes after the change, a wait before it; the change is told in between', async () => {
    const steps: string[] = [];
    const { counter, url } = await withFault(
      { kind: 'delay', ms: 50 },
      {
        before: async () => void steps.push(`before ${counter.count}`),
        onChange: () => steps.push(`changed ${counter.count}`),
      },
    );
    const answer = send('POST', url).then(() => steps.push('answered'));
    await until(() => counter.count === 1);
    expect(steps).toEqual(['before 0', 'changed 1']);
    await answer;
    await send('GET', url);
    expect(steps).toEqual(['before 0', 'changed 1', 'answered', 'before 1']);
  });
});

describe('the log', () => {
  it('has the bodies of writes, and no credentials', async () => {
    const { server, url } = await withFault({ kind: 'none' });
    await send('GET', `${url}?api_key=hidden&x=1`, 'ignored');
    await send('POST', url, '{"client_secret":"hidden","n":1}');
    await send('POST', url, 'refresh_token=hidden&grant_type=refresh_token');
    const common = { path: '/things/', status: 200, at: expect.any(Number) };
    const posted = { ...common, method: 'POST', query: '' };
    expect(server.log.entries()).toEqual([
      { ...common, index: 0, method: 'GET', query: 'api_key=***&x=1' },
      { ...posted, index: 1, body: '{"client_secret":"***","n":1}' },
      { ...posted, index: 2, body: 'refresh_token=***&grant_type=refresh_token' },
    ]);
  });

  it('keeps the last entries only', () => {
    const log = createRequestLog(3);
    const body = 'x'.repeat(70_000);
    const request = { method: 'POST', path: '/', query: new URLSearchParams(), headers: {}, body };
    for (let index = 0; index < 10; index++) log.add(index, request, 0);
    expect(log.entries().map((entry) => entry.index)).toEqual([7, 8, 9]);
    expect(log.entries()[0]?.body).toHaveLength(65_536);
  });
});
