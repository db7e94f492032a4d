import { systemClock } from '../clock.js';
import { loadConfig, needsOf } from '../config/load.js';
import { secretsOf } from '../config/secrets.js';
import type { Config } from '../config/types.js';
import type { BillingNames } from '../domain/coverage.js';
import { ExitCode } from '../errors.js';
import { renderBillings } from '../report/billings.js';
import { writeJson } from '../report/json.js';
import { outputStyle, writeAll } from '../report/output.js';
import { createProgress } from '../report/progress.js';
import { billingNames } from '../sync/billings.js';
import { createRedactor } from '../text/redact.js';
import { clean } from '../text/text.js';
import { withConfigSource } from './configured.js';
import { openStateFor } from './connections.js';
import { selectedLocations } from './location-option.js';
import { openLook } from './look.js';
import type { Surroundings } from './surroundings.js';

/** `billing` as asked for on the command line. */
export interface BillingOptions {
  /** How many days back and ahead, today not counted. */
  back: number;
  days: number;
  /** Names or site ids; null: all locations. */
  locations: string[] | null;
  json: boolean;
  noColor: boolean;
  sandbox: boolean;
}

/**
 * `billing`: the names of the rows of the bills, and where each amount goes. Writes nothing anywhere. Exit 1 when a name
 * is not clear or something could not be looked at; 69 when nothing could be searched.
 */
export function billingCommand(options: BillingOptions, around: Surroundings): Promise<ExitCode> {
  return withConfigSource(options.sandbox, around, (source) =>
    run(options, around, loadConfig({ ...source, needs: needsOf.products })),
  );
}

async function run(options: BillingOptions, around: Surroundings, config: Config): Promise<ExitCode> {
  const locations = selectedLocations(options.locations, config);
  const state = await openStateFor(config, around, true);
  const progress = createProgress(around.stderr, systemClock, around.env);
  try {
    const ctx = await openLook(locations, config, state, around.stop, (done, total, what) =>
      progress.update(total === 0 ? `${what}: ${done} so far` : `${what}: ${done} of ${total}`),
    );
    const found = await billingNames(ctx, options.back, options.days);
    progress.clear();
    if (around.stop.aborted) {
      return around.stop.reason === 'SIGINT' ? ExitCode.interrupted : ExitCode.terminated;
    }
    const redact = createRedactor(secretsOf(config));
    if (options.json) await writeJson(around.stdout, documentOf(found, options, redact));
    else {
      const style = outputStyle(around.stdout, around.env, options.noColor);
      await writeAll(around.stdout, redact(renderBillings(found, options, style)));
    }
    if (found.failed) return ExitCode.unavailable;
    const isOpen = found.problems.length > 0 || found.names.some(({ why }) => why === 'unclear');
    return isOpen ? ExitCode.eventFailed : ExitCode.ok;
  } finally {
    progress.clear();
    await state.close();
  }
}

/** The document of `--json`. */
function documentOf(
  { names, events, problems, failed }: BillingNames,
  { back, days }: BillingOptions,
  redact: (text: string) => string,
) {
  const safe = (text: string, max: number) => clean(redact(text), max);
  return {
    days_back: back,
    days_ahead: days,
    complete: !failed && problems.length === 0,
    events,
    names: names.map(({ name, location, use, why, events: seen }) => ({
      name: safe(name, 250),
      location: location.name,
      use,
      why,
      events: seen,
    })),
    problems: problems.map((problem) => safe(problem, 2_000)),
  };
}
