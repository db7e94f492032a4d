/** Equal things are one thing here, with a number; everything else of the search is made of such numbers. */

/** Now, always: a tick makes everything one tick older instead. */
export const NOW = Date.UTC(2026, 0, 10, 12);
/** One tick, in milliseconds. */
export const TICK = 1_000;

/** Anything above is an instant, anything below a duration, a count or money. */
const INSTANTS = 1e12;

/** Short codes of things that are never made twice: rows, what is wanted, durations. */
const codes = new WeakMap<object, string>();

/** The value as text: equal values give equal text, instants counted in ticks from now. */
export function encode(value: unknown): string {
  switch (typeof value) {
    case 'number':
      return value > INSTANTS ? `t${(value - NOW) / TICK}` : `${value}`;
    case 'string':
      return value;
    case 'boolean':
      return value ? 'y' : 'n';
    case 'object': {
      if (value === null) return '0';
      const code = codes.get(value);
      if (code !== undefined) return code;
      let text = Array.isArray(value) ? '[' : '{';
      if (Array.isArray(value)) for (const each of value) text += `${encode(each)},`;
      else for (const key in value) text += `${key}:${encode((value as Record<string, unknown>)[key])},`;
      return `${text}}`;
    }
    default:
      return '-';
  }
}

/** Gives a thing that there is only one of its code. */
export function fixed<T extends object>(value: T, code: string): T {
  codes.set(value, `#${code}`);
  return value;
}

/** True for what has a code of its own. */
export function isFixed(value: object): boolean {
  return codes.has(value);
}

/** Equal rows as one object. */
class Unique<T extends object> {
  readonly #known = new Map<string, T>();
  readonly #prefix: string;

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  of(value: T): T {
    if (codes.has(value)) return value;
    const text = encode(value);
    const known = this.#known.get(text);
    if (known) return known;
    fixed(value, `${this.#prefix}${this.#known.size}`);
    this.#known.set(text, value);
    return value;
  }
}

/** Equal values by number, and what is made of them once. */
export class Numbered<T> {
  readonly all: T[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #derived = new Map<string, Int32Array>();
  readonly #text: (value: T) => string;

  constructor(text: (value: T) => string = encode) {
    this.#text = text;
  }

  number(value: T): number {
    const text = this.#text(value);
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    const n = this.all.push(value) - 1;
    this.#numbers.set(text, n);
    return n;
  }

  get(n: number): T {
    return this.all[n] as T;
  }

  /** The number of what `make` makes of it, computed once for each; `what` names it. */
  derive(what: string, n: number, make: (value: T) => T): number {
    let table = this.#derived.get(what) ?? new Int32Array(1_024);
    if (n >= table.length) {
      const wider = new Int32Array(2 ** Math.ceil(Math.log2(n + 1)) * 2);
      wider.set(table);
      table = wider;
    }
    this.#derived.set(what, table);
    if (table[n] === 0) table[n] = this.number(make(this.get(n))) + 1;
    return (table[n] ?? 0) - 1;
  }
}

/** Ages beyond which no rule tells one instant from another, by field, in ticks. */
export interface Caps {
  /** Dates in headers. */
  date: number;
  /** Instants in the field of that name. */
  fields: Readonly<Record<string, number>>;
  /** All other instants. */
  other: number;
}

const DATE = /[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}/;
const dates = new Map<string, number>();
const texts = new Map<number, string>();

/** Local date and time of an instant, as headers carry it. */
export function dateOf(at: number): string {
  let text = texts.get(at);
  if (text === undefined) {
    text = new Date(at).toISOString().slice(0, 19);
    texts.set(at, text);
    dates.set(text, at);
  }
  return text;
}

function olderDate(date: string, caps: Caps): string {
  const at = dates.get(date) ?? Date.parse(`${date}Z`);
  return dateOf(Math.max(at - TICK, NOW - caps.date * TICK));
}

/** All rows of Revel, headers, lines and payments. */
export const rows = new Unique<object>('r');

const aged = new WeakMap<Caps, WeakMap<object, object>>();

/** The same a tick later: instants and dates are older by one. Rows are remembered: there are few of them. */
export function older<T>(value: T, caps: Caps, key = ''): T {
  const known = aged.get(caps) ?? new WeakMap<object, object>();
  aged.set(caps, known);
  return mapped(value, key) as T;

  function mapped(one: unknown, field: string): unknown {
    if (typeof one === 'number') {
      if (one <= INSTANTS) return one;
      return Math.max(one - TICK, NOW - (caps.fields[field] ?? caps.other) * TICK);
    }
    if (typeof one === 'string') {
      if (field === 'updatedDate') return olderDate(one, caps);
      return field === 'print' ? one.replace(DATE, (date) => olderDate(date, caps)) : one;
    }
    if (one === null || typeof one !== 'object') return one;
    if (!isFixed(one)) return rebuilt(one, field, mapped);
    let after = known.get(one);
    if (after === undefined) {
      after = rebuilt(one, field, mapped);
      if (after !== one) after = rows.of(after);
      known.set(one, after);
    }
    return after;
  }
}

/** Applies `map` to each field; the same object where nothing changes. Keys that are ids keep the name of the field. */
export function rebuilt(one: object, field: string, map: (value: unknown, field: string) => unknown): object {
  if (Array.isArray(one)) {
    const all = one.map((each) => map(each, field));
    return all.some((each, i) => each !== one[i]) ? all : one;
  }
  let after: Record<string, unknown> | null = null;
  for (const [key, value] of Object.entries(one)) {
    const to = map(value, /^[0-9]/.test(key) ? field : key);
    if (to === value) continue;
    after ??= { ...one };
    after[key] = to;
  }
  return after ?? one;
}
