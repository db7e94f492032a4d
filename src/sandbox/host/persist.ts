import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { Simulator } from './types.js';

/** Keeps a simulator's state in a file. */
export interface Persister {
  /**
   * Writes the state if it changed since the last call; on return it is on disk. Throws when the file can't be
   * written.
   */
  save(): void;
}

/**
 * Loads the file into the simulator if there is one (throws when it does not fit), then saves on demand. The
 * file is replaced atomically, so that a crash leaves the old or the new state.
 */
export function persist(simulator: Simulator, file: string): Persister {
  if (existsSync(file)) simulator.restore(JSON.parse(readFileSync(file, 'utf8')));
  let saved = existsSync(file) ? simulator.revision : null;
  return {
    save() {
      if (simulator.revision === saved) return;
      const temporary = `${file}.${process.pid}.tmp`;
      const handle = openSync(temporary, 'w', 0o600);
      try {
        writeFileSync(handle, JSON.stringify(simulator.snapshot()));
        fsyncSync(handle);
      } finally {
        closeSync(handle);
      }
      renameSync(temporary, file);
      saved = simulator.revision;
    },
  };
}
