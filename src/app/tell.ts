import { differencesText } from '../domain/differences.js';
import { writeJson } from '../report/json.js';
import type { Logger } from '../report/log.js';
import { eventFailed, eventPlanned, eventSkipped, eventSynced, runCompleted } from '../report/messages.js';
import { shareTerminal, writeAll } from '../report/output.js';
import type { Progress } from '../report/progress.js';
import type { RunReport } from '../report/schema.js';
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

/** The log lines of the events of a run. A sentence that holds for several is said of the first one. */
export function tellResults(log: Logger, dryRun: boolean): (result: EventResult) => void {
  const said = new Map<string, string>();
  return (result) => {
    const sentence = result.status === 'failed' ? withDifferences(result) : '';
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

/**
 * Tells of a run that has ended: its last log lines, and on stdout the document or, unless a scheduled run found
 * nothing to do, the table. `resultLog` gets what a table says as well.
 */
export async function tellRun(
  report: RunReport,
  { json }: { json: boolean },
  around: Surroundings,
  log: Logger,
  resultLog: Logger,
): Promise<void> {
  const { summary } = report;
  const eventful = summary.injected + summary.repaired + summary.failed > 0;
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
  const scheduled = report.trigger === 'cron' && around.stdout.isTTY !== true;
  if (lockedOut || (scheduled && !eventful)) return;
  const { renderReport } = await import('../report/table.js');
  await writeAll(around.stdout, await renderReport(report, styleOf(around)));
}

/** A log line has no table below it. */
function withDifferences({ error, reason, differences }: EventResult): string {
  const sentence = error ?? reason ?? 'unknown';
  return differences.length === 0 ? sentence : `${sentence} Differences: ${differencesText(differences)}.`;
}
