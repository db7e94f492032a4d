import { readdir, readFile, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { binPath } from '../helpers/cli.js';
import { newDirectory, relayEnv, startFake, startServe, starts, TOKEN } from './helpers/relay.js';

const POLICY =
  /^default-src 'none'; style-src 'sha256-\S+'; script-src 'sha256-\S+'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'$/;
/** What a proxy says of whom it speaks for. */
const ELSEWHERE = { 'x-forwarded-for': '203.0.113.7' };
/** What Chromium sends for an address that was typed, and for a link on another page. */
const TYPED = { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
const FOLLOWED = { ...TYPED, 'sec-fetch-site': 'cross-site' };

interface Got {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

function get(url: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Got> {
  return new Promise((resolve, reject) => {
    const sent = request(`${url}/`, { method, headers, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
      );
    });
    sent.on('error', reject).end();
  });
}

const basic = (password: string) => ({
  ...ELSEWHERE,
  authorization: `Basic ${Buffer.from(`anybody:${password}`).toString('base64')}`,
});
const bearer = (token: string) => ({ ...ELSEWHERE, authorization: `Bearer ${token}` });

let directory: string;
beforeEach(async () => {
  directory = await newDirectory();
});

describe('the page of serve', () => {
  it('is that of report, with a policy that lets it reach nobody', async () => {
    const env = relayEnv(join(directory, 'state'), { SERVE_TOKEN: TOKEN });
    const relay = await startServe(['--sandbox', '--allow-unsigned'], env);
    const { status, headers, body } = await get(relay.url, TYPED);
    expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(headers['content-security-policy']).toMatch(POLICY);
    expect(headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
    expect(body).toContain('<h1>Events and orders</h1>');
    expect(body).toMatch(/<\/html>\n$/);
    const head = await get(relay.url, {}, 'HEAD');
    expect([head.status, head.body]).toEqual([200, '']);
    expect(await (await fetch(`${relay.url}/healthz`)).json()).toEqual({ ok: true });
    expect(await relay.stop()).toBe(0);
  });

  it('is for those with the token, as a bearer or as the password that a browser asks for', async () => {
    await writeFile(join(directory, 'stdout'), 'the page');
    const env = relayEnv(join(directory, 'state'), { SERVE_TOKEN: TOKEN });
    const relay = await startFake(directory, {}, env);
    for (const headers of [basic(TOKEN), bearer(TOKEN), {}, TYPED]) {
      expect(await get(relay.url, headers)).toMatchObject({ status: 200, body: 'the page' });
    }
    const wrong = [ELSEWHERE, FOLLOWED, basic('guessed'), basic(''), bearer('guessed'), basic(`${TOKEN} `)];
    for (const headers of [...wrong, { ...ELSEWHERE, authorization: `Basic ${TOKEN}` }]) {
      const refused = await get(relay.url, headers);
      expect([refused.status, refused.headers['www-authenticate']]).toEqual([
        401,
        'Basic realm="ts-reconcile", charset="UTF-8"',
      ]);
      expect(refused.body).not.toContain('the page');
      expect(refused.body).not.toContain(TOKEN);
    }
    // A password does not start runs: another page could make a browser send it.
    const trigger = await fetch(`${relay.url}/api/sync/tripleseat?event_id=5`, { headers: basic(TOKEN) });
    expect(trigger.status).toBe(401);
  });

  it('is for callers on this host alone where there is no token', async () => {
    await writeFile(join(directory, 'stdout'), 'the page');
    const relay = await startFake(directory);
    expect((await get(relay.url, TYPED)).status).toBe(200);
    for (const headers of [ELSEWHERE, FOLLOWED, { host: 'evil.example' }, basic('')]) {
      expect((await get(relay.url, headers)).status).toBe(401);
    }
  });

  it('is made once for all who ask at a time, by a process of its own', async () => {
    await writeFile(join(directory, 'stdout'), 'the page');
    await writeFile(join(directory, 'ms'), '300');
    const relay = await startFake(directory);
    const all = await Promise.all(Array.from({ length: 20 }, () => get(relay.url)));
    expect(all.map(({ status }) => status)).toEqual(all.map(() => 200));
    expect((await starts(directory)).map(({ args }) => args)).toEqual([['report', '--html', '--sandbox']]);
    expect((await get(relay.url)).status).toBe(200);
    expect(await starts(directory)).toHaveLength(1);
  });

  it('that cannot be made is answered 503 and told in the log, and tried again when asked for', async () => {
    await writeFile(join(directory, 'stderr'), 'the disk is full\n');
    const relay = await startFake(directory);
    const { status, headers, body } = await get(relay.url);
    expect([status, headers['retry-after']]).toEqual([503, '10']);
    expect(JSON.parse(body)).toMatchObject({ reason: 'PAGE_NOT_MADE' });
    expect(relay.stderr).toMatch(/the disk is full[\s\S]*The page could not be made/);
    await writeFile(join(directory, 'stdout'), 'the page');
    expect((await get(relay.url)).status).toBe(200);
  });

  it('is no part of what serve loads', async () => {
    const bundle = join(dirname(binPath), '..', 'dist', 'bundle');
    const files = await readdir(bundle);
    const first = files.filter((name) => /^(?:cli|serve-[\w-]+)\.cjs$/.test(name));
    expect(first.length).toBeGreaterThanOrEqual(2);
    const loaded = new Set<string>();
    for (const queue = [...first]; queue.length > 0; ) {
      const name = queue.pop() ?? '';
      if (loaded.has(name)) continue;
      loaded.add(name);
      const text = await readFile(join(bundle, name), 'utf8');
      // What is required within a function is loaded when that is called.
      for (const [, other = ''] of text.matchAll(/^(?:const \S+ = )?require\("\.\/([\w.-]+\.cjs)"\)/gm))
        queue.push(other);
    }
    expect(loaded.size).toBeGreaterThan(5);
    expect([...loaded].filter((name) => /^(?:plots|page|gather|report)-/.test(name))).toEqual([]);
  });
});
