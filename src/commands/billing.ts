import { selectedLocations, withOpened } from '../app/open.js';
import { openLook } from '../app/run.js';
import { type Surroundings, stoppedBy, styleOf } from '../app/surroundings.js';
import { needsOf } from '../config/load.js';
import type { BillingNames } from '../domain/coverage.js';
import { ExitCode } from '../errors.js';
import { renderBillings } from '../report/billings.js';
import { writeJson } from '../report/json.js';
import { writeAll } from '../report/output.js';
import { billingNames } from '../sync/billings.js';
import { clean } from '../text/text.js';

/** `billing` as asked for on the command line. */
export interface BillingOptions {
  /** How many days back and ahead, today not counted. */
  back: number;
  days: number;
  /** Names or site ids; null: all locations. */
  locations: string[] | null;
  json: boolean;
  sandbox: boolean;
}

/**
 * `billing`: the names of the rows of the bills, and where each amount goes. Writes nothing anywhere. Exit 1 when a name
 * is not clear or something could not be looked at; 69 when nothing could be searched.
 */
export function billingCommand(options: BillingOptions, around: Surroundings): Promise<ExitCode> {
  const { back, days, json, sandbox } = options;
  return withOpened({ sandbox, needs: needsOf.products, readOnly: true }, around, async (opened) => {
    const { progress, redact } = opened;
    const locations = selectedLocations(options.locations, opened.config);
    const found = await billingNames(await openLook(locations, opened, around), back, days);
    progress.clear();
    if (around.stop.aborted) return stoppedBy(around.stop);
    if (json) await writeJson(around.stdout, documentOf(found, options, redact));
    else await writeAll(around.stdout, redact(await renderBillings(found, options, styleOf(around))));
    if (found.failed) return ExitCode.unavailable;
    const isOpen = found.problems.length > 0 || found.names.some(({ why }) => why === 'unclear');
    return isOpen ? ExitCode.eventFailed : ExitCode.ok;
  });
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
