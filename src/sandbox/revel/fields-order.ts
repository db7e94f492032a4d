import {
  count,
  date,
  each,
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

/** The Order: identity and header, money, flags, embedded lists, and everything that is null by default. */
export const orderFields: Fields = {
  uuid: requiredText,
  local_id: text,
  establishment: related('Establishment', true),
  created_by: related('User', true),
  updated_by: related('User', true),
  created_at: related('PosStation', true),
  last_updated_at: related('PosStation'),
  ...each('created_date updated_date', requiredDate),
  pos_mode: requiredText,
  dining_option: requiredInteger,
  ...each('notes call_name', text),
  ...each('call_number number_of_people', integer),
  customer: text,
  ...each('subtotal tax final_total remaining_due surcharge', { ...number, required: true }),
  discount: related('Discount'),
  discounted_by: related('User'),
  discount_reason: text,
  ...each(
    'discount_amount discount_rule_amount surcharge_excluded taxable_surcharge taxable_surcharge_excluded ' +
      'tax_excluded_amount smartpay_tip smartpay_gratuity discount_tax_amount_included',
    number,
  ),
  ...each('discount_total_amount service_fee_tax service_fee_taxed service_fee_untaxed', {
    kind: 'decimal6',
    initial: '0.000000',
    readOnly: true,
  }),
  has_items: { ...yes, readOnly: true },
  ...each('has_history closed is_readonly', { ...no, readOnly: true }),
  ...each(
    'web_order deleted printed sent is_unpaid is_discounted is_invoice asap ha_applied smart_order crv_taxed ' +
      'has_delivery_info notification_email_sent notification_text_sent',
    no,
  ),
  ...each('bill_number bills_type kitchen_status points_added points_redeemed', count),
  version: { kind: 'integer', initial: 1, readOnly: true },
  ...each('applied_discounts applied_taxes applied_service_fee orderhistory package', ownList),
  ...each('pickup_time invoice_date delivery_clock_in delivery_clock_out', date),
  ...each('running_tax_number reporting_id external_sync device_id check_sum loyalty_account_id', {
    ...optional,
    readOnly: true,
  }),
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
    { kind: 'number', initial: null },
  ),
  ...each(
    'pickup_data table table_owner tax_rounding_model discount_taxed deleted_discounts exchange_discount exchanged ' +
      'bill_parent delivery_employee drive_through_data fleet_service_data registry_data vehicle virtual_data',
    optional,
  ),
};
