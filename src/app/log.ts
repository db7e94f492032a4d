import { systemClock } from '../clock.js';
import { secretsOf } from '../config/secrets.js';
import type { Config } from '../config/types.js';
import { createLogger, type Logger, type LogOptions } from '../report/log.js';
import { createRedactor } from '../text/redact.js';

/** The log as configured, without secrets. `run`: what marks the lines of a run. */
export function openLog(
  config: Config,
  { sink, run = null, quiet = false }: Pick<LogOptions, 'sink'> & Partial<Pick<LogOptions, 'run' | 'quiet'>>,
): Logger {
  const redact = createRedactor(secretsOf(config));
  return createLogger({ ...config.log, sink, clock: systemClock, run, redact, quiet });
}
