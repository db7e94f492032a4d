import type { z } from 'zod';
import { clean } from '../text/text.js';
import { didYouMean, nearest } from './nearest.js';
import type { ConfigProblem } from './problems.js';

/** What belongs under each key of the locations file. */
export const meanings: Readonly<Record<string, string>> = {
  $schema: './locations.schema.json, by which editors check the file, or leave it out',
  defaults: 'an object with values for all locations',
  locations: 'a list with one object per shop',
  name: 'a name of your choice for the shop, unique in the file',
  timezone:
    "the shop's IANA time zone, e.g. America/Los_Angeles, the same for every entry of an establishment",
  currency: 'the currency of its amounts as people are told them, e.g. USD, or leave it out',
  notBefore: 'the go-live day of the shop as YYYY-MM-DD, or leave it out',
  businessDayStart: 'the time at which the reporting day of the shop begins in Revel as HH:MM, e.g. 04:00',
  orderTime: 'now, event-start or noon',
  callName: 'the name of an order, made of {contact} {phone} {event} {room} {start} {guests}',
  tripleseat: 'siteId, and locationId unless the entry covers the whole site',
  siteId: 'the id of the Tripleseat site, e.g. 15691',
  locationId: 'the id of the Tripleseat location, or leave it out to cover the whole site',
  revel: 'an object with establishmentId and the other Revel ids',
  establishmentId: "the id of the shop's Revel establishment, e.g. 8",
  userId: 'the id of the Revel user that owns the orders, e.g. 1',
  posStationId: 'the id of a POS station of the establishment, e.g. 4',
  diningOption: 'the id of the dining option, e.g. 113',
  paymentType: 'the id of the payment type, e.g. 236',
  discountId: 'the id of the Revel discount, or leave it out',
  openItemProductId: 'the id of the Revel product that stands in for unmatched lines, or leave it out',
  products: 'line names with Revel product ids, e.g. {"O G": 579}',
  billing:
    'billing names with tax, gratuity, surcharge, discount, ignore, included or {"product": id}, e.g. {"Admin Fee": "surcharge"}',
  books:
    'gratuity (in-total, on-top or {"product": id}), fees (surcharge or {"product": id}) and tax (header or lines)',
  textLines: 'special-request, open-item or leave-out: what becomes of a line without money and product',
  menuDescriptions: 'true or false: whether long descriptions of dishes from the menu go to the kitchen',
  notify: 'an object with email',
  email: 'a list of the mail addresses of those who cook there, e.g. ["chef@example.com"]',
  product: 'the id of a Revel product of the establishment, e.g. 991',
};

export type Path = readonly PropertyKey[];

/** A problem with the value, or the key, under a path of the locations file. */
export interface LocationProblem extends ConfigProblem {
  path: Path;
  ofKey?: true;
}

/** `locations[1].revel.establishmentId`; keys that are no plain words in quotes. */
function pathText(path: Path): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else if (/^[\w$]+$/.test(String(part))) text += text === '' ? String(part) : `.${String(part)}`;
    else text += `["${clean(String(part), 60)}"]`;
  }
  return text;
}

/** What to write for a key; below `products` and `billing` the keys are names, so that those say it. */
function meaningOf(path: Path): string {
  for (const part of path.toReversed()) {
    const key = String(part);
    if (typeof part === 'string' && Object.hasOwn(meanings, key)) return meanings[key] ?? '';
  }
  return 'an object with "locations" and, if wanted, "defaults"';
}

/** A problem with one key of the locations file; `where` continues what to write. */
export function locationProblem(file: string, path: Path, problem: string, where = ''): LocationProblem {
  return {
    where: path.length === 0 ? file : `${file}: ${pathText(path)}`,
    problem,
    write: `Write ${meaningOf(path)}${where === '' ? '' : `, ${where}`}.`,
    group: 'locations',
    path,
  };
}

function unknownKey(file: string, path: Path, key: string): LocationProblem {
  const near = nearest(key, Object.keys(meanings));
  return {
    where: `${file}: ${pathText([...path, key])}`,
    problem: 'is not a known key here',
    write: `${near === null ? 'Remove it' : `Write ${near}, or remove it`}; docs/configuration.md explains them all.`,
    group: 'locations',
    path: [...path, key],
    ofKey: true,
  };
}

/** Undefined as well where the path leads through something that is no object. */
export function valueAt(json: unknown, path: Path): unknown {
  let value = json;
  for (const part of path) {
    value = typeof value === 'object' && value !== null ? Reflect.get(value, part) : undefined;
  }
  return value;
}

/** The words that the schema would have taken. */
function knownValues(issue: z.core.$ZodIssue): string[] {
  if (issue.code === 'invalid_value') return issue.values.map(String);
  return issue.code === 'invalid_union' ? issue.errors.flat().flatMap(knownValues) : [];
}

/** Everything that the schema found, one problem per key. `json` tells a missing value from a wrong one. */
export function problemsOf(error: z.ZodError, json: unknown, file: string): LocationProblem[] {
  return error.issues.flatMap((issue): LocationProblem[] => {
    if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(file, issue.path, key));
    const missing = issue.path.length > 0 && valueAt(json, issue.path) === undefined;
    const wrongKey = issue.code === 'invalid_key' ? issue.issues[0]?.message : undefined;
    const hint = didYouMean(valueAt(json, issue.path), knownValues(issue));
    const problem = missing ? 'is missing' : (wrongKey ?? issue.message) + hint;
    return [
      {
        ...locationProblem(file, issue.path, problem),
        ...(issue.code === 'invalid_key' ? { ofKey: true } : {}),
      },
    ];
  });
}
