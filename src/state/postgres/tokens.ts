import { z } from 'zod';
import { AppError, ExitCode } from '../../errors.js';
import type { Waiting } from '../locks.js';
import { exclusively, tokensSchema } from '../tokens.js';
import type { TokenStore, Tokens } from '../types.js';
import type { Insist } from './insist.js';
import { seal, unseal } from './seal.js';
import type { Session } from './session.js';

const PURPOSE = 'tokens';
const CURRENT = 'current';
/** Tokens that could not be opened when others took their place: perhaps the key turns up again. */
const ASIDE = 'aside';

const sealedRow = z.object({ sealed: z.instanceof(Buffer) });

type Stored = { kind: 'none' } | { kind: 'tokens'; tokens: Tokens } | { kind: 'closed'; why: string };

/** What {@link tableTokens} is made with. */
export interface TableTokensOptions extends Waiting {
  session: Session;
  insist: Insist;
  /** The first one encrypts, all of them decrypt. */
  keys: readonly Buffer[];
  /** Told in one line when tokens that could not be opened were set aside. */
  log: (line: string) => void;
}

/** The tokens in one row, encrypted with AES-256-GCM: more people can read a database than a home directory. */
export function tableTokens(options: TableTokensOptions): TokenStore {
  const { session, insist, keys } = options;
  const [first] = keys;
  if (!first) throw new RangeError('tokens need a key');

  async function load(): Promise<Stored> {
    const rows = await session.query('SELECT sealed FROM ts_reconcile.tokens WHERE slot = $1', [CURRENT]);
    return rows.length === 0 ? { kind: 'none' } : interpret(sealedRow.parse(rows[0]).sealed, keys);
  }

  return {
    async read() {
      const stored = await load();
      switch (stored.kind) {
        case 'none':
          return null;
        case 'tokens':
          return stored.tokens;
        case 'closed':
          throw new AppError(
            'STATE',
            ExitCode.config,
            `The Tripleseat tokens in the state database cannot be opened: ${stored.why}.`,
            'Put the key that encrypted them into STATE_KEY (a comma list may hold several), or sign in again with `ts-reconcile auth login`.',
          );
      }
    },

    async write(tokens) {
      const text = JSON.stringify(tokensSchema.parse(tokens));
      // A session that was just lost has no time for this: the new tokens come first.
      if (!session.lost.aborted && (await load().catch(() => null))?.kind === 'closed') {
        await session.query(
          `INSERT INTO ts_reconcile.tokens (slot, sealed)
           SELECT $1, sealed FROM ts_reconcile.tokens WHERE slot = $2
           ON CONFLICT (slot) DO UPDATE SET sealed = excluded.sealed, changed_at = now() RETURNING slot`,
          [ASIDE, CURRENT],
        );
        options.log('Tokens in the state database that no key opens were set aside.');
      }
      await insist(
        `INSERT INTO ts_reconcile.tokens (slot, sealed) VALUES ($1, $2)
         ON CONFLICT (slot) DO UPDATE SET sealed = excluded.sealed, changed_at = now() RETURNING slot`,
        [CURRENT, seal(text, first, PURPOSE)],
      );
    },

    async probe() {
      // Writes no row, but a database that is read-only, or that grants us too little, refuses it all the same.
      await session.query(
        `INSERT INTO ts_reconcile.tokens (slot, sealed)
         SELECT slot, sealed FROM ts_reconcile.tokens WHERE false
         ON CONFLICT (slot) DO UPDATE SET sealed = excluded.sealed, changed_at = now() RETURNING slot`,
        [],
      );
    },

    async clear() {
      await session.query('DELETE FROM ts_reconcile.tokens RETURNING slot');
    },

    exclusive: (timeoutMs, work) => exclusively(options, timeoutMs, work),
  };
}

function interpret(sealed: Buffer, keys: readonly Buffer[]): Stored {
  const opened = unseal(sealed, keys, PURPOSE);
  switch (opened.kind) {
    case 'unknown-key':
      return { kind: 'closed', why: 'they were encrypted with a key that STATE_KEY does not hold' };
    case 'damaged':
      return { kind: 'closed', why: 'they were damaged' };
    case 'text': {
      const parsed = parse(opened.text);
      return parsed ? { kind: 'tokens', tokens: parsed } : { kind: 'closed', why: 'they make no sense' };
    }
  }
}

function parse(text: string): Tokens | null {
  try {
    return tokensSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}
