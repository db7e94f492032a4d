import { copyFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Pair, Proposal, Ways } from './propose.js';

/** So that it can be shown on a terminal as it is. */
const MAX_LINE = 79;

/** The text of a locations file; what is still unknown in the proposal is left out. */
export function locationsText(proposal: Proposal): string {
  const { pairs, userId, diningOption, paymentType, discountId, books } = proposal;
  const names = pairs.map(({ place }) => place.name);
  const unique = (name: string, site: string) =>
    (names.filter((each) => each === name).length > 1 && site !== '' ? `${name} (${site})` : name).slice(
      0,
      100,
    );
  const defaults = {
    ...(userId === null ? {} : { userId }),
    ...(diningOption === null ? {} : { diningOption }),
    ...(paymentType === null ? {} : { paymentType }),
    ...(discountId === null ? {} : { discountId }),
  };
  const locations = pairs.map(({ place, establishment, stationId, timezone, sold }) => ({
    name: unique(place.name, place.siteName),
    ...(timezone === null ? {} : { timezone }),
    ...(place.currency === null ? {} : { currency: place.currency }),
    tripleseat: { siteId: place.siteId, locationId: place.id },
    revel: {
      ...(establishment === null ? {} : { establishmentId: establishment.id }),
      ...(stationId === null ? {} : { posStationId: stationId }),
    },
    ...booksOf(books, sold),
  }));
  const { gratuity, fees, tax } = books;
  const common = {
    ...(gratuity === 'product' ? {} : { gratuity }),
    ...(fees === 'product' ? {} : { fees }),
    tax,
  };
  const file = {
    $schema: './locations.schema.json',
    defaults: { revel: defaults, books: common },
    locations,
  };
  // What holds nothing but ids stands on one line, if that fits.
  const text = JSON.stringify(file, null, 2).replace(/^( *"\w+": )(\{[^{}[\]]*\})/gm, (all, key, inner) => {
    const line = `${key}${inner.replace(/\s*\n\s*/g, ' ')}`;
    return line.length < MAX_LINE ? line : all;
  });
  return `${text}\n`;
}

/** What is sold as a product, since each shop has its own; nothing where nothing is. */
function booksOf({ gratuity, fees }: Ways, sold: Pair['sold']): { books?: object } {
  const own = {
    ...(gratuity === 'product' && sold.gratuity !== null ? { gratuity: { product: sold.gratuity } } : {}),
    ...(fees === 'product' && sold.fees !== null ? { fees: { product: sold.fees } } : {}),
  };
  return Object.keys(own).length === 0 ? {} : { books: own };
}

/** Writes a file at once; one that is there is kept under its name with `.old`. */
export function writeKeeping(path: string, text: string, mode: number): void {
  const fresh = `${path}.${process.pid}`;
  writeFileSync(fresh, text, { mode, flag: 'wx' });
  if (existsSync(path)) renameSync(path, `${path}.old`);
  renameSync(fresh, path);
}

/** Puts the schema that is shipped beside a locations file that names it. */
export function placeSchema(locationsPath: string): void {
  const shipped = new URL('../../locations.schema.json', import.meta.url);
  const target = join(dirname(locationsPath), 'locations.schema.json');
  if (!existsSync(shipped) || existsSync(target)) return;
  copyFileSync(shipped, target);
}

/** The text of a file; null: there is none. */
export function textOf(path: string): string | null {
  return existsSync(path) ? readFileSync(path, 'utf8') : null;
}
