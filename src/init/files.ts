import { copyFileSync, existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { shownPath, unwritten } from '../state/failure.js';
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

/** A file to be written. */
export interface FileToWrite {
  path: string;
  text: string;
  mode: number;
}

/**
 * Puts files in their places, none before all of them are on the disk; what is there is kept under its name with `.old`,
 * and what was kept so before stays.
 *
 * @throws AppError OUTPUT (exit 78) where the system refuses
 */
export function writeKeeping(files: readonly FileToWrite[]): void {
  const all = files.map((file) => ({ ...file, fresh: `${file.path}.${process.pid}` }));
  const each = (work: (file: (typeof all)[number]) => void) => {
    for (const file of all) {
      try {
        work(file);
      } catch (error) {
        for (const { fresh } of all) rmSync(fresh, { force: true });
        throw refusal(file.path, error);
      }
    }
  };
  each(({ fresh, text, mode }) => writeFileSync(fresh, text, { mode, flag: 'wx' }));
  each(({ fresh, path }) => {
    if (existsSync(path)) renameSync(path, oldName(path));
    renameSync(fresh, path);
  });
}

/** What an earlier call has kept is perhaps all that is left of what a person wrote. */
function oldName(path: string): string {
  let name = `${path}.old`;
  for (let count = 2; existsSync(name); count += 1) name = `${path}.old.${count}`;
  return name;
}

function refusal(path: string, error: unknown): unknown {
  const hint = 'Run it as a user that may write there, with room on the disk.';
  return unwritten(error, { what: shownPath(path), hint });
}

/** Puts the schema that is shipped beside a locations file that names it. */
export function placeSchema(locationsPath: string): void {
  const shipped = new URL('../../locations.schema.json', import.meta.url);
  const target = join(dirname(locationsPath), 'locations.schema.json');
  if (!existsSync(shipped) || existsSync(target)) return;
  try {
    copyFileSync(shipped, target);
  } catch (error) {
    throw refusal(target, error);
  }
}
