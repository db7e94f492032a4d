import { AppError, ExitCode, errorText } from '../errors.js';
import type { TokenStore, Tokens } from '../state/types.js';
import type { SignIn } from './sign-in.js';
import {
  type Grant,
  type GrantOrigin,
  requestClientTokens,
  requestTokens,
  type TokenEndpoint,
} from './token-endpoint.js';

/** Everything the token source needs. */
export interface AuthOptions extends TokenEndpoint {
  /** First refresh token from the configuration; a stored one wins over it. Null: none given. */
  refreshToken: string | null;
  /** Asked for with the client_credentials grant. */
  scope: string;
  store: TokenStore;
}

/** An access token, or why there is none right now. Refused credentials throw instead. */
type TokenAnswer = { kind: 'token'; token: string } | { kind: 'unavailable'; detail: string };

/** Hands out access tokens and renews them, once for all callers and processes. */
export interface TokenSource {
  /**
   * A token good for at least another minute.
   * @throws AppError CREDENTIALS (exit 77) when Tripleseat refuses; STATE when new tokens cannot be stored.
   */
  current(): Promise<TokenAnswer>;
  /** A token other than the `rejected` one, which the API has just refused. Throws like {@link current}. */
  renew(rejected: string): Promise<TokenAnswer>;
}

const EXPIRY_MARGIN_MS = 60_000;
/** Longer than another process's refresh can take, all its attempts included. */
const EXCLUSIVE_MS = 180_000;
const LOST =
  'Whether the token was refreshed is unknown, and the stored refresh token may be dead: the next run tries it ' +
  'once more; if Tripleseat refuses it then, sign in again with `ts-reconcile auth login`.';

/** The token source over a token store that other processes may share. */
export function tokenSource(options: AuthOptions): TokenSource {
  let known: Tokens | null = null;
  let running: Promise<TokenAnswer> | null = null;
  /** Once a refresh got lost, sending it again within this run could only burn the next token too. */
  let lost: TokenAnswer | null = null;

  const usable = (tokens: Tokens | null, rejected: string | null): tokens is Tokens =>
    tokens !== null &&
    tokens.accessToken !== rejected &&
    tokens.expiresAt - EXPIRY_MARGIN_MS > options.clock.now();

  const obtain = async (rejected: string | null): Promise<TokenAnswer> => {
    const stored = await options.store.read();
    if (usable(stored, rejected)) {
      known = stored;
      return { kind: 'token', token: stored.accessToken };
    }
    if (lost) return lost;
    const grant = grantFor(options, stored);
    // A refresh kills the old token: a store that cannot be written to must show that before, not after.
    if (stored) await options.store.write(stored);
    const result =
      grant.grant_type === 'client_credentials'
        ? await requestClientTokens(options, grant)
        : await requestTokens(options, grant, originFor(stored));
    switch (result.kind) {
      case 'tokens':
        await keep(options.store, result.tokens, grant);
        known = result.tokens;
        return { kind: 'token', token: result.tokens.accessToken };
      case 'unavailable':
        return result;
      case 'unknown':
        if (grant.grant_type !== 'refresh_token') return { kind: 'unavailable', detail: result.detail };
        lost = { kind: 'unavailable', detail: `${result.detail} ${LOST}` };
        return lost;
    }
  };

  const guarded = async (rejected: string | null): Promise<TokenAnswer> => {
    // Before the lock, which takes a place in the state as well.
    if (options.refreshToken !== null && (await options.store.read()) === null) await probe(options.store);
    return options.store.exclusive(EXCLUSIVE_MS, () => obtain(rejected));
  };

  const renew = async (rejected: string | null): Promise<TokenAnswer> => {
    // Callers that arrive meanwhile share the refresh, unless its result is the very token they had refused.
    while (running) {
      const answer = await running;
      if (answer.kind === 'unavailable' || answer.token !== rejected) return answer;
    }
    if (usable(known, rejected)) return { kind: 'token', token: known.accessToken };
    running = guarded(rejected);
    try {
      return await running;
    } finally {
      running = null;
    }
  };

  return {
    current: async () => {
      if (!usable(known, null)) known = await options.store.read();
      return usable(known, null) ? { kind: 'token', token: known.accessToken } : renew(null);
    },
    renew: (rejected) => renew(rejected),
  };
}

function grantFor(options: AuthOptions, stored: Tokens | null): Grant {
  const refreshToken = stored?.refreshToken ?? options.refreshToken;
  return refreshToken === null
    ? { grant_type: 'client_credentials', scope: options.scope }
    : { grant_type: 'refresh_token', refresh_token: refreshToken };
}

function originFor(stored: Tokens | null): GrantOrigin {
  return stored?.refreshToken ? 'stored' : 'configured';
}

/** Finds out, before the configured refresh token is spent, that what it brings could not be kept. */
async function probe(store: TokenStore): Promise<void> {
  try {
    await store.probe();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new AppError(
      error.code,
      error.exitCode,
      `TRIPLESEAT_REFRESH_TOKEN was not used, so it is as good as before: what Tripleseat gives for it could not be kept in STATE_DIR (or STATE_URL). ${error.message}`,
      error.hint,
    );
  }
}

/** Stores new tokens. What they were given for is spent, unless it was the client's own id and secret. */
async function keep(store: TokenStore, tokens: Tokens, grant: Grant): Promise<void> {
  try {
    await store.write(tokens);
  } catch (error) {
    if (grant.grant_type === 'client_credentials') throw error;
    const why = errorText(error).replace(/\.$/, '');
    const spent =
      grant.grant_type === 'refresh_token'
        ? 'The refresh token that they were given for no longer works.'
        : 'The consent that they were given for works only once.';
    throw new AppError(
      'STATE',
      ExitCode.config,
      `Tripleseat gave new tokens, but they could not be stored: ${why}. ${spent}`,
      'Make STATE_DIR (or the database of STATE_URL) writable, then sign in again with `ts-reconcile auth login`.',
    );
  }
}

/**
 * Where a browser goes to consent. The admin comes back to `redirectUri` with `code` and the same `state`. Whether
 * Tripleseat looks at the challenge is not documented; a server that does not passes it over (RFC 6749, 3.1).
 */
export function authorizeUrl(
  settings: { authorizeUrl: string; clientId: string; scope: string },
  redirectUri: string,
  { state, challenge }: Pick<SignIn, 'state' | 'challenge'>,
): string {
  const url = new URL(settings.authorizeUrl);
  url.searchParams.set('client_id', settings.clientId);
  url.searchParams.set('redirect_uri', redirectUri);
  url.searchParams.set('response_type', 'code');
  url.searchParams.set('scope', settings.scope);
  url.searchParams.set('state', state);
  url.searchParams.set('code_challenge', challenge);
  url.searchParams.set('code_challenge_method', 'S256');
  return url.toString();
}

/**
 * Turns the authorization code of a sign-in into tokens and stores them, durably, in place of any others.
 *
 * @throws AppError CREDENTIALS (exit 77) when the code or the client is refused; UPSTREAM (exit 69) when the
 * endpoint gave no usable answer, in which case the code is spent and the sign-in starts again; STATE when the
 * tokens cannot be stored.
 */
export function exchangeCode(
  options: TokenEndpoint & { store: TokenStore },
  { code, redirectUri, verifier }: { code: string; redirectUri: string; verifier: string },
): Promise<Tokens> {
  return options.store.exclusive(EXCLUSIVE_MS, async () => {
    const grant = {
      grant_type: 'authorization_code',
      code,
      redirect_uri: redirectUri,
      code_verifier: verifier,
    } as const;
    const result = await requestTokens(options, grant);
    if (result.kind !== 'tokens') {
      const hint = 'Start again with `ts-reconcile auth login`.';
      throw new AppError('UPSTREAM', ExitCode.unavailable, result.detail, hint);
    }
    await keep(options.store, result.tokens, grant);
    return result.tokens;
  });
}
