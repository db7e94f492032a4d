import { isZone, localDateTime, zoneOf } from '../domain/zones.js';
import { clean } from '../text/text.js';
import { dayText } from '../text/time.js';

/** What people are told times and amounts in. */
export interface Shops {
  /** IANA zone of the first shop, whose times those of runs are told in. */
  zone: string;
  /** Currencies (`USD`) by the names of shops, as far as they are known. */
  currencies: ReadonlyMap<string, string>;
}

/** Where nothing is known of any shop. */
export const noShops: Shops = { zone: 'UTC', currencies: new Map() };

/** Of the shops of the locations file. */
export function shopsOf(
  locations: readonly { name: string; timezone: string; currency: string | null }[],
): Shops {
  const known = locations.flatMap(({ name, currency }) =>
    currency === null ? [] : [[name, currency] as const],
  );
  return { zone: locations[0]?.timezone ?? noShops.zone, currencies: new Map(known) };
}

/** The same for the people of one shop, who read its times; null: for all. */
export function shopsFor(locations: Parameters<typeof shopsOf>[0], shop: string | null): Shops {
  const own = locations.find(({ name }) => name === shop);
  return own ? { ...shopsOf(locations), zone: own.timezone } : shopsOf(locations);
}

/** An amount with the currency of its shop, `1472.00 USD`, where that is known. */
export function moneyText(
  amount: string,
  shop: string | null,
  { currencies }: Pick<Shops, 'currencies'>,
): string {
  const currency = shop === null ? undefined : currencies.get(shop);
  return currency === undefined ? amount : `${amount} ${currency}`;
}

/** What stands above the events of one shop on one day: `Sat, Nov 14, 2026 · Special Events: 3 events, 4211.00 USD`. */
export function titleOf(
  events: readonly { date: string | null; location: string | null; total: string | null }[],
  shops: Pick<Shops, 'currencies'>,
): string {
  const [first] = events;
  const day = first?.date ? dayText(clean(first.date, 20)) : '(no date)';
  const shop = clean(first?.location ?? '', 60) || '(no location)';
  const cents = events.reduce((sum, { total }) => sum + centsOf(total), 0);
  const count = `${events.length} ${events.length === 1 ? 'event' : 'events'}`;
  const sum = moneyText((cents / 100).toFixed(2), first?.location ?? null, shops);
  return `${day} · ${shop}: ${count}${cents === 0 ? '' : `, ${sum}`}`;
}

/** Zero of what is no amount. */
function centsOf(total: string | null): number {
  return total !== null && /^-?\d{1,12}\.\d\d$/.test(total) ? Math.round(Number(total) * 100) : 0;
}

/** An instant (epoch milliseconds) to the minute by the clock of the shop: `2026-11-14 12:05 PST`. */
export function shopTime(at: number, zone: string): string {
  return timeIn(at, zone, 16);
}

/** The same to the second: `2026-11-14 12:05:31 PST`. */
export function shopSecond(at: number, zone: string): string {
  return timeIn(at, zone, 19);
}

/** What the clocks of the zone show is called at that instant: `PST`, `GMT+5:30`. */
export function zoneName(at: number, zone: string): string {
  return zoneOf(usable(zone)).offsetName(at, { format: 'short', locale: 'en-US' }) ?? zone;
}

function timeIn(at: number, zone: string, length: number): string {
  return `${localDateTime(at, usable(zone)).slice(0, length).replace('T', ' ')} ${zoneName(at, zone)}`;
}

/** A zone that another version or another host has noted may not be known here. */
function usable(zone: string): string {
  return isZone(zone) ? zone : noShops.zone;
}
