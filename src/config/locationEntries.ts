import { isZone } from '../domain/zones.js';
import { clean } from '../text/text.js';
import { type LocationProblem, locationProblem, type Path, valueAt } from './locationProblems.js';

/** What each entry must have, itself or from the defaults. */
const REQUIRED = [
  ['timezone'],
  ['tripleseat', 'siteId'],
  ['revel', 'userId'],
  ['revel', 'posStationId'],
  ['revel', 'diningOption'],
  ['revel', 'paymentType'],
] as const;

/** What of an entry others can clash with; null: not there or not usable, so that nothing can be said. */
interface Sketch {
  name: string | null;
  siteId: number | null;
  /** Undefined: not usable. */
  locationId: number | null | undefined;
  establishmentId: number | null;
  timezone: string | null;
}

/**
 * What is missing once defaults and entries are put together, and which entries clash. Works on a file that the
 * schema has refused as well: otherwise these would come to light only when everything else is right.
 */
export function reportEntries(json: unknown, file: string, problems: LocationProblem[]): void {
  const entries = valueAt(json, ['locations']);
  if (!Array.isArray(entries)) return;
  const defaults = valueAt(json, ['defaults']);
  entries.forEach((entry: unknown, index) => {
    reportMissing(entry, defaults, ['locations', index], file, problems);
  });
  reportClashes(
    entries.map((entry) => sketchOf(entry, defaults)),
    file,
    problems,
  );
}

function reportMissing(
  entry: unknown,
  defaults: unknown,
  path: Path,
  file: string,
  problems: LocationProblem[],
): void {
  for (const keys of REQUIRED) {
    if (!isAbsent(entry, keys) || (defaults !== undefined && !isAbsent(defaults, keys))) continue;
    const where = `here or in defaults.${keys.join('.')}`;
    problems.push(locationProblem(file, [...path, ...keys], 'is missing', where));
  }
}

/** False as well where something on the way is no object: that is what has to be put right first. */
function isAbsent(json: unknown, keys: readonly string[]): boolean {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return false;
  const [key = '', ...rest] = keys;
  const value: unknown = Reflect.get(json, key);
  return value === undefined || (rest.length > 0 && isAbsent(value, rest));
}

function sketchOf(entry: unknown, defaults: unknown): Sketch {
  const merged = (...path: string[]) => valueAt(entry, path) ?? valueAt(defaults, path);
  const name = valueAt(entry, ['name']);
  const timezone = merged('timezone');
  const locationId = valueAt(entry, ['tripleseat', 'locationId']) ?? null;
  return {
    name: typeof name === 'string' && name !== '' ? name : null,
    siteId: idOf(merged('tripleseat', 'siteId')),
    locationId: locationId === null ? null : (idOf(locationId) ?? undefined),
    establishmentId: idOf(valueAt(entry, ['revel', 'establishmentId'])),
    timezone: typeof timezone === 'string' && isZone(timezone) ? timezone : null,
  };
}

function idOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : null;
}

function reportClashes(entries: readonly Sketch[], file: string, problems: LocationProblem[]): void {
  const names = new Map<string, number>();
  const pairs = new Map<string, number>();
  const zones = new Map<number, Sketch>();
  entries.forEach((entry, index) => {
    const path = ['locations', index];
    const { name, siteId, locationId, establishmentId, timezone } = entry;

    const sameName = name === null ? undefined : names.get(name.toLowerCase());
    if (sameName !== undefined) {
      problems.push(locationProblem(file, [...path, 'name'], `is the name of locations[${sameName}] too`));
    } else if (name !== null) names.set(name.toLowerCase(), index);

    const pair = siteId === null || locationId === undefined ? null : `${siteId}/${locationId}`;
    const samePair = pair === null ? undefined : pairs.get(pair);
    if (samePair !== undefined) {
      const problem = `covers the same site and location as locations[${samePair}]`;
      problems.push(locationProblem(file, [...path, 'tripleseat'], problem));
    } else if (pair !== null) pairs.set(pair, index);

    if (establishmentId === null || timezone === null) return;
    const shared = zones.get(establishmentId);
    if (shared && shared.timezone !== timezone) {
      const other = shared.name === null ? 'another entry' : `"${clean(shared.name, 100)}"`;
      const problem = `differs from that of ${other}, which feeds the same establishment`;
      problems.push(locationProblem(file, [...path, 'timezone'], problem));
    }
    zones.set(establishmentId, entry);
  });
}
