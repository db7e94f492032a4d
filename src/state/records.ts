import { z } from 'zod';
import { type Money, moneyFields } from '../domain/booked.js';
import { differenceFields } from '../domain/differences.js';
import { type Cents, cents } from '../domain/money.js';
import { equalities, openedStates } from '../domain/rivals.js';
import { parse } from './kept.js';
import type { JournalRecord } from './types.js';

/** Most bytes of one journal line, its newline included. */
export const MAX_LINE_BYTES = 16 * 1024;

const at = z.iso.datetime({ offset: true }).max(40);
const run = z.string().min(1).max(64);
const mode = z.enum(['single', 'bulk']);
const text = z.string();
const shard = z.object({ index: z.number().int().positive(), count: z.number().int().positive() }).nullable();
const count = z.number().int().nonnegative();

const difference = z.object({
  field: z.enum(differenceFields),
  name: text.nullable(),
  event: text.nullable(),
  order: text.nullable(),
});

const rival = z.object({
  id: text,
  made: text.nullable(),
  by: text.nullable(),
  paid: text.nullable(),
  opened: z.enum(openedStates),
  equals: z.enum(equalities),
  differs: z.array(z.enum(differenceFields)).max(100),
  elsewhere: text.nullable(),
});

const amount = z
  .number()
  .int()
  .transform((value): Cents => cents(value))
  .nullable();
const money: z.ZodType<Money> = z.record(z.enum(moneyFields), amount);

const recordSchema: z.ZodType<JournalRecord> = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('run-start'),
    at,
    run,
    mode,
    trigger: text,
    window: z.object({ from: text, to: text }).nullable(),
    shard: shard.optional(),
    host: z.string().max(255).optional().catch(undefined),
    pid: z.number().int().positive().optional().catch(undefined),
    zone: z.string().max(64).optional().catch(undefined),
    events: z.array(z.string().max(40)).max(100).optional().catch(undefined),
  }),
  z.object({
    type: z.literal('event'),
    at,
    run,
    id: text,
    name: text.nullable(),
    date: text.nullable(),
    location: text.nullable(),
    status: z.enum(['injected', 'repaired', 'skipped', 'failed']),
    reason: text.nullable(),
    order: text.nullable(),
    total: text.nullable(),
    error: text.nullable(),
    // Anything else in its place is another version's, and left out.
    differences: z.array(difference).max(100).optional().catch(undefined),
    orders: z.array(rival).max(100).optional().catch(undefined),
  }),
  z.object({
    type: z.literal('booked'),
    at,
    run,
    id: text,
    date: text.nullable(),
    location: text.nullable(),
    booked: z.object({ event: money.nullable(), order: money.nullable() }),
  }),
  z.object({
    type: z.literal('run-end'),
    at,
    run,
    mode,
    complete: z.boolean(),
    shard: shard.optional(),
    exit: z.number().int(),
    summary: z.object({ queried: count, injected: count, repaired: count, skipped: count, failed: count }),
    requests: z.object({ tripleseat: count, revel: count }).optional().catch(undefined),
  }),
]);

/** The record of a journal line; null for anything torn, foreign or damaged. */
export function parseRecord(line: string): JournalRecord | null {
  return parse(recordSchema, line);
}

/**
 * A record as one line, at most {@link MAX_LINE_BYTES} with its newline: long texts are cut until it fits. No
 * character in it acts on a terminal. Throws a ZodError for a record that could not be read back.
 */
export function formatRecord(record: JournalRecord): string {
  const checked = recordSchema.parse(record);
  let limit = Number.POSITIVE_INFINITY;
  for (;;) {
    const json = JSON.stringify(checked, (_key, value: unknown) =>
      typeof value === 'string' ? cut(value, limit) : value,
    );
    const line = escapeControls(json);
    if (Buffer.byteLength(line) < MAX_LINE_BYTES) return line;
    // The few fields of a record fit long before the limit reaches an id or a time.
    limit = Math.min(4096, limit / 2);
  }
}

function cut(value: string, limit: number): string {
  if (value.length <= limit) return value;
  // A cut between the two halves of a surrogate pair would leave half a character.
  return `${value.slice(0, limit - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}

function escapeControls(json: string): string {
  return json.replace(
    /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
