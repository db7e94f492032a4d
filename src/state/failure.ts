import { AppError, ExitCode } from '../errors.js';

/** Code of a system error (`ENOENT`), or null. */
export function errnoOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

/** Whether the file or folder was just not there. */
export function isMissing(error: unknown): boolean {
  return errnoOf(error) === 'ENOENT';
}

/** A path for a sentence: control characters and terminal escapes do not get through. */
export function shownPath(path: string): string {
  return path.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '?');
}

/**
 * A refusal of the file system as a sentence with a hint (`STATE`, exit 78). `verb` is what was tried: `read`,
 * `write`. AppErrors and anything that is not a system error come back as they are.
 */
export function stateError(error: unknown, verb: string, path: string): unknown {
  const code = errnoOf(error);
  if (error instanceof AppError || code === null) return error;
  const { why, hint } = explain(code);
  return new AppError('STATE', ExitCode.config, `Cannot ${verb} ${shownPath(path)}: ${why}.`, hint);
}

/** Why a file that a person has named could not be written, as the end of a sentence; null: that is no system error. */
export function whyUnwritten(error: unknown): string | null {
  const code = errnoOf(error);
  if (code === null) return null;
  return code === 'ENOENT' ? 'its directory does not exist' : explain(code).why;
}

/**
 * A refusal of the file system at a file that a person has named (`OUTPUT`, exit 78). Anything that is not a system error
 * comes back as it is.
 *
 * @param what the file, to begin a sentence with
 * @param left what is there now, as a sentence; absent: nothing needs to be said
 */
export function unwritten(
  error: unknown,
  { what, left, hint }: { what: string; left?: string; hint: string },
): unknown {
  const why = whyUnwritten(error);
  if (why === null) return error;
  const message = `${what} could not be written: ${why}.`;
  return new AppError(
    'OUTPUT',
    ExitCode.config,
    left === undefined ? message : `${message} ${left}`,
    FULL.includes(errnoOf(error) ?? '') ? 'Free some space, then run it again.' : hint,
  );
}

const FULL: readonly string[] = ['ENOSPC', 'EDQUOT', 'EFBIG'];

/** In another place there are neither tokens, of which the first refresh token is spent, nor what was accepted. */
const ELSEWHERE =
  'To go on in another STATE_DIR, move all of it there while nothing runs: its tokens are in no other place.';

function explain(code: string): { why: string; hint: string } {
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG':
      return {
        why: code === 'ENOSPC' ? 'the disk is full' : 'the limit on disk space is reached',
        hint: `Free some space, then run again. ${ELSEWHERE}`,
      };
    case 'EACCES':
    case 'EPERM':
      return {
        why: 'permission denied',
        hint: 'Run it as the user that the state belongs to, or give that user ownership of it. Where none is kept yet, set STATE_DIR to a directory that this user owns.',
      };
    case 'EROFS':
      return {
        why: 'the file system is read-only',
        hint: `Have it mounted for writing, or set STATE_DIR to a directory that can be written. ${ELSEWHERE}`,
      };
    case 'ENOTDIR':
    case 'EEXIST':
      return {
        why: 'a part of the path is not a directory',
        hint: 'Set STATE_DIR to a directory, or move the file that is in its place.',
      };
    case 'EISDIR':
      return { why: 'it is a directory', hint: 'Move it away: a file of ts-reconcile belongs there.' };
    case 'EMFILE':
    case 'ENFILE':
      return { why: 'too many files are open', hint: 'Raise the limit on open files (ulimit -n).' };
    default:
      return { why: `the system answered ${code}`, hint: `Check the disk, then run again. ${ELSEWHERE}` };
  }
}
