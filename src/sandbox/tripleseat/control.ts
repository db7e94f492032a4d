import { z } from 'zod';
import type { ControlResult } from '../host/types.js';
import { rawRecordSchema } from './model.js';
import type { OauthServer } from './oauth.js';
import type { TripleseatStore } from './store.js';

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
  'expire-tokens': z.strictObject({}),
  'revoke-tokens': z.strictObject({}),
  consent: z.strictObject({}),
};

/**
 * Does what people in the account would do: `add-event {event, booking?, selections?}`, `edit-event {id, patch}`,
 * `set-status {id, status}`, `delete-event {id}`, `move-event {id, siteId?, locationId?, date?, start?, end?}`,
 * `expire-tokens {}`, `revoke-tokens {}`, `consent {}`. All but `add-event` stamp the event as updated at `now`.
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

function run<T>(schema: z.ZodType<T>, body: unknown, act: (body: T) => ControlResult): ControlResult {
  const parsed = schema.safeParse(body);
  return parsed.success ? act(parsed.data) : { ok: false, error: z.prettifyError(parsed.error) };
}

function known(id: number, found: boolean): ControlResult {
  return found ? { ok: true, result: { id } } : { ok: false, error: `There is no event ${id}.` };
}
