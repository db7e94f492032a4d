import { DateTime, IANAZone } from 'luxon';

/**
 * Whether `name` is an IANA time zone known here, e.g. `America/Los_Angeles`. Abbreviations (`EST`), offsets and
 * Rails names (`Pacific Time (US & Canada)`) are not.
 */
export function isZone(name: string): boolean {
  return /^(?:UTC|[A-Za-z_]+(?:\/[A-Za-z0-9_+-]+)+)$/.test(name) && IANAZone.isValidZone(name);
}

const QUARTER_MS = 900_000;

/**
 * A zone that remembers its offsets: asking the system for one takes longer than the arithmetic around it. Since 1972
 * clocks change on a quarter of an hour, if they do.
 */
class QuickZone extends IANAZone {
  readonly #known = new Map<number, number>();

  override offset(at: number): number {
    const quarter = Math.floor(at / QUARTER_MS);
    const known = this.#known.get(quarter);
    if (known !== undefined) return known;
    const offset = super.offset(at);
    if (this.#known.size >= 1_000) this.#known.clear();
    this.#known.set(quarter, offset);
    return offset;
  }
}

/** Zones in use: a handful, and checking a name anew each time is slow. */
const zones = new Map<string, IANAZone>();

/** The zone object; throws on a bad name, since configuration was checked long before. */
export function zoneOf(name: string): IANAZone {
  const known = zones.get(name);
  if (known) return known;
  if (!isZone(name)) throw new RangeError(`not an IANA time zone: ${name}`);
  const zone = new QuickZone(name);
  zones.set(name, zone);
  return zone;
}

/** Remembers what a pure function answered for its latest arguments: calendar arithmetic is slow, and days are few. */
function remembering<T>(answer: (text: string, other: string) => T): (text: string, other: string) => T {
  const known = new Map<string, T>();
  return (text, other) => {
    const key = `${text} ${other}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const value = answer(text, other);
    if (known.size >= 1_000) known.clear();
    known.set(key, value);
    return value;
  };
}

/** Local calendar date of an instant (epoch milliseconds), `YYYY-MM-DD`. */
export function localDate(at: number, zone: string): string {
  return localDateTime(at, zone).slice(0, 10);
}

/** Local time of an instant without offset, as Revel stores it: `YYYY-MM-DDTHH:MM:SS`; fractions are cut. */
export function localDateTime(at: number, zone: string): string {
  const second = Math.floor(at / 1000) * 1000;
  const shown = second + zoneOf(zone).offset(second) * 60_000;
  return new Date(shown).toISOString().slice(0, -5);
}

/** `YYYY-MM-DD` shifted by whole calendar days. */
export function addDays(date: string, days: number): string {
  return shift(date, String(days));
}

const shift = remembering((date, days) => {
  const shifted = DateTime.fromISO(date, { zone: 'utc' })
    .plus({ days: Number(days) })
    .toISODate();
  if (shifted === null) throw new RangeError(`not a date: ${date}`);
  return shifted;
});

/** The same local time some calendar days on, in epoch milliseconds, however many hours those days have. */
export function plusDays(at: number, days: number, zone: string): number {
  return DateTime.fromMillis(at, { zone: zoneOf(zone) })
    .plus({ days })
    .toMillis();
}

/**
 * The first instant (epoch milliseconds) of a local day: 00:00, the earlier one where the clock shows it twice,
 * and the first moment after the gap where the clock never shows it.
 */
export function startOfDay(date: string, zone: string): number {
  return firstInstant(date, zone);
}

const firstInstant = remembering((date, zone) => {
  const instants = instantsOf(DateTime.fromISO(date, { zone: zoneOf(zone) }));
  if (instants.length === 0) throw new RangeError(`not a date: ${date}`);
  return Math.min(...instants);
});

const NAIVE = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?$/;

/**
 * All instants (epoch milliseconds) at which the clock shows a local time without offset, as Revel sends it
 * (`2026-11-14T00:31:07.896094`), the earliest first: two in the hour that comes twice. A time that the clock skips
 * counts as after the gap. Empty when the text is anything else, an offset included.
 */
export function naiveInstants(text: string, zone: string): readonly number[] {
  return NAIVE.test(text) ? instantsShowing(text, zone) : [];
}

const instantsShowing = remembering((text, zone): readonly number[] =>
  instantsOf(DateTime.fromISO(text, { zone: zoneOf(zone) })).sort((a, b) => a - b),
);

/**
 * The instant of such a local time that is nearest to `near`, in epoch milliseconds; null when the text is no local
 * time. Asked with the present for when something was written, it never makes that older than it is: in the hour
 * that the clock shows twice, the right instant is at least as far away.
 */
export function parseNaive(text: string, zone: string, near: number): number | null {
  const [first = null, second] = naiveInstants(text, zone);
  if (first === null || second === undefined) return first;
  return Math.abs(second - near) < Math.abs(first - near) ? second : first;
}

function instantsOf(local: DateTime): number[] {
  return local.isValid ? local.getPossibleOffsets().map((each) => each.toMillis()) : [];
}
