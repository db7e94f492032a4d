import type { FailReason, SkipReason } from '../../domain/reasons.js';
import { addDays, localDate } from '../../domain/zones.js';
import type { DocumentOptions, LineOptions } from '../tripleseat/make-document.js';
import { type EventOptions, makeEvent } from '../tripleseat/make-event.js';
import type { Json, JsonObject, RawRecord } from '../tripleseat/model.js';
import { partyOf } from './parties.js';
import { type Place, places, productOf } from './places.js';

const HOUR = 3_600_000;

/** What one sweep of 48 hours, without further options, says about an event of the freshly seeded world. */
export type Expected =
  /** Repaired: an unfinished order was completed. */
  | { status: 'injected' | 'repaired'; reason: null }
  | { status: 'skipped'; reason: SkipReason }
  | { status: 'failed'; reason: FailReason };

/** An order that stands in Revel before the first run. */
export interface SampleOrder {
  /** The event as it was when the order was made. */
  of: RawRecord;
  /** Shop whose order it is. */
  shop: Place;
  /** Default: the form of this program. */
  localId?: string;
  /** Who wrote to it last; default our own user. */
  updatedBy?: number;
  /** Left behind half-made: the header and this many lines, invisible to staff. */
  tornAfter?: number;
}

/** One event of the sample world and what it is there to show. */
export interface Scenario {
  /** A few words. */
  shows: string;
  event: RawRecord;
  booking?: RawRecord;
  selections?: Json[];
  orders: SampleOrder[];
  expected: Expected;
}

/** Event ids of the sample world start here. */
export const FIRST_EVENT_ID = 55_530_001;

/** Will be injected by the first sweep. */
export const injected: Expected = { status: 'injected', reason: null };
/** Will be reported as failed for this reason. */
export const failed = (reason: FailReason): Expected => ({ status: 'failed', reason });
/** Will be left alone for this reason. */
export const skipped = (reason: SkipReason): Expected => ({ status: 'skipped', reason });

/** Makes a scenario around `now` (epoch milliseconds) of the event that is to have this id. */
export type Make = (now: number, id: number) => Scenario;

/** An event that has no order yet. */
export function alone(shows: string, shop: Place, expected: Expected, changes: EventChanges = {}): Make {
  return (now, id) => ({ shows, event: eventOn(shop, now, id, changes), orders: [], expected });
}

/** The same with one document, of which only what is not plain is said. */
export function billed(
  shows: string,
  shop: Place,
  expected: Expected,
  document: Partial<DocumentOptions>,
): Make {
  return alone(shows, shop, expected, { documents: [plainDocument(document)] });
}

/** The booking of an event, with documents of its own. */
export function bookingOf(event: RawRecord, documents: JsonObject[]): RawRecord {
  return { id: Number(event.booking_id), event_ids: [event.id], documents };
}

/** A line at the product's price, which is the same in every shop; `quantity` as decimal text. */
export function line(name: string, quantity: string): LineOptions {
  return { name, quantity, price: productOf(places.west, name).price };
}

/** What people order: how much of what. */
const MEALS: readonly Readonly<Record<string, string>>[] = [
  { 'Taco Bar': '24.0', 'Pizza Package': '16.0' },
  { 'Taco Bar': '36.0', 'Charcuterie Tower': '2.0', Lemonade: '36.0' },
  { 'Pizza Package': '30.0', 'HEY BLONDIE': '4.0', 'Coffee Service': '25.0' },
  { 'Brisket by the Pound': '12.0', 'SUGA DADDY': '40.0' },
  { 'Hot Dogs': '60.0', 'SUGA DADDY': '48.0', Lemonade: '60.0' },
  { 'Charcuterie Tower': '3.0', 'Crème Brûlée': '45.0', 'Coffee Service': '45.0' },
];

/** The lines of an ordinary meal: one of a few, in turn. */
export function meal(number: number): LineOptions[] {
  return Object.entries(MEALS[number % MEALS.length] ?? {}).map(([name, quantity]) => line(name, quantity));
}

/** The tax of every shop. */
export const SALES_TAX = { name: 'Sales Tax', rate: '8.375' };

/** A document of ordinary lines with sales tax. */
export function plainDocument(changes: Partial<DocumentOptions> = {}): DocumentOptions {
  return { lines: meal(0), billing: [SALES_TAX], ...changes };
}

/** What a scenario says about its event; the rest is ordinary. */
export type EventChanges = Partial<Omit<EventOptions, 'id' | 'zone' | 'createdAt' | 'date' | 'siteId'>> & {
  /** Days from today in the shop's zone; default 0. */
  day?: number;
  /** Hours since the last change; default 3. */
  updatedHoursAgo?: number;
};

/** An event of the shop, today unless told otherwise. */
export function eventOn(shop: Place, now: number, id: number, changes: EventChanges): RawRecord {
  const { day = 0, updatedHoursAgo = 3, ...options } = changes;
  const number = id - FIRST_EVENT_ID;
  return makeEvent({
    ...partyOf(number),
    locationId: shop.locationId,
    documents: [plainDocument({ lines: meal(number) })],
    updatedAt: now - updatedHoursAgo * HOUR,
    ...options,
    id,
    date: addDays(localDate(now, shop.zone), day),
    zone: shop.zone,
    siteId: shop.siteId,
    createdAt: now - 240 * HOUR,
  });
}
