import { stat } from 'node:fs/promises';
import type { Check } from '../report/checks.js';
import { clean } from '../text/text.js';
import { ok, plural, warning } from './types.js';

const NAME = 'Secret files';
/** Where container platforms mount secrets for the one container, readable by all in it. */
const MOUNTED = /^\/(?:run\/secrets|var\/run\/secrets|etc\/secrets)\//;

/** Whether files that hold secrets can be read by every user of this machine. */
export async function checkSecretFiles(paths: readonly string[]): Promise<Check | null> {
  if (paths.length === 0 || process.platform === 'win32') return null;
  const open: string[] = [];
  for (const path of paths) {
    if (MOUNTED.test(path)) continue;
    const mode = await stat(path).then(
      (found) => found.mode,
      () => 0,
    );
    if ((mode & 0o004) !== 0) open.push(path);
  }
  if (open.length === 0) return ok(NAME, `${plural(paths.length, 'file')}, closed to other users`);
  return warning(
    NAME,
    `${plural(open.length, 'file')} can be read by every user of this machine`,
    `Close them: chmod o-rwx ${open.map((path) => clean(path, 300)).join(' ')}`,
    open.map((path) => clean(path, 300)),
  );
}
