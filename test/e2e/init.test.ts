import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { openSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { binPath } from '../helpers/cli.js';

/** Runs a command on a terminal of its own; comes with util-linux. */
const SCRIPT = 'script';
const absent = !spawnSync(SCRIPT, ['--version']).stdout?.includes('util-linux');
const SITTING_MS = 180_000;

let sandbox: Sandbox;
/** One for all that are signed in already: a refresh token works once. */
let signedIn: string;
beforeAll(async () => {
  signedIn = await mkdtemp(join(tmpdir(), 'init-state-'));
  const stateDir = await mkdtemp(join(tmpdir(), 'init-sandbox-'));
  sandbox = await openSandbox({ stateDir, clock: systemClock });
});
afterAll(() => sandbox.close());

/** The two accounts as a user has them: where they are, but nothing of what `init` asks for. */
function accounts(home: string): Record<string, string> {
  const { TRIPLESEAT_BASE_URL, TRIPLESEAT_AUTHORIZE_URL } = sandbox.env as Record<string, string>;
  return {
    PATH: process.env.PATH ?? '',
    HOME: home,
    TERM: 'xterm',
    LANG: 'C.UTF-8',
    TRIPLESEAT_BASE_URL: TRIPLESEAT_BASE_URL ?? '',
    TRIPLESEAT_AUTHORIZE_URL: TRIPLESEAT_AUTHORIZE_URL ?? '',
    SETTLE_SECONDS: '0',
    REVEL_RPS: '100',
    TRIPLESEAT_RPS: '100',
  };
}

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

function cli(cwd: string, args: readonly string[], env: Record<string, string>): Promise<Ended> {
  const child = spawn(process.execPath, [binPath, ...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const told = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => {
    told.stdout += chunk;
  });
  child.stderr.on('data', (chunk: Buffer) => {
    told.stderr += chunk;
  });
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, ...told })));
}

describe.skipIf(absent)('init, typed', () => {
  it(
    'leads from an empty folder to a first dry run, without a look into any documentation',
    async () => {
      const cwd = await mkdtemp(join(tmpdir(), 'init-typed-'));
      const command = `stty cols 80 rows 50; exec ${process.execPath} ${binPath} init`;
      const child = spawn(SCRIPT, ['-qec', command, '/dev/null'], { cwd, env: accounts(cwd) });
      let screen = '';
      let seen = 0;
      child.stdout.on('data', (chunk: Buffer) => {
        screen += stripVTControlCharacters(chunk.toString());
      });
      const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
      /** Waits for a question, from where the last one ended. */
      const asked = async (question: RegExp) => {
        for (;;) {
          const match = question.exec(screen.slice(seen));
          if (match) {
            seen += match.index + match[0].length;
            return match[0];
          }
          if (child.exitCode !== null) throw new Error(`ended before ${question}:\n${screen}`);
          await new Promise((resolve) => child.stdout.once('data', resolve));
        }
      };
      const type = (text: string) => child.stdin.write(`${text}\r`);
      const env = sandbox.env as Record<string, string>;

      await asked(/id of your OAuth 2\.0 application/);
      type(env.TRIPLESEAT_CLIENT_ID ?? '');
      await asked(/Tripleseat: its secret/);
      type(env.TRIPLESEAT_CLIENT_SECRET ?? '');
      await asked(/Revel: your account/);
      type(env.REVEL_DOMAIN ?? '');
      await asked(/Revel: API key/);
      type(env.REVEL_API_KEY ?? '');
      await asked(/Revel: API secret/);
      type(env.REVEL_API_SECRET ?? '');
      await asked(/Sign in to Tripleseat\?[\s\S]*navigate/);
      type('');
      await asked(/redirect URI, letter by letter/);
      const folded = screen.slice(screen.lastIndexOf('Open this address'));
      const address =
        /http:\/\/127\.0\.0\.1:\d+\/oauth2\/authorize\S*/.exec(folded.replaceAll('\r', ''))?.[0] ?? '';
      expect((await fetch(address)).status).toBe(200);
      for (const shop of ['Special Events', 'Lakeside Catering', 'Harbor Room', 'Pop-up Kitchen']) {
        await asked(new RegExp(`\\? ${shop}[\\s\\S]*?goes to[\\s\\S]*?navigate`));
        type('');
      }
      for (const what of ['Revel user', 'Dining option', 'Payment type', 'Discount that']) {
        await asked(new RegExp(`\\? ${what}[\\s\\S]*?navigate`));
        type('');
      }
      await asked(/whoever closes the day knows/);
      for (const what of ['Gratuity', 'Fees', 'Tax']) {
        await asked(new RegExp(`\\? ${what} of an event[\\s\\S]*?navigate`));
        // The second way of each: on top of the total, each a line, also on the lines.
        type(what === 'Fees' ? '' : '\u001b[B');
      }
      await asked(/Go-live day/);
      type('');
      await asked(/Write both files\?/);
      type('');
      await asked(/Make a first dry run now\?/);
      type('');
      expect(await ended, screen).toBe(0);
      expect(screen).toMatch(/Dry run: \d+ queried, \d+ to inject/);
      expect(screen).toContain('ts-reconcile products');
      for (const secret of [env.TRIPLESEAT_CLIENT_SECRET, env.REVEL_API_KEY, env.REVEL_API_SECRET]) {
        expect(screen).not.toContain(secret);
      }
      const written = await readFile(join(cwd, 'locations.json'), 'utf8');
      for (const line of written.split('\n')) expect(line.length, line).toBeLessThan(80);
      const { defaults } = JSON.parse(written);
      expect(defaults.books).toEqual({ gratuity: 'on-top', fees: 'surcharge', tax: 'lines' });
      // Which books hold, only the account can say.
      expect(screen).toMatch(/ts-reconcile certify\s+--establishment/);
      expect((await stat(join(cwd, '.env'))).mode & 0o777).toBe(0o600);
      const check = await cli(cwd, ['config', 'check'], { PATH: process.env.PATH ?? '', HOME: cwd });
      expect(check.code, check.stdout).toBe(0);
    },
    SITTING_MS,
  );
});

describe('init without a terminal', () => {
  it('prints what is missing, and how each of it is said', async () => {
    const cwd = await mkdtemp(join(tmpdir(), 'init-json-'));
    const { code, stdout } = await cli(cwd, ['init'], accounts(cwd));
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, written: [] });
    expect(JSON.parse(stdout).missing.map(({ option }: { option: string }) => option)).toEqual([
      'TRIPLESEAT_CLIENT_ID or TRIPLESEAT_CLIENT_ID_FILE in the environment',
      'TRIPLESEAT_CLIENT_SECRET or TRIPLESEAT_CLIENT_SECRET_FILE in the environment',
      '--revel-domain',
      'REVEL_API_KEY or REVEL_API_KEY_FILE in the environment',
      'REVEL_API_SECRET or REVEL_API_SECRET_FILE in the environment',
    ]);
    expect(await readdir(cwd)).toEqual([]);
  });

  it('writes both files with --yes, each answer as an option, and replaces none without being told', async () => {
    const cwd = await mkdtemp(join(tmpdir(), 'init-yes-'));
    const env = { ...accounts(cwd), ...sandbox.env, STATE_DIR: signedIn } as Record<string, string>;
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

describe('what is told as options', () => {
  const known = ['--map', '26999=none', '--user', '1'];
  let cwd = '';
  let env: Record<string, string> = {};
  beforeAll(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'init-said-'));
    env = { ...accounts(cwd), ...sandbox.env, STATE_DIR: signedIn } as Record<string, string>;
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
    const { code, stderr } = await cli(cwd, ['init', ...args], { PATH: env.PATH ?? '', HOME: cwd });
    expect(code).toBe(64);
    expect(stderr).toMatch(sentence);
  });

  it('ends without a dry run when that is said', async () => {
    const { code, stdout } = await cli(cwd, ['init', ...known, '--yes', '--no-dry-run'], env);
    expect(code, stdout).toBe(0);
    expect(stdout).not.toContain('sync --dry-run');
    expect(await readFile(join(cwd, '.env'), 'utf8')).toMatch(/^INJECT_NOT_BEFORE=\d{4}-\d\d-\d\d$/m);
  });
});
