import { z } from 'zod';
import { type EventId, parseEventId } from '../domain/ids.js';
import type { Documents } from './primitives.js';
import type { Intent, IntentStore } from './types.js';

const intentSchema: z.ZodType<Intent> = z.object({
  claim: z.string().min(1).max(256),
  run: z.string().min(1).max(64),
  lastWriteAt: z.number().int().nonnegative(),
  orderId: z
    .string()
    .regex(/^[0-9]{1,20}$/)
    .nullable(),
});

/**
 * One document for each event. One that cannot be understood still says that something may have been sent: it reads
 * as an intent without a claim, dated by its last change.
 */
export function keptIntents(documents: Documents): IntentStore {
  return {
    async read(event) {
      const found = await documents.get(nameOf(event));
      if (found.kind === 'none') return null;
      const unknown = { claim: '', run: '', lastWriteAt: found.changedAt, orderId: null };
      return (found.kind === 'text' ? parse(found.text) : null) ?? unknown;
    },
    write: (event, intent) => documents.put(nameOf(event), `${JSON.stringify(intentSchema.parse(intent))}\n`),
    clear: (event) => documents.delete(nameOf(event)),
  };
}

function nameOf(event: EventId): string {
  // The type promises it, but a name is no place to take a promise.
  if (parseEventId(event) === null) throw new RangeError('not an event id');
  return `intents/${event}`;
}

function parse(text: string): Intent | null {
  try {
    return intentSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}
