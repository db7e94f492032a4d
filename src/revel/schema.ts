import { z } from 'zod';
import { type OrderId, orderId } from '../domain/ids.js';
import { type Cents, parseCents, parseQuantity, roundToCents } from '../domain/money.js';
import type { FoundHistory, FoundItem, FoundOrder, FoundPayment } from '../domain/order.js';
import type { Product } from '../domain/products.js';
import type { Establishment } from './types.js';

/** Money and quantities come as JSON numbers in some fields and as strings with 4 or 6 decimals in others. */
const decimal = z.union([z.number(), z.string().max(40)]).nullish();
const flag = z.boolean().nullish();
const text = z.string().max(20_000).nullish();
/** A name for people. Nobody promises that it is told: anything that is no text counts as not told. */
const shownName = text.catch(null).transform((name) => (name?.trim() ? name : null));
const id = z.union([z.number().int().nonnegative(), z.string().regex(/^\d{1,18}$/)]);
/** A foreign key: `/resources/Order/17/`, or a bare id. */
const reference = z.union([z.string().max(300), z.number()]).nullish();

/** Whether a field that only a POS sets has been set. */
const isSet = z
  .unknown()
  .optional()
  .transform((value) => value !== undefined && value !== null && value !== '' && value !== false);

/** Envelope of every list. Rows are checked one by one by the resource's own schema. */
export const listSchema = z.object({
  meta: z.object({
    limit: z.number().int().nullish(),
    offset: z.number().int().nullish(),
    next: z.string().max(20_000).nullish(),
    total_count: z.number().int().nullish(),
  }),
  objects: z.array(z.unknown()).max(5_000),
});

/** Id at the end of a resource URI, or a bare id. Null: absent or something else. */
export function idOf(value: string | number | null | undefined): number | null {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? value : null;
  const digits = /(?:^|\/)(\d{1,15})\/?$/.exec(value ?? '')?.[1];
  return digits === undefined ? null : Number(digits);
}

/** The order that a row hangs on. One that names none may be anybody's: not to count it would be to write it again. */
const parent = reference.transform((value, { addIssue }) => {
  const order = idOf(value);
  if (order === null) addIssue('names no order');
  return orderId(order ?? '');
});

/** A number that was computed in binary may be off in its last digits (`1137.6800000000002`). */
function money(value: string | number | null | undefined): Cents | null {
  if (value === null || value === undefined) return null;
  return parseCents(typeof value === 'number' ? value.toFixed(6) : value);
}

/** A POS computes tax without rounding it; such a figure equals the event if it rounds to it. */
function computedMoney(value: string | number | null | undefined): Cents | null {
  return value === null || value === undefined ? null : roundToCents(value);
}

/** Order, reduced to the fields that are compared. */
export const orderSchema = z
  .object({
    id,
    uuid: text,
    local_id: text,
    establishment: reference,
    created_by: reference.catch(null),
    updated_by: reference,
    created_date: text,
    updated_date: text,
    notes: text,
    deleted: flag,
    printed: flag,
    check_sum: isSet,
    closed: flag.catch(null),
    bill_parent: reference.catch(null),
    orderhistory: z.array(z.unknown()).max(1_000).nullish(),
    subtotal: decimal,
    discount_amount: decimal,
    discount: reference.catch(null),
    discount_rule_amount: decimal,
    tax: decimal,
    gratuity: decimal,
    surcharge: decimal,
    final_total: decimal,
    remaining_due: decimal,
  })
  .transform(
    (row): FoundOrder => ({
      id: orderId(row.id),
      uuid: row.uuid ?? null,
      localId: row.local_id ?? null,
      establishmentId: idOf(row.establishment),
      createdBy: idOf(row.created_by),
      updatedBy: idOf(row.updated_by),
      createdDate: row.created_date ?? null,
      updatedDate: row.updated_date ?? null,
      notes: row.notes ?? '',
      deleted: row.deleted ?? false,
      printed: row.printed ?? false,
      opened: row.check_sum,
      closed: row.closed ?? false,
      billParent: parentOf(row.bill_parent),
      historyIds: row.orderhistory?.map(historyId) ?? null,
      subtotal: money(row.subtotal),
      discount: money(row.discount_amount),
      discountId: idOf(row.discount),
      discountRule: money(row.discount_rule_amount),
      tax: computedMoney(row.tax),
      gratuity: money(row.gratuity),
      surcharge: money(row.surcharge),
      finalTotal: computedMoney(row.final_total),
      remainingDue: computedMoney(row.remaining_due),
    }),
  );

function parentOf(value: string | number | null | undefined): OrderId | null {
  const parent = idOf(value);
  return parent === null ? null : orderId(parent);
}

const historyEntry = z.union([reference, z.object({ id })]);

/** Mostly URIs; some accounts may embed the row. Only their presence and id matter. */
function historyId(entry: unknown): string {
  const found = historyEntry.safeParse(entry);
  if (!found.success || found.data === null || found.data === undefined) return 'unknown';
  return typeof found.data === 'object' ? String(found.data.id) : String(idOf(found.data) ?? 'unknown');
}

/** OrderItem. */
export const itemSchema = z
  .object({
    id,
    uuid: text,
    order: parent,
    product: reference,
    quantity: decimal,
    price: decimal,
    tax_amount: decimal.catch(null),
    product_name_override: shownName,
    special_request: shownName,
    deleted: flag,
    voided_by: isSet,
    voided_date: isSet,
    updated_by: reference,
  })
  .transform(
    (row): FoundItem => ({
      id: String(row.id),
      uuid: row.uuid ?? null,
      orderId: row.order,
      productId: idOf(row.product),
      quantity: row.quantity === null || row.quantity === undefined ? null : parseQuantity(row.quantity),
      price: money(row.price),
      nameOverride: row.product_name_override,
      text: row.special_request,
      tax: computedMoney(row.tax_amount),
      deleted: (row.deleted ?? false) || row.voided_by || row.voided_date,
      updatedBy: idOf(row.updated_by),
    }),
  );

/** Payment. */
export const paymentSchema = z
  .object({
    id,
    uuid: text,
    order: parent,
    payment_type: reference,
    amount: decimal,
    tip: decimal,
    deleted: flag,
    updated_by: reference,
  })
  .transform(
    (row): FoundPayment => ({
      id: String(row.id),
      uuid: row.uuid ?? null,
      orderId: row.order,
      paymentType: idOf(row.payment_type),
      amount: money(row.amount),
      tip: money(row.tip),
      deleted: row.deleted ?? false,
      updatedBy: idOf(row.updated_by),
    }),
  );

/** OrderHistory. */
export const historySchema = z.object({ id, uuid: text, order: parent }).transform(
  (row): FoundHistory => ({
    id: String(row.id),
    uuid: row.uuid ?? null,
    orderId: row.order,
  }),
);

/** Product with what decides whether it may be used. */
export const productSchema = z
  .object({
    id,
    name: z.string().max(2_000).nullish(),
    price: decimal,
    active: flag,
    deleted: flag,
    establishment: reference,
  })
  .transform((row): Product & { active: boolean; establishmentId: number | null } => ({
    id: Number(row.id),
    name: row.name ?? '',
    price: money(row.price),
    active: row.active === true && row.deleted !== true,
    establishmentId: idOf(row.establishment),
  }));

/** Establishment, as far as it is named in a sentence. */
export const establishmentSchema = z
  .object({ id, name: text.catch(null) })
  .transform((row): Establishment => ({ id: Number(row.id), name: row.name ?? '' }));
