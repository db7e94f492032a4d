import type { ChalkInstance } from 'chalk';
import { clean } from '../text/text.js';
import { wrap } from '../text/width.js';
import { describeChanges } from './changes.js';
import { type Cell, type Column, type Drawn, drawTable } from './grid.js';
import { type PlannedLine, plannedLines } from './planned.js';
import type { EventResult, RunReport } from './schema.js';
import { decidingLine } from './settling.js';
import { isSameSentence, placeOf, sharing } from './sharing.js';
import { noShops, type Shops, shopTime, titleOf, zoneName } from './shops.js';
import { chalkOf, type OutputStyle } from './style.js';
import { tableLines, tablesOf } from './tables.js';

const MAX_NAME = 80;
/** A terminal of fewer columns has no room for both a status and its reason, which says as much. */
const WIDE = 100;

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `2026-11-14`, or `Nov 14` where room is scarce. */
function dateText(date: string | null, short: boolean): string {
  if (date === null) return '-';
  const match = short ? /^\d{4}-(\d{2})-(\d{2})$/.exec(date) : null;
  const month = match ? months[Number(match[1]) - 1] : undefined;
  return match && month ? `${month} ${Number(match[2])}` : clean(date, 10);
}

function statusText(status: EventResult['status'], dryRun: boolean): string {
  if (!dryRun) return status;
  switch (status) {
    case 'injected':
      return 'to inject';
    case 'repaired':
      return 'to repair';
    case 'skipped':
    case 'failed':
      return status;
  }
}

/** The colour of a status. */
export function paintOf(status: EventResult['status'], chalk: ChalkInstance): (text: string) => string {
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

/** A heading and the events below it. */
export interface Section {
  title: string;
  failed: boolean;
  events: EventResult[];
}

/** Soonest first. */
export function byDate(a: EventResult, b: EventResult): number {
  return (a.date ?? '').localeCompare(b.date ?? '') || Number(a.id) - Number(b.id);
}

/** Each day, shop by shop, with what its events come to. */
export function byDayAndShop(events: readonly EventResult[], shops: Shops): Section[] {
  const groups = new Map<string, EventResult[]>();
  for (const event of events) {
    const key = `${event.date ?? '9999'} ${event.location ?? ''}`;
    groups.set(key, [...(groups.get(key) ?? []), event]);
  }
  return [...groups]
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([, members]) => ({
      title: titleOf(members, shops),
      failed: false,
      events: members.toSorted(byDate),
    }));
}

/** Days and shops; what failed comes last, where it is seen, and what was missed last of all. */
function sectionsOf(events: readonly EventResult[], shops: Shops): Section[] {
  const failed = sharing(events.filter(({ status }) => status === 'failed').toSorted(byDate));
  const last = [
    { title: 'Failed', failed: true, events: failed.filter(({ reason }) => reason !== 'MISSED') },
    {
      title: 'Missed: no order, and the time for it has passed',
      failed: true,
      events: failed.filter(({ reason }) => reason === 'MISSED'),
    },
  ];
  return [
    ...byDayAndShop(
      events.filter(({ status }) => status !== 'failed'),
      shops,
    ),
    ...last.filter((section) => section.events.length > 0),
  ];
}

/** A row for each event, in order. */
function rowsOf(
  events: readonly EventResult[],
  dryRun: boolean,
  style: OutputStyle,
  chalk: ChalkInstance,
): Drawn {
  const isWide = style.width >= WIDE;
  const linked = (address: string | null) => (style.links ? address : null);
  const columns: Column[] = [
    { head: 'date', whole: true },
    { head: 'event', whole: true },
    { head: 'name' },
    ...(isWide ? [{ head: 'status' }, { head: 'reason' }] : [{ head: 'result' }]),
    { head: 'order' },
    { head: 'total', align: 'right', whole: true },
  ];
  const rows = events.map((event): Cell[] => {
    const status = statusText(event.status, dryRun);
    const paint = paintOf(event.status, chalk);
    const result: Cell[] = isWide
      ? [
          { text: status, paint },
          { text: event.reason ?? '', paint: chalk.dim },
        ]
      : [{ text: event.reason ?? status, paint }];
    return [
      dateText(event.date, !isWide),
      { text: clean(event.id, 18), link: linked(event.links.event) },
      clean(event.name ?? '-', MAX_NAME),
      ...result,
      { text: clean(event.revel_order_id ?? '-', 18), link: linked(event.links.order) },
      clean(event.total ?? '-', 16),
    ];
  });
  return drawTable(columns, rows, { columns: style.width });
}

/**
 * What stands below an event's line: its sentence, what differs, and what was done or is planned. A sentence that holds
 * for the next event as well is said below the last of them.
 */
function details(
  event: EventResult,
  { place, next }: { place: string | null; next: EventResult | undefined },
  shown: View['changes'],
  { width, links }: OutputStyle,
  chalk: ChalkInstance,
): string[] {
  const lines: string[] = [];
  if (event.error !== null && !(next && isSameSentence(event, next))) {
    const about = place === null ? '' : `${clean(place, 60)}: `;
    lines.push(...wrap(about + clean(event.error, 4000), '    ', width));
  }
  if (event.status !== 'skipped' || shown !== 'done') {
    for (const note of event.notes) lines.push(...wrap(`note: ${clean(note, 4000)}`, '    ', width));
  }
  lines.push(...tableLines(tablesOf(event), '      ', width, { links, dim: chalk.dim }));
  if (shown === 'planned') {
    for (const { sign, text } of plannedLines(event.changes, width - 4)) {
      lines.push(`    ${signed(sign, chalk)} ${text}`);
    }
  } else if (shown === 'done' && event.status === 'repaired') {
    for (const words of describeChanges(event.changes)) lines.push(...wrap(`- ${words}`, '    ', width));
  }
  return lines;
}

function signed(sign: PlannedLine['sign'], chalk: ChalkInstance): string {
  switch (sign) {
    case '+':
      return chalk.green(sign);
    case '-':
      return chalk.red(sign);
    case '~':
      return chalk.yellow(sign);
  }
}

function summaryLine({ summary, dry_run, duration_ms }: RunReport): string {
  const [inject, repair] = dry_run ? ['to inject', 'to repair'] : ['injected', 'repaired'];
  const counts = [
    `${summary.queried} queried`,
    `${summary.injected} ${inject}`,
    `${summary.repaired} ${repair}`,
    `${summary.skipped} skipped`,
    `${summary.failed} failed`,
  ];
  return `${dry_run ? 'Dry run: ' : ''}${counts.join(', ')} (${(duration_ms / 1000).toFixed(1)} s)`;
}

/** `2026-11-12 12:00 to 2026-11-14 12:00 PST`. */
function windowText({ from, to }: { from: string; to: string }, zone: string): string {
  const [first = Number.NaN, last = Number.NaN] = [from, to].map((text) =>
    /T.*Z$/.test(text) ? Date.parse(text) : Number.NaN,
  );
  if (Number.isNaN(first + last)) return `${clean(from, 40)} to ${clean(to, 40)}`;
  const begin = shopTime(first, zone);
  // The clocks may have been changed between the two.
  const isSame = zoneName(first, zone) === zoneName(last, zone);
  return `${isSame ? begin.slice(0, 16) : begin} to ${shopTime(last, zone)}`;
}

function heading(report: RunReport, zone: string): string[] {
  const window = report.window ? windowText(report.window, zone) : '';
  if (report.dry_run) return [`Dry run${window && `, ${window}`}: nothing has been written`, ''];
  return window ? [`Sweep, ${window}`, ''] : [];
}

/** What is shown of a report, and in which order. */
export interface View {
  heading: string[];
  sections: Section[];
  /** What is said of changes: every line and amount that would be written, what was done in short, or nothing. */
  changes: 'planned' | 'done' | 'none';
  /** Null: nothing is to be counted. */
  summary: string | null;
  /** Whether a person who is to decide is told how; with calls on the sandbox or not. */
  settling: 'own' | 'sandbox' | 'none';
}

/** Which events of a report are shown; of the others it is said how many there are. */
export interface Shown {
  /** `changes`, `failures`, statuses and reasons; null: all. */
  only: readonly string[] | null;
  /** Ids of events whose failure has stood for some time: a line, without the sentence. */
  known: ReadonlySet<string>;
  sandbox: boolean;
  shops: Shops;
}

const ALL: Shown = { only: null, known: new Set(), sandbox: false, shops: noShops };

function isShown(event: EventResult, only: readonly string[]): boolean {
  return only.some((word) => {
    if (word === 'changes') return event.status === 'injected' || event.status === 'repaired';
    if (word === 'failures') return event.status === 'failed';
    return event.status === word || event.reason === word;
  });
}

/** `12 more: 8 ALREADY_INJECTED, 4 TOO_EARLY`. */
function folded(events: readonly EventResult[]): string[] {
  if (events.length === 0) return [];
  const counts = new Map<string, number>();
  for (const { status, reason } of events)
    counts.set(reason ?? status, (counts.get(reason ?? status) ?? 0) + 1);
  const parts = [...counts].toSorted(([a, many], [b, more]) => more - many || a.localeCompare(b));
  return [`${events.length} more: ${parts.map(([word, count]) => `${count} ${word}`).join(', ')}`, ''];
}

/**
 * The report for people: events by day and shop, failures last with their sentence, the summary in the last line.
 * Ends in a newline.
 */
export function renderReport(report: RunReport, style: OutputStyle, shown: Shown = ALL): Promise<string> {
  const { only, known, sandbox, shops } = shown;
  const events = only === null ? report.events : report.events.filter((event) => isShown(event, only));
  const isKnown = ({ id, status }: EventResult) => status === 'failed' && known.has(id);
  const before = events.filter(isKnown).toSorted(byDate);
  const sections = sectionsOf(
    events.filter((event) => !isKnown(event)),
    shops,
  );
  if (before.length > 0) sections.push({ title: 'Failing as before', failed: true, events: before });
  const summary = summaryLine(report);
  const changes = report.dry_run ? 'planned' : 'done';
  const others = report.events.filter((event) => !events.includes(event));
  const view: View = {
    heading: heading(report, shops.zone),
    sections,
    changes,
    summary,
    settling: sandbox ? 'sandbox' : 'own',
  };
  return renderView(report, view, style, { known, others });
}

/** A look at single events: what differs, and what would be written. */
export function renderLook(
  report: RunReport,
  style: OutputStyle,
  { shops }: Pick<Shown, 'shops'> = ALL,
): Promise<string> {
  const sections = sectionsOf(report.events, shops);
  const view: View = { heading: [], sections, changes: 'planned', summary: null, settling: 'none' };
  return renderView(report, view, style);
}

/** The same with another choice of what is shown. */
export async function renderView(
  report: RunReport,
  { heading, sections, changes, summary, settling }: View,
  style: OutputStyle,
  { known, others }: { known: ReadonlySet<string>; others: readonly EventResult[] } = {
    known: ALL.known,
    others: [],
  },
): Promise<string> {
  const chalk = await chalkOf(style);
  const events = sections.flatMap((section) => section.events);
  const drawn = rowsOf(events, report.dry_run, style, chalk);
  const lines = heading.flatMap((line) => wrap(line, '', style.width)).map((line) => chalk.bold(line));
  if (events.length > 0) lines.push(...drawn.head.map((line) => chalk.dim(line)), ...ruleOf(style, chalk));
  let next = 0;
  for (const section of sections) {
    const title = wrap(section.title, '', style.width);
    lines.push(...title.map((line) => (section.failed ? chalk.bold.red : chalk.bold)(line)));
    const shopOf = placeOf(section.events);
    for (const [at, event] of section.events.entries()) {
      const around = { place: shopOf(event), next: section.events[at + 1] };
      lines.push(...(drawn.rows[next] ?? []));
      if (!(event.status === 'failed' && known.has(event.id))) {
        lines.push(...details(event, around, changes, style, chalk));
        const deciding =
          event.status === 'failed' && decidingLine(event.reason, event.id, settling === 'sandbox');
        if (settling !== 'none' && deciding) {
          lines.push(...wrap(deciding, '    ', style.width).map((line) => chalk.cyan(line)));
        }
      }
      next += 1;
    }
    lines.push('');
  }
  lines.push(...folded(others).flatMap((line) => wrap(line, '', style.width)));
  if (report.error) {
    const { message, hint } = report.error;
    lines.push(...wrap(`Error: ${clean(message, 4000)}`, '', style.width).map((line) => chalk.red(line)));
    if (hint !== null) lines.push(...wrap(clean(hint, 1000), '', style.width));
    lines.push('');
  }
  const paintSummary = report.success ? chalk.green : chalk.red;
  if (summary !== null) lines.push(...wrap(summary, '', style.width).map((line) => paintSummary(line)));
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}

/** Below the headings of a table; where there is no terminal, nothing. */
export function ruleOf({ width }: Pick<OutputStyle, 'width'>, chalk: ChalkInstance): string[] {
  return Number.isFinite(width) ? [chalk.dim('─'.repeat(width))] : [];
}
