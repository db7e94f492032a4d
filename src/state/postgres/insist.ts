import { AppError, ExitCode } from '../../errors.js';
import { connect } from './connect.js';
import { databaseError } from './failure.js';
import type { Session, Values } from './session.js';

/** A way to have a statement carried out even when the session is gone: what was done must not be forgotten. */
export type Insist = (sql: string, values: Values) => Promise<void>;

/** How often a lost session is made up for, and the pause between two tries in milliseconds. */
const TRIES = 4;
const PAUSE_MS = 1_500;

/**
 * Statements on the session while it lives, on a fresh connection after that. Only for statements that may be
 * carried out twice: whether the first try took effect is not known. Throws an AppError (`STATE`).
 */
export function insistOn(session: Session, url: string, sleep: (ms: number) => Promise<void>): Insist {
  return async (sql, values) => {
    try {
      await session.query(sql, values);
    } catch (error) {
      if (!session.lost.aborted) throw error;
      await retry(() => onFreshConnection(url, sql, values), sleep);
    }
  };
}

async function retry(work: () => Promise<void>, sleep: (ms: number) => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await work();
      return;
    } catch (error) {
      const passing = error instanceof AppError && error.exitCode === ExitCode.locked;
      if (!passing || attempt >= TRIES) throw error;
      await sleep(PAUSE_MS);
    }
  }
}

async function onFreshConnection(url: string, sql: string, values: Values): Promise<void> {
  const { client, end } = await connect(url);
  try {
    await client.query(sql, [...values]);
  } catch (error) {
    throw databaseError(error, 'The state database failed');
  } finally {
    await end();
  }
}
