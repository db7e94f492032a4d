import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  deliver,
  eventBody,
  hold,
  KEY,
  metric,
  newDirectory,
  type RelayProcess,
  relayEnv,
  SECOND_KEY,
  sign,
  startFake,
  startServe,
  starts,
} from './helpers/relay.js';

const WAIT = { timeout: 20_000, interval: 100 };
const LIMIT = 4 * 1024 * 1024;
const ID = 61_000_001;

let directory: string;
let relay: RelayProcess;

beforeAll(async () => {
  directory = await newDirectory();
  await hold(directory);
  relay = await startFake(directory);
  await alive();
  expect(await taken()).toHaveLength(1);
});

/** A relay of its own. */
async function another(): Promise<{ relay: RelayProcess; directory: string }> {
  const own = await newDirectory();
  await hold(own);
  return { relay: await startFake(own), directory: own };
}

/** Everything the relay says to these bytes, until it closes the connection or `until` is seen. */
function raw(bytes: string | Buffer, until = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(relay.url);
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    let text = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      if (until === '' || !text.includes(until)) return;
      socket.destroy();
      resolve(text);
    });
    socket.on('close', () => resolve(text));
    socket.on('error', (error) => (text === '' ? reject(error) : resolve(text)));
  });
}

/** So many connections, all of which stand; what becomes of one later is no error. */
function connected(hostname: string, port: number, count: number): Promise<Socket[]> {
  const one = () =>
    new Promise<Socket>((resolve, reject) => {
      const socket = connect(port, hostname, () => resolve(socket)).on('error', reject);
    });
  return Promise.all(Array.from({ length: count }, one));
}

async function alive(): Promise<void> {
  expect((await deliver(relay, eventBody(ID))).status).toBe(200);
}

/** Deliveries that the relay has taken: they are on disk before they are answered. */
async function taken(): Promise<string[]> {
  const spool = join(directory, 'state', 'sandbox', 'state', 'spool', 'spool.jsonl');
  return (await readFile(spool, 'utf8')).split('\n').filter((line) => line.startsWith('{"event":'));
}

describe('a delivery', () => {
  it('is acknowledged with what it names', async () => {
    const { status, json } = await deliver(relay, eventBody(ID, 'STATUS_CHANGE_EVENT'));
    expect(status).toBe(200);
    expect(json).toEqual({
      ok: true,
      processed: true,
      event_id: String(ID),
      trigger: 'STATUS_CHANGE_EVENT',
      correlation_id: expect.stringMatching(/^[0-9a-f]{8}$/),
    });
    expect(relay.stderr).toContain(`[req-${json.correlation_id}] Webhook processed successfully\n`);
  });

  it('of a booking stands for each of its events', async () => {
    const body = JSON.stringify({
      webhook_trigger_type: 'UPDATE_BOOKING',
      booking: { event_ids: [ID, '7'] },
    });
    const own = await another();
    const { json } = await deliver(own.relay, body);
    expect(json).toMatchObject({ processed: true, event_id: String(ID), event_ids: [String(ID), '7'] });
    await expect
      .poll(async () => (await starts(own.directory)).map(({ event }) => event).sort(), WAIT)
      .toEqual([String(ID), '7']);
  });

  it.each([
    [{ webhook_trigger_type: 'CREATE_LEAD', lead: { id: 5 } }, 'TRIGGER_NOT_RELEVANT'],
    [{ webhook_trigger_type: 'UPDATE_CONTACT', contact: { id: 5 } }, 'TRIGGER_NOT_RELEVANT'],
    [{ webhook_trigger_type: 'UPDATE_EVENT' }, 'NO_EVENT'],
    [{ webhook_trigger_type: 'UPDATE_BOOKING', booking: { id: 1, event_ids: [] } }, 'NO_EVENT'],
    [{ webhook_trigger_type: 'UPDATE_EVENT', event: { id: -5 } }, 'INVALID_EVENT_ID'],
    [{ webhook_trigger_type: 'UPDATE_EVENT', event: { id: '1" --flag' } }, 'INVALID_EVENT_ID'],
    [{ webhook_trigger_type: 'UPDATE_EVENT', event: { id: '--dry-run' } }, 'INVALID_EVENT_ID'],
    [{ webhook_trigger_type: 'UPDATE_EVENT', event: { id: '9'.repeat(400) } }, 'INVALID_EVENT_ID'],
    [{ webhook_trigger_type: 'UPDATE_EVENT', event: { id: 1e25 } }, 'INVALID_EVENT_ID'],
  ])('%j is acknowledged without a run: %s', async (payload, reason) => {
    const before = await taken();
    const { status, json } = await deliver(relay, JSON.stringify(payload));
    expect(status).toBe(200);
    expect(json).toMatchObject({ ok: true, processed: false, reason });
    expect(await taken()).toEqual(before);
  });
});

describe('a signature', () => {
  const body = eventBody(ID + 1);
  const now = () => Math.floor(Date.now() / 1000);

  it.each([KEY, SECOND_KEY])('under %s is taken', async (key) => {
    expect((await deliver(relay, body, { 'x-signature': sign(body, key) })).status).toBe(200);
  });

  it('may be one of several, and in upper case', async () => {
    const [time, right] = sign(body, SECOND_KEY).split(',');
    const wrong = `v1=${'0'.repeat(64)}`;
    const upper = `v1=${right?.slice(3).toUpperCase()}`;
    for (const header of [`${time},${wrong},${right}`, `${time}, ${upper}`, `${right},${time},v0=x`]) {
      expect((await deliver(relay, body, { 'x-signature': header })).status).toBe(200);
    }
  });

  it.each([
    ['a wrong key', () => sign(body, 'third-signing-key'), 'SIGNATURE_MISMATCH'],
    ['another body', () => sign(eventBody(7)), 'SIGNATURE_MISMATCH'],
    ['another time', () => sign(body).replace(/^t=\d+/, `t=${now() - 1}`), 'SIGNATURE_MISMATCH'],
    ['an old time', () => sign(body, KEY, now() - 310), 'SIGNATURE_EXPIRED'],
    ['a future time', () => sign(body, KEY, now() + 310), 'SIGNATURE_EXPIRED'],
    ['none', () => '', 'SIGNATURE_MISSING'],
    ['garbage', () => '%00,,==;"\u00e9', 'SIGNATURE_MALFORMED'],
    ['10,000 characters', () => `${sign(body)},v1=${'a'.repeat(10_000)}`, 'SIGNATURE_MALFORMED'],
    ['no time', () => sign(body).split(',')[1] ?? '', 'SIGNATURE_MALFORMED'],
    ['a digest cut short', () => sign(body).slice(0, -1), 'SIGNATURE_MALFORMED'],
  ])('with %s is refused', async (_name, header, reason) => {
    const before = await taken();
    const { status, json } = await deliver(relay, eventBody(ID + 1), { 'x-signature': header() });
    expect(status).toBe(401);
    expect(json).toEqual({ ok: false, processed: false, reason });
    expect(await taken()).toEqual(before);
    await alive();
  });

  it('is not shown in the log, and neither is a key', async () => {
    const header = sign(body, 'third-signing-key');
    await deliver(relay, body, { 'x-signature': header });
    await expect
      .poll(() => relay.stderr, WAIT)
      .toMatch(/WARN \[req-[0-9a-f]{8}\] Webhook refused - SIGNATURE_MISMATCH/);
    for (const secret of [KEY, SECOND_KEY, header.slice(-64)]) expect(relay.stderr).not.toContain(secret);
  });

  it('is refused quietly when it comes in masses', async () => {
    const own = (await another()).relay;
    for (let count = 0; count < 200; count += 1) await deliver(own, body, { 'x-signature': 'garbage' });
    expect(own.stderr.split('\n').filter((line) => line.includes('refused')).length).toBeLessThan(5);
    await expect
      .poll(() => metric(own, 'ts_reconcile_webhook_deliveries_total{result="unsigned"}'), WAIT)
      .toBe(200);
    expect(own.stderr).toMatch(/Webhook refused - SIGNATURE_MALFORMED, from 127\.0\.0\.1\n/);
  });

  it('that is wrong names where it came from, as the proxy says', async () => {
    const own = (await another()).relay;
    const forwarded = { 'x-forwarded-for': '198.51.100.1 <b>, 203.0.113.7' };
    await deliver(own, body, { 'x-signature': 'garbage', ...forwarded });
    await expect
      .poll(() => own.stderr, WAIT)
      .toContain('Webhook refused - SIGNATURE_MALFORMED, from 127.0.0.1 for 203.0.113.7\n');
    const unnamed = { 'x-forwarded-for': 'somebody <script>' };
    await deliver(own, body, { 'x-signature': sign(body, 'third-signing-key'), ...unnamed });
    await expect.poll(() => own.stderr, WAIT).toContain('SIGNATURE_MISMATCH, from 127.0.0.1\n');
  });

  it('is not found by guessing at once, and guesses keep nobody who is right waiting', async () => {
    const own = (await another()).relay;
    const { hostname, port } = new URL(own.url);
    const sockets = await connected(hostname, Number(port), 300);
    const guesses = sockets.map(
      (socket) =>
        new Promise<string>((resolve) => {
          let text = '';
          socket.on('error', () => undefined).once('close', () => resolve(text));
          socket.setEncoding('utf8').on('data', (chunk: string) => {
            text += chunk;
          });
        }),
    );
    const fields = { 'Content-Type': 'application/json', 'X-Signature': sign(body, 'third-signing-key') };
    const more = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
    const head = `POST /webhooks/tripleseat HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${more.join('')}`;
    // All in one moment, however busy the machine is.
    for (const socket of sockets) socket.write(`${head}Content-Length: ${body.length}\r\n\r\n${body}`);
    expect((await deliver(own, eventBody(ID))).status).toBe(200);
    const answered = (await Promise.all(guesses)).filter((text) => text.startsWith('HTTP/1.1 401 ')).length;
    // So many at once, the others in their turn, and beyond those that may wait none.
    expect(answered).toBeGreaterThanOrEqual(20);
    expect(answered).toBeLessThan(300);
    await expect
      .poll(() => metric(own, 'ts_reconcile_webhook_connections_dropped_total{reason="guessing"}'), WAIT)
      .toBe(300 - answered);
  });
});

describe('a signature of the body alone', () => {
  const body = eventBody(ID);
  const alone = { 'x-signature': createHmac('sha256', SECOND_KEY).update(body).digest('hex') };

  it('is taken with --body-signatures only, which warns at the start', async () => {
    expect((await deliver(relay, body, alone)).status).toBe(401);
    const env = relayEnv(await newDirectory());
    const open = await startServe(['--body-signatures', '--sandbox'], env);
    expect(open.stderr).toMatch(/^WARN --body-signatures: /m);
    expect((await deliver(open, body, alone)).status).toBe(200);
    expect((await deliver(open, body)).status).toBe(200);
    expect((await deliver(open, eventBody(7), alone)).status).toBe(401);
    await open.stop();
  });
});

describe('without a signing key', () => {
  it('everything is taken with --allow-unsigned, which warns at the start', async () => {
    const env = relayEnv(await newDirectory(), { TRIPLESEAT_WEBHOOK_SIGNING_KEY: '' });
    const open = await startFake(directory, { allowUnsigned: true }, env);
    expect(open.stderr).toMatch(/^WARN --allow-unsigned: signatures are not checked at all/m);
    expect((await deliver(open, eventBody(ID), { 'x-signature': '' })).status).toBe(200);
    expect((await deliver(open, eventBody(ID), { 'x-signature': 'garbage' })).status).toBe(200);
  });

  it('a wrong one is still refused where keys are configured', async () => {
    const open = await startFake(directory, { allowUnsigned: true }, relayEnv(await newDirectory()));
    expect(open.stderr).toMatch(/^WARN --allow-unsigned: deliveries without a signature are taken/m);
    expect((await deliver(open, eventBody(ID), { 'x-signature': '' })).status).toBe(200);
    expect((await deliver(open, eventBody(ID), { 'x-signature': sign('other') })).status).toBe(401);
  });
});

describe('a body', () => {
  const head = (length: number, more = '') =>
    `POST /webhooks/tripleseat HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n${more}\r\n`;

  it('of exactly 4 MB is read', async () => {
    const start = `{"event":{"id":${ID}},"x":"`;
    const body = `${start}${'x'.repeat(LIMIT - start.length - 2)}"}`;
    expect(Buffer.byteLength(body)).toBe(LIMIT);
    expect((await deliver(relay, body)).status).toBe(200);
  });

  it('of one byte more is refused before any of it is sent', async () => {
    const answer = await raw(head(LIMIT + 1));
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer).toMatch(/^connection: close/im);
    expect(answer).toContain('"reason":"TOO_LARGE"');
  });

  it('of any size without a declared one is cut off soon after 4 MB', async () => {
    const { hostname, port } = new URL(relay.url);
    const socket: Socket = connect(Number(port), hostname);
    let text = '';
    let sent = 0;
    const chunk = `10000\r\n${'x'.repeat(65_536)}\r\n`;
    socket.write(
      'POST /webhooks/tripleseat HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n',
    );
    await new Promise<void>((resolve) => {
      const pump = () => {
        while (sent < 100 * LIMIT && !socket.destroyed) {
          sent += 65_536;
          if (!socket.write(chunk)) return;
        }
      };
      socket.on('drain', pump).on('error', () => undefined);
      socket
        .on('close', () => resolve())
        .on('data', (data) => {
          text += data.toString();
        });
      pump();
    });
    expect(text).toMatch(/^HTTP\/1\.1 413 /);
    // What was sent beyond lies in the buffers of the two sockets.
    expect(sent).toBeLessThan(5 * LIMIT);
    await alive();
  });

  it.each([
    ['nothing', ''],
    ['no JSON', '{"event":'],
    ['two values', '{} {}'],
    ['bytes that are no UTF-8', Buffer.from('7b2261223a22ff227d', 'hex')],
    ['a number out of place', 'NaN'],
  ])('that is %s is refused', async (_name, body) => {
    const { status, json } = await deliver(relay, typeof body === 'string' ? body : new Uint8Array(body));
    expect(status).toBe(400);
    expect(json).toEqual({ ok: false, processed: false, reason: 'NOT_JSON' });
    await alive();
  });

  it.each(['[]', '[{"event":{"id":1}}]', '"text"', '1', 'null', 'true'])('%s is no object', async (body) => {
    const { status, json } = await deliver(relay, body);
    expect({ status, reason: json.reason }).toEqual({ status: 400, reason: 'NOT_AN_OBJECT' });
  });

  it('nested 60,000 deep harms nothing', async () => {
    const deep = (open: string, inner: string, close: string) =>
      open.repeat(60_000 / open.length) + inner + close.repeat(60_000 / open.length);
    expect((await deliver(relay, deep('[', '', ']'))).status).toBe(400);
    const hidden = `{"event":{"id":${ID}},"x":${deep('[', '1', ']')}}`;
    expect((await deliver(relay, hidden)).status).toBe(200);
    expect((await deliver(relay, `{"event":{"id":${deep('[', '', ']')}}}`)).status).toBe(200);
  });

  it('may call itself any kind of JSON, and nothing else', async () => {
    const body = eventBody(ID);
    for (const type of ['application/json; charset=utf-8', 'APPLICATION/JSON', 'application/vnd.api+json']) {
      expect((await deliver(relay, body, { 'content-type': type })).status).toBe(200);
    }
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp', 'json']) {
      expect((await deliver(relay, body, { 'content-type': type })).status).toBe(415);
    }
    expect((await deliver(relay, body, { 'content-encoding': 'gzip' })).status).toBe(415);
    expect(await raw(head(0).replace(/Content-Type: .*\r\n/, ''))).toMatch(/^HTTP\/1\.1 415 /);
  });

  it('that breaks off leaves nothing behind', async () => {
    const { hostname, port } = new URL(relay.url);
    const socket = connect(Number(port), hostname);
    socket.write(`${head(1000)}{"event"`);
    await new Promise((resolve) => setImmediate(resolve));
    socket.destroy();
    await alive();
    expect(relay.stderr).not.toContain('could not be answered');
  });
});

describe('a request', () => {
  it.each([
    ['GET', '/webhooks/tripleseat', 405, 'POST'],
    ['PUT', '/webhooks/tripleseat', 405, 'POST'],
    ['POST', '/api/sync/tripleseat', 405, 'GET'],
    ['HEAD', '/api/sync/tripleseat', 405, 'GET'],
    ['DELETE', '/healthz', 405, 'GET, HEAD'],
    ['POST', '/', 405, 'GET, HEAD'],
    ['GET', '/webhooks', 404, null],
    ['POST', '/webhooks/tripleseat/', 404, null],
    ['POST', '//webhooks/tripleseat', 404, null],
    ['GET', '/../../etc/passwd', 404, null],
    ['GET', '/%00', 404, null],
    ['GET', 'http://relay.example/webhooks/tripleseat', 405, 'POST'],
    ['GET', 'HTTPS://relay.example:8443/webhooks/tripleseat?x=1', 405, 'POST'],
    ['GET', 'http://relay.example/webhooks', 404, null],
    ['GET', 'http://relay.example', 404, null],
    ['GET', 'http://relay.example?/healthz', 404, null],
  ])('%s %s is answered %i', async (method, path, status, allow) => {
    const answer = await raw(`${method} ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(/^allow: (.*)$/im.exec(answer)?.[1]?.trim() ?? null).toBe(allow);
  });

  it.each([
    ['no HTTP', '\u0016\u0003\u0001\u0002\u0000\u0001\r\n\r\n', 400],
    ['a head of 100 KB', `GET / HTTP/1.1\r\nX-Long: ${'x'.repeat(100_000)}\r\n\r\n`, 431],
    [
      'two lengths',
      'POST /webhooks/tripleseat HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
  ])('that is %s is answered with an error', async (_name, bytes, status) => {
    expect(await raw(bytes)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    await alive();
  });

  it('for its health is answered', async () => {
    for (const path of ['/healthz', '/readyz']) {
      const response = await fetch(`${relay.url}${path}`);
      expect([response.status, await response.json()]).toEqual([200, { ok: true }]);
    }
  });

  it('for its numbers finds each that a rule may compare from the start, and the same ones for a second', async () => {
    const own = (await another()).relay;
    const text = await (await fetch(`${own.url}/metrics`)).text();
    const zero = [
      ...['queued', 'joined', 'ignored', 'disabled', 'unsigned', 'malformed', 'too_large', 'queue_full'].map(
        (result) => `deliveries_total{result="${result}"}`,
      ),
      ...['full', 'idle', 'malformed', 'slow', 'pipelined', 'guessing', 'handles'].map(
        (reason) => `connections_dropped_total{reason="${reason}"}`,
      ),
      ...['0', '70', '77', '78', 'killed'].map((exit) => `runs_total{exit="${exit}"}`),
      'unauthorized_total',
      'last_delivery_timestamp_seconds',
    ];
    for (const name of zero) expect(text).toContain(`\nts_reconcile_webhook_${name} 0\n`);
    const [, at = ''] = /^ts_reconcile_webhook_start_timestamp_seconds ([0-9.]+)$/m.exec(text) ?? [];
    expect(Math.abs(Number(at) - Date.now() / 1000)).toBeLessThan(60);
    const texts = await Promise.all(
      Array.from({ length: 50 }, async () => (await fetch(`${own.url}/metrics`)).text()),
    );
    expect(new Set(texts).size).toBeLessThan(10);
  });

  it('for its numbers is answered in the text of Prometheus', async () => {
    const own = (await another()).relay;
    await deliver(own, eventBody(ID));
    await deliver(own, eventBody(ID));
    // As a proxy passes it on.
    for (const path of ['/metrics', '/readyz']) {
      const outside = await fetch(own.url + path, { headers: { 'x-forwarded-for': '203.0.113.7' } });
      expect([path, outside.status]).toEqual([path, 401]);
    }
    expect(own.stderr).toContain(
      'WARN Refused without the token - /metrics, from 127.0.0.1 for 203.0.113.7\n',
    );
    const response = await fetch(`${own.url}/metrics`);
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    const text = await response.text();
    expect(text).toContain('ts_reconcile_webhook_deliveries_total{result="queued"} 1\n');
    expect(text).toContain('ts_reconcile_webhook_deliveries_total{result="joined"} 1\n');
    expect(text).toMatch(/^ts_reconcile_webhook_queue_oldest_age_seconds [0-9.]+$/m);
    expect(text).toContain('\nts_reconcile_webhook_unauthorized_total 2\n');
    const [, at = ''] = /^ts_reconcile_webhook_last_delivery_timestamp_seconds ([0-9.]+)$/m.exec(text) ?? [];
    expect(Math.abs(Number(at) - Date.now() / 1000)).toBeLessThan(60);
    expect(text.endsWith('\n')).toBe(true);
  });
});

describe('connections', () => {
  it('that are kept open by the thousand lock nobody out: the oldest idle one goes', async () => {
    const own = (await another()).relay;
    const { hostname, port } = new URL(own.url);
    const open: Socket[] = [];
    const gone: number[] = [];
    // Each has been answered, and says nothing more.
    for (let at = 0; at < 2000; at += 100) {
      const more = await Promise.all(
        Array.from(
          { length: 100 },
          (_, index) =>
            new Promise<Socket>((resolve, reject) => {
              const socket = connect(Number(port), hostname, () =>
                socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n'),
              );
              socket.on('error', reject).once('data', () => resolve(socket));
              socket.once('close', () => gone.push(at + index));
            }),
        ),
      );
      open.push(...more);
    }
    const agentless = { connection: 'close' };
    for (let at = 0; at < 5; at += 1) expect((await deliver(own, eventBody(ID), agentless)).status).toBe(200);
    await expect.poll(() => gone.length, WAIT).toBeGreaterThan(0);
    // Some of the first hundred; all others are there still.
    expect(gone.every((index) => index < 100)).toBe(true);
    expect(gone.length).toBeLessThan(20);
    const dropped = 'ts_reconcile_webhook_connections_dropped_total{reason="idle"}';
    await expect.poll(() => metric(own, dropped), WAIT).toBeGreaterThan(0);
    for (const socket of open) socket.destroy();
  });

  it('whose bodies never come lock nobody out, by the thousand: the oldest one goes', async () => {
    const own = (await another()).relay;
    const { hostname, port } = new URL(own.url);
    // Answered at once with 100, so that each is known to have been read so far.
    const begun = `POST /webhooks/tripleseat HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\nExpect: 100-continue\r\n\r\n`;
    const open: Socket[] = [];
    for (let at = 0; at < 2000; at += 200) {
      const more = await connected(hostname, Number(port), 200);
      await Promise.all(
        more.map((socket) => {
          socket.on('error', () => undefined).write(begun);
          return new Promise((resolve) => socket.once('data', resolve));
        }),
      );
      open.push(...more);
    }
    const dropped = 'ts_reconcile_webhook_connections_dropped_total';
    const agentless = { connection: 'close' };
    for (let at = 0; at < 5; at += 1) expect((await deliver(own, eventBody(ID), agentless)).status).toBe(200);
    await expect.poll(() => metric(own, `${dropped}{reason="idle"}`), WAIT).toBeGreaterThan(0);
    expect(await metric(own, `${dropped}{reason="full"}`)).toBe(0);
    for (const socket of open) socket.destroy();
  });

  it('on which thousands of requests are sent ahead keep nobody else from being served', async () => {
    const own = (await another()).relay;
    const { hostname, port } = new URL(own.url);
    const many = 'GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'.repeat(5000);
    let answers = 0;
    const flood = Array.from({ length: 20 }, () => {
      const socket = connect(Number(port), hostname, () => socket.write(many));
      socket.on('error', () => undefined).setEncoding('utf8');
      socket.on('data', (text: string) => {
        answers += text.match(/HTTP\/1\.1 200/g)?.length ?? 0;
      });
      return new Promise((resolve) => socket.once('close', resolve));
    });
    for (let at = 0; at < 5; at += 1) expect((await deliver(own, eventBody(ID))).status).toBe(200);
    await Promise.all(flood);
    // Not those that each asked for ahead of its turn: answered as they came, they kept deliveries for 15 s.
    expect(answers).toBeLessThanOrEqual(20 * 16);
    await expect
      .poll(() => metric(own, 'ts_reconcile_webhook_connections_dropped_total{reason="pipelined"}'), WAIT)
      .toBeGreaterThan(0);
  });

  it('on which a few are sent ahead get their answers in order', async () => {
    const own = (await another()).relay;
    const paths = ['/healthz', '/nowhere', '/healthz', '/webhooks/tripleseat', '/healthz'];
    const bytes = paths.map((path) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`).join('');
    const { hostname, port } = new URL(own.url);
    const text = await new Promise<string>((resolve) => {
      const socket = connect(Number(port), hostname, () => socket.write(bytes));
      let said = '';
      socket.setEncoding('utf8').on('data', (chunk: string) => {
        said += chunk;
        if ((said.match(/HTTP\/1\.1 /g)?.length ?? 0) < paths.length) return;
        socket.destroy();
        resolve(said);
      });
    });
    const statuses = [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status);
    expect(statuses).toEqual(['200', '404', '200', '405', '200']);
  });
});

// Side by side: they wait for the same time-out.
describe.concurrent('connections that say too little', () => {
  it('by the thousand that say nothing keep nobody from being served, and are closed in time', async () => {
    const { hostname, port } = new URL(relay.url);
    const idle = await connected(hostname, Number(port), 1000);
    for (const socket of idle) socket.resume();
    await alive();
    const closed = idle.map((socket) => new Promise((resolve) => socket.once('close', resolve)));
    await Promise.all(closed);
    await alive();
  });

  it('that speak no HTTP, or none in time, are counted', async ({ expect }) => {
    const own = (await another()).relay;
    const { hostname, port } = new URL(own.url);
    const ended = ['\u0016\u0003\u0001\r\n\r\n', 'GET /healthz HTTP/1.1\r\nX: '].map(
      (bytes) =>
        new Promise((resolve) => {
          const socket = connect(Number(port), hostname, () => socket.write(bytes));
          socket.on('error', () => undefined).resume();
          socket.once('close', resolve);
        }),
    );
    await Promise.all(ended);
    for (const reason of ['malformed', 'slow']) {
      const line = `ts_reconcile_webhook_connections_dropped_total{reason="${reason}"}`;
      await expect.poll(() => metric(own, line), WAIT).toBe(1);
    }
  });

  it('that drip are cut off', async () => {
    const slow = (bytes: string) => {
      const { hostname, port } = new URL(relay.url);
      return new Promise<string>((resolve) => {
        let text = '';
        let drip: NodeJS.Timeout | undefined;
        const socket = connect(Number(port), hostname, () => {
          socket.write(bytes);
          drip = setInterval(() => socket.write('x'), 500);
        });
        socket
          .on('error', () => undefined)
          .on('data', (data) => {
            text += data.toString();
          });
        socket.on('close', () => {
          clearInterval(drip);
          resolve(text);
        });
      });
    };
    const body =
      'POST /webhooks/tripleseat HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9000\r\n\r\n';
    const [heads, bodies] = await Promise.all([slow('POST / HTTP/1.1\r\nX-Slow: '), slow(body)]);
    expect(heads).toMatch(/^HTTP\/1\.1 408 /);
    expect(bodies).toMatch(/^HTTP\/1\.1 408 /);
    await alive();
  });
});
