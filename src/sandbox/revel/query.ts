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

/** Something in a list request that is answered with 400. */
export class InvalidQuery extends Error {}

/** Understands the parameters of a list request; throws {@link InvalidQuery} with the answer's text. */
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
    offset: parseOffset(query.get('offset')),
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

const operators = new Set([
  'exact',
  'iexact',
  'contains',
  'icontains',
  'in',
  'gt',
  'gte',
  'lt',
  'lte',
  'startswith',
  'istartswith',
  'endswith',
  'iendswith',
  'range',
  'isnull',
]);

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
  const operator = last !== undefined && operators.has(last) ? last : 'exact';
  const deeper = operator === last ? lookups.slice(0, -1) : lookups;
  const policy = filterPolicy(resource, field, spec, switches);
  if (policy === 'ignored') return null;
  if (policy === 'refused' || !resource.filterable.has(field)) {
    throw new InvalidQuery(`The '${field}' field does not allow filtering.`);
  }
  if (deeper.length > 0) {
    throw new InvalidQuery(
      spec.kind === 'related'
        ? `Lookups are not allowed more than one level deep on the '${field}' field.`
        : `The '${field}' field does not support relations.`,
    );
  }
  const operands = parseOperands(spec.kind, operator, values);
  const get = getter(field, spec);
  const holds = (row: Row) => matches(operator, get(row), operands);
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
      return toNaive(text) ?? fail();
    case 'integer':
    case 'related':
      return toInteger(text) ?? fail();
    case 'number':
    case 'decimal6':
    case 'decimal4':
      return toNumber(text) ?? fail();
  }
}

function truth(text: string): boolean {
  if (/^(true|True|1)$/.test(text)) return true;
  if (/^(false|False|0)$/.test(text)) return false;
  throw mismatch();
}

function fail(): never {
  throw mismatch();
}

function mismatch(): InvalidQuery {
  return new InvalidQuery('Invalid resource lookup data provided (mismatched type).');
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

function matches(
  operator: string,
  actual: Comparable | null,
  operands: readonly (Comparable | null)[],
): boolean {
  const [first = null, second = null] = operands;
  if (operator === 'isnull') return (actual === null) === first;
  if (operator === 'in') return actual !== null && operands.includes(actual);
  if (operator === 'exact') return actual === first;
  if (actual === null || first === null) return false;
  if (operator === 'range') return second !== null && actual >= first && actual <= second;
  if (operator === 'gt') return actual > first;
  if (operator === 'gte') return actual >= first;
  if (operator === 'lt') return actual < first;
  if (operator === 'lte') return actual <= first;
  return matchesText(operator, String(actual), String(first));
}

function matchesText(operator: string, actual: string, wanted: string): boolean {
  const folded = operator.startsWith('i');
  const [text, part] = folded ? [actual.toLowerCase(), wanted.toLowerCase()] : [actual, wanted];
  if (operator === 'iexact') return text === part;
  if (operator.endsWith('contains')) return text.includes(part);
  return operator.endsWith('startswith') ? text.startsWith(part) : text.endsWith(part);
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
    if (spec === null) throw new InvalidQuery(`No matching '${field}' field for ordering on.`);
    if (!resource.sortable.has(field)) {
      throw new InvalidQuery(`The '${field}' field does not allow ordering.`);
    }
    return { get: getter(field, spec), sign: descending ? -1 : 1 };
  });
  return (a, b) => {
    for (const { get, sign } of parts) {
      const order = compareValues(get(a), get(b));
      if (order !== 0) return order * sign;
    }
    return 0;
  };
}

/** Nulls last, as the database sorts them in ascending order. */
function compareValues(a: Comparable | null, b: Comparable | null): number {
  if (a === b) return 0;
  if (a === null) return 1;
  if (b === null) return -1;
  return a < b ? -1 : 1;
}

function parseLimit(text: string | null): number {
  if (text === null || text === '') return DEFAULT_LIMIT;
  if (!/^-?\d{1,9}$/.test(text)) {
    throw new InvalidQuery(`Invalid limit '${text}' provided. Please provide a positive integer.`);
  }
  const limit = Number(text);
  if (limit < 0) {
    throw new InvalidQuery(`Invalid limit '${text}' provided. Please provide a positive integer >= 0.`);
  }
  return limit === 0 || limit > MAX_LIMIT ? MAX_LIMIT : limit;
}

function parseOffset(text: string | null): number {
  if (text === null || text === '') return 0;
  if (!/^-?\d{1,9}$/.test(text)) {
    throw new InvalidQuery(`Invalid offset '${text}' provided. Please provide an integer.`);
  }
  const offset = Number(text);
  if (offset < 0) {
    throw new InvalidQuery(`Invalid offset '${text}' provided. Please provide a positive integer >= 0.`);
  }
  return offset;
}
