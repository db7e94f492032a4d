import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Driver } from './driver.js';

const refreshForm = (token: string) => ({ grant_type: 'refresh_token', refresh_token: token });

describe('tokens', () => {
  it('rotates refresh tokens: the old one dies when used', () => {
    const driver = new Driver();
    const first = JSON.parse(driver.grant(refreshForm('sandbox-refresh-token')).body);
    expect(first).toMatchObject({
      token_type: 'Bearer',
      expires_in: 7200,
      scope: 'events:read bookings:read',
    });
    expect(first.access_token).toHaveLength(43);
    const again = driver.grant(refreshForm('sandbox-refresh-token'));
    expect(again.status).toBe(400);
    expect(JSON.parse(again.body).error).toBe('invalid_grant');
    expect(driver.grant(refreshForm(first.refresh_token)).status).toBe(200);
  });

  it('takes JSON as well as a form', () => {
    const driver = new Driver();
    const body = {
      client_id: 'sandbox-client',
      client_secret: 'sandbox-client-secret',
      ...refreshForm('sandbox-refresh-token'),
    };
    const headers = { 'content-type': 'application/json' };
    expect(driver.request('POST', '/oauth2/token', headers, JSON.stringify(body)).status).toBe(200);
    expect(driver.request('POST', '/oauth2/token', headers, '{').status).toBe(400);
  });

  it.each([
    [{ client_secret: 'wrong', ...refreshForm('sandbox-refresh-token') }, 401, 'invalid_client'],
    [{ grant_type: 'password' }, 400, 'unsupported_grant_type'],
    [{}, 400, 'invalid_request'],
    [{ grant_type: 'client_credentials' }, 400, 'unauthorized_client'],
    [
      { grant_type: 'authorization_code', code: 'x', redirect_uri: 'http://127.0.0.1/' },
      400,
      'invalid_grant',
    ],
  ])('refuses %j', (form, status, error) => {
    const response = new Driver().grant(form);
    expect([response.status, JSON.parse(response.body).error]).toEqual([status, error]);
  });

  it('issues client credentials tokens that work, or own nothing, as switched', () => {
    for (const [mode, status] of [
      ['works', 200],
      ['token-owns-nothing', 401],
    ] as const) {
      const driver = new Driver({ clientCredentials: mode });
      const token = JSON.parse(driver.grant({ grant_type: 'client_credentials' }).body);
      expect(token).not.toHaveProperty('refresh_token');
      driver.token = token.access_token;
      const answer = driver.get('/v1/sites.json');
      expect(answer.status).toBe(status);
      if (status === 401)
        expect(JSON.parse(answer.body)).toEqual({ error: 'Token resource owner not found' });
    }
  });

  it('lets access tokens expire', () => {
    const driver = new Driver().logIn();
    driver.now += 7_199_999;
    expect(driver.get('/v1/sites').status).toBe(200);
    driver.now += 1;
    expect(driver.get('/v1/sites').status).toBe(401);
  });

  it('expires and revokes tokens on command', () => {
    const driver = new Driver();
    const { refresh_token: refresh } = JSON.parse(driver.grant(refreshForm('sandbox-refresh-token')).body);
    const second = JSON.parse(driver.grant(refreshForm(refresh)).body);
    driver.token = second.access_token;
    driver.sim.control('expire-tokens', {}, driver.now);
    expect(driver.get('/v1/sites').status).toBe(401);
    driver.sim.control('revoke-tokens', {}, driver.now);
    expect(driver.grant(refreshForm(second.refresh_token)).status).toBe(400);
  });

  it('answers 410 to an invalidated token, which is then dead', () => {
    const driver = new Driver().logIn();
    expect(driver.post('/oauth/invalidate', { token: driver.token }).status).toBe(410);
    expect(driver.get('/v1/sites').status).toBe(401);
  });
});

describe('consent', () => {
  const query = 'client_id=sandbox-client&response_type=code&scope=events%3Aread&state=s1';
  const redirect = encodeURIComponent('http://127.0.0.1:8123/callback');

  it('redirects with code and state; the code works once, with the same redirect URI', () => {
    const driver = new Driver();
    const response = driver.request('GET', `/oauth2/authorize?${query}&redirect_uri=${redirect}`);
    expect(response.status).toBe(302);
    const target = new URL(response.headers.location ?? '');
    expect(target.origin + target.pathname).toBe('http://127.0.0.1:8123/callback');
    expect(target.searchParams.get('state')).toBe('s1');
    const form = { grant_type: 'authorization_code', code: target.searchParams.get('code') ?? '' };
    expect(driver.grant({ ...form, redirect_uri: 'http://127.0.0.1:8123/other' }).status).toBe(400);
    const token = driver.grant({ ...form, redirect_uri: 'http://127.0.0.1:8123/callback' });
    expect(JSON.parse(token.body)).toMatchObject({ scope: 'events:read', refresh_token: expect.any(String) });
    expect(driver.grant({ ...form, redirect_uri: 'http://127.0.0.1:8123/callback' }).status).toBe(400);
  });

  it.each([
    ['the verifier of its challenge', 'the-verifier', 200],
    ['another one', 'another', 400],
    ['none', undefined, 400],
  ])('gives tokens for a code with a challenge and %s: %i', (_, verifier, status) => {
    const driver = new Driver();
    const challenge = createHash('sha256').update('the-verifier').digest('base64url');
    const asked = `${query}&redirect_uri=${redirect}&code_challenge=${challenge}&code_challenge_method=S256`;
    const { headers } = driver.request('GET', `/oauth2/authorize?${asked}`);
    const form = {
      grant_type: 'authorization_code',
      code: new URL(headers.location ?? '').searchParams.get('code') ?? '',
      redirect_uri: 'http://127.0.0.1:8123/callback',
    };
    const shown: Record<string, string> = verifier === undefined ? {} : { code_verifier: verifier };
    expect(driver.grant({ ...form, ...shown }).status).toBe(status);
  });

  it('knows one way to make a challenge', () => {
    const asked = `${query}&redirect_uri=${redirect}&code_challenge=x&code_challenge_method=plain`;
    const { headers } = new Driver().request('GET', `/oauth2/authorize?${asked}`);
    expect(headers.location).toContain('error=invalid_request');
  });

  it('reports a refusal to the redirect URI', () => {
    const driver = new Driver({ consent: 'denies' });
    const { headers } = driver.request('GET', `/oauth2/authorize?${query}&redirect_uri=${redirect}`);
    expect(headers.location).toContain('error=access_denied');
  });

  it('never redirects to an unknown client', () => {
    const other = query.replace('sandbox-client', 'other');
    expect(new Driver().request('GET', `/oauth2/authorize?${other}&redirect_uri=${redirect}`).status).toBe(
      400,
    );
  });
});
