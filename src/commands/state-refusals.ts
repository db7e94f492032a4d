import { AppError, ExitCode } from '../errors.js';
import type { StateStore } from '../state/types.js';

/** State for one run, which remembers what a person has to put right. */
export interface WatchedState {
  state: StateStore;
  /** The refusal with this message; null: the state refused nothing of the kind. */
  refusal(message: string): AppError | null;
}

/**
 * A damaged token file or a full disk ends a run as any error does, and of errors the run keeps the sentence alone.
 * They do not pass by waiting, as those of a service do, so their hint and their exit code must not get lost.
 */
export function watchState(store: StateStore): WatchedState {
  const refusals = new Map<string, AppError>();
  const watched = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      if (error instanceof AppError && error.code === 'STATE' && error.exitCode === ExitCode.config) {
        refusals.set(error.message, error);
      }
      throw error;
    }
  };
  const { tokens, intents, journal } = store;
  const state: StateStore = {
    ...store,
    tryLock: (name) => watched(() => store.tryLock(name)),
    tokens: {
      ...tokens,
      read: () => watched(() => tokens.read()),
      exclusive: (timeoutMs, work) => watched(() => tokens.exclusive(timeoutMs, work)),
    },
    intents: {
      ...intents,
      read: (event) => watched(() => intents.read(event)),
      write: (event, intent) => watched(() => intents.write(event, intent)),
      clear: (event) => watched(() => intents.clear(event)),
    },
    journal: {
      ...journal,
      lastGoodSweep: (shard) => watched(() => journal.lastGoodSweep(shard)),
    },
  };
  return { state, refusal: (message) => refusals.get(message) ?? null };
}
