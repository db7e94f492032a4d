import { describe, expect, it } from 'vitest';
import type { HttpFailure, HttpRequest, HttpResponse } from '../../src/http/transport.js';
import { type PingOptions, ping, pingBody } from '../../src/report/ping.js';
import { failed, injected, report, skipped } from './helpers.js';

const URL_WITH_KEY = 'https://hc.example.com/ping/0b9c1a2e-secret-uuid/?create=1';
const RUN = '6f1c2f0e-5b1d-4e7a-9a53-2f6f2b3f7d11';

const ok: HttpResponse = { kind: 'response', status: 200, headers: {}, body: 'OK' };
const timeout: HttpFailure = { kind: 'failure', sent: true, reason: 'timeout', detail: 'timed out' };
const status = (code: number): HttpResponse => ({ ...ok, status: code });

function service(answers: (HttpResponse | HttpFailure)[], stop = new AbortController().signal) {
  const requests: HttpRequest[] = [];
  const waits: number[] = [];
  const options: PingOptions = {
    url: URL_WITH_KEY,
    runId: RUN,
    transport: async (request) => {
      requests.push(request);
      return answers.shift() ?? ok;
    },
    clock: {
      now: () => 0,
      steady: () => 0,
      sleep: async (ms) => {
        waits.push(ms);
      },
    },
    stop,
  };
  return { requests, waits, options };
}

describe('a ping', () => {
  it('posts to the path of its signal with the id of the run, keeping the query', async () => {
    const { requests, options } = service([]);
    expect(await ping(options, 'start', '')).toBeNull();
    expect(requests).toMatchObject([
      {
        method: 'POST',
        url: `https://hc.example.com/ping/0b9c1a2e-secret-uuid/start?create=1&rid=${RUN}`,
        timeoutMs: 5000,
      },
    ]);
  });

  it('is tried three times', async () => {
    const { requests, waits, options } = service([timeout, status(503), status(200)]);
    expect(await ping(options, '0', 'body')).toBeNull();
    expect(requests.map(({ body }) => body)).toEqual(['body', 'body', 'body']);
    expect(waits).toEqual([1000, 2000]);
  });

  it('that fails says why, without the URL', async () => {
    const { requests, options } = service([timeout, status(429), timeout, ok]);
    expect(await ping(options, '0', '')).toBe('timed out');
    expect(requests).toHaveLength(3);
  });

  it.each([301, 400, 404])('is not tried again after %i', async (code) => {
    const { requests, options } = service([status(code)]);
    expect(await ping(options, '0', '')).toBe(`it answered ${code}`);
    expect(requests).toHaveLength(1);
  });

  it('is tried once when the process is to end', async () => {
    const { requests, options } = service([timeout], AbortSignal.abort());
    expect(await ping(options, '143', '')).toBe('timed out');
    expect(requests).toHaveLength(1);
  });

  it('carries the last 10 KB of a long body', async () => {
    const { requests, options } = service([]);
    await ping(options, '1', `${'ü'.repeat(20_000)}x`);
    const body = requests[0]?.body ?? '';
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(10_000);
    expect(body).toMatch(/^ü{4999}x$/);
  });
});

describe('the body', () => {
  it('holds codes, ids and counts and nothing personal', () => {
    const error = { code: 'UNAVAILABLE', message: 'Ada Alder 555-0100', hint: 'Ada' };
    const name = 'Ada Alder 555-0100';
    const events = [
      failed('55521612', { name, error: name, location: name, reason: 'MISSED' }),
      injected('55521611', { name }),
      skipped('55521610', { name }),
    ];
    expect(pingBody(report(events, { error, trigger: 'cron' }), 69)).toBe(
      `event 55521612 failed: MISSED
run failed: UNAVAILABLE
requests: Tripleseat 3, Revel 7
queried 3, injected 1, repaired 0, skipped 1, failed 1
scheduled-1a2b3c4d exit 69 after 0.8 s
`,
    );
  });
});
