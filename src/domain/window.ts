import type { EventHeader } from './event.js';
import { addDays, isDate, localDate, localDateTime, parseNaive, plusDays, startOfDay } from './zones.js';

const HOUR = 3_600_000;

/** When the order of an event may be injected, in epoch milliseconds; open from `opensAt` until before `closesAt`. */
export interface InjectionWindow {
  opensAt: number;
  closesAt: number;
}

/** When an event is. */
type Times = Pick<EventHeader, 'date' | 'startsAt' | 'endsAt' | 'localStart' | 'localEnd'>;

/** The local date of an event: the one it states, else that of its start; null when it has neither. */
export function eventDate(event: Pick<EventHeader, 'date' | 'startsAt'>, zone: string): string | null {
  if (event.date !== null && isDate(event.date)) return event.date;
  return event.startsAt === null ? null : localDate(event.startsAt, zone);
}

/**
 * The window of an event: from `leadHours` before its local day begins until `graceHours` after its end. An
 * unknown or impossible end counts as the end of its day; an end before the start means past midnight. Days of
 * 23 and 25 hours are what they are: hours are elapsed time. Null when the event has no date.
 */
export function windowOf(
  event: Times,
  zone: string,
  leadHours: number,
  graceHours: number,
): InjectionWindow | null {
  const date = eventDate(event, zone);
  if (date === null) return null;
  const opensAt = startOfDay(date, zone) - leadHours * HOUR;
  return { opensAt, closesAt: endOf(event, date, zone) + graceHours * HOUR };
}

function endOf(event: Times, date: string, zone: string): number {
  const dayBegins = startOfDay(date, zone);
  const dayEnds = startOfDay(addDays(date, 1), zone);
  const endsAt = event.endsAt ?? onClock(event.localEnd, zone);
  if (endsAt === null) return dayEnds;
  // A start on another day contradicts the event's date, which is what the order goes by.
  const begins = Math.max(event.startsAt ?? onClock(event.localStart, zone) ?? dayBegins, dayBegins);
  if (endsAt >= begins) return endsAt;
  const nextDay = plusDays(endsAt, 1, zone);
  return nextDay >= begins ? nextDay : dayEnds;
}

/** Where the clock shows a time twice it is the later one: a window that closes too early makes an event MISSED. */
function onClock(local: string | undefined, zone: string): number | null {
  return local === undefined ? null : parseNaive(local, zone);
}

/** Where `now` lies: before the window, in it, or after it. */
export function windowState(window: InjectionWindow, now: number): 'early' | 'open' | 'over' {
  if (now < window.opensAt) return 'early';
  return now < window.closesAt ? 'open' : 'over';
}

/**
 * The store-local time that an order is dated with, `YYYY-MM-DDTHH:MM:SS`: now, when that is on the event's
 * day, else the nearest second of that day, so that the order stands under the right day in Revel.
 */
export function orderDate(now: number, date: string, zone: string): string {
  const local = localDateTime(now, zone);
  const today = local.slice(0, 10);
  if (today < date) return `${date}T00:00:00`;
  return today > date ? `${date}T23:59:59` : local;
}
