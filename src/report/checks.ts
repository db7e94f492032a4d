import type { ChalkInstance } from 'chalk';
import { wrap } from '../text/width.js';
import { type Column, drawTable } from './grid.js';
import { chalkOf, type OutputStyle } from './style.js';
import { ruleOf } from './table.js';

/** Green, yellow, red, and not looked at. */
export type CheckStatus = 'ok' | 'warning' | 'failed' | 'skipped';

/** What a failure comes from; decides the exit code. */
export type FailureCause = 'configuration' | 'credentials' | 'other';

/** One line of the table. */
export interface Check {
  /** A few words, at most 20 characters. */
  name: string;
  status: CheckStatus;
  /** What was found. */
  message: string;
  /** Single findings behind the message. */
  details: string[];
  /** What to do, a sentence; null: nothing. */
  hint: string | null;
  /** Null unless failed. */
  cause: FailureCause | null;
}

const WORDS: Readonly<Record<CheckStatus, string>> = {
  ok: 'ok',
  warning: 'warn',
  failed: 'FAIL',
  skipped: '-',
};
/** Checks are printed one by one, as they end: the widths are known beforehand. */
const COLUMNS: readonly Column[] = [
  { head: '', width: 4 },
  { head: 'check', width: 20 },
  { head: 'finding' },
];
const INDENT = ' '.repeat(28);
/** Single findings shown below a line. */
const MAX_DETAILS = 8;

/** Renders one check: a row, its findings and its hint below. */
export interface CheckRenderer {
  /** The line of headings. */
  head: string[];
  render(check: Check): string[];
}

/** A renderer for the style; colours say what the words say too. */
export async function checkRenderer(style: OutputStyle): Promise<CheckRenderer> {
  const chalk = await chalkOf(style);
  const { width: columns } = style;
  return {
    head: drawTable(COLUMNS, [], { columns })
      .head.map((line) => chalk.dim(line))
      .concat(ruleOf(style, chalk)),
    render: ({ status, name, message, details, hint }) => {
      const row = [{ text: WORDS[status], paint: paint(status, chalk) }, name, message];
      const [lines = []] = drawTable(
        COLUMNS.map((column) => ({ ...column, head: '' })),
        [row],
        { columns },
      ).rows;
      const left = details.length - MAX_DETAILS;
      return [
        ...lines,
        ...details.slice(0, MAX_DETAILS).flatMap((detail) => wrap(`- ${detail}`, INDENT, columns)),
        ...(left > 0 ? wrap(`- and ${left} more (--json shows them all)`, INDENT, columns) : []),
        ...(hint === null ? [] : wrap(`→ ${hint}`, INDENT, columns).map((line) => chalk.cyan(line))),
      ];
    },
  };
}

function paint(status: CheckStatus, chalk: ChalkInstance): (text: string) => string {
  switch (status) {
    case 'ok':
      return chalk.green;
    case 'warning':
      return chalk.yellow;
    case 'failed':
      return chalk.red;
    case 'skipped':
      return chalk.dim;
  }
}

/** How many checks ended how. */
export function checkCounts(checks: readonly Check[]): Record<CheckStatus, number> {
  const counts: Record<CheckStatus, number> = { ok: 0, warning: 0, failed: 0, skipped: 0 };
  for (const { status } of checks) counts[status] += 1;
  return counts;
}

/** The last line. */
export function checkSummary(checks: readonly Check[]): string {
  const { ok, warning, failed, skipped } = checkCounts(checks);
  return `${ok} ok, ${warning} to look at, ${failed} failed, ${skipped} not checked`;
}
