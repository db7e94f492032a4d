import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { systemClock } from '../clock.js';
import type { Config } from '../config/types.js';
import type { Acceptance } from '../domain/acceptance.js';
import { paymentsTakenBack } from '../domain/account.js';
import type { ExitCode } from '../errors.js';
import type { StateStore } from '../state/types.js';
import { openRun, type RunContext } from '../sync/context.js';
import { exitCodeOf } from '../sync/outcome.js';
import { runSync } from '../sync/run.js';
import type { SyncDeps, SyncEvents, SyncOutcome, SyncRequest } from '../sync/types.js';
import { connectBoth, type Opened } from './open.js';
import { type Surroundings, stoppedBy } from './surroundings.js';

/** What one run is done with. */
export interface Work {
  request: SyncRequest;
  config: Config;
  state: StateStore;
  /** Ends the run early; the reason is the sentence for the report. */
  stop: AbortSignal;
  events: SyncEvents;
  /** Hears of each request that goes out. */
  requested?: () => void;
  /** In the place of what people have accepted, as the state has it. */
  accepted?: readonly Acceptance[];
}

/** What came of a run, and how many requests it took. */
export interface DoneWork {
  outcome: SyncOutcome;
  requests: { tripleseat: number; revel: number };
}

/** For a run that nobody watches. */
export const quiet: SyncEvents = {
  started: () => undefined,
  notice: () => undefined,
  warning: () => undefined,
  result: () => undefined,
  progress: () => undefined,
};

/** Connects both services and runs. */
export async function performRun({ request, accepted, ...work }: Work): Promise<DoneWork> {
  const { requests, ...deps } = await depsOf(work);
  const known = accepted ?? (await work.state.acceptances.read());
  return { outcome: await runSync({ ...deps, accepted: known }, request), requests };
}

/** The exit code of a run; of one that a signal has stopped, that of the signal. */
export function exitFor(
  outcome: SyncOutcome,
  request: SyncRequest,
  stop: AbortSignal,
  detailed = false,
): ExitCode {
  const isStopped = outcome.problem?.kind === 'stopped' && stop.aborted;
  return isStopped ? stoppedBy(stop) : exitCodeOf(outcome, request, detailed);
}

/** A run that looks and writes nothing. `locations`: names or site ids; null: all. */
export async function openLook(
  locations: string[] | null,
  { config, state, progress }: Opened,
  { stop }: Surroundings,
): Promise<RunContext> {
  const events = { ...quiet, progress: counted(progress) };
  const deps = await depsOf({ config, state, stop, events, requested: progress.requested });
  return openRun(deps, lookRequest({ kind: 'sweep', hoursBack: 0 }, locations));
}

/** A run that writes to neither service, asked for by a person. */
export function lookRequest(target: SyncRequest['target'], locations: string[] | null): SyncRequest {
  return {
    target,
    dryRun: true,
    late: false,
    // Orders of many days are no sign that something upstream is wrong.
    force: true,
    locations,
    trigger: 'manual',
    correlationId: randomHex(8),
  };
}

/** Tells on the progress line how much is done; a total of 0 is not known yet. */
export function counted(progress: Opened['progress']): SyncEvents['progress'] {
  return (done, total, what) => progress.update({ what, done, total });
}

async function depsOf({
  config,
  state,
  stop,
  events,
  requested,
}: Omit<Work, 'request' | 'accepted'>): Promise<SyncDeps & Pick<DoneWork, 'requests'>> {
  const { tripleseat, revel, account, requests } = await connectBoth(config, state, stop, requested);
  return {
    settings: { ...config, revelRps: config.revel.rps },
    tripleseat: tripleseat.port,
    revel: revel.port,
    takeBack: paymentsTakenBack(account) === 'negative' ? 'negative' : 'mark',
    state,
    clock: systemClock,
    process: randomHex(8),
    stop,
    events,
    requests,
  };
}

/** So many random hex digits in lower case. */
export function randomHex(digits: number): string {
  return randomBytes(Math.ceil(digits / 2))
    .toString('hex')
    .slice(0, digits);
}

/**
 * One signal for everything that ends a run early: somebody wants the process to end, the time is over, the locks are
 * gone. Its reason is the sentence for the report.
 */
export function runStop(
  { stop }: Surroundings,
  { maxRunSeconds }: Config,
  { locks }: StateStore,
): AbortSignal {
  const all = new AbortController();
  // Every request and every wait listens to it: as many as there are events in flight.
  setMaxListeners(0, all.signal);
  const on = (cause: AbortSignal, sentence: () => unknown) => {
    if (cause.aborted) all.abort(sentence());
    else cause.addEventListener('abort', () => all.abort(sentence()), { once: true });
  };
  on(locks.lost, () => locks.lost.reason);
  on(stop, () => `The run was stopped by ${String(stop.reason)}.`);
  on(
    AbortSignal.timeout(maxRunSeconds * 1_000),
    () => `The run took longer than MAX_RUN_SECONDS (${maxRunSeconds}).`,
  );
  return all.signal;
}
