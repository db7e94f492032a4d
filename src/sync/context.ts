import { createHash } from 'node:crypto';
import type { EventId } from '../domain/ids.js';
import type { Location } from '../domain/location.js';
import type { Claim } from '../domain/notes.js';
import { ProductIndex } from '../domain/products.js';
import { homesOf } from '../domain/removed.js';
import { localDate } from '../domain/zones.js';
import type { OrderFinder, OrderKey, RevelRead } from '../revel/types.js';
import { spanText } from '../text/time.js';
import { CLOCK_SKEW_MS, type Timing, timingOf } from './order/timing.js';
import { type Places, placesOf } from './places.js';
import { Scheduler } from './scheduler.js';
import type { SyncDeps, SyncRequest, SyncSettings } from './types.js';

/** What all events of one run share. */
export interface RunContext extends SyncDeps {
  request: SyncRequest;
  /** Milliseconds since the epoch by a clock that only goes forward: set when the run began, never after. */
  now(): number;
  timing: Timing;
  /**
   * By how many milliseconds Revel's clock is ahead of the run's, 0 where they show the same or Revel does not tell; and
   * whether it is so little that a header's date says how old it is.
   */
  clockOff(): { byMs: number; counts: boolean };
  /** What marks an unfinished order as this run's. */
  claim: Claim;
  /** Time zones of the establishments that orders go to. */
  zones: Readonly<Record<number, string>>;
  finder: OrderFinder;
  scheduler: Scheduler;
  places: Places;
  /** Events that the search has shown only because they were edited: their day is not due. */
  edited: Set<EventId>;
  /** Statuses that the search has shown and no setting names. */
  strangeStatuses: Set<string>;
  products: (establishmentId: number) => Promise<RevelRead<ProductIndex>>;
}

/** Answers are dated to the second, and take their time. */
const SAME_CLOCK_MS = 5_000;

/** By a clock that is so far off, a sweep looks at other days than it is to. */
const WRONG_CLOCK_MS = 2 * 3_600_000;

function clockText(aheadMs: number): string {
  return `This machine's clock is ${spanText(Math.abs(aheadMs))} ${aheadMs > 0 ? 'ahead of' : 'behind'} Revel's`;
}

/** Why a sweep that has found all in order has proved nothing: a sentence; null: its days were the right ones. */
export function wrongDays({ revel }: Pick<SyncDeps, 'revel'>): string | null {
  const aheadMs = revel.clock()?.hostAheadMs ?? 0;
  if (Math.abs(aheadMs) <= WRONG_CLOCK_MS) return null;
  return `${clockText(aheadMs)}, so that this sweep has looked at other days than it was to. Let it be set by NTP.`;
}

/** Sets up what a run shares; each establishment's products are read at most once, and only when needed. */
export function openRun(deps: SyncDeps, request: SyncRequest): RunContext {
  const known = new Map<number, Promise<RevelRead<ProductIndex>>>();
  const { clock, settings, events, stop, revel, state } = deps;
  let toldOfClock = false;
  const began = clock.now() - clock.steady();
  const now = () => began + clock.steady();
  const clockOff = () => {
    const told = revel.clock();
    const off = (told?.beganAt ?? began) - began;
    const hostAheadMs = told?.hostAheadMs ?? 0;
    if (!toldOfClock && Math.abs(hostAheadMs) > CLOCK_SKEW_MS) {
      events.warning(`${clockText(hostAheadMs)}: windows and days may be wrong. Let it be set by NTP.`);
      toldOfClock = true;
    }
    return { counts: Math.abs(off) <= CLOCK_SKEW_MS, byMs: Math.abs(off) < SAME_CLOCK_MS ? 0 : off };
  };
  const finder = revel.finder();
  const timing = timingOf({ ...settings, maxRunMs: settings.maxRunSeconds * 1_000 });
  const scheduler = new Scheduler({
    revel,
    finder,
    clock,
    stop,
    now,
    clockOff: () => clockOff().byMs,
    most: inFlight(settings, timing),
    // A sweep has others to go on with; whoever waits for one event is told why.
    notice: (message) => {
      if (request.target.kind === 'events') events.notice(message);
    },
    warning: (message) => events.warning(message),
    confirm: () => state.locks.confirm(),
    rules: deps.rules,
  });
  return {
    ...deps,
    request,
    now,
    timing,
    clockOff,
    claim: { reach: reachOf(state), run: `${request.correlationId}${deps.process}` },
    zones: Object.fromEntries(
      settings.locations.map((location) => [establishmentIn(settings, location), location.timezone]),
    ),
    finder,
    scheduler,
    places: placesOf(deps),
    edited: new Set(),
    strangeStatuses: new Set(),
    products: (establishmentId) => {
      const before = known.get(establishmentId);
      if (before) return before;
      const read = deps.revel.products(establishmentId).then((result): RevelRead<ProductIndex> => {
        if (result.kind === 'ok') return { kind: 'ok', value: new ProductIndex(result.value) };
        // A later event may have more luck.
        known.delete(establishmentId);
        return result;
      });
      known.set(establishmentId, read);
      return read;
    },
  };
}

/**
 * So many orders are worked on at once: each gets a turn of the request budget well before what it has seen of its
 * order is too old to write on.
 */
function inFlight({ revelRps, concurrency }: SyncSettings, { lease }: Timing): number {
  return Math.max(1, Math.min(2 * concurrency, Math.floor((revelRps * lease) / 4_000)));
}

/** Where the orders of a location go. */
export function establishmentOf(ctx: Pick<RunContext, 'settings'>, location: Location): number {
  return establishmentIn(ctx.settings, location);
}

function establishmentIn(settings: SyncSettings, location: Location): number {
  return settings.testEstablishmentId ?? location.revel.establishmentId;
}

/**
 * What to look for. An event may have been moved since its order was made, so the order might stand in any of
 * the establishments; its own comes first.
 */
export function orderKey(
  ctx: RunContext,
  event: EventId,
  location: Location | null,
  { date, since }: Pick<OrderKey, 'date' | 'since'>,
): OrderKey {
  const all = ctx.settings.locations.map((entry) => establishmentOf(ctx, entry));
  // An order made before TEST_ESTABLISHMENT_ID was set stands where the location's orders go without it.
  const own = location ? homesOf(location, establishmentOf(ctx, location)) : [];
  const today = localDate(ctx.clock.now(), location?.timezone ?? 'UTC');
  return { event, establishmentIds: [...new Set([...own, ...all])], date, today, since };
}

/** 8 hex digits of whoever excludes each other by the locks of this state. */
function reachOf(state: SyncDeps['state']): string {
  return createHash('sha256').update(state.locks.reach).digest('hex').slice(0, 8);
}
