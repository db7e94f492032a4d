import { systemClock } from '../clock.js';
import type { Config } from '../config/types.js';
import { createLogger, type Logger, type LogOptions } from '../report/log.js';
import { textsOf } from './texts.js';

/** The log as configured, without secrets. `run`: what marks the lines of a run; `sandbox`: see {@link textsOf}. */
export function openLog(
  config: Config,
  {
    sink,
    run = null,
    quiet = false,
    sandbox = false,
  }: Pick<LogOptions, 'sink'> & Partial<Pick<LogOptions, 'run' | 'quiet'>> & { sandbox?: boolean },
): Logger {
  const redact = textsOf(config, sandbox);
  return createLogger({ ...config.log, sink, clock: systemClock, run, redact, quiet });
}
