import type { BillingName, BillingNames } from '../domain/coverage.js';
import type { BillingUse } from '../domain/location.js';
import { onSandbox } from '../text/calls.js';
import { clean, plural } from '../text/text.js';
import { wrap } from '../text/width.js';
import { type Cell, type Column, drawTable } from './grid.js';
import { chalkOf, type OutputStyle } from './style.js';
import { ruleOf } from './table.js';

/** `product 991` or the word that it is. */
function useText(use: BillingUse): string {
  return typeof use === 'object' ? `product ${use.product}` : use;
}

const WHY: Readonly<Record<BillingName['why'], string>> = {
  mapping: 'by the locations file',
  word: 'by a word of its name',
  rest: 'as no word of its name says more',
  total: "if the event's total proves it",
  unclear: 'not clear: events with it fail',
};

const COLUMNS: readonly Column[] = [
  { head: 'counts as' },
  { head: 'row of the bill' },
  { head: 'why' },
  { head: 'events', align: 'right' },
];

/** The table for people; ends in a newline. */
export async function renderBillings(
  found: BillingNames,
  { back, days, sandbox }: { back: number; days: number; sandbox: boolean },
  style: OutputStyle,
): Promise<string> {
  const chalk = await chalkOf(style);
  const { width } = style;
  const rows = found.names.map((each): Cell[] => {
    const use = each.use === null ? (each.why === 'total' ? 'discount' : '?') : useText(each.use);
    const paint = each.why === 'unclear' ? chalk.red : (text: string) => text;
    return [
      { text: use, paint },
      each.name === '' ? '(no name)' : `"${clean(each.name, 250)}"`,
      { text: WHY[each.why], paint },
      String(each.events),
    ];
  });
  const drawn = drawTable(COLUMNS, rows, { columns: width, indent: '  ' });
  const lines =
    found.names.length === 0 ? [] : [...drawn.head.map((line) => chalk.dim(line)), ...ruleOf(style, chalk)];
  let location = '';
  for (const [at, each] of found.names.entries()) {
    if (each.location.name !== location) {
      if (location !== '') lines.push('');
      location = each.location.name;
      lines.push(chalk.bold(clean(location, 100)));
    }
    lines.push(...(drawn.rows[at] ?? []));
  }
  if (found.names.length > 0) lines.push('');
  for (const problem of found.problems) lines.push(...wrap(clean(problem, 1_000), '', width));
  const period = `${plural(back, 'day')} back, ${plural(days, 'day')} ahead`;
  const unclear = found.names.filter(({ why }) => why === 'unclear').length;
  const count = `${plural(found.events, 'event')}, ${plural(found.names.length, 'name')}, ${unclear} not clear`;
  lines.push(
    ...wrap(
      found.failed
        ? `Incomplete: nothing could be searched (${period})`
        : `${period}: ${count}${found.problems.length > 0 ? '; incomplete, see above' : ''}`,
      '',
      width,
    ),
  );
  if (found.names.length > 0) {
    const advice = 'To say what a name is: ts-reconcile billing map "<name>" <use> --location "<location>"';
    lines.push(...wrap(sandbox ? onSandbox(advice) : advice, '', width));
  }
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}
