import { each, type Fields, related } from './fields.js';

const requiredMoney: Fields = each('subtotal tax final_total remaining_due surcharge', {
  kind: 'number',
  initial: 0,
  required: true,
});

const neverSent: Fields = {
  ...each('running_tax_number reporting_id external_sync device_id check_sum loyalty_account_id', {
    kind: 'json',
    initial: null,
    readOnly: true,
  }),
};

const optionalText = each(
  'discount_code discount_rule_type bills_info billing_zip_code tax_country delivery_address ' +
    'billing_address customer_birthdate gratuity_type',
  { kind: 'string', initial: null },
);

const optionalMoney = each(
  'gratuity auto_grat_pct service_charge tax_rebate rounding_delta prevailing_tax prevailing_surcharge ' +
    'crv_value discount_tax_amount discount_nontaxable_surcharge_included customer_address_distance ' +
    'delivery_distance delivery_estimated_distance delivery_duration',
  { kind: 'number', initial: null },
);

const optionalJson = each(
  'pickup_data table table_owner tax_rounding_model discount_taxed deleted_discounts exchange_discount exchanged ' +
    'bill_parent delivery_employee drive_through_data fleet_service_data registry_data vehicle virtual_data',
  { kind: 'json', initial: null },
);

/** The Order: identity and header, money, flags, embedded lists, and everything that is null by default. */
export const orderFields: Fields = {
  uuid: { kind: 'string', initial: null, required: true },
  local_id: { kind: 'string', initial: null },
  establishment: related('Establishment', true),
  created_by: related('User', true),
  updated_by: related('User', true),
  created_at: related('PosStation', true),
  last_updated_at: related('PosStation'),
  created_date: { kind: 'datetime', initial: null, required: true },
  updated_date: { kind: 'datetime', initial: null, required: true },
  pos_mode: { kind: 'string', initial: null, required: true },
  dining_option: { kind: 'integer', initial: null, required: true },
  notes: { kind: 'string', initial: null },
  call_name: { kind: 'string', initial: null },
  call_number: { kind: 'integer', initial: null },
  number_of_people: { kind: 'integer', initial: null },
  customer: { kind: 'string', initial: null },
  ...requiredMoney,
  discount: related('Discount'),
  discounted_by: related('User'),
  discount_reason: { kind: 'string', initial: null },
  ...each(
    'discount_amount discount_rule_amount surcharge_excluded taxable_surcharge taxable_surcharge_excluded ' +
      'tax_excluded_amount smartpay_tip smartpay_gratuity discount_tax_amount_included',
    { kind: 'number', initial: 0 },
  ),
  ...each('discount_total_amount service_fee_tax service_fee_taxed service_fee_untaxed', {
    kind: 'decimal6',
    initial: '0.000000',
    readOnly: true,
  }),
  ...each('has_items', { kind: 'boolean', initial: true, readOnly: true }),
  ...each('has_history closed is_readonly', { kind: 'boolean', initial: false, readOnly: true }),
  ...each(
    'web_order deleted printed sent is_unpaid is_discounted is_invoice asap ha_applied smart_order crv_taxed ' +
      'has_delivery_info notification_email_sent notification_text_sent',
    { kind: 'boolean', initial: false },
  ),
  ...each('bill_number bills_type kitchen_status points_added points_redeemed', {
    kind: 'integer',
    initial: 0,
  }),
  version: { kind: 'integer', initial: 1, readOnly: true },
  ...each('applied_discounts applied_taxes applied_service_fee orderhistory package', {
    kind: 'json',
    initial: [],
    readOnly: true,
  }),
  ...each('pickup_time invoice_date delivery_clock_in delivery_clock_out', {
    kind: 'datetime',
    initial: null,
  }),
  ...neverSent,
  ...optionalText,
  gift_reward_data: { kind: 'string', initial: '' },
  ...optionalMoney,
  ...optionalJson,
};
