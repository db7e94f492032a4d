import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { AppError, ExitCode } from '../errors.js';
import { writeAll } from '../report/output.js';
import { type Surroundings, stoppedBy } from './surroundings.js';

/** Where an answer comes from. */
export type Answers = Readable & { isTTY?: boolean };

/** Asks on the terminal, as the last thing that it is read for; where nobody can be asked, exit 64: it takes `--yes` there. */
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
  try {
    for await (const line of lines) return /^y(?:es)?$/i.test(line.trim());
  } finally {
    lines.close();
    // A terminal that is left open would keep the process alive.
    input.destroy();
  }
  // The cursor still stands behind the question.
  await writeAll(around.stderr, '\n');
  if (around.stop.aborted) throw left(around.stop);
  return false;
}

/**
 * Lets the library that asks end its question at the end of input (Ctrl-D), too, which it would wait behind for ever.
 *
 * @param stop ends it as well
 */
export async function untilLeft<T>(
  input: Answers,
  stop: AbortSignal,
  ask: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const ended = new AbortController();
  const end = () => ended.abort();
  const onKey = (_: unknown, key: { ctrl?: boolean; name?: string } | undefined) => {
    if (key?.ctrl === true && key.name === 'd') end();
  };
  input.on('keypress', onKey);
  input.once('end', end);
  try {
    return await ask(AbortSignal.any([stop, ended.signal]));
  } finally {
    input.off('keypress', onKey);
    input.off('end', end);
  }
}

/** Whether a person, or a signal, has ended a question of the library that asks. */
export function isLeft(error: unknown): boolean {
  return error instanceof Error && (error.name === 'ExitPromptError' || error.name === 'AbortPromptError');
}

/**
 * What is said of that. Ctrl-C at a question reaches the program as a key, not as a signal.
 *
 * @param state what the command has done and not done
 */
export function left(stop: AbortSignal, state = 'nothing further was done'): AppError {
  const exit = stop.aborted ? stoppedBy(stop) : ExitCode.interrupted;
  return new AppError('ABORTED', exit, `Stopped at the question; ${state}.`, null);
}
