import type { Clock } from '../../clock.js';
import { errorText } from '../../errors.js';
import type { Waiting } from '../locks.js';
import type { StateStore } from '../types.js';
import { tableBudget } from './budget.js';
import { tableCache } from './cache.js';
import { insistOn } from './insist.js';
import { tableIntents } from './intents.js';
import { tableJournal } from './journal.js';
import { lockReach, SessionLocks } from './locks.js';
import { tableMailMemory } from './mail-memory.js';
import { checkSchema } from './schema.js';
import { Session, type SessionOptions } from './session.js';
import { openTableSpool } from './spool.js';
import { tableTokens } from './tokens.js';
import { keepUp } from './upkeep.js';

/** What {@link openPostgres} is made with. */
export interface PostgresOptions extends SessionOptions {
  /** Of 32 bytes each; the first one encrypts tokens, all of them decrypt. At least one. */
  keys: readonly Buffer[];
  clock: Clock;
  /** Uniform in [0, 1). */
  random: () => number;
  /** Told in one line what went wrong without stopping anything. */
  log?: (line: string) => void;
  /** For dry runs: nothing is written but rotated tokens, which would be lost otherwise. */
  readOnly?: boolean;
}

/**
 * State in a PostgreSQL database, for several hosts. Throws an AppError (`STATE`): exit 75 when the server is
 * away, 78 when it refuses us or its tables are of another version; so does every method.
 */
export async function openPostgres(options: PostgresOptions): Promise<StateStore> {
  const { url, keys, clock, random, readOnly = false, log = () => undefined } = options;
  const session = await Session.open(options);
  let reach: string;
  try {
    await checkSchema(session);
    reach = await lockReach(session);
  } catch (error) {
    await session.close();
    throw error;
  }
  const locks = new SessionLocks(session, reach);
  const tryLock = (name: string) => locks.tryLock(name);
  const waiting: Waiting = { tryLock, clock, random };
  const insist = insistOn(session, url, (ms) => clock.sleep(ms));
  const cache = tableCache({ session, readOnly, log });

  return {
    locks,
    tokens: tableTokens({ ...waiting, session, insist, keys, log }),
    intents: tableIntents(session, readOnly),
    journal: tableJournal({ session, insist, readOnly }),
    cache,
    budget: (name) => tableBudget({ session, clock }, name),
    mailMemory: tableMailMemory(session, readOnly),
    openSpool: () => openTableSpool(options),
    async close() {
      if (!session.lost.aborted) await cache.flush();
      if (!readOnly && !session.lost.aborted) {
        await keepUp(session).catch((error: unknown) =>
          log(`Old rows were not deleted. ${errorText(error)}`),
        );
      }
      await session.close();
    },
  };
}
