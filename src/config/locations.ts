import { z } from 'zod';
import { unknownFields, usualCallName } from '../domain/callName.js';
import { isDate } from '../domain/dates.js';
import { billingUses, CURRENCY, defaultBooks, type Location, orderTimes } from '../domain/location.js';
import { nameKey } from '../domain/names.js';
import { isZone } from '../domain/zones.js';
import { clean } from '../text/text.js';
import { readTextFile } from './files.js';
import { readJson } from './json.js';
import { reportEntries } from './locationEntries.js';
import { type LocationProblem, problemsOf } from './locationProblems.js';
import { didYouMean } from './nearest.js';
import type { ConfigProblem } from './problems.js';
import { mailAddress } from './values.js';

/** A larger locations file is none that people write. */
export const MAX_LOCATIONS_BYTES = 1_048_576;

const id = z.int({ error: 'is not a whole number' }).min(1, { error: 'is less than 1' });
const optionalId = id.nullable().optional();

const revelCommon = {
  userId: id.optional(),
  posStationId: id.optional(),
  diningOption: id.optional(),
  paymentType: id.optional(),
  discountId: optionalId,
  openItemProductId: optionalId,
};

const timezone = z.string({ error: 'is not text' }).refine(isZone, {
  error: ({ input }) =>
    `is not an IANA time zone (Area/City)${didYouMean(input, Intl.supportedValuesOf('timeZone'))}`,
});

const currency = z
  .string({ error: 'is not text' })
  .regex(CURRENCY, { error: 'is not a currency code of three capital letters (USD)' });

const key = z
  .string()
  .min(1, { error: 'is empty' })
  .max(300, { error: 'is longer than 300 characters' })
  .regex(/^\P{Cc}*$/u, { error: 'holds control characters' });

/** What each entry may have, and the defaults for all of them. */
const common = {
  timezone: timezone.optional(),
  currency: currency.optional(),
  notBefore: z
    .string({ error: 'is not text' })
    .refine(isDate, { error: 'is not a day (YYYY-MM-DD)' })
    .optional(),
  businessDayStart: z
    .string({ error: 'is not text' })
    .regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, { error: 'is not a time of the day (HH:MM)' })
    .optional(),
  orderTime: z.enum(orderTimes, { error: 'is not one of the known values' }).optional(),
  callName: z
    .string({ error: 'is not text' })
    .max(100, { error: 'is longer than 100 characters' })
    .refine((text) => clean(text, 100) === text, { error: 'holds stray white space or control characters' })
    .refine((text) => unknownFields(text).length === 0, { error: 'holds a name in braces that is not known' })
    .optional(),
};

const products = z.record(key, id, { error: 'is not an object' });
const asProduct = z.strictObject({ product: id });
const known = { error: 'is not one of the known values' };
const billing = z.record(key, z.union([z.enum(billingUses), asProduct], known), {
  error: 'is not an object',
});
const books = z.strictObject(
  {
    gratuity: z.union([z.enum(['in-total', 'on-top']), asProduct], known).optional(),
    fees: z.union([z.literal('surcharge'), asProduct], known).optional(),
    tax: z.enum(['header', 'lines'], known).optional(),
  },
  { error: 'is not an object' },
);

const textLines = z.enum(['special-request', 'open-item', 'leave-out'], {
  error: 'is not one of the known values',
});
const menuDescriptions = z.boolean({ error: 'is not true or false' });

const name = z
  .string({ error: 'is not text' })
  .min(1, { error: 'is empty' })
  .max(100, { error: 'is longer than 100 characters' })
  .refine((text) => clean(text, 100) === text, { error: 'holds stray white space or control characters' })
  .refine((text) => !/^\d+$/.test(text), { error: 'is all digits, like a site id' });

const object = { error: 'is not an object' };

const notify = z.strictObject(
  {
    email: z
      .array(mailAddress.schema, { error: 'is not a list' })
      .min(1, { error: 'is empty' })
      .max(20, { error: 'has more than 20 addresses' }),
  },
  object,
);

/** The same, of what stands behind the ids. */
const ofOrders = {
  products: products.optional(),
  billing: billing.optional(),
  books: books.optional(),
  textLines: textLines.optional(),
  menuDescriptions: menuDescriptions.optional(),
  notify: notify.optional(),
};

const entrySchema = z.strictObject(
  {
    name,
    ...common,
    tripleseat: z.strictObject({ siteId: id.optional(), locationId: optionalId }, object).optional(),
    revel: z.strictObject({ establishmentId: id, ...revelCommon }, object),
    ...ofOrders,
  },
  object,
);

/** The whole file, before defaults and entries are put together. */
export const locationsFileSchema = z.strictObject(
  {
    $schema: z.string({ error: 'is not text' }).optional(),
    defaults: z
      .strictObject(
        {
          ...common,
          tripleseat: z.strictObject({ siteId: id.optional() }, object).optional(),
          revel: z.strictObject(revelCommon, object).optional(),
          ...ofOrders,
        },
        object,
      )
      .optional(),
    locations: z
      .array(entrySchema, { error: 'is not a list' })
      .min(1, { error: 'is empty' })
      .max(1000, { error: 'has more than 1000 entries' }),
  },
  object,
);

type Entry = z.infer<typeof entrySchema>;
type Defaults = NonNullable<z.infer<typeof locationsFileSchema>['defaults']>;

/**
 * What an entry says of a name goes before the defaults, however either of them spells it. Without a prototype, so that a
 * line named `constructor` finds nothing.
 */
function merged<T>(defaults: Record<string, T> = {}, own: Record<string, T> = {}): Record<string, T> {
  const keys = new Set(Object.keys(own).map(nameKey));
  const rest = Object.entries(defaults).filter(([name]) => !keys.has(nameKey(name)));
  return Object.assign(Object.create(null), Object.fromEntries(rest), own);
}

/** What is missing has been reported by then, so that what stands in for it is never used. */
function mergeEntry(entry: Entry, defaults: Defaults): Location {
  const revel = { ...defaults.revel, ...entry.revel };
  return {
    name: entry.name,
    timezone: entry.timezone ?? defaults.timezone ?? 'UTC',
    currency: entry.currency ?? defaults.currency ?? null,
    notBefore: entry.notBefore ?? defaults.notBefore ?? null,
    businessDayStart: entry.businessDayStart ?? defaults.businessDayStart ?? '04:00',
    orderTime: entry.orderTime ?? defaults.orderTime ?? 'now',
    callName: entry.callName ?? defaults.callName ?? usualCallName,
    tripleseat: {
      siteId: entry.tripleseat?.siteId ?? defaults.tripleseat?.siteId ?? 0,
      locationId: entry.tripleseat?.locationId ?? null,
    },
    revel: {
      establishmentId: revel.establishmentId,
      userId: revel.userId ?? 0,
      posStationId: revel.posStationId ?? 0,
      diningOption: revel.diningOption ?? 0,
      paymentType: revel.paymentType ?? 0,
      discountId: revel.discountId ?? null,
      openItemProductId: revel.openItemProductId ?? null,
    },
    products: merged(defaults.products, entry.products),
    billing: merged(defaults.billing, entry.billing),
    books: { ...defaultBooks, ...defaults.books, ...entry.books },
    textLines: entry.textLines ?? defaults.textLines ?? 'special-request',
    menuDescriptions: entry.menuDescriptions ?? defaults.menuDescriptions ?? false,
    notify: (entry.notify ?? defaults.notify)?.email ?? [],
  };
}

/** Checks the text of a locations file. `file` is how problems name it. Problems are added to the list. */
export function parseLocations(text: string, file: string, problems: ConfigProblem[]): Location[] {
  const json = readJson(text);
  for (const problem of json.problems) problems.push({ where: file, group: 'locations', ...problem });
  if (json.value === undefined) return [];
  // Read once: making code for it first takes longer than it saves, 39 ms of a start in place of 15.
  const result = locationsFileSchema.safeParse(json.value, { jitless: true });
  const found: LocationProblem[] = result.success ? [] : problemsOf(result.error, json.value, file);
  reportEntries(json.value, file, found);
  for (const { path, ofKey, ...problem } of found) {
    problems.push({ ...problem, at: ofKey ? json.placeOfKey(path) : json.placeOf(path) });
  }
  if (!result.success) return [];
  const { defaults = {}, locations } = result.data;
  return locations.map((entry) => mergeEntry(entry, defaults));
}

/** Reads and checks the locations file at an absolute path. Problems are added to the list. */
export function readLocations(path: string, problems: ConfigProblem[]): Location[] {
  const label = clean(path, 200);
  const file = readTextFile(path, MAX_LOCATIONS_BYTES);
  switch (file.kind) {
    case 'ok':
      return parseLocations(file.text, label, problems);
    case 'absent':
      problems.push({
        where: `LOCATIONS_FILE ${label}`,
        problem: 'does not exist',
        write: 'Write it with `ts-reconcile init`, or copy locations.example.json there and fill it in.',
        group: 'locations',
      });
      return [];
    case 'unreadable':
      problems.push({
        where: `LOCATIONS_FILE ${label}`,
        problem: file.reason,
        write: 'Name a JSON file of at most 1 MB that this user may read.',
        group: 'locations',
      });
      return [];
  }
}

/** The entry that covers a Tripleseat location: one with its id before one for its whole site. */
export function findLocation(
  locations: readonly Location[],
  siteId: number | null,
  locationId: number | null,
): Location | null {
  const site = locations.filter((location) => location.tripleseat.siteId === siteId);
  const exact = site.find(({ tripleseat }) => locationId !== null && tripleseat.locationId === locationId);
  return exact ?? site.find(({ tripleseat }) => tripleseat.locationId === null) ?? null;
}

/**
 * What people call locations, site ids or names in any case, in the form that {@link isSelected} compares;
 * `unknown` holds what fits no location.
 */
export function resolveLocations(
  locations: readonly Location[],
  wanted: readonly string[],
): { selected: string[]; unknown: string[] } {
  const selected: string[] = [];
  const unknown: string[] = [];
  for (const text of wanted) {
    const bySite = locations.some(({ tripleseat }) => String(tripleseat.siteId) === text);
    const byName = locations.find((location) => location.name.toLowerCase() === text.toLowerCase());
    const found = bySite ? text : byName?.name;
    if (found === undefined) unknown.push(text);
    else selected.push(found);
  }
  return { selected, unknown };
}

/** Whether a location is in a selection of {@link resolveLocations}; null selects all. */
export function isSelected(location: Location, selected: readonly string[] | null): boolean {
  return (
    selected === null ||
    selected.includes(location.name) ||
    selected.includes(String(location.tripleseat.siteId))
  );
}
