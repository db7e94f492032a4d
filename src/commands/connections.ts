import { type Clock, systemClock } from '../clock.js';
import type { Config } from '../config/types.js';
import type { SharedBudget } from '../http/budget.js';
import { gotTransport, loadTransport } from '../http/got.js';
import type { HttpTransport } from '../http/transport.js';
import { openState } from '../state/open.js';
import type { StateStore } from '../state/types.js';
import type { Surroundings } from './surroundings.js';

/** What both services are connected with. */
export interface ConnectionBasics {
  transport: HttpTransport;
  clock: Clock;
  random: () => number;
  /** Limit of one attempt in milliseconds. */
  timeoutMs: number;
  signal: AbortSignal;
  /** Absent: the state shares none. */
  budgets?: (name: string) => SharedBudget;
}

/**
 * What every command connects both services with. The requests of all commands on one state count together.
 *
 * @param state null: it cannot be used, so that this process counts for itself
 */
export async function connectionBasics(
  { httpTimeoutMs }: Pick<Config, 'httpTimeoutMs'>,
  state: Pick<StateStore, 'budget'> | null,
  signal: AbortSignal,
): Promise<ConnectionBasics> {
  await loadTransport();
  return {
    transport: gotTransport(),
    clock: systemClock,
    random: Math.random,
    timeoutMs: httpTimeoutMs,
    signal,
    ...(state?.budget ? { budgets: state.budget } : {}),
  };
}

/** Opens the state; what goes wrong with it without stopping anything is told on stderr. Throws like openState. */
export function openStateFor(
  config: Parameters<typeof openState>[0],
  around: Pick<Surroundings, 'stderr'>,
  readOnly: boolean,
): Promise<StateStore> {
  return openState(config, {
    clock: systemClock,
    random: Math.random,
    log: (line) => around.stderr.write(`${line}\n`),
    readOnly,
  });
}
