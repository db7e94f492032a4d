import { each, type FieldSpec, type Fields, related } from './fields.js';

/** Text that a new row must have. */
export const requiredText: FieldSpec = { kind: 'string', initial: null, required: true };
const requiredDate: FieldSpec = { kind: 'datetime', initial: null, required: true };
const requiredNumber: FieldSpec = { kind: 'number', initial: null, required: true };
/** Text. */
export const text: FieldSpec = { kind: 'string', initial: null };
const number: FieldSpec = { kind: 'number', initial: 0 };
const six: FieldSpec = { kind: 'decimal6', initial: '0.000000' };
const four: FieldSpec = { kind: 'decimal4', initial: '0.0000' };
const no: FieldSpec = { kind: 'boolean', initial: false };
/** Anything, shown as sent. */
export const optional: FieldSpec = { kind: 'json', initial: null };

/** Fields that items and payments share: who made them, where and when. */
const madeBy: Fields = {
  created_by: related('User', true),
  updated_by: related('User', true),
  created_date: requiredDate,
  updated_date: requiredDate,
  station: related('PosStation', true),
};

/** A line of an order; the price is the unit price. */
export const orderItemFields: Fields = {
  uuid: requiredText,
  order: related('Order', true),
  order_local_id: { kind: 'string', initial: null, readOnly: true },
  product: related('Product', true),
  product_name_override: text,
  ...each('quantity price tax_amount tax_rate modifier_amount', requiredNumber),
  initial_price: { kind: 'number', initial: null },
  price_to_display: { kind: 'decimal6', initial: null },
  ...each('pure_sales discount_amount discount_rule_amount', number),
  ...each('discount_tax_amount_included combo_saving_amount', six),
  ...each('cost modifier_cost commission_amount', four),
  ...madeBy,
  dining_option: { kind: 'integer', initial: null, required: true },
  temp_sort: { kind: 'integer', initial: null, required: true },
  special_request: text,
  discount: related('Discount'),
  discount_reason: text,
  discounted_by: related('User'),
  ...each('seat_number course_number split_parts', { kind: 'integer', initial: null }),
  ...each('printed sent on_hold deleted tax_included is_layaway', no),
  taxed_flag: { kind: 'boolean', initial: true },
  ...each('modifieritems', { kind: 'json', initial: [] }),
  ...each('applied_taxes applied_discounts', { kind: 'json', initial: [], readOnly: true }),
  ...each('voided_by voided_date voided_reason void_ref_uuid', optional),
};

/** A payment; amounts are shown with six decimals. */
export const paymentFields: Fields = {
  uuid: requiredText,
  order: related('Order', true),
  establishment: related('Establishment', true),
  payment_type: { kind: 'integer', initial: null, required: true },
  other_payment_type: { kind: 'integer', initial: null },
  amount: { kind: 'decimal6', initial: null, required: true },
  ...each('tip gratuity', six),
  payment_date: requiredDate,
  ...madeBy,
  bill: { kind: 'integer', initial: null },
  ...each('executed processor_accepted transaction_captured refunded deleted online', no),
  ...each('transaction_status transaction_id last_4_cc_digits refund_transaction_id', text),
  card_type: { kind: 'integer', initial: null },
};

/** An opening of an order; the first makes the order visible to staff. */
export const orderHistoryFields: Fields = {
  uuid: requiredText,
  order: related('Order', true),
  order_opened_by: related('User', true),
  order_opened_at: related('PosStation', true),
  opened: requiredDate,
  closed: { kind: 'datetime', initial: null },
  order_closed_by: related('User'),
  order_closed_at: related('PosStation'),
};

/** A product of one establishment; the price is a number. */
export const productFields: Fields = {
  name: requiredText,
  price: number,
  ...each('barcode sku', text),
  category: optional,
  active: { kind: 'boolean', initial: true },
  display_online: no,
  establishment: related('Establishment', true),
  productclass: optional,
};

/** A discount on an order, made by the server; money has six decimals. */
export const appliedDiscountOrderFields: Fields = {
  uuid: requiredText,
  order: related('Order', true),
  discount: related('Discount'),
  name: text,
  ...each('discount_amount rule_amount tax_amount_included', six),
  rule_type: { kind: 'integer', initial: 0 },
  discount_function: { kind: 'integer', initial: 0 },
  qty: { kind: 'integer', initial: 1 },
  taxed: no,
  stackable_type: { kind: 'integer', initial: 0 },
  discount_code: text,
};

/** A tax on an order, made by the server; the rate has four decimals. */
export const appliedTaxOrderFields: Fields = {
  uuid: requiredText,
  order: related('Order', true),
  name: text,
  tax_rate: four,
  tax_type: { kind: 'integer', initial: 0 },
  rounding_type: { kind: 'integer', initial: 0 },
  is_prevailing: { kind: 'boolean', initial: true },
  on_full_price: no,
  fiscal_rate: optional,
  ...each('min_threshold max_threshold', four),
  dining_options: { kind: 'json', initial: [] },
  local_tax_id: optional,
};
