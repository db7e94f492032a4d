import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Clock } from '../../src/clock.js';
import { authLogin, type LoginOptions } from '../../src/commands/auth.js';
import { authLogout, authStatus } from '../../src/commands/auth-tokens.js';
import { AppError } from '../../src/errors.js';
import type { Tokens } from '../../src/state/types.js';
import { TestWorld } from '../helpers/world.js';
import { Terminal } from './terminal.js';

let world: TestWorld;
let stateDir: string;

beforeEach(async () => {
  world = await TestWorld.start({ tripleseat: { clientCredentials: 'off' } });
  stateDir = world.newStateDir();
});
afterEach(() => world.close());

function terminal(changes: Record<string, string> = {}): Terminal {
  const authorize = { TRIPLESEAT_AUTHORIZE_URL: `${world.tripleseatServer.url}/oauth2/authorize` };
  return new Terminal(world.env(stateDir, { ...authorize, ...changes }));
}

function login(on: Terminal, changes: Partial<LoginOptions> = {}): Promise<number> {
  const plain = { paste: false, port: 0, redirectUri: null, sandbox: false };
  const options = { ...plain, input: new PassThrough(), ...changes };
  const done = authLogin(options, on.around);
  // Looked at later; it must not count as unhandled until then.
  done.catch(() => undefined);
  return done;
}

const printedUrl = async (on: Terminal) => (await on.err.match(/^(http\S+authorize\S+)$/m))[1] ?? '';

/** What the consent page sends the browser to. */
async function consent(url: string): Promise<string> {
  const response = await fetch(url, { redirect: 'manual' });
  return response.headers.get('location') ?? '';
}

async function stored(): Promise<Tokens | null> {
  try {
    return JSON.parse(await readFile(join(stateDir, 'tokens.json'), 'utf8'));
  } catch {
    return null;
  }
}

async function store(tokens: Partial<Tokens>): Promise<void> {
  const now = Date.now();
  const whole = {
    accessToken: 'canary-access-token',
    refreshToken: 'canary-refresh-token',
    expiresAt: now + 4_800_000,
    scope: 'events:read bookings:read',
    obtainedAt: now - 2_400_000,
  };
  await mkdir(stateDir, { recursive: true, mode: 0o700 });
  await writeFile(join(stateDir, 'tokens.json'), JSON.stringify({ ...whole, ...tokens }), { mode: 0o600 });
}

async function failure(work: Promise<unknown>): Promise<AppError> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof AppError) return error;
  throw new Error('expected an AppError');
}

describe('auth login', () => {
  it('prints the URL, takes the code at the callback and stores the tokens for this user alone', async () => {
    const on = terminal();
    const done = login(on);
    const url = new URL(await printedUrl(on));
    const redirect = url.searchParams.get('redirect_uri') ?? '';
    expect(redirect).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/callback$/);
    expect(url.searchParams.get('scope')).toBe('events:read bookings:read');
    // The simulator gives no tokens for the code without the text that this is the digest of.
    expect(url.searchParams.get('code_challenge')).toMatch(/^[\w-]{43}$/);
    expect(url.searchParams.get('code_challenge_method')).toBe('S256');
    expect(url.searchParams.get('state')).toMatch(/^[\w-]{32}$/);
    expect(on.err.text).toContain(`letter by letter: ${redirect}`);
    const page = await fetch(await consent(url.href));
    expect(page.status).toBe(200);
    expect(await done).toBe(0);

    const tokens = await stored();
    expect(tokens).toMatchObject({ scope: 'events:read bookings:read' });
    expect(tokens?.expiresAt).toBeGreaterThan(Date.now() + 7_000_000);
    expect((await stat(join(stateDir, 'tokens.json'))).mode & 0o777).toBe(0o600);
    expect(on.out.text).toContain('Signed in to Tripleseat. Scopes: events:read bookings:read.');
    for (const secret of [tokens?.accessToken, tokens?.refreshToken, 'sandbox-client-secret']) {
      expect(secret).toBeTruthy();
      expect(on.text).not.toContain(secret);
    }
  });

  it('folds its sentences on a terminal, never the address', async () => {
    const on = terminal({ NO_COLOR: '' });
    on.err.isTTY = true;
    const done = login(on);
    const url = await printedUrl(on);
    await on.err.match(/Ctrl-C stops/);
    expect(new URL(url).searchParams.get('state')).toMatch(/^[\w-]{32}$/);
    expect(on.err.text.split('\n').filter((line) => line.length > 80)).toEqual([url]);
    on.stop.abort('SIGINT');
    await failure(done);
  });

  it('uses another state each time', async () => {
    const states = [];
    for (let round = 0; round < 2; round += 1) {
      const on = terminal();
      const done = login(on);
      states.push(new URL(await printedUrl(on)).searchParams.get('state'));
      on.stop.abort('SIGINT');
      await failure(done);
    }
    expect(new Set(states).size).toBe(2);
  });

  it('says which scopes were not granted', async () => {
    const on = terminal();
    const done = login(on);
    const url = new URL(await printedUrl(on));
    url.searchParams.set('scope', 'events:read');
    await fetch(await consent(url.href));
    expect(await done).toBe(0);
    expect(on.out.text).toContain('Scopes: events:read.\nNot granted: bookings:read.');
  });

  it('ends with a sentence when access is denied, and stores nothing', async () => {
    world.tripleseat.configure({ consent: 'denies' });
    const on = terminal();
    const done = login(on);
    await fetch(await consent(await printedUrl(on)));
    const error = await failure(done);
    expect(error).toMatchObject({ code: 'CREDENTIALS', exitCode: 77 });
    expect(error.message).toBe('Access was not granted (access_denied), so nothing was stored.');
    expect(await stored()).toBeNull();
  });

  it('goes on waiting after an answer with another state', async () => {
    const on = terminal();
    const done = login(on);
    const url = new URL(await printedUrl(on));
    const redirect = url.searchParams.get('redirect_uri') ?? '';
    expect((await fetch(`${redirect}?code=evil&state=guessed`)).status).toBe(400);
    await fetch(await consent(url.href));
    expect(await done).toBe(0);
    expect(world.tripleseatServer.log.entries().filter(({ path }) => path === '/oauth2/token')).toHaveLength(
      1,
    );
  });

  it('reports a code that Tripleseat refuses', async () => {
    const on = terminal();
    const done = login(on);
    const url = new URL(await printedUrl(on));
    const state = url.searchParams.get('state') ?? '';
    await fetch(`${url.searchParams.get('redirect_uri')}?code=made-up&state=${state}`);
    expect(await failure(done)).toMatchObject({
      exitCode: 77,
      message: expect.stringContaining('invalid_grant'),
    });
    expect(await stored()).toBeNull();
  });

  it('reports a wrong client secret without showing it', async () => {
    const on = terminal({ TRIPLESEAT_CLIENT_SECRET: 'canary-wrong-secret' });
    const done = login(on);
    await fetch(await consent(await printedUrl(on)));
    const error = await failure(done);
    expect(error).toMatchObject({ exitCode: 77, message: expect.stringContaining('invalid_client') });
    expect(error.message + error.hint + on.text).not.toContain('canary-wrong-secret');
  });

  it('gives up after ten minutes', async () => {
    const slept: number[] = [];
    const clock: Clock = {
      now: () => 0,
      steady: () => 0,
      sleep: async (ms) => {
        slept.push(ms);
      },
    };
    const error = await failure(login(terminal(), { clock }));
    expect(error.message).toBe('Nobody answered within 10 min, so nothing was stored.');
    expect(slept).toEqual([600_000]);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ])('stops at %s', async (signal, exitCode) => {
    const on = terminal();
    const done = login(on);
    await printedUrl(on);
    on.stop.abort(signal);
    expect(await failure(done)).toMatchObject({ code: 'ABORTED', exitCode });
  });

  it('is a configuration error without client id and secret', async () => {
    const on = terminal({ TRIPLESEAT_CLIENT_ID: '', TRIPLESEAT_CLIENT_SECRET: '' });
    const error = await failure(login(on));
    expect(error).toMatchObject({ code: 'CONFIG', exitCode: 78 });
    expect(error.message).toContain('TRIPLESEAT_CLIENT_ID');
    expect(error.message).toContain('TRIPLESEAT_CLIENT_SECRET');
  });
});

describe('auth login --paste', () => {
  const paste = (on: Terminal, input: PassThrough, redirectUri: string | null = null) =>
    login(on, { paste: true, port: 8917, redirectUri, input });

  it('takes the pasted address, with the redirect URI that was sent along', async () => {
    const input = new PassThrough();
    const on = terminal();
    const done = paste(on, input, 'https://www.example.com/signed-in');
    const url = await printedUrl(on);
    expect(new URL(url).searchParams.get('redirect_uri')).toBe('https://www.example.com/signed-in');
    input.write(`\n  ${await consent(url)}\n`);
    expect(await done).toBe(0);
    expect((await stored())?.refreshToken).toBeTruthy();
  });

  it('takes code and state, after answers that do not fit', async () => {
    const input = new PassThrough();
    const on = terminal();
    const done = paste(on, input);
    const answer = new URL(await consent(await printedUrl(on)));
    const code = answer.searchParams.get('code');
    input.write('no idea\n');
    await on.err.match(/That holds no code|That answer does not belong/);
    input.write(`http://127.0.0.1:8917/callback?code=${code}&state=of-another-sign-in\n`);
    await on.err.match(/its state is another one/);
    input.write(`${code} ${answer.searchParams.get('state')}\n`);
    expect(await done).toBe(0);
  });

  it('gives up when the input ends, and after five answers that do not fit', async () => {
    const ended = new PassThrough();
    ended.end();
    expect(await failure(paste(terminal(), ended))).toMatchObject({ code: 'USAGE', exitCode: 64 });
    const wrong = new PassThrough();
    wrong.end('x\n'.repeat(50));
    const on = terminal();
    expect(await failure(paste(on, wrong))).toMatchObject({ code: 'USAGE' });
    expect(on.err.text.match(/That holds no code/g)).toHaveLength(4);
  });

  it('says so when the pasted answer is a refusal', async () => {
    world.tripleseat.configure({ consent: 'denies' });
    const input = new PassThrough();
    const on = terminal();
    const done = paste(on, input);
    input.write(`${await consent(await printedUrl(on))}\n`);
    expect(await failure(done)).toMatchObject({
      exitCode: 77,
      message: expect.stringContaining('access_denied'),
    });
  });

  it('stops at a signal while it waits', async () => {
    const on = terminal();
    const done = paste(on, new PassThrough());
    await printedUrl(on);
    on.stop.abort('SIGTERM');
    expect(await failure(done)).toMatchObject({ code: 'ABORTED', exitCode: 143 });
  });
});

describe('auth status', () => {
  it('exits 77 when nobody has signed in', async () => {
    const on = terminal();
    expect(await authStatus({ json: false, sandbox: false }, on.around)).toBe(77);
    expect(on.out.text).toContain('Nobody has signed in');
    expect(await stored()).toBeNull();
  });

  it('knows a configured refresh token that no run has used yet', async () => {
    const on = terminal({ TRIPLESEAT_REFRESH_TOKEN: 'canary-first-refresh' });
    expect(await authStatus({ json: false, sandbox: false }, on.around)).toBe(0);
    expect(on.out.text).toContain('TRIPLESEAT_REFRESH_TOKEN');
    expect(on.text).not.toContain('canary');
  });

  it('shows scopes, expiry and whether there is a refresh token, never a token', async () => {
    await store({});
    const on = terminal();
    expect(await authStatus({ json: false, sandbox: false }, on.around)).toBe(0);
    expect(on.out.text).toMatch(/^Scopes {9}events:read bookings:read$/m);
    expect(on.out.text).toMatch(/^Access token {3}good for another 1 h (19|20)( min|$)/m);
    expect(on.out.text).toMatch(/^Access token .* \(\d{4}-\d\d-\d\d \d\d:\d\d P[SD]T\)$/m);
    expect(on.out.text).toMatch(/^Refresh token {2}stored/m);
    expect(on.out.text).toMatch(/^Obtained {7}.* P[SD]T, 40 min ago$/m);
    expect(on.text).not.toContain('canary');
  });

  it('goes by the clock of the last run where no locations file can be read', async () => {
    await store({});
    const on = terminal({ LOCATIONS_FILE: join(stateDir, 'none.json') });
    expect(await authStatus({ json: false, sandbox: false }, on.around)).toBe(0);
    expect(on.out.text).toMatch(/^Obtained {7}.* UTC, 40 min ago$/m);
    const start = { type: 'run-start', run: 'aaaaaaaa', mode: 'bulk', trigger: 'cron', window: null };
    const line = JSON.stringify({ ...start, at: '2026-11-14T20:00:00.000Z', zone: 'America/New_York' });
    await mkdir(join(stateDir, 'journal'), { recursive: true, mode: 0o700 });
    await writeFile(join(stateDir, 'journal/journal.jsonl'), `${line}\n`, { mode: 0o600 });
    const again = terminal({ LOCATIONS_FILE: join(stateDir, 'none.json') });
    expect(await authStatus({ json: false, sandbox: false }, again.around)).toBe(0);
    expect(again.out.text).toMatch(/^Obtained {7}.* E[SD]T, 40 min ago$/m);
  });

  it('does not call a time of signing in that is yet to come past', async () => {
    await store({ obtainedAt: Date.now() + 10 * 86_400_000 });
    const on = terminal();
    expect(await authStatus({ json: false, sandbox: false }, on.around)).toBe(0);
    expect(on.out.text).toMatch(/^Obtained {7}.* P[SD]T, (10 d|9 d 23 h) ahead of this clock$/m);
  });

  it('tells an expired token, one without a refresh token, and strips what acts on a terminal', async () => {
    await store({
      expiresAt: Date.now() - 3_600_000,
      refreshToken: null,
      scope: 'events:read \u001b[31mred',
    });
    const on = terminal();
    expect(await authStatus({ json: false, sandbox: false }, on.around)).toBe(0);
    expect(on.out.text).toMatch(/^Access token {3}expired 1 h ago/m);
    expect(on.out.text).toMatch(/^Refresh token {2}none/m);
    expect(on.out.text).not.toContain('\u001b');
  });

  it('is one JSON document with --json', async () => {
    await store({});
    const on = terminal();
    await authStatus({ json: true, sandbox: false }, on.around);
    expect(JSON.parse(on.out.text)).toEqual({
      source: 'stored',
      scopes: ['events:read', 'bookings:read'],
      obtained_at: expect.stringMatching(/Z$/),
      expires_at: expect.stringMatching(/Z$/),
      expired: false,
      refresh_token: true,
    });
    expect(on.err.text).toBe('');
  });

  it('says what to do about a damaged token file', async () => {
    await store({});
    await writeFile(join(stateDir, 'tokens.json'), '{"accessToken":"canary-half');
    const error = await failure(authStatus({ json: false, sandbox: false }, terminal().around));
    expect(error).toMatchObject({ code: 'STATE', exitCode: 78 });
    expect(error.hint).toContain('auth login');
    expect(error.message).not.toContain('canary');
  });
});

describe('auth logout', () => {
  const invalidated = () =>
    world.tripleseatServer.log.entries().filter(({ path }) => path === '/oauth/invalidate');

  it('deletes the tokens and tells Tripleseat', async () => {
    await store({});
    const on = terminal({ TRIPLESEAT_REFRESH_TOKEN: 'canary-first-refresh' });
    expect(await authLogout({ sandbox: false }, on.around)).toBe(0);
    expect(await stored()).toBeNull();
    expect(invalidated()).toMatchObject([{ method: 'POST', status: 410 }]);
    expect(on.out.text).toContain('The stored tokens are deleted.\nTripleseat was told to forget');
    expect(on.out.text).toContain('revokes the application in the settings');
    expect(on.out.text).toContain('TRIPLESEAT_REFRESH_TOKEN is still set');
    expect(on.text).not.toContain('canary');
  });

  it('succeeds when Tripleseat does not answer as hoped', async () => {
    await store({});
    world.tripleseatGate.reset(() => ({ kind: '500-before' }));
    const on = terminal();
    expect(await authLogout({ sandbox: false }, on.around)).toBe(0);
    expect(await stored()).toBeNull();
    expect(on.out.text).toContain('could not be told');
  });

  it('clears a damaged file, and is content with none', async () => {
    await store({});
    await writeFile(join(stateDir, 'tokens.json'), 'canary');
    const on = terminal();
    expect(await authLogout({ sandbox: false }, on.around)).toBe(0);
    expect(await stored()).toBeNull();
    expect(await authLogout({ sandbox: false }, terminal().around)).toBe(0);
    expect(invalidated()).toEqual([]);
    expect(on.text).not.toContain('canary');
  });
});
