import { withOpened } from '../app/open.js';
import type { Surroundings } from '../app/surroundings.js';
import { zoneToTell } from '../app/zone.js';
import { systemClock } from '../clock.js';
import type { Config } from '../config/types.js';
import { AppError, ExitCode } from '../errors.js';
import { gotTransport } from '../http/got.js';
import { writeJson } from '../report/json.js';
import { shopTime } from '../report/shops.js';
import type { StateStore, Tokens } from '../state/types.js';
import { clean } from '../text/text.js';
import { agoText, spanText } from '../text/time.js';
import { revokeToken } from '../tripleseat/revoke.js';
import { scopesOf, tell } from './auth-common.js';

const REVOKE_TIMEOUT_MS = 10_000;
const LOGOUT_WAIT_MS = 60_000;

/** `auth status --json`; no token is in it. */
interface AuthStatus {
  /** `stored`: tokens are on disk; `configured`: the first run uses TRIPLESEAT_REFRESH_TOKEN; `none`. */
  source: 'stored' | 'configured' | 'none';
  scopes: string[];
  /** ISO 8601; null without a stored token. */
  obtained_at: string | null;
  expires_at: string | null;
  expired: boolean;
  refresh_token: boolean;
}

/** `auth status`: exit 77 when nothing is there to work with until somebody signs in. */
export function authStatus(
  { json, sandbox }: { json: boolean; sandbox: boolean },
  around: Surroundings,
): Promise<ExitCode> {
  return withOpened({ sandbox, needs: [], readOnly: true }, around, async ({ config, state }) => {
    const tokens = await state.tokens.read();
    const now = systemClock.now();
    const status = statusOf(tokens, config.tripleseat.refreshToken !== null, now);
    const place = config.stateUrl === null ? config.stateDir : 'the database of STATE_URL';
    if (json) await writeJson(around.stdout, status);
    else {
      const zone = await zoneToTell(config.locations, state.journal);
      await tell(around.stdout, around, described(tokens, status, { now, place, zone }));
    }
    return status.source === 'none' ? ExitCode.credentials : ExitCode.ok;
  });
}

function statusOf(tokens: Tokens | null, configured: boolean, now: number): AuthStatus {
  if (tokens === null) {
    return {
      source: configured ? 'configured' : 'none',
      scopes: [],
      obtained_at: null,
      expires_at: null,
      expired: false,
      refresh_token: configured,
    };
  }
  return {
    source: 'stored',
    scopes: scopesOf(tokens),
    obtained_at: new Date(tokens.obtainedAt).toISOString(),
    expires_at: new Date(tokens.expiresAt).toISOString(),
    expired: tokens.expiresAt <= now,
    refresh_token: tokens.refreshToken !== null,
  };
}

function described(
  tokens: Tokens | null,
  status: AuthStatus,
  { now, place, zone }: { now: number; place: string; zone: string },
): string[] {
  if (tokens === null) {
    return status.source === 'configured'
      ? [
          'No tokens are stored yet: the first run uses TRIPLESEAT_REFRESH_TOKEN, then stores what it gets for it.',
        ]
      : [
          'Nobody has signed in to Tripleseat here.',
          'Sign in with `ts-reconcile auth login`. Without that, runs try the client_credentials grant.',
        ];
  }
  const left = tokens.expiresAt - now;
  return [
    `Scopes         ${status.scopes.join(' ') || 'not told by Tripleseat'}`,
    `Access token   ${left > 0 ? `good for another ${spanText(left)}` : `expired ${spanText(left)} ago`} (${shopTime(tokens.expiresAt, zone)})`,
    `Refresh token  ${
      tokens.refreshToken === null
        ? 'none: the next token comes from the client_credentials grant, or from `ts-reconcile auth login`'
        : 'stored: runs renew the access token by themselves'
    }`,
    `Obtained       ${shopTime(tokens.obtainedAt, zone)}, ${agoText(now - tokens.obtainedAt)}`,
    `Stored in      ${clean(place, 1_000)}`,
  ];
}

/** `auth logout`: nothing is stored afterwards, whatever Tripleseat answers. */
export function authLogout({ sandbox }: { sandbox: boolean }, around: Surroundings): Promise<ExitCode> {
  return withOpened({ sandbox, needs: [], readOnly: false }, around, async ({ config, state }) => {
    const tokens = await state.tokens.exclusive(LOGOUT_WAIT_MS, async () => {
      const stored = await readable(state);
      await state.tokens.clear();
      return stored;
    });
    const revoked =
      tokens !== null &&
      (await revokeToken(
        { baseUrl: config.tripleseat.baseUrl, transport: gotTransport(), timeoutMs: REVOKE_TIMEOUT_MS },
        tokens.accessToken,
      ));
    await tell(around.stdout, around, farewell(tokens, revoked, config));
    return ExitCode.ok;
  });
}

/** The tokens; null also when their file is damaged, since it goes anyway. */
async function readable(state: StateStore): Promise<Tokens | null> {
  try {
    return await state.tokens.read();
  } catch (error) {
    if (error instanceof AppError && error.code === 'STATE') return null;
    throw error;
  }
}

function farewell(tokens: Tokens | null, revoked: boolean, config: Config): string[] {
  return [
    tokens === null ? 'There were no tokens to use; the store is empty.' : 'The stored tokens are deleted.',
    ...(tokens === null
      ? []
      : [
          revoked
            ? 'Tripleseat was told to forget the access token.'
            : 'Tripleseat could not be told to forget them.',
          'To end the access for good, an admin revokes the application in the settings of Tripleseat.',
        ]),
    ...(config.tripleseat.refreshToken === null
      ? []
      : ['TRIPLESEAT_REFRESH_TOKEN is still set: the next run would use it.']),
  ];
}
