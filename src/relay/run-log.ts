import { ExitCode, errorText } from '../errors.js';
import type { Logger } from '../report/log.js';
import { type RunReport, RunReportSchema, type Summary } from '../report/schema.js';
import { parse } from '../state/kept.js';
import type { FinishedRun, RunEnd } from './child.js';
import type { Verdict } from './scheduler.js';

/** The end of a run in one word, as a metric's label. */
export function endLabel(end: RunEnd): string {
  return end.kind === 'exit' ? String(end.code) : end.kind;
}

/** Puts the last lines of a run into the relay's log, each at its own level, without their tag. */
export function logLines(log: Logger, lines: readonly string[]): void {
  for (const line of lines) {
    const [, level, message = line] =
      /^(?:(DEBUG|WARN|ERROR) )?(?:\[[a-z]+-[0-9a-f]{8}\] )?(.*)$/.exec(line) ?? [];
    switch (level) {
      case 'DEBUG':
        log.debug(message);
        break;
      case 'WARN':
        log.warn(message);
        break;
      case 'ERROR':
        log.error(message);
        break;
      default:
        log.info(message);
    }
  }
}

/** Tells how the run for a webhook's event ended and what follows. */
export function logEnd(log: Logger, event: string, finished: FinishedRun, verdict: Verdict): void {
  const text = `Run for event ${event} ${ending(finished)}${consequence(verdict)}`;
  const fields = { event };
  if (finished.end.kind === 'exit' && finished.end.code <= 1) log.info(text, fields);
  else if (verdict.kind === 'done') log.error(`${text} The next sweep sees to it.`, fields);
  else log.warn(text, fields);
}

/**
 * Why an event waits for the sweep, or for somebody to mend something, although no run could tell what became of it,
 * as a sentence for a person; null: one could, or another one follows soon.
 */
export function givenUp(event: string, finished: FinishedRun, verdict: Verdict): string | null {
  const { end, stdout } = finished;
  const stuck = verdict.kind === 'retry' && verdict.stuck;
  if (!stuck && (verdict.kind !== 'done' || (end.kind === 'exit' && end.code <= ExitCode.eventFailed)))
    return null;
  if ((parseReport(stdout)?.events ?? []).length > 0) return null;
  const what = `The run for a webhook of event ${event} ${ending(finished)}`;
  if (stuck)
    return `${what} It is tried again every five minutes; or run: ts-reconcile sync --event-id ${event}`;
  return `${what} The next sweep looks at it, if its day is not over; or run: ts-reconcile sync --event-id ${event}`;
}

/** That an event is left to the sweep because nobody ever told how its runs ended, as a sentence for a person. */
export function neverEnded(event: string): string {
  return `No run for a webhook of event ${event} has come to an end: five were killed, or the relay was with them. The next sweep looks at it, if its day is not over; or run: ts-reconcile sync --event-id ${event}`;
}

/** How a run ended, as the end of a sentence. */
export function ending({ end, durationMs, stdout }: FinishedRun): string {
  const seconds = `${(durationMs / 1000).toFixed(1)} s`;
  switch (end.kind) {
    case 'exit':
      return `ended with exit code ${end.code} after ${seconds}${outcome(stdout)}.`;
    case 'killed':
      return `was killed (${end.signal}) after ${seconds}.`;
    case 'timeout':
      return `was stopped after ${seconds}: it took too long.`;
    case 'unstarted':
      return `could not be started (${end.reason}).`;
  }
}

function consequence(verdict: Verdict): string {
  switch (verdict.kind) {
    case 'done':
      return '';
    case 'again':
      return ' Deliveries came meanwhile: it is run once more.';
    case 'retry':
      return ` Next try in ${Math.ceil(verdict.delayMs / 1000)} s.`;
    case 'keep':
      return ' The next start of the relay runs it again.';
  }
}

function outcome(stdout: string | null): string {
  const report = parseReport(stdout);
  // A run that failed as a whole before it came to an event has said so in its own lines.
  if (!report || (report.events.length === 0 && report.error !== null)) return '';
  const [event, ...others] = report.events;
  if (report.mode === 'bulk' || others.length > 0) return `: ${counts(report.summary)}`;
  if (!event) return '';
  return `: ${event.status}${event.reason === null ? '' : ` ${event.reason}`}`;
}

function counts({ queried, injected, repaired, skipped, failed }: Summary): string {
  return `${queried} queried, ${injected} injected, ${repaired} repaired, ${skipped} skipped, ${failed} failed`;
}

/** The report that a run printed; null: it printed none. */
export function parseReport(stdout: string | null): RunReport | null {
  return stdout === null ? null : parse(RunReportSchema, stdout);
}

/** Why the spool could not be written, as a sentence. */
export function spoolRefused(error: unknown): string {
  return `The spool could not be written. ${errorText(error)}`;
}
