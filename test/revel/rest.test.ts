import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { RateBudget } from '../../src/http/budget.js';
import type { ReadOutcome } from '../../src/http/read.js';
import type { HttpFailure, HttpRequest, HttpResponse } from '../../src/http/transport.js';
import { type ListRequest, Rest } from '../../src/revel/rest.js';
import { VirtualClock } from '../http/virtual-clock.js';

const row = z.object({ id: z.number() });

function answer(status: number, body: unknown, headers: Record<string, string> = {}): HttpResponse {
  return { kind: 'response', status, headers, body: typeof body === 'string' ? body : JSON.stringify(body) };
}

/** A REST layer whose reads answer what `read` says of their parameters, and whose writes answer `written`, the last one for ever. */
function rest(
  read: (query: URLSearchParams, nth: number) => HttpResponse,
  written: HttpResponse | HttpFailure | (HttpResponse | HttpFailure)[] = answer(201, { id: 1 }),
) {
  const answers = Array.isArray(written) ? written : [written];
  const asked: URLSearchParams[] = [];
  const sent: HttpRequest[] = [];
  const clock = new VirtualClock();
  const client = new Rest({
    baseUrl: 'https://acme.revelup.com',
    apiKey: 'the-api-key',
    apiSecret: 'the-api-secret',
    reader: async ({ url }): Promise<ReadOutcome> => {
      const query = new URL(url).searchParams;
      asked.push(query);
      return { kind: 'response', response: read(query, asked.length - 1), attempts: 1 };
    },
    transport: async (request) => {
      sent.push(request);
      return answers[Math.min(sent.length, answers.length) - 1] ?? answer(500, '');
    },
    budget: new RateBudget({ perSecond: 1_000 }, clock),
    clock,
    timeoutMs: 1_000,
    signal: new AbortController().signal,
  });
  return { client, asked, sent, clock };
}

function list(over: Partial<ListRequest<{ id: number }>> = {}): ListRequest<{ id: number }> {
  return {
    path: '/resources/Order/',
    query: { establishment: '8' },
    schema: row,
    wanted: () => true,
    key: ({ id }) => String(id),
    pageSize: 10,
    maxRows: 100,
    strict: false,
    ...over,
  };
}

/** The rows with these ids, paged as asked. */
function paged(ids: readonly number[], total = ids.length) {
  return (query: URLSearchParams): HttpResponse => {
    const [limit, offset] = [Number(query.get('limit')), Number(query.get('offset'))];
    const objects = ids.slice(offset, offset + limit).map((id) => ({ id }));
    return answer(200, { meta: { limit, offset, next: null, total_count: total }, objects });
  };
}

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

describe('a list', () => {
  it('is read to its end, page by page', async () => {
    const { client, asked } = rest(paged(numbers(25)));
    const read = await client.list(list());
    expect(read).toEqual({ kind: 'ok', value: numbers(25).map((id) => ({ id })) });
    expect(asked.map((query) => query.get('offset'))).toEqual(['0', '10', '20']);
    expect(asked.every((query) => query.get('establishment') === '8')).toBe(true);
  });

  it('goes by `next` where no count is given', async () => {
    const { client } = rest((query) => {
      const offset = Number(query.get('offset'));
      return answer(200, {
        meta: { next: offset < 20 ? '/more' : null },
        objects: [{ id: offset }, { id: offset + 1 }],
      });
    });
    expect(await client.list(list())).toMatchObject({ kind: 'ok', value: { length: 22 } });
  });

  it('holds each row once, however pages overlap', async () => {
    const { client } = rest(paged([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 10, 11, 12], 13));
    const read = await client.list(list({ gapsAllowed: true }));
    expect(read).toMatchObject({ kind: 'ok', value: { length: 12 } });
  });

  it('is read again with other borders when rows were left out', async () => {
    // The busy shop shows row 10 twice and row 11 not at all, but only in pages of 10.
    const { client, asked } = rest((query) =>
      (query.get('limit') === '10' ? paged([...numbers(10), 10, 12], 12) : paged(numbers(12)))(query),
    );
    expect(await client.list(list())).toMatchObject({ kind: 'ok', value: { length: 12 } });
    expect(new Set(asked.map((query) => query.get('limit')))).toEqual(new Set(['10', '3']));
  });

  it('is read again when a row has left it meanwhile, since another one has moved to a page that was read', async () => {
    const { client, asked } = rest((query, nth) => paged(numbers(12).slice(nth === 0 ? 0 : 1))(query));
    const read = await client.list(list());
    expect(read).toMatchObject({ kind: 'ok', value: expect.arrayContaining([{ id: 11 }]) });
    expect(asked).toHaveLength(6);
  });

  it('that keeps leaving rows out cannot be relied on, unless gaps do no harm', async () => {
    const lossy = () => rest(paged(numbers(9), 12));
    expect(await lossy().client.list(list())).toMatchObject({
      kind: 'error',
      detail: expect.stringContaining('left out 3'),
    });
    expect(await lossy().client.list(list({ gapsAllowed: true }))).toMatchObject({ kind: 'ok' });
  });

  it('is taken apart when its filter is not obeyed', async () => {
    const { client, asked } = rest(paged(numbers(50)));
    expect(await client.list(list({ strict: true, wanted: ({ id }) => id === 999 }))).toEqual({
      kind: 'ignored',
    });
    expect(asked).toHaveLength(1);
    expect(await client.list(list({ wanted: ({ id }) => id === 7 }))).toEqual({
      kind: 'ok',
      value: [{ id: 7 }],
    });
  });

  it.each<[string, HttpResponse, string]>([
    ['a filter that is refused', answer(400, { error: 'The field does not allow filtering.' }), 'refused'],
    [
      'a page other than asked',
      answer(200, { meta: { offset: 20, total_count: 1 }, objects: [{ id: 1 }] }),
      'error',
    ],
    ['a row that cannot be read', answer(200, { meta: { total_count: 1 }, objects: [{ id: 'x' }] }), 'error'],
    ['no envelope', answer(200, [{ id: 1 }]), 'error'],
    ['results in place of objects', answer(200, { meta: {}, results: [] }), 'error'],
    ['HTML', answer(200, '<html></html>'), 'error'],
    ['nothing', answer(200, ''), 'error'],
    ['404', answer(404, ''), 'error'],
    ['a redirect', answer(302, ''), 'error'],
  ])('%s is never an empty list', async (_, response, kind) => {
    const { client } = rest(() => response);
    expect((await client.list(list())).kind).toBe(kind);
  });

  it('without end is given up', async () => {
    const { client, asked } = rest((query) => paged(numbers(1_000_000))(query));
    expect(await client.list(list())).toMatchObject({
      kind: 'error',
      detail: expect.stringContaining('more than 100 rows'),
    });
    expect(asked).toHaveLength(10);
  });
});

describe('one object', () => {
  it('is null only for 404', async () => {
    const get = (response: HttpResponse) => rest(() => response).client.get('/resources/Order/1/', row);
    expect(await get(answer(404, ''))).toEqual({ kind: 'ok', value: null });
    expect(await get(answer(200, { id: 1 }))).toEqual({ kind: 'ok', value: { id: 1 } });
    for (const response of [answer(200, 'null'), answer(200, '{'), answer(410, ''), answer(302, '')]) {
      expect((await get(response)).kind).toBe('error');
    }
  });
});

describe('a write', () => {
  const failure = (sent: boolean): HttpFailure => ({
    kind: 'failure',
    sent,
    reason: sent ? 'reset' : 'connect',
    detail: 'broke',
  });

  it.each<[string, HttpResponse | HttpFailure, object]>([
    ['201 with a body', answer(201, { id: 5 }), { kind: 'done', value: { id: 5 } }],
    ['202 without one', answer(202, ''), { kind: 'done', value: null }],
    ['201 with a body that cannot be read', answer(201, '<html>'), { kind: 'unknown' }],
    ['201 with half a body', answer(201, '{"id":'), { kind: 'unknown' }],
    ['500', answer(500, { error_message: 'Sorry' }), { kind: 'unknown' }],
    ['502 in HTML', answer(502, '<html>'), { kind: 'unknown' }],
    ['408', answer(408, ''), { kind: 'unknown' }],
    ['a broken connection', failure(true), { kind: 'unknown' }],
    ['no connection', failure(false), { kind: 'not-done', retry: true }],
    ['429', answer(429, '', { 'retry-after': '7' }), { kind: 'not-done', retry: true, retryAfterMs: 7_000 }],
    [
      '400',
      answer(400, { error: 'bad \u0007field' }),
      {
        kind: 'not-done',
        retry: false,
        detail: 'POST /resources/Order/ answered 400: {"error":"bad \\u0007field"}',
      },
    ],
    ['404', answer(404, ''), { kind: 'not-done', retry: false }],
    ['a redirect', answer(301, ''), { kind: 'not-done', retry: false }],
  ])('answered %s', async (_, written, expected) => {
    const { client, sent } = rest(() => answer(200, {}), written);
    expect(await client.write('POST', '/resources/Order/', { a: 1 }, row, () => true)).toMatchObject(
      expected,
    );
    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatchObject({
      method: 'POST',
      url: 'https://acme.revelup.com/resources/Order/',
      body: '{"a":1}',
    });
  });

  it.each([401, 403])('answered %i ends the run', async (status) => {
    const { client } = rest(() => answer(200, {}), answer(status, ''));
    await expect(client.write('PATCH', '/resources/Order/17/', {}, row, () => true)).rejects.toMatchObject({
      code: 'CREDENTIALS',
      exitCode: 77,
      message: expect.not.stringContaining('17'),
    });
    await expect(rest(() => answer(status, '')).client.get('/resources/Order/1/', row)).rejects.toMatchObject(
      { exitCode: 77 },
    );
    await expect(rest(() => answer(status, '')).client.list(list())).rejects.toMatchObject({ exitCode: 77 });
  });

  it('is not sent when its guard says no at the last moment', async () => {
    const { client, sent } = rest(() => answer(200, {}));
    expect(await client.write('POST', '/resources/Order/', {}, row, () => false)).toEqual({ kind: 'held' });
    expect(sent).toEqual([]);
  });

  it('is sent once, however often it is refused for now', async () => {
    const { client, sent, clock } = rest(() => answer(200, {}), answer(429, ''));
    const start = clock.now();
    const times: number[] = [];
    for (let n = 1; n <= 5; n += 1) {
      expect(await client.write('POST', '/resources/Order/', {}, row, () => true)).toMatchObject({
        kind: 'not-done',
        throttled: n,
      });
      expect(sent).toHaveLength(n);
      times.push(clock.now() - start);
    }
    // All hold still after a refusal, for longer after each more, also where it does not say for how long.
    const gaps = times.slice(1).map((time, at) => time - (times[at] ?? 0));
    expect(gaps.every((gap, at) => gap > (gaps[at - 1] ?? 0))).toBe(true);
    expect(times.at(-1)).toBeLessThanOrEqual(10_000);
  });

  it('is held when its guard no longer lets it go once the connection stands', async () => {
    const held: HttpFailure = { kind: 'failure', sent: false, reason: 'aborted', detail: 'stopped' };
    const { client, sent } = rest(() => answer(200, {}), held);
    const guard = () => true;
    expect(await client.write('POST', '/resources/Order/', {}, row, guard)).toEqual({ kind: 'held' });
    expect(sent[0]?.mayLeave).toBe(guard);
  });

  it('shows no credentials that a refusal repeats', async () => {
    const echo = answer(400, { error: `${'x'.repeat(280)} the-api-key:the-api-secret` });
    const { client } = rest(() => answer(200, {}), echo);
    const result = await client.write('POST', '/resources/Order/', {}, row, () => true);
    expect(JSON.stringify(result)).not.toContain('the-api');
  });
});
