import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'dotenv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { openSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { binPath } from '../helpers/cli.js';
import { accounts } from './helpers/accounts.js';
import { cli } from './helpers/folder.js';

let sandbox: Sandbox;
/** One for all that are signed in already: a refresh token works once. */
let signedIn: string;
beforeAll(async () => {
  signedIn = await mkdtemp(join(tmpdir(), 'init-state-'));
  const stateDir = await mkdtemp(join(tmpdir(), 'init-sandbox-'));
  sandbox = await openSandbox({ stateDir, clock: systemClock });
});
afterAll(() => sandbox.close());

describe('init without a terminal', () => {
  it('says in one sentence that a service does not answer', async () => {
    const cwd = await mkdtemp(join(tmpdir(), 'init-away-'));
    const away = { TRIPLESEAT_BASE_URL: 'http://127.0.0.1:9', STATE_DIR: signedIn };
    const { code, stderr } = await cli(cwd, ['init', '--yes'], {
      ...accounts(sandbox, cwd),
      ...sandbox.env,
      ...away,
    } as Record<string, string>);
    expect(code).toBe(69);
    expect(stderr).toMatch(/Tripleseat could not be read: .*\(4 attempts\)\.\nCheck the address/);
  });

  it('writes both files with --yes, each answer as an option, and replaces none without being told', async () => {
    const cwd = await mkdtemp(join(tmpdir(), 'init-yes-'));
    const env = { ...accounts(sandbox, cwd), ...sandbox.env, STATE_DIR: signedIn } as Record<string, string>;
    const found = await cli(cwd, ['init', '--json'], env);
    expect(found.code, found.stderr).toBe(0);
    expect(await readdir(cwd)).toEqual([]);
    expect(JSON.parse(found.stdout)).toMatchObject({
      ok: true,
      missing: [],
      env: { INJECT_NOT_BEFORE: expect.stringMatching(/^\d{4}-\d\d-\d\d$/), REVEL_API_KEY: '(not shown)' },
      locations: { defaults: { books: { gratuity: 'in-total', fees: 'surcharge', tax: 'header' } } },
      written: [],
    });
    expect(found.stdout).not.toContain(env.REVEL_API_SECRET);
    const answers = ['--not-before', '2026-01-01', '--map', '26999=none', '26059=8', '--user', '1', '--yes'];
    const first = await cli(cwd, ['init', ...answers], env);
    expect(first.code, first.stdout + first.stderr).toBe(0);
    expect(first.stdout).toMatch(/Dry run: \d+ queried/);
    expect(first.stdout + first.stderr).not.toContain(env.REVEL_API_SECRET);
    const locations = JSON.parse(await readFile(join(cwd, 'locations.json'), 'utf8'));
    expect(locations.locations.map(({ name }: { name: string }) => name)).toEqual([
      'Special Events',
      'Lakeside Catering',
      'Harbor Room',
    ]);
    expect(await readFile(join(cwd, '.env'), 'utf8')).toMatch(/^INJECT_NOT_BEFORE=2026-01-01$/m);
    const schema = await readFile(join(cwd, 'locations.schema.json'), 'utf8');
    expect(JSON.parse(schema).properties.locations).toBeDefined();

    expect(first.stdout).toMatch(/sync --dry-run/);

    await writeFile(join(cwd, 'locations.json'), '{"mine":1}');
    const second = await cli(cwd, ['init', ...answers], env);
    expect(second.code).toBe(64);
    expect(await readFile(join(cwd, 'locations.json'), 'utf8')).toBe('{"mine":1}');
    const third = await cli(cwd, ['init', ...answers, '--replace'], env);
    expect(third.code, third.stderr).toBe(0);
    expect(await readFile(join(cwd, 'locations.json.old'), 'utf8')).toBe('{"mine":1}');
  });
});

describe('init where a .env is there', () => {
  it('takes over what it says, with --replace, and writes nothing with --json', async () => {
    const cwd = await mkdtemp(join(tmpdir(), 'init-again-'));
    const told: Record<string, string | undefined> = { ...accounts(sandbox, cwd), ...sandbox.env };
    const { PATH, TERM, LANG, HOME, REVEL_BASE_URL, REVEL_API_SECRET, ...rest } = told;
    await writeFile(join(cwd, 'secret'), `${REVEL_API_SECRET}\n`, { mode: 0o600 });
    const before: Record<string, string | undefined> = {
      ...rest,
      STATE_DIR: signedIn,
      REVEL_API_SECRET_FILE: 'secret',
      INJECT_NOT_BEFORE: '2026-07-01',
      ENABLE_CONNECTOR: 'false',
      ALLOWED_LOCATIONS: '15691',
      LOCATIONS_FILE: 'elsewhere.json',
      OF_ANOTHER_PROGRAM: 'a b',
    };
    const text = Object.entries(before).map(([name, value]) => `${name}='${value}'\n`);
    await writeFile(join(cwd, '.env'), text.join(''));
    const call = ['init', '--map', '26999=none', '--user', '1', '--yes', '--replace'];

    const looked = await cli(cwd, [...call, '--json']);
    expect([looked.code, JSON.parse(looked.stdout).written]).toEqual([0, []]);
    expect((await readdir(cwd)).sort()).toEqual(['.env', 'secret']);

    const { code, stdout, stderr } = await cli(cwd, call);
    expect(code, stdout + stderr).toBe(0);
    const { LOCATIONS_FILE, ...kept } = before;
    expect(parse(await readFile(join(cwd, '.env'), 'utf8'))).toMatchObject(kept);
    expect(stdout).toContain('REVEL_API_SECRET_FILE=(kept, not shown)');
  });
});

describe('what is told as options', () => {
  const known = ['--map', '26999=none', '--user', '1'];
  let cwd = '';
  let env: Record<string, string> = {};
  beforeAll(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'init-said-'));
    env = { ...accounts(sandbox, cwd), ...sandbox.env, STATE_DIR: signedIn } as Record<string, string>;
  });

  it('names the option of each thing that is missing', async () => {
    const asked = await cli(cwd, ['init', ...known, '--gratuity', 'product', '--fees', 'product'], env);
    expect(asked.code).toBe(1);
    const options = JSON.parse(asked.stdout).missing.map(({ option }: { option: string }) => option);
    expect(options).toContain('--gratuity-product 8=<product>');
    expect(options).toContain('--fees-product 8=<product>');
    const products = ['8=579', '9=580', '10=581'];
    const told = ['--gratuity-product', ...products, '--fees-product', ...products];
    const way = ['--gratuity', 'product', '--fees', 'product', '--tax', 'lines', '--discount', 'none'];
    const full = await cli(cwd, ['init', ...known, ...way, ...told, '--timezone', '8=America/Denver'], env);
    const { missing, locations } = JSON.parse(full.stdout);
    for (const { option } of missing) expect(option).toMatch(/^--(gratuity|fees)-product \d+=<product>$/);
    expect(locations.defaults).toMatchObject({ books: { tax: 'lines' } });
    expect(locations.defaults.revel).not.toHaveProperty('discountId');
    expect(locations.locations[0]).toMatchObject({
      name: 'Special Events',
      timezone: 'America/Denver',
      books: { gratuity: { product: 579 }, fees: { product: 579 } },
    });
  });

  it.each([
    [['--timezone', '8=America/Chicgo'], /did you mean America\/Chicago\?/],
    [['--not-before', '2026-02-30'], /YYYY-MM-DD/],
    [['--map', '8'], /26059=8/],
    [['--station', '8=none'], /two ids/],
    [['--gratuity', 'on-totl'], /on-top/],
    [['--discount', 'no'], /digits only/],
  ])('is looked at before anything is asked of anybody: %j', async (args, sentence) => {
    const { code, stderr } = await cli(cwd, ['init', ...args]);
    expect(code).toBe(64);
    expect(stderr).toMatch(sentence);
  });

  it.each([
    ['what it checks', 'finding'],
    ['the dry run', 'ts-reconcile sync --dry-run'],
  ])('ends with the code of a signal that stops %s', async (_, said) => {
    const own = await mkdtemp(join(tmpdir(), 'init-signal-'));
    const slow = { ...env, REVEL_RPS: '10', TRIPLESEAT_RPS: '10' };
    const child = spawn(process.execPath, [binPath, 'init', ...known, '--yes'], { cwd: own, env: slow });
    let out = '';
    child.stdout.on('data', (text: Buffer) => {
      out += text;
      if (out.includes(said) && !child.killed) child.kill('SIGTERM');
    });
    const [code] = await once(child, 'close');
    expect(code, out).toBe(143);
    expect(out).toContain('Both files are written.');
    expect(out).not.toMatch(/Correct what is red|Next: look/);
  });

  it('ends without a dry run when that is said', async () => {
    const { code, stdout } = await cli(cwd, ['init', ...known, '--yes', '--no-dry-run'], env);
    expect(code, stdout).toBe(0);
    expect(stdout).not.toContain('sync --dry-run');
    expect(await readFile(join(cwd, '.env'), 'utf8')).toMatch(/^INJECT_NOT_BEFORE=\d{4}-\d\d-\d\d$/m);
  });
});
