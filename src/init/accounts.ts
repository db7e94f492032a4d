import { z } from 'zod';
import { locationSchema, rowsOf as placesIn, siteSchema } from '../doctor/tripleseat.js';
import { ianaOf } from '../doctor/zones.js';
import { AppError, ExitCode } from '../errors.js';
import type { RevelProbe } from '../revel/probe.js';
import { namedRow, rowName, rowsOf } from '../revel/rows.js';
import { idOf } from '../revel/schema.js';
import { clean } from '../text/text.js';
import type { TripleseatProbe } from '../tripleseat/probe.js';

/** Something that a location of the file may name by its id. */
export interface Option {
  id: number;
  /** As people know it, safe to print. */
  name: string;
  /** Null: of all establishments, or not told. */
  establishmentId: number | null;
}

/** A Tripleseat location with what its site tells. */
export interface Place {
  id: number;
  name: string;
  siteId: number;
  siteName: string;
  /** IANA; null: not told, or not known. */
  timezone: string | null;
  /** ISO 4217; null: not told. */
  currency: string | null;
}

/** A Revel shop. */
export interface Establishment {
  id: number;
  name: string;
  city: string;
  /** IANA; null: not told, or not known. */
  timezone: string | null;
}

/** What both accounts have that belongs into a locations file. */
export interface Accounts {
  places: Place[];
  establishments: Establishment[];
  stations: Option[];
  users: Option[];
  diningOptions: Option[];
  discounts: Option[];
  paymentTypes: Option[];
  /** What could not be read, a sentence each. */
  gaps: string[];
}

const text = z.string().max(2_000).nullish().catch(null);
const reference = z
  .union([z.string().max(300), z.number()])
  .nullish()
  .catch(null);
const flag = z.boolean().nullish().catch(null);
const revelRow = namedRow.extend({
  city: text,
  timezone: text,
  establishment: reference,
  active: flag,
  is_active: flag,
  dining_option_id: z.number().int().nullish().catch(null),
  payment_type: z.number().int().nullish().catch(null),
});
type RevelRow = z.infer<typeof revelRow>;

/**
 * Reads both accounts. What the key may not read is empty, and told in `gaps`.
 *
 * @throws AppError CREDENTIALS (exit 77), UPSTREAM (exit 69) when the sites or locations of Tripleseat, or the
 * establishments of Revel, cannot be read at all
 */
export async function readAccounts(tripleseat: TripleseatProbe, revel: RevelProbe): Promise<Accounts> {
  const gaps: string[] = [];
  const places = await readPlaces(tripleseat);
  const list = async (what: string, path: string, option: (row: RevelRow) => Option | null) => {
    const rows = await rowsOf(revel, path, revelRow);
    if (typeof rows === 'string') {
      gaps.push(`${what} of Revel could not be read: ${rows}.`);
      return [];
    }
    return rows.filter((row) => (row.is_active ?? row.active) !== false).flatMap((row) => option(row) ?? []);
  };
  const establishments = await readEstablishments(revel);
  const named = (row: RevelRow, id: number | null | undefined): Option | null => {
    const name = rowName(row) || `number ${id}`;
    return id == null ? null : { id, name, establishmentId: idOf(row.establishment) };
  };
  return {
    places,
    establishments,
    stations: await list('The stations', '/resources/PosStation/', (row) => named(row, row.id)),
    users: await list('The users', '/enterprise/User/', (row) => named(row, row.id)),
    diningOptions: await list('The dining options', '/resources/CustomOrderOption/', (row) =>
      named(row, row.dining_option_id),
    ),
    discounts: await list('The discounts', '/resources/Discount/', (row) => named(row, row.id)),
    // Which field holds the number that payments name is not known for certain; without that one, people must say it.
    paymentTypes: await list('The payment types', '/resources/CustomPaymentType/', (row) =>
      named(row, row.payment_type),
    ),
    gaps,
  };
}

async function readPlaces(tripleseat: TripleseatProbe): Promise<Place[]> {
  const answers = [await tripleseat('/v1/sites.json'), await tripleseat('/v1/locations.json')] as const;
  for (const answer of answers) {
    if (answer.kind === 'refused') {
      throw new AppError('CREDENTIALS', ExitCode.credentials, answer.message, answer.hint);
    }
    if (answer.kind === 'failure') throw unreachable('Tripleseat', answer.detail);
  }
  const sites = placesIn(answers[0], 'site', siteSchema);
  const locations = placesIn(answers[1], 'location', locationSchema);
  if (sites === null || locations === null)
    throw unreachable('Tripleseat', 'its lists of sites and locations are not there');
  return locations.flatMap(({ id, name, site_id, currency_code }) => {
    const siteId = site_id ?? (sites.length === 1 ? sites[0]?.id : undefined);
    if (siteId === undefined) return [];
    const site = sites.find((each) => each.id === siteId);
    const timezone = site?.timezone ? ianaOf(site.timezone) : null;
    return [
      {
        id,
        name: clean(name ?? '', 100) || `location ${id}`,
        siteId,
        siteName: clean(site?.name ?? '', 100),
        timezone,
        currency: currency_code ?? site?.currency_code ?? null,
      },
    ];
  });
}

async function readEstablishments(revel: RevelProbe): Promise<Establishment[]> {
  const rows = await rowsOf(revel, '/enterprise/Establishment/', revelRow);
  if (typeof rows === 'string') throw unreachable('Revel', `of the establishments ${rows}`);
  return rows.map((row) => ({
    id: row.id,
    name: rowName(row) || `establishment ${row.id}`,
    city: clean(row.city ?? '', 100),
    timezone: row.timezone ? ianaOf(row.timezone) : null,
  }));
}

function unreachable(service: string, detail: string): AppError {
  const refused = detail.includes('401') || detail.includes('403');
  return new AppError(
    refused ? 'CREDENTIALS' : 'UPSTREAM',
    refused ? ExitCode.credentials : ExitCode.unavailable,
    `${service} could not be read: ${detail}${detail.endsWith('.') ? '' : '.'}`,
    refused
      ? 'Check the API key and secret, and that the domain is the account they belong to.'
      : 'Check the address and the network, then run it again.',
  );
}
