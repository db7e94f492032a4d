import { clean, plural } from '../text/text.js';
import type { Change } from './schema.js';

function field(change: Change, name: string): string {
  const value = change[name];
  return typeof value === 'string' || typeof value === 'number' ? clean(String(value), 60) : '?';
}

function describe(change: Change, count: number): string {
  switch (change.action) {
    case 'create_order':
      return `create order in establishment ${field(change, 'establishment')}`;
    case 'add_item':
      return `add ${plural(count, 'item')}`;
    case 'remove_item':
      return `remove ${plural(count, 'item')}`;
    case 'set_totals':
      return `set totals to ${field(change, 'final_total')}, of which ${field(change, 'remaining_due')} is due`;
    case 'add_payment':
      return `add payment of ${field(change, 'amount')}${'tip' in change ? ` with a tip of ${field(change, 'tip')}` : ''}`;
    case 'remove_payment':
      return `remove ${plural(count, 'payment')}`;
    case 'mark_printed':
      return 'mark as printed';
    case 'make_visible':
      return 'make visible to staff';
    case 'mark_deleted':
      return `mark order ${field(change, 'order')} as deleted`;
    default:
      return clean(change.action.replaceAll('_', ' '), 60);
  }
}

/** Actions of which several in a row are told as one. */
const COUNTED: readonly string[] = ['add_item', 'remove_item', 'remove_payment'];

/** Changes in words, in their order: `create order in establishment 8`, `add 4 items`, … */
export function describeChanges(changes: readonly Change[]): string[] {
  const words: string[] = [];
  for (let index = 0; index < changes.length; ) {
    const change = changes[index];
    if (!change) break;
    let count = 1;
    if (COUNTED.includes(change.action)) {
      while (changes[index + count]?.action === change.action) count += 1;
    }
    words.push(describe(change, count));
    index += count;
  }
  return words;
}
