import { z } from 'zod';
import type { Clock } from '../clock.js';
import { AppError, ExitCode } from '../errors.js';
import type { RateBudget } from '../http/budget.js';
import { backoff, retryAfter, safePath } from '../http/read.js';
import type { HttpFailure, HttpResponse, HttpTransport } from '../http/transport.js';
import type { Tokens } from '../state/types.js';

/** What it takes to talk to the OAuth 2.0 token endpoint. */
export interface TokenEndpoint {
  tokenUrl: string;
  clientId: string;
  clientSecret: string;
  /** Limit of one attempt in milliseconds. */
  timeoutMs: number;
  transport: HttpTransport;
  budget: RateBudget;
  clock: Clock;
  random: () => number;
  signal?: AbortSignal;
}

/** The grants that this program uses, with what each sends besides client id and secret. */
export type Grant =
  | { grant_type: 'refresh_token'; refresh_token: string }
  | { grant_type: 'client_credentials'; scope: string }
  | { grant_type: 'authorization_code'; code: string; redirect_uri: string; code_verifier: string };

/**
 * What the endpoint answered. `unavailable`: certainly no token was made and none died. `unknown`: it may have
 * acted, in which case the new pair is lost and an old refresh token dead.
 */
export type GrantResult =
  | { kind: 'tokens'; tokens: Tokens }
  /** `elsewhere`: what answered there is no token endpoint. */
  | { kind: 'unavailable'; detail: string; elsewhere?: true }
  | { kind: 'unknown'; detail: string };

/** The path of the token endpoint that some accounts have their client_credentials grant at, in place of the other. */
const OLDER_PATH = '/oauth/token';

/**
 * Tokens for the client alone: at the configured endpoint, and where that knows nothing of the grant, at the older
 * path of the same host, which is the one that works for some accounts. It can be asked twice, since no token dies.
 *
 * @throws AppError CREDENTIALS (exit 77) with the refusal of the configured one when neither gives any
 */
export async function requestClientTokens(
  endpoint: TokenEndpoint,
  grant: Extract<Grant, { grant_type: 'client_credentials' }>,
): Promise<GrantResult> {
  const older = endpoint.tokenUrl.endsWith('/oauth2/token')
    ? `${endpoint.tokenUrl.slice(0, -'/oauth2/token'.length)}${OLDER_PATH}`
    : null;
  const first = await orRefusal(requestTokens(endpoint, grant));
  const isNo = first instanceof AppError || (first.kind === 'unavailable' && first.elsewhere === true);
  if (older !== null && isNo) {
    const second = await orRefusal(requestTokens({ ...endpoint, tokenUrl: older }, grant));
    if (!(second instanceof AppError) && second.kind === 'tokens') return second;
  }
  if (first instanceof AppError) throw first;
  return first;
}

async function orRefusal(result: Promise<GrantResult>): Promise<GrantResult | AppError> {
  try {
    return await result;
  } catch (error) {
    if (error instanceof AppError && error.exitCode === ExitCode.credentials) return error;
    throw error;
  }
}

/** Where the refresh token of a grant comes from: what helps against a refusal depends on it. */
export type GrantOrigin = 'stored' | 'configured';

const MAX_BYTES = 64 * 1024;
const MAX_ATTEMPTS = 4;
const DEFAULT_LIFETIME_S = 7_200;

/** A token goes into a header: visible ASCII only. */
const token = z.string().regex(/^[\x21-\x7e]{1,4096}$/);
/** What came with the token must not lose it: the old one is dead by then. */
const answerSchema = z.object({
  access_token: token,
  refresh_token: z.union([token, z.literal('').transform(() => null)]).nullish(),
  expires_in: z.coerce.number().positive().max(31_536_000).nullish().catch(null),
  scope: z.string().max(2_000).nullish().catch(null),
});
const refusalSchema = z.object({ error: z.string().regex(/^[a-z_]{1,60}$/) });

/**
 * Asks for tokens. A refresh kills the refresh token it uses, and a code works once, so these are sent again only
 * when they certainly did nothing: not sent at all, or 429.
 *
 * @throws AppError CREDENTIALS (exit 77) when client or grant are refused.
 */
export async function requestTokens(
  endpoint: TokenEndpoint,
  grant: Grant,
  origin: GrantOrigin = 'stored',
): Promise<GrantResult> {
  for (let attempt = 1; ; attempt += 1) {
    if (!(await endpoint.budget.take(endpoint.signal))) {
      return { kind: 'unavailable', detail: 'The run was stopped before it had a Tripleseat token.' };
    }
    const startedAt = endpoint.clock.now();
    const answer = await post(endpoint, grant);
    if (!mayRepeat(grant, answer) || attempt >= MAX_ATTEMPTS || endpoint.signal?.aborted) {
      return judge(endpoint, grant, origin, answer, startedAt);
    }
    const asked = answer.kind === 'response' ? retryAfter(answer.headers, endpoint.clock.now()) : null;
    const delay = Math.max(asked ?? 0, backoff(attempt, endpoint.random));
    if (answer.kind === 'response' && answer.status === 429) endpoint.budget.pause(delay);
    await endpoint.clock.sleep(delay, endpoint.signal);
  }
}

function mayRepeat(grant: Grant, answer: HttpResponse | HttpFailure): boolean {
  if (answer.kind === 'response' && answer.status === 429) return true;
  // Another client_credentials token costs nothing.
  if (grant.grant_type === 'client_credentials') return answer.kind === 'failure' || answer.status >= 500;
  return answer.kind === 'failure' && !answer.sent;
}

function post(endpoint: TokenEndpoint, grant: Grant): Promise<HttpResponse | HttpFailure> {
  const form = new URLSearchParams({
    ...grant,
    client_id: endpoint.clientId,
    client_secret: endpoint.clientSecret,
  });
  return endpoint.transport({
    method: 'POST',
    url: endpoint.tokenUrl,
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
    body: form.toString(),
    timeoutMs: endpoint.timeoutMs,
    maxBytes: MAX_BYTES,
    ...(endpoint.signal ? { signal: endpoint.signal } : {}),
  });
}

function judge(
  endpoint: TokenEndpoint,
  grant: Grant,
  origin: GrantOrigin,
  answer: HttpResponse | HttpFailure,
  startedAt: number,
): GrantResult {
  const what = `Tripleseat: POST ${safePath(endpoint.tokenUrl)}`;
  if (answer.kind === 'failure') {
    return { kind: answer.sent ? 'unknown' : 'unavailable', detail: `${what}: ${answer.detail}.` };
  }
  if (answer.status >= 500 || answer.status === 408) {
    return { kind: 'unknown', detail: `${what} answered ${answer.status}.` };
  }
  const body = parseJson(answer.body);
  if (answer.status >= 200 && answer.status < 300) {
    const parsed = answerSchema.safeParse(body);
    if (!parsed.success)
      return { kind: 'unknown', detail: `${what} answered something that is not a token.` };
    return {
      kind: 'tokens',
      tokens: { ...tokensFrom(parsed.data, grant, startedAt), endpoint: safePath(endpoint.tokenUrl) },
    };
  }
  const refusal = refusalSchema.safeParse(body);
  if (refusal.success || answer.status === 401) {
    throw refused(grant, origin, refusal.success ? refusal.data.error : `status ${answer.status}`);
  }
  const detail = `${what} answered ${answer.status}; check TRIPLESEAT_TOKEN_URL.`;
  return { kind: 'unavailable', detail, elsewhere: true };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function tokensFrom(answer: z.infer<typeof answerSchema>, grant: Grant, startedAt: number): Tokens {
  const kept = grant.grant_type === 'refresh_token' ? grant.refresh_token : null;
  return {
    accessToken: answer.access_token,
    refreshToken: answer.refresh_token ?? kept,
    // Counted from before the request, so that the token is never taken to live longer than it does.
    expiresAt: startedAt + Math.floor((answer.expires_in ?? DEFAULT_LIFETIME_S) * 1_000),
    scope: answer.scope ?? null,
    obtainedAt: startedAt,
  };
}

function refused(grant: Grant, origin: GrantOrigin, error: string): AppError {
  const credentials = (message: string, hint: string) =>
    new AppError('CREDENTIALS', ExitCode.credentials, message, hint);
  if (error === 'invalid_client') {
    return credentials(
      'Tripleseat refused the client id and secret (invalid_client).',
      'Check TRIPLESEAT_CLIENT_ID and TRIPLESEAT_CLIENT_SECRET.',
    );
  }
  switch (grant.grant_type) {
    case 'refresh_token':
      if (origin === 'configured') {
        return credentials(
          `Tripleseat refused the refresh token of TRIPLESEAT_REFRESH_TOKEN (${error}): it has been used, revoked or has expired. No other is stored.`,
          'Sign in with `ts-reconcile auth login`, which stores a new one; the variable is not needed then. Or set ' +
            'TRIPLESEAT_REFRESH_TOKEN to a new token that nothing else uses: each works once.',
        );
      }
      return credentials(
        `Tripleseat refused the refresh token (${error}): it has been used, revoked or has expired.`,
        'Sign in again with `ts-reconcile auth login`. To use a new TRIPLESEAT_REFRESH_TOKEN instead, remove the ' +
          'stored tokens first with `ts-reconcile auth logout`.',
      );
    case 'client_credentials':
      return credentials(
        `Tripleseat refused the client_credentials grant (${error}).`,
        'This account needs a person to consent: a Tripleseat admin signs in with `ts-reconcile auth login`.',
      );
    case 'authorization_code':
      return credentials(
        `Tripleseat refused the authorization code (${error}): it has been used, has expired, or belongs to another redirect URI.`,
        'Start again with `ts-reconcile auth login`; the redirect URI must be registered with Tripleseat letter by letter.',
      );
  }
}
