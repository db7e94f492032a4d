import { z } from 'zod';

/** Longest text that is kept of a name or value; the rest is cut off. */
export const MAX_TEXT = 2_000;
/** The same for the details of a line, which people write whole menus into. */
const MAX_DETAILS = 10_000;
/** More documents than this on one event or booking are an error. */
const MAX_DOCUMENTS = 100;
/** More lines than this in one document are an error. */
export const MAX_LINES = 2_000;
const MAX_SMALL_LIST = 1_000;

/** Money, quantities and ids arrive as strings or numbers; keys may be null or missing. */
const scalar = z.union([z.string(), z.number()]).nullish();
export type Scalar = z.infer<typeof scalar>;

/** Text exactly as sent, only cut to length. */
const raw = scalar.transform((value) => (value === null || value === undefined ? null : cut(String(value))));
const details = scalar.transform((value) =>
  value === null || value === undefined ? null : cut(String(value), MAX_DETAILS),
);
/** Text for people: control characters (line breaks, terminal escapes) become spaces. */
const label = raw.transform((value) => value?.replace(/\p{Cc}+/gu, ' ').trim() || null);
/** An id, as text. */
const id = z.union([z.string(), z.number().int()]).transform((value) => cut(String(value).trim()));
const optionalId = id.nullish().transform((value) => value || null);

function cut(text: string, max = MAX_TEXT): string {
  // Cutting inside a surrogate pair would leave half a character.
  return text.length <= max ? text : text.slice(0, max).replace(/[\uD800-\uDBFF]$/, '');
}

function list<T extends z.ZodType>(item: T, most = MAX_SMALL_LIST) {
  return z
    .array(item)
    .max(most, { error: `more than ${most} entries` })
    .nullish();
}

const line = z.object({
  display_name: raw,
  description: details,
  long_description: details,
  section: raw,
  menu_item_id: optionalId,
  quantity: scalar,
  price: scalar,
  total_price: scalar,
  discount: scalar.catch(null),
  billing_ids: z.array(id).max(MAX_SMALL_LIST).nullish().catch(null),
});
export type RawLine = z.infer<typeof line>;

const billing = z.object({
  billing_id: optionalId,
  description: label,
  name: label,
  total_price: scalar,
  total: scalar,
});
export type RawBilling = z.infer<typeof billing>;

const payment = z.object({
  id: optionalId,
  amount: scalar,
  state: label,
  custom_title: label,
  paid_at: label,
  unpaid_at: label,
  refunded_at: label,
  amount_refunded: scalar,
  refund_amount: scalar,
});
export type RawPayment = z.infer<typeof payment>;

const paymentSet = z.object({ amount_due: scalar, payments: list(payment) }).nullish();
export type RawPaymentSet = z.infer<typeof paymentSet>;

const document = z.object({
  id,
  title: label,
  name: label,
  deleted_at: label,
  views: list(z.object({ name: label, url: label }), 100),
  line_items: list(line, MAX_LINES),
  billing_totals: list(billing),
  financials: z.object({ amount_due: scalar, grand_total: scalar, discounts_total: scalar }).nullish(),
  payment_set: paymentSet,
});
export type RawDocument = z.infer<typeof document>;

const documents = list(document, MAX_DOCUMENTS);

const headerFields = {
  id,
  name: label,
  status: label.refine((value) => value !== null, { error: 'missing' }),
  deleted_at: label,
  site_id: optionalId,
  location_id: optionalId,
  location: z.object({ id: optionalId, site_id: optionalId }).nullish(),
  booking_id: optionalId,
  event_date: label,
  event_date_iso8601: label,
  event_start_iso8601: label,
  event_end_iso8601: label,
  event_start_utc: label,
  event_end_utc: label,
  event_start: label,
  event_end: label,
  start_time: label,
  end_time: label,
  event_start_time: label,
  event_end_time: label,
  created_at: label,
  updated_at: label,
};

/** What a search row and the detail have in common. */
export const headerSchema = z.object(headerFields);
export type RawHeader = z.infer<typeof headerSchema>;

/** Detail of one event with `show_financial=true`. */
export const eventSchema = z.object({
  ...headerFields,
  contact: z
    .object({
      first_name: label,
      last_name: label,
      phone_numbers: list(z.object({ number: label })),
    })
    .nullish(),
  guest_count: scalar,
  guaranteed_guest_count: scalar,
  /** Some accounts are said to send one room in place of the list. */
  rooms: z
    .preprocess(
      (value) => (Array.isArray(value) || value == null ? value : [value]),
      list(z.object({ name: label })),
    )
    .catch(null),
  grand_total: scalar,
  amount_due: scalar,
  food_and_beverage_min: scalar.catch(null),
  selected_gratuity: z.unknown().optional(),
  billing_totals: list(billing),
  payment_set: paymentSet,
  documents,
});
export type RawEvent = z.infer<typeof eventSchema>;

/** Detail of one booking with `show_financial=true`. */
export const bookingSchema = z.object({ id, event_ids: list(id), documents });

/** One page of a search; rows are read one by one, so that a bad one does not hide the others. */
export const searchSchema = z.object({
  total_pages: z.coerce.number().int().min(0).nullish().catch(null),
  results: z.array(z.unknown()).max(MAX_SMALL_LIST, { error: `more than ${MAX_SMALL_LIST} rows` }),
});

const placeId = z.union([z.number().int(), z.string().regex(/^\d{1,15}$/)]).transform(Number);
/** `GET /v1/locations.json`; each row may be wrapped in `location`. */
export const placesSchema = z.array(z.unknown()).max(10_000);
export const placeSchema = z.object({
  id: placeId,
  site_id: placeId.nullish().catch(null),
  name: z.string().max(MAX_TEXT).nullish().catch(null),
});

const modifier = z.object({ display_name: raw, internal_name: raw, quantity: scalar });

/** `menu_item_selections`, with what was chosen along with each dish. */
export const selectionsSchema = z
  .array(
    z.object({
      display_name: raw,
      internal_name: raw,
      menu_item_id: optionalId,
      quantity: scalar,
      menu_modifier_selections: list(modifier),
    }),
  )
  .max(MAX_LINES, { error: `more than ${MAX_LINES} entries` });

/**
 * The object under `key` when the answer is wrapped (`{"event":{…}}`), else the answer itself. Null: the wrapper
 * is there and holds null.
 */
export function unwrap(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && key in value ? Reflect.get(value, key) : value;
}

/** The first thing that is wrong, as `documents.0.line_items: more than 2000 entries`; never a value. */
export function firstProblem(error: z.ZodError): string {
  const issue = error.issues[0];
  if (!issue) return 'unreadable';
  const path = issue.path.map(String).join('.');
  return path === '' ? issue.message : `${path}: ${issue.message}`;
}
