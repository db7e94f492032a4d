import { isZone } from '../domain/zones.js';
import { noShops } from '../report/shops.js';
import type { Journal } from '../state/types.js';
import { Zones } from '../state/zones.js';

/**
 * By whose clock a command tells times: that of the first shop; where no locations file names one, that of the last run
 * on record.
 *
 * @param shops of the locations file; empty: it names none, or cannot be read
 */
export async function zoneToTell(shops: readonly { timezone: string }[], journal: Journal): Promise<string> {
  const [first] = shops;
  if (first) return first.timezone;
  const zones = new Zones();
  for await (const _ of zones.of(journal.read()));
  return isZone(zones.last) ? zones.last : noShops.zone;
}
