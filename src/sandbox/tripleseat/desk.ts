import Big from 'big.js';
import { z } from 'zod';
import { lineName } from '../../domain/names.js';
import { addDays, localDate } from '../../domain/zones.js';
import { Impossible } from '../host/control.js';
import { makeLine, makePayment } from './make-document.js';
import { isObject, type JsonObject, objectOf, objectsOf, type RawRecord, textOf } from './model.js';
import type { TripleseatStore } from './store.js';
import { cents, moneyText, sumUp } from './sums.js';

const amount = z.string().regex(/^\d{1,7}(?:\.\d{1,4})?$/);

/** What somebody at Tripleseat does to an event; asked for nothing else than an id: nothing. Amounts are decimal texts. */
export const deskSchema = z.strictObject({
  id: z.number().int().positive(),
  guests: z.number().int().min(0).optional(),
  /** The line of this name is changed, or added where there is none; a quantity of 0 takes it away. */
  line: z
    .strictObject({
      name: z.string().min(1),
      quantity: amount.optional(),
      price: amount.optional(),
      rename: z.string().min(1).optional(),
    })
    .optional(),
  /** A payment that has come in. */
  pay: amount.optional(),
  /** A day, or days from today there, as `-2`. */
  date: z.union([z.iso.date(), z.string().regex(/^[+-]?\d{1,4}$/)]).optional(),
  /** Name of the location that it moves to. */
  location: z.string().optional(),
  status: z.string().min(1).optional(),
  delete: z.boolean().optional(),
});

/** See {@link deskSchema}. */
export type DeskEdit = z.infer<typeof deskSchema>;

/**
 * Does what is asked of one event or nothing, and says in words what it has done, a line each; asked for nothing, what
 * there is.
 */
export function deskEdit(
  store: TripleseatStore,
  { id, date, location, status, delete: isDeleted, ...change }: DeskEdit,
  now: number,
): { name: string; said: string[] } {
  const event = store.events.get(id);
  if (!event) throw new Impossible(`There is no event ${id}.`);
  const { event: changed, said } = changeEvent(event, change);
  const place = location === undefined ? null : placeCalled(store, location);
  if (said.length > 0) store.edit(id, changed, now);
  if (date !== undefined || place !== null) {
    const isDay = date === undefined || date.includes('-', 1);
    const day = isDay ? date : addDays(localDate(now, store.zoneOf(place ?? event)), Number(date));
    store.move(id, { date: day, siteId: place?.site_id, locationId: place?.id }, now);
    said.push(`moved to ${[day, place === null ? null : textOf(place, 'name')].filter(Boolean).join(', ')}`);
  }
  if (status !== undefined) {
    store.setStatus(id, status, now);
    said.push(`status: ${textOf(event, 'status')} → ${status}`);
  }
  if (isDeleted) {
    store.delete(id, now);
    said.push('deleted');
  }
  return { name: textOf(event, 'name'), said: said.length > 0 ? said : linesOf(event) };
}

function placeCalled({ locations }: TripleseatStore, name: string): RawRecord {
  const place = locations.find((each) => textOf(each, 'name').toLowerCase() === name.toLowerCase());
  if (place) return place;
  const names = locations.map((each) => textOf(each, 'name')).join(', ');
  throw new Impossible(`There is no location ${name}; these there are: ${names}.`);
}

/**
 * The event after a change, with all sums made anew as Tripleseat does, and the change in words, a line each; throws an
 * {@link Impossible} where it cannot be changed like that. The event that is given stays as it is.
 */
export function changeEvent(
  given: RawRecord,
  { guests, line, pay }: Pick<DeskEdit, 'guests' | 'line' | 'pay'>,
): { event: RawRecord; said: string[] } {
  const event = structuredClone(given);
  const said: string[] = [];
  if (guests !== undefined) {
    said.push(`guests: ${String(event.guest_count)} → ${guests}`);
    event.guest_count = guests;
  }
  if (line === undefined && pay === undefined) return { event, said };
  const document = billOf(event);
  if (document === null) throw new Impossible('The event has no document with lines of its own.');
  if (line !== undefined) said.push(changeLine(document, line, event.id));
  if (pay !== undefined) {
    addPayment(document, event, cents(pay));
    said.push(`paid: ${shown(cents(pay))} more`);
  }
  const before = totalOf(document);
  const { total, due, ofEvent } = sumUp(document, paymentSet(document, event));
  Object.assign(event, ofEvent);
  if (total !== before) said.push(`total: ${shown(before)} → ${shown(total)}`);
  said.push(`due: ${shown(due)}`);
  return { event, said };
}

/** What there is to change on an event, in words, a line each. */
function linesOf(event: RawRecord): string[] {
  const document = billOf(event);
  const status = textOf(event, 'deleted_at') === '' ? textOf(event, 'status') : 'deleted';
  return [
    `${textOf(event, 'event_start_iso8601').replace('T', ' ').slice(0, 16)}, ${status}, ${String(event.guest_count)} guests`,
    ...objectsOf(document ?? {}, 'line_items')
      .filter((line) => nameOf(line) !== '')
      .map((line) => `${nameOf(line)}: ${priced(line)}`),
    ...(document === null
      ? []
      : [`total: ${shown(totalOf(document))}, due: ${shown(cents(event.amount_due))}`]),
  ];
}

/** The document that the event's own sums come from. */
function billOf(event: RawRecord): JsonObject | null {
  const live = objectsOf(event, 'documents').filter(
    (document) => textOf(document, 'deleted_at') === '' && objectsOf(document, 'line_items').length > 0,
  );
  return live.find((document) => totalOf(document) === cents(event.grand_total)) ?? live[0] ?? null;
}

/** What was done, in words. */
function changeLine(
  document: JsonObject,
  { name, quantity, price, rename }: NonNullable<DeskEdit['line']>,
  eventId: number,
): string {
  const lines = objectsOf(document, 'line_items');
  const line = lines.find((each) => nameOf(each).toLowerCase() === name.toLowerCase());
  if (line === undefined) {
    if (price === undefined) {
      const names = lines.map(nameOf).filter((each) => each !== '');
      throw new Impossible(
        `There is no line ${name}; these there are: ${names.join(', ')}. With a price it is added.`,
      );
    }
    const like = lines.find((each) => textOf(each, 'price') !== '');
    const options = { name: rename ?? name, quantity: quantity ?? '1', price: inCents(price) };
    const rates = Array.isArray(like?.billing_ids) ? like.billing_ids : [];
    const added = makeLine(options, nextId(lines, eventId * 10), lines.length, rates);
    document.line_items = [...lines, added];
    return `${nameOf(added)}: ${priced(added)}, new`;
  }
  const before = `${nameOf(line)}: ${priced(line)}`;
  if (quantity !== undefined && Number(quantity) === 0) {
    document.line_items = lines.filter((each) => each !== line);
    return `${before}, taken away`;
  }
  if (quantity !== undefined) line.quantity = new Big(quantity).toFixed();
  if (price !== undefined) line.price = moneyText(inCents(price));
  if (rename !== undefined)
    line[textOf(line, 'display_name') === '' ? 'description' : 'display_name'] = rename;
  const total = new Big(textOf(line, 'price') || 0).times(textOf(line, 'quantity') || 1).times(100);
  if (textOf(line, 'price') !== '') line.total_price = moneyText(total.round(0, Big.roundHalfUp).toNumber());
  return `${before} → ${rename === undefined ? '' : `${rename}: `}${priced(line)}`;
}

/** The payments stand on the document or on the event, as the account has it. */
function addPayment(document: JsonObject, event: RawRecord, paid: number): void {
  const set = paymentSet(document, event);
  const payments = objectsOf(set, 'payments');
  const id = nextId(payments, event.id + 99);
  set.payments = [
    ...payments,
    makePayment({ amount: paid, title: 'Payment' }, id, textOf(event, 'updated_at')),
  ];
}

/** Above all that are there, and above a number at least. */
function nextId(rows: readonly JsonObject[], above: number): number {
  return Math.max(above, ...rows.map((row) => Number(row.id))) + 1;
}

/** Fractions of a cent included. */
function inCents(amountText: string): number {
  return new Big(amountText).times(100).toNumber();
}

function paymentSet(document: JsonObject, event: RawRecord): JsonObject {
  if (isObject(document.payment_set)) return document.payment_set;
  if (isObject(event.payment_set)) return event.payment_set;
  const made: JsonObject = { document_name: 'Event Order', payments: [] };
  document.payment_set = made;
  return made;
}

function totalOf(document: JsonObject): number {
  return cents(objectOf(document, 'financials').grand_total);
}

function nameOf(line: JsonObject): string {
  return lineName({ displayName: textOf(line, 'display_name'), description: textOf(line, 'description') });
}

/** `36 × 8.24`; the quantity alone of a line without a price. */
function priced(line: JsonObject): string {
  const count = String(Number(line.quantity));
  return textOf(line, 'price') === '' ? count : `${count} × ${new Big(textOf(line, 'price')).toFixed(2)}`;
}

function shown(amountInCents: number): string {
  return (amountInCents / 100).toFixed(2);
}
