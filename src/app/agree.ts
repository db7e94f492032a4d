import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { AppError, ExitCode } from '../errors.js';
import { writeAll } from '../report/output.js';
import type { Surroundings } from './surroundings.js';

/** Where an answer comes from. */
export type Answers = Readable & { isTTY?: boolean };

/** Asks on the terminal; where nobody can be asked, exit 64: it takes `--yes` there. */
export async function isAgreed(question: string, input: Answers, around: Surroundings): Promise<boolean> {
  if (input.isTTY !== true) {
    throw new AppError(
      'USAGE',
      ExitCode.usage,
      'Nobody can be asked here, so that nothing was written.',
      'Add --yes to write what is shown.',
    );
  }
  await writeAll(around.stderr, `${question} [y/N] `);
  const lines = createInterface({ input, signal: around.stop });
  for await (const line of lines) return /^y(?:es)?$/i.test(line.trim());
  return false;
}
