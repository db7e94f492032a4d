import type { Session } from './session.js';

/** How long things are kept, as the server's intervals; `intents` are of earlier versions. */
const KEPT = { log: '400 days', intents: '90 days' } as const;
/** Rows of one statement: a long one would be in the way of a run. */
const BATCH = 5_000;

/** Once a day, by whichever host comes first. */
const TAKE_TURN = `
  INSERT INTO ts_reconcile.upkeep (task, done_at) VALUES ('retention', now())
  ON CONFLICT (task) DO UPDATE SET done_at = now()
    WHERE upkeep.done_at < now() - interval '1 day'
  RETURNING task`;

const TASKS: readonly string[] = [
  `DELETE FROM ts_reconcile.log WHERE id IN (
     SELECT id FROM ts_reconcile.log WHERE written_at < now() - interval '${KEPT.log}' LIMIT ${BATCH}
   ) RETURNING id`,
  `DELETE FROM ts_reconcile.documents WHERE name IN (
     SELECT name FROM ts_reconcile.documents
     WHERE name LIKE 'intents/%' AND changed_at < now() - interval '${KEPT.intents}' LIMIT ${BATCH}
   ) RETURNING name`,
];

/** Deletes what is older than it need be, if it is time for it. Throws like {@link Session.query}. */
export async function keepUp(session: Session): Promise<void> {
  if ((await session.query(TAKE_TURN)).length === 0) return;
  for (const task of TASKS) {
    while ((await session.query(task)).length === BATCH);
  }
}
