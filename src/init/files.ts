import { copyFileSync, existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AppError, ExitCode } from '../errors.js';
import { errnoOf, shownPath } from '../state/failure.js';
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
 * Puts all of them in their places, or none; what is there is kept under its name with `.old`, and what was kept so
 * before stays.
 *
 * @throws AppError OUTPUT (exit 78) where the system refuses
 */
export function writeKeeping(files: readonly FileToWrite[]): void {
  const fresh = files.map(({ path }) => `${path}.${process.pid}`);
  const step = (path: string, work: () => void) => {
    try {
      work();
    } catch (error) {
      for (const each of fresh) rmSync(each, { force: true });
      throw unwritten(path, error);
    }
  };
  files.forEach(({ path, text, mode }, index) => {
    step(path, () => writeFileSync(fresh[index] ?? '', text, { mode, flag: 'wx' }));
  });
  files.forEach(({ path }, index) => {
    step(path, () => {
      if (existsSync(path)) renameSync(path, oldName(path));
      renameSync(fresh[index] ?? '', path);
    });
  });
}

/** What an earlier call has kept is perhaps all that is left of what a person wrote. */
function oldName(path: string): string {
  let name = `${path}.old`;
  for (let count = 2; existsSync(name); count += 1) name = `${path}.old.${count}`;
  return name;
}

function unwritten(path: string, error: unknown): unknown {
  const code = errnoOf(error);
  if (code === null) return error;
  return new AppError(
    'OUTPUT',
    ExitCode.config,
    `${shownPath(path)} could not be written: the system answered ${code}.`,
    'Run it as a user that may write there, with room on the disk.',
  );
}

/** Puts the schema that is shipped beside a locations file that names it. */
export function placeSchema(locationsPath: string): void {
  const shipped = new URL('../../locations.schema.json', import.meta.url);
  const target = join(dirname(locationsPath), 'locations.schema.json');
  if (!existsSync(shipped) || existsSync(target)) return;
  try {
    copyFileSync(shipped, target);
  } catch (error) {
    throw unwritten(target, error);
  }
}
