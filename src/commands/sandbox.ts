import { rm } from 'node:fs/promises';
import { aborted } from '../app/surroundings.js';
import type { Clock } from '../clock.js';
import type { EventId } from '../domain/ids.js';
import { AppError, ExitCode } from '../errors.js';
import { editSandbox, type SandboxEdit } from '../sandbox/edit.js';
import { openSandbox, type Sandbox, serveSandbox, whileStopped } from '../sandbox/index.js';

/** What `sandbox start` and `sandbox reset` work with. */
export interface SandboxCommandOptions {
  /** Absolute. */
  stateDir: string;
  /** Port of the Tripleseat simulator; Revel's is the next one. Default: any free ones. */
  port?: number;
  clock: Clock;
  /** Takes text with its line ends. */
  stdout: (text: string) => void;
  /** Ends `start`. */
  signal: AbortSignal;
}

/**
 * `start`: serves the sandbox until the signal aborts, after printing where it is and what to export. `reset`:
 * deletes its data, so that the next use makes new sample events. Both throw an AppError (`LOCKED`) while another
 * process serves it.
 */
export async function sandboxCommand(
  action: 'start' | 'reset',
  options: SandboxCommandOptions,
): Promise<ExitCode> {
  switch (action) {
    case 'start':
      return start(options);
    case 'reset':
      return reset(options);
  }
}

/**
 * `edit`: changes an event of the sandbox, or its order, whether another process serves it or not. Throws an AppError
 * (`USAGE`) where that cannot be done.
 */
export async function sandboxEditCommand(
  event: EventId,
  edit: SandboxEdit,
  { stateDir, clock, stdout }: Pick<SandboxCommandOptions, 'stateDir' | 'clock' | 'stdout'>,
): Promise<ExitCode> {
  const sandbox = await openSandbox({ stateDir, clock });
  try {
    const say = (line: string) => stdout(`${line}\n`);
    await editSandbox(sandbox, event, edit, say);
    say(`What a run makes of it: ts-reconcile sync --event-id ${event} --sandbox`);
    return ExitCode.ok;
  } finally {
    await sandbox.close();
  }
}

async function start({ stateDir, port, clock, stdout, signal }: SandboxCommandOptions): Promise<ExitCode> {
  const ports = port === undefined ? {} : { tripleseat: port, revel: port + 1 };
  const sandbox = await serveSandbox({ stateDir, clock, ports });
  if (!sandbox) throw served();
  try {
    stdout(introduction(sandbox));
    await aborted(signal);
  } finally {
    await sandbox.close();
  }
  return ExitCode.ok;
}

async function reset({ stateDir, clock, stdout }: SandboxCommandOptions): Promise<ExitCode> {
  const done = await whileStopped({ stateDir, clock }, (directory) =>
    rm(directory, { recursive: true, force: true }),
  );
  if (!done) throw served();
  stdout('The sandbox was reset: its next use starts with new sample events around that day.\n');
  return ExitCode.ok;
}

function served(): AppError {
  return new AppError(
    'LOCKED',
    ExitCode.locked,
    'Another process serves the sandbox of this state directory.',
    'Stop it first, or set STATE_DIR to another directory.',
  );
}

function introduction({ tripleseatUrl, revelUrl, env, note }: Sandbox): string {
  return [
    `Tripleseat simulator: ${tripleseatUrl}`,
    `Revel simulator:      ${revelUrl}`,
    ...(note === null ? [] : ['', note]),
    '',
    'To use it from another shell:',
    ...Object.entries(env).map(([name, value]) => `export ${name}=${quoted(value)}`),
    '',
    'Ctrl-C stops it; its data stays until: ts-reconcile sandbox reset',
    '',
  ].join('\n');
}

/** A value as a POSIX shell takes it literally. */
function quoted(value: string): string {
  return /^[\w./:,@%+-]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`;
}
