import { systemClock } from '../../src/clock.js';
import { type SimServer, send, startSimServer } from '../../src/sandbox/host/server.js';
import type { SimRequest, Simulator } from '../../src/sandbox/host/types.js';
import { applyFault, type FaultDecision } from './faults.js';
import { createRequestLog, type RequestLog } from './log.js';

/** What happens to requests on their way to a service and back. */
export interface Troubles {
  simulator: Simulator;
  /** The fault of each request in turn. */
  decide(request: Pick<SimRequest, 'method' | 'path'>): FaultDecision;
  /** Waited for before a request is carried out. */
  before?(): Promise<void>;
  /** Called after every change of the service's data, before the answer goes out. */
  onChange?(): void;
}

/** A service of the sandbox behind a real port, with faults on the line. */
export interface TroubledServer extends SimServer {
  /** Requests and answers, oldest first. */
  readonly log: RequestLog;
}

/** Serves on any free port. */
export async function startTroubledServer(troubles: Troubles): Promise<TroubledServer> {
  const { simulator } = troubles;
  const log = createRequestLog();
  let next = 0;
  const server = await startSimServer({
    simulator,
    clock: systemClock,
    between: async (request, outgoing, handle) => {
      const entry = log.add(next++, request, systemClock.now());
      const decision = troubles.decide(request);
      await troubles.before?.();
      const outcome = applyFault(
        decision,
        () => {
          const { revision } = simulator;
          const response = handle();
          if (simulator.revision !== revision) troubles.onChange?.();
          return response;
        },
        systemClock.now(),
      );
      switch (outcome.kind) {
        case 'response':
          if (outcome.delayMs > 0) await systemClock.sleep(outcome.delayMs);
          entry.status = outcome.response.status;
          send(outgoing, outcome.response);
          return;
        case 'cut':
          if (outcome.refused) outgoing.socket?.destroy();
          else outgoing.socket?.resetAndDestroy();
          return;
        case 'hang':
          return;
      }
    },
  });
  return { ...server, log };
}
