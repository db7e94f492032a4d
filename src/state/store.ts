import type { Clock } from '../clock.js';
import { keptAcceptances } from './acceptances.js';
import { keptAccount } from './account.js';
import { keptCache } from './cache.js';
import { logJournal } from './journal.js';
import { keptMailMemory } from './mail-memory.js';
import type { Documents, Primitives } from './primitives.js';
import { keptTokens } from './tokens.js';
import type { StateStore } from './types.js';
import type { Waiting } from './wait.js';

/** What {@link makeStore} is made with. */
export interface StoreOptions {
  clock: Clock;
  /** Uniform in [0, 1). */
  random: () => number;
  /** Told in one line what went wrong without stopping anything. */
  log?: (line: string) => void;
  /** For dry runs: nothing is written but rotated tokens, which would be lost otherwise. */
  readOnly?: boolean;
  /** Bounds of the cache: 50,000 entries, 32 MB. */
  cache?: { maxEntries: number; maxBytes: number };
}

/** What is kept, on whichever primitives. */
export function makeStore(primitives: Primitives, options: StoreOptions): StateStore {
  const { locks } = primitives;
  const { clock, random, readOnly = false, log = () => undefined } = options;
  const waiting: Waiting = { locks, clock, random };
  const documents = readOnly ? readOnlyDocuments(primitives.documents) : primitives.documents;
  const cache = keptCache({ ...waiting, ...options.cache, documents, readOnly, log });
  return {
    locks,
    documents,
    tokens: keptTokens({ ...waiting, documents: primitives.documents, lost: locks.lost, log }),
    journal: logJournal(primitives.log, readOnly),
    cache,
    budget: primitives.budget,
    mailMemory: keptMailMemory({ ...waiting, documents, readOnly }),
    acceptances: keptAcceptances({ ...waiting, documents, readOnly }),
    account: keptAccount({ ...waiting, documents, readOnly }),
    openQueue: primitives.openQueue,
    async close() {
      if (!locks.lost.aborted) await cache.flush();
      await primitives.close();
    },
  };
}

function readOnlyDocuments(documents: Documents): Documents {
  const nothing = async () => undefined;
  return { ...documents, get: (name) => documents.get(name), put: nothing, delete: nothing, move: nothing };
}
