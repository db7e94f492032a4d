import { errorText } from '../../errors.js';
import { makeStore, type StoreOptions } from '../store.js';
import type { StateStore } from '../types.js';
import { tableBudget } from './budget.js';
import { tableDocuments } from './documents.js';
import { insistOn } from './insist.js';
import { lockReach, SessionLocks } from './locks.js';
import { tableLog } from './log.js';
import { openTableQueue } from './queue.js';
import { checkSchema } from './schema.js';
import { Session, type SessionOptions } from './session.js';
import { keepUp } from './upkeep.js';

/** What {@link openPostgres} is made with. */
export interface PostgresOptions extends StoreOptions, Omit<SessionOptions, 'clock'> {
  /** Of 32 bytes each; the first one encrypts tokens, all of them decrypt. At least one. */
  keys: readonly Buffer[];
}

/**
 * State in a PostgreSQL database, for several hosts. Throws an AppError (`STATE`): exit 75 when the server is
 * away, 78 when it refuses us or its tables are of another version; so does every method.
 */
export async function openPostgres(options: PostgresOptions): Promise<StateStore> {
  const { url, keys, clock, readOnly = false, log = () => undefined } = options;
  const session = await Session.open(options);
  let locks: SessionLocks;
  try {
    await checkSchema(session);
    locks = new SessionLocks(session, await lockReach(session));
  } catch (error) {
    await session.close();
    throw error;
  }
  const insist = insistOn(session, url, (ms) => clock.sleep(ms));
  return makeStore(
    {
      locks,
      documents: tableDocuments({ session, insist, keys }),
      log: tableLog(session, insist),
      budget: (name) => tableBudget({ session, clock }, name),
      openQueue: () => openTableQueue(options),
      async close() {
        if (!readOnly && !session.lost.aborted) {
          await keepUp(session).catch((error: unknown) =>
            log(`Old rows were not deleted. ${errorText(error)}`),
          );
        }
        await session.close();
      },
    },
    options,
  );
}
