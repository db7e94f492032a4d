import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestWorld } from '../helpers/world.js';
import { signIn, storedTokens } from './helpers/tokens.js';
import { runTool, startTool } from './helpers/tool.js';

let world: TestWorld;
let stateDir: string;
let event: { id: number };

beforeEach(async () => {
  world = await TestWorld.start({ tripleseat: { clientCredentials: 'off' } });
  stateDir = world.newStateDir();
  event = world.addEvent();
});
afterEach(() => world.close());

function env(changes: Record<string, string> = {}): Record<string, string> {
  const authorize = { TRIPLESEAT_AUTHORIZE_URL: `${world.tripleseatServer.url}/oauth2/authorize` };
  return world.env(stateDir, { ...authorize, ...changes });
}

const stored = () => storedTokens(stateDir);

/** A run that needs a token and nothing else that could go wrong. */
const dryRun = () => ['sync', '--event-id', String(event.id), '--dry-run'];

describe('auth as a process', () => {
  it('signs in through the callback, shows its status, and signs out', async () => {
    const tool = startTool(['auth', 'login', '--port', String(await freePort())], env());
    const [, url = ''] = await tool.said(/^(http\S+authorize\S+)$/m);
    const page = await fetch(url);
    expect(await page.text()).toContain('Tripleseat has answered');
    const login = await tool.done;
    expect(login).toMatchObject({ code: 0, stdout: expect.stringContaining('Signed in to Tripleseat.') });
    expect((await stat(join(stateDir, 'tokens.json'))).mode & 0o777).toBe(0o600);

    const status = await runTool(['auth', 'status', '--json'], env());
    expect(status.code).toBe(0);
    expect(JSON.parse(status.stdout)).toMatchObject({
      source: 'stored',
      expired: false,
      refresh_token: true,
    });
    const { accessToken, refreshToken } = await stored();
    for (const { stdout, stderr } of [login, status]) {
      expect(stdout + stderr).not.toContain(accessToken);
      expect(stdout + stderr).not.toContain(refreshToken);
    }
    expect(await runTool(dryRun(), env())).toMatchObject({ code: 0 });

    expect(await runTool(['auth', 'logout'], env())).toMatchObject({ code: 0 });
    expect(await runTool(['auth', 'status'], env())).toMatchObject({ code: 77 });
    expect(await runTool(dryRun(), env())).toMatchObject({
      code: 77,
      stderr: expect.stringContaining('auth login'),
    });
  });

  it('signs in by paste and ends although the terminal stays open', async () => {
    expect(await signIn(env())).toMatchObject({ code: 0 });
    expect((await stored()).refreshToken).toBeTruthy();
  });

  it('ends by Ctrl-C with 130 and a sentence', async () => {
    const tool = startTool(['auth', 'login', '--port', String(await freePort())], env());
    await tool.said(/Ctrl-C stops/);
    tool.child.kill('SIGINT');
    expect(await tool.done).toMatchObject({
      code: 130,
      stderr: expect.stringContaining('The sign-in was stopped'),
    });
  });

  it.each([
    [['auth', 'login', '--port', '0'], 'Write a port'],
    [['auth', 'login', '--redirect-uri', 'https://example.com/x'], '--redirect-uri needs --paste'],
    [['auth', 'login', '--paste', '--redirect-uri', 'http://example.com/x'], 'https:// address'],
    [['history', '--since', 'yesterday'], '12h, 7d'],
    [['history', '--event-id', '1; rm'], 'decimal digits'],
    [['products', '--days', '-1'], 'number of days'],
  ])('%j is wrong usage', async (args, sentence) => {
    const result = await runTool(args, env());
    expect(result.code).toBe(64);
    expect(result.stderr).toContain(sentence);
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
