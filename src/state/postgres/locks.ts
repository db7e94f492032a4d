import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Lock, Locks } from '../primitives.js';
import type { Session } from './session.js';

const TAKE = `
  SELECT CASE WHEN current_setting('ts_reconcile.session', true) = $2
    THEN pg_try_advisory_lock($1::bigint) ELSE false END AS taken`;
const takenRow = z.object({ taken: z.boolean() });

/**
 * Named advisory locks of one session. They belong to one database, and the server frees them when the session
 * ends, however that comes about.
 */
export class SessionLocks implements Locks {
  readonly reach: string;
  readonly #session: Session;
  /** Held or just being asked for: the server would give a session the same lock twice. */
  readonly #names = new Set<string>();

  /** @param reach what {@link lockReach} says */
  constructor(session: Session, reach: string) {
    this.#session = session;
    this.reach = reach;
  }

  get lost(): AbortSignal {
    return this.#session.lost;
  }

  confirm(): Promise<void> {
    return this.#session.confirm();
  }

  /** Takes the named lock, or null when any session has it, this one included. */
  async tryLock(name: string): Promise<Lock | null> {
    if (this.#names.has(name)) return null;
    this.#names.add(name);
    const key = lockKey(name);
    try {
      // On a connection that a pooler gave it by mistake it would be left behind.
      const [row] = await this.#session.query(TAKE, [key, this.#session.mark]);
      if (takenRow.parse(row).taken) return this.#lock(name, key);
    } catch (error) {
      this.#names.delete(name);
      throw error;
    }
    this.#names.delete(name);
    return null;
  }

  #lock(name: string, key: string): Lock {
    let held = true;
    return {
      release: async () => {
        if (!held) return;
        held = false;
        // On a lost session there is nothing left to free.
        await this.#session.query('SELECT pg_advisory_unlock($1::bigint)', [key]).catch(() => undefined);
        this.#names.delete(name);
      },
    };
  }
}

/**
 * How far these locks reach: they lie in the memory of one running server, apart for each database. A standby that
 * took its place, or the server started anew, knows nothing of them. Throws like {@link Session.query}.
 */
export async function lockReach(session: Session): Promise<string> {
  const [row] = await session.query(REACH);
  return `postgres ${reachRow.parse(row).reach} ts_reconcile`;
}

const REACH = `
  SELECT concat_ws(' ',
    CASE WHEN has_function_privilege('pg_control_system()', 'execute')
      THEN (SELECT system_identifier FROM pg_control_system()) END,
    extract(epoch FROM pg_postmaster_start_time()), oid) AS reach
  FROM pg_database WHERE datname = current_database()`;
const reachRow = z.object({ reach: z.string() });

/** A 64-bit key, as text: other programs may use advisory locks in the same database. */
export function lockKey(name: string): string {
  const digest = createHash('sha256').update(`ts_reconcile\0${name}`).digest();
  return digest.readBigInt64BE(0).toString();
}
