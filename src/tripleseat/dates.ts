import { DateTime } from 'luxon';

/** `M/D/YYYY` as the API writes it, padded or not. */
const LOCAL_DATE = 'M/d/yyyy';
const OFFSET = /(?:Z|[+-]\d{2}:?\d{2})$/i;

/** `2026-11-14` or `2026-11-14T18:00:00-08:00` → `2026-11-14`; null: no such day. */
export function isoDate(text: string): string | null {
  const day = /^(\d{4}-\d{2}-\d{2})(?:$|[T ])/.exec(text)?.[1];
  return day !== undefined && DateTime.fromISO(day).isValid ? day : null;
}

/** `11/14/2026` or `9/8/2026` → `2026-09-08`; null: no such day. */
export function usDate(text: string): string | null {
  const day = DateTime.fromFormat(text, LOCAL_DATE, { locale: 'en-US' });
  return day.isValid ? day.toFormat('yyyy-MM-dd') : null;
}

/** `YYYY-MM-DD` → `MM/DD/YYYY`, as search wants it. */
export function searchDate(day: string): string {
  return DateTime.fromISO(day).toFormat('MM/dd/yyyy');
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
 * Epoch milliseconds of `M/D/YYYY h:mm AM` in an IANA zone; null when either cannot be read. A time that the
 * change to summer time leaves out is read as if the clock had not changed yet; one that comes twice, as the first.
 */
export function localToEpoch(text: string, zone: string): number | null {
  const time = DateTime.fromFormat(text.trim().toUpperCase(), `${LOCAL_DATE} h:mm a`, {
    zone,
    locale: 'en-US',
  });
  if (!time.isValid) return null;
  return Math.min(...time.getPossibleOffsets().map((possible) => possible.toMillis()));
}
