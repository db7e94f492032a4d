import { InvalidArgumentError } from '@commander-js/extra-typings';
import { MAX_HOURS_BACK, parseHoursBack } from '../config/hoursBack.js';
import { didYouMean } from '../config/nearest.js';
import { parseHttpUrl } from '../config/urls.js';
import { isDate } from '../domain/dates.js';
import { type EventId, type OrderId, orderId, parseEventId } from '../domain/ids.js';
import { type BillingUse, billingUses } from '../domain/location.js';
import { failReasons, skipReasons } from '../domain/reasons.js';
import { parseSince, type Since } from './since.js';

const statuses = ['injected', 'repaired', 'skipped', 'failed'] as const;

/** Who may have started a run. */
export const triggers = ['manual', 'cron', 'webhook'] as const;

/** Collects `--event-id`; each id once. */
export function eventId(text: string, before: EventId[] | undefined): EventId[] {
  if (/^\d+(?:,\d*)+$/.test(text)) throw new InvalidArgumentError('Write several with blanks between them.');
  const id = oneEventId(text);
  return before?.includes(id) ? before : [...(before ?? []), id];
}

/** The event that a command is about. */
export function oneEventId(text: string): EventId {
  const id = parseEventId(text);
  if (id === null) throw new InvalidArgumentError('An event id is decimal digits only, e.g. 55521609.');
  return id;
}

/** The order that a command is about; `before` is what was named already: of two the other one would go. */
export function oneOrderId(text: string, before?: OrderId): OrderId {
  if (!/^[1-9][0-9]{0,15}$/.test(text))
    throw new InvalidArgumentError('An order number is decimal digits only.');
  if (before !== undefined && before !== text) throw new InvalidArgumentError('Only one order can be named.');
  return orderId(text);
}

/** A calendar day. */
export function day(text: string): string {
  if (!isDate(text)) throw new InvalidArgumentError('Write a day like 2026-12-31.');
  return text;
}

/** A reason in a person's words. A flag behind `--accept` is none: whoever left the words out did not mean it as such. */
export function words(text: string): string {
  const said = text.trim();
  if (said === '' || said === '<why>' || /^--?[a-z]/i.test(said)) {
    throw new InvalidArgumentError('Write why, in a few words.');
  }
  return said;
}

/** A name as Tripleseat has it, see {@link withName}. */
export function sourceName(text: string): string {
  return text.trim();
}

const OF_MAP = /^(?:-h|--(?:help|yes|sandbox|no-color|(?:location|env-file)(?:=.*)?))$/s;

/**
 * What was typed, with the name behind `products map` or `billing map` as such where it begins like an option
 * (`- Extra cheese`): a blank before it tells them apart.
 */
export function withName(args: readonly string[]): string[] {
  const at =
    args.findIndex((arg, i) => arg === 'map' && /^(?:products|billing)$/.test(args[i - 1] ?? '')) + 1;
  return args.map((arg, i) =>
    at > 0 && i === at && arg.startsWith('-') && !OF_MAP.test(arg) ? ` ${arg}` : arg,
  );
}

/** Collects `--only`: what of a report is shown, also several with commas between them. */
export function shownWords(text: string, before: string[] | undefined): string[] {
  const known: readonly string[] = ['changes', 'failures', ...statuses, ...skipReasons, ...failReasons];
  const words = text.split(',').map((word) => {
    const found = known.find((each) => each.toLowerCase() === word.trim().toLowerCase());
    if (found === undefined) {
      const what = `changes, failures, a status (${statuses.join(', ')}) or a reason`;
      throw new InvalidArgumentError(`Write ${what}${didYouMean(word.trim(), known) || '.'}`);
    }
    return found;
  });
  return [...(before ?? []), ...words];
}

/** What a name is mapped to. */
export type MappedValue = number | BillingUse;

/** The id of a Revel product. */
export function productId(text: string): number {
  const id = /^\d{1,15}$/.test(text) ? Number(text) : 0;
  if (id < 1) throw new InvalidArgumentError('Write the id of a Revel product, e.g. 579.');
  return id;
}

/** What a row of the bill is: a word, or the id of the product that it is sold as. */
export function billingUse(text: string): BillingUse {
  const word = billingUses.find((use) => use === text.toLowerCase());
  if (word !== undefined) return word;
  if (/^\d{1,15}$/.test(text)) return { product: productId(text) };
  throw new InvalidArgumentError(`Write ${billingUses.join(', ')}, or the id of a Revel product.`);
}

/** Where the history begins. */
export function since(text: string): Since {
  const parsed = parseSince(text);
  if (parsed === null) {
    throw new InvalidArgumentError(
      'Write 12h, 7d, a date like 2026-11-14, or a time like 2026-11-14T08:00, by the clock of the shop.',
    );
  }
  return parsed;
}

/** A redirect URI as registered: sent letter by letter, so it is only checked. */
export function redirectUri(text: string): string {
  if (!/^[\x21-\x7e]{1,500}$/.test(text) || !parseHttpUrl(text).ok) {
    throw new InvalidArgumentError('Write an https:// address as it is registered, without a query.');
  }
  return text;
}

/** How far back a sweep looks. */
export function hoursBack(text: string): number {
  const hours = parseHoursBack(text);
  if (hours !== null) return hours;
  throw new InvalidArgumentError(`Write a number of hours above 0 and up to ${MAX_HOURS_BACK}, e.g. 48.`);
}

/** What marks a run everywhere. */
export function correlationId(text: string): string {
  if (!/^[0-9a-f]{8}$/.test(text))
    throw new InvalidArgumentError('Write 8 hex digits in lower case, e.g. 1a2b3c4d.');
  return text;
}

/** An address to listen on. No text at all would mean every interface, which nobody means by an unset variable. */
export function host(text: string): string {
  if (text.trim() !== '') return text;
  throw new InvalidArgumentError(
    'Write an address of this host, e.g. 127.0.0.1; for all of its addresses write 0.0.0.0 or ::.',
  );
}

/** A whole number of something. */
export function whole(what: string, min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,6}$/.test(text) ? Number(text) : -1;
    if (value < min || value > max) throw new InvalidArgumentError(`Write a ${what} from ${min} to ${max}.`);
    return value;
  };
}

/** Days ahead, or back. */
export const days = whole('number of days', 0, 366);

/** An id of Revel. */
export function revelId(text: string): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (value < 1) throw new InvalidArgumentError('Write an id of Revel, digits only.');
  return value;
}

/** The discount of `init`. */
export function discount(text: string): number | 'none' {
  return text === 'none' ? text : revelId(text);
}

/** Collects `<id>=<id>`. */
export function idPairs(text: string, before: Map<number, number> = new Map()): Map<number, number> {
  const [left, right] = pairOf(text, 'Write two ids like 8=4.');
  return before.set(left, idOf(right, 'Write two ids like 8=4.'));
}

/** Collects `<id>=<id>`; with `none` on the right, null. */
export function placePairs(
  text: string,
  before: Map<number, number | null> = new Map(),
): Map<number, number | null> {
  const form = 'Write two ids like 26059=8, or 26059=none.';
  const [left, right] = pairOf(text, form);
  return before.set(left, right === 'none' ? null : idOf(right, form));
}

/** Collects `<id>=<time zone>`; whether there is such a zone is looked at later. */
export function zonePairs(text: string, before: Map<number, string> = new Map()): Map<number, string> {
  return before.set(...pairOf(text, 'Write an id and an IANA time zone like 8=America/Chicago.'));
}

function pairOf(text: string, form: string): [left: number, right: string] {
  const [, left, right] = /^(\d{1,9})=(.+)$/.exec(text) ?? [];
  if (left === undefined || right === undefined) throw new InvalidArgumentError(form);
  return [idOf(left, form), right];
}

function idOf(text: string, form: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError(form);
  return Number(text);
}
