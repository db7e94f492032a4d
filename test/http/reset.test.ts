import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { syncBuiltinESMExports } from 'node:module';
import { type AddressInfo, connect, createServer as createTcpServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { gotTransport } from '../../src/http/got.js';
import type { HttpRequest } from '../../src/http/transport.js';

/** A name that only the proxy knows. */
const BEHIND = 'revel.proxied.test';
const WAYS = ['http', 'https', 'https through a proxy'] as const;
type Way = (typeof WAYS)[number];

let identity: { cert: string; key: string };
const open: Server[] = [];

beforeAll(async () => {
  const dir = await mkdtemp(join(tmpdir(), 'reset-'));
  const [cert, key] = [join(dir, 'cert.pem'), join(dir, 'key.pem')];
  const request = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=test';
  const names = ['-addext', `subjectAltName=IP:127.0.0.1,DNS:${BEHIND}`];
  await promisify(execFile)('openssl', [...request.split(' '), ...names, '-keyout', key, '-out', cert]);
  identity = { cert: await readFile(cert, 'utf8'), key: await readFile(key, 'utf8') };
  await rm(dir, { recursive: true });
  const dial = tls.connect;
  vi.spyOn(tls, 'connect').mockImplementation((options: unknown) =>
    dial({ ...(options as tls.ConnectionOptions), ca: identity.cert }),
  );
  syncBuiltinESMExports();
});

afterAll(() => {
  vi.restoreAllMocks();
  syncBuiltinESMExports();
});

afterEach(async () => {
  vi.unstubAllEnvs();
  for (const server of open.splice(0)) await new Promise((resolve) => server.close(resolve));
});

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push(server);
  return (server.address() as AddressInfo).port;
}

/** A server, and what its side of the connection comes to: `end` after an ordinary close (FIN), a code after a reset. */
async function serve(way: Way, listener: RequestListener): Promise<{ url: string; end: Promise<string> }> {
  const inner = await listen(way === 'http' ? createServer(listener) : createTlsServer(identity, listener));
  let ended: (how: string) => void = () => {};
  const end = new Promise<string>((resolve) => {
    ended = resolve;
  });
  const isProxy = way === 'https through a proxy';
  // TLS hides how a connection came to its end, so that it is looked at in front of the server.
  const outer = createTcpServer((socket) => {
    const to = connect(inner, '127.0.0.1');
    socket
      .on('end', () => ended('end'))
      .on('error', (error: NodeJS.ErrnoException) => ended(`${error.code}`));
    socket.on('close', () => to.destroy());
    // Whose end of the connection is not read does not learn how the other has ended.
    to.on('error', () => {}).on('close', () => socket.resume());
    to.pipe(socket);
    if (!isProxy) socket.pipe(to);
    else socket.once('data', () => socket.pipe(to) && socket.write('HTTP/1.1 200 OK\r\n\r\n'));
  });
  const port = await listen(outer);
  if (!isProxy) return { url: `${way}://127.0.0.1:${port}`, end };
  vi.stubEnv('HTTPS_PROXY', `http://127.0.0.1:${port}`);
  vi.stubEnv('NO_PROXY', '');
  return { url: `https://${BEHIND}`, end };
}

function post(url: string, more: Partial<HttpRequest> = {}): HttpRequest {
  const headers = { 'content-type': 'application/json' };
  return { method: 'POST', url, headers, body: '{}', timeoutMs: 5_000, maxBytes: 1_000, ...more };
}

describe.each(WAYS)('a write over %s', (way) => {
  it('resets the connection at its time-out', async () => {
    const { url, end } = await serve(way, () => {});
    const write = post(url, { timeoutMs: 2_400, mayLeave: () => true });
    expect(await gotTransport()(write)).toMatchObject({ sent: true, reason: 'timeout' });
    expect(await end).toBe('ECONNRESET');
  });

  it('resets it when it is stopped', async () => {
    const stop = new AbortController();
    const { url, end } = await serve(way, () => stop.abort());
    const answer = await gotTransport()(post(url, { signal: stop.signal }));
    expect(answer).toMatchObject({ sent: true, reason: 'aborted' });
    expect(await end).toBe('ECONNRESET');
  });

  it('resets it when the answer is larger than it may be', async () => {
    const { url, end } = await serve(way, (_, response) => response.write('x'.repeat(2_000)));
    expect(await gotTransport()(post(url))).toMatchObject({ sent: true, reason: 'too-large' });
    expect(await end).toBe('ECONNRESET');
  });

  it('resets it when its guard holds it back', async () => {
    const { url, end } = await serve(way, () => {});
    expect(await gotTransport()(post(url, { mayLeave: () => false }))).toMatchObject({ sent: false });
    expect(await end).toBe('ECONNRESET');
  });

  it('closes it in the ordinary way once it has its answer', async () => {
    const { url, end } = await serve(way, (_, response) => response.end('done'));
    expect(await gotTransport()(post(url))).toMatchObject({ status: 200, body: 'done' });
    expect(await end).toBe('end');
  });
});
