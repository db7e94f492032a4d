import type { HttpTransport } from '../../../src/http/transport.js';
import { connectRevel } from '../../../src/revel/connect.js';
import type { StateStore } from '../../../src/state/types.js';
import type { TakeBack } from '../../../src/sync/order/knowledge.js';
import type { EventResult, SyncDeps, SyncSettings } from '../../../src/sync/types.js';
import type { ReadResult, TripleseatPort } from '../../../src/tripleseat/types.js';
import { usualSettings } from '../../helpers/settings.js';
import { API_KEY, API_SECRET } from './account.js';
import { eventIdOf, locationsOf, sourceEvent } from './events.js';
import type { Network } from './network.js';
import type { Process } from './process.js';
import type { Scenario } from './scenario.js';

/** What a run has around it. */
interface Around {
  scenario: Scenario;
  network: Network;
  /** The way to Revel. */
  transport: HttpTransport;
  state: StateStore;
  /** An event as people have it now. */
  stateOf(event: number): Scenario['events'][number];
  /** Takes a line of the trace. */
  tell(what: string): void;
}

const REVEL_URL = 'https://revel.test';

/** Everything the program acts through, for one run in the simulation. */
export function depsOf(process: Process, around: Around): SyncDeps {
  const { scenario, transport, state, tell } = around;
  const { clock, random, stop } = process;
  return {
    settings: settingsOf(scenario),
    tripleseat: tripleseatFor(process, around),
    revel: connectRevel(
      { baseUrl: REVEL_URL, apiKey: API_KEY, apiSecret: API_SECRET, rps: scenario.rps },
      {
        transport,
        clock,
        random: () => random.next(),
        timeoutMs: scenario.trouble.timeoutMs,
        signal: stop.signal,
      },
    ).port,
    takeBack: takeBackOf(scenario),
    state,
    clock,
    process: process.index.toString(16).padStart(8, '0'),
    stop: stop.signal,
    events: {
      started: () => {},
      notice: () => {},
      warning: (message) => tell(`warns: ${message}`),
      result: (result) => {
        process.ended.add(result.id);
        tell(resultLine(result));
      },
      progress: () => {},
    },
  };
}

function tripleseatFor(process: Process, { scenario, network, stateOf }: Around): TripleseatPort {
  const { events, day, trouble } = scenario;
  const indexes = events.map((_, index) => index);
  const current = (index: number) => {
    const { version, status } = stateOf(index);
    return sourceEvent(index, version, status, day, trouble.zone);
  };
  const ask = <T>(what: string, read: () => T) =>
    network.ask<ReadResult<T>>(
      process,
      what,
      () => ({ kind: 'ok', value: read() }),
      (detail) => ({ kind: 'error', detail }),
    );
  const none = async (): Promise<{ kind: 'not-found' }> => ({ kind: 'not-found' });
  return {
    event: (id) => ask(`event ${id}`, () => current(indexes.find((index) => eventIdOf(index) === id) ?? -1)),
    search: ({ siteId, by }) =>
      ask(`search ${siteId} ${by}`, () => ({
        events: indexes.map(current).filter((event) => event.siteId === siteId),
        unreadable: [],
        pages: 1,
        more: false,
      })),
    places: none,
    booking: none,
    menuSelections: none,
    invoiceLines: none,
  };
}

/** Some accounts are known to count negative payments, and not to keep to deleted marks of payments. */
function takeBackOf({ seed }: Scenario): TakeBack {
  return seed % 7 === 5 ? 'negative' : 'mark';
}

function settingsOf({ settleMs, rps, concurrency, trouble }: Scenario): SyncSettings {
  const { inFlightMs, zone } = trouble;
  return { ...usualSettings, locations: locationsOf(zone), concurrency, settleMs, inFlightMs, revelRps: rps };
}

function resultLine({ id, status, reason, orderId, error }: EventResult): string {
  const what = reason === null ? status : `${status} ${reason}`;
  return `event ${id} ${what}, order ${orderId ?? '-'}${error === null ? '' : `: ${error}`}`;
}
