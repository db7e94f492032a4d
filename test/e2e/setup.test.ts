import { execFile } from 'node:child_process';
import { chown, mkdir, mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { sampleLocationsFile } from '../../src/sandbox/world/places.js';
import { binPath } from '../helpers/cli.js';

const run = promisify(execFile);

interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

/** The built program in a directory, with little of an environment. */
async function cli(cwd: string, args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  const own = { PATH: process.env.PATH ?? '', HOME: cwd, NO_COLOR: '1', ...env };
  try {
    return { code: 0, ...(await run(process.execPath, [binPath, ...args], { cwd, env: own })) };
  } catch (error) {
    if (!(error instanceof Error) || !('stdout' in error)) throw error;
    return {
      code: Number(Reflect.get(error, 'code')),
      stdout: String(error.stdout),
      stderr: String(Reflect.get(error, 'stderr')),
    };
  }
}

async function folder(files: Record<string, string> = {}): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'setup-'));
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text);
  return directory;
}

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
    [['snyc'], 'sync'],
    [['sync', '--dryrun'], '--dry-run'],
  ])('%j', async (args, meant) => {
    const { code, stderr } = await cli(await folder(), args);
    expect(code).toBe(64);
    expect(stderr).toMatch(/Did you mean/);
    expect(stderr).toContain(meant);
  });
});

describe('--help', () => {
  /** The commands below one, as its help lists them. */
  async function below(path: readonly string[]): Promise<string[][]> {
    const { stdout } = await cli(cwd, [...path, '--help']);
    const list = /\nCommands:\n([\s\S]*?)(\n\n|$)/.exec(stdout)?.[1] ?? '';
    const names = [...list.matchAll(/^ {2}([a-z-]+)/gm)]
      .map(([, name = '']) => name)
      .filter((name) => name !== 'help');
    const inner = await Promise.all(names.map((name) => below([...path, name])));
    return names.length === 0 ? [[...path]] : inner.flat();
  }
  let cwd = '';
  beforeAll(async () => {
    cwd = await folder();
  });

  it('has examples and exit codes for every command', async () => {
    const commands = await below([]);
    expect(commands.length).toBeGreaterThan(12);
    for (const path of [[], ...commands]) {
      const { code, stdout } = await cli(cwd, [...path, '--help']);
      expect(code).toBe(0);
      expect(stdout, path.join(' ')).toMatch(/\nExamples:\n( .*\n)+\nExit codes:\n( .*\n)+/);
      expect(stdout, path.join(' ')).toContain(`ts-reconcile ${path.join(' ')}`.trim());
      for (const line of stdout.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
    }
  });
});

describe('--sandbox', () => {
  it('works with signing in and out and with mappings, which stay, and never asks anybody to sign in', async () => {
    const cwd = await folder();
    const env = { STATE_DIR: join(cwd, 'state') };
    const run_ = (...args: string[]) => cli(cwd, [...args, '--sandbox'], env);
    expect((await run_('auth', 'status')).code).toBe(0);
    const before = await run_('products', '--json');
    expect(before.stdout).toContain('Vegan Charcuterie Tower');
    const map = [
      'products',
      'map',
      'Vegan Charcuterie Tower',
      '579',
      '--location',
      'Special Events',
      '--yes',
    ];
    expect((await run_(...map)).stdout).toContain('+ "Vegan Charcuterie Tower": 579');
    expect((await run_(...map)).stdout).toContain('says so already');
    const bill = await run_('billing', 'map', 'Admin Fee', 'surcharge', '--location', 'Harbor Room', '--yes');
    expect(bill.code, bill.stderr).toBe(0);
    expect((await run_('auth', 'status')).stdout).toContain('good for another');
    expect((await run_('auth', 'logout')).code).toBe(0);
    const after = await run_('sync', '--dry-run');
    expect(after.stderr).not.toContain('auth login');
    expect(after.stdout).toMatch(/[1-9]\d* queried/);
    expect(await readdir(cwd)).toEqual(['state']);
  });
});

describe('completion', () => {
  it.each([
    ['bash', 'bash', ['-n']],
    ['zsh', 'zsh', ['-n']],
    ['fish', 'fish', ['-n']],
  ])('prints a script that %s can load', async (shell, program, flags) => {
    const cwd = await folder();
    const { code, stdout } = await cli(cwd, ['completion', shell]);
    expect(code).toBe(0);
    expect(stdout).toContain('ts-reconcile');
    await writeFile(join(cwd, 'script'), stdout);
    const there = await run('sh', ['-c', `command -v ${program}`]).then(
      () => true,
      () => false,
    );
    if (there) await run(program, [...flags, join(cwd, 'script')]);
  });

  it('completes commands, options and their values', async () => {
    const cwd = await folder();
    const asked = async (...args: string[]) => (await cli(cwd, ['complete', '--', ...args])).stdout;
    expect(await asked('')).toMatch(/^sync\t/m);
    expect(await asked('config', '')).toMatch(/^check\t/m);
    expect(await asked('sync', '--ev')).toMatch(/^--event-id/m);
    expect(await asked('sync', '--trigger', '')).toMatch(/^cron/m);
  });

  /** How each shell is asked for what it completes `ts-reconcile config ch` to, one completion on each line. */
  const shells = {
    bash: {
      args: ['--norc', '-c'],
      script: `source <(ts-reconcile completion bash)
COMP_WORDS=(ts-reconcile config ch); COMP_CWORD=2; COMP_LINE="ts-reconcile config ch"; COMP_POINT=\${#COMP_LINE}
"$(complete -p ts-reconcile | sed 's/.*-F \\([^ ]*\\).*/\\1/')" ts-reconcile ch config
printf '%s\\n' "\${COMPREPLY[@]}"`,
    },
    zsh: {
      args: ['-f', '-c'],
      script: `mkdir f; ts-reconcile completion zsh > f/_ts-reconcile; zmodload zsh/zpty; zpty z zsh -f -i
zpty -w z "fpath=($PWD/f \\$fpath); autoload -Uz compinit; compinit -u -d $PWD/dump"
zpty -w z 'ts-reconcile() { if [[ $1 == complete ]]; then command ts-reconcile "$@"; else print -r -- $2 > typed; fi }'
zpty -w z 'echo rea""dy'
zpty -r z out '*ready*'
zpty -w z $'ts-reconcile config ch\\t'
zpty -w z 'echo do""ne'
zpty -r z out '*done*'
cat typed`,
    },
    fish: {
      args: ['--no-config', '-c'],
      script: 'ts-reconcile completion fish | source; complete -C "ts-reconcile config ch"',
    },
  };

  it.each(Object.entries(shells))('completes in a %s that has loaded it', async (shell, { args, script }) => {
    const cwd = await folder();
    const bin = join(cwd, 'bin');
    await mkdir(bin);
    const program = `#!/bin/sh\nexec ${process.execPath} ${binPath} "$@"\n`;
    await writeFile(join(bin, 'ts-reconcile'), program, { mode: 0o755 });
    const env = { PATH: `${bin}:${process.env.PATH}`, HOME: cwd, TERM: 'xterm' };
    const there = await run('sh', ['-c', `command -v ${shell}`]).then(
      () => true,
      () => false,
    );
    if (!there && shell !== 'bash') return;
    const { stdout } = await run(shell, [...args, script], { env, cwd });
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => line.trim().split(/\s/)[0]),
    ).toEqual(['check']);
  });
});
