import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { isHeadline, type Log } from '../primitives.js';
import type { Insist } from './insist.js';
import type { Session } from './session.js';

/** Rows of one statement, either way. */
const BATCH = 500;

const lineRow = z.object({ id: z.string().regex(/^\d+$/), line: z.string() });

/** One row for each line. */
export function tableLog(session: Session, insist: Insist): Log {
  return {
    async append(lines) {
      // Numbered, so that a statement that has to be repeated writes no row twice.
      const batch = randomUUID();
      for (let start = 0; start < lines.length; start += BATCH) {
        const part = lines.slice(start, start + BATCH);
        await insist(APPEND, [batch, start, part, part.map(isHeadline)]);
      }
    },
    read: () => rows(session, 'forward'),
    headlines: () => rows(session, 'headlines'),
  };
}

const APPEND = `
  INSERT INTO ts_reconcile.log (batch, part, line, headline)
  SELECT $1::uuid, $2::integer + n::integer, line, headline
  FROM unnest($3::text[], $4::boolean[]) WITH ORDINALITY AS record (line, headline, n)
  ORDER BY n
  ON CONFLICT (batch, part) DO NOTHING RETURNING id`;

const SELECT = {
  forward: 'SELECT id, line FROM ts_reconcile.log WHERE id > $1 ORDER BY id LIMIT $2',
  headlines: 'SELECT id, line FROM ts_reconcile.log WHERE headline AND id < $1 ORDER BY id DESC LIMIT $2',
} as const;
const START = { forward: '0', headlines: String(2n ** 63n - 1n) } as const;

/** Lines in batches; what is appended meanwhile may or may not be among them. */
async function* rows(session: Session, what: keyof typeof SELECT): AsyncGenerator<string> {
  for (let position: string = START[what]; ; ) {
    const batch = z.array(lineRow).parse(await session.query(SELECT[what], [position, BATCH]));
    for (const { line } of batch) yield line;
    const last = batch.at(-1);
    if (!last || batch.length < BATCH) return;
    position = last.id;
  }
}
