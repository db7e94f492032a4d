import { readFileSync, statSync } from 'node:fs';
import { AppError, ExitCode } from '../../errors.js';
import { shellText } from '../../text/calls.js';
import { clean } from '../../text/text.js';

/**
 * Root may write anywhere: what it leaves in another user's state directory, that user's runs cannot read.
 *
 * @param uid who this process runs as; null: the system has no such numbers
 * @throws AppError STATE (exit 78) for root on a directory that belongs to somebody else
 */
export function refuseForeign(dir: string, uid: number | null = process.getuid?.() ?? null): void {
  if (uid !== 0) return;
  const owner = ownerOf(dir);
  if (owner === null || owner === 0) return;
  const name = nameOf(owner);
  const path = clean(dir, 300);
  throw new AppError(
    'STATE',
    ExitCode.config,
    `The state directory ${path} belongs to ${name ?? `user ${owner}`}. Files that root makes there would lock that user out.`,
    `Run it as that user: sudo -u ${name ?? `'#${owner}'`} STATE_DIR=${shellText(path)} ts-reconcile …`,
  );
}

function ownerOf(dir: string): number | null {
  try {
    return statSync(dir).uid;
  } catch {
    // What else is wrong with it is found by whoever opens it.
    return null;
  }
}

function nameOf(uid: number): string | null {
  try {
    const lines = readFileSync('/etc/passwd', 'utf8').split('\n');
    const [name = ''] = lines.find((line) => line.split(':')[2] === String(uid))?.split(':') ?? [];
    return /^[A-Za-z_][\w.-]*$/.test(name) ? name : null;
  } catch {
    return null;
  }
}
