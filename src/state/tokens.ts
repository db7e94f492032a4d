import { rename } from 'node:fs/promises';
import { z } from 'zod';
import { AppError, ExitCode } from '../errors.js';
import { shownPath, stateError } from './failure.js';
import type { ReadOutcome, StateFiles } from './files.js';
import { type Waiting, waitForLock } from './locks.js';
import type { TokenStore, Tokens } from './types.js';

const FILE = 'tokens.json';
const DAMAGED_FILE = 'tokens.damaged.json';
const MAX_BYTES = 64 * 1024;

const token = z
  .string()
  .min(1)
  .max(16 * 1024);
const millis = z.number().int().nonnegative();
/** Tokens as stored, checked on the way in and out. */
export const tokensSchema: z.ZodType<Tokens> = z.object({
  accessToken: token,
  refreshToken: token.nullable(),
  expiresAt: millis,
  scope: z.string().max(4096).nullable(),
  obtainedAt: millis,
  endpoint: z.string().max(500).optional(),
});

type Stored = { kind: 'none' } | { kind: 'tokens'; tokens: Tokens } | { kind: 'damaged'; why: string };

/** What {@link fileTokens} is made with. */
export interface FileTokensOptions extends Waiting {
  files: StateFiles;
  /** Told in one line when a damaged file was set aside. */
  log: (line: string) => void;
}

/**
 * Tokens in `tokens.json`. A damaged file is an error on read and is moved aside, not overwritten, on write: it
 * may hold the only refresh token there is.
 */
export function fileTokens(options: FileTokensOptions): TokenStore {
  const { files } = options;
  const path = files.path(FILE);
  const aside = files.path(DAMAGED_FILE);
  const load = async () => interpret(await files.read(path, MAX_BYTES));

  return {
    async read() {
      const stored = await load();
      switch (stored.kind) {
        case 'none':
          return null;
        case 'tokens':
          return stored.tokens;
        case 'damaged':
          throw new AppError(
            'STATE',
            ExitCode.config,
            `The token file ${shownPath(path)} is damaged (${stored.why}), so Tripleseat cannot be asked.`,
            'Put back a copy of it, or move it away and run "ts-reconcile auth login" again.',
          );
      }
    },

    async write(tokens) {
      const text = JSON.stringify(tokensSchema.parse(tokens));
      if ((await load()).kind === 'damaged') {
        try {
          await rename(path, aside);
        } catch (error) {
          throw stateError(error, 'move aside', path);
        }
        options.log(`The damaged token file was kept as ${shownPath(aside)}.`);
      }
      await files.replace('', FILE, `${text}\n`);
    },

    probe: () => files.probe(),

    async clear() {
      await files.remove(path);
      await files.remove(aside);
    },

    exclusive: (timeoutMs, work) => exclusively(options, timeoutMs, work),
  };
}

/** Runs `work` while no other process refreshes the tokens, see {@link TokenStore.exclusive}. */
export async function exclusively<T>(
  waiting: Waiting,
  timeoutMs: number,
  work: () => Promise<T>,
): Promise<T> {
  const lock = await waitForLock(waiting, 'tokens', timeoutMs);
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
}

function interpret(read: ReadOutcome): Stored {
  switch (read.kind) {
    case 'absent':
      return { kind: 'none' };
    case 'unfit':
      return { kind: 'damaged', why: 'not a file of sane size' };
    case 'text':
      return parse(read.text);
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
