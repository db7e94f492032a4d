import { badRequest, type Refusal } from './answers.js';
import { type FieldKind, type FieldSpec, toInteger, toNaive, toNumber } from './fields.js';
import { fieldOf, type Resource, uriOf, uriPrefix } from './resources.js';
import type { RevelSwitches } from './switches.js';
import type { JsonValue, Row } from './types.js';

/** A list request as understood. */
export interface ListQuery {
  /** Every one must hold. */
  filters: readonly ((row: Row) => boolean)[];
  /** Order URIs that the filters narrow the list to; null when they don't. */
  orderUris: readonly string[] | null;
  /** Null: by ascending id. */
  compare: ((a: Row, b: Row) => number) | null;
  /** Names asked for; null: every field. */
  fields: readonly string[] | null;
  limit: number;
  offset: number;
}

const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 1000;
const OWN_PARAMETERS = new Set(['limit', 'offset', 'order_by', 'fields', 'format', 'api_key', 'api_secret']);
const CHILD_FILTERED = new Set([
  'OrderItem',
  'Payment',
  'OrderHistory',
  'AppliedDiscountOrder',
  'AppliedTaxOrder',
]);

/** Understands the parameters of a list request. */
export function parseListQuery(
  resource: Resource,
  query: URLSearchParams,
  switches: RevelSwitches,
): ListQuery {
  const filters: ((row: Row) => boolean)[] = [];
  let orderUris: string[] | null = null;
  for (const name of new Set(query.keys())) {
    if (OWN_PARAMETERS.has(name)) continue;
    const filter = parseFilter(resource, name, query.getAll(name), switches);
    if (filter === null) continue;
    filters.push(filter.holds);
    orderUris ??= filter.orderUris;
  }
  return {
    filters,
    orderUris,
    compare: parseSort(resource, query.get('order_by')),
    fields: parseFields(query),
    limit: parseLimit(query.get('limit')),
    offset: parseCount('offset', query.get('offset'), 'an integer') ?? 0,
  };
}

/** The names of `fields=`; null when there are none. */
export function parseFields(query: URLSearchParams): readonly string[] | null {
  const names = (query.get('fields') ?? '').split(',').filter((name) => name !== '');
  return names.length === 0 ? null : names;
}

type Comparable = string | number | boolean;

interface Filter {
  holds: (row: Row) => boolean;
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

/** One filter; null when the server takes no notice of it. */
function parseFilter(
  resource: Resource,
  expression: string,
  values: readonly string[],
  switches: RevelSwitches,
): Filter | null {
  const [field = '', ...lookups] = expression.split('__');
  const spec = fieldOf(resource, field);
  if (spec === null) return null;
  const last = lookups.at(-1);
  const isNamed = last !== undefined && operators.has(last);
  const operator = isNamed ? last : 'exact';
  const deeper = isNamed ? lookups.slice(0, -1) : lookups;
  const policy = filterPolicy(resource, field, spec, switches);
  if (policy === 'ignored') return null;
  if (policy === 'refused' || !resource.filterable.has(field)) {
    throw badRequest(`The '${field}' field does not allow filtering.`);
  }
  if (deeper.length > 0) {
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
  return { holds, orderUris: pinsOrder ? operands.flatMap(orderUri) : null };
}

function filterPolicy(
  resource: Resource,
  field: string,
  spec: FieldSpec,
  switches: RevelSwitches,
): 'works' | 'ignored' | 'refused' {
  if (field === 'local_id') return switches.localIdFilter;
  if (field === 'uuid') return switches.uuidFilter;
  if (field === 'establishment') return switches.establishmentFilter;
  if (field === 'order' && CHILD_FILTERED.has(resource.name)) return switches.orderFilterOnChildren;
  return spec.kind === 'datetime' ? switches.dateFilter : 'works';
}

function parseOperands(kind: FieldKind, operator: string, values: readonly string[]): (Comparable | null)[] {
  if (operator === 'isnull') return [truth(values.at(-1) ?? '')];
  if (operator === 'in') return values.flatMap((value) => listOf(kind, value));
  if (operator === 'range') {
    const bounds = listOf(kind, values.at(-1) ?? '');
    if (bounds.length !== 2) throw mismatch();
    return bounds;
  }
  const asText = /contains|startswith|endswith|iexact/.test(operator);
  return [parseOperand(asText ? 'string' : kind, values.at(-1) ?? '')];
}

function listOf(kind: FieldKind, value: string): (Comparable | null)[] {
  const parts = value.split(',').filter((part) => part !== '');
  return parts.map((part) => parseOperand(kind, part));
}

function parseOperand(kind: FieldKind, text: string): Comparable | null {
  if (/^(nil|none|None|null)$/.test(text)) return null;
  switch (kind) {
    case 'string':
    case 'json':
      return text;
    case 'boolean':
      return truth(text);
    case 'datetime':
      return fitting(toNaive(text));
    case 'integer':
    case 'related':
      return fitting(toInteger(text));
    case 'number':
    case 'decimal6':
    case 'decimal4':
      return fitting(toNumber(text));
  }
}

function truth(text: string): boolean {
  if (/^(true|True|1)$/.test(text)) return true;
  if (/^(false|False|0)$/.test(text)) return false;
  throw mismatch();
}

function fitting<T>(value: T | null): T {
  if (value === null) throw mismatch();
  return value;
}

function mismatch(): Refusal {
  return badRequest('Invalid resource lookup data provided (mismatched type).');
}

/** Reads a field in the form in which it is compared: decimals as numbers, related rows as ids. */
function getter(field: string, spec: FieldSpec): (row: Row) => Comparable | null {
  const plain = (value: JsonValue | undefined) =>
    value === undefined || value === null || typeof value === 'object' ? null : value;
  if (spec.target !== undefined) {
    const prefix = uriPrefix(spec.target);
    return (row) => {
      const uri = row[field];
      return typeof uri === 'string' && uri.startsWith(prefix) ? Number(uri.slice(prefix.length, -1)) : null;
    };
  }
  if (spec.kind === 'decimal6' || spec.kind === 'decimal4') {
    return (row) => (row[field] === null ? null : Number(row[field]));
  }
  return (row) => plain(row[field]);
}

function orderUri(id: Comparable | null): string[] {
  return typeof id === 'number' ? [uriOf('Order', id)] : [];
}

function parseSort(resource: Resource, text: string | null): ListQuery['compare'] {
  if (text === null || text === '') return null;
  const parts = text.split(',').map((part) => {
    const descending = part.startsWith('-');
    const field = descending ? part.slice(1) : part;
    const spec = fieldOf(resource, field);
    if (spec === null) throw badRequest(`No matching '${field}' field for ordering on.`);
    if (!resource.sortable.has(field)) {
      throw badRequest(`The '${field}' field does not allow ordering.`);
    }
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
