import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { runCli, syncArgs } from '../helpers/cli.js';
import { TestWorld } from '../helpers/world.js';
import { eventBody, startServe } from './helpers/relay.js';

const run = promisify(execFile);

/** Names that no resolver knows: only the proxy does. */
const TRIPLESEAT = 'tripleseat.proxied.test';
const REVEL = 'revel.proxied.test';

let world: TestWorld;
const asked: string[] = [];
let proxy: Server;
let env: Record<string, string> = {};
let refuse = false;

/** TLS in front of a server that speaks plain HTTP. */
async function tlsFor(url: string, cert: string, key: string): Promise<number> {
  const port = Number(new URL(url).port);
  const server = createTlsServer({ cert, key }, (socket) => piped(socket, connect(port, '127.0.0.1')));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  servers.push(server);
  return portOf(server);
}

const servers: { close(): unknown }[] = [];
const portOf = (server: { address(): AddressInfo | string | null }) => {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
};

function piped(one: Socket, other: Socket): void {
  one.pipe(other).pipe(one);
  for (const socket of [one, other]) socket.on('error', () => undefined);
}

beforeAll(async () => {
  world = await TestWorld.start({});
  const dir = await mkdtemp(join(tmpdir(), 'proxy-'));
  const [cert, key] = [join(dir, 'cert.pem'), join(dir, 'key.pem')];
  const names = `subjectAltName=DNS:${TRIPLESEAT},DNS:${REVEL}`;
  const request = [
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-days',
    '2',
    '-subj',
    '/CN=proxied.test',
  ];
  await run('openssl', [...request, '-addext', names, '-keyout', key, '-out', cert]);
  const files = [readFileSync(cert, 'utf8'), readFileSync(key, 'utf8')] as const;
  const behind: Record<string, number> = {
    [`${TRIPLESEAT}:443`]: await tlsFor(world.tripleseatServer.url, ...files),
    [`${REVEL}:443`]: await tlsFor(world.revelServer.url, ...files),
  };
  proxy = createServer((_, response) => response.writeHead(405).end());
  proxy.on('connect', (request_, client: Socket, head: Buffer) => {
    const target = request_.url ?? '';
    asked.push(target);
    const port = behind[target];
    if (refuse || port === undefined) {
      client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
      return;
    }
    const server = connect(port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      if (head.length > 0) server.write(head);
      piped(client, server);
    });
    server.on('error', () => client.destroy());
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  servers.push(proxy);
  env = world.env(world.newStateDir(), {
    TRIPLESEAT_BASE_URL: `https://${TRIPLESEAT}`,
    REVEL_BASE_URL: `https://${REVEL}`,
    HTTPS_PROXY: `http://127.0.0.1:${portOf(proxy)}`,
    NODE_EXTRA_CA_CERTS: cert,
  });
});

beforeEach(() => {
  asked.length = 0;
  refuse = false;
});

afterAll(async () => {
  for (const server of servers) server.close();
  await world.close();
});

it('sends every request to other machines through the proxy, and makes the order', async () => {
  const event = world.addEvent();
  const first = await runCli(syncArgs(event), env);
  expect(first.report?.summary, first.stderr).toMatchObject({ injected: 1, failed: 0 });
  expect(new Set(asked)).toEqual(new Set([`${TRIPLESEAT}:443`, `${REVEL}:443`]));
  const second = await runCli(syncArgs(event), env);
  expect(second.report?.events[0]).toMatchObject({ status: 'skipped', reason: 'ALREADY_INJECTED' });
});

it('goes past the proxy to what NO_PROXY names, and to this machine', async () => {
  const event = world.addEvent();
  const direct = await runCli(syncArgs(event), { ...env, NO_PROXY: '.proxied.test', MAX_RUN_SECONDS: '20' });
  expect(direct.code).toBe(69);
  const here = world.env(world.newStateDir(), {
    HTTPS_PROXY: env.HTTPS_PROXY ?? '',
    HTTP_PROXY: env.HTTPS_PROXY ?? '',
  });
  const local = await runCli([...syncArgs(event), '--dry-run'], here);
  expect(local.report?.summary, local.stderr).toMatchObject({ injected: 1 });
  expect(asked).toEqual([]);
});

it('takes a proxy that refuses for a service that cannot be reached', async () => {
  refuse = true;
  const event = world.addEvent();
  const { code, stderr } = await runCli(syncArgs(event), env);
  expect(code, stderr).toBe(69);
  expect(asked.length).toBeGreaterThan(0);
});

it('sends the requests of the runs that a relay starts through it, too', async () => {
  const event = world.addEvent();
  const relay = await startServe(['--allow-unsigned'], env);
  const body = eventBody(event.id);
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${relay.url}/webhooks/tripleseat`, { method: 'POST', headers, body });
  expect(answer.status).toBe(200);
  await expect
    .poll(() => relay.stderr, { timeout: 50_000 })
    .toContain(`Event ${event.id} synced successfully`);
  await relay.stop();
  expect(new Set(asked)).toEqual(new Set([`${TRIPLESEAT}:443`, `${REVEL}:443`]));
});
