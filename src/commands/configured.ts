import { systemClock } from '../clock.js';
import { loadConfig, needsOf } from '../config/load.js';
import type { Environment } from '../config/paths.js';
import type { VariableName } from '../config/variables.js';
import { writeAll } from '../report/output.js';
import type { Surroundings } from './surroundings.js';

/** Where a command loads its configuration from. */
export interface ConfigSource {
  env: Environment;
  /** Absolute. */
  cwd: string;
}

/** What a user's settings may change about a run in the sandbox: its rules, never whom it talks to. */
const BEHAVIOUR: readonly VariableName[] = [
  'ENABLE_CONNECTOR',
  'DRY_RUN',
  'SYNC_STATUSES',
  'INJECT_LEAD_HOURS',
  'INJECT_GRACE_HOURS',
  'PAYMENT_POLICY',
  'UNMATCHED_POLICY',
  'IGNORE_EVENTS',
  'CONCURRENCY',
  'HTTP_TIMEOUT_MS',
  'MAX_RUN_SECONDS',
  'MAX_CREATES_PER_RUN',
  'LOG_LEVEL',
  'LOG_FORMAT',
];

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
    const behaviour = Object.fromEntries(BEHAVIOUR.map((name) => [name, around.env[name]]));
    // The sandbox's own directory as the working directory: a .env of the user's must not count.
    return await work({ env: { ...behaviour, ...opened.env }, cwd: stateDir });
  } finally {
    await opened.close();
  }
}
