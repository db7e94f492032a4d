import { differencesText } from '../domain/differences.js';
import { withRivals } from '../domain/rivals.js';
import { writeJson } from '../report/json.js';
import type { Logger } from '../report/log.js';
import { eventFailed, eventPlanned, eventSkipped, eventSynced, runCompleted } from '../report/messages.js';
import { shareTerminal, writeAll } from '../report/output.js';
import type { Progress } from '../report/progress.js';
import type { RunReport } from '../report/schema.js';
import type { Shops } from '../report/shops.js';
import type { EventResult, SyncEvents } from '../sync/types.js';
import { counted } from './run.js';
import { type Surroundings, styleOf } from './surroundings.js';

/** A table follows, on the very terminal that log lines show on; whoever asks for more in the log gets it all. */
export function saysItInTable(
  { json }: { json: boolean },
  { stdout, stderr }: Surroundings,
  log: { level: string; format: string },
): boolean {
  return !json && shareTerminal(stdout, stderr) && log.level !== 'debug' && log.format === 'text';
}

/** What a run says while it is at work, but for its start and its results. */
export function tellWork(
  log: Logger,
  progress: Progress,
): Pick<SyncEvents, 'notice' | 'warning' | 'progress'> {
  return {
    notice: (message) => log.info(message),
    warning: (message) => log.warn(message),
    progress: counted(progress),
  };
}

/** Whether a failure is told in a line, as runs before this one have ended with the same. */
function isKnown(
  { id, reason }: { id: string; reason: string | null },
  known: ReadonlyMap<string, string>,
): boolean {
  return reason !== null && known.get(id) === reason;
}

/**
 * The log lines of the events of a run. A sentence that holds for several is said of the first one; of a failure that is
 * known already only its reason.
 */
export function tellResults(
  log: Logger,
  dryRun: boolean,
  known: ReadonlyMap<string, string>,
): (result: EventResult) => void {
  const said = new Map<string, string>();
  return (result) => {
    if (result.status === 'failed' && isKnown(result, known)) {
      // Held back with the other lines of a scheduled run, until there is something new to tell.
      log.info(eventFailed(result.id, `${result.reason}, as before`), { event: result.id });
      return;
    }
    const sentence = result.status === 'failed' ? withFacts(result) : '';
    const first = said.get(sentence);
    if (first === undefined) said.set(sentence, result.id);
    const again = first === undefined ? sentence : `${result.reason}, as said of event ${first}`;
    tellResult(log, result, again, dryRun);
  };
}

function tellResult(log: Logger, result: EventResult, sentence: string, dryRun: boolean): void {
  const fields = { event: result.id };
  switch (result.status) {
    case 'injected':
    case 'repaired':
      if (dryRun) log.info(eventPlanned(result.id, result.status), fields);
      else log.info(eventSynced(result.id, result.orderId ?? 'unknown'), fields);
      return;
    case 'skipped':
      log.debug(eventSkipped(result.id, result.reason), fields);
      return;
    case 'failed':
      log.error(eventFailed(result.id, sentence), fields);
  }
}

/** What is shown of a run. */
export interface Telling {
  json: boolean;
  /** Statuses and reasons that the table shows; null: all. */
  only: readonly string[] | null;
  /** Failures of earlier runs: event ids with their reasons. */
  known: ReadonlyMap<string, string>;
  sandbox: boolean;
  shops: Shops;
}

/**
 * Tells of a run that has ended: its last log lines, and on stdout the document or the table; of a scheduled run that
 * changed nothing and found no failure that is new, nothing. `resultLog` gets what a table says as well.
 */
export async function tellRun(
  report: RunReport,
  { json, only, known, sandbox, shops }: Telling,
  around: Surroundings,
  log: Logger,
  resultLog: Logger,
): Promise<void> {
  const { summary } = report;
  const isNew = (event: RunReport['events'][number]) => event.status === 'failed' && !isKnown(event, known);
  const eventful =
    summary.injected + summary.repaired > 0 || report.error !== null || report.events.some(isNew);
  // One line says it all, wherever that line is read.
  const lockedOut = report.error?.code === 'LOCKED' && summary.queried === 0;
  if (lockedOut) log.warn(report.error?.message ?? '');
  else {
    if (report.error !== null) {
      resultLog.error([report.error.message, report.error.hint ?? ''].join(' ').trim());
    }
    if (eventful) log.release();
    resultLog.info(runCompleted(summary));
  }
  if (json) return writeJson(around.stdout, report);
  const scheduled = report.trigger === 'cron';
  if (lockedOut || (scheduled && !eventful)) return;
  const { renderReport } = await import('../report/table.js');
  const failing = report.events.filter((event) => event.status === 'failed' && isKnown(event, known));
  const shown = {
    only: only ?? (scheduled ? ['changes', 'failures'] : null),
    known: new Set(failing.map(({ id }) => id)),
    sandbox,
    shops,
  };
  await writeAll(around.stdout, await renderReport(report, styleOf(around), shown));
}

/** A log line has no table below it. */
function withFacts({ error, reason, differences, orders }: EventResult): string {
  const sentence = withRivals(error ?? reason ?? 'unknown', orders);
  return differences.length === 0 ? sentence : `${sentence} Differences: ${differencesText(differences)}.`;
}
