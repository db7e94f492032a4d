import type { ChalkInstance } from 'chalk';
import type { PastRun, StandingFailure } from '../state/history.js';
import { onSandbox } from '../text/calls.js';
import { type LinkPatterns, linksOf, noLinks } from '../text/links.js';
import { clean } from '../text/text.js';
import { agoText, spanText } from '../text/time.js';
import { wrap } from '../text/width.js';
import { type Cell, type Column, drawTable } from './grid.js';
import { decidingLine } from './settling.js';
import { shopSecond, shopTime } from './shops.js';
import { chalkOf, type OutputStyle } from './style.js';
import { paintOf, ruleOf } from './table.js';
import { tableLines, tablesOf } from './tables.js';

type Result = PastRun['events'][number];

const INDENT = '  ';
const DEEPER = '    ';

/** How history is printed: {@link OutputStyle} with the colours that go with it. */
export interface HistoryStyle extends OutputStyle {
  chalk: ChalkInstance;
  /** Addresses of pages, for a terminal that makes something to click on of them. */
  pages: LinkPatterns;
  /** IANA zone of the times that are told. */
  zone: string;
}

/** The style with its colours. */
export async function historyStyle(
  style: OutputStyle,
  pages: LinkPatterns,
): Promise<Omit<HistoryStyle, 'zone'>> {
  return { ...style, chalk: await chalkOf(style), pages: style.links ? pages : noLinks };
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
  const { chalk, zone } = style;
  const at = (run.start ?? run.events[0] ?? run.end)?.at ?? '';
  const head = `${shopSecond(Date.parse(at), zone)}  ${clean(run.run, 64)}  ${whatRan(run)}: `;
  const heading = wrap(head + howItEnded(run, chalk), INDENT, style.width);
  const omitted = run.omitted === 0 ? [] : [`${INDENT}… and ${run.omitted} more events`];
  const [first = '', ...rest] = heading;
  return [chalk.bold(first.trimStart()), ...rest, ...eventLines(run.events, style), ...omitted];
}

const COLUMNS: readonly Column[] = [
  { head: 'date', whole: true },
  { head: 'event', whole: true },
  { head: 'name' },
  { head: 'result' },
  { head: 'order' },
  { head: 'total', align: 'right', whole: true },
];

function rowOf(event: Result, { chalk, pages }: HistoryStyle, known: string | null = null): Cell[] {
  const links = linksOf(pages, event.id, event.order);
  const what = known ?? [event.status, event.reason ?? ''].filter(Boolean).join(' ');
  return [
    event.date === null ? '-' : clean(event.date, 10),
    { text: clean(event.id, 20), link: links.event },
    clean(event.name ?? '-', 80),
    { text: clean(what, 60), paint: paintOf(event.status, chalk) },
    { text: clean(event.order ?? '-', 20), link: links.order },
    event.total === null ? '-' : clean(event.total, 16),
  ];
}

/** What differs, and the orders of which a person decides. */
function factLines(event: Result, { width, links, pages, chalk }: HistoryStyle): string[] {
  const tables = tablesOf(event, undefined, (order) => linksOf(pages, event.id, order).order);
  return tableLines(tables, DEEPER + INDENT, width, { links, dim: chalk.dim });
}

/** A table of the events of a run, day by day and shop by shop. */
function eventLines(events: readonly Result[], style: HistoryStyle): string[] {
  if (events.length === 0) return [];
  const sorted = events.toSorted(
    (a, b) =>
      (a.date ?? '').localeCompare(b.date ?? '') ||
      (a.location ?? '').localeCompare(b.location ?? '') ||
      Number(a.id) - Number(b.id),
  );
  const rows = sorted.map((event) => rowOf(event, style));
  const drawn = drawTable(COLUMNS, rows, { columns: style.width, indent: INDENT });
  let shop: string | null = null;
  const lines = drawn.head.map((line) => style.chalk.dim(line));
  for (const [at, event] of sorted.entries()) {
    const place = clean(event.location ?? '', 60) || '(no location)';
    if (place !== shop) lines.push(`${INDENT}${style.chalk.bold(place)}`);
    shop = place;
    lines.push(
      ...(drawn.rows[at] ?? []),
      ...(event.error === null ? [] : wrap(clean(event.error, 4_000), DEEPER, style.width)),
      ...factLines(event, style),
    );
  }
  return lines;
}

/** Failures that stand, a row each: what, since when, why, and how it is decided. */
export function failureLines(
  failures: readonly StandingFailure[],
  at: Pick<Source, 'now' | 'sandbox'>,
  style: HistoryStyle,
): string[] {
  // Each of them has failed, so that its reason says it.
  const rows = failures.map(({ result }) => rowOf(result, style, result.reason ?? result.status));
  const drawn = drawTable(COLUMNS, rows, { columns: style.width });
  return [
    ...drawn.head.map((line) => style.chalk.dim(line)),
    ...ruleOf(style, style.chalk),
    ...failures.flatMap((failure, row) => [...(drawn.rows[row] ?? []), ...whyLines(failure, at, style), '']),
  ];
}

function whyLines(
  { result, since, runs, passedOver }: StandingFailure,
  { now, sandbox }: Pick<Source, 'now' | 'sandbox'>,
  style: HistoryStyle,
): string[] {
  const { chalk, width, zone } = style;
  const times = runs === 1 ? 'in 1 run' : `in ${runs} runs`;
  const age = now - Date.parse(since);
  // What a clock that ran ahead has noted has lasted for nobody knows how long.
  const failing =
    age < 0
      ? `failing since ${shopTime(Date.parse(since), zone)}, ${agoText(age)}`
      : `failing for ${spanText(age)}`;
  const note = passedOver
    ? 'The newest complete sweep did not report it any more: it has been put right by hand, or its day is behind the sweeps.'
    : null;
  const where = result.location === null ? '' : `${clean(result.location, 60)}: `;
  const deciding = decidingLine(result.reason, result.id, sandbox);
  return [
    ...wrap(`${failing}, ${times}, last ${shopTime(Date.parse(result.at), zone)}`, DEEPER, width).map(
      (line) => chalk.dim(line),
    ),
    ...(result.error === null ? [] : wrap(where + clean(result.error, 4_000), DEEPER, width)),
    ...factLines(result, style),
    ...(note === null ? [] : wrap(note, DEEPER, width)),
    ...(deciding === null ? [] : wrap(deciding, DEEPER, width).map((line) => chalk.cyan(line))),
  ];
}

/** What an answer rests on: the state that was read, and the last sweep in it that covered everything. */
interface Source {
  /** Start of the sweep, ISO 8601; null: none is on record. */
  sweep: string | null;
  /** Epoch milliseconds. */
  now: number;
  /** The state that was read. */
  place: string;
  /** The calls that are advised are on the sandbox. */
  sandbox: boolean;
}

function lastSweep({ sweep, now }: Pick<Source, 'sweep' | 'now'>, zone: string): string | null {
  if (sweep === null) return null;
  const at = Date.parse(sweep);
  return `the last sweep that covered everything began ${agoText(now - at)}, ${shopTime(at, zone)}`;
}

/** Of which state runs are told, and since when nobody has looked at all events. */
export function sourceLines(source: Omit<Source, 'sandbox'>, style: HistoryStyle): string[] {
  const known = lastSweep(source, style.zone) ?? 'no sweep that covered everything is on record there';
  return wrap(`In ${clean(source.place, 300)}: ${known}`, '', style.width);
}

/** How many failures stand, and by which sweep that is known: without one nobody has looked at all events. */
export function standingLines(count: number, { sandbox, ...source }: Source, style: HistoryStyle): string[] {
  const failures = count === 0 ? 'No failures stand' : `${count} standing`;
  const known = lastSweep(source, style.zone);
  const where = clean(source.place, 300);
  if (known !== null) return wrap(`${failures} in ${where}; ${known}`, '', style.width);
  const unknown = `no sweep that covered everything is on record in ${where}`;
  const advice = 'Run one (ts-reconcile sync), or name the state of your runs (STATE_DIR, STATE_URL).';
  const text =
    count === 0
      ? `Whether failures stand is not known: ${unknown}. ${advice}`
      : `${failures}; whether others do is not known: ${unknown}. ${advice}`;
  return wrap(sandbox ? onSandbox(text) : text, '', style.width);
}
