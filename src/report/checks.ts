import type { ChalkInstance } from 'chalk';
import { wrap } from '../text/width.js';
import type { OutputStyle } from './output.js';

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
const WORD_WIDTH = 4;
const NAME_WIDTH = 20;
const GAP = '  ';
const INDENT = ' '.repeat(WORD_WIDTH + NAME_WIDTH + 2 * GAP.length);
/** Single findings shown below a line. */
const MAX_DETAILS = 8;

/** Renders one check: a line, its findings and its hint below. */
export type CheckRenderer = (check: Check) => string[];

/** A renderer for the style; colours say what the words say too. */
export async function checkRenderer(style: OutputStyle): Promise<CheckRenderer> {
  const { Chalk } = await import('chalk');
  const chalk = new Chalk({ level: style.terminal ? 1 : 0 });
  const width = style.terminal ? style.width : Number.POSITIVE_INFINITY;
  return (check) => {
    const { status, name, message, details, hint } = check;
    const [first = '', ...rest] = wrap(message, INDENT, width);
    const word = paint(status, chalk)(WORDS[status].padEnd(WORD_WIDTH));
    const shown = details.slice(0, MAX_DETAILS);
    const left = details.length - shown.length;
    return [
      `${word}${GAP}${name.padEnd(NAME_WIDTH)}${GAP}${first.slice(INDENT.length)}`,
      ...rest,
      ...shown.flatMap((detail) => wrap(`- ${detail}`, INDENT, width)),
      ...(left > 0 ? [`${INDENT}- and ${left} more (--json shows them all)`] : []),
      ...(hint === null ? [] : wrap(`→ ${hint}`, INDENT, width).map((line) => chalk.cyan(line))),
    ].map((line) => line.trimEnd());
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
