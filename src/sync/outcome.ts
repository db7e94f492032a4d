import { ExitCode } from '../errors.js';
import type { SyncOutcome, SyncRequest } from './types.js';

/**
 * What a run's exit code says. A run that was stopped by a signal gets its code from the command, which knows
 * the signal.
 */
export function exitCodeOf(outcome: SyncOutcome, request: SyncRequest, detailed: boolean): ExitCode {
  const { problem, results } = outcome;
  switch (problem?.kind) {
    case 'locked':
    case 'state-unavailable':
      return ExitCode.locked;
    case 'unavailable':
      return ExitCode.unavailable;
    case 'incomplete':
      return problem.unanswered ? ExitCode.unavailable : ExitCode.eventFailed;
    case 'credentials':
      return ExitCode.credentials;
    case 'state':
      return ExitCode.config;
    case 'stopped':
    case 'create-limit':
      return ExitCode.eventFailed;
    case undefined:
      break;
  }
  const pending = results.some(({ status }) => status === 'injected' || status === 'repaired');
  // Whoever asks whether there is something to do is told so, also where some events need a person besides.
  if (request.dryRun && detailed && pending) return ExitCode.changesPending;
  if (results.some(({ status }) => status === 'failed')) return ExitCode.eventFailed;
  // Whoever asked for these events has not got what was asked for, and may try again.
  if (request.target.kind === 'events' && results.some(({ reason }) => reason === 'LOCKED')) {
    return ExitCode.locked;
  }
  return ExitCode.ok;
}
