import type { ChalkInstance } from 'chalk';
import type { Coverage, LineCoverage, LocationCoverage } from '../domain/coverage.js';
import { onSandbox, shellWord } from '../text/calls.js';
import { clean, plural } from '../text/text.js';
import { wrap } from '../text/width.js';
import { type Cell, type Column, drawTable } from './grid.js';
import { chalkOf, type OutputStyle } from './style.js';
import { ruleOf } from './table.js';

const INDENT = '  ';
const DEEPER = '    ';

/** Lines of one location by what they are. */
export function countOf({ lines }: LocationCoverage, kind: LineCoverage['kind']): number {
  return lines.filter((line) => line.kind === kind).length;
}

/**
 * What could go into `products` of the location: each missing or ambiguous name with its nearest product. Names
 * to which nothing is near are left out: there is no id to propose.
 */
export function proposal({ lines }: LocationCoverage): Record<string, number> {
  const entries = lines.flatMap((line): [string, number][] => {
    const [nearest] = line.suggestions;
    return nearest && (line.kind === 'missing' || line.kind === 'ambiguous') ? [[line.name, nearest.id]] : [];
  });
  // Without a prototype, so that a line named `__proto__` is a key like any other.
  return Object.assign(Object.create(null), Object.fromEntries(entries));
}

/** The report for people; ends in a newline. `sandbox`: the calls that are advised are on the sandbox. */
export async function renderCoverage(
  found: Coverage,
  { days, sandbox }: { days: number; sandbox: boolean },
  style: OutputStyle,
): Promise<string> {
  const chalk = await chalkOf(style);
  const { width } = style;
  const rule = ruleOf(style, chalk);
  // Not `map(chalk.red)`: chalk prints every argument it gets, so the index and the list as well.
  const painted = (text: string, indent: string) => wrap(text, indent, width).map((line) => chalk.red(line));
  const lines: string[] = [];

  for (const covered of found.locations) {
    const { location, establishmentId, error } = covered;
    const title = `${clean(location.name, 100)} (Revel establishment ${establishmentId})`;
    lines.push(...wrap(title, '', width).map((line) => chalk.bold(line)), ...rule);
    if (error !== null) {
      lines.push(...painted(`The products could not be read. ${clean(error, 1_000)}`, INDENT), '');
      continue;
    }
    lines.push(...wrap(counts(covered), INDENT, width));
    lines.push(...lineRows(covered.lines, width, chalk));
    lines.push(...proposed(covered, sandbox, width), '');
  }
  if (found.unread.length > 0) {
    lines.push(chalk.bold('Events that could not be looked at'), ...rule);
    for (const { event, location, why } of found.unread) {
      const where = location === null ? '' : `, ${clean(location, 60)}`;
      const head = `${event.date ?? '-'}  ${event.id}  ${clean(event.name, 100)}${where}`;
      lines.push(...wrap(head, '', width), ...wrap(clean(why, 2_000), DEEPER, width));
    }
    lines.push('');
  }
  for (const problem of found.problems) lines.push(...painted(clean(problem, 1_000), ''));
  lines.push(...wrap(summary(found, days), '', width));
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}

function counts(covered: LocationCoverage): string {
  const { events, lines } = covered;
  const kinds = [
    ['matched', 'matched by name'],
    ['mapped', 'mapped'],
    ['open-item', 'as the open item'],
    ['text', 'as text'],
    ['missing', 'missing'],
    ['ambiguous', 'ambiguous'],
  ] as const;
  const parts = kinds
    .map(([kind, words]) => [countOf(covered, kind), words] as const)
    .filter(([count]) => count > 0)
    .map(([count, words]) => `${count} ${words}`);
  const total = `${plural(events, 'event')}, ${plural(lines.length, 'line name')}`;
  return parts.length === 0 ? total : `${total}: ${parts.join(', ')}`;
}

const COLUMNS: readonly Column[] = [
  { head: '' },
  { head: 'line of the event' },
  { head: 'events', align: 'right' },
  { head: 'first' },
  { head: 'near it' },
];

/** A table of the names that somebody has to look at. */
function lineRows(lines: readonly LineCoverage[], width: number, chalk: ChalkInstance): string[] {
  const open = lines.filter(({ kind }) => kind !== 'matched' && kind !== 'mapped');
  if (open.length === 0) return [];
  const rows = open.map((line): Cell[] => {
    const [first] = line.events;
    const { what, paint, near, why = line.why } = described(line, chalk);
    return [
      { text: what, paint },
      `"${clean(line.name, 250)}"${why === null ? '' : ` ${clean(why, 500)}`}`,
      String(line.events.length),
      first ? `${first.date ?? '-'} (${first.id})` : '-',
      near,
    ];
  });
  const { head, rows: drawn } = drawTable(COLUMNS, rows, { columns: width, indent: INDENT });
  return [...head.map((line) => chalk.dim(line)), ...drawn.flat()];
}

function described(line: LineCoverage, chalk: ChalkInstance) {
  const near = line.suggestions.map(({ id, name }) => `${clean(name, 100)} (${id})`).join(', ');
  switch (line.kind) {
    case 'open-item':
      return { what: 'open item', paint: chalk.yellow, near };
    case 'text':
      return { what: 'text', paint: chalk.yellow, near, why: 'has no money and matches no active product' };
    case 'missing':
      return { what: 'missing', paint: chalk.red, near: near || 'nothing near' };
    case 'ambiguous':
      return { what: 'ambiguous', paint: chalk.red, near: near || `products ${line.productIds.join(', ')}` };
    case 'matched':
    case 'mapped':
      return { what: line.kind, paint: chalk.dim, near };
  }
}

function proposed(covered: LocationCoverage, sandbox: boolean, width: number): string[] {
  const entries = Object.entries(proposal(covered));
  if (entries.length === 0) return [];
  const say =
    'If these are right, add them to "products" of this location in the locations file, or each with: ' +
    `ts-reconcile products map "<name>" <productId> --location ${shellWord(clean(covered.location.name, 200))}. They are only the ` +
    'nearest products, and of several with one name the lowest id:';
  const json = entries.map(([name, id]) => `${JSON.stringify(name)}: ${id}`);
  return [
    ...wrap(sandbox ? onSandbox(say) : say, INDENT, width),
    `${DEEPER}"products": {`,
    ...json.map((entry, index) => `${DEEPER}${INDENT}${entry}${index < json.length - 1 ? ',' : ''}`),
    `${DEEPER}}`,
  ];
}

/** The last line, which some will read alone: it must not look like all is well when little was seen. */
function summary({ locations, unread, problems, failed }: Coverage, days: number): string {
  const period = days === 0 ? 'today' : `the next ${days === 1 ? 'day' : plural(days, 'day')}`;
  if (failed) return `Incomplete: nothing could be searched, so nothing is known of ${period}`;
  const sum = (kind: LineCoverage['kind']) =>
    locations.reduce((total, covered) => total + countOf(covered, kind), 0);
  const events = locations.reduce((total, covered) => total + covered.events, 0);
  const left = unread.length === 0 ? '' : `, ${plural(unread.length, 'event')} not looked at`;
  const when = days === 0 ? 'Today' : `Next ${plural(days, 'day')}`;
  const blind = problems.length > 0 || locations.some(({ error }) => error !== null);
  const counted = `${plural(events, 'event')}, ${sum('missing')} missing, ${sum('ambiguous')} ambiguous${left}`;
  return `${when}: ${counted}${blind ? '; incomplete, see above' : ''}`;
}
