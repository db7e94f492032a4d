import { z } from 'zod';
import { MAX_MAILED, mailedSchema } from '../mail-memory.js';
import type { MailedFailure, MailMemory } from '../types.js';
import type { Session } from './session.js';

const entryRow = z.object({ entry: z.string() });

/** One row for each failure. One that cannot be understood is passed over: its mail comes twice. */
export function tableMailMemory(session: Session, readOnly: boolean): MailMemory {
  return {
    async read() {
      const rows = await session.query('SELECT entry FROM ts_reconcile.mailed ORDER BY n');
      return z
        .array(entryRow)
        .parse(rows)
        .flatMap(({ entry }) => parse(entry));
    },

    async update({ mailed, forget }) {
      if (readOnly || mailed.length + forget.length === 0) return;
      await session.query(FORGET, [forget.map(({ subject }) => subject), forget.map(({ reason }) => reason)]);
      const entries = new Map(mailed.map((entry) => [JSON.stringify([entry.subject, entry.reason]), entry]));
      const kept = [...entries.values()].map((entry) => mailedSchema.parse(entry)).slice(-MAX_MAILED);
      await session.query(UPSERT, [
        kept.map(({ subject }) => subject),
        kept.map(({ reason }) => reason),
        kept.map((entry) => JSON.stringify(entry)),
      ]);
      await session.query(BOUND, [MAX_MAILED]);
    },
  };
}

const FORGET = `
  DELETE FROM ts_reconcile.mailed
  WHERE (subject, reason) IN (SELECT * FROM unnest($1::text[], $2::text[])) RETURNING n`;

const UPSERT = `
  INSERT INTO ts_reconcile.mailed (subject, reason, entry)
  SELECT subject, reason, entry
  FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS failure (subject, reason, entry, at)
  ORDER BY at
  ON CONFLICT (subject, reason) DO UPDATE SET entry = excluded.entry, n = DEFAULT RETURNING n`;

const BOUND = `
  DELETE FROM ts_reconcile.mailed
  WHERE n <= (SELECT n FROM ts_reconcile.mailed ORDER BY n DESC OFFSET $1 LIMIT 1) RETURNING n`;

function parse(text: string): MailedFailure[] {
  try {
    const entry = mailedSchema.safeParse(JSON.parse(text));
    return entry.success ? [entry.data] : [];
  } catch {
    return [];
  }
}
