import type { EventHeader } from './event.js';
import { eventDate, eventDays } from './window.js';
import { addDays, localDate, localDateTime } from './zones.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Local calendar days, `YYYY-MM-DD`, both ends included. */
export interface DateRange {
  from: string;
  to: string;
}

/**
 * The event dates that a sweep covers in one zone: from the local date of (now − hours back) to that of
 * (now + lead hours), the last day whose window may be open.
 */
export function sweepDates(now: number, zone: string, hoursBack: number, leadHours: number): DateRange {
  return { from: localDate(now - hoursBack * HOUR, zone), to: localDate(now + leadHours * HOUR, zone) };
}

/** The days of updates that a sweep covers in one zone: from the local date of (now − hours back) to today. */
export function updateDates(now: number, zone: string, hoursBack: number): DateRange {
  return sweepDates(now, zone, hoursBack, 0);
}

/** The range to ask the server for: a day more at each end, since it is not known in which zone it counts days. */
export function queryDates(range: DateRange): DateRange {
  return { from: addDays(range.from, -1), to: addDays(range.to, 1) };
}

/** The smallest range that covers all of them; null for none. */
export function spanOf(ranges: readonly DateRange[]): DateRange | null {
  const from = ranges.map((range) => range.from).sort()[0];
  const to = ranges
    .map((range) => range.to)
    .sort()
    .at(-1);
  return from === undefined || to === undefined ? null : { from, to };
}

/**
 * Whether a day that the event may be on lies in the range. An event without any date does: what it is shows in its
 * detail, and it must not be passed over silently.
 */
export function inDateRange(
  event: Pick<EventHeader, 'date' | 'startsAt' | 'localStart'>,
  range: DateRange,
  zone: string,
): boolean {
  const days = eventDays(event, zone);
  return days.length === 0 || days.some((date) => range.from <= date && date <= range.to);
}

const UPDATED = /^\s*(\d{1,2})\/(\d{1,2})\/(\d{4})\s+(\d{1,2}):(\d{2})\s*([AP])M\s*$/i;

/**
 * `M/D/YYYY h:mm AM` as milliseconds of the local clock (not an instant: the text names no zone); null when it
 * cannot be read.
 */
export function stampMillis(text: string | null): number | null {
  const [, month, day, year, hour, minute, half] = (text === null ? null : UPDATED.exec(text)) ?? [];
  if (half === undefined) return null;
  const [m, d, h, min] = [Number(month), Number(day), Number(hour), Number(minute)];
  if (m < 1 || m > 12 || d < 1 || d > 31 || h < 1 || h > 12 || min > 59) return null;
  return Date.UTC(Number(year), m - 1, d, (h % 12) + (half.toUpperCase() === 'P' ? 12 : 0), min);
}

/** `at` on the local clock of the zone, comparable with {@link stampMillis}. */
function onLocalClock(at: number, zone: string): number {
  return Date.parse(`${localDateTime(at, zone)}Z`);
}

/**
 * Whether the event may have been updated at or after `since` (epoch milliseconds). Its stamp has minutes only
 * and no zone, so a day of slack is given; one that cannot be read counts as new.
 */
export function updatedSince(event: Pick<EventHeader, 'updatedAt'>, zone: string, since: number): boolean {
  const updated = stampMillis(event.updatedAt);
  return updated === null || updated + DAY >= onLocalClock(since, zone);
}

/** What a search is sorted by, and from where on its rows are wanted. */
export type SearchFloor =
  /** Wanted from this local date on, `YYYY-MM-DD`. */
  | { by: 'event_date'; from: string; zone: string }
  /** Wanted from this instant on, epoch milliseconds. */
  | { by: 'updated'; since: number; zone: string };

/**
 * Whether the pages seen so far prove that nothing wanted can follow: their rows, taken together, come newest
 * first, and every row of the last page is too old. A row that cannot be placed proves nothing; neither does an
 * empty page, nor rows that are all alike: oldest first, they would look the same. Sorting and filtering are the
 * server's, and it is not trusted to do either.
 */
export function provesOlder(pages: readonly (readonly EventHeader[])[], floor: SearchFloor): boolean {
  const { keyOf, oldest } = placing(floor);
  const keys = pages.map((page) => page.map(keyOf));
  const all = keys.flat();
  const isSorted = all.every((key, at) => key !== null && key <= (all[at - 1] ?? Number.POSITIVE_INFINITY));
  // In this order the first row of a page is its newest.
  const newest = keys.at(-1)?.[0] ?? null;
  return isSorted && newest !== null && newest + DAY < oldest && all[0] !== all.at(-1);
}

function placing(floor: SearchFloor): { keyOf: (event: EventHeader) => number | null; oldest: number } {
  switch (floor.by) {
    case 'event_date':
      return {
        keyOf: (event) => {
          const date = eventDate(event, floor.zone);
          return date === null ? null : Date.parse(date);
        },
        oldest: Date.parse(floor.from),
      };
    case 'updated':
      return {
        keyOf: (event) => stampMillis(event.updatedAt),
        oldest: onLocalClock(floor.since, floor.zone),
      };
  }
}

/** No gap longer than this is covered by itself: 14 days. */
export const maxGrownHours = 14 * 24;

/** How far back a sweep looks, and why. */
export interface SweepReach {
  hoursBack: number;
  /** The last good sweep is longer ago than asked for, so the sweep looks further back: to be said. */
  grown: boolean;
  /** The gap is longer than {@link maxGrownHours}: events in its oldest part are not covered. */
  capped: boolean;
}

/**
 * Hours back, grown to reach the last good sweep.
 *
 * @param lastGoodSweep its start, ISO 8601; null when none is known (then nothing grows)
 */
export function grownHours(lastGoodSweep: string | null, now: number, hoursBack: number): SweepReach {
  const gap = lastGoodSweep === null ? Number.NaN : Math.ceil((now - Date.parse(lastGoodSweep)) / HOUR);
  if (!(gap > hoursBack)) return { hoursBack, grown: false, capped: false };
  const reach = Math.max(hoursBack, Math.min(gap, maxGrownHours));
  return { hoursBack: reach, grown: reach > hoursBack, capped: gap > reach };
}
