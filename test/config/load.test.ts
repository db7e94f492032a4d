import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig, needsOf } from '../../src/config/load.js';
import { AppError } from '../../src/errors.js';
import { complaints, credentials, failure, folder, load, problems, readyFolder } from './helpers.js';

const hexKey = '0f'.repeat(32);
const base64Key = Buffer.alloc(32, 9).toString('base64');

describe('defaults', () => {
  it('are those of the table', () => {
    const cwd = readyFolder();
    const { locations, ...config } = load({}, { cwd });
    expect(locations.map(({ name }) => name)).toEqual(['Special Events', 'Downtown']);
    expect(config).toEqual({
      tripleseat: {
        baseUrl: 'https://api.tripleseat.com',
        tokenUrl: 'https://api.tripleseat.com/oauth2/token',
        authorizeUrl: 'https://login.tripleseat.com/oauth2/authorize',
        clientId: 'sample-client-id',
        clientSecret: 'sample-client-secret',
        refreshToken: null,
        scope: 'events:read bookings:read',
        rps: 8,
      },
      revel: {
        baseUrl: 'https://acme.revelup.com',
        apiKey: 'sample-api-key',
        apiSecret: 'sample-api-secret',
        rps: 4,
      },
      enabled: true,
      dryRun: false,
      allowedLocations: null,
      testEstablishmentId: null,
      syncStatuses: ['DEFINITE', 'CLOSED'],
      otherStatuses: ['PROSPECT', 'TENTATIVE', 'LOST', 'WAITLIST'],
      notBefore: null,
      leadHours: 0,
      graceHours: 24,
      paymentPolicy: 'paid',
      unmatchedPolicy: 'fail',
      ignoredEvents: new Set(),
      concurrency: 4,
      httpTimeoutMs: 30_000,
      maxRunSeconds: 1800,
      maxCreatesPerRun: 200,
      settleMs: 3000,
      inFlightMs: 30_000,
      stateDir: '/home/sample/.local/state/ts-reconcile',
      stateUrl: null,
      stateKeys: [],
      webhookSigningKeys: [],
      serveToken: null,
      smtp: null,
      chat: null,
      healthcheckUrl: null,
      metricsFile: null,
      links: { event: null, order: null },
      log: { level: 'info', format: 'text' },
    });
  });

  it('follow the base URL for the token URL', () => {
    expect(load({ TRIPLESEAT_BASE_URL: 'http://127.0.0.1:4010/' }).tripleseat).toMatchObject({
      baseUrl: 'http://127.0.0.1:4010',
      tokenUrl: 'http://127.0.0.1:4010/oauth2/token',
    });
  });
});

describe('values', () => {
  it('are read and brought into form', () => {
    const cwd = readyFolder();
    const config = load(
      {
        ENABLE_CONNECTOR: 'NO',
        DRY_RUN: ' Yes ',
        TEST_ESTABLISHMENT_ID: '77',
        SYNC_STATUSES: 'definite, on hold, tentative,,definite',
        INJECT_LEAD_HOURS: '2.5',
        INJECT_GRACE_HOURS: '0',
        PAYMENT_POLICY: 'Full',
        UNMATCHED_POLICY: 'fail',
        IGNORE_EVENTS: '55521609, 55521610',
        SETTLE_SECONDS: '0.25',
        IN_FLIGHT_SECONDS: '12.5',
        METRICS_FILE: 'out/run.prom',
        STATE_DIR: '~/state',
        LOG_LEVEL: 'WARN',
        LOG_FORMAT: 'json',
        ALLOWED_LOCATIONS: 'special events,15692',
        STATE_URL: 'postgres://app:pass%40word@db.example.com/state?sslmode=require',
        STATE_KEY: `${hexKey}, ${base64Key}`,
        HEALTHCHECK_URL: 'https://hc.example.com/ping/0000/',
        CHAT_WEBHOOK_URL: 'https://chat.example.com/hooks/0000',
      },
      { cwd },
    );
    expect(config).toMatchObject({
      enabled: false,
      dryRun: true,
      testEstablishmentId: 77,
      syncStatuses: ['DEFINITE', 'ON HOLD', 'TENTATIVE'],
      leadHours: 2.5,
      graceHours: 0,
      paymentPolicy: 'full',
      ignoredEvents: new Set(['55521609', '55521610']),
      settleMs: 250,
      inFlightMs: 12_500,
      metricsFile: join(cwd, 'out/run.prom'),
      stateDir: '/home/sample/state',
      log: { level: 'warn', format: 'json' },
      allowedLocations: ['Special Events', '15692'],
      stateUrl: 'postgres://app:pass%40word@db.example.com/state?sslmode=require',
      stateKeys: [hexKey, base64Key],
      healthcheckUrl: 'https://hc.example.com/ping/0000',
      chat: { url: 'https://chat.example.com/hooks/0000', on: ['changes', 'failures'] },
    });
  });

  it.each([
    ['TRIPLESEAT_RPS', '4O', 'is "4O", which is not a number'],
    ['TRIPLESEAT_RPS', '0', 'is "0", which is less than 0.1'],
    ['CONCURRENCY', '1e1', 'is "1e1", which is not a whole number'],
    ['CONCURRENCY', '2.5', 'is "2.5", which is not a whole number'],
    ['CONCURRENCY', '-1', 'is "-1", which is not a whole number'],
    ['CONCURRENCY', '33', 'is "33", which is more than 32'],
    ['CONCURRENCY', '0x4', 'is "0x4", which is not a whole number'],
    ['CONCURRENCY', '٤', 'is "٤", which is not a whole number'],
    ['HTTP_TIMEOUT_MS', '1e9', 'is "1e9", which is not a whole number'],
    ['HTTP_TIMEOUT_MS', '99', 'is "99", which is less than 100'],
    ['MAX_CREATES_PER_RUN', '0', 'is "0", which is less than 1'],
    ['SETTLE_SECONDS', '120.001', 'is "120.001", which is more than 120'],
    ['IN_FLIGHT_SECONDS', '601', 'is "601", which is more than 600'],
    ['SETTLE_SECONDS', 'Infinity', 'is "Infinity", which is not a number'],
    ['INJECT_LEAD_HOURS', '721', 'is "721", which is more than 720'],
    ['TEST_ESTABLISHMENT_ID', '8a', 'is "8a", which is not a whole number'],
    ['ENABLE_CONNECTOR', 'off', 'is "off", which is neither true nor false'],
    ['ENABLE_CONNECTOR', 'constructor', 'is "constructor", which is neither true nor false'],
    ['DRY_RUN', 'ture', 'is "ture", which is neither true nor false'],
    ['PAYMENT_POLICY', 'half', 'is "half", which is not one of the known values'],
    ['LOG_LEVEL', 'loud', 'is "loud", which is not one of the known values'],
    ['SYNC_STATUSES', 'DEFINITE,2', 'holds "2", which is no status of an event'],
    ['SYNC_STATUSES', 'LOST', 'holds LOST, which never gets an order'],
    ['OTHER_STATUSES', 'LOST,DEFINITE', 'holds DEFINITE, as SYNC_STATUSES does'],
    ['INJECT_NOT_BEFORE', '2026-02-30', 'is "2026-02-30", which is not a day of the calendar'],
    ['INJECT_NOT_BEFORE', '12/1/2026', 'is "12/1/2026", which is not a day of the calendar'],
    ['SYNC_STATUSES', ',', 'names nothing'],
    ['IGNORE_EVENTS', '12,0x1', 'holds "0x1", which is not an event id'],
    ['EMAIL_ON', 'changes,success', 'holds "success", which is not one of the known values'],
    ['ALLOWED_LOCATIONS', ',', 'names nothing'],
    [
      'ALLOWED_LOCATIONS',
      'Downtown,Uptown',
      'holds "Uptown", which is neither a site id nor a location name of locations.json',
    ],
    ['STATE_URL', 'mysql://db/x', 'does not start with postgres:// or postgresql://'],
    ['STATE_URL', 'postgres:///x', 'names no host'],
    ['STATE_KEY', 'c2hvcnQ=', 'holds a key that is not 32 bytes in hex or base64'],
    ['STATE_KEY', `${hexKey},${hexKey}00`, 'holds a key that is not 32 bytes in hex or base64'],
    ['HEALTHCHECK_URL', 'http://hc.example.com/x', 'is http:// on a host that is not loopback'],
    ['REVEL_API_KEY', 'two words', 'holds white space, control or non-ASCII characters'],
    ['TRIPLESEAT_SCOPE', 'a\u001b[31mb', 'is "ab", which holds control characters'],
  ])('%s=%s is a problem', (name, value, problem) => {
    expect(complaints(() => load({ STATE_KEY: hexKey, [name]: value }))).toEqual([`${name} ${problem}`]);
  });

  it('says what to write', () => {
    expect(problems(() => load({ TRIPLESEAT_RPS: 'x' }))[0]?.write).toBe('Write a number from 0.1 to 1000.');
    expect(problems(() => load({ ALLOWED_LOCATIONS: 'x' }))[0]?.write).toBe(
      'Write some of: Special Events, Downtown.',
    );
  });

  it('asks for openItemProductId where open-item is the policy', () => {
    expect(complaints(() => load({ UNMATCHED_POLICY: 'open-item' }))).toEqual([
      'UNMATCHED_POLICY is open-item, but location "Downtown" has no revel.openItemProductId',
    ]);
  });

  it('takes an absolute XDG_STATE_HOME and passes over a relative one', () => {
    expect(load({ XDG_STATE_HOME: '/var/lib/app' }).stateDir).toBe('/var/lib/app/ts-reconcile');
    expect(load({ XDG_STATE_HOME: 'state' }).stateDir).toBe('/home/sample/.local/state/ts-reconcile');
  });
});

describe('Revel account', () => {
  it.each([
    ['acme', 'https://acme.revelup.com'],
    ['ACME-2', 'https://acme-2.revelup.com'],
    ['acme.revelup.com', 'https://acme.revelup.com'],
    ['https://acme.revelup.com/', 'https://acme.revelup.com'],
    ['http://localhost:4020', 'http://localhost:4020'],
  ])('REVEL_DOMAIN=%s', (text, url) => {
    expect(load({ REVEL_DOMAIN: text }).revel.baseUrl).toBe(url);
  });

  it.each(['acme.revelup.co', 'acme.revelup.com.evil.example', 'acme.revelup.com/x', 'a b', 'acme_x'])(
    'REVEL_DOMAIN=%s is refused',
    (text) => {
      expect(complaints(() => load({ REVEL_DOMAIN: text }))).toEqual([
        'REVEL_DOMAIN is neither an account name nor a host below revelup.com',
      ]);
    },
  );

  it('may be given twice only if both agree', () => {
    const base = 'https://acme.revelup.com/';
    expect(load({ REVEL_BASE_URL: base }).revel.baseUrl).toBe('https://acme.revelup.com');
    expect(load({ REVEL_DOMAIN: undefined, REVEL_BASE_URL: base }).revel.baseUrl).toBe(
      'https://acme.revelup.com',
    );
    expect(complaints(() => load({ REVEL_DOMAIN: 'other', REVEL_BASE_URL: base }))).toEqual([
      'REVEL_BASE_URL and REVEL_DOMAIN name different hosts',
    ]);
  });
});

describe('mail', () => {
  it('is read as a whole', () => {
    const config = load({
      SMTP_URL: 'smtps://user:pass@mail.example.com',
      EMAIL_FROM: 'Orders <orders@example.com>',
      EMAIL_TO: 'ops@example.com, chef@example.com',
      EMAIL_ON: 'Failures',
    });
    expect(config.smtp).toEqual({
      url: 'smtps://user:pass@mail.example.com',
      from: 'Orders <orders@example.com>',
      to: ['ops@example.com', 'chef@example.com'],
      on: ['failures'],
    });
  });

  it('names what is missing', () => {
    expect(complaints(() => load({ EMAIL_TO: 'ops@example.com' }))).toEqual([
      'SMTP_URL is not set, although other mail settings are',
      'EMAIL_FROM is not set, although other mail settings are',
    ]);
  });

  it.each(['ops', 'ops@', 'a b@example.com', 'x <y>', 'a@b\r\nBcc: c@d'])('refuses the sender %j', (text) => {
    const env = { SMTP_URL: 'smtp://mail.example.com', EMAIL_TO: 'ops@example.com', EMAIL_FROM: text };
    expect(problems(() => load(env))).toHaveLength(1);
  });
});

describe('needs', () => {
  it('lets commands without needs run on nothing', () => {
    const config = loadConfig({ env: { HOME: '/home/sample' }, cwd: folder(), needs: needsOf.sandbox });
    expect(config.locations).toEqual([]);
    expect(config.stateDir).toBe('/home/sample/.local/state/ts-reconcile');
  });

  it('disregards mistakes in groups that are not needed, but none in the general ones', () => {
    const env = { REVEL_DOMAIN: '???', TRIPLESEAT_CLIENT_SECRET_FILE: '/nowhere', SMTP_URL: 'x' };
    const cwd = folder({ 'locations.json': 'broken' });
    expect(loadConfig({ env, cwd, needs: [] }).revel.baseUrl).toBe('');
    expect(complaints(() => loadConfig({ env: { ...env, LOG_LEVEL: 'x' }, cwd, needs: [] }))).toEqual([
      'LOG_LEVEL is "x", which is not one of the known values',
    ]);
  });

  it('names everything that a sync lacks, at once', () => {
    const cwd = folder();
    const error = failure(() => loadConfig({ env: {}, cwd, needs: needsOf.sync }));
    expect(error).toBeInstanceOf(AppError);
    expect(error.code).toBe('CONFIG');
    expect(error.exitCode).toBe(78);
    expect(error.problems.map(({ where }) => where)).toEqual([
      'TRIPLESEAT_CLIENT_ID',
      'TRIPLESEAT_CLIENT_SECRET',
      'REVEL_DOMAIN',
      'REVEL_API_KEY',
      'REVEL_API_SECRET',
      `LOCATIONS_FILE ${join(cwd, 'locations.json')}`,
    ]);
    for (const { where, problem, write } of error.problems) {
      expect(error.message).toContain(`  ${where} ${problem}. ${write}`);
    }
    expect(error.message).toContain('The configuration has 6 problems:');
    expect(error.message).toContain('REVEL_API_KEY_FILE');
  });

  it('asks for a signing key only where one is needed', () => {
    const [signed, unsigned] = [needsOf.serve, needsOf.serveUnsigned];
    expect(complaints(() => load({}, { needs: signed }))).toEqual([
      'TRIPLESEAT_WEBHOOK_SIGNING_KEY is not set',
    ]);
    expect(load({}, { needs: unsigned }).webhookSigningKeys).toEqual([]);
    const [one, two] = ['signing-key-the-1st', 'signing-key-the-2nd'];
    const keys = { TRIPLESEAT_WEBHOOK_SIGNING_KEY: `${one}, ${two}` };
    expect(load(keys, { needs: signed }).webhookSigningKeys).toEqual([one, two]);
    const unreadable = { TRIPLESEAT_WEBHOOK_SIGNING_KEY_FILE: '/nowhere/key' };
    expect(problems(() => load(unreadable, { needs: unsigned }))).toHaveLength(1);
  });

  it('wants a token of the relay to be long', () => {
    expect(complaints(() => load({ SERVE_TOKEN: 'short' }, { needs: needsOf.serveUnsigned }))).toEqual([
      'SERVE_TOKEN is shorter than 16 characters',
    ]);
  });

  it.each([
    ['0123456789abcde', 'holds a key of fewer than 16 characters'],
    ['0123456789abcdef,short', 'holds a key of fewer than 16 characters'],
    ['0123456789 abcdef', 'holds a key with white space, control or non-ASCII characters'],
  ])('wants each signing key to be long: %s', (text, problem) => {
    const keys = { TRIPLESEAT_WEBHOOK_SIGNING_KEY: text };
    expect(complaints(() => load(keys, { needs: needsOf.serve }))).toEqual([
      `TRIPLESEAT_WEBHOOK_SIGNING_KEY ${problem}`,
    ]);
  });
});

describe('the key of the shared state', () => {
  it('must be there when there is a database', () => {
    const found = problems(() => load({ STATE_URL: 'postgres://app@db.example.com/state' }));
    expect(found).toMatchObject([{ where: 'STATE_KEY', problem: 'is not set' }]);
    expect(load({ STATE_KEY: hexKey }).stateKeys).toEqual([hexKey]);
  });
});

describe('problems', () => {
  it('are all reported at once', () => {
    const names = [
      'REVEL_RPS',
      'CONCURRENCY',
      'DRY_RUN',
      'SYNC_STATUSES',
      'STATE_URL',
      'STATE_KEY',
      'TRIPLESEAT_BASE_URL',
    ];
    const env = Object.fromEntries(names.map((name) => [name, '?']));
    expect(
      problems(() => load(env))
        .map(({ where }) => where)
        .toSorted(),
    ).toEqual(names.toSorted());
  });

  it('never hold a secret', () => {
    const canary = 'canary value 7f3a';
    const secrets = Object.fromEntries(
      [
        'TRIPLESEAT_CLIENT_ID',
        'TRIPLESEAT_CLIENT_SECRET',
        'TRIPLESEAT_REFRESH_TOKEN',
        'REVEL_API_KEY',
        'REVEL_API_SECRET',
        'TRIPLESEAT_WEBHOOK_SIGNING_KEY',
        'SERVE_TOKEN',
        'SMTP_URL',
        'STATE_URL',
        'STATE_KEY',
        'HEALTHCHECK_URL',
        'CHAT_WEBHOOK_URL',
      ].map((name) => [name, canary]),
    );
    const env = { ...secrets, REVEL_DOMAIN: `https://u:${canary}@acme.revelup.com` };
    const error = failure(() => load(env, { needs: needsOf.serve }));
    expect(error.problems.length).toBeGreaterThanOrEqual(12);
    expect(JSON.stringify([error.message, error.stack, error.hint, error.problems])).not.toContain('7f3a');
  });

  it('come one per line, whatever the values hold', () => {
    const error = failure(() => load({ CONCURRENCY: '1\n  FORGED is fine\u001b[2J', IGNORE_EVENTS: 'a\nb' }));
    expect(error.message.split('\n')).toHaveLength(3);
    expect(error.message).not.toContain('\u001b');
  });
});

it('leaves the environment alone', () => {
  const env = Object.freeze({ ...credentials });
  const before = JSON.stringify(process.env);
  loadConfig({ env, cwd: readyFolder({ '.env': 'REVEL_RPS=2\nSAMPLE_OTHER=1' }), needs: needsOf.sync });
  expect(JSON.stringify(process.env)).toBe(before);
});
