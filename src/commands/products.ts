import { selectedLocations, withOpened } from '../app/open.js';
import { openLook } from '../app/run.js';
import { type Surroundings, stoppedBy, styleOf } from '../app/surroundings.js';
import { needsOf } from '../config/load.js';
import type { ComingEvent, Coverage } from '../domain/coverage.js';
import { ExitCode } from '../errors.js';
import { countOf, proposal, renderCoverage } from '../report/coverage.js';
import { writeJson } from '../report/json.js';
import { writeAll } from '../report/output.js';
import { coverage } from '../sync/coverage.js';
import { clean } from '../text/text.js';

/** `products` as asked for on the command line. */
export interface ProductsOptions {
  /** How many days ahead, today not counted. */
  days: number;
  /** Names or site ids; null: all locations. */
  locations: string[] | null;
  json: boolean;
  sandbox: boolean;
}

/**
 * `products`: which line names of the coming events have no Revel product. Writes nothing anywhere. Exit 1 when
 * a name is missing or ambiguous, or something could not be looked at; 69 when nothing could be searched.
 */
export function productsCommand(options: ProductsOptions, around: Surroundings): Promise<ExitCode> {
  const { days, json, sandbox } = options;
  return withOpened({ sandbox, needs: needsOf.products, readOnly: true }, around, async (opened) => {
    const { progress, redact } = opened;
    const locations = selectedLocations(options.locations, opened.config);
    const found = await coverage(await openLook(locations, opened, around), days);
    progress.clear();
    if (around.stop.aborted) return stoppedBy(around.stop);
    if (json) await writeJson(around.stdout, documentOf(found, days, redact));
    else
      await writeAll(around.stdout, redact(await renderCoverage(found, { days, sandbox }, styleOf(around))));
    return exitOf(found);
  });
}

function exitOf({ locations, unread, problems, failed }: Coverage): ExitCode {
  if (failed) return ExitCode.unavailable;
  const open = locations.some(
    (covered) =>
      covered.error !== null || countOf(covered, 'missing') > 0 || countOf(covered, 'ambiguous') > 0,
  );
  return open || unread.length > 0 || problems.length > 0 ? ExitCode.eventFailed : ExitCode.ok;
}

/** The document of `--json`. */
function documentOf(found: Coverage, days: number, redact: (text: string) => string) {
  const safe = (text: string | null, max: number) => (text === null ? null : clean(redact(text), max));
  const eventOf = ({ id, name, date }: ComingEvent) => ({ id, name: safe(name, 200), date });
  return {
    days,
    complete:
      !found.failed && found.problems.length === 0 && found.locations.every(({ error }) => error === null),
    locations: found.locations.map((covered) => ({
      location: covered.location.name,
      establishment_id: covered.establishmentId,
      events: covered.events,
      error: safe(covered.error, 2_000),
      lines: covered.lines.map((line) => ({
        name: safe(line.name, 250),
        status: line.kind,
        product_ids: line.productIds,
        why: safe(line.why, 500),
        suggestions: line.suggestions.map(({ id, name }) => ({ id, name: safe(name, 250) })),
        events: line.events.map(eventOf),
      })),
      products: proposal(covered),
    })),
    unread: found.unread.map(({ event, location, why }) => ({
      ...eventOf(event),
      location,
      why: safe(why, 4_000),
    })),
    problems: found.problems.map((problem) => safe(problem, 2_000)),
  };
}
