import { resolve } from 'node:path';
import type { Clock } from '../clock.js';
import { fileBudget } from './budget.js';
import { fileCache } from './cache.js';
import { StateFiles } from './files.js';
import { fileIntents } from './intents.js';
import { fileJournal } from './journal.js';
import { HostLocks, type Waiting } from './locks.js';
import { fileMailMemory } from './mail-memory.js';
import { openFileSpool } from './spool.js';
import { fileTokens } from './tokens.js';
import type { StateStore } from './types.js';

/*
 * What lies in the state directory (directories 0700, files 0600):
 *
 *   tokens.json                   the rotated Tripleseat tokens: the one file that cannot be had again
 *   tokens.damaged.json           a token file that could not be understood, kept aside
 *   intents/<event id>.json       what a run on this host is writing to Revel for one event
 *   journal/journal.jsonl         runs and results, one JSON object a line
 *   journal/journal-000001.jsonl  older ones, highest number newest (from 8 MB; 5 are kept)
 *   spool/spool.jsonl             events whose webhook was answered and whose run has not ended yet
 *   budgets/<name>                times of the latest requests, so that all runs together keep to the limits
 *   cache.jsonl                   answers that need not be asked for again (at most 32 MB)
 *   mailed.json                   which standing failures were mailed when (at most 2,000)
 *   locks/                        empty files, on macOS and the BSDs only
 *   .tmp-*                        a file being written; those of dead processes are removed
 *
 * All but tokens.json may be deleted while nothing runs; the next run then only takes longer (and what was in the
 * spool waits for the next sweep).
 */

const MB = 1024 * 1024;

/** What {@link openStateDir} is made with. */
export interface StateDirOptions {
  /** Path of the state directory; made at the first write. */
  dir: string;
  clock: Clock;
  /** Uniform in [0, 1). */
  random: () => number;
  /** Told in one line what went wrong without stopping anything (a cache that could not be written). */
  log?: (line: string) => void;
  /** For dry runs: nothing is created or written but rotated tokens, which would be lost otherwise. */
  readOnly?: boolean;
  /** Size in bytes from which a journal file is put aside (8 MB), and how many of those are kept (5). */
  journal?: { maxBytes: number; keep: number };
  /** Bounds of the cache: 50,000 entries, 32 MB. */
  cache?: { maxEntries: number; maxBytes: number };
}

/**
 * State in a directory. Throws an AppError (`STATE`, exit 78) when the directory cannot be used; so does every
 * method when the file system refuses.
 */
export async function openStateDir(options: StateDirOptions): Promise<StateStore> {
  const { clock, random, readOnly = false, log = () => undefined } = options;
  const { maxBytes, keep } = options.journal ?? { maxBytes: 8 * MB, keep: 5 };
  const cacheLimits = options.cache ?? { maxEntries: 50_000, maxBytes: 32 * MB };

  const files = new StateFiles({ root: resolve(options.dir), clock, random });
  await files.check(!readOnly);
  const locks = await HostLocks.of({ files, readOnly });
  const tryLock = (name: string) => locks.tryLock(name);
  const waiting: Waiting = { tryLock, clock, random };
  const cache = fileCache({ ...waiting, ...cacheLimits, files, readOnly, log });

  return {
    locks,
    tokens: fileTokens({ ...waiting, files, log }),
    intents: fileIntents(files, readOnly),
    journal: fileJournal({ files, tryLock, readOnly, maxBytes, keep, log }),
    cache,
    budget: (name) => fileBudget({ ...waiting, files, readOnly, log }, name),
    mailMemory: fileMailMemory({ ...waiting, files, readOnly }),
    openSpool: () => openFileSpool({ files, tryLock, log }),
    async close() {
      await cache.flush();
      await locks.close();
    },
  };
}
