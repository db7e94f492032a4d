import { z } from 'zod';
import { addDays, localDate } from '../../domain/zones.js';
import { deed } from '../host/control.js';
import type { ControlResult } from '../host/types.js';
import { changeEvent, changeSchema, linesOf } from './change.js';
import { textOf } from './model.js';
import type { OauthServer } from './oauth.js';
import type { Move, TripleseatStore } from './store.js';

const id = z.number().int().positive();

const deskSchema = changeSchema.extend({
  id,
  status: z.string().min(1).optional(),
  delete: z.boolean().optional(),
  /** A day, or days from today there, as `-2`. */
  date: z.union([z.iso.date(), z.string().regex(/^[+-]?\d{1,4}$/)]).optional(),
  /** Name of the location that it moves to. */
  location: z.string().optional(),
});

const nothing = z.strictObject({});

/** What they are done to. */
interface Account {
  store: TripleseatStore;
  oauth: OauthServer;
}

/** By name. */
const deeds = {
  /** Does what is asked of one event or nothing, and says in words what it has done; asked for nothing, what there is. */
  'desk-edit': deed(deskSchema, ({ store }: Account, edit, now) => deskEdit(store, edit, now)),
  'expire-tokens': deed(nothing, ({ oauth }: Account, _, now) => done(() => oauth.expireTokens(now))),
  'revoke-tokens': deed(nothing, ({ oauth }: Account) => done(() => oauth.revokeTokens())),
  consent: deed(nothing, ({ oauth }: Account) => done(() => oauth.consent())),
};

/** Does what people in the account do. */
export function controlTripleseat(
  account: Account,
  action: string,
  body: unknown,
  now: number,
): ControlResult {
  const [, act] = Object.entries(deeds).find(([name]) => name === action) ?? [];
  const names = Object.keys(deeds).join(', ');
  return (
    act?.(account, body, now) ?? { ok: false, error: `There is no action ${action}; there are ${names}.` }
  );
}

function deskEdit(
  store: TripleseatStore,
  { id, status, delete: isDeleted, date, location, ...change }: z.infer<typeof deskSchema>,
  now: number,
): ControlResult {
  const event = store.events.get(id);
  if (!event) return { ok: false, error: `There is no event ${id}.` };
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
      date === undefined || date.includes('-', 1) ? date : addDays(localDate(now, zone), Number(date));
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

function done(act: () => void): ControlResult {
  act();
  return { ok: true, result: null };
}
