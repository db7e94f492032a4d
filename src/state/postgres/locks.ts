import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Lock } from '../types.js';
import type { Session } from './session.js';

const takenRow = z.object({ taken: z.boolean() });

/**
 * Named advisory locks of one session. They belong to one database, and the server frees them when the session
 * ends, however that comes about.
 */
export class SessionLocks {
  readonly #session: Session;
  /** Held or just being asked for: the server would give a session the same lock twice. */
  readonly #names = new Set<string>();

  constructor(session: Session) {
    this.#session = session;
  }

  /** Takes the named lock, or null when any session has it, this one included. */
  async tryLock(name: string): Promise<Lock | null> {
    if (this.#names.has(name)) return null;
    this.#names.add(name);
    const key = lockKey(name);
    try {
      const [row] = await this.#session.query('SELECT pg_try_advisory_lock($1::bigint) AS taken', [key]);
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

/** A 64-bit key, as text: other programs may use advisory locks in the same database. */
export function lockKey(name: string): string {
  const digest = createHash('sha256').update(`ts_reconcile\0${name}`).digest();
  return digest.readBigInt64BE(0).toString();
}
