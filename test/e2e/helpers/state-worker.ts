// A process of its own on a state directory: does what the parent asks for, one message at a time.
import { systemClock } from '../../../src/clock.js';
import { AppError } from '../../../src/errors.js';
import { openStateDir } from '../../../src/state/files/open.js';
import type { Lock } from '../../../src/state/primitives.js';
import type { JournalRecord, Tokens } from '../../../src/state/types.js';

const [dir = '', journalBytes = '8000000'] = process.argv.slice(2);
const store = await openStateDir({
  dir,
  clock: systemClock,
  random: Math.random,
  journal: { maxBytes: Number(journalBytes), keep: 100_000 },
});
let held: Lock | null = null;

function record(id: string): JournalRecord {
  return {
    type: 'event',
    at: new Date().toISOString(),
    run: '1a2b3c4d',
    id,
    name: 'x'.repeat(Math.floor(Math.random() * 9000)),
    date: null,
    location: null,
    status: 'skipped',
    reason: 'ALREADY_INJECTED',
    order: null,
    total: null,
    error: null,
  };
}

function tokens(expiresAt: number): Tokens {
  const accessToken = 'x'.repeat(Math.floor(Math.random() * 16_000) + 1);
  return { accessToken, refreshToken: null, expiresAt, scope: null, obtainedAt: 0 };
}

const operations = {
  async take(name: string) {
    held = await store.locks.tryLock(name);
    return held !== null;
  },
  async release() {
    await held?.release();
  },
  async bump(times: number) {
    for (let round = 0; round < times; round += 1) {
      await store.tokens.exclusive(60_000, async () => {
        const before = await store.tokens.read();
        await store.tokens.write(tokens((before?.expiresAt ?? 0) + 1));
      });
    }
  },
  async append(name: string, times: number) {
    for (let round = 0; round < times; round += 1) {
      await store.journal.append([record(`${name}-${round}-a`), record(`${name}-${round}-b`)]);
    }
  },
  async write(event: string) {
    for (let round = 0; ; round += 1) {
      await store.tokens.write(tokens(round));
      await store.documents.put(`kept/${event}`, String(round));
      await store.journal.append([record(String(round))]);
    }
  },
  async writeAs(user: number) {
    if (process.getuid?.() === 0) process.setuid?.(user);
    try {
      await store.tokens.write(tokens(0));
      return null;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      return { code: error.code, exitCode: error.exitCode, message: error.message, hint: error.hint };
    }
  },
  async leave() {
    setImmediate(() => process.disconnect());
  },
};

/** One message: the operation and its arguments, which are JSON. */
type Message = {
  [Name in keyof typeof operations]: { operation: Name; args: never[] };
}[keyof typeof operations];

process.on('message', async ({ operation, args }: Message) => {
  const perform: (...args: never[]) => Promise<unknown> = operations[operation];
  process.send?.({ result: await perform(...args) });
});
process.send?.({ result: 'ready' });
