import type { z } from 'zod';
import type { Documents } from './primitives.js';
import { type Waiting, waitForLock } from './wait.js';

/** Longest wait for another process that is changing the document. */
const WAIT_MS = 2000;

/** A JSON value that is kept in a document. */
export interface Kept<T> {
  /** The value; the one to begin with where there is none, or none that makes sense. */
  read(): Promise<T>;
  /** Changes it under a lock, so that no writer loses another one's change, if the lock is had in time. Durable. */
  change(by: (value: T) => T): Promise<void>;
}

/** Keeps a value of that shape in the document of that name. */
export function keep<T>(
  waiting: Waiting & { documents: Documents },
  name: string,
  schema: z.ZodType<T>,
  begin: T,
): Kept<T> {
  const { documents } = waiting;
  const read = async () => {
    const found = await documents.get(name);
    return found.kind === 'text' ? (parse(schema, found.text) ?? begin) : begin;
  };
  return {
    read,
    async change(by) {
      const lock = await waitForLock(waiting, name, WAIT_MS);
      try {
        await documents.put(name, `${JSON.stringify(by(await read()))}\n`);
      } finally {
        await lock?.release();
      }
    },
  };
}

/** The value in a text; null when the text is no JSON, or does not fit. */
export function parse<T>(schema: z.ZodType<T>, text: string): T | null {
  try {
    return schema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}
