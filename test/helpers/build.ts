import { execFileSync } from 'node:child_process';
import { readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Builds the program once before tests that run it, if its sources are newer than what was built last. */
export default function build(): void {
  if (process.env.TS_RECONCILE_BIN !== undefined) return;
  if (newest(join(root, 'src')) < builtAt()) return;
  const fresh = join(root, `dist.${process.pid}`);
  try {
    run('typescript/bin/tsc', '-p', 'tsconfig.build.json', '--outDir', fresh);
    run('rolldown/bin/cli.mjs', '-c', '--dir', join(fresh, 'bundle'), '--log-level', 'warn');
    // Put in place at once: a process that is just starting must not find half a program.
    rmSync(join(root, 'dist'), { recursive: true, force: true });
    renameSync(fresh, join(root, 'dist'));
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

/** Runs a tool of the project's own. */
function run(tool: string, ...args: string[]): void {
  execFileSync(process.execPath, [join(root, 'node_modules', tool), ...args], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
}

function builtAt(): number {
  try {
    return statSync(join(root, 'dist', 'bundle', 'cli.js')).mtimeMs;
  } catch {
    return 0;
  }
}

function newest(directory: string): number {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((at, entry) => Math.max(at, statSync(join(entry.parentPath, entry.name)).mtimeMs), 0);
}
