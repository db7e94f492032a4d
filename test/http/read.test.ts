import { expect, it, describe as suite } from 'vitest';
import { RateBudget } from '../../src/http/budget.js';
import {
  countingTransport,
  describe,
  type ReadRequest,
  retryAfter,
  retryingReader,
  safePath,
} from '../../src/http/read.js';
import type { HttpFailure, HttpRequest, HttpResponse } from '../../src/http/transport.js';
import { VirtualClock } from './virtual-clock.js';

const CANARY = 'canary-7f3a';
const request: ReadRequest = {
  url: `https://api.example.com/v1/events/1.json?key=${CANARY}`,
  headers: { authorization: `Bearer ${CANARY}` },
};

function answer(status: number, headers: Record<string, string> = {}): HttpResponse {
  return { kind: 'response', status, headers, body: `body ${CANARY}` };
}

function broken(reason: HttpFailure['reason']): HttpFailure {
  return { kind: 'failure', sent: true, reason, detail: `it was ${reason}` };
}

function setUp(
  answers: (HttpResponse | HttpFailure)[],
  options: { random?: number; signal?: AbortSignal } = {},
) {
  const clock = new VirtualClock();
  const budget = new RateBudget({ perSecond: 100 }, clock);
  const seen: HttpRequest[] = [];
  const read = retryingReader({
    upstream: 'Example',
    transport: async (sent) => {
      seen.push(sent);
      const next = answers.shift();
      if (!next) throw new Error('the test has no more answers');
      return next;
    },
    budget,
    clock,
    random: () => options.random ?? 0.5,
    timeoutMs: 1_000,
    maxBytes: 5_000,
    ...(options.signal ? { signal: options.signal } : {}),
  });
  return { clock, budget, seen, read };
}

suite('retryingReader', () => {
  it.each([200, 301, 302, 400, 401, 403, 404, 422, 501])(
    'hands %i to the caller after one attempt',
    async (status) => {
      const { read, seen, clock } = setUp([answer(status)]);
      expect(await read(request)).toEqual({ kind: 'response', response: answer(status), attempts: 1 });
      expect(seen).toHaveLength(1);
      expect(clock.sleeps).toEqual([]);
    },
  );

  it.each([
    [408, 4],
    [429, 12],
    [500, 4],
    [502, 4],
    [503, 12],
    [504, 4],
  ])('answers %i are asked for %i times, and that is said', async (status, attempts) => {
    const { read, seen } = setUp(Array.from({ length: attempts }, () => answer(status)));
    const outcome = await read(request);
    expect(outcome).toEqual({
      kind: 'failure',
      reason: 'status',
      status,
      attempts,
      detail: `GET /v1/events/1.json answered ${status}`,
    });
    expect(seen).toHaveLength(attempts);
  });

  it('retries network failures and goes on with the first good answer', async () => {
    const { read, clock } = setUp([broken('connect'), broken('timeout'), broken('reset'), answer(200)]);
    expect(await read(request)).toMatchObject({ kind: 'response', attempts: 4 });
    const [first = 0, second = 0, third = 0] = clock.sleeps;
    expect(clock.sleeps).toHaveLength(3);
    expect([first > 0, second > first, third > second, first + second + third < 5_000]).not.toContain(false);
  });

  it('draws the pause from the full width of the exponential step', async () => {
    const widest = setUp([broken('reset'), broken('reset'), broken('reset'), answer(200)], {
      random: 0.9999999,
    });
    await widest.read(request);
    const middle = setUp([broken('reset'), broken('reset'), broken('reset'), answer(200)]);
    await middle.read(request);
    const shares = middle.clock.sleeps.map((ms, at) => ms / (widest.clock.sleeps[at] ?? 0));
    expect(shares.every((share) => Math.abs(share - 0.5) < 0.01)).toBe(true);
    const none = setUp([broken('reset'), answer(200)], { random: 0 });
    await none.read(request);
    expect(none.clock.sleeps).toEqual([0]);
  });

  it.each(['too-large', 'aborted'] as const)('does not repeat after %s', async (reason) => {
    const { read, seen } = setUp([broken(reason)]);
    expect(await read(request)).toMatchObject({ kind: 'failure', reason, status: null, attempts: 1 });
    expect(seen).toHaveLength(1);
  });

  it('waits as long as Retry-After says, at most a minute', async () => {
    const polite = setUp([answer(429, { 'retry-after': '7' }), answer(200)]);
    const start = polite.clock.now();
    await polite.read(request);
    expect(polite.clock.now() - start).toBe(7_000);

    const endless = setUp([answer(503, { 'retry-after': '86400' }), answer(200)]);
    const begin = endless.clock.now();
    await endless.read(request);
    expect(endless.clock.now() - begin).toBe(60_000);
  });

  it('slows every request of the upstream after one 429', async () => {
    const { read, budget, clock } = setUp([answer(429, { 'retry-after': '9' }), answer(200)]);
    const start = clock.now();
    const reading = read(request);
    await Promise.resolve();
    await new Promise((resolve) => setImmediate(resolve));
    await budget.take();
    expect(clock.now() - start).toBe(9_000);
    expect(await reading).toMatchObject({ kind: 'response' });
  });

  it('stops when told to, before sending and between attempts', async () => {
    const before = setUp([], { signal: AbortSignal.abort() });
    expect(await before.read(request)).toMatchObject({ kind: 'failure', reason: 'aborted', attempts: 1 });
    expect(before.seen).toHaveLength(0);

    const stop = new AbortController();
    const between = setUp([answer(503), answer(200)], { signal: stop.signal });
    const reading = between.read(request);
    stop.abort();
    expect(await reading).toMatchObject({ kind: 'failure' });
  });

  it('passes its limits on, those of the request first', async () => {
    const { read, seen } = setUp([answer(200), answer(200)]);
    await read(request);
    await read({ ...request, maxBytes: 7, timeoutMs: 8 });
    expect(seen[0]).toMatchObject({ method: 'GET', timeoutMs: 1_000, maxBytes: 5_000 });
    expect(seen[1]).toMatchObject({ timeoutMs: 8, maxBytes: 7 });
  });

  it('never names a query, a header or a body', async () => {
    const { read } = setUp(Array.from({ length: 4 }, () => answer(500)));
    const outcome = await read(request);
    expect(JSON.stringify(outcome)).not.toContain(CANARY);
    if (outcome.kind !== 'failure') throw new Error('expected a failure');
    expect(describe('Example', outcome)).toBe('Example: GET /v1/events/1.json answered 500 (4 attempts).');
    expect(describe('Example', { ...outcome, attempts: 1 })).toContain('(1 attempt)');
  });
});

suite('retryAfter', () => {
  const now = Date.UTC(2026, 10, 14, 20, 0, 0);
  it.each([
    ['3', 3_000],
    ['0', 0],
    ['61', 60_000],
    ['Sat, 14 Nov 2026 20:00:30 GMT', 30_000],
    ['Sat, 14 Nov 2026 19:00:00 GMT', 0],
    ['Sat, 14 Nov 2027 19:00:00 GMT', 60_000],
    ['soon', null],
    ['-5', null],
    ['2027', 60_000],
    ['1e3', null],
  ])('reads %s', (text, expected) => {
    expect(retryAfter({ 'retry-after': text }, now)).toBe(expected);
  });

  it('is null without the header', () => {
    expect(retryAfter({}, now)).toBeNull();
  });
});

suite('safePath', () => {
  it('keeps the path alone and leaves out share keys', () => {
    expect(safePath('https://u:p@h.example/a/b.json?x=1#y')).toBe('/a/b.json');
    expect(safePath(`https://h.example/doc/${'0'.repeat(40)}/296`)).toBe('/doc/…/296');
    expect(safePath('no url')).toBe('(unreadable URL)');
  });
});

suite('countingTransport', () => {
  it('reports upstream, method and safe path of each request', async () => {
    const calls: string[] = [];
    const transport = countingTransport(
      async () => answer(200),
      'Example',
      (...call) => calls.push(call.join(' ')),
    );
    const sent = { ...request, timeoutMs: 1, maxBytes: 1 };
    await transport({ ...sent, method: 'GET' });
    await transport({ ...sent, method: 'POST', body: CANARY });
    expect(calls).toEqual(['Example GET /v1/events/1.json', 'Example POST /v1/events/1.json']);
  });
});
