import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/clock.js';
import { localDate } from '../../src/domain/zones.js';
import type { Simulator } from '../../src/sandbox/host/types.js';
import { defaultSettings, type RawRecord } from '../../src/sandbox/tripleseat/model.js';
import {
  allPlaces,
  DINING_OPTION,
  DISCOUNT_ID,
  OUR_USER,
  type Place,
  places,
  productOf,
  STAFF_USER,
  sampleLocations,
  sampleLocationsFile,
  sampleSites,
} from '../../src/sandbox/world/places.js';
import type { FaultDecision } from '../simulators/faults.js';
import { type AccountSwitches, LaggingRevel } from '../simulators/lag.js';
import { type EventOptions, makeEvent } from '../simulators/make-event.js';
import type { TestRevel } from '../simulators/revel.js';
import { startTroubledServer, type TroubledServer } from '../simulators/server.js';
import { type AccountSettings, TestTripleseat } from '../simulators/tripleseat.js';

const KEY = { apiKey: 'test-key', apiSecret: 'test-secret' };
const HOUR = 3_600_000;
const FIRST_EVENT = 61_000_001;

/** What is special about a world; everything left out is friendly and fast. */
export interface WorldOptions {
  revel?: Partial<AccountSwitches>;
  tripleseat?: Partial<AccountSettings>;
  /** Delay of each request in milliseconds: before it is handled, and again before it is answered. */
  latencyMs?: () => number;
  /** SETTLE_SECONDS; default 0.2. */
  settleSeconds?: number;
  /** IN_FLIGHT_SECONDS; default: as SETTLE_SECONDS. */
  inFlightSeconds?: number;
  /** Called after every change of Revel's data, before the answer goes out. */
  onRevelChange?: () => void;
}

/** Decides the fault of one request: `request` counts from 0 on its server since the last {@link Gate.reset}. */
export type Strike = (request: { method: string; path: string }, index: number) => FaultDecision;

/** What a test decides about the requests to one service, while they come in. */
export class Gate {
  /** Requests since the last reset. */
  count = 0;
  /** What a request waits for before it is handled; a strike may set it for its own request. */
  hold: Promise<void> | null = null;
  #strike: Strike | null = null;
  readonly #otherwise: () => FaultDecision;

  constructor(otherwise: () => FaultDecision) {
    this.#otherwise = otherwise;
  }

  decide(request: { method: string; path: string }): FaultDecision {
    const decision = this.#strike?.(request, this.count) ?? { kind: 'none' };
    this.count += 1;
    return decision.kind === 'none' ? this.#otherwise() : decision;
  }

  /** Counts from 0 again; `strike` decides from here on, null: no faults. */
  reset(strike: Strike | null = null): void {
    this.count = 0;
    this.#strike = strike;
  }
}

/** Both simulators behind real ports, and what a run needs to be pointed at them. */
export class TestWorld {
  readonly tripleseat: TestTripleseat;
  readonly revel: LaggingRevel;
  readonly tripleseatGate: Gate;
  readonly revelGate: Gate;
  /** The events of this world, as Tripleseat shows them. */
  readonly events: RawRecord[] = [];
  readonly #dir: string;
  readonly #options: WorldOptions;
  #servers: { tripleseat: TroubledServer; revel: TroubledServer } | null = null;
  #stateDirs = 0;

  private constructor(dir: string, options: WorldOptions) {
    this.#dir = dir;
    this.#options = options;
    // Every new state directory must be able to log in: a refresh token would be good for one of them only.
    this.tripleseat = new TestTripleseat({
      clientCredentials: 'works',
      ...options.tripleseat,
    });
    this.tripleseat.store.setPlaces(sampleSites(), sampleLocations());
    this.revel = new LaggingRevel({ ...KEY, switches: options.revel ?? {} });
    furnish(this.revel);
    const { latencyMs } = options;
    const otherwise = (): FaultDecision =>
      latencyMs ? { kind: 'delay', ms: Math.round(latencyMs()) } : { kind: 'none' };
    this.tripleseatGate = new Gate(otherwise);
    this.revelGate = new Gate(otherwise);
  }

  /** Starts both servers on free ports. */
  static async start(options: WorldOptions = {}): Promise<TestWorld> {
    const world = new TestWorld(await mkdtemp(join(tmpdir(), 'ts-reconcile-test-')), options);
    await world.#listen();
    return world;
  }

  async #listen(): Promise<void> {
    await writeFile(this.locationsFile, JSON.stringify(sampleLocationsFile));
    const { onRevelChange } = this.#options;
    this.#servers = {
      tripleseat: await this.#serve(this.tripleseat, this.tripleseatGate),
      revel: await this.#serve(this.revel, this.revelGate, onRevelChange),
    };
  }

  #serve(simulator: Simulator, gate: Gate, onChange?: () => void): Promise<TroubledServer> {
    const { latencyMs } = this.#options;
    return startTroubledServer({
      simulator,
      decide: (request) => gate.decide(request),
      before: async () => {
        const { hold } = gate;
        gate.hold = null;
        const latency = latencyMs && systemClock.sleep(Math.round(latencyMs()));
        await hold;
        await latency;
      },
      ...(onChange ? { onChange } : {}),
    });
  }

  get #running(): { tripleseat: TroubledServer; revel: TroubledServer } {
    if (this.#servers === null) throw new Error('The world is not running.');
    return this.#servers;
  }

  /** Requests and answers of the Tripleseat server. */
  get tripleseatServer(): TroubledServer {
    return this.#running.tripleseat;
  }

  /** Requests and answers of the Revel server. */
  get revelServer(): TroubledServer {
    return this.#running.revel;
  }

  /** The locations file of the three sample shops. */
  get locationsFile(): string {
    return join(this.#dir, 'locations.json');
  }

  /** Path of a state directory that no run has used. */
  newStateDir(): string {
    this.#stateDirs += 1;
    return join(this.#dir, `state-${this.#stateDirs}`);
  }

  /** A directory of this world, removed with it. */
  path(name: string): string {
    return join(this.#dir, name);
  }

  /** Adds an event of today with the next id; see {@link partyOptions} for what it is by default. */
  addEvent(changes: Partial<EventOptions> = {}, shop: Place = places.west): RawRecord {
    const id = FIRST_EVENT + this.events.length;
    const event = makeEvent({ ...partyOptions(id, shop, Date.now()), ...changes });
    this.events.push(event);
    this.tripleseat.store.putEvent(event);
    return event;
  }

  /** The environment of a run against this world. */
  env(stateDir: string, changes: Record<string, string> = {}): Record<string, string> {
    const { settleSeconds = 0.2, inFlightSeconds = settleSeconds } = this.#options;
    return {
      PATH: process.env.PATH ?? '',
      TZ: 'UTC',
      NO_COLOR: '1',
      TRIPLESEAT_BASE_URL: this.tripleseatServer.url,
      TRIPLESEAT_CLIENT_ID: defaultSettings.clientId,
      TRIPLESEAT_CLIENT_SECRET: defaultSettings.clientSecret,
      REVEL_BASE_URL: this.revelServer.url,
      REVEL_API_KEY: KEY.apiKey,
      REVEL_API_SECRET: KEY.apiSecret,
      LOCATIONS_FILE: this.locationsFile,
      STATE_DIR: stateDir,
      SETTLE_SECONDS: String(settleSeconds),
      IN_FLIGHT_SECONDS: String(inFlightSeconds),
      TRIPLESEAT_RPS: '1000',
      REVEL_RPS: '1000',
      ...changes,
    };
  }

  /** Stops both servers and removes every file. */
  async close(): Promise<void> {
    await Promise.all([this.#running.tripleseat.close(), this.#running.revel.close()]);
    await rm(this.#dir, { recursive: true, force: true, maxRetries: 5 });
  }
}

/**
 * A party of today: four lines of which two are equal and one is a fraction, a discount, a tax, a tip, a fee and
 * a deposit.
 */
export function partyOptions(id: number, shop: Place, now: number): EventOptions {
  const line = (name: string, quantity: string) => ({ name, quantity, price: productOf(shop, name).price });
  return {
    id,
    date: localDate(now, shop.zone),
    zone: shop.zone,
    siteId: shop.siteId,
    locationId: shop.locationId,
    createdAt: now - 240 * HOUR,
    updatedAt: now - 3 * HOUR,
    documents: [
      {
        lines: [
          line('O G', '3.0'),
          line('Pizza Package', '2.0'),
          line('Pizza Package', '2.0'),
          line('Brisket by the Pound', '2.5'),
        ],
        discount: 2500,
        billing: [
          { name: 'Sales Tax', rate: '8.375' },
          { name: 'Gratuity', rate: '18.0' },
          { name: 'Admin Fee', amount: 1500 },
        ],
        payments: [{ amount: 10_000 }],
      },
    ],
  };
}

function furnish(revel: TestRevel): void {
  revel.addUser({ id: OUR_USER, firstName: 'Integration', lastName: 'User' });
  revel.addUser({ id: STAFF_USER, firstName: 'Counter', lastName: 'Staff' });
  revel.addDiscount({ id: DISCOUNT_ID, name: 'Triple Seat Discount' });
  revel.addDiningOption({ name: 'Special Events', diningOptionId: DINING_OPTION });
  for (const shop of allPlaces) {
    const establishment = shop.establishmentId;
    revel.addEstablishment({ id: establishment, name: shop.name, city: shop.city, timezone: shop.zone });
    revel.addPosStation({ id: shop.posStationId, establishment, name: 'Counter' });
    for (const { id, name, price, active } of shop.products) {
      revel.addProduct({ id, establishment, name, price: price / 100, active });
    }
  }
}
