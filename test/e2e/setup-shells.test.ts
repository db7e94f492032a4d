import { execFile } from 'node:child_process';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { binPath } from '../helpers/cli.js';
import { cli, folder } from './helpers/folder.js';
import { runTool } from './helpers/tool.js';

const run = promisify(execFile);

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

  it('has a history of its own, for which no setting is needed but the state directory', async () => {
    const bare = { PATH: process.env.PATH ?? '', STATE_DIR: join(await folder(), 'state') };
    expect((await runTool(['history'], bare)).stdout).toMatch(/^No runs since/);
    const swept = await runTool(['sync', '--sandbox', '--json'], bare);
    expect(swept.code).toBe(1);
    const { failed } = JSON.parse(swept.stdout).summary;
    expect(failed).toBeGreaterThan(0);
    expect((await runTool(['history'], bare)).stdout).toMatch(/^No runs since/);
    const sandbox = await runTool(['history', '--sandbox', '--failed'], bare);
    expect(sandbox.stdout).toMatch(new RegExp(`\n${failed} standing in \\S+; the last sweep`));
    expect(sandbox.code).toBe(1);
    const empty = await runTool(['history', '--failed'], bare);
    expect([empty.code, empty.stdout]).toEqual([1, expect.stringContaining('is not known')]);
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
