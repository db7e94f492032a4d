import type { ChalkInstance } from 'chalk';
import { clean } from '../text/text.js';
import { columnsOf, fitColumns, wrap } from '../text/width.js';
import { describeChanges } from './changes.js';
import { differenceLines } from './differences.js';
import type { OutputStyle } from './output.js';
import { type PlannedLine, plannedLines } from './planned.js';
import type { EventResult, RunReport } from './schema.js';
import { isSameSentence, placeOf, sharing } from './shared.js';

const GAP = '  ';
const MIN_NAME = 8;
const MAX_NAME = 40;
/** Columns that are left of a status or reason, and of a name or order, on a terminal that has no more room. */
const MIN_STATUS = 9;
const MIN_CUT = 4;

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

function paint(status: EventResult['status'], text: string, chalk: ChalkInstance): string {
  switch (status) {
    case 'injected':
      return chalk.green(text);
    case 'repaired':
      return chalk.yellow(text);
    case 'skipped':
      return chalk.dim(text);
    case 'failed':
      return chalk.red(text);
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

/** Locations in alphabetical order; what failed comes last, where it is seen, and what was missed last of all. */
function sectionsOf(events: readonly EventResult[]): Section[] {
  const groups = new Map<string, EventResult[]>();
  for (const event of events.filter(({ status }) => status !== 'failed')) {
    const title = clean(event.location ?? '', 60) || '(no location)';
    groups.set(title, [...(groups.get(title) ?? []), event]);
  }
  const sections = [...groups].map(([title, members]) => ({
    title,
    failed: false,
    events: members.toSorted(byDate),
  }));
  sections.sort((a, b) => a.title.localeCompare(b.title));
  const failed = sharing(events.filter(({ status }) => status === 'failed').toSorted(byDate));
  const last = [
    { title: 'Failed', failed: true, events: failed.filter(({ reason }) => reason !== 'MISSED') },
    {
      title: 'Missed: no order, and the time for it has passed',
      failed: true,
      events: failed.filter(({ reason }) => reason === 'MISSED'),
    },
  ];
  return [...sections, ...last.filter(({ events }) => events.length > 0)];
}

/** The widths, each in turn made smaller down to its minimum until they are small enough together. */
function shortened(columns: readonly { width: number; least: number }[], excess: number): number[] {
  let left = excess;
  return columns.map(({ width, least }) => {
    const less = Math.max(Math.min(left, width - least), 0);
    left -= less;
    return width - less;
  });
}

/** One aligned line per event, in order. */
async function alignRows(
  events: readonly EventResult[],
  dryRun: boolean,
  style: OutputStyle,
  chalk: ChalkInstance,
): Promise<string[]> {
  const { default: Table } = await import('cli-table3');
  const narrow = style.terminal && style.width < 100;
  const cells = events.map((event) => [
    dateText(event.date, narrow),
    clean(event.id, 18),
    narrow ? (event.reason ?? statusText(event.status, dryRun)) : statusText(event.status, dryRun),
    narrow ? '' : (event.reason ?? ''),
    clean(event.revel_order_id ?? '-', 18),
    clean(event.total ?? '-', 16),
  ]);
  const widths = cells.reduce(
    (widest, row) => widest.map((width, column) => Math.max(width, row[column]?.length ?? 0)),
    [0, 0, 0, 0, 0, 0],
  );
  // A narrow terminal has no room for both a status and its reason, which says as much.
  const taken = widths.reduce((sum, width) => sum + width + GAP.length, 0) - (narrow ? GAP.length : 0);
  const room = style.terminal ? style.width - taken : MAX_NAME;
  const names = events.map((event) => clean(event.name ?? '-', 200));
  const longest = names.reduce((most, name) => Math.max(most, columnsOf(name)), MIN_NAME);
  const wanted = Math.min(Math.max(room, MIN_NAME), longest, MAX_NAME);

  const [date = 0, id = 0, widestStatus = 0, reason = 0, widestOrder = 0, total = 0] = widths;
  // A terminal breaks a line that is too long at its end, inside of the amount.
  const [status = 0, nameWidth = 0, order = 0] = shortened(
    [
      { width: widestStatus, least: MIN_STATUS },
      { width: wanted, least: MIN_CUT },
      { width: widestOrder, least: MIN_CUT },
    ],
    Math.max(wanted - room, 0),
  );
  const blank = Object.fromEntries(
    ['top', 'bottom', 'mid', 'left', 'right'].flatMap((edge) =>
      ['', '-mid', '-left', '-right'].map((suffix) => [edge + suffix, '']),
    ),
  );
  const table = new Table({
    chars: { ...blank, middle: GAP },
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [], compact: true },
    // A width of 0 would be taken for none given.
    colWidths: [date, id, nameWidth, status, ...(narrow ? [] : [Math.max(reason, 1)]), order, total],
    colAligns: ['left', 'left', 'left', 'left', ...(narrow ? [] : ['left' as const]), 'left', 'right'],
  });
  events.forEach((event, index) => {
    const [when, key, state = '', why = '', orderId, amount] = cells[index] ?? [];
    const row = [
      when,
      key,
      fitColumns(names[index] ?? '', nameWidth),
      paint(event.status, fitColumns(state, status), chalk),
      ...(narrow ? [] : [chalk.dim(why)]),
      fitColumns(orderId ?? '', order),
      amount,
    ];
    table.push(row);
  });
  return table.toString().split('\n');
}

/**
 * What stands below an event's line: its sentence, what differs, and what was done or is planned. A sentence that holds
 * for the next event as well is said below the last of them.
 */
function details(
  event: EventResult,
  { place, next }: { place: string | null; next: EventResult | undefined },
  shown: View['changes'],
  style: OutputStyle,
  chalk: ChalkInstance,
): string[] {
  const width = style.terminal ? style.width : Number.POSITIVE_INFINITY;
  const lines: string[] = [];
  if (event.error !== null && !(next && isSameSentence(event, next))) {
    const about = place === null ? '' : `${clean(place, 60)}: `;
    lines.push(...wrap(about + clean(event.error, 4000), '    ', width));
  }
  if (event.status !== 'skipped' || shown !== 'done') {
    for (const note of event.notes) lines.push(...wrap(`note: ${clean(note, 4000)}`, '    ', width));
  }
  const [head, ...rows] = differenceLines(event.differences, '      ', width);
  if (head !== undefined) lines.push(chalk.dim(head), ...rows);
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

/** `2026-11-12 20:00 to 2026-11-14 20:00 UTC`. */
function windowText({ from, to }: { from: string; to: string }): string {
  const [first, last] = [from, to].map((text) => /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)[\d:.]*Z$/.exec(text));
  if (!first || !last) return `${clean(from, 40)} to ${clean(to, 40)}`;
  return `${first[1]} ${first[2]} to ${last[1]} ${last[2]} UTC`;
}

function heading(report: RunReport): string[] {
  const window = report.window ? windowText(report.window) : '';
  if (report.dry_run) return [`Dry run${window && `, ${window}`}: nothing has been written`, ''];
  return window ? [`Sweep, ${window}`, ''] : [];
}

/** What is shown of a report, and in which order. */
export interface View {
  heading: string[];
  sections: Section[];
  /** What is said of changes: every line and amount that would be written, what was done in short, or nothing. */
  changes: 'planned' | 'done' | 'none';
  summary: string;
}

/**
 * The report for people: events by location, failures last with their sentence, the summary in the last line.
 * Ends in a newline. For a terminal with rules and colour, otherwise plain aligned lines.
 */
export function renderReport(report: RunReport, style: OutputStyle): Promise<string> {
  const sections = sectionsOf(report.events);
  const summary = summaryLine(report);
  const changes = report.dry_run ? 'planned' : 'done';
  return renderView(report, { heading: heading(report), sections, changes, summary }, style);
}

/** The same with another choice of what is shown. */
export async function renderView(
  report: RunReport,
  { heading, sections, changes, summary }: View,
  style: OutputStyle,
): Promise<string> {
  const { Chalk } = await import('chalk');
  const chalk = new Chalk({ level: style.terminal ? 1 : 0 });
  const events = sections.flatMap((section) => section.events);
  const rows = events.length === 0 ? [] : await alignRows(events, report.dry_run, style, chalk);
  const rule = style.terminal ? [chalk.dim('─'.repeat(style.width))] : [];

  const lines = heading.map((line) => chalk.bold(line));
  let next = 0;
  for (const section of sections) {
    lines.push((section.failed ? chalk.bold.red : chalk.bold)(section.title), ...rule);
    const shopOf = placeOf(section.events);
    for (const [at, event] of section.events.entries()) {
      const around = { place: shopOf(event), next: section.events[at + 1] };
      lines.push(rows[next] ?? '', ...details(event, around, changes, style, chalk));
      next += 1;
    }
    lines.push('');
  }
  if (report.error) {
    const { message, hint } = report.error;
    const width = style.terminal ? style.width : Number.POSITIVE_INFINITY;
    lines.push(...wrap(`Error: ${clean(message, 4000)}`, '', width).map((line) => chalk.red(line)));
    if (hint !== null) lines.push(...wrap(clean(hint, 1000), '', width));
    lines.push('');
  }
  const paintSummary = report.success ? chalk.green : chalk.red;
  lines.push(paintSummary(summary));
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}
