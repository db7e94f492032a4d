import { z } from 'zod';
import type { StateFiles } from './files.js';
import { type Waiting, waitForLock } from './locks.js';
import type { MailedFailure, MailMemory } from './types.js';

const FILE = 'mailed.json';
/** More than any mail can tell; the longest known go first. */
export const MAX_MAILED = 2000;
const MAX_BYTES = 4 * 1024 * 1024;
const MAX_TEXT = 200;
/** Longest wait for another process that is writing the file. */
const WAIT_MS = 2000;

const time = z.number().int().nonnegative();
const text = z
  .string()
  .transform((value) => value.slice(0, MAX_TEXT))
  .nullable();

/** An entry as it is kept: long texts are cut. */
export const mailedSchema: z.ZodType<MailedFailure> = z.object({
  subject: z.string().min(1).max(64),
  reason: z.string().min(1).max(64),
  since: time,
  mailedAt: time,
  name: text,
  date: text,
  location: text,
});

/** One small file, `mailed.json`. One that cannot be understood reads as empty: some mails come twice. */
export function fileMailMemory(options: Waiting & { files: StateFiles; readOnly: boolean }): MailMemory {
  const { files, readOnly } = options;

  async function read(): Promise<MailedFailure[]> {
    const found = await files.read(files.path(FILE), MAX_BYTES);
    return found.kind === 'text' ? parse(found.text) : [];
  }

  return {
    read,
    async update({ mailed, forget }) {
      if (readOnly || mailed.length + forget.length === 0) return;
      // Without the lock in time one of two writers loses its change, which costs a repeated mail.
      const lock = await waitForLock(options, 'mailed', WAIT_MS);
      try {
        const entries = new Map((await read()).map((entry) => [keyOf(entry), entry]));
        for (const key of forget) entries.delete(keyOf(key));
        for (const entry of mailed) {
          entries.delete(keyOf(entry));
          entries.set(keyOf(entry), mailedSchema.parse(entry));
        }
        const kept = [...entries.values()].slice(-MAX_MAILED);
        await files.replace('', FILE, `${JSON.stringify(kept)}\n`);
      } finally {
        await lock?.release();
      }
    },
  };
}

function keyOf({ subject, reason }: { subject: string; reason: string }): string {
  return `${subject} ${reason}`;
}

function parse(json: string): MailedFailure[] {
  try {
    const list = z.array(z.unknown()).parse(JSON.parse(json));
    return list.flatMap((item) => {
      const entry = mailedSchema.safeParse(item);
      return entry.success ? [entry.data] : [];
    });
  } catch {
    return [];
  }
}
