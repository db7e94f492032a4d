import { randomBytes } from 'node:crypto';
import { CommanderError } from '@commander-js/extra-typings';
import { systemClock } from '../clock.js';
import { AppError, ExitCode } from '../errors.js';
import type { RunReport } from '../report/schema.js';
import { triggers } from './arguments.js';

/**
 * Wrong usage of `sync --json`, found before the command could take over: the document of a run that never began.
 * Null: something else went wrong, or another command was asked for; those print no document when they fail.
 *
 * @param args what was typed, without the program
 * @param commands names of the other commands
 */
export async function usageReport(
  args: readonly string[],
  error: unknown,
  commands: readonly string[],
): Promise<RunReport | null> {
  // What the command itself found wrong is in its own document.
  if (!(error instanceof CommanderError) || error.exitCode === 0) return null;
  const command = args.find((arg) => !arg.startsWith('-'));
  const other = command !== undefined && command !== 'sync' && commands.includes(command);
  if (other || !args.includes('--json')) return null;
  // As far as it can be read: what was typed is wrong somewhere.
  const correlationId = given(args, '--correlation-id') ?? '';
  const trigger = given(args, '--trigger');
  const single = args.some((arg) => arg === '--event-id' || arg.startsWith('--event-id='));
  const message = error.message.replace(/^error: /, '');
  const { stillbornReport } = await import('../app/report.js');
  return stillbornReport(
    {
      target: single ? { kind: 'events', ids: [] } : { kind: 'sweep', hoursBack: 0, shard: null },
      dryRun: args.includes('--dry-run'),
      trigger: triggers.find((known) => known === trigger) ?? 'manual',
      correlationId: /^[0-9a-f]{8}$/.test(correlationId) ? correlationId : randomBytes(4).toString('hex'),
    },
    new AppError('USAGE', ExitCode.usage, message, 'ts-reconcile sync --help tells more.'),
    systemClock.now(),
  );
}

function given(args: readonly string[], flag: string): string | undefined {
  const at = args.indexOf(flag);
  return at >= 0 ? args[at + 1] : args.find((arg) => arg.startsWith(`${flag}=`))?.slice(flag.length + 1);
}
