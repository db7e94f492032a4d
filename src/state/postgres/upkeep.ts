import type { Session } from './session.js';

/** How long things are kept, as the server's intervals. */
const KEPT = { journal: '400 days', cache: '30 days', intents: '90 days' } as const;
const MAX_CACHE_ENTRIES = 50_000;
/** Rows of one statement: a long one would be in the way of a run. */
const BATCH = 5_000;

/** Once a day, by whichever host comes first. */
const TAKE_TURN = `
  INSERT INTO ts_reconcile.upkeep (task, done_at) VALUES ('retention', now())
  ON CONFLICT (task) DO UPDATE SET done_at = now()
    WHERE upkeep.done_at < now() - interval '1 day'
  RETURNING task`;

const TASKS: readonly string[] = [
  `DELETE FROM ts_reconcile.journal WHERE id IN (
     SELECT id FROM ts_reconcile.journal WHERE written_at < now() - interval '${KEPT.journal}' LIMIT ${BATCH}
   ) RETURNING id`,
  `DELETE FROM ts_reconcile.cache WHERE key IN (
     SELECT key FROM ts_reconcile.cache WHERE written_at < now() - interval '${KEPT.cache}' LIMIT ${BATCH}
   ) RETURNING key`,
  `DELETE FROM ts_reconcile.cache WHERE key IN (
     SELECT key FROM ts_reconcile.cache ORDER BY written_at DESC OFFSET ${MAX_CACHE_ENTRIES} LIMIT ${BATCH}
   ) RETURNING key`,
  `DELETE FROM ts_reconcile.intents WHERE event IN (
     SELECT event FROM ts_reconcile.intents WHERE changed_at < now() - interval '${KEPT.intents}' LIMIT ${BATCH}
   ) RETURNING event`,
];

/** Deletes what is older than it need be, if it is time for it. Throws like {@link Session.query}. */
export async function keepUp(session: Session): Promise<void> {
  if ((await session.query(TAKE_TURN)).length === 0) return;
  for (const task of TASKS) {
    while ((await session.query(task)).length === BATCH);
  }
}
