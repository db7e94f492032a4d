import type { Certainty, FindingName, FindingValue } from '../domain/account.js';
import { type Cents, formatCents, parseCents, zero } from '../domain/money.js';
import type { RawFields, RawOrder } from './session.js';

/** Takes a conclusion down, unless there is none. */
export type Put = <N extends FindingName>(
  name: N,
  value: FindingValue<N> | null | undefined,
  certainty: Certainty,
  why: string,
) => void;

/** Money of a row in cents; null: not told, or no money. */
export function moneyOf(value: RawFields[string] | undefined): Cents | null {
  if (typeof value !== 'number' && typeof value !== 'string') return null;
  return parseCents(typeof value === 'number' ? value.toFixed(6) : value);
}

/** Whether a POS has opened the order since it was read the first time. */
export function isOpenedSince(before: RawOrder, now: RawOrder): boolean {
  const changed = (field: string) => now.order[field] !== before.order[field];
  const isSet = (field: string) => now.order[field] !== null && now.order[field] !== undefined;
  return (changed('check_sum') && isSet('check_sum')) || (changed('updated_by') && isSet('updated_by'));
}

/** Whether people have paid on the order or voided a line of it meanwhile, which no POS does by opening it. */
export function isWorkedOn(before: RawOrder, now: RawOrder): boolean {
  const paid = new Set(before.payments.map(({ id }) => id));
  const isVoided = ({ voided_date }: RawFields) => Boolean(voided_date);
  const voided = new Set(before.items.filter(isVoided).map(({ id }) => id));
  return (
    now.payments.some(({ id, deleted }) => deleted !== true && !paid.has(id)) ||
    now.items.some((item) => isVoided(item) && !voided.has(item.id))
  );
}

/** An amount for a person. */
export function shown(amount: Cents | null | undefined): string {
  return amount === null || amount === undefined ? 'nothing' : formatCents(amount);
}

/** The figures of an order as numbers of cents; 0 where there is nothing. */
export function figures({ order }: RawOrder) {
  const of = (field: string) => moneyOf(order[field]) ?? zero;
  return {
    subtotal: of('subtotal'),
    discount: of('discount_amount'),
    tax: of('tax'),
    gratuity: of('gratuity'),
    surcharge: of('surcharge'),
    finalTotal: of('final_total'),
    remainingDue: of('remaining_due'),
  };
}
