import { isDate } from '../domain/dates.js';

const MINUTE = 60_000;
const UNITS: Readonly<Record<string, number>> = { m: MINUTE, h: 60 * MINUTE, d: 1_440 * MINUTE };
const INSTANT = /^(\d{4}-\d{2}-\d{2})(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})?)?$/;

/**
 * Where a history begins: so long ago (milliseconds), at an instant (epoch milliseconds), or at a time by the clock of
 * the shop (`2026-11-14T08:00:00`).
 */
export type Since =
  | { kind: 'span'; ms: number }
  | { kind: 'instant'; at: number }
  | { kind: 'local'; time: string };

/**
 * Reads `7d`, `12h`, `30m`; `2026-11-14` (its midnight) and `2026-11-14T08:00` by the clock of the shop;
 * `2026-11-14T08:00Z`; null for anything else.
 */
export function parseSince(text: string): Since | null {
  const [, count, unit = ''] = /^(\d{1,5})([mhd])$/.exec(text) ?? [];
  if (count !== undefined) return { kind: 'span', ms: Number(count) * (UNITS[unit] ?? 0) };
  const [, date, offset] = INSTANT.exec(text) ?? [];
  if (date === undefined || !isDate(date)) return null;
  // What is no time of day is none in any zone.
  const at = Date.parse(offset === undefined && text !== date ? `${text}Z` : text);
  if (Number.isNaN(at)) return null;
  return offset === undefined
    ? { kind: 'local', time: new Date(at).toISOString().slice(0, 19) }
    : { kind: 'instant', at };
}
