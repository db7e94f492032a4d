import { DateTime } from 'luxon';
import { zoneOf } from '../../domain/zones.js';

/** Zone names as Tripleseat's sites carry them, with the IANA zones they stand for. */
const RAILS_ZONES: Readonly<Record<string, string>> = {
  'Pacific Time (US & Canada)': 'America/Los_Angeles',
  'Mountain Time (US & Canada)': 'America/Denver',
  'Central Time (US & Canada)': 'America/Chicago',
  'Eastern Time (US & Canada)': 'America/New_York',
};

/** The IANA zone behind a site's zone name; a name that is not in the list counts as IANA already. */
export function ianaZone(siteZone: string): string {
  return RAILS_ZONES[siteZone] ?? siteZone;
}

/** The name Tripleseat shows for an IANA zone; zones outside the list are shown as they are. */
export function railsZone(iana: string): string {
  return Object.entries(RAILS_ZONES).find(([, zone]) => zone === iana)?.[0] ?? iana;
}

/** Epoch milliseconds as Tripleseat stamps records: `11/5/2026 6:46 AM`, local, unpadded, no seconds, no zone. */
export function localStamp(millis: number, zone: string): string {
  return DateTime.fromMillis(millis, { zone, locale: 'en-US' }).toFormat('L/d/yyyy h:mm a');
}

const STAMP = /^(\d{1,2})\/(\d{1,2})\/(\d{4}) (\d{1,2}):(\d{2}) (AM|PM)$/;

/** What {@link localStamp} wrote, as epoch milliseconds; null when the text is anything else. */
export function parseStamp(text: string, zone: string): number | null {
  const match = STAMP.exec(text);
  if (!match) return null;
  const [month = 0, day = 0, year = 0, onClock = 0, minute = 0] = match.slice(1, 6).map(Number);
  const hour = (onClock % 12) + (match[6] === 'PM' ? 12 : 0);
  const local = DateTime.fromObject({ year, month, day, hour, minute }, { zone: zoneOf(zone) });
  return local.isValid ? local.toMillis() : null;
}

/** A search date, `MM/DD/YYYY` or `YYYY-MM-DD`, as `YYYY-MM-DD`; null for anything else. */
export function parseSearchDate(text: string): string | null {
  const format = text.includes('/') ? 'M/d/yyyy' : 'yyyy-MM-dd';
  return DateTime.fromFormat(text.trim(), format, { zone: 'utc' }).toISODate();
}

/**
 * The date and time fields of an event on local day `date`. `start` and `end` are `HH:MM`; an end at or before
 * the start means the next day.
 */
export function eventTimes(date: string, start: string, end: string, zone: string) {
  const from = DateTime.fromISO(`${date}T${start}:00`, { zone, locale: 'en-US' });
  const sameDay = DateTime.fromISO(`${date}T${end}:00`, { zone, locale: 'en-US' });
  const to = sameDay > from ? sameDay : sameDay.plus({ days: 1 });
  return {
    event_date: from.toFormat('L/d/yyyy'),
    event_date_iso8601: date,
    event_start: from.toFormat('L/d/yyyy h:mm a'),
    event_end: to.toFormat('L/d/yyyy h:mm a'),
    event_start_utc: from.toUTC().toFormat("yyyy-MM-dd'T'HH:mm:ss'Z'"),
    event_end_utc: to.toUTC().toFormat("yyyy-MM-dd'T'HH:mm:ss'Z'"),
    event_start_iso8601: from.toFormat("yyyy-MM-dd'T'HH:mm:ssZZ"),
    event_end_iso8601: to.toFormat("yyyy-MM-dd'T'HH:mm:ssZZ"),
    event_timezone: railsZone(zone),
  };
}
