import { AppError } from '../errors.js';
import type { Establishment } from '../revel/types.js';
import type { SourcePlace } from '../tripleseat/types.js';
import type { SyncDeps } from './types.js';

/** What both services have of places, read at most once in a run and only where something does not fit. */
export interface Places {
  /** Null: the account may not see the list, or it could not be read. */
  tripleseat(): Promise<readonly SourcePlace[] | null>;
  /** The same for Revel. */
  revel(): Promise<readonly Establishment[] | null>;
}

/** Sets it up for a run. */
export function placesOf({ tripleseat, revel }: Pick<SyncDeps, 'tripleseat' | 'revel'>): Places {
  return {
    tripleseat: once(async () => {
      const read = await tripleseat.places();
      return read.kind === 'ok' ? read.value : null;
    }),
    revel: once(async () => {
      const read = await revel.establishments();
      return read.kind === 'ok' ? read.value : null;
    }),
  };
}

function once<T>(read: () => Promise<T | null>): () => Promise<T | null> {
  let known: Promise<T | null> | null = null;
  return () => {
    // Not being allowed to see a list is no reason to end the run: nothing is said then.
    known ??= read().catch((error) => {
      if (error instanceof AppError) return null;
      throw error;
    });
    return known;
  };
}
