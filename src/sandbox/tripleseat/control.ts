import { z } from 'zod';
import { addDays, localDate } from '../../domain/zones.js';
import { deed, doDeed } from '../host/control.js';
import type { ControlResult } from '../host/types.js';
import { changeEvent, changeSchema, linesOf } from './change.js';
import { type RawRecord, textOf } from './model.js';
import type { OauthServer } from './oauth.js';
import type { TripleseatStore } from './store.js';

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

/** What somebody at Tripleseat does to an event. */
export type DeskEdit = z.infer<typeof deskSchema>;

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
  'expire-tokens': deed(nothing, ({ oauth }: Account, _, now) => done(oauth.expireTokens(now))),
  'revoke-tokens': deed(nothing, ({ oauth }: Account) => done(oauth.revokeTokens())),
  consent: deed(nothing, ({ oauth }: Account) => done(oauth.consent())),
};

/** Does what people in the account do. */
export function controlTripleseat(
  account: Account,
  action: string,
  body: unknown,
  now: number,
): ControlResult {
  const names = Object.keys(deeds).join(', ');
  const unknown = { ok: false, error: `There is no action ${action}; there are ${names}.` } as const;
  return doDeed(deeds, action, account, body, now) ?? unknown;
}

function deskEdit(
  store: TripleseatStore,
  { id, status, delete: isDeleted, date, location, ...change }: DeskEdit,
  now: number,
): ControlResult {
  const event = store.events.get(id);
  if (!event) return refused(`There is no event ${id}.`);
  const changed = changeEvent(event, change);
  if (typeof changed === 'string') return refused(changed);
  const place = location === undefined ? null : (placeCalled(store, location) ?? 'none');
  if (place === 'none') {
    const names = store.locations.map((each) => textOf(each, 'name')).join(', ');
    return refused(`There is no location ${location}; these there are: ${names}.`);
  }
  const { said } = changed;
  if (said.length > 0) store.edit(id, changed.event, now);
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
  return done({ name: textOf(event, 'name'), said: said.length > 0 ? said : linesOf(event) });
}

function placeCalled({ locations }: TripleseatStore, name: string): RawRecord | undefined {
  return locations.find((each) => textOf(each, 'name').toLowerCase() === name.toLowerCase());
}

function refused(error: string): ControlResult {
  return { ok: false, error };
}

function done(result: unknown = null): ControlResult {
  return { ok: true, result };
}
