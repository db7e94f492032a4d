import { badRequest, crash, type Refusal } from './answers.js';
import type { JsonValue, ResourceName } from './types.js';

/** How a field is stored, shown and compared. */
export type FieldKind =
  | 'integer'
  /** A JSON number on read, whatever was sent. */
  | 'number'
  /** A string with six decimals on read. */
  | 'decimal6'
  /** A string with four decimals on read. */
  | 'decimal4'
  | 'string'
  | 'boolean'
  /** Store-local, `YYYY-MM-DDTHH:MM:SS[.ffffff]`, no offset. */
  | 'datetime'
  /** The URI of a row of `target`. */
  | 'related'
  /** Shown as sent. */
  | 'json';

/** One field of a resource. */
export interface FieldSpec {
  kind: FieldKind;
  /** What a new row holds when nothing was sent; null also means that null may be sent. */
  initial: JsonValue;
  /** Resource of a related field. */
  target?: ResourceName;
  /** A POST without it is refused. */
  required?: boolean;
  /** Ignored in every body. */
  readOnly?: boolean;
}

/** The fields of a resource in the order in which a row shows them. */
export type Fields = Readonly<Record<string, FieldSpec>>;

const MAX_INT32 = 2_147_483_647;
const DECIMAL = /^-?\d{1,12}(\.\d{1,10})?$/;

/** Brings a sent value into the field's stored form, or refuses it. Related fields are not looked up here. */
export function hydrate(name: string, spec: FieldSpec, sent: JsonValue): JsonValue {
  if (sent === null && (spec.initial !== null || spec.required)) throw missing(name);
  const stored = sent === null ? null : storedForm(spec.kind, sent);
  if (sent === null || stored !== null) return stored;
  // Anything else that does not fit is only noticed by the database.
  throw spec.kind === 'datetime'
    ? badRequest(`Datetime provided to '${name}' field doesn't appear to be valid.`)
    : crash();
}

/** A body without a value that a row must have. */
export function missing(name: string): Refusal {
  return badRequest(`The '${name}' field has no data and doesn't allow a default or null value.`);
}

/** Null when the value does not fit. */
function storedForm(kind: FieldKind, sent: JsonValue): JsonValue {
  switch (kind) {
    case 'integer':
      return toInteger(sent);
    case 'number':
      return toNumber(sent);
    case 'decimal6':
      return toNumber(sent)?.toFixed(6) ?? null;
    case 'decimal4':
      return toNumber(sent)?.toFixed(4) ?? null;
    case 'string':
      return typeof sent === 'object' ? null : String(sent);
    case 'boolean':
      return toBoolean(sent);
    case 'datetime':
      return typeof sent === 'string' ? toNaive(sent) : null;
    case 'related':
    case 'json':
      return sent;
  }
}

/** A date and time without its offset, which is dropped, not converted; null when it isn't one. */
export function toNaive(text: string): string | null {
  const match = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?(?:Z|[+-]\d\d:?\d\d)?)?$/.exec(
    text,
  );
  const date = match?.[1];
  if (date === undefined) return null;
  const time = match?.[2] ?? '00:00:00';
  const stamp = new Date(`${date}T${time}Z`);
  if (Number.isNaN(stamp.getTime()) || !stamp.toISOString().startsWith(`${date}T${time}`)) return null;
  const micros = (match?.[3] ?? '').padEnd(6, '0');
  return micros === '000000' ? `${date}T${time}` : `${date}T${time}.${micros}`;
}

/** A number from a JSON number or a decimal string; null when it is neither. */
export function toNumber(value: JsonValue): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  return typeof value === 'string' && DECIMAL.test(value) ? Number(value) : null;
}

/** An integer of the size that the database takes; null for anything else. */
export function toInteger(value: JsonValue): number | null {
  const number = toNumber(value);
  return number !== null && Number.isInteger(number) && Math.abs(number) <= MAX_INT32 ? number : null;
}

/** A boolean from one, or from a number or text that says the same; null for anything else. */
export function toBoolean(value: JsonValue): boolean | null {
  if (value === true || value === 1 || value === 'true' || value === 'True') return true;
  if (value === false || value === 0 || value === 'false' || value === 'False') return false;
  return null;
}
