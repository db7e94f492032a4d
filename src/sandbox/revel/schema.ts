import type { FieldSpec, Fields } from './fields.js';
import type { ResourceName } from './types.js';

const text: FieldSpec = { kind: 'string', initial: null };
const date: FieldSpec = { kind: 'datetime', initial: null };
const integer: FieldSpec = { kind: 'integer', initial: null };
const count: FieldSpec = { kind: 'integer', initial: 0 };
const number: FieldSpec = { kind: 'number', initial: 0 };
const numberOrNull: FieldSpec = { kind: 'number', initial: null };
const six: FieldSpec = { kind: 'decimal6', initial: '0.000000' };
const four: FieldSpec = { kind: 'decimal4', initial: '0.0000' };
const yes: FieldSpec = { kind: 'boolean', initial: true };
const no: FieldSpec = { kind: 'boolean', initial: false };
const anything: FieldSpec = { kind: 'json', initial: null };
const list: FieldSpec = { kind: 'json', initial: [] };

/** A related field. */
function related(target: ResourceName): FieldSpec {
  return { kind: 'related', initial: null, target };
}

function required(spec: FieldSpec): FieldSpec {
  return { ...spec, required: true };
}

function readOnly(spec: FieldSpec): FieldSpec {
  return { ...spec, readOnly: true };
}

/** The same specification for each of the names, which are separated by spaces. */
function each(names: string, spec: FieldSpec): Fields {
  return Object.fromEntries(names.split(' ').map((name) => [name, spec]));
}

/** Fields that items and payments share: who made them, where and when. */
const madeBy: Fields = {
  ...each('created_by updated_by', required(related('User'))),
  ...each('created_date updated_date', required(date)),
  station: required(related('PosStation')),
};

/** What is known of a resource. */
export interface Traits {
  /** Id of the first row made without one. */
  firstId: number;
  /** Where its URIs live; default `/resources/`. */
  base?: string;
  writable?: boolean;
  /** Names of fields, here and below; separated by spaces. */
  filters: string;
  /** Default `id`. */
  sorts?: string;
  fields: Fields;
}

/** Every resource by name. */
export const traits: Readonly<Record<ResourceName, Traits>> = {
  /** Identity and header, money, flags, embedded lists, and everything that is null by default. */
  Order: {
    firstId: 10_684_001,
    writable: true,
    filters: 'id uuid local_id establishment created_by customer closed web_order created_date updated_date',
    sorts: 'id created_date updated_date pickup_time running_tax_number',
    fields: {
      uuid: required(text),
      local_id: text,
      establishment: required(related('Establishment')),
      ...each('created_by updated_by', required(related('User'))),
      created_at: required(related('PosStation')),
      last_updated_at: related('PosStation'),
      ...each('created_date updated_date', required(date)),
      pos_mode: required(text),
      dining_option: required(integer),
      ...each('notes call_name', text),
      ...each('call_number number_of_people', integer),
      customer: text,
      ...each('subtotal tax final_total remaining_due surcharge', required(number)),
      discount: related('Discount'),
      discounted_by: related('User'),
      discount_reason: text,
      ...each(
        'discount_amount discount_rule_amount surcharge_excluded taxable_surcharge taxable_surcharge_excluded ' +
          'tax_excluded_amount smartpay_tip smartpay_gratuity discount_tax_amount_included',
        number,
      ),
      ...each('discount_total_amount service_fee_tax service_fee_taxed service_fee_untaxed', readOnly(six)),
      has_items: readOnly(yes),
      ...each('has_history closed is_readonly', readOnly(no)),
      ...each(
        'web_order deleted printed sent is_unpaid is_discounted is_invoice asap ha_applied smart_order crv_taxed ' +
          'has_delivery_info notification_email_sent notification_text_sent',
        no,
      ),
      ...each('bill_number bills_type kitchen_status points_added points_redeemed', count),
      version: { kind: 'integer', initial: 1, readOnly: true },
      ...each('applied_discounts applied_taxes applied_service_fee orderhistory package', readOnly(list)),
      ...each('pickup_time invoice_date delivery_clock_in delivery_clock_out', date),
      ...each(
        'running_tax_number reporting_id external_sync device_id check_sum loyalty_account_id',
        readOnly(anything),
      ),
      ...each(
        'discount_code discount_rule_type bills_info billing_zip_code tax_country delivery_address ' +
          'billing_address customer_birthdate gratuity_type',
        text,
      ),
      gift_reward_data: { kind: 'string', initial: '' },
      ...each(
        'gratuity auto_grat_pct service_charge tax_rebate rounding_delta prevailing_tax prevailing_surcharge ' +
          'crv_value discount_tax_amount discount_nontaxable_surcharge_included customer_address_distance ' +
          'delivery_distance delivery_estimated_distance delivery_duration',
        numberOrNull,
      ),
      ...each(
        'pickup_data table table_owner tax_rounding_model discount_taxed deleted_discounts exchange_discount exchanged ' +
          'bill_parent delivery_employee drive_through_data fleet_service_data registry_data vehicle virtual_data',
        anything,
      ),
    },
  },
  /** A line of an order; the price is the unit price. */
  OrderItem: {
    firstId: 31_500_001,
    writable: true,
    filters: 'id uuid order product created_date updated_date',
    sorts: 'id created_date updated_date',
    fields: {
      uuid: required(text),
      order: required(related('Order')),
      order_local_id: readOnly(text),
      product: required(related('Product')),
      product_name_override: text,
      ...each('quantity price tax_amount tax_rate modifier_amount', required(numberOrNull)),
      initial_price: numberOrNull,
      price_to_display: { kind: 'decimal6', initial: null },
      ...each('pure_sales discount_amount discount_rule_amount', number),
      ...each('discount_tax_amount_included combo_saving_amount', six),
      ...each('cost modifier_cost commission_amount', four),
      ...madeBy,
      ...each('dining_option temp_sort', required(integer)),
      special_request: text,
      discount: related('Discount'),
      discount_reason: text,
      discounted_by: related('User'),
      ...each('seat_number course_number split_parts', integer),
      ...each('printed sent on_hold deleted tax_included is_layaway', no),
      taxed_flag: yes,
      modifieritems: list,
      ...each('applied_taxes applied_discounts', readOnly(list)),
      ...each('voided_by voided_date voided_reason void_ref_uuid', anything),
    },
  },
  /** A payment; amounts are shown with six decimals. */
  Payment: {
    firstId: 9_400_001,
    writable: true,
    filters: 'id uuid order establishment payment_type payment_date created_date updated_date',
    sorts: 'id payment_date created_date updated_date',
    fields: {
      uuid: required(text),
      order: required(related('Order')),
      establishment: required(related('Establishment')),
      payment_type: required(integer),
      other_payment_type: integer,
      amount: required({ kind: 'decimal6', initial: null }),
      ...each('tip gratuity', six),
      payment_date: required(date),
      ...madeBy,
      bill: integer,
      ...each('executed processor_accepted transaction_captured refunded deleted online', no),
      ...each('transaction_status transaction_id last_4_cc_digits refund_transaction_id', text),
      card_type: integer,
    },
  },
  /** An opening of an order; the first makes the order visible to staff. */
  OrderHistory: {
    firstId: 6_760_001,
    writable: true,
    filters: 'id uuid order opened closed',
    sorts: 'id opened closed',
    fields: {
      uuid: required(text),
      order: required(related('Order')),
      order_opened_by: required(related('User')),
      order_opened_at: required(related('PosStation')),
      opened: required(date),
      closed: date,
      order_closed_by: related('User'),
      order_closed_at: related('PosStation'),
    },
  },
  /** A product of one establishment; the price is a number. */
  Product: {
    firstId: 501,
    filters: 'id name barcode sku category active establishment',
    sorts: 'id name',
    fields: {
      name: required(text),
      price: number,
      ...each('barcode sku', text),
      category: anything,
      active: yes,
      display_online: no,
      establishment: required(related('Establishment')),
      productclass: anything,
    },
  },
  Discount: {
    firstId: 3301,
    filters: 'id name active establishment',
    fields: { name: required(text), active: yes, establishment: related('Establishment') },
  },
  PosStation: {
    firstId: 1,
    filters: 'id name establishment',
    fields: {
      name: required(text),
      establishment: required(related('Establishment')),
      kds_redirect: anything,
    },
  },
  Establishment: {
    firstId: 1,
    base: '/enterprise/',
    filters: 'id name',
    fields: { name: required(text), ...each('city state timezone', text) },
  },
  User: {
    firstId: 1,
    base: '/enterprise/',
    filters: 'id is_active',
    fields: { ...each('first_name last_name', text), is_active: yes },
  },
  /** A dining option of the account's own, 100 or more. */
  CustomOrderOption: {
    firstId: 1,
    filters: 'id name dining_option_id establishment',
    fields: {
      name: required(text),
      dining_option_id: required(integer),
      establishment: related('Establishment'),
    },
  },
  /** Which fields it has is not known beyond its number and name. */
  CustomPaymentType: {
    firstId: 1,
    filters: '',
    fields: {
      name: required(text),
      payment_type: required(integer),
      establishment: related('Establishment'),
    },
  },
  /** A discount on an order, made by the server; money has six decimals. */
  AppliedDiscountOrder: {
    firstId: 880_001,
    filters: 'id uuid order discount',
    fields: {
      uuid: required(text),
      order: required(related('Order')),
      discount: related('Discount'),
      name: text,
      ...each('discount_amount rule_amount tax_amount_included', six),
      ...each('rule_type discount_function', count),
      qty: { kind: 'integer', initial: 1 },
      taxed: no,
      stackable_type: count,
      discount_code: text,
    },
  },
  /** A tax on an order, made by the server; the rate has four decimals. */
  AppliedTaxOrder: {
    firstId: 770_001,
    filters: 'id uuid order',
    fields: {
      uuid: required(text),
      order: required(related('Order')),
      name: text,
      tax_rate: four,
      ...each('tax_type rounding_type', count),
      is_prevailing: yes,
      on_full_price: no,
      fiscal_rate: anything,
      ...each('min_threshold max_threshold', four),
      dining_options: list,
      local_tax_id: anything,
    },
  },
};
