/** What of an order is compared with its event, in the words of the report. */
export const differenceFields = [
  'line',
  // What the kitchen is told with the line of this name.
  'text',
  'subtotal',
  'discount',
  'tax',
  'gratuity',
  'surcharge',
  'total',
  'remaining due',
  'payment',
  'day',
] as const;

/**
 * One thing in which an order differs from its event, as data: `event` and `order` are what each of them has, ready to
 * be shown (`30 × 8.24`, `91.09`, `2026-11-14`); null: it has nothing of the kind.
 */
export interface Difference {
  field: (typeof differenceFields)[number];
  /** Name of the line, also for its text and its tax; null for everything else. */
  name: string | null;
  event: string | null;
  order: string | null;
}

/** Texts of the event that its order does not have: once a POS has opened it, nothing brings them to the kitchen. */
export function untoldTexts<T extends Pick<Difference, 'field' | 'event'>>(differences: readonly T[]): T[] {
  return differences.filter(({ field, event }) => field === 'text' && event !== null);
}

/** What differs, in words: the name of a line, `tax of Taco Bar`, `tax`. */
export function differenceName({ field, name }: Pick<Difference, 'field' | 'name'>): string {
  if (name === null) return field;
  return field === 'line' ? name : `${field} of ${name}`;
}

/** `Taco Bar: event 30 × 8.24, order 24 × 8.24`; `tax: event 91.09, order 0.00`. */
export function differenceText(difference: Difference): string {
  const { event, order } = difference;
  const what = differenceName(difference);
  if (order === null) return `${what}: event ${event ?? 'nothing'}, missing in the order`;
  if (event === null) return `${what}: order ${order}, not in the event`;
  return `${what}: event ${event}, order ${order}`;
}

/** So many differences are told in a sentence; all of them are in the report's data. */
const MOST_TOLD = 20;

/** The differences in words, one after the other. */
export function differencesText(differences: readonly Difference[]): string {
  const told = differences.slice(0, MOST_TOLD).map(differenceText);
  const more = differences.length - told.length;
  return [...told, ...(more > 0 ? [`${more} more`] : [])].join('; ');
}
