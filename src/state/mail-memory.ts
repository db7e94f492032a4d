import { z } from 'zod';
import { keep } from './kept.js';
import type { Documents } from './primitives.js';
import type { MailedFailure, MailMemory } from './types.js';
import { type Waiting, waitForLock } from './wait.js';

/** More than any mail can tell; the longest known go first. */
const MAX_MAILED = 2000;
const MAX_TEXT = 200;

const time = z.number().int().nonnegative();
const text = z
  .string()
  .transform((value) => value.slice(0, MAX_TEXT))
  .nullable();

/** An entry as it is kept: long texts are cut. */
const mailedSchema: z.ZodType<MailedFailure> = z.object({
  subject: z.string().min(1).max(64),
  reason: z.string().min(1).max(64),
  since: time,
  mailedAt: time,
  name: text,
  date: text,
  location: text,
  dishes: z.boolean().optional().catch(undefined),
});

/** Entries that make no sense are passed over. */
const mailedListSchema: z.ZodType<MailedFailure[]> = z.array(z.unknown()).transform((list) =>
  list.flatMap((item) => {
    const entry = mailedSchema.safeParse(item);
    return entry.success ? [entry.data] : [];
  }),
);

/** One document. One that cannot be understood reads as empty: some mails come twice. */
export function keptMailMemory(options: Waiting & { documents: Documents; readOnly: boolean }): MailMemory {
  const kept = keep(options, 'mailed', mailedListSchema, []);
  return {
    read: kept.read,
    async update({ mailed, forget }) {
      if (options.readOnly || mailed.length + forget.length === 0) return;
      await kept.change((list) => {
        const entries = new Map(list.map((entry) => [keyOf(entry), entry]));
        for (const key of forget) entries.delete(keyOf(key));
        for (const entry of mailed) {
          entries.delete(keyOf(entry));
          entries.set(keyOf(entry), mailedSchema.parse(entry));
        }
        return [...entries.values()].slice(-MAX_MAILED);
      });
    },
    async inTurn(timeoutMs, work) {
      // A store whose locks are gone, or cannot be had, tells all the same.
      const lock = await waitForLock(options, 'telling', timeoutMs).catch(() => null);
      try {
        await work();
      } finally {
        await lock?.release();
      }
    },
  };
}

function keyOf({ subject, reason }: { subject: string; reason: string }): string {
  return `${subject} ${reason}`;
}
