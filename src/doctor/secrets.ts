import { stat } from 'node:fs/promises';
import type { Check } from '../report/checks.js';
import { shellWord } from '../text/calls.js';
import { clean, plural } from '../text/text.js';
import { ok, warning } from './types.js';

const NAME = 'Secret files';
/** Where container platforms mount secrets for the one container, readable by all in it. */
const MOUNTED = /^\/(?:run\/secrets|var\/run\/secrets|etc\/secrets)\//;

/** Whether files that hold secrets can be read by every user of this machine, or changed by any other. */
export async function checkSecretFiles(paths: readonly string[]): Promise<Check | null> {
  if (paths.length === 0 || process.platform === 'win32') return null;
  const open: string[] = [];
  const loose: string[] = [];
  for (const path of paths) {
    if (MOUNTED.test(path)) continue;
    const mode = await stat(path).then(
      (found) => found.mode,
      () => 0,
    );
    if ((mode & 0o004) !== 0) open.push(clean(path, 300));
    if ((mode & 0o022) !== 0) loose.push(clean(path, 300));
  }
  const wrong = [...new Set([...open, ...loose])];
  if (wrong.length === 0) return ok(NAME, `${plural(paths.length, 'file')}, closed to other users`);
  const what = [
    ...(open.length > 0 ? [`${plural(open.length, 'file')} can be read by every user of this machine`] : []),
    ...(loose.length > 0 ? [`${plural(loose.length, 'file')} can be changed by other users`] : []),
  ];
  const words = wrong.map((path) => (/^[\w./@%+:,-]+$/.test(path) ? path : shellWord(path)));
  return warning(NAME, what.join('; '), `Close them: chmod g-w,o-rwx ${words.join(' ')}`, wrong);
}
