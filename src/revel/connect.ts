import type { Clock } from '../clock.js';
import type { Config } from '../config/types.js';
import type { FindMode } from '../domain/account.js';
import { budgetName, RateBudget, type SharedBudget } from '../http/budget.js';
import { countingTransport, type RequestHook, retryingReader } from '../http/read.js';
import type { HttpTransport } from '../http/transport.js';
import { RevelClient } from './client.js';
import { type RevelProbe, revelProbe } from './probe.js';
import { Rest } from './rest.js';
import type { RevelPort } from './types.js';

/** What {@link connectRevel} takes from its surroundings. */
export interface Surroundings {
  transport: HttpTransport;
  clock: Clock;
  /** Uniform in [0, 1). */
  random: () => number;
  /** Limit of one attempt in milliseconds. */
  timeoutMs: number;
  /** Ends reads in flight and waiting; a write in flight is never cut off. */
  signal: AbortSignal;
  onRequest?: RequestHook;
  /** Request budgets that other processes use as well; absent: this process counts for itself. */
  budgets?: (name: string) => SharedBudget;
  /** How looking for orders begins; absent: by `local_id`. */
  lookUp?: FindMode;
}

const UPSTREAM = 'Revel';
/** A page of 1,000 products is about 2 MB. */
const MAX_BYTES = 32 * 1024 * 1024;

/** Revel as configured: client and what lies below it, and a probe that reports how single requests are answered. */
export function connectRevel(
  config: Config['revel'],
  around: Surroundings,
): { port: RevelPort; probe: RevelProbe; rest: Rest } {
  const { clock, random, timeoutMs, signal } = around;
  const transport = around.onRequest
    ? countingTransport(around.transport, UPSTREAM, around.onRequest)
    : around.transport;
  const shared = around.budgets?.(budgetName('revel', config.baseUrl)) ?? null;
  const budget = new RateBudget({ perSecond: config.rps }, clock, shared);
  const reader = retryingReader({
    upstream: UPSTREAM,
    transport,
    budget,
    clock,
    random,
    timeoutMs,
    maxBytes: MAX_BYTES,
    signal,
  });
  const rest = new Rest({ ...config, reader, transport, budget, clock, timeoutMs, signal });
  return {
    port: new RevelClient(rest, around.lookUp ?? 'local_id'),
    rest,
    probe: revelProbe({ ...config, read: reader, now: () => clock.now() }),
  };
}
