import {
  type EventOptions as FullOptions,
  makeEvent as makeFullEvent,
} from '../../src/sandbox/tripleseat/make-event.js';
import type { RawRecord } from '../../src/sandbox/tripleseat/model.js';

/** An ordinary dinner. */
const DINNER = {
  name: 'Alder Rehearsal Dinner',
  start: '18:00',
  end: '20:30',
  contact: { first: 'Ada', last: 'Alder', phone: '555-0100', email: 'ada@example.com' },
  account: 'Alder Family',
  guests: 40,
};

/** What to make an event of; what is left out is that of an ordinary dinner. */
export type EventOptions = Omit<FullOptions, keyof typeof DINNER> &
  Partial<Pick<FullOptions, keyof typeof DINNER>> & {
    /** Default: one of its own. */
    bookingId?: number;
  };

/** An event as Tripleseat shows it with financial detail. */
export function makeEvent({ bookingId, ...options }: EventOptions): RawRecord {
  const event = makeFullEvent({ ...DINNER, ...options });
  return bookingId === undefined ? event : { ...event, booking_id: bookingId };
}
