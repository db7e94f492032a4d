import { z } from 'zod';
import { errorText } from '../../errors.js';
import type { Cache } from '../types.js';
import type { Session } from './session.js';

/** Longest key in characters and longest value in bytes; anything longer is not remembered. */
const MAX_KEY = 1024;
const MAX_VALUE = 1024 * 1024;
/** Values of one statement, in number and in bytes. */
const MAX_BATCH = 500;
const MAX_BATCH_BYTES = 4 * 1024 * 1024;

const valueRow = z.object({ value: z.string() });

/** What {@link tableCache} is made with. */
export interface TableCacheOptions {
  session: Session;
  readOnly: boolean;
  /** Told in one line when the cache could not be written. */
  log: (line: string) => void;
}

/** One row for each key; what was set is written on flush. */
export function tableCache({ session, readOnly, log }: TableCacheOptions): Cache {
  /** What was set and is not in the database yet; null: to be forgotten. */
  const changed = new Map<string, string | null>();

  return {
    async get(key) {
      const own = changed.get(key);
      if (own !== undefined) return own === null ? undefined : parse(own);
      if (!isStorable(key)) return undefined;
      try {
        const rows = await session.query('SELECT value FROM ts_reconcile.cache WHERE key = $1', [key]);
        return rows.length === 0 ? undefined : parse(valueRow.parse(rows[0]).value);
      } catch {
        // This has lost the session, which ends the run and is told there.
        return undefined;
      }
    },

    async set(key, value) {
      if (!isStorable(key)) return;
      const text = value === undefined ? null : JSON.stringify(value);
      changed.set(key, text !== null && Buffer.byteLength(text) > MAX_VALUE ? null : text);
    },

    async flush() {
      if (readOnly) return;
      try {
        const dropped = [...changed].filter(([, text]) => text === null).map(([key]) => key);
        if (dropped.length > 0) {
          await session.query('DELETE FROM ts_reconcile.cache WHERE key = ANY ($1::text[]) RETURNING key', [
            dropped,
          ]);
        }
        for (const batch of batches(changed)) await session.query(UPSERT, batch);
        changed.clear();
      } catch (error) {
        log(`The cache was not written. ${errorText(error)}`);
      }
    },
  };
}

const UPSERT = `
  INSERT INTO ts_reconcile.cache (key, value)
  SELECT key, value FROM unnest($1::text[], $2::text[]) AS entry (key, value) ORDER BY key
  ON CONFLICT (key) DO UPDATE SET value = excluded.value, written_at = now() RETURNING key`;

function* batches(entries: ReadonlyMap<string, string | null>): Generator<[string[], string[]]> {
  let keys: string[] = [];
  let values: string[] = [];
  let bytes = 0;
  for (const [key, text] of entries) {
    if (text === null) continue;
    keys.push(key);
    values.push(text);
    bytes += Buffer.byteLength(text);
    if (keys.length < MAX_BATCH && bytes < MAX_BATCH_BYTES) continue;
    yield [keys, values];
    [keys, values, bytes] = [[], [], 0];
  }
  if (keys.length > 0) yield [keys, values];
}

/** The server keeps no NUL in a text. */
function isStorable(key: string): boolean {
  return key.length <= MAX_KEY && !key.includes('\0');
}

function parse(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}
