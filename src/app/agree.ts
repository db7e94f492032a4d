import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { AppError, ExitCode } from '../errors.js';
import { writeAll } from '../report/output.js';
import { type Surroundings, stoppedBy } from './surroundings.js';

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
  if (around.stop.aborted) throw left(around.stop);
  return false;
}

/** Whether a person, or a signal, has ended a question of the library that asks. */
export function isLeft(error: unknown): boolean {
  return error instanceof Error && (error.name === 'ExitPromptError' || error.name === 'AbortPromptError');
}

/** What is said of that. Ctrl-C at a question reaches the program as a key, not as a signal. */
export function left(stop: AbortSignal): AppError {
  const exit = stop.aborted ? stoppedBy(stop) : ExitCode.interrupted;
  return new AppError('ABORTED', exit, 'Stopped at the question; nothing further was done.', null);
}
