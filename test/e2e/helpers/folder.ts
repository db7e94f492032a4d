import { execFile } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { binPath } from '../../helpers/cli.js';

const run = promisify(execFile);

/** What became of a call. */
export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

/** The built program in a directory, with little of an environment. */
export async function cli(
  cwd: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Ended> {
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

/** A new directory with these files. */
export async function folder(files: Record<string, string> = {}): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'setup-'));
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text);
  return directory;
}
