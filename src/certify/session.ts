import { z } from 'zod';
import { parse } from '../state/kept.js';
import type { Documents } from '../state/primitives.js';

/** The form of a session; another version's cannot be gone on with. */
const FORMAT = 1;
/** A document of the state, beside `account`. */
const NAME = 'certify';

const text = z.string().max(2_000);
const scalar = z.union([z.number(), z.string().max(500), z.boolean(), z.null()]);
/** Fields of a row as Revel sent them. */
const fields = z.record(z.string().max(60), scalar);
export type RawFields = z.infer<typeof fields>;

const rawOrder = z.object({
  /** ISO 8601 in UTC. */
  at: text,
  order: fields,
  items: z.array(fields).max(100),
  payments: z.array(fields).max(100),
});
/** An order of the session as it was read at one moment, without anything that names people. */
export type RawOrder = z.infer<typeof rawOrder>;

const knownRow = z.object({
  resource: z.enum(['Order', 'OrderItem', 'Payment', 'OrderHistory', 'AppliedServiceFee']),
  uuid: text,
  /**
   * `intended`: the write may have left, and only a look can tell; `refused`: Revel has certainly not made it, `detail`
   * says why.
   */
  state: z.enum(['intended', 'made', 'refused']),
  id: text.nullable(),
  /** When it was last about to be sent, epoch milliseconds. */
  at: z.number().int().nonnegative(),
  detail: text.nullable(),
});
/** A row that the session makes, recorded before it is sent. */
export type KnownRow = z.infer<typeof knownRow>;

const setup = z.object({
  userId: z.number().int(),
  posStationId: z.number().int(),
  diningOption: z.number().int(),
  paymentType: z.number().int(),
  discountId: z.number().int().nullable(),
  /** IANA. */
  timezone: text,
  /** Two that stand for goods, and one for fees and gratuity; the same one where the shop has fewer. */
  products: z.array(z.object({ id: z.number().int(), name: text })).length(3),
});
/** What the orders of a session are made with. */
export type Setup = z.infer<typeof setup>;

const session = z.object({
  format: z.literal(FORMAT),
  /** 8 hex digits, in the name of every order. */
  id: z.string().regex(/^[0-9a-f]{8}$/),
  account: text,
  establishmentId: z.number().int().positive(),
  version: text,
  startedAt: z.number().int().nonnegative(),
  /** Epoch milliseconds; null: it is under way. */
  endedAt: z.number().int().nonnegative().nullable(),
  setup,
  rows: z.record(z.string().max(200), knownRow),
  raw: z.record(z.string().max(200), rawOrder),
  /** What people and probes have answered, by the question. */
  told: z.record(z.string().max(200), text),
  /** Phases that have ended with nothing left to do. */
  done: z.array(z.number().int()).max(6),
});
/** One trial of an account, from its first order to the last that was taken away. */
export type Session = z.infer<typeof session>;

/** A session that begins. */
export function newSession(
  begin: Pick<Session, 'id' | 'account' | 'establishmentId' | 'version' | 'startedAt' | 'setup'>,
): Session {
  return { format: FORMAT, ...begin, endedAt: null, rows: {}, raw: {}, told: {}, done: [] };
}

/** The last session of this state; null: there was none; `unknown`: one that this version does not understand. */
export async function readSession(documents: Documents): Promise<Session | 'unknown' | null> {
  const found = await documents.get(NAME);
  if (found.kind === 'none') return null;
  return (found.kind === 'text' ? parse(session, found.text) : null) ?? 'unknown';
}

/** Where it lies, for a sentence. */
export function placeOfSession(documents: Documents): string {
  return documents.place(NAME);
}

/** Durable when it returns. */
export function saveSession(documents: Documents, value: Session): Promise<void> {
  return documents.put(NAME, `${JSON.stringify(value)}\n`);
}
