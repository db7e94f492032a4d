import type { EventHeader } from '../domain/event.js';
import type { Location } from '../domain/location.js';
import { plainText } from '../domain/names.js';
import { listed, numbered } from '../text/text.js';
import type { RunContext } from './context.js';

/**
 * The mistake in the locations file that makes an event look as if it had no location: an entry of its site names a
 * location that Tripleseat does not have. Null: there is none, or nobody can say.
 */
export async function locationMistake(ctx: RunContext, { siteId }: EventHeader): Promise<string | null> {
  const named = ctx.settings.locations.filter(
    ({ tripleseat }) => tripleseat.siteId === siteId && tripleseat.locationId !== null,
  );
  if (named.length === 0) return null;
  const known = await ctx.places.tripleseat();
  if (!known || known.length === 0) return null;
  const wrong = named.filter(
    ({ tripleseat }) => !known.some(({ locationId }) => locationId === tripleseat.locationId),
  );
  const [first] = wrong;
  if (!first) return null;
  const there = known.filter((place) => place.siteId === siteId || place.siteId === null);
  const has = there.map(({ locationId, name }) => numbered(locationId, plainText(name)));
  const entries = wrong.map(({ name, tripleseat }) => `"${name}" has ${tripleseat.locationId}`).join(', ');
  return `The locations file is wrong: of site ${siteId}, ${entries} as tripleseat.locationId, which Tripleseat does not have. It has ${listed(has, 'none there')}. Correct the file. Events of that site that no entry covers are left alone until then, and so are their orders.`;
}

/** The mistake that makes a shop look empty: Revel does not have its establishment. Null: as above. */
export async function establishmentMistake(ctx: RunContext, location: Location): Promise<string | null> {
  const wanted = ctx.settings.testEstablishmentId ?? location.revel.establishmentId;
  const known = await ctx.places.revel();
  if (!known || known.length === 0 || known.some(({ id }) => id === wanted)) return null;
  const has = known.map(({ id, name }) => numbered(id, plainText(name)));
  const where =
    wanted === ctx.settings.testEstablishmentId
      ? `TEST_ESTABLISHMENT_ID is ${wanted}`
      : `"${location.name}" has ${wanted} as revel.establishmentId in the locations file`;
  return `${where}, but Revel shows no such establishment to this key. It shows ${listed(has, 'none there')}. Correct it. Events that go there are left alone until then, and so are their orders.`;
}
