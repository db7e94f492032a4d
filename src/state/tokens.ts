import { z } from 'zod';
import { AppError, ExitCode } from '../errors.js';
import type { Documents } from './primitives.js';
import type { TokenStore, Tokens } from './types.js';
import { type Waiting, waitForLock } from './wait.js';

const NAME = 'tokens';
/** Tokens that could not be understood when others took their place: perhaps somebody can still make use of them. */
const ASIDE = 'tokens.damaged';

const token = z
  .string()
  .min(1)
  .max(16 * 1024);
const millis = z.number().int().nonnegative();
/** Tokens as stored, checked on the way in and out. */
const tokensSchema: z.ZodType<Tokens> = z.object({
  accessToken: token,
  refreshToken: token.nullable(),
  expiresAt: millis,
  scope: z.string().max(4096).nullable(),
  obtainedAt: millis,
  endpoint: z.string().max(500).optional(),
});

type Stored =
  | { kind: 'none' }
  | { kind: 'tokens'; tokens: Tokens }
  /** Others may have read them, or put theirs in their place. */
  | { kind: 'exposed' }
  | { kind: 'damaged'; why: string };

/** What {@link keptTokens} is made with. */
export interface KeptTokensOptions extends Waiting {
  /** Aborts when the locks are gone. */
  lost: AbortSignal;
  documents: Documents;
  /** Told in one line when damaged ones were set aside. */
  log: (line: string) => void;
}

/**
 * Tokens in one document. Damaged ones are an error on read and are moved aside, not overwritten, on write: they may
 * hold the only refresh token there is. Those that lay open to other users are not used.
 */
export function keptTokens(options: KeptTokensOptions): TokenStore {
  const { documents } = options;
  const load = async () => interpret(await documents.get(NAME));

  return {
    async read() {
      const stored = await load();
      switch (stored.kind) {
        case 'none':
          return null;
        case 'tokens':
          return stored.tokens;
        case 'exposed':
          throw new AppError(
            'STATE',
            ExitCode.config,
            `The Tripleseat tokens in ${documents.place(NAME)} can be read or changed by other users of this host, so they are not used.`,
            'If nobody else can have been there, close the file (chmod 600) and run again; else sign in again with `ts-reconcile auth login`, which puts new ones in their place.',
          );
        case 'damaged':
          throw new AppError(
            'STATE',
            ExitCode.config,
            `The Tripleseat tokens in ${documents.place(NAME)} cannot be read (${stored.why}), so Tripleseat cannot be asked.`,
            'Put back a copy of them or the STATE_KEY that encrypted them, or sign in again with `ts-reconcile auth login`.',
          );
      }
    },

    async write(tokens) {
      const text = JSON.stringify(tokensSchema.parse(tokens));
      // Without its locks a store has no time for this: the new tokens come first.
      if (!options.lost.aborted && (await load().catch(() => null))?.kind === 'damaged') {
        await documents.move(NAME, ASIDE);
        options.log(`The damaged tokens were kept in ${documents.place(ASIDE)}.`);
      }
      await documents.put(NAME, `${text}\n`, { secret: true, insist: true });
    },

    probe: () => documents.probe(),

    async clear() {
      await documents.delete(NAME);
      await documents.delete(ASIDE);
    },

    async exclusive(timeoutMs, work) {
      const lock = await waitForLock(options, 'tokens', timeoutMs);
      if (!lock) {
        throw new AppError(
          'LOCKED',
          ExitCode.locked,
          `Another ts-reconcile process has kept the Tripleseat tokens for more than ${timeoutMs / 1000} s.`,
          'Run again in a moment; if it persists, look for a ts-reconcile process that hangs.',
        );
      }
      try {
        return await work();
      } finally {
        await lock.release();
      }
    },
  };
}

function interpret(read: Awaited<ReturnType<Documents['get']>>): Stored {
  switch (read.kind) {
    case 'none':
      return read;
    case 'unfit':
      return { kind: 'damaged', why: read.why };
    case 'text': {
      const stored = parse(read.text);
      return stored.kind === 'tokens' && read.exposed ? { kind: 'exposed' } : stored;
    }
  }
}

function parse(text: string): Stored {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { kind: 'damaged', why: 'not JSON' };
  }
  const result = tokensSchema.safeParse(value);
  if (result.success) return { kind: 'tokens', tokens: result.data };
  // Only names of fields: a message of the parser could quote a token.
  const fields = new Set(result.error.issues.map((issue) => issue.path.join('.') || 'the whole'));
  return { kind: 'damaged', why: `wrong or missing: ${[...fields].join(', ')}` };
}
