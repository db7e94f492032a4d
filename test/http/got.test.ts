import { execFile } from 'node:child_process';
import { getEventListeners } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import {
  type AddressInfo,
  connect,
  createServer as createTcpServer,
  type Server,
  type Socket,
} from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { gotTransport } from '../../src/http/got.js';
import type { HttpRequest } from '../../src/http/transport.js';

const CANARY = 'canary-51d0';
const open: { close(done: () => void): unknown; sockets: Set<Socket> }[] = [];

async function listen(server: Server): Promise<string> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push({ close: (done) => server.close(done), sockets });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A certificate of its own making for 127.0.0.1. */
async function certificate(): Promise<{ cert: string; key: string }> {
  const dir = await mkdtemp(join(tmpdir(), 'got-'));
  try {
    const [certFile, keyFile] = [join(dir, 'cert.pem'), join(dir, 'key.pem')];
    const request =
      'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1';
    await promisify(execFile)('openssl', [...request.split(' '), '-keyout', keyFile, '-out', certFile]);
    return { cert: await readFile(certFile, 'utf8'), key: await readFile(keyFile, 'utf8') };
  } finally {
    await rm(dir, { recursive: true });
  }
}

const serve = (listener: RequestListener) => listen(createServer(listener));

afterEach(async () => {
  for (const { close, sockets } of open.splice(0)) {
    for (const socket of sockets) socket.destroy();
    await new Promise<void>((resolve) => void close(resolve));
  }
});

function get(url: string, more: Partial<HttpRequest> = {}): HttpRequest {
  return {
    method: 'GET',
    url,
    headers: { authorization: CANARY },
    timeoutMs: 5_000,
    maxBytes: 1_000_000,
    ...more,
  };
}

describe('gotTransport', () => {
  it('answers any status with headers in lower case, and does not follow redirects', async () => {
    let asked = 0;
    const url = await serve((_request, response) => {
      asked += 1;
      response.writeHead(302, { Location: '/elsewhere', 'Set-Cookie': ['a=1', 'b=2'] }).end('moved');
    });
    expect(await gotTransport()(get(url))).toMatchObject({
      kind: 'response',
      status: 302,
      headers: { location: '/elsewhere', 'set-cookie': 'a=1, b=2' },
      body: 'moved',
    });
    expect(asked).toBe(1);
  });

  it('leaves out a byte order mark at the beginning, and nothing else', async () => {
    const url = await serve((_request, response) => {
      response.end(Buffer.from('\ufeff{"name":"Zoë \ufeff"}', 'utf8'));
    });
    expect(await gotTransport()(get(url))).toMatchObject({ body: '{"name":"Zoë \ufeff"}' });
  });

  it.each([500, 503, 429])('makes one attempt on %i', async (status) => {
    let asked = 0;
    const url = await serve((_request, response) => {
      asked += 1;
      response.writeHead(status, { 'Retry-After': '0' }).end();
    });
    expect(await gotTransport()(get(url))).toMatchObject({ kind: 'response', status });
    expect(asked).toBe(1);
  });

  it('sends the body as it is, on a fresh connection for each write; reads share one', async () => {
    const bodies: string[] = [];
    const ports: (number | undefined)[] = [];
    const url = await serve((request, response) => {
      ports.push(request.socket.remotePort);
      let body = '';
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => {
        bodies.push(body);
        response.end('ok');
      });
    });
    const transport = gotTransport();
    const post = get(url, {
      method: 'POST',
      body: '{"a":1}',
      headers: { 'content-type': 'application/json' },
    });
    await transport(post);
    await transport(post);
    await transport(get(url));
    await transport(get(url));
    expect(bodies).toEqual(['{"a":1}', '{"a":1}', '', '']);
    expect(ports[0]).not.toBe(ports[1]);
    expect(ports[2]).toBe(ports[3]);
  });

  it('cuts a body off at the cap and closes the connection', async () => {
    let closed: () => void = () => {};
    const whenClosed = new Promise<void>((resolve) => {
      closed = resolve;
    });
    const url = await serve((request, response) => {
      request.socket.on('close', () => closed());
      const pump = () => {
        while (!response.destroyed && response.write(Buffer.alloc(16_384, 0x61)));
      };
      response.on('drain', pump);
      pump();
    });
    expect(await gotTransport()(get(url, { maxBytes: 50_000 }))).toMatchObject({
      kind: 'failure',
      sent: true,
      reason: 'too-large',
    });
    await whenClosed;
  });

  it('counts the decompressed size, so that a small compressed body cannot grow without bound', async () => {
    const bomb = gzipSync(Buffer.alloc(20_000_000, 0x61));
    expect(bomb.length).toBeLessThan(50_000);
    const url = await serve((_request, response) => {
      response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(bomb);
    });
    expect(await gotTransport()(get(url, { maxBytes: 100_000 }))).toMatchObject({ reason: 'too-large' });
  });

  it('decompresses what fits', async () => {
    const url = await serve((_request, response) => {
      response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(gzipSync('{"ok":true}'));
    });
    expect(await gotTransport()(get(url))).toMatchObject({ status: 200, body: '{"ok":true}' });
  });

  it('knows that a refused connection sent nothing', async () => {
    const server = createTcpServer();
    const url = await listen(server);
    await new Promise<void>((resolve) => server.close(() => resolve()));
    open.pop();
    expect(await gotTransport()(get(url, { method: 'POST' }))).toEqual({
      kind: 'failure',
      sent: false,
      reason: 'connect',
      detail: 'could not connect (ECONNREFUSED)',
    });
  });

  it('knows that an unknown name sent nothing', async () => {
    const answer = await gotTransport()(get('http://nobody.invalid/'));
    expect(answer).toMatchObject({ kind: 'failure', sent: false, reason: 'connect' });
  });

  it('knows that nothing was sent when the TLS handshake does not come to an end', async () => {
    const url = await listen(createTcpServer());
    const request = get(url.replace('http:', 'https:'), { method: 'POST', body: '{}', timeoutMs: 300 });
    expect(await gotTransport()(request)).toEqual({
      kind: 'failure',
      sent: false,
      reason: 'timeout',
      detail: 'timed out while connecting',
    });
  });

  it('asks once connected, before a byte leaves, and knows that nothing was sent when the answer is no', async () => {
    let bytes = 0;
    const order: string[] = [];
    const server = createTcpServer((socket) => {
      order.push('connected');
      socket.on('data', (data) => {
        bytes += data.length;
      });
    });
    const url = await listen(server);
    const mayLeave = () => {
      order.push('asked');
      return false;
    };
    const write = get(url, { method: 'POST', body: '{}', mayLeave });
    expect(await gotTransport()(write)).toEqual({
      kind: 'failure',
      sent: false,
      reason: 'aborted',
      detail: 'stopped',
    });
    expect(order).toContain('asked');
    expect(bytes).toBe(0);
    const answered = await serve((_, response) => response.end('ok'));
    expect(await gotTransport()({ ...write, url: answered, mayLeave: () => true })).toMatchObject({
      status: 200,
    });
  });

  it('knows that nothing was sent to a server whose certificate nobody vouches for', async () => {
    const secure = createTlsServer(await certificate(), (_, response) => response.end('ok'));
    const url = (await listen(secure)).replace('http:', 'https:');
    const request = get(url, { method: 'POST', body: '{}', mayLeave: () => true });
    expect(await gotTransport()(request)).toMatchObject({
      kind: 'failure',
      sent: false,
      detail: expect.stringContaining('CERT'),
    });
  });

  it.each([true, false])('asks only when TLS is through, and heeds the answer: %s', async (mayLeave) => {
    const { cert, key } = await certificate();
    let body = '';
    const secure = createTlsServer({ cert, key }, (request, response) => {
      request.on('data', (data) => {
        body += String(data);
      });
      request.on('end', () => response.end('ok'));
    });
    const inner = Number(new URL(await listen(secure)).port);
    let asked = 0;
    let askedBeforeTls = 0;
    // Holds the handshake until the first bytes of the client have come.
    const outer = createTcpServer((socket) => {
      socket.once('data', (hello) => {
        askedBeforeTls = asked;
        const to = connect(inner, '127.0.0.1', () => to.write(hello));
        to.on('error', () => socket.destroy());
        socket.pipe(to).pipe(socket);
      });
    });
    const url = (await listen(outer)).replace('http:', 'https:');
    const request = get(url, {
      method: 'POST',
      body: '{"one":1}',
      mayLeave: () => {
        asked += 1;
        return mayLeave;
      },
    });
    const dial = tls.connect;
    const trusting = vi
      .spyOn(tls, 'connect')
      .mockImplementation((options: unknown) => dial({ ...(options as tls.ConnectionOptions), ca: cert }));
    const answer = await gotTransport()(request).finally(() => trusting.mockRestore());
    expect(asked).toBeGreaterThan(askedBeforeTls);
    expect(answer).toMatchObject(mayLeave ? { status: 200 } : { sent: false, reason: 'aborted' });
    expect(body).toBe(mayLeave ? '{"one":1}' : '');
  });

  it('does not know what became of a write that was cut off', async () => {
    const url = await serve((request) => {
      request.on('end', () => request.socket.destroy()).resume();
    });
    expect(await gotTransport()(get(url, { method: 'POST', body: '{}' }))).toMatchObject({
      kind: 'failure',
      sent: true,
      reason: 'reset',
    });
  });

  it('reports a body that breaks off half-way as no answer', async () => {
    const url = await serve((_request, response) => {
      response.writeHead(200, { 'Content-Length': '100' });
      response.write('half', () => response.destroy());
    });
    expect(await gotTransport()(get(url))).toMatchObject({ kind: 'failure', sent: true, reason: 'reset' });
  });

  it.each(['headers', 'body'])('gives up on %s that do not come in time', async (part) => {
    const url = await serve((_request, response) => {
      if (part === 'body') response.write('{');
    });
    expect(await gotTransport()(get(url, { timeoutMs: 100 }))).toMatchObject({
      kind: 'failure',
      sent: true,
      reason: 'timeout',
    });
  });

  it('takes a server that goes over to another protocol for one that has not answered', async () => {
    const server = createTcpServer((socket) => {
      socket.on('data', () => {
        socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n');
      });
    });
    const url = await listen(server);
    for (const request of [get(url), get(url, { method: 'POST', body: '{}', mayLeave: () => true })]) {
      expect(await gotTransport()(request)).toMatchObject({ kind: 'failure', sent: true, reason: 'reset' });
    }
  });

  it('lets go of the signal when it has answered, so that a later stop does no harm', async () => {
    const stop = new AbortController();
    const url = await serve((_request, response) => response.end('done'));
    for (let count = 0; count < 3; count += 1) {
      expect(await gotTransport()(get(url, { signal: stop.signal }))).toMatchObject({ kind: 'response' });
    }
    expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
    stop.abort();
    // What the library throws now would reach nobody but the test runner.
    await new Promise((resolve) => setImmediate(resolve));
  });

  it('stops when told to, and knows that nothing was sent if it was told before', async () => {
    const stop = new AbortController();
    const url = await serve(() => stop.abort());
    expect(await gotTransport()(get(url, { signal: stop.signal }))).toMatchObject({
      sent: true,
      reason: 'aborted',
    });
    expect(await gotTransport()(get(url, { signal: stop.signal }))).toMatchObject({
      sent: false,
      reason: 'aborted',
    });
  });

  it('turns even a URL that cannot be read into a failure, and never repeats secrets', async () => {
    const answers = [
      await gotTransport()(get(`nonsense ${CANARY}`)),
      await gotTransport()(get(`http://127.0.0.1:1/?key=${CANARY}`)),
    ];
    expect(answers.map((answer) => answer.kind)).toEqual(['failure', 'failure']);
    expect(JSON.stringify(answers)).not.toContain(CANARY);
  });
});
