import { lookAhead, nearDays } from '../app/coming.js';
import { selectedLocations, withOpened } from '../app/open.js';
import { counted, quiet, runStop } from '../app/run.js';
import { type Surroundings, stoppedBy, styleOf } from '../app/surroundings.js';
import { systemClock } from '../clock.js';
import { needsOf } from '../config/load.js';
import { ExitCode } from '../errors.js';
import { writeJson } from '../report/json.js';
import { writeAll } from '../report/output.js';
import { renderPreview, wouldFail } from '../report/preview.js';
import { keepPreview } from '../report/previewed.js';
import { shopsOf } from '../report/shops.js';
import { exitCodeOf } from '../sync/outcome.js';

/** `preview` as asked for on the command line. */
export interface PreviewOptions {
  /** How many days besides today. */
  days: number;
  /** Names or site ids; null: all locations. */
  locations: string[] | null;
  json: boolean;
  sandbox: boolean;
}

/**
 * `preview`: the events of the coming days, judged in full as sweeps of their days would judge them. Writes nothing to
 * either service; what it found is kept in the state. Exit 1 when something would fail.
 */
export function previewCommand(options: PreviewOptions, around: Surroundings): Promise<ExitCode> {
  const { days, json, sandbox } = options;
  return withOpened({ sandbox, needs: needsOf.sync, readOnly: false }, around, async (opened) => {
    const { config, state, progress } = opened;
    const locations = selectedLocations(options.locations, config);
    const say = (text: string) => progress.sink.write(`${text}\n`);
    const events = { ...quiet, notice: say, warning: say, progress: counted(progress) };
    const stop = runStop(around, config, state);
    const { requested } = progress;
    const looking = { config, state, stop, events, requested, days, locations, sandbox };
    const { report, outcome, request } = await lookAhead(looking);
    progress.clear();
    if (around.stop.aborted) return stoppedBy(around.stop);
    // One that was broken off says of every event left that it was not looked at: the one before knows more.
    const { problem } = outcome;
    const looked = problem === null || (problem.kind === 'incomplete' && report.events.length > 0);
    if (locations === null && looked) await keepPreview(state.cache, days, report, config.locations);
    const near = nearDays(config, systemClock.now());
    if (json) await writeJson(around.stdout, report);
    else
      await writeAll(
        around.stdout,
        await renderPreview(report, near, styleOf(around), { sandbox, shops: shopsOf(config.locations) }),
      );
    const code = exitCodeOf({ ...outcome, results: [] }, request, false);
    if (code !== ExitCode.ok) return code;
    return report.events.some((event) => wouldFail(event, near)) ? ExitCode.eventFailed : ExitCode.ok;
  });
}
