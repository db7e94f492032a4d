import { systemClock } from '../clock.js';
import { loadConfig, needsOf } from '../config/load.js';
import type { Environment } from '../config/paths.js';
import { variables } from '../config/variables.js';
import { writeAll } from '../report/output.js';
import type { Surroundings } from './surroundings.js';

/** Where a command loads its configuration from. */
export interface ConfigSource {
  env: Environment;
  /** Absolute. */
  cwd: string;
}

/**
 * Runs `work` on the user's own settings, or, with `sandbox`, on those of the built-in simulators, which are
 * served until it ends. What the user should know about the sandbox goes to stderr.
 */
export async function withConfigSource<T>(
  sandbox: boolean,
  around: Surroundings,
  work: (source: ConfigSource) => Promise<T>,
): Promise<T> {
  if (!sandbox) return work({ env: around.env, cwd: around.cwd });
  const { openSandbox } = await import('../sandbox/index.js');
  const { stateDir } = loadConfig({ env: around.env, cwd: around.cwd, needs: needsOf.sandbox });
  const opened = await openSandbox({ stateDir, clock: systemClock });
  try {
    if (opened.note !== null) await writeAll(around.stderr, `${opened.note}\n`);
    const rules = variables
      .filter((variable) => variable.sandbox)
      .map(({ name }) => [name, around.env[name]]);
    // The sandbox's own directory as the working directory: a .env of the user's must not count.
    return await work({ env: { ...Object.fromEntries(rules), ...opened.env }, cwd: stateDir });
  } finally {
    await opened.close();
  }
}
