import { chmod, mkdir, open, readdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AppError, ExitCode } from '../../errors.js';
import { errnoOf, isMissing, shownPath, stateError } from '../failure.js';

/**
 * How far to look at a directory. `look`: only that it is one. `admit`: also that nobody else can enter;
 * permissions that are too wide are narrowed. `admit-root`: the same, but they are narrowed only if the
 * directory holds nothing of anybody else, so that a mistaken STATE_DIR=/var/lib locks nobody out.
 */
export type Admission = 'look' | 'admit' | 'admit-root';

/**
 * What may lie in a state directory with wide permissions: everything that this program makes there (see
 * open.ts), what earlier versions made (`cache.jsonl`, `intents`), and what a fresh volume has (`lost+found`).
 */
const OWN_ENTRIES =
  /^(tokens(\.damaged)?\.json|(mailed|accepted|account|certify)\.json|cache(\.jsonl)?|budgets|intents|journal|locks|spool|sandbox|lost\+found|\.tmp-.*)$/;

/** Makes the directory and its missing parents, each 0700 whatever the umask, and admits it. */
export async function ensureDirectory(path: string, admission: Admission): Promise<void> {
  if ((await inspectDirectory(path, admission)) === 'present') return;
  try {
    await makeDirectory(path);
  } catch (error) {
    throw stateError(error, 'create', path);
  }
  if ((await inspectDirectory(path, admission)) === 'absent') {
    throw notADirectory(path);
  }
}

async function makeDirectory(path: string, parentMade = false): Promise<void> {
  try {
    await mkdir(path, 0o700);
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return;
    if (!isMissing(error) || parentMade || dirname(path) === path) throw error;
    await makeDirectory(dirname(path));
    return makeDirectory(path, true);
  }
  await chmod(path, 0o700);
  await syncDirectory(dirname(path));
}

/** Looks at a directory as {@link Admission} says; throws an AppError (`STATE`) if it cannot be used. */
export async function inspectDirectory(path: string, admission: Admission): Promise<'present' | 'absent'> {
  let info: { mode: number; uid: number; isDirectory(): boolean };
  try {
    info = await stat(path);
  } catch (error) {
    if (isMissing(error)) return 'absent';
    throw stateError(error, 'open', path);
  }
  if (!info.isDirectory()) throw notADirectory(path);
  const open = process.platform !== 'win32' && (info.mode & 0o077) !== 0;
  if (admission !== 'look' && open) await narrow(path, info, admission);
  return 'present';
}

async function narrow(
  path: string,
  info: { mode: number; uid: number },
  admission: Admission,
): Promise<void> {
  const shown = shownPath(path);
  if (info.uid !== process.getuid?.()) {
    const close = `if it is for the user that runs ts-reconcile alone, chown it to that user and chmod 700 ${shown}`;
    throw tooWide(shown, 'it belongs to another user', close);
  }
  if (admission === 'admit-root') {
    const foreign = (await readdir(path)).some((name) => !OWN_ENTRIES.test(name));
    const close = `if nobody else needs what is in it, close it yourself: chmod 700 ${shown}`;
    if (foreign) throw tooWide(shown, 'it also holds files of something else', close);
  }
  try {
    await chmod(path, 0o700);
  } catch (error) {
    throw stateError(error, 'narrow the permissions of', path);
  }
}

function tooWide(shown: string, why: string, close: string): AppError {
  return new AppError(
    'STATE',
    ExitCode.config,
    `The state directory ${shown} is open to other users, and ${why}, so its permissions were left alone.`,
    `Set STATE_DIR to a directory of its own, for example ${shown}/ts-reconcile, which is then created; or, ${close}`,
  );
}

function notADirectory(path: string): AppError {
  return new AppError(
    'STATE',
    ExitCode.config,
    `The state directory ${shownPath(path)} is not a directory.`,
    'Set STATE_DIR to a directory, or move what is in its place.',
  );
}

/** Makes creations, renames and removals in a directory durable, where the system knows such a thing. */
export async function syncDirectory(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } catch (error) {
    if (errnoOf(error) !== 'EINVAL') throw error;
  } finally {
    await handle.close();
  }
}
