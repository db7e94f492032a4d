import type { Clock } from '../clock.js';
import type { Config } from '../config/types.js';
import { budgetName, RateBudget, type SharedBudget } from '../http/budget.js';
import { countingTransport, type RequestHook, retryingReader } from '../http/read.js';
import type { HttpTransport } from '../http/transport.js';
import type { TokenStore } from '../state/types.js';
import { type AuthOptions, tokenSource } from './auth.js';
import { tripleseatClient } from './client.js';
import { type TripleseatProbe, tripleseatProbe } from './probe.js';
import type { TripleseatPort } from './types.js';

/** What {@link connectTripleseat} takes from its surroundings. */
export interface Surroundings {
  transport: HttpTransport;
  clock: Clock;
  /** Uniform in [0, 1). */
  random: () => number;
  store: TokenStore;
  /** Limit of one attempt in milliseconds. */
  timeoutMs: number;
  /** Ends waiting and requests in flight. */
  signal?: AbortSignal;
  /** Told about every request, token requests included. */
  onRequest?: RequestHook;
  /** Request budgets that other processes use as well; absent: this process counts for itself. */
  budgets?: (name: string) => SharedBudget;
}

const UPSTREAM = 'Tripleseat';
const MAX_BYTES = 8 * 1024 * 1024;
/** A little below the documented 1,200 requests a minute, which other integrations share. */
const PER_MINUTE = 1_000;

/**
 * Tripleseat as configured: client, tokens and request budget put together. `auth` is what the token source
 * and `exchangeCode` need; `probe` reports how single requests are answered.
 */
export function connectTripleseat(
  config: Config['tripleseat'],
  around: Surroundings,
): { port: TripleseatPort; auth: AuthOptions; probe: TripleseatProbe } {
  const { clock, random, timeoutMs } = around;
  const transport = around.onRequest
    ? countingTransport(around.transport, UPSTREAM, around.onRequest)
    : around.transport;
  const shared = around.budgets?.(budgetName('tripleseat', config.baseUrl)) ?? null;
  const budget = new RateBudget({ perSecond: config.rps, perMinute: PER_MINUTE }, clock, shared);
  const signal = around.signal ? { signal: around.signal } : {};
  const auth: AuthOptions = {
    tokenUrl: config.tokenUrl,
    clientId: config.clientId,
    clientSecret: config.clientSecret,
    refreshToken: config.refreshToken,
    scope: config.scope,
    store: around.store,
    timeoutMs,
    transport,
    budget,
    clock,
    random,
    ...signal,
  };
  const read = retryingReader({
    upstream: UPSTREAM,
    transport,
    budget,
    clock,
    random,
    timeoutMs,
    maxBytes: MAX_BYTES,
    ...signal,
  });
  const client = { baseUrl: config.baseUrl, read, tokens: tokenSource(auth) };
  return { port: tripleseatClient(client), auth, probe: tripleseatProbe(client, () => clock.now()) };
}
