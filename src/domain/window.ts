import { businessDayBegins } from './businessDay.js';
import { isDate } from './dates.js';
import type { EventHeader } from './event.js';
import type { Location } from './location.js';
import { addDays, localDate, naiveInstants, plusDays, startOfDay } from './zones.js';

const HOUR = 3_600_000;

/** When the order of an event may be injected, in epoch milliseconds; open from `opensAt` until before `closesAt`. */
export interface InjectionWindow {
  opensAt: number;
  closesAt: number;
}

/** When an event is. */
type Times = Pick<EventHeader, 'date' | 'startsAt' | 'endsAt' | 'localStart' | 'localEnd'>;

/** What tells on which day that is. */
type Days = Pick<EventHeader, 'date' | 'startsAt' | 'localStart'>;

/** What of a shop decides when its days begin. */
type Clock = Pick<Location, 'timezone' | 'businessDayStart' | 'orderTime'>;

/** The local date of an event: the one it states, else that of its start; null when it has neither. */
export function eventDate(event: Pick<EventHeader, 'date' | 'startsAt'>, zone: string): string | null {
  if (event.date !== null && isDate(event.date)) return event.date;
  return event.startsAt === null ? null : localDate(event.startsAt, zone);
}

/**
 * The day of the event's start when it is another one than its date, so that nobody can know which of the two is
 * meant; else null. A start counts by the day that is written, and by that of the shop: one of the two will do.
 */
function otherStartDay(event: Days, zone: string): string | null {
  const date = eventDate(event, zone);
  const days = [
    ...(event.startsAt === null ? [] : [localDate(event.startsAt, zone)]),
    ...(event.localStart === undefined ? [] : [event.localStart.slice(0, 10)]),
  ];
  const [day] = days;
  return date === null || day === undefined || days.includes(date) ? null : day;
}

/** All days that an event may be on: one, two when its date and its start contradict each other, or none. */
export function eventDays(event: Days, zone: string): string[] {
  const date = eventDate(event, zone);
  const other = otherStartDay(event, zone);
  return [...(date === null ? [] : [date]), ...(other === null ? [] : [other])];
}

/**
 * The window of an event: from `leadHours` before its business day begins, or before it starts where that is earlier,
 * until `graceHours` after its end. An unknown or impossible end counts as the end of its day; an end before the start
 * means past midnight. Days of 23 and 25 hours are what they are: hours are elapsed time. Null when the event has no
 * date; where it may be on two days, the window covers both.
 */
export function windowOf(
  event: Times,
  shop: Clock,
  leadHours: number,
  graceHours: number,
): InjectionWindow | null {
  const days = eventDays(event, shop.timezone);
  if (days.length === 0) return null;
  const opens = days.map((date) => opensOn(event, date, shop));
  const ends = days.map((date) => endOf(event, date, shop.timezone));
  return { opensAt: Math.min(...opens) - leadHours * HOUR, closesAt: Math.max(...ends) + graceHours * HOUR };
}

function opensOn(event: Times, date: string, shop: Clock): number {
  const begins = businessDayBegins(date, shop);
  const starts = startOf(event, shop.timezone);
  // An early start on its day; what lies before that day is none of its own.
  return starts !== null && starts >= startOfDay(date, shop.timezone) ? Math.min(begins, starts) : begins;
}

/** When an event starts, epoch milliseconds: a start that names no zone is one of its shop. Null: unknown. */
export function startOf(event: Pick<EventHeader, 'startsAt' | 'localStart'>, zone: string): number | null {
  return event.startsAt ?? onClock(event.localStart, zone);
}

function endOf(event: Times, date: string, zone: string): number {
  const dayBegins = startOfDay(date, zone);
  const dayEnds = startOfDay(addDays(date, 1), zone);
  const endsAt = event.endsAt ?? onClock(event.localEnd, zone);
  if (endsAt === null) return dayEnds;
  // A start on another day contradicts the event's date, which is what the order goes by.
  const begins = Math.max(startOf(event, zone) ?? dayBegins, dayBegins);
  if (endsAt >= begins) return endsAt;
  const nextDay = plusDays(endsAt, 1, zone);
  return nextDay >= begins ? nextDay : dayEnds;
}

/** Where the clock shows a time twice it is the later one: a window that closes too early makes an event MISSED. */
function onClock(local: string | undefined, zone: string): number | null {
  return local === undefined ? null : (naiveInstants(local, zone).at(-1) ?? null);
}

/** Where `now` lies: before the window, in it, or after it. */
export function windowState(window: InjectionWindow, now: number): 'early' | 'open' | 'over' {
  if (now < window.opensAt) return 'early';
  return now < window.closesAt ? 'open' : 'over';
}
