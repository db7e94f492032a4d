import { setMaxListeners } from 'node:events';
import { type Account, firstLookUp, paymentsTakenBack } from '../../src/domain/account.js';
import { parseEventId } from '../../src/domain/ids.js';
import { localDate } from '../../src/domain/zones.js';
import type { HttpRequest, HttpTransport } from '../../src/http/transport.js';
import { connectRevel } from '../../src/revel/connect.js';
import type { SimRequest } from '../../src/sandbox/host/types.js';
import { defaultSettings, type RawRecord } from '../../src/sandbox/tripleseat/model.js';
import { type Place, places } from '../../src/sandbox/world/places.js';
import type { Scenario } from '../../src/sandbox/world/scenario.js';
import { seedShops, seedWorld } from '../../src/sandbox/world/seed.js';
import type { JournalRecord, TokenStore, Tokens } from '../../src/state/types.js';
import { runSync } from '../../src/sync/run.js';
import type { EventResult, SyncDeps, SyncOutcome, SyncRequest, SyncSettings } from '../../src/sync/types.js';
import { connectTripleseat } from '../../src/tripleseat/connect.js';
import { usualSettings } from '../helpers/settings.js';
import { partyOptions } from '../helpers/world.js';
import { VirtualClock } from '../http/virtual-clock.js';
import { applyFault, type FaultDecision } from '../simulators/faults.js';
import { LaggingRevel } from '../simulators/lag.js';
import { type EventOptions, makeEvent } from '../simulators/make-event.js';
import { TestTripleseat } from '../simulators/tripleseat.js';

const TRIPLESEAT = 'https://tripleseat.test';
const REVEL = 'https://revel.test';
const KEY = { apiKey: 'key', apiSecret: 'secret' };

/** One request that went out. */
export interface Sent {
  upstream: 'tripleseat' | 'revel';
  method: string;
  path: string;
  query: URLSearchParams;
  body: string;
  at: number;
}

export type Strike = (sent: Sent, index: number) => FaultDecision | null;

/** `sync` as cron runs it, but for the trigger. */
export const sweepRequest: SyncRequest = {
  target: { kind: 'sweep', hoursBack: 48, shard: null },
  dryRun: false,
  late: false,
  force: false,
  locations: null,
  trigger: 'manual',
  correlationId: '1a2b3c4d',
};

/** What a run came to, and what it sent. */
export interface DeskRun extends SyncOutcome {
  sent: Sent[];
  /** Requests to Revel that are not reads. */
  writes: Sent[];
  notices: string[];
  warnings: string[];
  of(id: number | string): EventResult;
}

/** Both simulators and the sync library in one process, on a clock of their own: no sockets, no waiting. */
export class Desk {
  readonly clock: VirtualClock;
  readonly tripleseat = new TestTripleseat({ clientCredentials: 'works' });
  readonly revel = new LaggingRevel(KEY);
  readonly scenarios: Scenario[];
  /** The cache's entries as JSON; may be changed and deleted. */
  readonly cache = new Map<string, string>();
  lastGoodSweep: string | null = null;
  /** What earlier runs have recorded. */
  readonly journal: JournalRecord[] = [];
  /** Whoever shares a lock with runs that begin now. */
  reach = 'desk';
  readonly #locks = new Map<string, Set<string>>();
  /** What Revel was found to be. */
  account: Account | null = null;
  strike: Strike | null = null;
  /** Changes the body of an answer on its way. */
  edit: ((sent: Sent, body: string) => string) | null = null;
  /** Requests per second that the program allows itself; with a delay from `strike`, time passes as it would. */
  rates = { tripleseat: 1_000, revel: 1_000 };
  /** How far Revel's clock is from this host's. */
  revelAheadMs = 0;
  /** Uniform in [0, 1). */
  random: () => number = () => 0.5;
  #sent: Sent[] = [];
  #count = { tripleseat: 0, revel: 0 };
  #begun = 0;
  #events = 0;
  #tokens: Tokens | null = null;

  /**
   * `sample`: with the events of the sample world; else only its shops. `exact`: no time passes while the program
   * computes, which takes longer to simulate.
   */
  constructor(now: number | string, sample = false, exact = false) {
    this.clock = new VirtualClock(typeof now === 'string' ? Date.parse(now) : now, exact ? 8 : 1);
    this.scenarios = sample ? seedWorld(this.tripleseat, this.revel, this.clock.now()) : [];
    if (!sample) seedShops(this.tripleseat, this.revel);
  }

  /** A party of today; see partyOptions. */
  add(changes: Partial<EventOptions> = {}, shop: Place = places.west): RawRecord {
    const event = makeEvent({
      ...partyOptions(61_000_001 + this.#events, shop, this.clock.now()),
      ...changes,
    });
    this.#events += 1;
    this.tripleseat.store.putEvent(event);
    return event;
  }

  /** What somebody else changes in Revel with a request of their own. */
  patch(path: string, body: Record<string, unknown>): void {
    const headers = {
      'api-authentication': `${KEY.apiKey}:${KEY.apiSecret}`,
      'content-type': 'application/json',
    };
    const request = {
      method: 'PATCH',
      path,
      query: new URLSearchParams(),
      headers,
      body: JSON.stringify(body),
    };
    const { status } = this.revel.handle(request, this.clock.now());
    if (status !== 202) throw new Error(`PATCH ${path} answered ${status}`);
  }

  /** Local date now in the shop's zone. */
  today(shop: Place = places.west): string {
    return localDate(this.clock.now(), shop.zone);
  }

  sweep(
    over: Partial<SyncRequest> = {},
    settings: Partial<SyncSettings> = {},
    stop?: AbortSignal,
  ): Promise<DeskRun> {
    return this.run(over, settings, stop);
  }

  /** Names of the locks that are held there. */
  get locks(): Set<string> {
    const held = this.#locks.get(this.reach) ?? new Set();
    this.#locks.set(this.reach, held);
    return held;
  }

  /** Begins a run on another host, which shares no lock with the runs before and after. */
  elsewhere<T>(run: () => Promise<T>): Promise<T> {
    const { reach } = this;
    this.reach = 'other';
    const begun = run();
    this.reach = reach;
    return begun;
  }

  single(
    events: readonly { id: number }[],
    over: Partial<SyncRequest> = {},
    settings: Partial<SyncSettings> = {},
    stop?: AbortSignal,
  ): Promise<DeskRun> {
    const ids = events.map(({ id }) => {
      const parsed = parseEventId(String(id));
      if (!parsed) throw new Error(`not an event id: ${id}`);
      return parsed;
    });
    return this.run({ target: { kind: 'events', ids }, ...over }, settings, stop);
  }

  async run(
    over: Partial<SyncRequest>,
    settings: Partial<SyncSettings> = {},
    stop?: AbortSignal,
  ): Promise<DeskRun> {
    const signal = stop ?? new AbortController().signal;
    setMaxListeners(0, signal);
    this.#sent = [];
    this.#count = { tripleseat: 0, revel: 0 };
    const { tripleseat, revel } = this.connect(signal, settings.revelRps);
    const notices: string[] = [];
    const warnings: string[] = [];
    const outcome = await runSync(
      {
        settings: { ...usualSettings, revelRps: this.rates.revel, ...settings },
        tripleseat: tripleseat.port,
        revel: revel.port,
        takeBack: paymentsTakenBack(this.account) === 'negative' ? 'negative' : 'mark',
        state: this.#state(),
        clock: this.clock,
        process: (++this.#begun).toString(16).padStart(8, '0'),
        stop: signal,
        events: {
          started: () => undefined,
          notice: (message) => notices.push(message),
          warning: (message) => warnings.push(message),
          result: () => undefined,
          progress: () => undefined,
        },
      },
      { ...sweepRequest, ...over },
    );
    const sent = this.#sent;
    return {
      ...outcome,
      sent,
      writes: sent.filter(({ upstream, method }) => upstream === 'revel' && method !== 'GET'),
      notices,
      warnings,
      of: (id) => {
        const found = outcome.results.find((result) => result.id === String(id));
        if (!found) throw new Error(`there is no result for ${id}`);
        return found;
      },
    };
  }

  /** Both services, for whoever talks to them without a run. */
  connect(signal: AbortSignal, revelRps = this.rates.revel) {
    const around = {
      transport: this.#transport,
      clock: this.clock,
      random: () => this.random(),
      timeoutMs: 30_000,
      signal,
      onRequest: () => undefined,
    };
    const tripleseat = {
      baseUrl: TRIPLESEAT,
      tokenUrl: `${TRIPLESEAT}/oauth2/token`,
      authorizeUrl: `${TRIPLESEAT}/oauth2/authorize`,
      clientId: defaultSettings.clientId,
      clientSecret: defaultSettings.clientSecret,
      refreshToken: null,
      scope: 'events:read bookings:read',
      rps: this.rates.tripleseat,
    };
    return {
      tripleseat: connectTripleseat(tripleseat, { ...around, store: this.#tokenStore }),
      revel: connectRevel(
        { baseUrl: REVEL, ...KEY, rps: revelRps },
        { ...around, lookUp: firstLookUp(this.account) },
      ),
    };
  }

  #timeOf(upstream: Sent['upstream']): number {
    return this.clock.now() + (upstream === 'revel' ? this.revelAheadMs : 0);
  }

  readonly #transport: HttpTransport = async (http) => {
    await new Promise((resolve) => setImmediate(resolve));
    if (http.signal?.aborted) return { kind: 'failure', sent: false, reason: 'aborted', detail: 'stopped' };
    const url = new URL(http.url);
    const upstream = url.origin === REVEL ? 'revel' : 'tripleseat';
    const now = this.clock.now();
    const sent: Sent = {
      upstream,
      method: http.method,
      path: url.pathname,
      query: url.searchParams,
      body: http.body ?? '',
      at: now,
    };
    const decision = this.strike?.(sent, this.#count[upstream]) ?? { kind: 'none' };
    this.#count[upstream] += 1;
    this.#sent.push(sent);
    const outcome = applyFault(
      decision,
      () => this[upstream].handle(toSim(http, url), this.#timeOf(upstream)),
      now,
    );
    switch (outcome.kind) {
      case 'response':
        if (outcome.delayMs > 0) await this.clock.sleep(outcome.delayMs);
        return outcome.response.body.length > http.maxBytes
          ? { kind: 'failure', sent: true, reason: 'too-large', detail: 'the answer is too large' }
          : {
              kind: 'response',
              ...outcome.response,
              headers: {
                ...outcome.response.headers,
                date: new Date(this.#timeOf(upstream)).toUTCString(),
              },
              body: this.edit?.(sent, outcome.response.body) ?? outcome.response.body,
            };
      case 'cut':
        return outcome.refused
          ? { kind: 'failure', sent: false, reason: 'connect', detail: 'could not connect (ECONNREFUSED)' }
          : { kind: 'failure', sent: true, reason: 'reset', detail: 'the connection broke (ECONNRESET)' };
      case 'hang':
        await this.clock.sleep(http.timeoutMs, http.signal);
        return { kind: 'failure', sent: true, reason: 'timeout', detail: 'timed out' };
    }
  };

  readonly #tokenStore: TokenStore = {
    read: async () => this.#tokens,
    write: async (tokens) => {
      this.#tokens = tokens;
    },
    probe: async () => undefined,
    clear: async () => {
      this.#tokens = null;
    },
    exclusive: (_, work) => work(),
  };

  #state(): SyncDeps['state'] {
    const { locks, reach } = this;
    return {
      locks: {
        reach,
        lost: new AbortController().signal,
        tryLock: async (name) => {
          if (locks.has(name)) return null;
          locks.add(name);
          return { release: async () => void locks.delete(name) };
        },
        confirm: async () => undefined,
      },
      journal: {
        append: async () => undefined,
        read: () => recorded(this.journal),
        lastGoodSweep: async () => this.lastGoodSweep,
      },
      cache: {
        get: async (key) => {
          const text = this.cache.get(key);
          return text === undefined ? undefined : JSON.parse(text);
        },
        set: async (key, value) => void this.cache.set(key, JSON.stringify(value)),
        flush: async () => undefined,
      },
    };
  }
}

async function* recorded(records: readonly JournalRecord[]): AsyncGenerator<JournalRecord> {
  yield* records;
}

function toSim(http: HttpRequest, url: URL): SimRequest {
  const headers = Object.fromEntries(
    Object.entries(http.headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  return { method: http.method, path: url.pathname, query: url.searchParams, headers, body: http.body ?? '' };
}

/** Every result as `id status reason`, in the order of ids. */
export function outcomes(run: SyncOutcome): string[] {
  return run.results
    .map(({ id, status, reason }) => `${id} ${status}${reason === null ? '' : ` ${reason}`}`)
    .sort();
}
