import { InvalidArgumentError } from 'commander';
import { parseHttpUrl } from '../config/urls.js';
import { type EventId, parseEventId } from '../domain/ids.js';
import { parseSince, type Since } from './since.js';

const MAX_DAYS = 366;

/** Collects `--event-id`; each id once. */
export function eventId(text: string, before: EventId[] | undefined): EventId[] {
  const id = parseEventId(text);
  if (id === null) throw new InvalidArgumentError('An event id is decimal digits only, e.g. 55521609.');
  return before?.includes(id) ? before : [...(before ?? []), id];
}

/** A TCP port. */
export function port(text: string): number {
  const value = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (value < 1 || value > 65_535) throw new InvalidArgumentError('Write a port from 1 to 65535.');
  return value;
}

/** Days ahead. */
export function days(text: string): number {
  const value = /^\d{1,3}$/.test(text) ? Number(text) : -1;
  if (value < 0 || value > MAX_DAYS)
    throw new InvalidArgumentError(`Write a number of days from 0 to ${MAX_DAYS}.`);
  return value;
}

/** Where the history begins. */
export function since(text: string): Since {
  const parsed = parseSince(text);
  if (parsed === null) {
    throw new InvalidArgumentError(
      'Write 12h, 7d, a date like 2026-11-14, or a time like 2026-11-14T08:00Z.',
    );
  }
  return parsed;
}

/** A redirect URI as registered: sent letter by letter, so it is only checked. */
export function redirectUri(text: string): string {
  if (!/^[\x21-\x7e]{1,500}$/.test(text) || !parseHttpUrl(text).ok) {
    throw new InvalidArgumentError('Write an https:// address as it is registered, without a query.');
  }
  return text;
}
