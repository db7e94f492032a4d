import { clean } from '../text/text.js';
import { wrap } from '../text/width.js';
import { drawTable } from './grid.js';
import type { Change } from './schema.js';

/** A line of a plan: `+` what is made, `-` what is taken away, `~` what is changed. */
export interface PlannedLine {
  sign: '+' | '-' | '~';
  text: string;
}

/** What stands before each line. */
const SIGN = '+ ';
const ITEM_COLUMNS = [
  { head: '', align: 'right' },
  { head: '' },
  { head: '', align: 'right' },
  { head: '', align: 'right' },
] as const;
/** The header's figures in the order in which they add up, and how people call them. */
const FIGURES = [
  ['subtotal', 'subtotal'],
  ['discount', 'discount'],
  ['tax', 'tax'],
  ['gratuity', 'gratuity'],
  ['surcharge', 'fees'],
  ['final_total', 'total'],
  ['remaining_due', 'due'],
] as const;

function field(change: Change, name: string, max = 60): string | null {
  const value = change[name];
  return typeof value === 'string' || typeof value === 'number' ? clean(String(value), max) : null;
}

/**
 * Every line and amount that would be written, each in a line of its own: what a dry run is read for.
 *
 * @param columns at most so many, the sign included; infinite: as many as it takes
 */
export function plannedLines(changes: readonly Change[], columns: number): PlannedLine[] {
  const room = columns - SIGN.length;
  const items = changes.filter(({ action }) => action === 'add_item').map(itemCells);
  const { rows } = drawTable(ITEM_COLUMNS, items, { columns: room });
  let next = 0;
  return changes.flatMap((change): PlannedLine[] => {
    if (change.action !== 'add_item') return other(change, room);
    next += 1;
    return (rows[next - 1] ?? []).map((text) => ({ sign: '+', text }));
  });
}

function itemCells(change: Change): [string, string, string, string] {
  return [
    `${field(change, 'quantity') ?? '?'} ×`,
    field(change, 'name', 250) ?? `product ${field(change, 'product') ?? '?'}`,
    field(change, 'price') ?? '?',
    field(change, 'total') ?? '',
  ];
}

function other(change: Change, columns: number): PlannedLine[] {
  const [sign, text] = worded(change);
  return wrap(text, '', columns).map((line) => ({ sign, text: line }));
}

function worded(change: Change): [PlannedLine['sign'], string] {
  switch (change.action) {
    case 'create_order': {
      const parts = [
        `order in establishment ${field(change, 'establishment') ?? '?'}`,
        ...(field(change, 'date') === null ? [] : [`dated ${field(change, 'date')}`]),
        ...(field(change, 'call_name', 120) ? [`for ${field(change, 'call_name', 120)}`] : []),
      ];
      return ['+', parts.join(', ')];
    }
    case 'remove_item':
      return ['-', `line ${field(change, 'item') ?? '?'}${ofProduct(change)}`];
    case 'set_totals': {
      const shown = FIGURES.flatMap(([name, word]) => {
        const amount = field(change, name);
        const always = name === 'subtotal' || name === 'final_total' || name === 'remaining_due';
        return amount === null || (!always && amount === '0.00') ? [] : [`${word} ${amount}`];
      });
      return ['~', shown.join(', ')];
    }
    case 'add_payment': {
      const type = field(change, 'payment_type');
      const tip = field(change, 'tip');
      const paid = `payment of ${field(change, 'amount') ?? '?'}${tip === null ? '' : ` with a tip of ${tip}`}`;
      return ['+', `${paid}${type === null ? '' : ` (payment type ${type})`}`];
    }
    case 'remove_payment':
      return ['-', `payment ${field(change, 'payment') ?? '?'} of ${field(change, 'amount') ?? '?'}`];
    case 'mark_printed':
      return ['~', 'marked as printed'];
    case 'make_visible':
      return ['~', 'shown to staff'];
    case 'mark_deleted':
      return ['-', `order ${field(change, 'order') ?? '?'} (marked as deleted)`];
    default:
      return ['~', clean(change.action.replaceAll('_', ' '), 60)];
  }
}

function ofProduct(change: Change): string {
  const product = field(change, 'product');
  return product === null ? '' : ` of product ${product}`;
}
