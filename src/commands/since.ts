import { isDate } from '../domain/dates.js';

const MINUTE = 60_000;
const UNITS: Readonly<Record<string, number>> = { m: MINUTE, h: 60 * MINUTE, d: 1_440 * MINUTE };
const INSTANT = /^(\d{4}-\d{2}-\d{2})(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2}))?$/;

/** Where a history begins: so long ago (milliseconds), or at an instant (epoch milliseconds). */
export type Since = { kind: 'span'; ms: number } | { kind: 'instant'; at: number };

/** Reads `7d`, `12h`, `30m`, `2026-11-14` (00:00 UTC) or `2026-11-14T08:00Z`; null for anything else. */
export function parseSince(text: string): Since | null {
  const [, count, unit = ''] = /^(\d{1,5})([mhd])$/.exec(text) ?? [];
  if (count !== undefined) return { kind: 'span', ms: Number(count) * (UNITS[unit] ?? 0) };
  const date = INSTANT.exec(text)?.[1];
  if (date === undefined) return null;
  const at = Date.parse(text);
  return Number.isNaN(at) || !isDate(date) ? null : { kind: 'instant', at };
}
