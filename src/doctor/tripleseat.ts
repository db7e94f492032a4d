import { z } from 'zod';
import { CURRENCY } from '../domain/location.js';
import { localDate } from '../domain/zones.js';
import type { Check } from '../report/checks.js';
import { clean, listed, numbered, plural } from '../text/text.js';
import { searchDate } from '../tripleseat/dates.js';
import type { TripleseatProbe, TripleseatProbeAnswer } from '../tripleseat/probe.js';
import { unwrap } from '../tripleseat/schema.js';
import { type DoctorContext, failed, noteClock, ok, type Site, skipped, warning } from './types.js';

const SIGN_IN = 'Tripleseat sign-in';
const SCOPES = 'Tripleseat scopes';
const SITES = 'Tripleseat sites';
const LOCATIONS = 'Tripleseat locations';
const MAX_ROWS = 10_000;

const id = z.union([z.number().int(), z.string().regex(/^\d{1,15}$/)]).transform(Number);
const text = z.string().max(2_000).nullish();
const currency = z.string().regex(CURRENCY).nullish().catch(null);

/** A row of `/v1/sites.json`; the currency is documented for sites and locations. */
export const siteSchema = z.object({ id, name: text, timezone: text, currency_code: currency });
/** A row of `/v1/locations.json`. */
export const locationSchema = z.object({ id, name: text, site_id: id.nullish(), currency_code: currency });
const searchSchema = z.looseObject({ results: z.array(z.unknown()) });
const rowsSchema = z.array(z.unknown()).max(MAX_ROWS);

/** Credentials, scopes, sites and locations, as far as each can be looked at. */
export async function checkTripleseat(ctx: DoctorContext): Promise<Check[]> {
  const { tripleseat, state, facts } = ctx;
  // Without state nothing is connected, whatever the settings are: this one first.
  if (state === null || !facts.stateUsable) {
    return [skipped(SIGN_IN, 'tokens need a place to be kept, see State'), ...unseen('without a sign-in')];
  }
  if (tripleseat === null)
    return [skipped(SIGN_IN, 'its settings are not complete'), ...unseen('without a sign-in')];
  const sites = await tripleseat('/v1/sites.json');
  if (sites.kind === 'refused') {
    return [failed(SIGN_IN, sites.message, sites.hint, [], 'credentials'), ...unseen('without a sign-in')];
  }
  noteClock(facts, 'Tripleseat', sites);
  if (sites.kind === 'failure') {
    const hint = 'Check TRIPLESEAT_BASE_URL and the network, and the status page of Tripleseat.';
    return [failed(SIGN_IN, sites.detail, hint), ...unseen('Tripleseat did not answer')];
  }
  const tokens = await state.tokens.read();
  const at = tokens?.endpoint === undefined ? '' : ` at ${clean(tokens.endpoint, 100)}`;
  const renewed = tokens?.refreshToken
    ? 'the tokens renew themselves'
    : `by the client_credentials grant${at}`;
  const checks = [
    ok(SIGN_IN, `signed in; ${renewed}`),
    await checkScopes(ctx, tripleseat, tokens?.scope ?? null),
  ];
  return [...checks, ...(await checkPlaces(ctx, tripleseat, sites))];
}

function unseen(why: string): Check[] {
  return [SCOPES, SITES, LOCATIONS].map((name) => skipped(name, why));
}

async function checkScopes(
  ctx: DoctorContext,
  tripleseat: TripleseatProbe,
  scope: string | null,
): Promise<Check> {
  const events = await tripleseat(searchPath(ctx));
  // No booking has this number: it is the answer to a reader who may read bookings.
  const bookings = await tripleseat('/v1/bookings/0.json');
  const told = scope === null ? 'no scopes told' : clean(scope, 200);
  const hint =
    'Add events:read and bookings:read to TRIPLESEAT_SCOPE, then sign in again with `ts-reconcile auth login`.';
  if (statusOf(events) === 403) return failed(SCOPES, `${told}; events may not be read (403)`, hint);
  const isList = events.kind === 'answer' && searchSchema.safeParse(events.json).success;
  if (statusOf(events) !== 200 || !isList) {
    const how = `${answered(events)}${statusOf(events) === 200 ? ', but with something else' : ''}`;
    return failed(SCOPES, `${told}; the search for events ${how}`, 'Check TRIPLESEAT_BASE_URL.');
  }
  if (statusOf(bookings) === 403) {
    const loss = 'documents that stand on a booking alone cannot be read';
    return warning(SCOPES, `${told}; bookings may not be read (403): ${loss}`, hint);
  }
  const isPage = bookings.kind === 'answer' && bookings.status === 200 && bookings.json === undefined;
  if (![200, 404].includes(statusOf(bookings) ?? 0) || isPage) {
    return warning(
      SCOPES,
      `${told}; events can be read; whether bookings can is unknown: it ${answered(bookings)}`,
      null,
    );
  }
  return ok(SCOPES, `${told}; events and bookings can be read`);
}

/** The search that a sweep makes, for today and the first site. */
function searchPath({ config, clock }: DoctorContext): string {
  const [first] = config.locations;
  const today = searchDate(localDate(clock.now(), first?.timezone ?? 'UTC'));
  const parameters = new URLSearchParams({
    ...(first ? { site_id: String(first.tripleseat.siteId) } : {}),
    event_start_date: today,
    event_end_date: today,
    page: '1',
  });
  return `/v1/events/search.json?${parameters}`;
}

function statusOf(answer: TripleseatProbeAnswer): number | null {
  return answer.kind === 'answer' ? answer.status : null;
}

function answered(answer: TripleseatProbeAnswer): string {
  switch (answer.kind) {
    case 'answer':
      return `was answered ${answer.status}`;
    case 'failure':
      return `failed (${answer.detail})`;
    case 'refused':
      return `was refused (${answer.message})`;
  }
}

async function checkPlaces(
  ctx: DoctorContext,
  tripleseat: TripleseatProbe,
  answer: TripleseatProbeAnswer,
): Promise<Check[]> {
  const sites = rowsOf(answer, 'site', siteSchema);
  if (sites === null) {
    const message = `the list of sites ${answered(answer)}, so the mapping was not checked`;
    const hint =
      'Add sites:read and locations:read to TRIPLESEAT_SCOPE if Tripleseat grants them, and sign in again.';
    return [warning(SITES, message, hint), skipped(LOCATIONS, 'without the list of sites')];
  }
  ctx.facts.sites = sites.map(({ id: number, name, timezone }): Site => {
    return { id: number, name: clean(name ?? '', 100), timezone: timezone ?? null };
  });
  const locations = await tripleseat('/v1/locations.json');
  return [checkSites(ctx, ctx.facts.sites), checkLocations(ctx, locations)];
}

function checkSites({ config }: DoctorContext, sites: readonly Site[]): Check {
  const configured = [...new Set(config.locations.map(({ tripleseat }) => tripleseat.siteId))];
  if (configured.length === 0) return skipped(SITES, 'no locations are configured');
  const missing = configured.filter((siteId) => !sites.some(({ id: known }) => known === siteId));
  const others = sites.length - (configured.length - missing.length);
  if (missing.length === 0) {
    return ok(SITES, `${configured.length} found${others > 0 ? `; ${others} more are not configured` : ''}`);
  }
  const known = sites.map(({ id: number, name }) => numbered(number, name));
  return failed(
    SITES,
    `not visible to this account: ${missing.join(', ')}`,
    `Correct siteId in the locations file. This account sees: ${listed(known, 'none')}.`,
  );
}

function checkLocations({ config }: DoctorContext, answer: TripleseatProbeAnswer): Check {
  const rows = rowsOf(answer, 'location', locationSchema);
  if (rows === null) return warning(LOCATIONS, `the list of locations ${answered(answer)}`, null);
  if (config.locations.length === 0) return skipped(LOCATIONS, 'no locations are configured');
  const wrong: string[] = [];
  for (const { name, tripleseat } of config.locations) {
    if (tripleseat.locationId === null) continue;
    const row = rows.find(({ id: number }) => number === tripleseat.locationId);
    const { siteId, locationId } = tripleseat;
    if (!row) wrong.push(`"${name}": there is no location ${locationId}.`);
    else if ((row.site_id ?? siteId) !== siteId) {
      wrong.push(`"${name}": location ${locationId} belongs to site ${row.site_id}, not to ${siteId}.`);
    }
  }
  if (wrong.length > 0) {
    return failed(
      LOCATIONS,
      `${wrong.length} of the locations file do not fit`,
      `Correct locationId there. This account has: ${listed(placesOf(config.locations, rows), 'none')}.`,
      wrong,
    );
  }
  const uncovered = rows.filter((row) => isUncovered(config.locations, row));
  if (uncovered.length === 0) return ok(LOCATIONS, 'every location of the configured sites is covered');
  return warning(
    LOCATIONS,
    `${plural(uncovered.length, 'location')} of the configured sites not covered: events there fail (LOCATION_NOT_MAPPED)`,
    'Add entries to the locations file, or leave them if no events take place there.',
    uncovered.map(
      ({ id: number, name, site_id }) => `${clean(name ?? '', 100)}: location ${number} of site ${site_id}`,
    ),
  );
}

/** The locations of the configured sites; all of them, where none is. */
function placesOf(
  locations: DoctorContext['config']['locations'],
  rows: readonly z.infer<typeof locationSchema>[],
): string[] {
  const ofSites = rows.filter(
    (row) => row.site_id == null || locations.some(({ tripleseat }) => tripleseat.siteId === row.site_id),
  );
  return (ofSites.length > 0 ? ofSites : rows).map((row) => numbered(row.id, row.name ?? ''));
}

function isUncovered(
  locations: DoctorContext['config']['locations'],
  row: z.infer<typeof locationSchema>,
): boolean {
  const ofSite = locations.filter(({ tripleseat }) => tripleseat.siteId === row.site_id);
  const covers = ofSite.some(({ tripleseat }) => [null, row.id].includes(tripleseat.locationId));
  return ofSite.length > 0 && !covers;
}

/** The rows of a bare array, each wrapped in `key` or not; null: the answer is something else. */
export function rowsOf<T>(answer: TripleseatProbeAnswer, key: string, schema: z.ZodType<T>): T[] | null {
  if (answer.kind !== 'answer' || answer.status !== 200) return null;
  const rows = rowsSchema.safeParse(unwrap(answer.json, `${key}s`));
  if (!rows.success) return null;
  return rows.data.flatMap((row) => {
    const parsed = schema.safeParse(unwrap(row, key));
    return parsed.success ? [parsed.data] : [];
  });
}
