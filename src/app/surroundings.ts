import type { Writable } from 'node:stream';
import { ExitCode } from '../errors.js';
import type { OutputStream } from '../report/output.js';
import { type OutputStyle, outputStyle } from '../report/style.js';

/** The process as commands see it; passed in, so that only the entry point touches the real one. */
export interface Surroundings {
  env: Readonly<Record<string, string | undefined>>;
  /** Absolute. */
  cwd: string;
  /** Results. */
  stdout: Writable & OutputStream;
  /** Everything else. */
  stderr: Writable & OutputStream;
  /** Aborted by SIGINT, SIGTERM or SIGHUP; the reason is the signal's name. */
  stop: AbortSignal;
}

/** How results are printed. */
export function styleOf({ stdout, env }: Surroundings): OutputStyle {
  return outputStyle(stdout, env);
}

/** The exit code of a command that a signal has stopped. */
export function stoppedBy(stop: AbortSignal): ExitCode {
  return stop.reason === 'SIGINT' ? ExitCode.interrupted : ExitCode.terminated;
}

/** Resolves when the signal aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
