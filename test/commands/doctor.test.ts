import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { SMTPServer } from 'smtp-server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DoctorOptions, doctorCommand } from '../../src/commands/doctor.js';
import type { CheckStatus } from '../../src/report/checks.js';
import { TestWorld } from '../helpers/world.js';
import { Terminal } from './terminal.js';

let world: TestWorld;

beforeEach(async () => {
  world = await TestWorld.start();
});
afterEach(() => world.close());

interface Shown {
  name: string;
  status: CheckStatus;
  message: string;
  details: string[];
  hint: string | null;
}

function options(changes: Partial<DoctorOptions> = {}): DoctorOptions {
  return { json: true, sandbox: false, sendTestMail: false, ...changes };
}

async function doctor(env: Record<string, string> = {}, changes: Partial<DoctorOptions> = {}) {
  const on = new Terminal(world.env(world.newStateDir(), env));
  const code = await doctorCommand(options(changes), on.around);
  const document: { ok: boolean; summary: Record<CheckStatus, number>; checks: Shown[] } = JSON.parse(
    on.out.text,
  );
  const of = (name: string) => document.checks.filter((check) => check.name === name);
  const status = (name: string) =>
    of(name)
      .map((check) => check.status)
      .join();
  const failing = document.checks.filter((check) => check.status === 'failed').map(({ name }) => name);
  return { code, document, of, status, failing, text: on.text };
}

async function changeLocations(
  change: (file: { defaults: { revel: Record<string, number> }; locations: LocationEntry[] }) => void,
) {
  const file = JSON.parse(await readFile(world.locationsFile, 'utf8'));
  change(file);
  await writeFile(world.locationsFile, JSON.stringify(file));
}

interface LocationEntry {
  name: string;
  timezone: string;
  tripleseat: { siteId: number; locationId: number };
  revel: Record<string, number>;
  products: Record<string, number>;
}

function writes(): string[] {
  const entries = [...world.tripleseatServer.log.entries(), ...world.revelServer.log.entries()];
  return entries.filter(({ method }) => method !== 'GET').map(({ method, path }) => `${method} ${path}`);
}

function addOrder(): void {
  world.revel.insertOrder({
    order: {
      local_id: 'Triple Seat_1',
      uuid: '3f0c7a52-0000-5000-8000-000000000001',
      establishment: '/enterprise/Establishment/8/',
    },
  });
}

describe('doctor', () => {
  it('finds nothing to fail in a world that is well, and writes to neither side', async () => {
    addOrder();
    const { code, document, of, status } = await doctor();
    expect(code).toBe(0);
    expect(document.ok).toBe(true);
    expect(document.checks.map(({ name }) => name)).toEqual([
      'Configuration',
      'Mode',
      'State',
      'Disk',
      'Tripleseat sign-in',
      'Tripleseat scopes',
      'Tripleseat sites',
      'Tripleseat locations',
      'Revel key',
      'Revel permissions',
      'Clock',
      'Timing',
      'Filter local_id',
      'Filter uuid',
      'Establishments',
      'POS stations',
      'Revel users',
      'Dining options',
      'Discounts',
      'Payment types',
      'Time zones',
      'Products',
      'Billing names',
      'Revel user alone',
      'Webhook endpoints',
      'Certified',
      'Last sweep',
      'Mail',
      'Webhooks',
      'Signals',
    ]);
    const [timing] = of('Timing');
    expect(timing).toMatchObject({ status: 'ok' });
    expect(timing?.details).toContainEqual(expect.stringMatching(/^2\.2 s: from a claim until nothing/));
    expect(document.summary).toMatchObject({ failed: 0, skipped: 6 });
    // How much room the disk has is up to the machine.
    const notable = document.checks.filter(
      ({ name, status: found }) => name !== 'Disk' && found === 'warning',
    );
    expect(notable.map(({ name }) => name)).toEqual(['Tripleseat locations', 'Products', 'Certified']);
    expect(status('Tripleseat locations')).toBe('warning');
    expect(of('Tripleseat locations')[0]?.details).toEqual(['Pop-up Kitchen: location 26999 of site 15691']);
    expect(of('Products')[0]?.details).toContain('Establishment 8: "House Salad" (582, 583)');
    expect(writes()).toEqual(['POST /oauth2/token']);
  });

  it('is a table of a line each that fits 80 columns and says in words what it says in colour', async () => {
    addOrder();
    const on = new Terminal(world.env(world.newStateDir(), { NO_COLOR: '' }));
    on.out.isTTY = true;
    expect(await doctorCommand(options({ json: false }), on.around)).toBe(0);
    const { text } = on.out;
    expect(text).toContain('\u001b[32mok\u001b[39m    Configuration         3 locations, no mistakes\n');
    expect(text).toContain('\u001b[33mwarn\u001b[39m  Products');
    const lines = text.split('\n').map((line) => stripVTControlCharacters(line));
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    expect(lines).toContain('                            → Add entries to the locations file, or leave them');
    expect(text).toMatch(/\n\d+ ok, \d to look at, 0 failed, 6 not checked\n$/);

    const plain = new Terminal(world.env(world.newStateDir()));
    await doctorCommand(options({ json: false }), plain.around);
    expect(plain.out.text).not.toMatch(/\p{Cc}(?<!\n)/u);
    expect(plain.out.text).toMatch(/^ok {4}Revel key {13}accepted$/m);
  });

  it('says of the sandbox that it sends no mail, and what to leave out', async () => {
    const on = new Terminal({ STATE_DIR: world.newStateDir() });
    const code = await doctorCommand({ json: false, sandbox: true, sendTestMail: true }, on.around);
    expect(code).toBe(1);
    // What is to be typed works on the sandbox, too.
    expect(on.out.text.replaceAll(/\s+/g, ' ')).toContain('certify --establishment <id> --sandbox');
    expect(on.out.text).toMatch(/^FAIL {2}Mail {18}the sandbox sends no mail.*\n +→ Leave --sandbox out/m);
  });

  it('stops between checks at a signal', async () => {
    const on = new Terminal(world.env(world.newStateDir()));
    on.stop.abort('SIGINT');
    expect(await doctorCommand(options(), on.around)).toBe(130);
  });
});

describe('doctor: configuration', () => {
  it('lists every mistake and checks what is left', async () => {
    const { code, of, status } = await doctor({
      REVEL_API_KEY: '',
      REVEL_RPS: 'fast',
      SMTP_URL: 'smtp://127.0.0.1',
    });
    expect(code).toBe(78);
    const mistakes = of('Configuration').map(({ message }) => message);
    expect(mistakes.join('\n')).toMatch(/REVEL_API_KEY is not set/);
    expect(mistakes.join('\n')).toMatch(/REVEL_RPS/);
    expect(mistakes.join('\n')).toMatch(/EMAIL_FROM/);
    expect(of('Configuration').every(({ status, hint }) => status === 'failed' && hint !== null)).toBe(true);
    expect(status('Tripleseat sign-in')).toBe('ok');
    expect(status('Revel key')).toBe('skipped');
    expect(status('Filter local_id')).toBe('skipped');
    expect(status('Mail')).toBe('skipped');
  });

  it('stops at what everything depends on', async () => {
    const { code, document } = await doctor({ ENABLE_CONNECTOR: 'perhaps' });
    expect(code).toBe(78);
    expect(document.checks.map(({ name }) => name)).toEqual(['Configuration']);
    expect(world.revelServer.log.entries()).toEqual([]);
  });

  it('goes on without a locations file', async () => {
    const { code, status } = await doctor({ LOCATIONS_FILE: '/nonexistent/locations.json' });
    expect(code).toBe(78);
    expect(status('Tripleseat sign-in')).toBe('ok');
    expect(status('Revel permissions')).toBe('ok');
    expect(status('Establishments')).toBe('skipped');
  });

  it('points out what keeps orders from being written', async () => {
    const { code, of, failing } = await doctor({
      ENABLE_CONNECTOR: 'false',
      DRY_RUN: 'true',
      TEST_ESTABLISHMENT_ID: '8',
      ALLOWED_LOCATIONS: 'Harbor Room',
    });
    // The mappings of the other shops lead nowhere in establishment 8, which is worth knowing too.
    expect([code, failing]).toEqual([1, ['Products']]);
    expect(of('Mode')[0]).toMatchObject({
      status: 'warning',
      details: [
        'ENABLE_CONNECTOR is false: nothing is written.',
        'DRY_RUN is true: nothing is written.',
        'TEST_ESTABLISHMENT_ID is set: every order goes to establishment 8.',
        'ALLOWED_LOCATIONS leaves out: Special Events, Lakeside Catering.',
      ],
    });
  });

  it('finds whatever in the locations file is not there', async () => {
    await changeLocations((file) => {
      const [west, lake, harbor] = file.locations;
      if (!west || !lake || !harbor) throw new Error('three shops expected');
      Object.assign(west.tripleseat, { locationId: 26_201 });
      Object.assign(lake.tripleseat, { siteId: 4242, locationId: 999 });
      Object.assign(harbor.tripleseat, { locationId: 998 });
      Object.assign(west.revel, { establishmentId: 99, diningOption: 777 });
      Object.assign(lake.revel, { posStationId: 6, discountId: 4711 });
      Object.assign(harbor.revel, { posStationId: 66, userId: 55 });
      Object.assign(harbor.products, { 'Old Name': 4712 });
      Object.assign(harbor, {
        billing: { Delivery: { product: 4713 } },
        books: { gratuity: { product: 4714 } },
      });
      lake.timezone = 'America/Denver';
    });
    const { code, of, failing } = await doctor();
    expect(code).toBe(1);
    expect(failing).toEqual([
      'Tripleseat sites',
      'Tripleseat locations',
      'Establishments',
      'POS stations',
      'Revel users',
      'Dining options',
      'Discounts',
      'Products',
    ]);
    const [sites] = of('Tripleseat sites');
    expect(sites?.message).toBe('not visible to this account: 4242');
    expect(sites?.hint).toContain('15691 (Special Events)');
    expect(of('Tripleseat locations')[0]?.details).toEqual([
      '"Special Events": location 26201 belongs to site 15733, not to 15691.',
      '"Lakeside Catering": there is no location 999.',
      '"Harbor Room": there is no location 998.',
    ]);
    expect(of('Establishments')[0]?.details).toEqual(['There is no establishment 99 ("Special Events").']);
    expect(of('POS stations')[0]?.details).toContain(
      '"Lakeside Catering": station 6 belongs to establishment 14, not to 11.',
    );
    expect(of('Revel users')[0]?.details).toEqual(['There is no user 55 ("Harbor Room").']);
    expect(of('Revel users')[0]?.hint).toMatch(/There are: 1 \(/);
    expect(of('Tripleseat locations')[0]?.hint).toContain('26059 (Special Events)');
    expect(of('Dining options')[0]?.details).toEqual(['"Special Events": there is no dining option 777.']);
    expect(of('Discounts')[0]?.details).toEqual(['There is no discount 4711 ("Lakeside Catering").']);
    expect(of('Products')[0]?.details).toEqual(
      expect.arrayContaining([
        'Establishment 99 has no active products.',
        '"Harbor Room": "Old Name" is mapped to 4712, no active product there.',
        '"Harbor Room": "Delivery" of the bill is sold as 4713, no active product there.',
        '"Harbor Room": gratuity is sold as 4714, no active product there.',
      ]),
    );
    expect(of('Products')[0]?.details).toContainEqual(expect.stringContaining('"House Salad" (782, 783)'));
    expect(of('Products')[0]?.message).toMatch(
      new RegExp(`^${of('Products')[0]?.details.length} problems: `),
    );
    expect(of('Products')[0]?.hint).toMatch(/activate the products in Revel\. Of a name that several bear, /);
    expect(of('Time zones')[0]).toMatchObject({
      status: 'warning',
      details: ['"Lakeside Catering" is America/Denver; Revel says America/Chicago.'],
    });
  });

  it('is red for a station of another shop, an inactive user, an odd dining option; yellow without a discount', async () => {
    world.revel.addUser({ id: 77, active: false });
    await changeLocations((file) => {
      file.defaults.revel = { ...file.defaults.revel, userId: 77, diningOption: 55 };
      delete file.defaults.revel.discountId;
      Object.assign(file.locations[0]?.revel ?? {}, { posStationId: 5 });
    });
    const { code, of } = await doctor();
    expect(code).toBe(1);
    expect(of('POS stations')[0]).toMatchObject({
      status: 'failed',
      details: ['"Special Events": station 5 belongs to establishment 11, not to 8.'],
    });
    expect(of('Revel users')[0]).toMatchObject({ status: 'failed', message: 'not active: 77' });
    expect(of('Dining options')[0]).toMatchObject({
      status: 'failed',
      message: expect.stringContaining('55'),
    });
    expect(of('Discounts')[0]).toMatchObject({
      status: 'warning',
      message: expect.stringContaining('"Harbor Room"'),
    });
  });
});

describe('doctor: Tripleseat', () => {
  it('is red, exit 77, when nobody may sign in, and goes on with Revel', async () => {
    world.tripleseat.configure({ clientCredentials: 'off' });
    const { code, of, status } = await doctor();
    expect(code).toBe(77);
    expect(of('Tripleseat sign-in')[0]).toMatchObject({
      status: 'failed',
      hint: expect.stringContaining('auth login'),
    });
    expect(status('Tripleseat sites')).toBe('skipped');
    expect(status('Revel permissions')).toBe('ok');
  });

  it.each(['json-401', 'html-200', 'redirect'] as const)(
    'knows a token that owns nothing (%s)',
    async (loginPage) => {
      world.tripleseat.configure({ clientCredentials: 'token-owns-nothing', loginPage });
      const { code, of } = await doctor();
      expect(code).toBe(77);
      expect(of('Tripleseat sign-in')[0]?.hint).toContain('auth login');
    },
  );

  it.each(['/oauth2/token', '/oauth/token'] as const)(
    'says that the account gives tokens at %s',
    async (clientCredentialsPath) => {
      world.tripleseat.configure({ clientCredentialsPath });
      const { of } = await doctor();
      expect(of('Tripleseat sign-in')[0]).toMatchObject({
        status: 'ok',
        message: `signed in; by the client_credentials grant at ${clientCredentialsPath}`,
      });
    },
  );

  it('shows no token and no secret, whatever is refused', async () => {
    const { text, code } = await doctor({
      TRIPLESEAT_CLIENT_SECRET: 'canary-client-secret',
      TRIPLESEAT_REFRESH_TOKEN: 'canary-refresh-token',
      REVEL_API_KEY: 'canary-api-key',
      REVEL_API_SECRET: 'canary-api-secret',
    });
    expect(code).toBe(77);
    expect(text).not.toContain('canary');
  });

  it('is red when events may not be read, yellow when bookings may not', async () => {
    const env = { TRIPLESEAT_SCOPE: 'bookings:read' };
    const events = await doctor(env);
    expect(events.code).toBe(1);
    expect(events.of('Tripleseat scopes')[0]).toMatchObject({
      status: 'failed',
      message: 'bookings:read; events may not be read (403)',
      hint: expect.stringContaining('TRIPLESEAT_SCOPE'),
    });
    const bookings = await doctor({ TRIPLESEAT_SCOPE: 'events:read' });
    expect(bookings.code).toBe(0);
    expect(bookings.of('Tripleseat scopes')[0]).toMatchObject({
      status: 'warning',
      message: expect.stringContaining('bookings may not be read (403)'),
    });
  });

  it('is red when the account sees no site', async () => {
    world.tripleseatGate.reset(({ path }) =>
      path.includes('/events/') ? { kind: 'none' } : { kind: 'none' },
    );
    world.tripleseat.store.setPlaces([], []);
    const { code, of } = await doctor();
    expect(code).toBe(1);
    expect(of('Tripleseat sites')[0]).toMatchObject({
      status: 'failed',
      hint: 'Correct siteId in the locations file. This account sees: none.',
    });
  });

  it('goes on when Tripleseat answers nonsense', async () => {
    world.tripleseatGate.reset(({ path }) =>
      path.startsWith('/v1') ? { kind: 'oversize', bytes: 9_000_000 } : { kind: 'none' },
    );
    const { code, of, status } = await doctor();
    expect(code).toBe(1);
    expect(of('Tripleseat sign-in')[0]?.message).toContain('larger than');
    expect(status('Tripleseat locations')).toBe('skipped');
    expect(status('Products')).toBe('warning');
  });
});

describe('doctor: Revel', () => {
  it('tells a wrong key (401 everywhere) from a missing permission (401 on that resource)', async () => {
    const wrong = await doctor({ REVEL_API_SECRET: 'wrong-secret' });
    expect(wrong.code).toBe(77);
    expect(wrong.of('Revel key')[0]).toMatchObject({
      status: 'failed',
      message: expect.stringContaining('every resource'),
    });
    expect(wrong.status('Revel permissions')).toBe('skipped');
    expect(wrong.status('Tripleseat sign-in')).toBe('ok');

    world.revel.configure({ permissions: { Payment: 'none', OrderHistory: 'none' } });
    const lacking = await doctor();
    expect(lacking.code).toBe(77);
    expect(lacking.status('Revel key')).toBe('ok');
    expect(lacking.of('Revel permissions')[0]).toMatchObject({
      status: 'failed',
      message: 'runs need what this key may not read: Payment (401), OrderHistory (401)',
    });
  });

  it('is yellow when only this check-up lacks a permission', async () => {
    world.revel.configure({ permissions: { User: 'none', CustomOrderOption: 'none' } });
    const { code, of, status } = await doctor();
    expect(code).toBe(0);
    expect(of('Revel permissions')[0]).toMatchObject({
      status: 'warning',
      message: 'all that runs read; this check-up cannot look at User (401), CustomOrderOption (401)',
    });
    expect(status('Revel users')).toBe('skipped');
    expect(status('Dining options')).toBe('skipped');
    expect(status('Establishments')).toBe('ok');
  });

  it('skips products and orders that may not be read', async () => {
    world.revel.configure({ permissions: { Product: 'none', Order: 'none' } });
    const { status, code } = await doctor();
    expect(code).toBe(77);
    expect(status('Products')).toBe('skipped');
    expect(status('Filter uuid')).toBe('skipped');
  });

  it('says what useless filters mean', async () => {
    addOrder();
    world.revel.configure({ localIdFilter: 'ignored', uuidFilter: 'refused' });
    const { code, of } = await doctor();
    expect(code).toBe(0);
    expect(of('Filter local_id')[0]).toMatchObject({
      status: 'warning',
      message: expect.stringContaining('every order comes back'),
    });
    expect(of('Filter uuid')[0]).toMatchObject({
      status: 'warning',
      message: expect.stringContaining('refused (400)'),
    });
  });

  it('knows an address that is no Revel', async () => {
    const { code, of } = await doctor({ REVEL_BASE_URL: `${world.revelServer.url}/elsewhere` });
    expect(code).toBe(1);
    expect(of('Revel key')[0]).toMatchObject({
      status: 'failed',
      hint: expect.stringContaining('REVEL_DOMAIN'),
    });
  });

  it.each(['html-200', 'bad-json'] as const)(
    'takes nonsense with 200 for no Revel, and goes on: %s',
    async (kind) => {
      world.revelGate.reset(() => ({ kind }));
      const { code, of, status } = await doctor();
      expect(code).toBe(1);
      expect(of('Revel key')[0]).toMatchObject({
        status: 'failed',
        message: expect.stringContaining('Order (200, but no list)'),
        hint: expect.stringContaining('REVEL_DOMAIN'),
      });
      expect(status('Revel permissions')).toBe('skipped');
      expect(status('Tripleseat sites')).toBe('ok');
      expect(status('Mail')).toBe('skipped');
    },
  );

  it('names what alone answers nonsense with 200', async () => {
    world.revelGate.reset(({ path }) => ({ kind: path === '/resources/Payment/' ? 'html-200' : 'none' }));
    const { of, status } = await doctor();
    expect(status('Revel key')).toBe('ok');
    expect(of('Revel permissions')[0]).toMatchObject({
      status: 'failed',
      message: 'runs need what this key may not read: Payment (200, but no list)',
    });
  });
});

describe('doctor: the host', () => {
  it('is red, exit 78, when the state directory cannot be used', async () => {
    const path = world.path('a-file');
    await writeFile(path, '');
    const { code, of, status } = await doctor({ STATE_DIR: path });
    expect(code).toBe(78);
    expect(of('State')[0]).toMatchObject({
      status: 'failed',
      message: expect.stringContaining('not a directory'),
    });
    expect(of('Tripleseat sign-in')[0]).toMatchObject({
      status: 'skipped',
      message: expect.stringContaining('see State'),
    });
    expect(status('Revel key')).toBe('ok');
  });

  it('is red for a damaged token file, of which it shows nothing', async () => {
    const dir = world.newStateDir();
    await mkdir(dir, { mode: 0o700 });
    await writeFile(join(dir, 'tokens.json'), '{"accessToken":"canary');
    const { code, of, text } = await doctor({ STATE_DIR: dir });
    expect(code).toBe(78);
    expect(of('State')[0]).toMatchObject({
      status: 'failed',
      message: expect.stringContaining('cannot be read'),
    });
    expect(text).not.toContain('canary');
  });

  it('leaves nothing but the tokens, the request budget and the key of its locks in the state directory', async () => {
    const dir = world.newStateDir();
    await doctor({ STATE_DIR: dir });
    expect(await readdir(dir)).toEqual(['budgets', 'locks', 'tokens.json']);
  });

  it('knows about webhooks and signals, and calls nobody', async () => {
    const env = {
      TRIPLESEAT_WEBHOOK_SIGNING_KEY: 'canary-key-the-1st,canary-key-the-2nd',
      SERVE_TOKEN: 'canary-serve-token',
      HEALTHCHECK_URL: `${world.tripleseatServer.url}/canary-ping`,
      METRICS_FILE: world.path('metrics.prom'),
    };
    const { code, of, text } = await doctor(env);
    expect(code).toBe(0);
    expect(of('Webhooks')[0]?.message).toBe('2 signing keys; manual trigger by token');
    expect(of('Signals')[0]?.message).toBe(
      'HEALTHCHECK_URL is set (not called); METRICS_FILE can be written',
    );
    expect(text).not.toContain('canary');
    expect(world.tripleseatServer.log.entries().some(({ path }) => path.includes('ping'))).toBe(false);
    const broken = await doctor({ METRICS_FILE: '/nonexistent/dir/metrics.prom' });
    expect(broken.failing).toEqual(['Signals']);
  });
});

describe('doctor: mail', () => {
  interface Mail {
    to: string[];
    text: string;
  }
  let server: SMTPServer;
  let mails: Mail[];
  let smtp: Record<string, string>;
  let refused: string | null;

  beforeEach(async () => {
    mails = [];
    refused = null;
    server = new SMTPServer({
      disabledCommands: ['STARTTLS'],
      allowInsecureAuth: true,
      onAuth: ({ username, password }, _session, done) => {
        if (username === 'mailer' && password === 'canary-pass/word') done(null, { user: username });
        else done(new Error(`Invalid log-in for ${username} with ${password}`));
      },
      onRcptTo: ({ address }, _session, done) => done(address === refused ? new Error('no such user') : null),
      onData: (stream, session, done) => {
        let text = '';
        stream.on('data', (chunk: Buffer) => {
          text += chunk.toString();
        });
        stream.on('end', () => {
          mails.push({ to: session.envelope.rcptTo.map(({ address }) => address), text });
          done();
        });
      },
    });
    const port = await new Promise<number>((resolve) => {
      const listening = server.listen(0, '127.0.0.1', () => {
        const address = listening.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
    smtp = {
      SMTP_URL: `smtp://mailer:canary-pass%2Fword@127.0.0.1:${port}`,
      EMAIL_FROM: 'ts-reconcile <bot@example.com>',
      EMAIL_TO: 'ops@example.com,chef@example.com',
    };
  });
  afterEach(() => new Promise<void>((resolve) => server.close(() => resolve())));

  it('logs in and sends nothing', async () => {
    const { code, of } = await doctor(smtp);
    expect(code).toBe(0);
    expect(of('Mail')[0]).toMatchObject({
      status: 'ok',
      message: expect.stringContaining('ops@example.com, chef@example.com'),
    });
    expect(mails).toEqual([]);
  });

  it('sends one mail to all recipients with --send-test-mail', async () => {
    const { code, of } = await doctor(smtp, { sendTestMail: true });
    expect(code).toBe(0);
    expect(of('Mail')[0]?.message).toBe('a test mail went to ops@example.com, chef@example.com');
    expect(mails).toHaveLength(1);
    expect(mails[0]?.to).toEqual(['ops@example.com', 'chef@example.com']);
    expect(mails[0]?.text).toContain('Subject: Test mail of ts-reconcile');
  });

  it.each([false, true])(
    'is red for a refused log-in, without the password (test mail: %s)',
    async (sendTestMail) => {
      const wrong = { ...smtp, SMTP_URL: smtp.SMTP_URL?.replace('canary-pass', 'canary-wrong') ?? '' };
      const { code, of, text } = await doctor(wrong, { sendTestMail });
      expect(code).toBe(1);
      expect(of('Mail')[0]).toMatchObject({ status: 'failed', hint: expect.stringContaining('SMTP_URL') });
      expect(text).not.toContain('canary');
      expect(mails).toEqual([]);
    },
  );

  it.each([false, true])(
    'is red for a server elsewhere that would get the password in the clear (test mail: %s)',
    async (sendTestMail) => {
      // The same machine under a name that does not say so.
      const far = { ...smtp, SMTP_URL: smtp.SMTP_URL?.replace('127.0.0.1', '0x7f.1') ?? '' };
      const { code, of } = await doctor(far, { sendTestMail });
      expect(code).toBe(1);
      expect(of('Mail')[0]).toMatchObject({ status: 'failed', message: expect.stringMatching(/STARTTLS/) });
      expect(mails).toEqual([]);
    },
  );

  it('is yellow when the server takes the test mail for some recipients only', async () => {
    refused = 'chef@example.com';
    const { of } = await doctor(smtp, { sendTestMail: true });
    expect(of('Mail')[0]).toMatchObject({
      status: 'warning',
      message: expect.stringContaining('chef@example.com'),
    });
    expect(mails[0]?.to).toEqual(['ops@example.com']);
  });

  it('is red when a test mail is asked for and none is configured, or nobody listens', async () => {
    expect((await doctor({}, { sendTestMail: true })).failing).toEqual(['Mail']);
    await new Promise<void>((resolve) => server.close(() => resolve()));
    const { of } = await doctor(smtp);
    expect(of('Mail')[0]).toMatchObject({
      status: 'failed',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });
});
