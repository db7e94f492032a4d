import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Builds the program once before tests that run it, unless it was built from the sources as they are. */
export default function build(): void {
  if (process.env.TS_RECONCILE_BIN !== undefined) return;
  execFileSync(process.execPath, [join(root, 'build.mjs'), '--stale'], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
}
