import { z } from 'zod';
import type { Location } from '../domain/location.js';
import type { Check } from '../report/checks.js';
import type { RevelProbe } from '../revel/probe.js';
import { answered, namedRow, rowName, rowsOf } from '../revel/rows.js';
import { idOf } from '../revel/schema.js';
import { clean, listed, numbered } from '../text/text.js';
import { type DoctorContext, failed, ok, skipped, warning } from './types.js';

const ESTABLISHMENTS = 'Establishments';
const STATIONS = 'POS stations';
const USERS = 'Revel users';
const DINING = 'Dining options';
const DISCOUNTS = 'Discounts';
const PAYMENT = 'Payment types';
/** Dining options up to this number are built in; those between the two mean nothing. */
const LAST_BUILT_IN_OPTION = 9;
const FIRST_CUSTOM_OPTION = 100;
const HINT = 'Correct the id in the locations file.';
const PATHS = {
  establishment: '/enterprise/Establishment/',
  station: '/resources/PosStation/',
  user: '/enterprise/User/',
  discount: '/resources/Discount/',
} as const;

const reference = z.union([z.string().max(300), z.number()]).nullish();
const flag = z.boolean().nullish();
const rowSchema = namedRow.extend({
  timezone: z.string().max(200).nullish().catch(null),
  establishment: reference.catch(null),
  active: flag.catch(null),
  is_active: flag.catch(null),
  dining_option_id: z.number().int().nullish().catch(null),
});
type Row = z.infer<typeof rowSchema>;
/** Payment types told where none is the wanted one. */
const MOST_TYPES = 20;
const paymentRowSchema = z.record(z.string(), z.unknown());

/** A row by its id: there, certainly not there, or not to be told. */
type Found = { kind: 'row'; row: Row } | { kind: 'absent' } | { kind: 'unknown'; detail: string };

/** What a kind of thing is called, where its rows are, and whose ids were looked up. */
interface Looked {
  name: string;
  thing: keyof typeof PATHS;
  found: ReadonlyMap<number, Found>;
  /** The entries of the locations file that name the id. */
  users: (id: number) => string;
  /** Of those that there are, what could stand in place of a wrong id. */
  fits?: (row: Row) => boolean;
}

/** What the locations file names in Revel: establishments, stations, users, dining options, discounts. */
export async function checkShops(ctx: DoctorContext): Promise<Check[]> {
  const names = [ESTABLISHMENTS, STATIONS, USERS, DINING, DISCOUNTS];
  const { revel, facts, config } = ctx;
  if (revel === null || facts.readable === null)
    return names.map((name) => skipped(name, 'without a Revel key'));
  if (config.locations.length === 0) return names.map((name) => skipped(name, 'no locations are configured'));
  const { readable } = facts;
  const may = async (resource: string, name: string, check: () => Promise<Check>) =>
    readable.has(resource) ? check() : skipped(name, `${resource} may not be read with this key`);
  const { probe } = revel;
  return [
    await may('Establishment', ESTABLISHMENTS, () => establishments(ctx, probe)),
    await may('PosStation', STATIONS, () => stations(config.locations, probe)),
    await may('User', USERS, () => checkUsers(config.locations, probe)),
    await diningOptions(config.locations, probe, readable.has('CustomOrderOption')),
    await may('Discount', DISCOUNTS, () => discounts(config.locations, probe)),
    await checkPaymentTypes(config.locations, probe),
  ];
}

async function establishments({ config, facts }: DoctorContext, probe: RevelProbe): Promise<Check> {
  const test = config.testEstablishmentId === null ? [] : [config.testEstablishmentId];
  const ids = distinct([...config.locations.map(({ revel }) => revel.establishmentId), ...test]);
  const found = await lookUp(probe, PATHS.establishment, ids);
  for (const [id, entry] of found) {
    if (entry.kind === 'row') facts.establishments.set(id, { timezone: entry.row.timezone ?? null });
  }
  const users = (id: number) =>
    named(config.locations, ({ revel }) => revel.establishmentId === id) || 'TEST_ESTABLISHMENT_ID';
  return verdict(probe, { name: ESTABLISHMENTS, thing: 'establishment', found, users });
}

async function stations(locations: readonly Location[], probe: RevelProbe): Promise<Check> {
  const ids = distinct(locations.map(({ revel }) => revel.posStationId));
  const found = await lookUp(probe, PATHS.station, ids);
  const homes = new Set(locations.map(({ revel }) => revel.establishmentId));
  const fits = (row: Row) => homes.has(idOf(row.establishment) ?? 0);
  const elsewhere: string[] = [];
  for (const { name, revel } of locations) {
    const entry = found.get(revel.posStationId);
    const home = entry?.kind === 'row' ? idOf(entry.row.establishment) : null;
    if (home !== null && home !== revel.establishmentId) {
      elsewhere.push(
        `"${name}": station ${revel.posStationId} belongs to establishment ${home}, not to ${revel.establishmentId}.`,
      );
    }
  }
  if (elsewhere.length > 0) {
    return failed(
      STATIONS,
      `${elsewhere.length} belong to another establishment`,
      `Correct posStationId in the locations file.${await those(probe, 'station', fits)}`,
      elsewhere,
    );
  }
  const users = (id: number) => named(locations, ({ revel }) => revel.posStationId === id);
  return verdict(probe, { name: STATIONS, thing: 'station', found, users, fits });
}

const isActive = ({ is_active, active }: Row) => (is_active ?? active) !== false;

async function checkUsers(locations: readonly Location[], probe: RevelProbe): Promise<Check> {
  const ids = distinct(locations.map(({ revel }) => revel.userId));
  const found = await lookUp(probe, PATHS.user, ids);
  const inactive = [...found].flatMap(([id, entry]) =>
    entry.kind === 'row' && !isActive(entry.row) ? [id] : [],
  );
  if (inactive.length > 0) {
    const hint = 'Activate the user in Revel, or name an active one as userId in the locations file.';
    const active = await those(probe, 'user', isActive);
    return failed(USERS, `not active: ${inactive.join(', ')}`, `${hint}${active}`);
  }
  const users = (id: number) => named(locations, ({ revel }) => revel.userId === id);
  return verdict(probe, { name: USERS, thing: 'user', found, users, fits: isActive });
}

async function diningOptions(
  locations: readonly Location[],
  probe: RevelProbe,
  readable: boolean,
): Promise<Check> {
  const custom = locations.filter(({ revel }) => revel.diningOption >= FIRST_CUSTOM_OPTION);
  const odd = distinct(locations.map(({ revel }) => revel.diningOption)).filter(
    (option) => option > LAST_BUILT_IN_OPTION && option < FIRST_CUSTOM_OPTION,
  );
  if (odd.length > 0) {
    return failed(DINING, `neither built in (0 to 9) nor custom (100 and more): ${odd.join(', ')}`, HINT);
  }
  if (custom.length === 0) return ok(DINING, 'all built in');
  if (!readable) return skipped(DINING, 'CustomOrderOption may not be read with this key');
  const options = await rowsOf(probe, '/resources/CustomOrderOption/', rowSchema);
  if (typeof options === 'string') return warning(DINING, options, null);
  const missing = custom.filter(({ revel }) => !offers(options, revel));
  if (missing.length === 0) return ok(DINING, 'all found');
  const details = missing.map(
    ({ name, revel }) => `"${name}": there is no dining option ${revel.diningOption}.`,
  );
  return failed(
    DINING,
    `${missing.length} not there`,
    `Correct diningOption in the locations file.${sentenceOf(options.flatMap(optionOf(custom)))}`,
    details,
  );
}

/** A custom dining option as a sentence names it, if one of these shops can use it. */
function optionOf(locations: readonly Location[]) {
  return (row: Row): Named[] => {
    const home = idOf(row.establishment);
    const fits = home === null || locations.some(({ revel }) => revel.establishmentId === home);
    return fits && row.dining_option_id != null ? [{ id: row.dining_option_id, name: rowName(row) }] : [];
  };
}

function offers(rows: readonly Row[], revel: Location['revel']): boolean {
  return rows.some((row) => {
    const home = idOf(row.establishment);
    return row.dining_option_id === revel.diningOption && (home === null || home === revel.establishmentId);
  });
}

async function discounts(locations: readonly Location[], probe: RevelProbe): Promise<Check> {
  const ids = distinct(
    locations.flatMap(({ revel }) => (revel.discountId === null ? [] : [revel.discountId])),
  );
  const found = await lookUp(probe, PATHS.discount, ids);
  const users = (id: number) => named(locations, ({ revel }) => revel.discountId === id);
  const check = await verdict(probe, { name: DISCOUNTS, thing: 'discount', found, users, fits: isActive });
  const without = named(locations, ({ revel }) => revel.discountId === null);
  if (check.status !== 'ok' || without === '') return check;
  return warning(
    DISCOUNTS,
    `none for ${without}: events with a discount fail there`,
    'Name an open discount as discountId in the locations file.',
  );
}

/** Built-in ones, as live accounts have them (1 is cash, 2 credit); 0 is none that anybody has seen. */
const BUILT_IN: ReadonlyMap<number, string> = new Map([
  [0, 'means none that is known'],
  [1, 'is cash, which the drawer would lack when the day is closed'],
  [2, 'is a credit card, which no terminal has charged'],
]);

/**
 * Which field of a payment type's row holds the number that payments name is not known for certain, so that any does;
 * where the list cannot be read, it is left to people.
 */
async function checkPaymentTypes(locations: readonly Location[], probe: RevelProbe): Promise<Check> {
  const wanted = distinct(locations.map(({ revel }) => revel.paymentType));
  const compare = `Compare with Console → Settings → Customizable Payment Types: ${wanted.join(', ')}.`;
  const builtIn = locations.flatMap(({ name, revel }) => {
    const what = BUILT_IN.get(revel.paymentType);
    return what === undefined ? [] : [`"${name}": payment type ${revel.paymentType} ${what}.`];
  });
  if (builtIn.length > 0) {
    const hint = 'Make a payment type of its own for Tripleseat in Revel, and name it as paymentType.';
    return warning(PAYMENT, 'built-in ones are used', hint, builtIn);
  }
  const rows = await rowsOf(probe, '/resources/CustomPaymentType/', paymentRowSchema);
  if (typeof rows === 'string') return skipped(PAYMENT, `not checked: ${rows}`, compare);
  if (rows.length === 0) return skipped(PAYMENT, 'Revel lists none, so these cannot be checked', compare);
  const known = new Set(
    rows.flatMap((row) => Object.values(row).filter((value) => typeof value === 'number')),
  );
  const missing = wanted.filter((type) => !known.has(type));
  return missing.length === 0
    ? ok(PAYMENT, 'all found')
    : warning(
        PAYMENT,
        `none of the ${rows.length} that Revel lists is ${missing.join(' or ')}`,
        compare,
        rows.slice(0, MOST_TYPES).map(paymentTypeText),
      );
}

/** Every number of the row, since which of them payments name is not known for certain. */
function paymentTypeText(row: z.infer<typeof paymentRowSchema>): string {
  const numbers = Object.entries(row).flatMap(([key, value]) =>
    typeof value === 'number' ? [`${clean(key, 40)} ${value}`] : [],
  );
  const name = typeof row.name === 'string' ? clean(row.name, 60) : '';
  return `${name === '' ? 'One' : `"${name}"`} has ${numbers.join(', ') || 'no number'}.`;
}

async function lookUp(probe: RevelProbe, path: string, ids: readonly number[]): Promise<Map<number, Found>> {
  const entries = ids.map(async (id): Promise<[number, Found]> => {
    const answer = await probe(`${path}${id}/`);
    if (answer.kind === 'failure') return [id, { kind: 'unknown', detail: answer.detail }];
    if (answer.status === 404) return [id, { kind: 'absent' }];
    const row = answer.status === 200 ? rowSchema.safeParse(answer.json) : null;
    return [
      id,
      row?.success ? { kind: 'row', row: row.data } : { kind: 'unknown', detail: answered(answer) },
    ];
  });
  return new Map(await Promise.all(entries));
}

async function verdict(probe: RevelProbe, { name, thing, found, users, fits }: Looked): Promise<Check> {
  const missing = [...found].filter(([, entry]) => entry.kind === 'absent');
  if (missing.length > 0) {
    const details = missing.map(([id]) => `There is no ${thing} ${id} (${users(id)}).`);
    const hint = `${HINT}${await those(probe, thing, fits)}`;
    return failed(name, `${missing.length} of ${found.size} not there`, hint, details);
  }
  const unknown = [...found].flatMap(([id, entry]) =>
    entry.kind === 'unknown' ? [`${id}: ${entry.detail}`] : [],
  );
  if (unknown.length > 0)
    return warning(name, `${unknown.length} of ${found.size} could not be read`, null, unknown);
  return ok(name, `${found.size} found`);
}

interface Named {
  id: number;
  name: string;
}

/** A sentence, with a space before it, that says which there are; empty: that cannot be told. */
async function those(
  probe: RevelProbe,
  thing: keyof typeof PATHS,
  fits: (row: Row) => boolean = () => true,
): Promise<string> {
  const rows = await rowsOf(probe, PATHS[thing], rowSchema);
  if (typeof rows === 'string') return '';
  return sentenceOf(rows.filter(fits).map((row) => ({ id: row.id, name: rowName(row) })));
}

function sentenceOf(things: readonly Named[]): string {
  const sorted = things.toSorted((one, other) => one.id - other.id);
  return ` There are: ${listed(
    sorted.map(({ id, name }) => numbered(id, name)),
    'none',
  )}.`;
}

function named(locations: readonly Location[], test: (location: Location) => boolean): string {
  return locations
    .filter(test)
    .map(({ name }) => `"${name}"`)
    .join(', ');
}

function distinct(ids: readonly number[]): number[] {
  return [...new Set(ids)];
}
