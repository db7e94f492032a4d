import type { Writable } from 'node:stream';
import type { OutputStream } from '../report/output.js';

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
