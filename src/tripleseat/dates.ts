import { DateTime } from 'luxon';

/** `M/D/YYYY` as the API writes it, padded or not. */
const LOCAL_DATE = 'M/d/yyyy';
const LOCAL_TIME = 'h:mm a';
const OFFSET = /(?:Z|[+-]\d{2}:?\d{2})$/i;

/** `2026-11-14` or `2026-11-14T18:00:00-08:00` → `2026-11-14`; null: no such day. */
export function isoDate(text: string): string | null {
  const day = /^(\d{4}-\d{2}-\d{2})(?:$|[T ])/.exec(text)?.[1];
  return day !== undefined && DateTime.fromISO(day, { zone: 'utc' }).isValid ? day : null;
}

/** `11/14/2026` or `9/8/2026` → `2026-09-08`; null: no such day. */
export function usDate(text: string): string | null {
  const day = DateTime.fromFormat(text, LOCAL_DATE, { locale: 'en-US', zone: 'utc' });
  return day.isValid ? day.toFormat('yyyy-MM-dd') : null;
}

/** `YYYY-MM-DD` → `MM/DD/YYYY`, as search wants it. */
export function searchDate(day: string): string {
  return DateTime.fromISO(day, { zone: 'utc' }).toFormat('MM/dd/yyyy');
}

/** Epoch milliseconds of an ISO 8601 time that carries its offset; null when it has none or is no time. */
export function instant(text: string): number | null {
  if (!OFFSET.test(text) || !text.includes('T')) return null;
  const time = DateTime.fromISO(text, { setZone: true });
  return time.isValid ? time.toMillis() : null;
}

/** Like {@link instant} for a field that is UTC by name, whether or not it says `Z`. */
export function utcInstant(text: string): number | null {
  if (!text.includes('T')) return null;
  const time = DateTime.fromISO(text, { zone: 'utc' });
  return time.isValid ? time.toMillis() : null;
}

/**
 * `11/14/2026 6:00 PM` → `2026-11-14T18:00:00`; null: no such time. The text names no zone, so neither does what
 * comes out: the location's zone makes an instant of it.
 */
export function usDateTime(text: string): string | null {
  return read(text, `${LOCAL_DATE} ${LOCAL_TIME}`, "yyyy-MM-dd'T'HH:mm:ss");
}

/** `6:00 PM` → `18:00:00`; null: no such time. */
function usTime(text: string): string | null {
  return read(text, LOCAL_TIME, 'HH:mm:ss');
}

function read(text: string, form: string, as: string): string | null {
  const plain = text.trim().toUpperCase().replace(/\s+/g, ' ');
  // In UTC every hour of every day exists.
  const time = DateTime.fromFormat(plain, form, { locale: 'en-US', zone: 'utc' });
  return time.isValid ? time.toFormat(as) : null;
}

/** What an event says about its times without naming a zone. */
interface LocalFields {
  event_start: string | null;
  event_end: string | null;
  /** Older names of the same. */
  start_time: string | null;
  end_time: string | null;
  /** Without a day. */
  event_start_time: string | null;
  event_end_time: string | null;
}

/** Start and end on the clock of the shop, `YYYY-MM-DDTHH:MM:SS`. */
interface LocalTimes {
  start: string | null;
  end: string | null;
}

/**
 * The times of an event from the fields that name no zone. A time of day belongs to the day of the event, and an end
 * that would lie before the start to the day after; without a start, such an end may be on either, so it is none.
 *
 * @param date the local day of the event, if that is known from elsewhere
 * @param begins the start as written in a field that does name its zone; null: no such field
 */
export function localTimes(event: LocalFields, date: string | null, begins: string | null): LocalTimes {
  const start = firstOf([event.event_start, event.start_time]) ?? onDay(date, event.event_start_time);
  const known = begins ?? start;
  const end = firstOf([event.event_end, event.end_time]);
  if (end !== null || known === null) return { start, end };
  const day = known.slice(0, 10);
  const same = onDay(day, event.event_end_time);
  return { start, end: same !== null && same < known ? onDay(nextDay(day), event.event_end_time) : same };
}

function firstOf(texts: readonly (string | null)[]): string | null {
  for (const text of texts) {
    const time = text === null ? null : usDateTime(text);
    if (time !== null) return time;
  }
  return null;
}

function onDay(day: string | null, text: string | null): string | null {
  const time = text === null ? null : usTime(text);
  return day === null || time === null ? null : `${day}T${time}`;
}

function nextDay(day: string): string {
  return DateTime.fromISO(day, { zone: 'utc' }).plus({ days: 1 }).toFormat('yyyy-MM-dd');
}
