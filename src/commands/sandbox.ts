import { rm } from 'node:fs/promises';
import { aborted } from '../app/surroundings.js';
import type { Clock } from '../clock.js';
import type { EventId } from '../domain/ids.js';
import { AppError, ExitCode } from '../errors.js';
import { editSandbox, type SandboxEdit } from '../sandbox/edit.js';
import { openSandbox, type Sandbox, serveSandbox, whileStopped } from '../sandbox/index.js';
import { shellText } from '../text/calls.js';

/** What the commands of the sandbox work with. */
export interface SandboxCommandOptions {
  /** Absolute. */
  stateDir: string;
  clock: Clock;
  /** Takes text with its line ends. */
  stdout: (text: string) => void;
}

/**
 * `edit`: changes an event of the sandbox, or its order, whether another process serves it or not. Throws an AppError
 * (`USAGE`) where that cannot be done.
 */
export async function sandboxEdit(
  event: EventId,
  edit: SandboxEdit,
  { stateDir, clock, stdout }: SandboxCommandOptions,
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

/**
 * `start`: serves the sandbox until the signal aborts, after printing where it is and what to export. Throws an AppError
 * (`LOCKED`) while another process serves it.
 *
 * @param port of the Tripleseat simulator; Revel's is the next one; undefined: any free ones
 */
export async function sandboxStart(
  { stateDir, clock, stdout }: SandboxCommandOptions,
  signal: AbortSignal,
  port?: number,
): Promise<ExitCode> {
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

/** `reset`: deletes its data, so that the next use makes new sample events. Throws as {@link sandboxStart} does. */
export async function sandboxReset({ stateDir, clock, stdout }: SandboxCommandOptions): Promise<ExitCode> {
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
    ...Object.entries(env).map(([name, value]) => `export ${name}=${shellText(value)}`),
    '',
    'Ctrl-C stops it; its data stays until: ts-reconcile sandbox reset',
    '',
  ].join('\n');
}
