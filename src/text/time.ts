const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Hosts that share a state may disagree by as much about the time, in milliseconds. */
export const HOST_SKEW_MS = 5 * MINUTE;

/** How long ago something was, `2 d 3 h ago`; of what a clock that ran ahead has noted, that it is yet to come. */
export function agoText(ms: number): string {
  return ms <= -SECOND ? `${spanText(ms)} ahead of this clock` : `${spanText(Math.max(ms, 0))} ago`;
}

/** A length of time (milliseconds) in its two largest units: `2 d 3 h`, `1 h 20 min`, `5 min`, `12 s`. */
export function spanText(ms: number): string {
  const span = Math.abs(ms);
  if (span < MINUTE) return `${Math.round(span / SECOND)} s`;
  if (span < HOUR) return `${Math.floor(span / MINUTE)} min`;
  if (span < DAY) return pair(span, HOUR, 'h', MINUTE, 'min');
  return pair(span, DAY, 'd', HOUR, 'h');
}

function pair(span: number, large: number, name: string, small: number, smallName: string): string {
  const rest = Math.floor((span % large) / small);
  return `${Math.floor(span / large)} ${name}${rest === 0 ? '' : ` ${rest} ${smallName}`}`;
}

/** `2026-11-14` as `Sat, Nov 14, 2026`; anything else as it is. */
export function dayText(date: string): string {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date)) return date;
  const options = { weekday: 'short', year: 'numeric', month: 'short', day: 'numeric' } as const;
  return new Date(`${date}T00:00:00Z`).toLocaleDateString('en-US', { ...options, timeZone: 'UTC' });
}
