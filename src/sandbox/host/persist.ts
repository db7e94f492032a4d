import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { Simulator } from './types.js';

/**
 * Keeps a simulator's state in a file: loads it into the simulator if there is one (throws when it does not fit), and
 * returns what writes it if it has changed since. When that returns, it is on disk; it throws when the file can't be
 * written. The file is replaced atomically, so that a crash leaves the old or the new state.
 */
export function persist(simulator: Simulator, file: string): () => void {
  const isThere = existsSync(file);
  if (isThere) simulator.restore(JSON.parse(readFileSync(file, 'utf8')));
  let saved = isThere ? simulator.revision : null;
  return () => {
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
  };
}
