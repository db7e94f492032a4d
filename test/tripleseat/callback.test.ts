import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { type CallbackServer, listenForCallback } from '../../src/tripleseat/callback.js';
import { VirtualClock } from '../http/virtual-clock.js';

const STATE = 'state-1234';

let server: CallbackServer | null = null;
afterEach(async () => {
  await server?.close();
  server = null;
});

async function start(
  changes: Partial<Parameters<typeof listenForCallback>[0]> = {},
): Promise<CallbackServer> {
  server = await listenForCallback({
    port: 0,
    state: STATE,
    timeoutMs: 600_000,
    clock: systemClock,
    signal: new AbortController().signal,
    ...changes,
  });
  return server;
}

async function open(
  url: string,
  init: RequestInit = {},
): Promise<{ status: number; text: string; type: string }> {
  const response = await fetch(url, init);
  const type = response.headers.get('content-type') ?? '';
  return { status: response.status, text: await response.text(), type };
}

describe('listenForCallback', () => {
  it('takes the code and shows a plain sentence in which nothing of the request is', async () => {
    const { redirectUri, outcome } = await start();
    expect(redirectUri).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/callback$/);
    const page = await open(`${redirectUri}?code=secret-code&state=${STATE}&extra=%3Cscript%3E`);
    expect(page).toMatchObject({ status: 200, type: 'text/plain; charset=utf-8' });
    expect(page.text).toMatch(/^Tripleseat has answered\. [^<>]+\n$/);
    expect(page.text).not.toMatch(/secret-code|state-1234|script/);
    expect(await outcome).toEqual({ kind: 'code', code: 'secret-code' });
  });

  it('reports a refusal', async () => {
    const { redirectUri, outcome } = await start();
    const page = await open(`${redirectUri}?error=access_denied&error_description=%3Cb%3E&state=${STATE}`);
    expect(page.text).toMatch(/^Access was not granted\./);
    expect(page.text).not.toContain('<b>');
    expect(await outcome).toEqual({ kind: 'refused', error: 'access_denied' });
  });

  it('is not ended by answers of others, other paths, methods or names', async () => {
    const { redirectUri, outcome } = await start();
    const root = redirectUri.replace('/callback', '');
    expect((await open(`${redirectUri}?code=evil&state=wrong`)).status).toBe(400);
    expect((await open(`${redirectUri}?error=access_denied`)).status).toBe(400);
    expect((await open(`${redirectUri}?state=${STATE}`)).status).toBe(400);
    expect((await open(`${root}/favicon.ico`)).status).toBe(404);
    expect((await open(`${redirectUri}?code=evil&state=${STATE}`, { method: 'POST' })).status).toBe(405);
    const port = Number(new URL(root).port);
    expect(await rebound(port, `/callback?code=evil&state=${STATE}`)).toMatch(/^HTTP\/1\.1 404/);
    await open(`${redirectUri}?code=good&state=${STATE}`);
    expect(await outcome).toEqual({ kind: 'code', code: 'good' });
  });

  it('gives up after its time', async () => {
    const clock = new VirtualClock();
    const { outcome } = await start({ clock, timeoutMs: 1_000 });
    expect(await outcome).toEqual({ kind: 'timeout' });
    expect(clock.now()).toBeGreaterThanOrEqual(1_000);
  });

  it('stops at a signal, also one that came before', async () => {
    const controller = new AbortController();
    const { outcome, close } = await start({ signal: controller.signal });
    controller.abort('SIGINT');
    expect(await outcome).toEqual({ kind: 'stopped' });
    await close();
    expect(await (await start({ signal: AbortSignal.abort() })).outcome).toEqual({ kind: 'stopped' });
  });

  it('says so when the port is taken', async () => {
    const { redirectUri } = await start();
    const port = Number(new URL(redirectUri).port);
    await expect(
      listenForCallback({
        port,
        state: STATE,
        timeoutMs: 1_000,
        clock: systemClock,
        signal: new AbortController().signal,
      }),
    ).rejects.toMatchObject({ code: 'USAGE', exitCode: 64, message: expect.stringContaining(String(port)) });
  });

  it('closes although a browser keeps a connection open', async () => {
    const started = await start();
    const socket = connect(Number(new URL(started.redirectUri).port), '127.0.0.1');
    socket.on('error', () => undefined);
    await new Promise((resolve) => socket.once('connect', resolve));
    await started.close();
    socket.destroy();
  });
});

/** A request in which another host name leads to the loopback address. */
function rebound(port: number, target: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    socket.on('error', reject);
    socket.on('data', (chunk) => {
      text += chunk.toString();
    });
    socket.on('close', () => resolve(text));
    socket.write(`GET ${target} HTTP/1.1\r\nHost: evil.example:${port}\r\nConnection: close\r\n\r\n`);
  });
}
