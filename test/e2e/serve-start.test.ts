import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { runCli } from '../helpers/cli.js';
import { deliver, eventBody, newDirectory, relayEnv, startFake, startServe, TOKEN } from './helpers/relay.js';

let directory: string;
let env: Record<string, string>;

beforeEach(async () => {
  directory = await newDirectory();
  env = relayEnv(join(directory, 'state'));
});

/** What `serve` says when it cannot begin: whole sentences, no stack. */
async function refusal(args: string[], changes: Record<string, string> = {}) {
  const { code, stdout, stderr } = await runCli(['serve', '--sandbox', ...args], { ...env, ...changes });
  expect(stdout).toBe('');
  expect(stderr).not.toMatch(/^\s+at /m);
  return { code, stderr };
}

describe('serve does not start', () => {
  it('without a signing key', async () => {
    const { code, stderr } = await refusal([], { TRIPLESEAT_WEBHOOK_SIGNING_KEY: '' });
    expect(code).toBe(78);
    expect(stderr).toContain('TRIPLESEAT_WEBHOOK_SIGNING_KEY is not set.');
  });

  it('without what its runs need, all of it said at once', async () => {
    const { code, stderr } = await runCli(['serve'], { ...env, TRIPLESEAT_WEBHOOK_SIGNING_KEY: '' });
    expect(code).toBe(78);
    for (const name of ['TRIPLESEAT_CLIENT_ID', 'REVEL_API_KEY', 'TRIPLESEAT_WEBHOOK_SIGNING_KEY']) {
      expect(stderr).toContain(`${name} is not set`);
    }
  });

  it('on a port in use', async () => {
    const relay = await startFake(directory);
    const { port } = new URL(relay.url);
    const { code, stderr } = await refusal(['--port', port], { STATE_DIR: join(directory, 'other') });
    expect(code).toBe(78);
    expect(stderr).toContain(`Cannot listen on 127.0.0.1 port ${port}: another program listens there.`);
  });

  it('on an address that this host does not have', async () => {
    const { code, stderr } = await refusal(['--host', '192.0.2.1', '--port', '0'], { SERVE_TOKEN: TOKEN });
    expect(code).toBe(78);
    expect(stderr).toContain('Cannot listen on 192.0.2.1 port 0: this host has no such address.');
  });

  it.each(['0.0.0.0', '::', '192.0.2.1'])('on %s without a token', async (host) => {
    const { code, stderr } = await refusal(['--host', host, '--port', '0']);
    expect(code).toBe(78);
    expect(stderr).toContain(`serve is to listen on ${host}, beyond this host, and SERVE_TOKEN is not set.`);
  });

  it('in a state directory that cannot be written', async () => {
    const file = join(directory, 'file');
    await writeFile(file, '');
    const under = await refusal(['--port', '0'], { STATE_DIR: join(file, 'state') });
    expect(under).toMatchObject({ code: 78, stderr: expect.stringContaining('is not a directory') });

    const spool = join(directory, 'state', 'sandbox', 'state', 'spool');
    await mkdir(join(spool, 'spool.jsonl'), { recursive: true });
    for (const path of ['state', 'state/sandbox', 'state/sandbox/state'])
      await chmod(join(directory, path), 0o700);
    const blocked = await refusal(['--port', '0']);
    expect(blocked.code).toBe(78);
    expect(blocked.stderr).toContain(`Cannot write ${join(spool, 'spool.jsonl')}: it is a directory.`);
    expect(blocked.stderr).toContain('Move it away');
  });

  it('while another relay works on the same state', async () => {
    const relay = await startServe(['--sandbox'], env);
    const { code, stderr } = await refusal(['--port', '0']);
    expect(code).toBe(75);
    expect(stderr).toContain('Another ts-reconcile serve works on the state directory');
    expect((await deliver(relay, eventBody(1))).status).toBe(200);
    await relay.stop('SIGKILL');
    expect(await (await startServe(['--sandbox'], env)).stop()).toBe(0);
  });

  it.each(['', ' '])('on the address "%s", which would be every one', async (host) => {
    const { code, stderr } = await refusal(['--host', host, '--port', '0']);
    expect(code).toBe(64);
    expect(stderr).toContain('Write an address of this host, e.g. 127.0.0.1');
  });

  it.each([
    ['--port', '65536'],
    ['--port', 'http'],
    ['--max-runs', '0'],
    ['--max-queue', '-1'],
    ['--grace', '1.5'],
    ['--allow-everything'],
    ['extra'],
  ])('with %s %s', async (...args) => {
    expect((await refusal(args.filter((arg) => arg !== undefined))).code).toBe(64);
  });
});

describe('serve', () => {
  it('listens on the loopback interface unless told otherwise', async () => {
    const relay = await startServe(['--sandbox'], env);
    expect(relay.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const six = await startFake(await newDirectory(), { host: '::1' });
    expect(six.url).toMatch(/^http:\/\/\[::1\]:\d+$/);
    expect((await fetch(`${six.url}/healthz`)).status).toBe(200);
  });

  it.each(['0.0.0.0', 'localhost'])('listens on %s where it may', async (host) => {
    const token: Record<string, string> = host === '0.0.0.0' ? { SERVE_TOKEN: TOKEN } : {};
    const relay = await startServe(['--sandbox', '--host', host], { ...env, ...token });
    const { port } = new URL(relay.url);
    expect((await fetch(`http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${port}/healthz`)).status).toBe(
      200,
    );
    expect(await relay.stop()).toBe(0);
  });

  it('logs objects when asked to, its runs included', async () => {
    const relay = await startServe(['--sandbox'], { ...env, LOG_FORMAT: 'json' });
    const { json } = await deliver(relay, eventBody(5));
    await expect.poll(() => relay.stderr, { timeout: 20_000 }).toContain('ended with exit code');
    const lines = relay.stderr
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const run = `req-${json.correlation_id}`;
    expect(lines).toContainEqual(
      expect.objectContaining({ level: 'info', run, event: '5', msg: 'Webhook processed successfully' }),
    );
    expect(lines).toContainEqual(expect.objectContaining({ run, msg: 'Starting webhook sync task' }));
    expect(lines).toContainEqual(expect.objectContaining({ level: 'error', run }));
  });
});
