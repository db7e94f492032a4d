import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ENV_FILE } from '../../src/config/envFileName.js';
import { complaints, credentials, failure, load, problems, readyFolder } from './helpers.js';

describe('layers', () => {
  it('go flags, environment, .env, default', () => {
    const cwd = readyFolder({ '.env': 'REVEL_RPS=2\nTRIPLESEAT_RPS=3\nCONCURRENCY=2\n' });
    const flags = { REVEL_RPS: '9' };
    const config = load({ REVEL_RPS: '7', TRIPLESEAT_RPS: '6' }, { cwd, flags });
    expect([config.revel.rps, config.tripleseat.rps, config.concurrency, config.settleMs]).toEqual([
      9, 6, 2, 3000,
    ]);
  });

  it('take an empty value for none', () => {
    const cwd = readyFolder({ '.env': 'REVEL_RPS=2\nIGNORE_EVENTS=\n' });
    const config = load({ REVEL_RPS: '', CONCURRENCY: ' ', LOG_LEVEL: '' }, { cwd });
    expect([config.revel.rps, config.concurrency, config.log.level]).toEqual([2, 4, 'info']);
  });

  it('read quotes, export and comments in .env', () => {
    const text = '# sample\nexport SERVE_TOKEN="0123456789#abcdef"\nEMAIL_ON=failures # only those\r\n';
    const cwd = readyFolder({ '.env': text });
    expect(load({}, { cwd }).serveToken).toBe('0123456789#abcdef');
  });

  it('say that a value came from .env', () => {
    const cwd = readyFolder({ '.env': 'REVEL_RPS=fast\n' });
    expect(complaints(() => load({}, { cwd }))).toEqual([
      'REVEL_RPS (in .env) is "fast", which is not a number',
    ]);
  });

  it('say in which line it stands', () => {
    const cwd = readyFolder({
      '.env': '# a comment\n\n  export REVEL_RPS = 4\nREVEL_RPS=fast\nCONCURENCY=2\n',
    });
    expect(problems(() => load({}, { cwd }))).toMatchObject([
      { where: 'REVEL_RPS (in .env)', at: { line: 4, column: 1 }, problem: expect.stringMatching(/line 3$/) },
      { where: 'CONCURENCY (in .env)', at: { line: 5, column: 1 } },
      { where: 'REVEL_RPS (in .env)', at: { line: 4, column: 1 } },
    ]);
    const { message } = failure(() => load({}, { cwd }));
    expect(message).toContain(
      '  REVEL_RPS (in .env, line 4, column 1) is "fast", which is not a number. Write',
    );
  });

  it('refuse a variable that stands twice in .env, wherever and however it is written', () => {
    const lines = [
      'REVEL_RPS=2',
      'OTHER=1',
      'OTHER=2',
      'EMAIL_FROM="a@example.com',
      'REVEL_RPS=3',
      '"',
      '#REVEL_RPS=4',
      '\texport  REVEL_RPS = 2',
      'REVEL_API_KEY_FILE=one',
      'CONCURRENCY: 3',
      '  REVEL_API_KEY_FILE: two',
      'CONCURRENCY=3',
    ];
    const twice = (text: string) => {
      const cwd = readyFolder({ '.env': text });
      return problems(() => load({ REVEL_API_KEY: undefined }, { cwd }))
        .filter(({ problem }) => problem.startsWith('stands there twice'))
        .map(({ where, at, problem }) => [where, at?.line, at?.column, problem.replace(/\D/g, '')]);
    };
    const wanted = [
      ['REVEL_API_KEY_FILE (in .env)', 11, 3, '9'],
      ['REVEL_RPS (in .env)', 8, 10, '1'],
      ['CONCURRENCY (in .env)', 12, 1, '10'],
    ];
    expect(twice(lines.join('\n'))).toEqual(wanted);
    expect(twice(lines.join('\r\n'))).toEqual(wanted);
    expect(twice('REVEL_RPS=1\nREVEL_RPS=\nREVEL_RPS=1')).toEqual([
      ['REVEL_RPS (in .env)', 2, 1, '1'],
      ['REVEL_RPS (in .env)', 3, 1, '1'],
    ]);
  });

  it('say what a word was probably meant to be', () => {
    expect(complaints(() => load({ PAYMENT_POLICY: 'payd', EMAIL_ON: 'chages' }))).toEqual([
      'PAYMENT_POLICY is "payd", which is not one of the known values; did you mean paid?',
      'EMAIL_ON holds "chages", which is not one of the known values; did you mean changes?',
    ]);
  });

  it('take another file in place of .env, which must then be there', () => {
    const cwd = readyFolder({ '.env': 'REVEL_RPS=2', 'conf/live.env': 'REVEL_RPS=3\nCONCURRENCY=x\n' });
    const named = (file: string) => ({ [ENV_FILE]: file });
    expect(complaints(() => load(named('conf/live.env'), { cwd }))).toEqual([
      `CONCURRENCY (in ${join(cwd, 'conf/live.env')}) is "x", which is not a whole number`,
    ]);
    expect(complaints(() => load(named('/nowhere/.env'), { cwd }))).toEqual(['/nowhere/.env does not exist']);
  });

  it('point at a misspelt variable of .env, and at no foreign one', () => {
    const text = 'ENABLE_CONECTOR=false\nREVEL_API_SECRET_FLIE=/x\nOTHER_PROGRAM=1\nPORT=80\n';
    expect(complaints(() => load({}, { cwd: readyFolder({ '.env': text }) }))).toEqual([
      'ENABLE_CONECTOR (in .env) is no variable of this program',
      'REVEL_API_SECRET_FLIE (in .env) is no variable of this program',
    ]);
    expect(load({ ENABLE_CONECTOR: 'false' }).enabled).toBe(true);
  });

  it.each<[string, string, number, number]>([
    ['DRY_RUN true', 'DRY_RUN', 1, 1],
    ['DRY_RUN:true', 'DRY_RUN', 1, 1],
    ['DRY_RUN', 'DRY_RUN', 1, 1],
    ['export DRY_RUN', 'DRY_RUN', 1, 8],
    ['set DRY_RUN=true', 'DRY_RUN', 1, 5],
    ['- DRY_RUN=true', 'DRY_RUN', 1, 3],
    ['"DRY_RUN"=true', 'DRY_RUN', 1, 2],
    ['\u200bDRY_RUN=true', 'DRY_RUN', 1, 2],
    ['DRY_RUN\uff1dtrue', 'DRY_RUN', 1, 1],
    ['Dry run=true', 'DRY_RUN', 1, 1],
    ['DRY_RUN is true', 'DRY_RUN', 1, 1],
    ['dry_run true', 'DRY_RUN', 1, 1],
    ['REVEL_API_KEY_FILE /run/key', 'REVEL_API_KEY_FILE', 1, 1],
    ['OTHER="abc\r\nENABLE_CONNECTOR=false\r\nMORE="', 'ENABLE_CONNECTOR', 2, 1],
  ])('tell of a line of .env that would set a variable and does not: %j', (text, key, line, column) => {
    const found = problems(() => load({}, { cwd: readyFolder({ '.env': text }) }));
    expect(found).toMatchObject([{ where: `${key} (in .env)`, at: { line, column } }]);
    expect(found[0]?.problem).toBe('is not set by this line');
  });

  it.each([
    '# DRY_RUN true\n; DRY_RUN=true\n//DRY_RUN=true',
    'OTHER="see DRY_RUN"',
    'NOT_DRY_RUN true\nDRY_RUNNER\nsource ./DRY_RUN.sh',
    'OTHER="a\nb"\nset -a\n',
    'Log level of the relay is set elsewhere\nEmail to the chef: see below',
  ])('pass over what is meant for nobody here: %j', (text) => {
    expect(load({}, { cwd: readyFolder({ '.env': text }) }).dryRun).toBe(false);
  });

  it('refuse a .env that cannot be read or is too large', () => {
    const directory = readyFolder();
    mkdirSync(join(directory, '.env'));
    expect(complaints(() => load({}, { cwd: directory }))).toEqual(['.env is a directory']);
    const large = readyFolder({ '.env': `A=${'x'.repeat(65_536)}` });
    expect(complaints(() => load({}, { cwd: large }))).toEqual(['.env is larger than 65536 bytes']);
    const binary = readyFolder({ '.env': Buffer.from([0x41, 0x3d, 0xff, 0xfe]) });
    expect(complaints(() => load({}, { cwd: binary }))).toEqual(['.env is not UTF-8 text']);
  });
});

describe('secret files', () => {
  const without = { REVEL_API_KEY: undefined };

  it.each([
    ['secret-in-file', 'secret-in-file'],
    ['secret-in-file\n', 'secret-in-file'],
    ['secret-in-file\r\n', 'secret-in-file'],
  ])('%j', (text, value) => {
    const cwd = readyFolder({ 'secrets/key': text });
    expect(load({ ...without, REVEL_API_KEY_FILE: 'secrets/key' }, { cwd }).revel.apiKey).toBe(value);
    const absolute = join(cwd, 'secrets/key');
    expect(load({ ...without, REVEL_API_KEY_FILE: absolute }, { cwd }).revel.apiKey).toBe(value);
  });

  it.each([
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
  ])('%s can be read from one', (name) => {
    const value = name.endsWith('_URL')
      ? { SMTP_URL: 'smtp://canary.example', STATE_URL: 'postgres://canary.example/x' }[name]
      : name === 'STATE_KEY'
        ? `canary${'0'.repeat(37)}`
        : 'canary-canary-canary';
    const cwd = readyFolder({ secret: value ?? 'https://canary.example/ping' });
    const mail = name === 'SMTP_URL' ? { EMAIL_FROM: 'a@example.com', EMAIL_TO: 'b@example.com' } : {};
    const key = name === 'STATE_URL' ? { STATE_KEY: 'k'.repeat(43) } : {};
    const config = load({ ...mail, ...key, [name]: undefined, [`${name}_FILE`]: 'secret' }, { cwd });
    expect(JSON.stringify(config)).toContain('canary');
  });

  it.each([
    ['is absent', 'keys/nowhere', { 'keys/one': 'x' }, 'does not exist'],
    ['is empty', 'key', { key: '' }, 'is empty'],
    ['holds a newline only', 'key', { key: '\n' }, 'is empty'],
    ['is too large', 'key', { key: 'x'.repeat(65_537) }, 'is larger than 65536 bytes'],
    ['is a directory', 'keys', { 'keys/one': 'x' }, 'is a directory'],
    ['is not text', 'key', { key: Buffer.from([0xc3, 0x28]) }, 'is not UTF-8 text'],
  ])('a file that %s is a problem', (_, path, files: Record<string, string | Buffer>, problem) => {
    const cwd = readyFolder(files);
    expect(complaints(() => load({ ...without, REVEL_API_KEY_FILE: path }, { cwd }))).toEqual([
      `REVEL_API_KEY_FILE names ${join(cwd, path)}, which ${problem}`,
    ]);
  });

  it.each([
    'canary9f27',
    '/canary9f27==',
    'canary/9f27+canary==',
    './canary9f27',
    'canary/../../9f27',
    'canary'.repeat(100),
    'canary\0',
    'https://canary.example/ping',
  ])('the secret itself in the place of the path is shown nowhere: %j', (secret) => {
    const cwd = readyFolder();
    const { message, problems: found } = failure(() =>
      load({ ...without, REVEL_API_KEY_FILE: secret }, { cwd }),
    );
    expect(message).not.toContain(secret);
    expect(message).not.toMatch(/canary|9f27/);
    expect(found).toMatchObject([
      {
        where: 'REVEL_API_KEY_FILE',
        problem: 'names no file that is there',
        write: expect.stringContaining('the value itself belongs into REVEL_API_KEY'),
      },
    ]);
  });

  it.skipIf(process.getuid?.() === 0)('a file that may not be read is a problem', () => {
    const cwd = readyFolder({ key: 'value' });
    chmodSync(join(cwd, 'key'), 0);
    expect(complaints(() => load({ ...without, REVEL_API_KEY_FILE: 'key' }, { cwd }))).toEqual([
      `REVEL_API_KEY_FILE names ${join(cwd, 'key')}, which may not be read by this user`,
    ]);
  });

  it('in the environment goes before the value in .env, and the other way round', () => {
    const value = { key: 'from-file', '.env': 'REVEL_API_KEY=from-dotenv' };
    const environment = { ...without, REVEL_API_KEY_FILE: 'key' };
    expect(load(environment, { cwd: readyFolder(value) }).revel.apiKey).toBe('from-file');
    const file = { key: 'from-file', '.env': 'REVEL_API_KEY_FILE=key' };
    const direct = load({ REVEL_API_KEY: 'from-environment' }, { cwd: readyFolder(file) });
    expect(direct.revel.apiKey).toBe('from-environment');
    expect(load(without, { cwd: readyFolder(file) }).revel.apiKey).toBe('from-file');
  });

  it('that is no good is not replaced by the value in .env', () => {
    const cwd = readyFolder({ '.env': 'REVEL_API_KEY=from-dotenv' });
    const environment = { ...without, REVEL_API_KEY_FILE: 'nowhere' };
    expect(complaints(() => load(environment, { cwd }))).toEqual([
      'REVEL_API_KEY_FILE names no file that is there',
    ]);
  });

  it('beside the value itself in one place is a problem, whatever the other place says', () => {
    const cwd = readyFolder({ key: 'value', '.env': 'REVEL_API_KEY=other' });
    const both = { REVEL_API_KEY: credentials.REVEL_API_KEY, REVEL_API_KEY_FILE: 'key' };
    expect(complaints(() => load(both, { cwd }))).toEqual([
      'REVEL_API_KEY and REVEL_API_KEY_FILE are both set',
    ]);
    const dotenv = readyFolder({ key: 'value', '.env': 'REVEL_API_KEY=other\nREVEL_API_KEY_FILE=key' });
    expect(complaints(() => load(without, { cwd: dotenv }))).toEqual([
      'REVEL_API_KEY (in .env) and REVEL_API_KEY_FILE (in .env) are both set',
    ]);
  });

  it('exist for secrets only', () => {
    const cwd = readyFolder({ rps: '9' });
    expect(load({ REVEL_RPS_FILE: 'rps' }, { cwd }).revel.rps).toBe(4);
  });
});
