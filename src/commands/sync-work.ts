import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { systemClock } from '../clock.js';
import type { Config } from '../config/types.js';
import type { Acceptance } from '../domain/acceptance.js';
import { connectRevel } from '../revel/connect.js';
import type { StateStore } from '../state/types.js';
import { runSync } from '../sync/run.js';
import type { SyncEvents, SyncOutcome, SyncRequest } from '../sync/types.js';
import { connectTripleseat } from '../tripleseat/connect.js';
import { connectionBasics } from './connections.js';

/** What one run is done with. */
export interface Work {
  request: SyncRequest;
  config: Config;
  state: StateStore;
  /** Ends the run early; the reason is the sentence for the report. */
  stop: AbortSignal;
  events: SyncEvents;
  /** In the place of what people have accepted, as the state has it. */
  accepted?: readonly Acceptance[];
}

/** What came of a run, and how many requests it took. */
export interface DoneWork {
  outcome: SyncOutcome;
  requests: { tripleseat: number; revel: number };
}

/** Connects both services and runs. */
export async function performRun(work: Work): Promise<DoneWork> {
  const { request, config, state, stop, events } = work;
  const requests = { tripleseat: 0, revel: 0 };
  const common = await connectionBasics(config, state, stop);
  const tripleseat = connectTripleseat(config.tripleseat, {
    ...common,
    store: state.tokens,
    onRequest: () => {
      requests.tripleseat += 1;
    },
  }).port;
  const revel = connectRevel(config.revel, {
    ...common,
    onRequest: () => {
      requests.revel += 1;
    },
  });
  const settings = { ...config, revelRps: config.revel.rps };
  const accepted = work.accepted ?? (await state.acceptances.read());
  const deps = {
    accepted,
    settings,
    tripleseat,
    revel,
    state,
    clock: systemClock,
    hex: randomHex,
    stop,
    events,
  };
  return { outcome: await runSync(deps, request), requests };
}

/** So many random hex digits in lower case. */
export function randomHex(digits: number): string {
  return randomBytes(Math.ceil(digits / 2))
    .toString('hex')
    .slice(0, digits);
}

/** What may end a run before it is done. */
export interface StopCauses {
  /** Somebody wants the process to end; the reason is the signal's name. */
  stop: AbortSignal;
  maxRunSeconds: number;
  /** The locks are gone; the reason is a sentence. */
  lost: AbortSignal;
}

/** One signal for everything that ends a run early; its reason is the sentence for the report. */
export function stopSignal({ stop, maxRunSeconds, lost }: StopCauses): AbortSignal {
  const all = new AbortController();
  // Every request and every wait listens to it: as many as there are events in flight.
  setMaxListeners(0, all.signal);
  const on = (cause: AbortSignal, sentence: () => unknown) => {
    if (cause.aborted) all.abort(sentence());
    else cause.addEventListener('abort', () => all.abort(sentence()), { once: true });
  };
  on(lost, () => lost.reason);
  on(stop, () => `The run was stopped by ${String(stop.reason)}.`);
  on(
    AbortSignal.timeout(maxRunSeconds * 1_000),
    () => `The run took longer than MAX_RUN_SECONDS (${maxRunSeconds}).`,
  );
  return all.signal;
}
