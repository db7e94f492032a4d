import type { ChalkInstance } from 'chalk';
import type { PastRun, StandingFailure } from '../state/history.js';
import { clean } from '../text/text.js';
import { agoText, instantText, spanText } from '../text/time.js';
import { columnsOf, fitColumns, wrap } from '../text/width.js';
import { differenceLines } from './differences.js';
import type { OutputStyle } from './output.js';

type Result = PastRun['events'][number];

const INDENT = '  ';
const DEEPER = '    ';

/** How history is printed: {@link OutputStyle} with the colours that go with it. */
export interface HistoryStyle extends OutputStyle {
  chalk: ChalkInstance;
}

/** The style with its colours, loaded only when something is printed for people. */
export async function historyStyle(style: OutputStyle): Promise<HistoryStyle> {
  const { Chalk } = await import('chalk');
  return { ...style, chalk: new Chalk({ level: style.terminal ? 1 : 0 }) };
}

/** Columns to fill; a pipe or file gets each text on one line. */
function room(style: OutputStyle): number {
  return style.terminal ? style.width : Number.POSITIVE_INFINITY;
}

/** `2026-11-14 20:05:31Z`. */
function moment(at: string): string {
  return `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')}Z`;
}

function whatRan({ start, end }: PastRun): string {
  const mode = (start ?? end)?.mode;
  const kind = mode === undefined ? 'run' : mode === 'bulk' ? 'sweep' : 'single run';
  return start === null ? kind : `${kind} (${clean(start.trigger, 20)})`;
}

function howItEnded(run: PastRun, chalk: ChalkInstance): string {
  const { start, end } = run;
  if (end === null) return chalk.yellow('did not end: it was killed, or is still running');
  const { injected, repaired, skipped, failed, queried } = end.summary;
  const counts = [
    [injected, 'injected'],
    [repaired, 'repaired'],
    [skipped, 'skipped'],
    [failed, 'failed'],
  ] as const;
  const said = counts.filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`);
  const took = start === null ? '' : lasted(Date.parse(end.at) - Date.parse(start.at));
  const exit = end.exit === 0 ? '' : `, exit ${end.exit}`;
  const part = end.mode === 'bulk' && !end.complete ? ', not complete' : '';
  const text = `${queried === 0 ? 'no events' : said.join(', ')}${took}${exit}${part}`;
  return end.exit === 0 && failed === 0 ? text : chalk.red(text);
}

/** Nothing when the clock was put back during the run: how long it took is not known then. */
function lasted(ms: number): string {
  return ms < 0 ? '' : ` in ${spanText(ms)}`;
}

/** One run: a line, and below it a line for each event with what there is to say about it. */
export function runLines(run: PastRun, style: HistoryStyle): string[] {
  const { chalk } = style;
  const at = (run.start ?? run.events[0] ?? run.end)?.at ?? '';
  const head = `${moment(at)}  ${clean(run.run, 64)}  ${whatRan(run)}: `;
  const heading = wrap(head + howItEnded(run, chalk), '', room(style));
  const omitted = run.omitted === 0 ? [] : [`${INDENT}… and ${run.omitted} more events`];
  const [first = '', ...rest] = heading;
  return [
    chalk.bold(first),
    ...rest.map((line) => INDENT + line),
    ...run.events.flatMap((event) => eventLines(event, style)),
    ...omitted,
  ];
}

function painted(status: Result['status'], chalk: ChalkInstance): (text: string) => string {
  switch (status) {
    case 'injected':
      return chalk.green;
    case 'repaired':
      return chalk.yellow;
    case 'skipped':
      return chalk.dim;
    case 'failed':
      return chalk.red;
  }
}

function eventLines(event: Result, style: HistoryStyle): string[] {
  const what = [event.status, event.reason === null ? '' : clean(event.reason, 40)].filter(Boolean).join(' ');
  const order = event.order === null ? '' : `  order ${clean(event.order, 20)}`;
  const total = event.total === null ? '' : `  ${clean(event.total, 16)}`;
  const line = `${INDENT}${clean(event.id, 20)}  ${painted(event.status, style.chalk)(what)}${order}${total}`;
  const named = withName(line, event.name, style);
  return [
    named,
    ...(event.error === null ? [] : wrap(clean(event.error, 4_000), DEEPER, room(style))),
    ...differenceLines(event.differences ?? [], DEEPER + INDENT, room(style)),
  ];
}

/** The line with the event's name after it, as far as it fits. */
function withName(line: string, name: string | null, style: HistoryStyle): string {
  const space = style.terminal ? style.width - columnsOf(line) - 2 : 60;
  return name === null || space < 8 ? line : `${line}  ${fitColumns(clean(name, 200), space)}`;
}

/** One standing failure: what, since when, why. `now` in epoch milliseconds. */
export function failureLines(failure: StandingFailure, now: number, style: HistoryStyle): string[] {
  const { result, since, runs, passedOver } = failure;
  const { chalk } = style;
  const head = `${result.date === null ? '-' : clean(result.date, 10)}  ${clean(result.id, 20)}  ${chalk.red(
    clean(result.reason ?? 'failed', 40),
  )}`;
  const times = runs === 1 ? 'in 1 run' : `in ${runs} runs`;
  const age = now - Date.parse(since);
  // What a clock that ran ahead has noted has lasted for nobody knows how long.
  const failing =
    age < 0 ? `failing since ${moment(since)}, ${agoText(age)}` : `failing for ${spanText(age)}`;
  const note = passedOver
    ? 'The newest complete sweep did not report it any more: it has been put right by hand, or its day is behind the sweeps.'
    : null;
  const where = result.location === null ? '' : `${clean(result.location, 60)}: `;
  return [
    withName(head, result.name, style),
    ...wrap(chalk.dim(`${failing}, ${times}, last ${moment(result.at)}`), DEEPER, room(style)),
    ...(result.error === null ? [] : wrap(where + clean(result.error, 4_000), DEEPER, room(style))),
    ...differenceLines(result.differences ?? [], DEEPER + INDENT, room(style)),
    ...(note === null ? [] : wrap(note, DEEPER, room(style))),
  ];
}

/**
 * How many failures stand, and by which sweep that is known: without one nobody has looked at all events.
 *
 * @param known `sweep`: start of the last one that covered everything, ISO 8601; null: none is on record. `now` in
 * epoch milliseconds. `place`: the state that was read.
 */
export function standingLines(
  count: number,
  { sweep, now, place }: { sweep: string | null; now: number; place: string },
  style: HistoryStyle,
): string[] {
  const failures = count === 0 ? 'No failures stand' : `${count} standing`;
  if (sweep !== null) {
    const at = Date.parse(sweep);
    const when = `${agoText(now - at)}, ${instantText(at)}`;
    return wrap(`${failures}; the last sweep that covered everything began ${when}`, '', room(style));
  }
  const unknown = `no sweep that covered everything is on record in ${clean(place, 300)}`;
  const advice = 'Run one (ts-reconcile sync), or name the state of your runs (STATE_DIR, STATE_URL).';
  const text =
    count === 0
      ? `Whether failures stand is not known: ${unknown}. ${advice}`
      : `${failures}; whether others do is not known: ${unknown}. ${advice}`;
  return wrap(text, '', room(style));
}
