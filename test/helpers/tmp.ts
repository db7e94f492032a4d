import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Whatever the tests and their processes leave behind is in a directory of its own, which goes away with them. */
export default function setup(): () => void {
  const outer = process.env.TMPDIR;
  const directory = mkdtempSync(join(tmpdir(), 'tsr-'));
  // A database server of another user has its directory in there, too.
  chmodSync(directory, 0o711);
  process.env.TMPDIR = directory;
  return () => {
    if (outer === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = outer;
    rmSync(directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  };
}
