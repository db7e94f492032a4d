import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/errors.js';
import { RateBudget } from '../../src/http/budget.js';
import type { HttpFailure, HttpRequest, HttpResponse } from '../../src/http/transport.js';
import type { Tokens } from '../../src/state/types.js';
import { type AuthOptions, authorizeUrl, exchangeCode, tokenSource } from '../../src/tripleseat/auth.js';
import { VirtualClock } from '../http/virtual-clock.js';
import { MemoryTokenStore } from './memory-store.js';

const CLIENT_SECRET = 'canary-client-secret';
const HOUR = 3_600_000;

/** An OAuth server that rotates: each refresh token works once. */
class FakeServer {
  alive: string;
  made = 0;
  readonly grants: Record<string, string>[] = [];
  /** Answers to give before it starts to work; `commit` acts and then loses the answer. */
  readonly faults: (HttpResponse | HttpFailure | { commit: HttpResponse | HttpFailure })[] = [];

  constructor(alive: string) {
    this.alive = alive;
  }

  transport = async (request: HttpRequest): Promise<HttpResponse | HttpFailure> => {
    const form = Object.fromEntries(new URLSearchParams(request.body));
    this.grants.push({ method: request.method, url: request.url, ...form });
    const fault = this.faults.shift();
    if (fault && !('commit' in fault)) return fault;
    const answer = this.#answer(form);
    return fault ? fault.commit : answer;
  };

  #answer(form: Record<string, string>): HttpResponse {
    if (form.client_secret !== CLIENT_SECRET) return json(401, { error: 'invalid_client' });
    if (form.grant_type === 'refresh_token') {
      if (form.refresh_token !== this.alive) {
        return json(400, { error: 'invalid_grant', error_description: `canary ${form.refresh_token}` });
      }
      this.made += 1;
      this.alive = `refresh-${this.made}`;
      return json(200, {
        access_token: `access-${this.made}`,
        token_type: 'Bearer',
        expires_in: 7_200,
        refresh_token: this.alive,
        scope: 'events:read',
        created_at: 1_793_600_000,
      });
    }
    this.made += 1;
    return json(200, { access_token: `access-${this.made}`, token_type: 'Bearer', expires_in: 7_200 });
  }
}

function json(status: number, body: unknown): HttpResponse {
  return {
    kind: 'response',
    status,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  };
}

function lost(sent: boolean): HttpFailure {
  return {
    kind: 'failure',
    sent,
    reason: sent ? 'timeout' : 'connect',
    detail: sent ? 'timed out' : 'could not connect',
  };
}

function tokens(clock: VirtualClock, more: Partial<Tokens> = {}): Tokens {
  const now = clock.now();
  const fresh = {
    accessToken: 'stored-access',
    refreshToken: 'stored-refresh',
    scope: null,
    obtainedAt: now,
  };
  return { ...fresh, expiresAt: now + HOUR, ...more };
}

function options(
  server: FakeServer,
  store: MemoryTokenStore,
  clock: VirtualClock,
  more: Partial<AuthOptions> = {},
) {
  return {
    tokenUrl: 'https://api.example.com/oauth2/token',
    clientId: 'client',
    clientSecret: CLIENT_SECRET,
    refreshToken: null,
    scope: 'events:read bookings:read',
    timeoutMs: 1_000,
    transport: server.transport,
    budget: new RateBudget({ perSecond: 10 }, clock),
    clock,
    random: () => 0.5,
    store,
    ...more,
  } satisfies AuthOptions;
}

async function refusal(work: Promise<unknown>): Promise<AppError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('expected an AppError');
}

describe('tokenSource', () => {
  it('uses the stored token while it is good for another minute, and asks for nothing', async () => {
    const clock = new VirtualClock();
    const server = new FakeServer('stored-refresh');
    const store = new MemoryTokenStore(tokens(clock));
    const source = tokenSource(options(server, store, clock));
    expect(await source.current()).toEqual({ kind: 'token', token: 'stored-access' });
    clock.skip(HOUR - 60_001);
    expect(await source.current()).toEqual({ kind: 'token', token: 'stored-access' });
    expect(server.grants).toEqual([]);
    clock.skip(1);
    expect(await source.current()).toEqual({ kind: 'token', token: 'access-1' });
  });

  it('refreshes with the stored, rotated token rather than the configured one, and stores the new pair', async () => {
    const clock = new VirtualClock();
    const server = new FakeServer('stored-refresh');
    const store = new MemoryTokenStore(tokens(clock, { expiresAt: clock.now() }));
    const source = tokenSource(options(server, store, clock, { refreshToken: 'configured' }));
    expect(await source.current()).toEqual({ kind: 'token', token: 'access-1' });
    expect(server.grants).toEqual([
      {
        method: 'POST',
        url: 'https://api.example.com/oauth2/token',
        grant_type: 'refresh_token',
        refresh_token: 'stored-refresh',
        client_id: 'client',
        client_secret: CLIENT_SECRET,
      },
    ]);
    expect(store.stored).toEqual({
      accessToken: 'access-1',
      refreshToken: 'refresh-1',
      expiresAt: clock.now() + 7_200_000,
      scope: 'events:read',
      obtainedAt: clock.now(),
      endpoint: '/oauth2/token',
    });
  });

  it('starts from the configured refresh token when nothing is stored', async () => {
    const clock = new VirtualClock();
    const server = new FakeServer('configured');
    const store = new MemoryTokenStore();
    const source = tokenSource(options(server, store, clock, { refreshToken: 'configured' }));
    expect(await source.current()).toMatchObject({ token: 'access-1' });
    expect(store.stored?.refreshToken).toBe('refresh-1');
  });

  it('falls back to client_credentials, with the scope, only without any refresh token', async () => {
    const clock = new VirtualClock();
    const server = new FakeServer('none');
    const store = new MemoryTokenStore();
    expect(await tokenSource(options(server, store, clock)).current()).toMatchObject({ token: 'access-1' });
    expect(server.grants[0]).toMatchObject({
      grant_type: 'client_credentials',
      scope: 'events:read bookings:read',
    });
    expect(store.stored?.refreshToken).toBeNull();
  });

  it.each<[string, HttpResponse]>([
    ['refuses the grant', json(400, { error: 'unauthorized_client' })],
    ['refuses the client', json(401, { error: 'invalid_client' })],
    ['is not there', { kind: 'response', status: 404, headers: {}, body: '<html>' }],
  ])('asks at the older path for it when the first one %s, and says where it got it', async (_, answer) => {
    const clock = new VirtualClock();
    const server = new FakeServer('none');
    const store = new MemoryTokenStore();
    server.faults.push(answer);
    expect(await tokenSource(options(server, store, clock)).current()).toMatchObject({ token: 'access-1' });
    expect(server.grants.map(({ url }) => url)).toEqual([
      'https://api.example.com/oauth2/token',
      'https://api.example.com/oauth/token',
    ]);
    expect(store.stored?.endpoint).toBe('/oauth/token');
  });

  it('asks nowhere else for it when the endpoint has a path of its own, or is away', async () => {
    const clock = new VirtualClock();
    const server = new FakeServer('none');
    const tokenUrl = 'https://api.example.com/own';
    server.faults.push(json(400, { error: 'unauthorized_client' }));
    await refusal(tokenSource(options(server, new MemoryTokenStore(), clock, { tokenUrl })).current());
    server.faults.push(...Array.from({ length: 4 }, () => json(503, {})));
    const away = await tokenSource(options(server, new MemoryTokenStore(), clock)).current();
    expect(away.kind).toBe('unavailable');
    expect(server.grants.filter(({ url }) => url?.endsWith('/oauth/token'))).toEqual([]);
  });

  it.each([{}, { refresh_token: null }])(
    'keeps the old refresh token when the answer has none',
    async (absent) => {
      const clock = new VirtualClock();
      const server = new FakeServer('stored-refresh');
      server.faults.push(json(200, { access_token: 'next', ...absent }));
      const store = new MemoryTokenStore(tokens(clock, { expiresAt: 0 }));
      await tokenSource(options(server, store, clock)).current();
      expect(store.stored).toMatchObject({ accessToken: 'next', refreshToken: 'stored-refresh' });
      expect(store.stored?.expiresAt).toBe(clock.now() + 7_200_000);
    },
  );

  it.each([
    { expires_in: 0 },
    { expires_in: -1 },
    { expires_in: 63_072_000 },
    { expires_in: 7_200.0004 },
    { expires_in: 'soon' },
    { scope: ['events:read'] },
    { scope: {} },
    { refresh_token: '' },
  ])('loses no token for what came with it: %j', async (odd) => {
    const clock = new VirtualClock();
    const server = new FakeServer('stored-refresh');
    server.faults.push({
      commit: json(200, { access_token: 'next', refresh_token: 'rotated', expires_in: 7_200, ...odd }),
    });
    const store = new MemoryTokenStore(tokens(clock, { expiresAt: 0 }));
    expect(await tokenSource(options(server, store, clock)).current()).toEqual({
      kind: 'token',
      token: 'next',
    });
    const refreshToken = 'refresh_token' in odd ? 'stored-refresh' : 'rotated';
    const expiresAt = clock.now() + 7_200_000;
    expect(store.stored).toMatchObject({ accessToken: 'next', refreshToken, expiresAt });
  });

  it('has the new pair on disk before anyone can use it, so that a crash in between loses nothing', async () => {
    const clock = new VirtualClock();
    const server = new FakeServer('stored-refresh');
    const store = new MemoryTokenStore(tokens(clock, { expiresAt: 0 }));
    const answer = await tokenSource(options(server, store, clock)).current();
    expect(store.log.at(-1)).toBe('write:access-1');
    // The process dies here; the next one finds the pair and needs no refresh.
    expect(await tokenSource(options(server, store, clock)).current()).toEqual(answer);
    expect(server.made).toBe(1);
  });

  it('does not hand out tokens that could not be stored, and says what that means', async () => {
    const clock = new VirtualClock();
    const server = new FakeServer('configured');
    const store = new MemoryTokenStore();
    store.failWrites = new Error('disk full.');
    const error = await refusal(
      tokenSource(options(server, store, clock, { refreshToken: 'configured' })).current(),
    );
    expect(error).toMatchObject({ code: 'STATE', exitCode: 78 });
    expect(error.message).toContain('could not be stored: disk full. The refresh token');
    expect(error.message).not.toContain('..');
    expect(error.hint).toContain('auth login');
  });

  it('lets the store speak for itself when tokens are lost that cost nothing', async () => {
    const clock = new VirtualClock();
    const store = new MemoryTokenStore();
    store.failWrites = new AppError('STATE', 78, 'The disk is full.', 'Free some space.');
    const error = await refusal(tokenSource(options(new FakeServer('none'), store, clock)).current());
    expect(error).toBe(store.failWrites);
  });

  it('finds out that the store cannot be written to before the configured token is spent', async () => {
    const clock = new VirtualClock();
    const server = new FakeServer('configured');
    const store = new MemoryTokenStore();
    store.failProbe = new AppError('STATE', 78, 'Cannot write to /state: permission denied.', 'Own it.');
    const error = await refusal(
      tokenSource(options(server, store, clock, { refreshToken: 'configured' })).current(),
    );
    expect(error).toMatchObject({ code: 'STATE', exitCode: 78, hint: 'Own it.' });
    expect(error.message).toMatch(/^TRIPLESEAT_REFRESH_TOKEN was not used.* STATE_DIR .*\/state: permission/);
    expect(server.grants).toEqual([]);
    expect(server.alive).toBe('configured');
  });

  it('finds out that the store cannot be written to before the old token is spent', async () => {
    const clock = new VirtualClock();
    const server = new FakeServer('stored-refresh');
    const store = new MemoryTokenStore(tokens(clock, { expiresAt: 0 }));
    store.failWrites = new Error('read-only file system');
    await expect(tokenSource(options(server, store, clock)).current()).rejects.toThrow('read-only');
    expect(server.grants).toEqual([]);
    expect(server.alive).toBe('stored-refresh');
  });

  it('refreshes once for two sources that race on one store', async () => {
    const clock = new VirtualClock();
    const server = new FakeServer('stored-refresh');
    const store = new MemoryTokenStore(tokens(clock, { expiresAt: 0 }));
    const sources = [1, 2].map(() => tokenSource(options(server, store, clock)));
    const answers = await Promise.all(sources.flatMap((source) => [source.current(), source.current()]));
    expect(new Set(answers.map((answer) => JSON.stringify(answer)))).toEqual(
      new Set(['{"kind":"token","token":"access-1"}']),
    );
    expect(server.grants).toHaveLength(1);
  });

  it('renews once after a 401 that several callers and another process saw', async () => {
    const clock = new VirtualClock();
    const server = new FakeServer('stored-refresh');
    const store = new MemoryTokenStore(tokens(clock));
    const [here, there] = [1, 2].map(() => tokenSource(options(server, store, clock)));
    if (!here || !there) throw new Error('two sources');
    await Promise.all([here.current(), there.current()]);
    const answers = await Promise.all([
      here.renew('stored-access'),
      here.renew('stored-access'),
      there.renew('stored-access'),
    ]);
    expect(answers.map((answer) => answer.kind === 'token' && answer.token)).toEqual(
      Array.from({ length: 3 }, () => 'access-1'),
    );
    expect(await here.renew('stored-access')).toMatchObject({ token: 'access-1' });
    expect(server.grants).toHaveLength(1);
    expect(await here.renew('access-1')).toMatchObject({ token: 'access-2' });
  });

  it.each([
    ['a time-out', lost(true)],
    ['a 500', json(500, {})],
    ['a token that cannot be read', json(200, { access_token: 'with\nbreak' })],
    ['a page in place of JSON', { kind: 'response', status: 200, headers: {}, body: '<html>' } as const],
  ])('never sends a refresh again after %s, and says what may have happened', async (_name, answer) => {
    const clock = new VirtualClock();
    const server = new FakeServer('stored-refresh');
    server.faults.push({ commit: answer });
    const store = new MemoryTokenStore(tokens(clock, { expiresAt: 0 }));
    const source = tokenSource(options(server, store, clock));
    const first = await source.current();
    expect(first).toMatchObject({ kind: 'unavailable' });
    expect(first.kind === 'unavailable' && first.detail).toMatch(
      /POST \/oauth2\/token.*refresh token may be dead.*next run tries it once more.*ts-reconcile auth login/,
    );
    expect(await source.current()).toEqual(first);
    expect(server.grants).toHaveLength(1);

    const next = await refusal(tokenSource(options(server, store, clock)).current());
    expect(next).toMatchObject({ code: 'CREDENTIALS', exitCode: 77 });
    expect(next.hint).toContain('ts-reconcile auth login');
    expect(server.grants).toHaveLength(2);
  });

  it('takes what another process has refreshed meanwhile even after its own refresh got lost', async () => {
    const clock = new VirtualClock();
    const server = new FakeServer('stored-refresh');
    server.faults.push(lost(true));
    const store = new MemoryTokenStore(tokens(clock, { expiresAt: 0 }));
    const source = tokenSource(options(server, store, clock));
    await source.current();
    await tokenSource(options(server, store, clock)).current();
    expect(await source.current()).toMatchObject({ token: 'access-1' });
  });

  it('sends a refresh again when it certainly did nothing: no connection, or 429', async () => {
    const clock = new VirtualClock();
    const server = new FakeServer('stored-refresh');
    const limited = { ...json(429, {}), headers: { 'retry-after': '600' } };
    server.faults.push(lost(false), limited, lost(false));
    const store = new MemoryTokenStore(tokens(clock, { expiresAt: 0 }));
    const start = clock.now();
    expect(await tokenSource(options(server, store, clock)).current()).toMatchObject({ token: 'access-1' });
    expect(clock.now() - start).toBe(250 + 60_000 + 1_000);
  });

  it('gives up after four such attempts without declaring the token dead', async () => {
    const clock = new VirtualClock();
    const server = new FakeServer('stored-refresh');
    server.faults.push(lost(false), lost(false), lost(false), lost(false));
    const store = new MemoryTokenStore(tokens(clock, { expiresAt: 0 }));
    const source = tokenSource(options(server, store, clock));
    const answer = await source.current();
    expect(answer).toEqual({
      kind: 'unavailable',
      detail: 'Tripleseat: POST /oauth2/token: could not connect.',
    });
    expect(await source.current()).toMatchObject({ token: 'access-1' });
  });

  it('repeats client_credentials freely, since that kills nothing', async () => {
    const clock = new VirtualClock();
    const server = new FakeServer('none');
    server.faults.push(lost(true), json(503, {}));
    expect(await tokenSource(options(server, new MemoryTokenStore(), clock)).current()).toMatchObject({
      token: 'access-1',
    });
  });

  it.each([
    ['refused client', { clientSecret: 'canary-wrong' }, /client id and secret/, /TRIPLESEAT_CLIENT_SECRET/],
    [
      'dead refresh token from the environment',
      { refreshToken: 'canary-dead' },
      /refused the refresh token of TRIPLESEAT_REFRESH_TOKEN \(invalid_grant\).* No other is stored\.$/,
      /^Sign in with `ts-reconcile auth login`(?!.*logout).* set TRIPLESEAT_REFRESH_TOKEN to a new token/,
    ],
    [
      'dead stored refresh token',
      {
        refreshToken: 'canary-unused',
        store: new MemoryTokenStore(
          tokens(new VirtualClock(), { expiresAt: 0, refreshToken: 'canary-dead' }),
        ),
      },
      /refused the refresh token \(invalid_grant\)/,
      /auth login.*remove the stored tokens first with `ts-reconcile auth logout`/,
    ],
  ])('ends with exit 77 on a %s', async (_name, more, message, hint) => {
    const clock = new VirtualClock();
    const server = new FakeServer('alive');
    const error = await refusal(tokenSource(options(server, new MemoryTokenStore(), clock, more)).current());
    expect(error).toMatchObject({ code: 'CREDENTIALS', exitCode: 77 });
    expect(error.message).toMatch(message);
    expect(error.hint).toMatch(hint);
    expect(`${error.message} ${error.hint} ${error.stack}`).not.toContain('canary');
  });

  it('ends with exit 77 when the account has no client_credentials grant', async () => {
    const clock = new VirtualClock();
    const server = new FakeServer('none');
    const no = json(400, { error: 'unsupported_grant_type' });
    server.faults.push(no, no);
    const error = await refusal(tokenSource(options(server, new MemoryTokenStore(), clock)).current());
    expect(error).toMatchObject({ code: 'CREDENTIALS' });
    expect(error.hint).toContain('ts-reconcile auth login');
  });

  it('points at the token URL when something else answers there', async () => {
    const clock = new VirtualClock();
    const server = new FakeServer('none');
    const page: HttpResponse = { kind: 'response', status: 404, headers: {}, body: '<html>' };
    server.faults.push(page, page);
    const answer = await tokenSource(options(server, new MemoryTokenStore(), clock)).current();
    expect(answer).toMatchObject({
      kind: 'unavailable',
      detail: 'Tripleseat: POST /oauth2/token answered 404; check TRIPLESEAT_TOKEN_URL.',
    });
  });

  it('asks for nothing once the run is stopped', async () => {
    const clock = new VirtualClock();
    const server = new FakeServer('none');
    const source = tokenSource(
      options(server, new MemoryTokenStore(), clock, { signal: AbortSignal.abort() }),
    );
    expect(await source.current()).toMatchObject({ kind: 'unavailable' });
    expect(server.grants).toEqual([]);
  });
});

describe('exchangeCode', () => {
  it('stores what a sign-in brings, in place of what was there', async () => {
    const clock = new VirtualClock();
    const server = new FakeServer('none');
    server.faults.push(
      json(200, { access_token: 'a', refresh_token: 'r', expires_in: '60', scope: 'events:read' }),
    );
    const store = new MemoryTokenStore(tokens(clock));
    const got = await exchangeCode(options(server, store, clock), {
      code: 'the-code',
      redirectUri: 'http://127.0.0.1:8912/callback',
      verifier: 'the-verifier',
    });
    expect(got).toMatchObject({ accessToken: 'a', refreshToken: 'r', expiresAt: clock.now() + 60_000 });
    expect(store.stored).toEqual(got);
    expect(server.grants[0]).toMatchObject({
      grant_type: 'authorization_code',
      code: 'the-code',
      redirect_uri: 'http://127.0.0.1:8912/callback',
      code_verifier: 'the-verifier',
    });
  });

  it('refuses with exit 77 for a bad code and 69 for no answer, and leaves the store alone', async () => {
    const clock = new VirtualClock();
    const server = new FakeServer('none');
    server.faults.push(json(400, { error: 'invalid_grant' }), lost(true));
    const store = new MemoryTokenStore();
    const exchange = () =>
      exchangeCode(options(server, store, clock), {
        code: 'canary-code',
        redirectUri: 'http://127.0.0.1/',
        verifier: 'canary-verifier',
      });
    const refused = await refusal(exchange());
    expect(refused).toMatchObject({ code: 'CREDENTIALS', exitCode: 77 });
    const unanswered = await refusal(exchange());
    expect(unanswered).toMatchObject({ code: 'UPSTREAM', exitCode: 69 });
    expect(`${refused.message}${refused.hint}${unanswered.message}`).not.toContain('canary');
    expect(store.stored).toBeNull();
  });
});

describe('authorizeUrl', () => {
  it('asks for a code with everything the server needs to know', () => {
    const settings = {
      authorizeUrl: 'https://login.tripleseat.com/oauth2/authorize',
      clientId: 'a b',
      scope: 'events:read bookings:read',
    };
    expect(
      authorizeUrl(settings, 'http://127.0.0.1:8912/callback', { state: 'xyz', challenge: 'of-it' }),
    ).toBe(
      'https://login.tripleseat.com/oauth2/authorize?client_id=a+b&redirect_uri=http%3A%2F%2F127.0.0.1%3A8912%2Fcallback' +
        '&response_type=code&scope=events%3Aread+bookings%3Aread&state=xyz&code_challenge=of-it&code_challenge_method=S256',
    );
  });
});
