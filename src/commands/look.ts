import { systemClock } from '../clock.js';
import type { Config } from '../config/types.js';
import { connectRevel } from '../revel/connect.js';
import type { StateStore } from '../state/types.js';
import { openRun, type RunContext } from '../sync/context.js';
import { connectTripleseat } from '../tripleseat/connect.js';
import { connectionBasics } from './connections.js';

/** A run that looks and writes nothing. */
export async function openLook(
  locations: string[] | null,
  config: Config,
  state: StateStore,
  stop: AbortSignal,
  progress: (done: number, total: number, what: string) => void,
): Promise<RunContext> {
  const common = await connectionBasics(config, state, stop);
  return openRun(
    {
      settings: { ...config, revelRps: config.revel.rps },
      tripleseat: connectTripleseat(config.tripleseat, { ...common, store: state.tokens }).port,
      revel: connectRevel(config.revel, { ...common, onRequest: () => undefined }),
      state,
      clock: systemClock,
      hex: (digits) => '0'.repeat(digits),
      stop,
      events: {
        started: () => undefined,
        notice: () => undefined,
        warning: () => undefined,
        result: () => undefined,
        progress,
      },
    },
    {
      target: { kind: 'sweep', hoursBack: 0 },
      dryRun: true,
      late: false,
      force: false,
      locations,
      trigger: 'manual',
      correlationId: '00000000',
    },
  );
}
