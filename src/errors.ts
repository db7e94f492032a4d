/** Process exit codes (sysexits numbers where one fits). */
export const ExitCode = {
  ok: 0,
  eventFailed: 1,
  changesPending: 2,
  usage: 64,
  unavailable: 69,
  bug: 70,
  locked: 75,
  credentials: 77,
  config: 78,
  interrupted: 130,
  terminated: 143,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** Machine-readable code of an {@link AppError}. */
export type AppErrorCode =
  | 'USAGE'
  | 'CONFIG'
  | 'CREDENTIALS'
  | 'UPSTREAM'
  | 'LOCKED'
  | 'STATE'
  | 'OUTPUT'
  | 'CREATE_LIMIT'
  | 'ABORTED';

/**
 * The one error class for failures a person can do something about. Its message is a full sentence (what
 * happened, to which thing, why), its hint says what to do next. It never holds a secret: HTTP library errors
 * are not kept as `cause`, because they carry headers and URLs.
 */
export class AppError extends Error {
  readonly code: AppErrorCode;
  readonly exitCode: ExitCode;
  readonly hint: string | null;

  constructor(code: AppErrorCode, exitCode: ExitCode, message: string, hint: string | null = null) {
    super(message);
    this.name = 'AppError';
    this.code = code;
    this.exitCode = exitCode;
    this.hint = hint;
  }
}

/** Text of anything thrown, for a sentence; never a stack. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
