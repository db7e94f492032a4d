import type { SimResponse } from '../host/types.js';
import { badRequest, jsonText, rowText } from './answers.js';
import { type FieldKind, type FieldSpec, toBoolean, toInteger, toNaive, toNumber } from './fields.js';
import { fieldOf, idOfUri, type Resource, uriOf } from './resources.js';
import type { Table } from './table.js';
import type { JsonValue, Row } from './types.js';
import type { World } from './world.js';

const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 1000;
const OWN_PARAMETERS = new Set(['limit', 'offset', 'order_by', 'fields', 'format', 'api_key', 'api_secret']);
/** Answers a list request with the envelope of `meta` and `objects`. */
export function listRows(world: World, resource: Resource, parameters: URLSearchParams): SimResponse {
  const filters = parseFilters(resource, parameters);
  const compare = parseSort(resource, parameters.get('order_by'));
  const limit = parseLimit(parameters.get('limit'));
  const offset = parseCount('offset', parameters.get('offset'), 'an integer') ?? 0;
  const rows: Row[] = [];
  for (const row of candidates(world.table(resource.name), filters)) {
    if (filters.every(({ holds }) => holds(row))) rows.push(row);
  }
  // Without an order asked for they come by ascending id.
  if (compare !== null) rows.sort(compare);
  const link = (at: number) => pagePath(resource, parameters, limit, at);
  const meta = {
    limit,
    next: offset + limit < rows.length ? link(offset + limit) : null,
    offset,
    previous: offset - limit >= 0 ? link(offset - limit) : null,
    total_count: rows.length,
  };
  const page = rows.slice(offset, offset + limit).map((row) => pickedText(row, parameters));
  return jsonText(200, `{"meta":${JSON.stringify(meta)},"objects":[${page.join(',')}]}`);
}

/** The row as JSON text, with only those of its fields that `fields=` names, if it does. */
export function pickedText(row: Row, parameters: URLSearchParams): string {
  const names = (parameters.get('fields') ?? '').split(',').filter((name) => name !== '');
  if (names.length === 0) return rowText(row);
  const picked: Record<string, JsonValue> = {};
  for (const field of names) {
    const value = row[field];
    if (value !== undefined && Object.hasOwn(row, field)) picked[field] = value;
  }
  return JSON.stringify(picked);
}

/** All rows, or those of the orders that a filter names; ascending by id either way. */
function candidates(table: Table, filters: readonly Filter[]): Iterable<Row> {
  const orderUris = filters.find((filter) => filter.orderUris !== null)?.orderUris ?? null;
  if (orderUris === null) return table.allListed();
  const ids = new Set(orderUris.flatMap((uri) => table.idsOfOrder(uri)));
  return [...ids]
    .sort((a, b) => a - b)
    .map((id) => table.listed(id))
    .filter((row) => row !== null);
}

function pagePath(resource: Resource, parameters: URLSearchParams, limit: number, offset: number): string {
  const query = new URLSearchParams({ limit: String(limit), offset: String(offset) });
  for (const [name, value] of parameters) {
    if (name !== 'limit' && name !== 'offset') query.append(name, value);
  }
  return `${resource.base}${resource.name}/?${query}`;
}

type Comparable = string | number | boolean;

/** What a parameter asks of rows. */
interface Filter {
  holds: (row: Row) => boolean;
  /** Order URIs that it narrows the list to; null when it doesn't. */
  orderUris: string[] | null;
}

type Operands = readonly (Comparable | null)[];

/** What the operators that compare texts ask; each has a twin, with `i` before it, that takes case for nothing. */
const textOperators = {
  exact: (text: string, part: string) => text === part,
  contains: (text: string, part: string) => text.includes(part),
  startswith: (text: string, part: string) => text.startsWith(part),
  endswith: (text: string, part: string) => text.endsWith(part),
};

/** Whether a value is as an operator asks, by the operator's name. */
const operators = new Map<string, (actual: Comparable | null, operands: Operands) => boolean>([
  ...Object.entries(textOperators).flatMap(([name, holds]) => [
    [name, ordered((actual, part) => holds(String(actual), String(part)))] as const,
    [
      `i${name}`,
      ordered((actual, part) => holds(String(actual).toLowerCase(), String(part).toLowerCase())),
    ] as const,
  ]),
  ['exact', (actual, [first = null]) => actual === first],
  ['isnull', (actual, [first]) => (actual === null) === first],
  ['in', (actual, operands) => actual !== null && operands.includes(actual)],
  ['gt', ordered((actual, first) => actual > first)],
  ['gte', ordered((actual, first) => actual >= first)],
  ['lt', ordered((actual, first) => actual < first)],
  ['lte', ordered((actual, first) => actual <= first)],
  ['range', ordered((actual, first, second) => second !== null && actual >= first && actual <= second)],
]);

/** Null fits nothing. */
function ordered(holds: (actual: Comparable, first: Comparable, second: Comparable | null) => boolean) {
  return (actual: Comparable | null, [first = null, second = null]: Operands) =>
    actual !== null && first !== null && holds(actual, first, second);
}

/** The filters among the parameters that the server takes notice of. */
function parseFilters(resource: Resource, query: URLSearchParams): Filter[] {
  return [...new Set(query.keys())]
    .filter((name) => !OWN_PARAMETERS.has(name))
    .map((name) => parseFilter(resource, name, query.getAll(name)))
    .filter((filter) => filter !== null);
}

function parseFilter(resource: Resource, expression: string, values: readonly string[]): Filter | null {
  const [field = '', ...lookups] = expression.split('__');
  const spec = fieldOf(resource, field);
  if (spec === null) return null;
  if (!resource.filters.split(' ').includes(field))
    throw badRequest(`The '${field}' field does not allow filtering.`);
  const operator = (operators.has(lookups.at(-1) ?? '') && lookups.pop()) || 'exact';
  if (lookups.length > 0) {
    throw badRequest(
      spec.kind === 'related'
        ? `Lookups are not allowed more than one level deep on the '${field}' field.`
        : `The '${field}' field does not support relations.`,
    );
  }
  const operands = parseOperands(spec.kind, operator, values);
  const get = getter(field, spec);
  const holds = (row: Row) => operators.get(operator)?.(get(row), operands) ?? false;
  const pinsOrder = field === 'order' && (operator === 'exact' || operator === 'in');
  const uris = operands.flatMap((id) => (typeof id === 'number' ? [uriOf('Order', id)] : []));
  return { holds, orderUris: pinsOrder ? uris : null };
}

function parseOperands(kind: FieldKind, operator: string, values: readonly string[]): (Comparable | null)[] {
  if (operator === 'isnull') return [fitting(truth(values.at(-1) ?? ''))];
  if (operator === 'in') return values.flatMap((value) => listOf(kind, value));
  if (operator === 'range') {
    const bounds = listOf(kind, values.at(-1) ?? '');
    return fitting(bounds.length === 2 ? bounds : null);
  }
  const asText = /contains|startswith|endswith|iexact/.test(operator);
  return [parseOperand(asText ? 'string' : kind, values.at(-1) ?? '')];
}

function listOf(kind: FieldKind, value: string): (Comparable | null)[] {
  const parts = value.split(',').filter((part) => part !== '');
  return parts.map((part) => parseOperand(kind, part));
}

function parseOperand(kind: FieldKind, text: string): Comparable | null {
  return /^(nil|none|None|null)$/.test(text) ? null : fitting(compared(kind, text));
}

/** A text in the form in which fields of that kind are compared; null when it does not fit. */
function compared(kind: FieldKind, text: string): Comparable | null {
  switch (kind) {
    case 'string':
    case 'json':
      return text;
    case 'boolean':
      return truth(text);
    case 'datetime':
      return toNaive(text);
    case 'integer':
    case 'related':
      return toInteger(text);
    case 'number':
    case 'decimal6':
    case 'decimal4':
      return toNumber(text);
  }
}

function truth(text: string): boolean | null {
  return toBoolean(/^[01]$/.test(text) ? Number(text) : text);
}

function fitting<T>(value: T | null): T {
  if (value !== null) return value;
  throw badRequest('Invalid resource lookup data provided (mismatched type).');
}

/** Reads a field in the form in which it is compared: decimals as numbers, related rows as ids. */
function getter(field: string, { kind, target }: FieldSpec): (row: Row) => Comparable | null {
  return (row) => {
    const value = row[field] ?? null;
    if (typeof value === 'object') return null;
    if (target !== undefined) return idOfUri(target, String(value));
    return kind === 'decimal6' || kind === 'decimal4' ? Number(value) : value;
  };
}

function parseSort(resource: Resource, text: string | null): ((a: Row, b: Row) => number) | null {
  if (text === null || text === '') return null;
  const parts = text.split(',').map((part) => {
    const descending = part.startsWith('-');
    const field = descending ? part.slice(1) : part;
    const spec = fieldOf(resource, field);
    if (spec === null) throw badRequest(`No matching '${field}' field for ordering on.`);
    if (!resource.sorts.split(' ').includes(field))
      throw badRequest(`The '${field}' field does not allow ordering.`);
    return { get: getter(field, spec), sign: descending ? -1 : 1 };
  });
  return (a, b) =>
    parts.map(({ get, sign }) => compareValues(get(a), get(b)) * sign).find((order) => order !== 0) ?? 0;
}

/** Nulls last, as the database sorts them in ascending order. */
function compareValues(a: Comparable | null, b: Comparable | null): number {
  if (a === b) return 0;
  if (a === null) return 1;
  if (b === null) return -1;
  return a < b ? -1 : 1;
}

function parseLimit(text: string | null): number {
  const limit = parseCount('limit', text, 'a positive integer') ?? DEFAULT_LIMIT;
  return limit === 0 || limit > MAX_LIMIT ? MAX_LIMIT : limit;
}

function parseCount(name: string, text: string | null, kind: string): number | null {
  if (text === null || text === '') return null;
  const isInteger = /^-?\d{1,9}$/.test(text);
  if (isInteger && Number(text) >= 0) return Number(text);
  const wanted = isInteger ? 'a positive integer >= 0' : kind;
  throw badRequest(`Invalid ${name} '${text}' provided. Please provide ${wanted}.`);
}
