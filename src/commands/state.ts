import type { Surroundings } from '../app/surroundings.js';
import { loadConfig, needsOf } from '../config/load.js';
import { AppError, ExitCode } from '../errors.js';
import { writeAll } from '../report/output.js';

/** `state migrate`: makes the tables of the database of STATE_URL, or brings them up to this version. */
export async function migrateCommand(around: Surroundings): Promise<ExitCode> {
  const { stateUrl } = loadConfig({ env: around.env, cwd: around.cwd, needs: needsOf.state });
  if (stateUrl === null) {
    throw new AppError(
      'CONFIG',
      ExitCode.config,
      'STATE_URL is not set, so the state lies in a directory, which needs no migration.',
      'Set STATE_URL to the database that several hosts are to share.',
    );
  }
  const { migrate } = await import('../state/postgres/schema.js');
  const { from, to } = await migrate(stateUrl);
  await writeAll(
    around.stdout,
    from === to
      ? `The state database is up to date (version ${to}).\n`
      : `The state database was brought from version ${from} to version ${to}.\n`,
  );
  return ExitCode.ok;
}
