import { type DocumentOptions, makeDocument } from './make-document.js';
import type { JsonObject, RawRecord } from './model.js';
import { moneyText, type Sums } from './sums.js';
import { eventTimes, localStamp } from './time.js';

/** The person an event is for. */
interface ContactOptions {
  first: string;
  last: string;
  phone?: string;
  email?: string;
}

/** What to make an event of. Money in cents, moments in epoch milliseconds. */
export interface EventOptions {
  id: number;
  name: string;
  /** Local day, `YYYY-MM-DD`. */
  date: string;
  /** `HH:MM`, local. */
  start: string;
  /** `HH:MM`, local; at or before the start: of the next day. */
  end: string;
  /** IANA. */
  zone: string;
  siteId: number;
  locationId: number;
  /** Default DEFINITE. */
  status?: string;
  createdAt: number;
  updatedAt: number;
  deletedAt?: number;
  /** Null: nobody. */
  contact: ContactOptions | null;
  account: string;
  /** How many are expected. */
  guests: number;
  documents: DocumentOptions[];
  /** Which of the documents the event's own totals come from; default the first. */
  mainDocument?: number;
  /** The event's grand total where it is not that of its main document. */
  grandTotal?: number;
  /** Where the payments are shown; default on the document. */
  paymentSetOn?: 'document' | 'event';
  /** What the guest has chosen in the gratuity selector; it is in no total until staff apply it. */
  selectedGratuity?: string;
}

/**
 * An event as `GET /v1/events/{id}?show_financial=true` shows it, without the `event` wrapper. Its money adds up
 * to the cent: lines − discount + taxes and fees = grand total, less payments = amount due; unless an option
 * says otherwise.
 */
export function makeEvent(options: EventOptions): RawRecord {
  const made = options.documents.map((document, index) => makeDocument(document, index, options));
  const main = made[options.mainDocument ?? 0];
  const documents = made.map(({ json }) => json);
  const paymentSet = main?.json.payment_set;
  if (options.paymentSetOn === 'event') for (const document of documents) delete document.payment_set;
  return {
    id: options.id,
    name: options.name,
    created_at: localStamp(options.createdAt, options.zone),
    updated_at: localStamp(options.updatedAt, options.zone),
    deleted_at: options.deletedAt === undefined ? null : localStamp(options.deletedAt, options.zone),
    status: options.status ?? 'DEFINITE',
    ...eventTimes(options.date, options.start, options.end, options.zone),
    event_style: 'catering',
    event_type: 'Party',
    guest_count: options.guests,
    guaranteed_guest_count: null,
    ...figuresOf(main?.sums, options.grandTotal),
    ...(options.selectedGratuity === undefined ? {} : { selected_gratuity: options.selectedGratuity }),
    booking_id: options.id + 5_000_000,
    customer_id: 900,
    site_id: options.siteId,
    location_id: options.locationId,
    ...people(options),
    room_ids: [1],
    rooms: [{ id: 1, name: 'Patio' }],
    documents,
    ...(options.paymentSetOn === 'event' && paymentSet ? { payment_set: paymentSet } : {}),
    status_changes: [
      {
        status: options.status ?? 'DEFINITE',
        previous_status: 'TENTATIVE',
        created_at: localStamp(options.createdAt, options.zone),
        created_by: 11,
      },
    ],
  };
}

function figuresOf(sums: Sums | undefined, grandTotal: number | undefined): JsonObject {
  const total = moneyText(grandTotal ?? 0);
  const without = { actual_amount: total, category_totals: [], billing_totals: [] };
  const ofEvent = sums?.ofEvent ?? { ...without, grand_total: total, amount_due: total };
  if (grandTotal === undefined) return ofEvent;
  return { ...ofEvent, grand_total: total, amount_due: moneyText(grandTotal - (sums?.paid ?? 0)) };
}

function people(options: EventOptions): JsonObject {
  const { contact, account } = options;
  const organisation = { account_id: 8001, account: { id: 8001, name: account } };
  if (contact === null) return { contact_id: null, contact: null, ...organisation };
  const { first, last, email, phone } = contact;
  return {
    contact_id: 7001,
    contact: {
      id: 7001,
      first_name: first,
      last_name: last,
      email_addresses: email === undefined ? [] : [{ id: 1, address: email }],
      phone_numbers: phone === undefined ? [] : [{ id: 1, number: phone, phone_number_type: 'Mobile' }],
    },
    ...organisation,
  };
}
