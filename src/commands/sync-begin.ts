import { systemClock } from '../clock.js';
import { loadConfig, needsOf } from '../config/load.js';
import { ConfigError } from '../config/problems.js';
import { secretsOf } from '../config/secrets.js';
import type { Config } from '../config/types.js';
import { AppError, ExitCode } from '../errors.js';
import { gotTransport } from '../http/got.js';
import { createLogger } from '../report/log.js';
import { runTag } from '../report/messages.js';
import { type OpenStateOptions, openState } from '../state/open.js';
import type { StateStore } from '../state/types.js';
import type { SyncRequest } from '../sync/types.js';
import { createRedactor } from '../text/redact.js';
import type { ConfigSource } from './configured.js';
import { signalStillborn } from './notify.js';
import type { Surroundings } from './surroundings.js';

/** The run that is to begin. */
type Asked = Pick<SyncRequest, 'dryRun' | 'trigger' | 'correlationId'>;

/** The configuration of a run; HEALTHCHECK_URL hears of mistakes in the rest of it. Throws like loadConfig. */
export async function configToRun(asked: Asked, around: Surroundings, source: ConfigSource): Promise<Config> {
  try {
    return loadConfig({ ...source, needs: needsOf.sync });
  } catch (error) {
    const config = readableConfig(source);
    if (config !== null) await tell(asked, around, config, error);
    throw error;
  }
}

/** The state of a run; HEALTHCHECK_URL hears of it when it cannot be opened. Throws like openState. */
export async function stateToRun(
  asked: Asked,
  around: Surroundings,
  config: Config,
  options: OpenStateOptions,
): Promise<StateStore> {
  try {
    return await openState(config, options);
  } catch (error) {
    await tell(asked, around, config, error);
    throw error;
  }
}

/** What can be read in spite of mistakes; null: they lie where everything is read from. */
function readableConfig(source: ConfigSource): Config | null {
  try {
    return loadConfig({ ...source, needs: [] });
  } catch (error) {
    if (error instanceof ConfigError) return null;
    throw error;
  }
}

function tell(asked: Asked, around: Surroundings, config: Config, error: unknown): Promise<void> {
  const log = createLogger({
    ...config.log,
    sink: around.stderr,
    clock: systemClock,
    run: runTag(asked.trigger, asked.correlationId),
    redact: createRedactor(secretsOf(config)),
    quiet: false,
  });
  const request = { trigger: asked.trigger, dryRun: asked.dryRun || config.dryRun };
  const deps = { config, request, log, transport: gotTransport(), clock: systemClock, stop: around.stop };
  return signalStillborn(deps, error instanceof AppError ? error.exitCode : ExitCode.bug);
}
