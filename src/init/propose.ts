import type { Books } from '../domain/location.js';
import { normaliseName } from '../domain/names.js';
import type { Accounts, Establishment, Option, Place } from './accounts.js';

/** One entry of the locations file, as far as it is known; null: nobody can tell but a person. */
export interface Pair {
  place: Place;
  establishment: Establishment | null;
  stationId: number | null;
  timezone: string | null;
  /** The products that gratuity and fees are sold as there, where the books say so. */
  sold: { gratuity: number | null; fees: number | null };
}

/** How the money of events stands in their orders; the product is each shop's own. */
export interface Ways {
  gratuity: 'in-total' | 'on-top' | 'product';
  fees: 'surcharge' | 'product';
  tax: Books['tax'];
}

/** What the locations file is made of. */
export interface Proposal {
  pairs: Pair[];
  userId: number | null;
  diningOption: number | null;
  paymentType: number | null;
  /** Null: none; events with a discount then fail. */
  discountId: number | null;
  books: Ways;
}

/** What somebody has said already, in place of what is proposed. */
export interface Said {
  /** Establishment by Tripleseat location; null: leave the location out. */
  pairs: ReadonlyMap<number, number | null>;
  /** By establishment, as all that follow. */
  stations: ReadonlyMap<number, number>;
  timezones: ReadonlyMap<number, string>;
  sold: { gratuity: ReadonlyMap<number, number>; fees: ReadonlyMap<number, number> };
  userId: number | null;
  diningOption: number | null;
  paymentType: number | null;
  /** Null: none; undefined: nothing was said. */
  discountId: number | null | undefined;
  books: Partial<Ways>;
}

/** As the locations file has it where it says nothing. */
const usual: Ways = { gratuity: 'in-total', fees: 'surcharge', tax: 'header' };

/** What belongs together by name, city and time zone. Only what is clear is proposed: two that fit alike are none. */
export function propose(accounts: Accounts, said: Said): Proposal {
  const pairs = accounts.places.flatMap((place): Pair[] => {
    const told = said.pairs.get(place.id);
    if (told === null) return [];
    const establishment =
      told === undefined
        ? matchOf(place, accounts.establishments)
        : (accounts.establishments.find(({ id }) => id === told) ?? null);
    return [pairOf(accounts, place, establishment, said)];
  });
  return {
    pairs,
    userId: said.userId ?? likely(accounts.users, /integration|tripleseat|triple seat|api/i),
    diningOption: said.diningOption ?? likely(accounts.diningOptions, /event|catering|triple|party|banquet/i),
    paymentType: said.paymentType ?? likely(accounts.paymentTypes, /triple|event|catering/i),
    discountId:
      said.discountId === undefined ? likely(accounts.discounts, /triple|open|event/i) : said.discountId,
    books: { ...usual, ...said.books },
  };
}

/** The entry for a location that goes to this establishment. */
export function pairOf(
  accounts: Accounts,
  place: Place,
  establishment: Establishment | null,
  { stations: told, timezones, sold }: Pick<Said, 'stations' | 'timezones' | 'sold'>,
): Pair {
  const stations = stationsOf(accounts, establishment);
  const id = establishment?.id ?? 0;
  return {
    place,
    establishment,
    stationId: told.get(id) ?? (stations.length === 1 ? (stations[0]?.id ?? null) : null),
    // Revel's is the day that its books are closed by.
    timezone: timezones.get(id) ?? establishment?.timezone ?? place.timezone,
    sold: { gratuity: sold.gratuity.get(id) ?? null, fees: sold.fees.get(id) ?? null },
  };
}

/** The stations of an establishment. */
export function stationsOf({ stations }: Accounts, establishment: Establishment | null): Option[] {
  return establishment === null
    ? []
    : stations.filter(({ establishmentId }) => establishmentId === establishment.id);
}

function matchOf(place: Place, establishments: readonly Establishment[]): Establishment | null {
  const scored = establishments
    .map((establishment) => ({ establishment, score: scoreOf(place, establishment) }))
    .filter(({ score }) => score >= 3)
    .toSorted((one, other) => other.score - one.score);
  const [best, next] = scored;
  return best !== undefined && best.score > (next?.score ?? 0) ? best.establishment : null;
}

/** A name alone may prove it; a city or a time zone only together with something else. */
function scoreOf(place: Place, { name, city, timezone }: Establishment): number {
  const [theirs, ours, site] = [name, place.name, place.siteName].map(normaliseName);
  const words = new Set((theirs ?? '').split(' '));
  const shared = (ours ?? '').split(' ').filter((word) => word.length > 3 && words.has(word)).length;
  const byName = theirs === ours ? 6 : theirs === site ? 4 : Math.min(shared, 3);
  const places = ` ${ours} ${site} `;
  const byCity = city !== '' && places.includes(` ${normaliseName(city)} `) ? 2 : 0;
  const byZone = timezone === null || place.timezone === null ? 0 : timezone === place.timezone ? 1 : -3;
  return byName + byCity + byZone;
}

/** The only one there is, or the only one whose name says what it is for. */
function likely(options: readonly Option[], words: RegExp): number | null {
  const named = options.filter(({ name }) => words.test(name));
  const [only] = named.length === 1 ? named : options.length === 1 ? options : [];
  return only?.id ?? null;
}
