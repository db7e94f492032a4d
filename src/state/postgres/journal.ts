import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { lastCovered } from '../last-sweep.js';
import { formatRecord, parseRecord } from '../records.js';
import type { Journal, JournalRecord } from '../types.js';
import type { Insist } from './insist.js';
import type { Session } from './session.js';

/** Rows of one statement, either way. */
const BATCH = 500;

const lineRow = z.object({ id: z.string().regex(/^\d+$/), line: z.string() });

/** What {@link tableJournal} is made with. */
export interface TableJournalOptions {
  session: Session;
  insist: Insist;
  readOnly: boolean;
}

/** One row for each record. The record is kept as its line, beside the columns that are searched by. */
export function tableJournal({ session, insist, readOnly }: TableJournalOptions): Journal {
  return {
    async append(records) {
      if (readOnly) return;
      // Numbered, so that a statement that has to be repeated writes no row twice.
      const batch = randomUUID();
      for (let start = 0; start < records.length; start += BATCH) {
        await insist(APPEND, [batch, start, ...columns(records.slice(start, start + BATCH))]);
      }
    },

    read: () => rows(session, 'forward'),

    lastGoodSweep: (shard = null) => lastCovered(rows(session, 'sweeps-backward'), shard),
  };
}

const APPEND = `
  INSERT INTO ts_reconcile.journal (batch, part, type, run, sweep, event, line)
  SELECT $1::uuid, $2::integer + n::integer, type, run, sweep, event, line
  FROM unnest($3::text[], $4::text[], $5::boolean[], $6::text[], $7::text[])
    WITH ORDINALITY AS record (type, run, sweep, event, line, n)
  ORDER BY n
  ON CONFLICT (batch, part) DO NOTHING RETURNING id`;

function columns(records: readonly JournalRecord[]): unknown[][] {
  return [
    records.map(({ type }) => type),
    records.map(({ run }) => run),
    records.map((record) => record.type !== 'event' && record.mode === 'bulk'),
    records.map((record) => (record.type === 'event' ? record.id : null)),
    records.map((record) => formatRecord(record).trimEnd()),
  ];
}

const SELECT = {
  forward: 'SELECT id, line FROM ts_reconcile.journal WHERE id > $1 ORDER BY id LIMIT $2',
  'sweeps-backward':
    'SELECT id, line FROM ts_reconcile.journal WHERE sweep AND id < $1 ORDER BY id DESC LIMIT $2',
} as const;
const START = { forward: '0', 'sweeps-backward': String(2n ** 63n - 1n) } as const;

/** Records in batches; what is appended meanwhile may or may not be among them. */
async function* rows(session: Session, what: keyof typeof SELECT): AsyncGenerator<JournalRecord> {
  for (let position: string = START[what]; ; ) {
    const batch = z.array(lineRow).parse(await session.query(SELECT[what], [position, BATCH]));
    for (const { line } of batch) {
      const record = parseRecord(Buffer.from(line));
      if (record) yield record;
    }
    const last = batch.at(-1);
    if (!last || batch.length < BATCH) return;
    position = last.id;
  }
}
