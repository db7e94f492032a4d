import { expect, it } from 'vitest';
import { needsOf } from '../../src/config/load.js';
import { secretsOf } from '../../src/config/secrets.js';
import { variables } from '../../src/config/variables.js';
import { load } from './helpers.js';

const values: Record<string, string> = {
  TRIPLESEAT_CLIENT_ID: 'canary-client-id',
  TRIPLESEAT_CLIENT_SECRET: 'canary-client-secret',
  TRIPLESEAT_REFRESH_TOKEN: 'canary-refresh',
  REVEL_API_KEY: 'canary-key',
  REVEL_API_SECRET: 'canary-secret',
  TRIPLESEAT_WEBHOOK_SIGNING_KEY: 'canary-signing-key',
  SERVE_TOKEN: 'canary-serve-token',
  SMTP_URL: 'smtp://user:canary%40smtp@mail.example.com',
  STATE_URL: 'postgres://user:canary%2Fstate@db.example.com/x',
  STATE_KEY: 'canary0canary0canary0canary0canary0canary00',
  CHAT_WEBHOOK_URL:
    'https://hooks.slack.com/services/T0/B0/canarychatcanarychat?v=1&sig=canary%2Bsig-canary-sig',
  HEALTHCHECK_URL: 'https://hc.example.com/ping/7f3a7f3a-0000-4000-8000-000000000000',
};

it('secretsOf knows the value of every secret variable', () => {
  const env = { ...values, EMAIL_FROM: 'a@example.com', EMAIL_TO: 'b@example.com' };
  const secrets = secretsOf(load(env, { needs: needsOf.serve }));
  for (const { name } of variables.filter(({ secret }) => secret)) {
    expect(secrets, name).toContain(values[name]);
  }
  expect(secrets).toEqual(
    expect.arrayContaining([
      'canary%40smtp',
      'canary@smtp',
      'canary/state',
      '7f3a7f3a-0000-4000-8000-000000000000',
      'canarychatcanarychat',
      'canary%2Bsig-canary-sig',
      'canary+sig-canary-sig',
    ]),
  );
  expect(secrets).not.toContain('ping');
  expect(new Set(secrets).size).toBe(secrets.length);
});

it('secretsOf a configuration without optional secrets holds no empty text', () => {
  expect(secretsOf(load())).toEqual([
    'sample-client-id',
    'sample-client-secret',
    'sample-api-key',
    'sample-api-secret',
  ]);
});
