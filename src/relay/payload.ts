import { z } from 'zod';
import { type EventId, parseEventId } from '../domain/ids.js';

/** More events than this in one delivery are no booking of this world; the sweep sees to them. */
const MAX_EVENTS = 200;

/** Why a delivery asks for no run. */
export type IgnoreReason =
  | 'TRIGGER_NOT_RELEVANT'
  | 'NO_EVENT'
  | 'INVALID_EVENT_ID'
  | 'TOO_MANY_EVENTS'
  | 'CONNECTOR_DISABLED';

/** What a delivery asks for. */
export type Routed =
  | { kind: 'run'; trigger: string | null; events: [EventId, ...EventId[]]; invalid: number }
  | { kind: 'ignore'; trigger: string | null; reason: IgnoreReason };

const id = z.unknown();
const partial = <T extends z.ZodRawShape>(shape: T) => z.object(shape).partial().nullish().catch(null);

/**
 * The part of the payload that is read; everything else is data for the run to fetch. `event` comes with event and
 * document triggers, `document_layout` with some document triggers, `booking` with booking triggers; each may hold
 * any part of the object only.
 */
const payloadSchema = z.object({
  webhook_trigger_type: z.string().nullish().catch(null),
  event: partial({ id }),
  document_layout: partial({ event_id: id }),
  booking: partial({ event_ids: z.array(id) }),
});

/** Triggers that change no order. Unknown ones are not among them: looking once too often costs little. */
const IRRELEVANT =
  /^(?:CREATE_BOOKING_NOTE|CONVERT_LEAD|CONVERT_LEAD_TO_BOOKING|LEAD_TURNED_DOWN|(?:CREATE|UPDATE|DELETE|MERGE)_(?:INTERNAL_)?(?:LEAD|ROOM|CONTACT|ACCOUNT))$/;

/** Which events a delivery is about; null: the payload is no object. */
export function routePayload(payload: unknown): Routed | null {
  const parsed = payloadSchema.safeParse(payload);
  if (!parsed.success) return null;
  const { webhook_trigger_type: type, event, document_layout, booking } = parsed.data;
  const trigger = type !== null && type !== undefined && /^[A-Z][A-Z0-9_]{0,79}$/.test(type) ? type : null;
  if (trigger !== null && IRRELEVANT.test(trigger)) {
    return { kind: 'ignore', trigger, reason: 'TRIGGER_NOT_RELEVANT' };
  }
  const named = [event?.id, document_layout?.event_id, ...(booking?.event_ids ?? [])].filter(
    (value) => value !== undefined && value !== null,
  );
  if (named.length > MAX_EVENTS) return { kind: 'ignore', trigger, reason: 'TOO_MANY_EVENTS' };
  const ids = named.map(eventIdOf);
  const [first, ...others] = new Set(ids.filter((value) => value !== null));
  if (first === undefined) {
    return { kind: 'ignore', trigger, reason: named.length === 0 ? 'NO_EVENT' : 'INVALID_EVENT_ID' };
  }
  const invalid = ids.filter((value) => value === null).length;
  return { kind: 'run', trigger, events: [first, ...others], invalid };
}

/** Integers that JSON carries exactly, and strings of digits. */
function eventIdOf(value: unknown): EventId | null {
  if (typeof value === 'string') return parseEventId(value);
  return Number.isSafeInteger(value) ? parseEventId(String(value)) : null;
}
