import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

const NAME = 'tsr-';

/** Whatever the tests and their processes leave behind is in a directory of its own, which goes away with them. */
export default function setup(): () => void {
  const outer = process.env.TMPDIR;
  // Another project of the same run has set it up.
  if (outer !== undefined && basename(outer).startsWith(NAME)) return () => undefined;
  const directory = mkdtempSync(join(tmpdir(), NAME));
  // A database server of another user has its directory in there, too.
  chmodSync(directory, 0o711);
  process.env.TMPDIR = directory;
  return () => {
    if (outer === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = outer;
    rmSync(directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  };
}
