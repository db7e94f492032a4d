import { createHash } from 'node:crypto';
import type { SimRequest, SimResponse } from '../host/types.js';
import { html, json } from './answers.js';
import { FIRST_REFRESH_TOKEN, type OauthState, type TripleseatSettings } from './model.js';

/** What the bearer token of a request is worth. */
export type Bearer = { kind: 'good'; scope: string } | { kind: 'refused'; error: string };

/** Lifetime of access tokens. */
const ACCESS_TOKEN_SECONDS = 7200;
const DEFAULT_SCOPE = 'events:read bookings:read';

/** The OAuth 2.0 side: consent, codes, rotating refresh tokens, access tokens that expire. */
export class OauthServer {
  #state: OauthState = { made: 0, access: {}, refresh: { [FIRST_REFRESH_TOKEN]: DEFAULT_SCOPE }, codes: {} };
  readonly #settings: () => TripleseatSettings;
  readonly #changed: () => void;

  /** `changed` is called after every change of the state. */
  constructor(settings: () => TripleseatSettings, changed: () => void) {
    this.#settings = settings;
    this.#changed = changed;
  }

  /** Plain JSON for a snapshot. */
  get state(): OauthState {
    return structuredClone(this.#state);
  }

  set state(state: OauthState) {
    this.#state = structuredClone(state);
  }

  /** `GET /oauth2/authorize`: the admin is taken to have decided already, so it redirects at once. */
  authorize(query: URLSearchParams): SimResponse {
    const settings = this.#settings();
    const redirectUri = query.get('redirect_uri') ?? '';
    if (query.get('client_id') !== settings.clientId || !URL.canParse(redirectUri)) {
      return html(
        400,
        '<!DOCTYPE html><html><body>The client is unknown, or its redirect URI is none.</body></html>',
      );
    }
    const target = new URL(redirectUri);
    const state = query.get('state');
    if (state !== null) target.searchParams.set('state', state);
    if (query.get('response_type') !== 'code') {
      target.searchParams.set('error', 'unsupported_response_type');
    } else if (settings.consent === 'denies') {
      target.searchParams.set('error', 'access_denied');
    } else if ((query.get('code_challenge_method') ?? 'S256') !== 'S256') {
      target.searchParams.set('error', 'invalid_request');
    } else {
      const code = this.#secret();
      const challenge = query.get('code_challenge');
      const scope = query.get('scope') ?? DEFAULT_SCOPE;
      this.#state.codes[code] = { redirectUri, scope, ...(challenge === null ? {} : { challenge }) };
      this.#changed();
      target.searchParams.set('code', code);
    }
    return html(302, '', { location: target.href });
  }

  /** `POST /oauth2/token`, form or JSON. */
  token(request: SimRequest, now: number): SimResponse {
    const settings = this.#settings();
    const body = parseBody(request);
    if (!body) return oauthError(400, 'invalid_request', 'The request is missing a required parameter.');
    if (body.client_id !== settings.clientId || body.client_secret !== settings.clientSecret) {
      return oauthError(401, 'invalid_client', 'Client authentication failed.');
    }
    switch (body.grant_type) {
      case 'authorization_code':
        return this.#redeemCode(body, now);
      case 'refresh_token':
        return this.#refresh(body.refresh_token ?? '', now);
      case 'client_credentials':
        if (settings.clientCredentials === 'off' || request.path !== settings.clientCredentialsPath) {
          return oauthError(400, 'unauthorized_client', 'The client is not authorized to use this grant.');
        }
        return this.#issue(body.scope ?? DEFAULT_SCOPE, now, {
          refreshable: false,
          ownsNothing: settings.clientCredentials === 'token-owns-nothing',
        });
      case undefined:
        return oauthError(400, 'invalid_request', 'The request is missing a required parameter.');
      default:
        return oauthError(400, 'unsupported_grant_type', 'The grant type is not supported.');
    }
  }

  /** `POST /oauth/invalidate`: success is 410. */
  invalidate(request: SimRequest): SimResponse {
    const bearer = bearerOf(request.headers);
    const token = parseBody(request)?.token ?? bearer;
    delete this.#state.access[token];
    delete this.#state.refresh[token];
    this.#changed();
    return json(410, {});
  }

  /** Judges the `Authorization` header of an API request. */
  authenticate(headers: Record<string, string>, now: number): Bearer {
    const access = this.#state.access[bearerOf(headers)];
    if (!access || access.expiresAt <= now) return { kind: 'refused', error: 'unauthorized' };
    if (access.ownsNothing) return { kind: 'refused', error: 'Token resource owner not found' };
    return { kind: 'good', scope: access.scope };
  }

  /** Every access token expires now; refresh tokens stay good. */
  expireTokens(now: number): void {
    for (const access of Object.values(this.#state.access))
      access.expiresAt = Math.min(access.expiresAt, now);
    this.#changed();
  }

  /** Every token dies: nothing works until an admin consents again. */
  revokeTokens(): void {
    this.#state = { ...this.#state, access: {}, refresh: {}, codes: {} };
    this.#changed();
  }

  /** An admin consents again: the first refresh token works once more. */
  consent(): void {
    if (this.#state.refresh[FIRST_REFRESH_TOKEN] !== undefined) return;
    this.#state.refresh[FIRST_REFRESH_TOKEN] = DEFAULT_SCOPE;
    this.#changed();
  }

  #redeemCode(body: Record<string, string>, now: number): SimResponse {
    const code = this.#state.codes[body.code ?? ''];
    if (!code || code.redirectUri !== body.redirect_uri) return invalidGrant();
    delete this.#state.codes[body.code ?? ''];
    const { code_verifier: verifier } = body;
    const shown =
      verifier === undefined ? undefined : createHash('sha256').update(verifier).digest('base64url');
    if (shown !== code.challenge) return invalidGrant();
    return this.#issue(code.scope, now, { refreshable: true, ownsNothing: false });
  }

  #refresh(token: string, now: number): SimResponse {
    const scope = this.#state.refresh[token];
    if (scope === undefined) return invalidGrant();
    delete this.#state.refresh[token];
    return this.#issue(scope, now, { refreshable: true, ownsNothing: false });
  }

  #issue(scope: string, now: number, kind: { refreshable: boolean; ownsNothing: boolean }): SimResponse {
    for (const [token, { expiresAt }] of Object.entries(this.#state.access)) {
      if (expiresAt <= now) delete this.#state.access[token];
    }
    const access = this.#secret();
    this.#state.access[access] = {
      expiresAt: now + ACCESS_TOKEN_SECONDS * 1000,
      scope,
      ownsNothing: kind.ownsNothing,
    };
    const refresh = kind.refreshable ? this.#secret() : null;
    if (refresh !== null) this.#state.refresh[refresh] = scope;
    this.#changed();
    return json(200, {
      access_token: access,
      token_type: 'Bearer',
      expires_in: ACCESS_TOKEN_SECONDS,
      ...(refresh === null ? {} : { refresh_token: refresh }),
      scope,
      created_at: Math.floor(now / 1000),
    });
  }

  /** 43 opaque characters, as real tokens have; a function of the count, so that a simulation can be replayed. */
  #secret(): string {
    this.#state.made += 1;
    return createHash('sha256').update(`sandbox token ${this.#state.made}`).digest('base64url');
  }
}

function bearerOf(headers: Record<string, string>): string {
  return /^bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1] ?? '';
}

function parseBody(request: SimRequest): Record<string, string> | null {
  const type = request.headers['content-type'] ?? '';
  if (!type.includes('json')) return Object.fromEntries(new URLSearchParams(request.body));
  try {
    const parsed: unknown = JSON.parse(request.body);
    if (typeof parsed !== 'object' || parsed === null) return null;
    const texts = Object.entries(parsed).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    );
    return Object.fromEntries(texts);
  } catch {
    return null;
  }
}

function oauthError(status: number, error: string, description: string): SimResponse {
  return json(status, { error, error_description: description });
}

function invalidGrant(): SimResponse {
  return oauthError(
    400,
    'invalid_grant',
    'The provided authorization grant is invalid, expired, revoked or was issued to another client.',
  );
}
