import { z } from 'zod';
import type { Documents } from '../primitives.js';
import type { Insist } from './insist.js';
import { seal, unseal } from './seal.js';
import type { Session } from './session.js';

const documentRow = z.object({
  text: z.string().nullable(),
  sealed: z.instanceof(Buffer).nullable(),
  changed_at: z.number(),
});

/** What {@link tableDocuments} is made with. */
export interface TableDocumentsOptions {
  session: Session;
  insist: Insist;
  /** Of 32 bytes each; the first one encrypts, all of them decrypt. At least one. */
  keys: readonly Buffer[];
}

/** One row for each document. Secret ones are encrypted with AES-256-GCM, bound to their name. */
export function tableDocuments({ session, insist, keys }: TableDocumentsOptions): Documents {
  const [first] = keys;
  if (!first) throw new RangeError('secrets need a key');
  return {
    async get(name) {
      const rows = await session.query(GET, [name]);
      if (rows.length === 0) return { kind: 'none' };
      const { text, sealed, changed_at: changedAt } = documentRow.parse(rows[0]);
      if (sealed === null) return { kind: 'text', text: text ?? '', changedAt };
      const opened = unseal(sealed, keys, name);
      switch (opened.kind) {
        case 'text':
          return { kind: 'text', text: opened.text, changedAt };
        case 'unknown-key':
          return { kind: 'unfit', why: 'encrypted with a key that STATE_KEY does not hold', changedAt };
        case 'damaged':
          return { kind: 'unfit', why: 'damaged', changedAt };
      }
    },
    async put(name, text, { secret = false, insist: whatever = false } = {}) {
      const values = [name, secret ? null : text, secret ? seal(text, first, name) : null];
      if (whatever) await insist(PUT, values);
      else await session.query(PUT, values);
    },
    async delete(name) {
      await session.query('DELETE FROM ts_reconcile.documents WHERE name = $1 RETURNING name', [name]);
    },
    async move(name, to) {
      await session.query(MOVE, [name, to], GONE);
    },
    async probe() {
      // Writes no row, but a database that is read-only, or that grants us too little, refuses it all the same.
      await session.query(PROBE);
    },
    place: () => 'the state database',
  };
}

const GET = `
  SELECT text, sealed, floor(extract(epoch FROM changed_at) * 1000)::double precision AS changed_at
  FROM ts_reconcile.documents WHERE name = $1`;

const REPLACE = `
  ON CONFLICT (name) DO UPDATE SET text = excluded.text, sealed = excluded.sealed, changed_at = now() RETURNING name`;

const PUT = `INSERT INTO ts_reconcile.documents (name, text, sealed) VALUES ($1, $2, $3) ${REPLACE}`;

const PROBE = `
  INSERT INTO ts_reconcile.documents (name, text, sealed)
  SELECT name, text, sealed FROM ts_reconcile.documents WHERE false ${REPLACE}`;

const GONE = 'gone AS (DELETE FROM ts_reconcile.documents WHERE name = $1 RETURNING text, sealed)';
const MOVE = `INSERT INTO ts_reconcile.documents (name, text, sealed) SELECT $2, text, sealed FROM gone ${REPLACE}`;
