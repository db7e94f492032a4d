import { chown, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sampleLocationsFile } from '../../src/sandbox/world/places.js';
import { cli, type Ended, folder } from './helpers/folder.js';

const credentials = `TRIPLESEAT_CLIENT_ID=id
TRIPLESEAT_CLIENT_SECRET=canary-secret
REVEL_DOMAIN=acme
REVEL_API_KEY=key
REVEL_API_SECRET=secret
`;

describe('an empty folder', () => {
  it('is told in the first line where to begin', async () => {
    const { code, stdout, stderr } = await cli(await folder(), ['sync']);
    expect({ code, stdout }).toEqual({ code: 78, stdout: '' });
    expect(stderr.split('\n')[0]).toMatch(/Nothing is set up here yet.*ts-reconcile init/);
    const begun = await cli(await folder({ '.env': 'REVEL_DOMAIN=acme\n' }), ['sync']);
    expect(begun.stderr).not.toContain('Nothing is set up');
  });
});

describe('config check', () => {
  it('finds no mistakes in files that are right, and asks nobody', async () => {
    const cwd = await folder({ '.env': credentials, 'locations.json': JSON.stringify(sampleLocationsFile) });
    const { code, stdout } = await cli(cwd, ['config', 'check']);
    expect(code).toBe(0);
    expect(stdout).toContain(join(cwd, '.env'));
    expect(stdout).toContain('No mistakes.');
  });

  it('names all mistakes of both files with their places', async () => {
    const cwd = await folder({
      'live.env': `${credentials}REVEL_RPS=fast\n`,
      'locations.json': '{\n  "locations": [\n    { "name": "A", "timezone": "America/Chicgo" }\n  ]\n}\n',
    });
    const { code, stdout } = await cli(cwd, ['config', 'check', '--env-file', 'live.env', '--json']);
    expect(code).toBe(78);
    const { ok, problems } = JSON.parse(stdout);
    expect(ok).toBe(false);
    expect(problems).toContainEqual(
      expect.objectContaining({ where: `REVEL_RPS (in ${join(cwd, 'live.env')})`, line: 6, column: 1 }),
    );
    expect(problems).toContainEqual(
      expect.objectContaining({
        problem: expect.stringContaining('did you mean America/Chicago?'),
        line: 3,
        column: 32,
      }),
    );
    expect(stdout).not.toContain('canary-secret');
  });
});

describe('the state of another user', () => {
  it.skipIf(process.getuid?.() !== 0)('is left alone by root, who is told how to run it', async () => {
    const cwd = await folder({ '.env': credentials, 'locations.json': JSON.stringify(sampleLocationsFile) });
    const state = join(cwd, 'state');
    await mkdir(state, { mode: 0o700 });
    await chown(state, 65_534, 65_534);
    for (const args of [['sync', '--dry-run'], ['auth', 'status'], ['history']]) {
      const { code, stderr } = await cli(cwd, args, { STATE_DIR: state });
      expect(code, stderr).toBe(78);
      expect(stderr).toContain(`sudo -u nobody STATE_DIR=${state} ts-reconcile`);
    }
    expect(await readdir(state)).toEqual([]);
    const own = await cli(cwd, ['history'], { STATE_DIR: join(cwd, 'own') });
    expect(own.code, own.stderr).toBe(0);
  });
});

describe('--env-file', () => {
  it('takes the place of .env, wherever it stands on the line', async () => {
    const cwd = await folder({ '.env': 'LOG_LEVEL=loud\n', 'live.env': 'LOG_LEVEL=shout\n' });
    for (const args of [
      ['--env-file', 'live.env', 'sync'],
      ['sync', '--env-file', 'live.env'],
    ]) {
      const { code, stderr } = await cli(cwd, args);
      expect(code).toBe(78);
      expect(stderr).toContain('"shout"');
      expect(stderr).not.toContain('"loud"');
    }
  });
});

describe('an --env-file that is not there', () => {
  it('is named, and nothing is done', async () => {
    const cwd = await folder();
    // Node.js looks for it before any program runs, and ends with 9.
    const flag = await cli(cwd, ['sync', '--env-file', 'nowhere.env']);
    expect([9, 78]).toContain(flag.code);
    expect(flag.stderr).toContain('nowhere.env');
    const named = await cli(cwd, ['sync'], { TS_RECONCILE_ENV_FILE: 'nowhere.env' });
    expect(named.code).toBe(78);
    expect(named.stderr).toContain(`${join(cwd, 'nowhere.env')} does not exist`);
  });
});

describe('what was probably meant', () => {
  it.each([
    [['55530001'], 'ts-reconcile sync --event-id 55530001'],
    [
      ['sync', '55530001', '55530002', '--dry-run'],
      'ts-reconcile sync --event-id 55530001 55530002 --dry-run',
    ],
    [['sync', '--trigger', 'cron', '55530001'], 'ts-reconcile sync --event-id 55530001 --trigger cron'],
    [['history', '55530001', '--failed'], 'ts-reconcile history --event-id 55530001 --failed'],
    [['resolve', '--event-id', '55530001', '--void', '--yes'], 'ts-reconcile resolve 55530001 --void --yes'],
    [['snyc'], 'sync'],
    [['sync', '--dryrun'], '--dry-run'],
  ])('%j', async (args, meant) => {
    const { code, stderr } = await cli(await folder(), args);
    expect(code).toBe(64);
    expect(stderr).toMatch(/Did you mean/);
    expect(stderr).toContain(meant);
  });

  it.each([
    [['sync', '--hours-back', '48', '--dryrun']],
    [['sync', '--hours-back', '48', '55530001']],
    [['--hours-back', '48']],
    [['sync', '--correlation-id', '12345678', 'extra']],
    [['sync', '--location', '15691', '--nonsense']],
    [['history', '--since', '12', '--nonsense']],
  ])('takes the value of a flag for no event: %j', async (args) => {
    const { code, stderr } = await cli(await folder(), args);
    expect(code).toBe(64);
    expect(stderr).not.toContain('--event-id');
  });

  it.each([
    [['resolve', '--event-id', '55530001', '55530002']],
    [['resolve', '--event-id', '55530001', '--accept', '$(reboot)']],
  ])('is not said where it would be wrong usage as well, or needs quotes: %j', async (args) => {
    const { code, stderr } = await cli(await folder(), args);
    expect(code).toBe(64);
    expect(stderr).not.toContain('Did you mean');
  });
});

describe('help and version', () => {
  /** What a call had loaded by its end: kilobytes of the program, and modules of Node.js. */
  const hook = `process.on('exit', () => {
    const size = (file) => require('node:fs').statSync(file).size;
    const own = Object.keys(require.cache).filter((file) => !file.endsWith('hook.cjs'));
    const kilobytes = own.reduce((sum, file) => sum + size(file), 0) / 1000;
    const modules = process.moduleLoadList.filter((each) => each.startsWith('NativeModule '));
    process.stderr.write(JSON.stringify({ kilobytes, modules }));
  });`;

  it.each([[['--version']], [['--help']], [['resolve', '--help']]])('%j loads little', async (args) => {
    const cwd = await folder({ 'hook.cjs': hook });
    const { code, stderr } = await cli(cwd, args, { NODE_OPTIONS: `--require=${join(cwd, 'hook.cjs')}` });
    const { kilobytes, modules } = JSON.parse(stderr);
    expect(code).toBe(0);
    // The calendar, the schemas and the mailer are several times as much, and whoever asks for help waits for them.
    expect(kilobytes).toBeLessThan(200);
    for (const name of ['crypto', 'child_process', 'http', 'https', 'tls', 'worker_threads']) {
      expect(modules).not.toContain(`NativeModule ${name}`);
    }
  });
});

describe('--help', () => {
  /** The help of a command, and of all below it, as its list has them. */
  async function helpOf(path: readonly string[], cwd: string): Promise<{ path: string; told: Ended }[]> {
    const told = await cli(cwd, [...path, '--help']);
    const list = /\nCommands:\n([\s\S]*?)(\n\n|$)/.exec(told.stdout)?.[1] ?? '';
    const names = [...list.matchAll(/^ {2}([a-z-]+)/gm)]
      .map(([, name = '']) => name)
      .filter((name) => name !== 'help');
    const inner = await Promise.all(names.map((name) => helpOf([...path, name], cwd)));
    // What only has others below it tells of nothing itself.
    const own = names.length === 0 || path.length === 0 ? [{ path: path.join(' '), told }] : [];
    return [...own, ...inner.flat()];
  }

  it('has examples and exit codes for every command', async () => {
    const all = await helpOf([], await folder());
    expect(all.length).toBeGreaterThan(13);
    for (const { path, told } of all) {
      expect(told.code).toBe(0);
      expect(told.stdout, path).toMatch(/\nExamples:\n( .*\n)+\nExit codes:\n( .*\n)+/);
      expect(told.stdout, path).toContain(`ts-reconcile ${path}`.trim());
      for (const line of told.stdout.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
    }
  });
});

describe('completion', () => {
  it('completes commands, options and their values', async () => {
    const cwd = await folder();
    const asked = async (...args: string[]) => (await cli(cwd, ['complete', '--', ...args])).stdout;
    expect(await asked('')).toMatch(/^sync\t/m);
    expect(await asked('config', '')).toMatch(/^check\t/m);
    expect(await asked('sync', '--ev')).toMatch(/^--event-id/m);
    expect(await asked('sync', '--trigger', '')).toMatch(/^cron/m);
  });
});
