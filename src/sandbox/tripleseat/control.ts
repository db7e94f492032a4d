import { z } from 'zod';
import { addDays, localDate } from '../../domain/zones.js';
import { deed, doDeed, Impossible } from '../host/control.js';
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
  'expire-tokens': deed(nothing, ({ oauth }: Account, _, now) => oauth.expireTokens(now)),
  'revoke-tokens': deed(nothing, ({ oauth }: Account) => oauth.revokeTokens()),
  consent: deed(nothing, ({ oauth }: Account) => oauth.consent()),
};

/** Does what people in the account do. */
export function controlTripleseat(
  account: Account,
  action: string,
  body: unknown,
  now: number,
): ControlResult {
  return doDeed(deeds, action, account, body, now);
}

function deskEdit(
  store: TripleseatStore,
  { id, status, delete: isDeleted, date, location, ...change }: DeskEdit,
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
