import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { Simulator } from './types.js';

/**
 * Loads the file into the simulator if there is one (throws when it does not fit), else makes it. What it returns writes
 * the state if it changed since the last call; on return it is on disk. The file is replaced atomically, so that a
 * crash leaves the old or the new state.
 */
export function persist(simulator: Simulator, file: string): () => void {
  let saved: number | null = null;
  const save = () => {
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
  if (existsSync(file)) {
    simulator.restore(JSON.parse(readFileSync(file, 'utf8')));
    saved = simulator.revision;
  } else save();
  return save;
}
