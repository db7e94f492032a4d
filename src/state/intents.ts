import { z } from 'zod';
import { type EventId, parseEventId } from '../domain/ids.js';
import type { StateFiles } from './files.js';
import type { Intent, IntentStore } from './types.js';

const FOLDER = 'intents';
const MAX_BYTES = 4 * 1024;

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
 * One file per event, `intents/<event id>.json`. One that cannot be understood still says that something may
 * have been sent: it reads as an intent without a claim, dated by the file.
 */
export function fileIntents(files: StateFiles, readOnly: boolean): IntentStore {
  return {
    async read(event) {
      const found = await files.read(files.path(FOLDER, fileName(event)), MAX_BYTES);
      switch (found.kind) {
        case 'absent':
          return null;
        case 'unfit':
          return unknownIntent(found.mtimeMs);
        case 'text':
          return parse(found.text) ?? unknownIntent(found.mtimeMs);
      }
    },

    async write(event, intent) {
      if (readOnly) return;
      await files.replace(FOLDER, fileName(event), `${JSON.stringify(intentSchema.parse(intent))}\n`);
    },

    async clear(event) {
      if (!readOnly) await files.remove(files.path(FOLDER, fileName(event)));
    },
  };
}

function fileName(event: EventId): string {
  // The type promises it, but a file name is no place to take a promise.
  if (parseEventId(event) === null) throw new RangeError('not an event id');
  return `${event}.json`;
}

function parse(text: string): Intent | null {
  try {
    return intentSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

function unknownIntent(changedAt: number): Intent {
  return { claim: '', run: '', lastWriteAt: changedAt, orderId: null };
}
