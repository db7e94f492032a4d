import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { wrongWith } from '../helpers/check.js';
import { runCli, syncArgs } from '../helpers/cli.js';
import { TestWorld } from '../helpers/world.js';

let world: TestWorld;
beforeEach(async () => {
  world = await TestWorld.start();
});
afterEach(() => world.close());

/**
 * A server that throws back at the client whatever it was sent, as servers do in their error pages; with `reads`,
 * what is only read comes from there.
 */
async function echo(
  status: number,
  type: string,
  { reads, before = '' }: { reads?: string; before?: string } = {},
): Promise<{ url: string; server: Server }> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', async () => {
      if (reads !== undefined && request.method === 'GET') {
        const key = String(request.headers['api-authentication']);
        const answer = await fetch(`${reads}${request.url}`, { headers: { 'API-AUTHENTICATION': key } });
        response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text());
        return;
      }
      const sent = `${before}${request.headers['api-authentication']} ${request.url} ${JSON.stringify(request.headers)}`;
      response
        .writeHead(status, {
          'content-type': type,
          location: `/login?${request.headers.authorization ?? ''}`,
        })
        .end(JSON.stringify({ error: `${sent} ${Buffer.concat(chunks)}` }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return { url: `http://127.0.0.1:${address.port}`, server };
}

describe('secrets', () => {
  const canary = (name: string) => `canary-${name}-9f27`;
  const names = [
    'TRIPLESEAT_CLIENT_ID',
    'TRIPLESEAT_CLIENT_SECRET',
    'TRIPLESEAT_REFRESH_TOKEN',
    'REVEL_API_KEY',
    'REVEL_API_SECRET',
    'TRIPLESEAT_WEBHOOK_SIGNING_KEY',
    'SERVE_TOKEN',
  ];
  const planted: Record<string, string> = {
    ...Object.fromEntries(names.map((name) => [name, canary(name)])),
    SMTP_URL: `smtp://user:${canary('SMTP')}@127.0.0.1:1`,
    EMAIL_FROM: 'a@example.com',
    EMAIL_TO: 'b@example.com',
    HEALTHCHECK_URL: `http://127.0.0.1:1/${canary('HEALTH')}`,
    CHAT_WEBHOOK_URL: `http://127.0.0.1:1/${canary('CHAT')}`,
  };
  /** None of it may be spelled out, nor any of the tokens that were handed out. */
  const SECRET = /canary-|sandbox-client-secret|test-secret|test-key/;

  function leaks(dir: string): string[] {
    return readdirSync(dir, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name !== 'tokens.json')
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => SECRET.test(readFileSync(path, 'utf8')));
  }

  it.each<[number, string]>([
    [200, 'text/html'],
    [200, 'application/json'],
    [302, 'text/html'],
    [400, 'application/json'],
    [401, 'application/json'],
    [403, 'text/html'],
    [500, 'application/json'],
  ])('never show, whatever a server throws back: %i %s', async (status, type) => {
    const event = world.addEvent();
    const { url, server } = await echo(status, type);
    const dir = world.newStateDir();
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    // Whom to tell is tried for some seconds: once is enough.
    const tell: Record<string, string> =
      status === 500
        ? {}
        : { SMTP_URL: '', EMAIL_FROM: '', EMAIL_TO: '', HEALTHCHECK_URL: '', CHAT_WEBHOOK_URL: '' };
    const common = { ...planted, ...tell, METRICS_FILE: join(dir, 'metrics.prom'), LOG_LEVEL: 'debug' };
    const signedIn = {
      ...common,
      TRIPLESEAT_CLIENT_ID: 'sandbox-client',
      TRIPLESEAT_CLIENT_SECRET: 'sandbox-client-secret',
      TRIPLESEAT_REFRESH_TOKEN: '',
      REVEL_BASE_URL: url,
    };
    const results = await Promise.all([
      runCli(syncArgs(event), world.env(join(dir, 'a'), { ...common, TRIPLESEAT_BASE_URL: url })),
      runCli(['sync', '--json', '--location', 'Special Events'], world.env(join(dir, 'b'), signedIn)),
      runCli(['sync', '--event-id', '1'], world.env(join(dir, 'c'), { ...signedIn, LOG_FORMAT: 'json' })),
    ]);
    for (const result of results) {
      expect(result.code).toBeGreaterThan(0);
      expect(`${result.stdout}${result.stderr}`).not.toMatch(SECRET);
    }
    expect(leaks(dir)).toEqual([]);
    server.closeAllConnections();
    server.close();
  });

  it('never show when a write is refused with all that it carried, not even cut in half', async () => {
    const event = world.addEvent();
    for (const room of [0, 150, 290, 295]) {
      const { url, server } = await echo(400, 'application/json', {
        reads: world.revelServer.url,
        before: 'x'.repeat(room),
      });
      const dir = world.newStateDir();
      const result = await runCli(syncArgs(event), world.env(dir, { REVEL_BASE_URL: url }));
      expect(result.code).toBe(1);
      expect(result.report?.events).toMatchObject([
        { reason: 'REVEL_ERROR', error: expect.stringContaining('400') },
      ]);
      expect(`${result.stdout}${result.stderr}`).not.toMatch(/test-[ks]/);
      expect(leaks(dir)).toEqual([]);
      server.closeAllConnections();
      server.close();
    }
  });

  it('never show when all goes well', async () => {
    const event = world.addEvent();
    const dir = world.newStateDir();
    const extra = Object.fromEntries(
      Object.entries(planted).filter(([name]) => !/CLIENT|REFRESH|API|SMTP|EMAIL|HEALTH/.test(name)),
    );
    const first = await runCli(['sync', '--json'], world.env(dir, { ...extra, LOG_LEVEL: 'debug' }));
    expect(first.code, first.stderr).toBe(0);
    expect(wrongWith(world.revel, event)).toEqual([]);
    const tokens = readFileSync(join(dir, 'tokens.json'), 'utf8');
    const { accessToken } = JSON.parse(tokens) as { accessToken: string };
    expect(`${first.stdout}${first.stderr}`).not.toMatch(SECRET);
    expect(`${first.stdout}${first.stderr}`).not.toContain(accessToken);
    expect(leaks(dir)).toEqual([]);
  });

  it('never show in what is wrong with the configuration', async () => {
    const result = await runCli(
      ['sync', '--json'],
      world.env(world.newStateDir(), {
        ...planted,
        REVEL_API_KEY: `${canary('KEY')} with blank`,
        TRIPLESEAT_REFRESH_TOKEN: `${canary('REFRESH')}\u00e9`,
        SMTP_URL: `http://${canary('SMTP')}@x`,
        STATE_URL: `mysql://${canary('STATE')}@x/y`,
        HEALTHCHECK_URL: `ftp://x/${canary('HEALTH')}`,
      }),
    );
    expect(result.code).toBe(78);
    for (const name of [
      'REVEL_API_KEY',
      'TRIPLESEAT_REFRESH_TOKEN',
      'SMTP_URL',
      'STATE_URL',
      'HEALTHCHECK_URL',
    ])
      expect(result.stderr).toContain(name);
    expect(`${result.stdout}${result.stderr}`).not.toMatch(SECRET);
  });
});
