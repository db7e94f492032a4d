import type { Location } from './location.js';
import { addDays, localDateTime, naiveInstants } from './zones.js';

/** How a shop counts its days and dates its orders. */
type DayRules = Pick<Location, 'timezone' | 'businessDayStart' | 'orderTime'>;

/** What decides how an order is dated. */
export interface Dated {
  /** Day of the event, `YYYY-MM-DD`. */
  date: string;
  /** When the event starts, epoch milliseconds; null: not known. */
  startsAt: number | null;
  location: DayRules;
}

/** The first instant of a business day, epoch milliseconds: after the gap where the clock never shows it. */
export function businessDayBegins(date: string, location: DayRules): number {
  const [first] = naiveInstants(opening(date, location), location.timezone);
  if (first === undefined) throw new RangeError(`not a day: ${date} from ${location.businessDayStart}`);
  return first;
}

/**
 * The store-local time that an order is dated with, `YYYY-MM-DDTHH:MM:SS`: what the location asks for where that is
 * on the event's business day, else the nearest second of that day, so that the sale counts for the right day.
 *
 * Compared by the clock, as Revel does it, since its dates name no offset.
 */
export function orderDate(now: number, { date, startsAt, location }: Dated): string {
  const { timezone } = location;
  const wanted = wantedTime(now, date, startsAt, location);
  if (wanted < opening(date, location)) return localDateTime(businessDayBegins(date, location), timezone);
  const ends = opening(addDays(date, 1), location);
  return wanted < ends ? wanted : lastSecondBefore(ends, timezone);
}

/** The same for a payment or a row of history: as the order, but never later than now. */
export function rowDate(now: number, order: Dated): string {
  const [present, dated] = [localDateTime(now, order.location.timezone), orderDate(now, order)];
  return dated < present ? dated : present;
}

/**
 * Whether an order with this store-local date stands under the day of its event: on its business day, or on its
 * calendar day before that has begun, where earlier versions dated what they made in the night.
 */
export function isFiledUnder(
  createdDate: string | null,
  { date, location }: Pick<Dated, 'date' | 'location'>,
): boolean {
  return createdDate !== null && createdDate >= date && createdDate < opening(addDays(date, 1), location);
}

function wantedTime(now: number, date: string, startsAt: number | null, location: DayRules): string {
  switch (location.orderTime) {
    case 'now':
      return localDateTime(now, location.timezone);
    case 'noon':
      return `${date}T12:00:00`;
    case 'event-start':
      return localDateTime(startsAt ?? now, location.timezone);
  }
}

/** What the clock shows when the business day begins. */
function opening(date: string, { businessDayStart }: DayRules): string {
  return `${date}T${businessDayStart}:00`;
}

/** The last second before a local time that the clock shows; before a gap, the same minute an hour earlier. */
function lastSecondBefore(local: string, zone: string): string {
  let second = Date.parse(`${local}Z`) - 1_000;
  for (;;) {
    const text = new Date(second).toISOString().slice(0, 19);
    if (naiveInstants(text, zone).some((at) => localDateTime(at, zone) === text)) return text;
    second -= 3_600_000;
  }
}
