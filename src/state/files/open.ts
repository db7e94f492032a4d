import { resolve } from 'node:path';
import { makeStore, type StoreOptions } from '../store.js';
import type { StateStore } from '../types.js';
import { fileBudget } from './budget.js';
import { fileDocuments } from './documents.js';
import { StateFiles } from './files.js';
import { HostLocks } from './locks.js';
import { fileLog } from './log.js';
import { openFileQueue } from './queue.js';

/*
 * What lies in the state directory (directories 0700, files 0600):
 *
 *   tokens.json                   the rotated Tripleseat tokens: the one file that cannot be had again
 *   tokens.damaged.json           tokens that could not be understood, kept aside
 *   journal/journal.jsonl         runs and results, one JSON object a line
 *   journal/journal-000001.jsonl  older ones, highest number newest (from 8 MB; 5 are kept)
 *   spool/spool.jsonl             events whose webhook was answered and whose run has not ended yet
 *   spool/spool-<8 hex>.jsonl     an older one that is being written anew
 *   budgets/<name>                times of the latest requests, so that all runs together keep to the limits
 *   cache/<part>.json             answers that need not be asked for again (at most 32 MB)
 *   account.json                  what certify has found the Revel account to be
 *   certify.json                  its last session, so that another one goes on with it
 *   mailed.json                   which standing failures were mailed when (at most 2,000)
 *   accepted.json                 failures that a person has left as they are (at most 2,000)
 *   locks/key                     the random part of the names of locks
 *   locks/<64 hex>                empty files, on macOS and the BSDs only
 *   .tmp-*                        a file being written; those of dead processes are removed
 *
 * All but tokens.json may be deleted while nothing runs, and no order is wrong for it. What goes with accepted.json is
 * reported again, with account.json and certify.json it is to be found out again, with the journal nobody knows it any
 * more; what was in the spool waits for the next sweep. Without the rest the next run only takes longer.
 */

const MB = 1024 * 1024;

/** What {@link openStateDir} is made with. */
export interface StateDirOptions extends StoreOptions {
  /** Path of the state directory; made at the first write. */
  dir: string;
  /** Size in bytes from which a journal file is put aside (8 MB), and how many of those are kept (5). */
  journal?: { maxBytes: number; keep: number };
}

/**
 * State in a directory. Throws an AppError (`STATE`, exit 78) when the directory cannot be used; so does every
 * method when the file system refuses.
 */
export async function openStateDir(options: StateDirOptions): Promise<StateStore> {
  const { clock, random, readOnly = false, log = () => undefined } = options;
  const files = new StateFiles({ root: resolve(options.dir), clock, random });
  await files.check(!readOnly);
  // Of earlier versions; what was in it is asked for anew.
  if (!readOnly) await files.remove(files.path('cache.jsonl'));
  const locks = await HostLocks.of({ files, readOnly });
  return makeStore(
    {
      locks,
      documents: fileDocuments(files),
      log: fileLog({ files, locks, ...(options.journal ?? { maxBytes: 8 * MB, keep: 5 }), log }),
      budget: (name) => fileBudget({ files, locks, clock, random, readOnly, log }, name),
      openQueue: () => openFileQueue({ files, locks, clock, log }),
      close: () => locks.close(),
    },
    options,
  );
}
