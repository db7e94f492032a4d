import {
  count,
  date,
  each,
  type FieldSpec,
  type Fields,
  integer,
  no,
  number,
  optional,
  ownList,
  related,
  requiredDate,
  requiredInteger,
  requiredText,
  text,
  yes,
} from './fields.js';

const six: FieldSpec = { kind: 'decimal6', initial: '0.000000' };
const four: FieldSpec = { kind: 'decimal4', initial: '0.0000' };

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
  order_local_id: { ...text, readOnly: true },
  product: related('Product', true),
  product_name_override: text,
  ...each('quantity price tax_amount tax_rate modifier_amount', {
    kind: 'number',
    initial: null,
    required: true,
  }),
  initial_price: { kind: 'number', initial: null },
  price_to_display: { kind: 'decimal6', initial: null },
  ...each('pure_sales discount_amount discount_rule_amount', number),
  ...each('discount_tax_amount_included combo_saving_amount', six),
  ...each('cost modifier_cost commission_amount', four),
  ...madeBy,
  ...each('dining_option temp_sort', requiredInteger),
  special_request: text,
  discount: related('Discount'),
  discount_reason: text,
  discounted_by: related('User'),
  ...each('seat_number course_number split_parts', integer),
  ...each('printed sent on_hold deleted tax_included is_layaway', no),
  taxed_flag: yes,
  modifieritems: { kind: 'json', initial: [] },
  ...each('applied_taxes applied_discounts', ownList),
  ...each('voided_by voided_date voided_reason void_ref_uuid', optional),
};

/** A payment; amounts are shown with six decimals. */
export const paymentFields: Fields = {
  uuid: requiredText,
  order: related('Order', true),
  establishment: related('Establishment', true),
  payment_type: requiredInteger,
  other_payment_type: integer,
  amount: { kind: 'decimal6', initial: null, required: true },
  ...each('tip gratuity', six),
  payment_date: requiredDate,
  ...madeBy,
  bill: integer,
  ...each('executed processor_accepted transaction_captured refunded deleted online', no),
  ...each('transaction_status transaction_id last_4_cc_digits refund_transaction_id', text),
  card_type: integer,
};

/** An opening of an order; the first makes the order visible to staff. */
export const orderHistoryFields: Fields = {
  uuid: requiredText,
  order: related('Order', true),
  order_opened_by: related('User', true),
  order_opened_at: related('PosStation', true),
  opened: requiredDate,
  closed: date,
  order_closed_by: related('User'),
  order_closed_at: related('PosStation'),
};

/** A product of one establishment; the price is a number. */
export const productFields: Fields = {
  name: requiredText,
  price: number,
  ...each('barcode sku', text),
  category: optional,
  active: yes,
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
  ...each('rule_type discount_function', count),
  qty: { kind: 'integer', initial: 1 },
  taxed: no,
  stackable_type: count,
  discount_code: text,
};

/** A tax on an order, made by the server; the rate has four decimals. */
export const appliedTaxOrderFields: Fields = {
  uuid: requiredText,
  order: related('Order', true),
  name: text,
  tax_rate: four,
  ...each('tax_type rounding_type', count),
  is_prevailing: yes,
  on_full_price: no,
  fiscal_rate: optional,
  ...each('min_threshold max_threshold', four),
  dining_options: { kind: 'json', initial: [] },
  local_tax_id: optional,
};
