import { z } from 'zod';
import type { Clock } from '../../clock.js';
import type { SharedBudget } from '../../http/budget.js';
import { MARGIN_MS, MAX_PAUSE_MS } from '../primitives.js';
import type { Session } from './session.js';

/** Requests of one statement; the rest asks again. */
const MAX_AT_ONCE = 100;

const claimRow = z.object({ granted: z.number().int().nonnegative(), wait_ms: z.number().nonnegative() });

/** What {@link tableBudget} is made with. */
export interface TableBudgetOptions {
  session: Session;
  clock: Clock;
}

/**
 * Request budget that all hosts share. The server's clock counts, so that those of the hosts may differ. Dry runs
 * take part: their requests count like any others. A failure here has lost the session, which ends the run and is
 * told there.
 */
export function tableBudget({ session, clock }: TableBudgetOptions, name: string): SharedBudget {
  return {
    async claim(wanted, spans) {
      try {
        const counts = spans.map(({ count }) => count);
        const lengths = spans.map(({ span }) => Math.ceil(span));
        const [row] = await session.query(
          'SELECT granted, wait_ms FROM ts_reconcile.claim($1, $2, $3::integer[], $4::integer[], $5)',
          [name, Math.min(wanted, MAX_AT_ONCE), counts, lengths, MARGIN_MS],
        );
        const { granted, wait_ms } = claimRow.parse(row);
        return { granted, waitMs: Math.ceil(wait_ms) };
      } catch {
        return null;
      }
    },

    async pause(until) {
      const ms = Math.min(MAX_PAUSE_MS, until - clock.now());
      await session.query(PAUSE, [name, ms]).catch(() => undefined);
    },
  };
}

const PAUSE = `
  INSERT INTO ts_reconcile.budgets AS own (name, paused_until)
  VALUES ($1, extract(epoch FROM clock_timestamp()) * 1000 + $2::double precision)
  ON CONFLICT (name) DO UPDATE SET paused_until = greatest(own.paused_until, excluded.paused_until) RETURNING name`;
