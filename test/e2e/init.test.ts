import { mkdtemp, readdir, readFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { openSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { accounts } from './helpers/accounts.js';
import { cli } from './helpers/folder.js';
import { noTerminal, typed } from './helpers/typed.js';

const SITTING_MS = 180_000;

let sandbox: Sandbox;
beforeAll(async () => {
  const stateDir = await mkdtemp(join(tmpdir(), 'init-sandbox-'));
  sandbox = await openSandbox({ stateDir, clock: systemClock });
});
afterAll(() => sandbox.close());

describe.skipIf(noTerminal)('init, typed', () => {
  it(
    'leads from an empty folder to a first dry run, without a look into any documentation',
    async () => {
      const cwd = await mkdtemp(join(tmpdir(), 'init-typed-'));
      const { asked, type, ended, screen } = typed(['init'], accounts(sandbox, cwd), cwd);
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
      const folded = screen().slice(screen().lastIndexOf('Open this address'));
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
      expect(await ended, screen()).toBe(0);
      expect(screen()).toMatch(/Dry run: \d+ queried, \d+ to inject/);
      expect(screen()).toContain('ts-reconcile products');
      for (const secret of [env.TRIPLESEAT_CLIENT_SECRET, env.REVEL_API_KEY, env.REVEL_API_SECRET]) {
        expect(screen()).not.toContain(secret);
      }
      const written = await readFile(join(cwd, 'locations.json'), 'utf8');
      for (const line of written.split('\n')) expect(line.length, line).toBeLessThan(80);
      const { defaults } = JSON.parse(written);
      expect(defaults.books).toEqual({ gratuity: 'on-top', fees: 'surcharge', tax: 'lines' });
      // Which books hold, only the account can say.
      expect(screen()).toMatch(/ts-reconcile certify\s+--establishment/);
      expect((await stat(join(cwd, '.env'))).mode & 0o777).toBe(0o600);
      const check = await cli(cwd, ['config', 'check']);
      expect(check.code, check.stdout).toBe(0);
    },
    SITTING_MS,
  );
});

describe('init without a terminal', () => {
  it('prints what is missing, and how each of it is said', async () => {
    const cwd = await mkdtemp(join(tmpdir(), 'init-json-'));
    const { code, stdout } = await cli(cwd, ['init'], accounts(sandbox, cwd));
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
});
