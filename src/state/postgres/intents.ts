import { z } from 'zod';
import type { IntentStore } from '../types.js';
import type { Session } from './session.js';

const intentRow = z.object({
  claim: z.string(),
  run: z.string(),
  last_write_at: z.string().transform(Number).pipe(z.number().int().nonnegative()),
  order_id: z.string().nullable(),
});

/**
 * One row for each event, shared by all hosts: whoever holds the event's lock may take over what it says. Written
 * on the session that holds the locks: that it could be written proves that they are still held.
 */
export function tableIntents(session: Session, readOnly: boolean): IntentStore {
  return {
    async read(event) {
      const rows = await session.query(
        'SELECT claim, run, last_write_at, order_id FROM ts_reconcile.intents WHERE event = $1',
        [event],
      );
      if (rows.length === 0) return null;
      const { claim, run, last_write_at, order_id } = intentRow.parse(rows[0]);
      return { claim, run, lastWriteAt: last_write_at, orderId: order_id };
    },

    async write(event, intent) {
      if (readOnly) return;
      await session.query(
        `INSERT INTO ts_reconcile.intents (event, claim, run, last_write_at, order_id)
         VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (event) DO UPDATE SET claim = excluded.claim, run = excluded.run,
           last_write_at = excluded.last_write_at, order_id = excluded.order_id, changed_at = now()
         RETURNING event`,
        [event, intent.claim, intent.run, intent.lastWriteAt, intent.orderId],
      );
    },

    async clear(event) {
      if (!readOnly)
        await session.query('DELETE FROM ts_reconcile.intents WHERE event = $1 RETURNING event', [event]);
    },
  };
}
