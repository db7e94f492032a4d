import { createHash } from 'node:crypto';
import { z } from 'zod';
import { parse } from '../../state/kept.js';
import type { SimRequest, SimResponse } from '../host/types.js';
import { html, json } from './answers.js';
import { DEFAULT_SCOPE, type TripleseatSettings } from './model.js';
import type { TripleseatStore } from './store.js';

/** Lifetime of access tokens. */
const ACCESS_TOKEN_SECONDS = 7200;

const bodySchema = z.record(z.string(), z.unknown());

/** The OAuth 2.0 side: consent, codes, rotating refresh tokens, access tokens that expire. */
export class OauthServer {
  readonly #store: TripleseatStore;

  constructor(store: TripleseatStore) {
    this.#store = store;
  }

  /** `GET /oauth2/authorize`: the admin is taken to have decided already, so it redirects at once. */
  authorize(query: URLSearchParams): SimResponse {
    const { settings, oauth } = this.#store;
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
    const error = whyNot(query, settings);
    if (error !== null) target.searchParams.set('error', error);
    else {
      const code = this.#secret();
      const challenge = query.get('code_challenge');
      const scope = query.get('scope') ?? DEFAULT_SCOPE;
      oauth.codes[code] = { redirectUri, scope, ...(challenge === null ? {} : { challenge }) };
      this.#store.changed();
      target.searchParams.set('code', code);
    }
    return html(302, '', { location: target.href });
  }

  /** `POST /oauth2/token`, form or JSON. */
  token(request: SimRequest, now: number): SimResponse {
    const { settings } = this.#store;
    const body = parseBody(request);
    if (body?.grant_type === undefined)
      return oauthError(400, 'invalid_request', 'The request is missing a required parameter.');
    if (body.client_id !== settings.clientId || body.client_secret !== settings.clientSecret) {
      return oauthError(401, 'invalid_client', 'Client authentication failed.');
    }
    switch (body.grant_type) {
      case 'authorization_code':
        return this.#redeemCode(body, now);
      case 'refresh_token':
        return this.#refresh(String(body.refresh_token), now);
      case 'client_credentials':
        if (settings.clientCredentials === 'off' || request.path !== settings.clientCredentialsPath) {
          return oauthError(400, 'unauthorized_client', 'The client is not authorized to use this grant.');
        }
        return this.#issue(String(body.scope ?? DEFAULT_SCOPE), now, 'client');
      default:
        return oauthError(400, 'unsupported_grant_type', 'The grant type is not supported.');
    }
  }

  /** `POST /oauth/invalidate`: success is 410. */
  invalidate(request: SimRequest): SimResponse {
    const { oauth } = this.#store;
    const token = String(parseBody(request)?.token ?? bearerOf(request.headers));
    delete oauth.access[token];
    delete oauth.refresh[token];
    this.#store.changed();
    return json(410, {});
  }

  /** What the bearer token of an API request is good for, or why it is refused. */
  authenticate(headers: Record<string, string>, now: number): { scope: string } | { error: string } {
    const access = this.#store.oauth.access[bearerOf(headers)];
    if (!access || access.expiresAt <= now) return { error: 'unauthorized' };
    return access.ownsNothing ? { error: 'Token resource owner not found' } : { scope: access.scope };
  }

  #redeemCode(body: Record<string, unknown>, now: number): SimResponse {
    const { codes } = this.#store.oauth;
    const code = codes[String(body.code)];
    if (!code || code.redirectUri !== body.redirect_uri) return invalidGrant();
    delete codes[String(body.code)];
    const { code_verifier: verifier } = body;
    const shown =
      verifier === undefined ? undefined : createHash('sha256').update(String(verifier)).digest('base64url');
    return shown === code.challenge ? this.#issue(code.scope, now, 'admin') : invalidGrant();
  }

  #refresh(token: string, now: number): SimResponse {
    const { refresh } = this.#store.oauth;
    const scope = refresh[token];
    if (scope === undefined) return invalidGrant();
    delete refresh[token];
    return this.#issue(scope, now, 'admin');
  }

  /** Only what an admin has consented to can be refreshed. */
  #issue(scope: string, now: number, by: 'admin' | 'client'): SimResponse {
    const { oauth, settings } = this.#store;
    for (const [token, { expiresAt }] of Object.entries(oauth.access)) {
      if (expiresAt <= now) delete oauth.access[token];
    }
    const access = this.#secret();
    const ownsNothing = by === 'client' && settings.clientCredentials === 'token-owns-nothing';
    oauth.access[access] = { expiresAt: now + ACCESS_TOKEN_SECONDS * 1000, scope, ownsNothing };
    const refresh = by === 'client' ? null : this.#secret();
    if (refresh !== null) oauth.refresh[refresh] = scope;
    this.#store.changed();
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
    const { oauth } = this.#store;
    oauth.made += 1;
    return createHash('sha256').update(`sandbox token ${oauth.made}`).digest('base64url');
  }
}

/** Why the admin is sent back without a code; null: with one. */
function whyNot(query: URLSearchParams, { consent }: TripleseatSettings): string | null {
  if (query.get('response_type') !== 'code') return 'unsupported_response_type';
  if (consent === 'denies') return 'access_denied';
  return (query.get('code_challenge_method') ?? 'S256') === 'S256' ? null : 'invalid_request';
}

function bearerOf(headers: Record<string, string>): string {
  return /^bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1] ?? '';
}

function parseBody({ headers, body }: SimRequest): Record<string, unknown> | null {
  const isJson = (headers['content-type'] ?? '').includes('json');
  return isJson ? parse(bodySchema, body) : Object.fromEntries(new URLSearchParams(body));
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
