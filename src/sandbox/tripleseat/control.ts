import { z } from 'zod';
import type { ControlResult } from '../host/types.js';
import { changeEvent, changeSchema, linesOf } from './change.js';
import { rawRecordSchema, textOf } from './model.js';
import type { OauthServer } from './oauth.js';
import type { Move, TripleseatStore } from './store.js';
import { localDate, shiftDate } from './time.js';

const id = z.number().int().positive();
const clockTime = z.string().regex(/^\d{2}:\d{2}$/);

const bodies = {
  'add-event': z.strictObject({
    event: rawRecordSchema,
    booking: rawRecordSchema.optional(),
    selections: z.array(z.json()).optional(),
  }),
  'edit-event': z.strictObject({ id, patch: z.record(z.string(), z.json()) }),
  'set-status': z.strictObject({ id, status: z.string().min(1) }),
  'delete-event': z.strictObject({ id }),
  'move-event': z.strictObject({
    id,
    siteId: id.optional(),
    locationId: id.optional(),
    date: z.iso.date().optional(),
    start: clockTime.optional(),
    end: clockTime.optional(),
  }),
  'desk-edit': changeSchema.extend({
    id,
    status: z.string().min(1).optional(),
    delete: z.boolean().optional(),
    /** A day, or days from today there, as `-2`. */
    date: z.union([z.iso.date(), z.string().regex(/^[+-]?\d{1,4}$/)]).optional(),
    /** Name of the location that it moves to. */
    location: z.string().optional(),
  }),
  'expire-tokens': z.strictObject({}),
  'revoke-tokens': z.strictObject({}),
  consent: z.strictObject({}),
};

/**
 * Does what people in the account would do: `add-event {event, booking?, selections?}`, `edit-event {id, patch}`,
 * `set-status {id, status}`, `delete-event {id}`, `move-event {id, siteId?, locationId?, date?, start?, end?}`,
 * `expire-tokens {}`, `revoke-tokens {}`, `consent {}`. All but `add-event` stamp the event as updated at `now`.
 * `desk-edit` does what is asked of one event or nothing, and answers in words what it has done; asked for nothing it
 * says what there is.
 */
export function controlTripleseat(
  store: TripleseatStore,
  oauth: OauthServer,
  action: string,
  body: unknown,
  now: number,
): ControlResult {
  switch (action) {
    case 'add-event':
      return run(bodies[action], body, ({ event, booking, selections }) => {
        store.putEvent(event);
        if (booking) store.putBooking(booking);
        if (selections) store.putSelections(event.id, selections);
        return { ok: true, result: { id: event.id } };
      });
    case 'edit-event':
      return run(bodies[action], body, ({ id, patch }) => known(id, store.edit(id, patch, now)));
    case 'set-status':
      return run(bodies[action], body, ({ id, status }) => known(id, store.setStatus(id, status, now)));
    case 'delete-event':
      return run(bodies[action], body, ({ id }) => known(id, store.delete(id, now)));
    case 'move-event':
      return run(bodies[action], body, ({ id, ...to }) => known(id, store.move(id, to, now)));
    case 'desk-edit':
      return run(bodies[action], body, (edit) => deskEdit(store, edit, now));
    case 'expire-tokens':
      return run(bodies[action], body, () => {
        oauth.expireTokens(now);
        return { ok: true, result: null };
      });
    case 'revoke-tokens':
      return run(bodies[action], body, () => {
        oauth.revokeTokens();
        return { ok: true, result: null };
      });
    case 'consent':
      return run(bodies[action], body, () => {
        oauth.consent();
        return { ok: true, result: null };
      });
    default:
      return {
        ok: false,
        error: `There is no action ${action}; there are ${Object.keys(bodies).join(', ')}.`,
      };
  }
}

function deskEdit(
  store: TripleseatStore,
  { id, status, delete: isDeleted, date, location, ...change }: z.infer<(typeof bodies)['desk-edit']>,
  now: number,
): ControlResult {
  const event = store.events.get(id);
  if (!event) return known(id, false);
  const changed = changeEvent(event, change);
  if (typeof changed === 'string') return { ok: false, error: changed };
  const place = location === undefined ? null : placeCalled(store, location);
  if (place === 'none') {
    const names = store.locations.map((each) => textOf(each, 'name')).join(', ');
    return { ok: false, error: `There is no location ${location}; these there are: ${names}.` };
  }
  const { said } = changed;
  if (said.length > 0) store.edit(id, changed.event, now);
  if (date !== undefined || place !== null) {
    const zone = store.zoneOf(place ?? event);
    const day =
      date === undefined || date.includes('-', 1) ? date : shiftDate(localDate(now, zone), Number(date));
    const to: Move = { ...(day === undefined ? {} : { date: day }) };
    if (place !== null) Object.assign(to, { siteId: place.site_id, locationId: place.id });
    store.move(id, to, now);
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
  return { ok: true, result: { name: textOf(event, 'name'), said: said.length > 0 ? said : linesOf(event) } };
}

function placeCalled(store: TripleseatStore, name: string) {
  const found = store.locations.find((each) => textOf(each, 'name').toLowerCase() === name.toLowerCase());
  return found ?? 'none';
}

function run<T>(schema: z.ZodType<T>, body: unknown, act: (body: T) => ControlResult): ControlResult {
  const parsed = schema.safeParse(body);
  return parsed.success ? act(parsed.data) : { ok: false, error: z.prettifyError(parsed.error) };
}

function known(id: number, found: boolean): ControlResult {
  return found ? { ok: true, result: { id } } : { ok: false, error: `There is no event ${id}.` };
}
