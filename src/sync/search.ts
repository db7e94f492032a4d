import { findLocation, isSelected } from '../config/locations.js';
import type { EventHeader } from '../domain/event.js';
import type { EventId } from '../domain/ids.js';
import type { Location } from '../domain/location.js';
import {
  type DateRange,
  inDateRange,
  provesOlder,
  queryDates,
  type SearchFloor,
  spanOf,
  sweepDates,
  updateDates,
  updatedSince,
} from '../domain/select.js';
import { addDays, localDate } from '../domain/zones.js';
import type { SearchQuery } from '../tripleseat/types.js';
import type { RunContext } from './context.js';

/** Pages of one search at most: 10,000 events. */
const MAX_PAGES = 200;
const HOUR = 3_600_000;

/** The events a sweep deals with. */
export interface Selection {
  events: Map<EventId, EventHeader>;
  /** What could not be read, each as a sentence. */
  problems: string[];
  /** Not a single search succeeded, or so many failed in a row that the API must be down. */
  failed: boolean;
}

/** So many searches in a row without an answer, and the rest is not tried: each takes its time to fail. */
const BREAKER = 5;

/**
 * Events of the configured sites whose day is due, in a status that gets an order, and events updated lately in
 * any status. The server's filters only save pages: everything that comes back is filtered here.
 */
export async function selectEvents(ctx: RunContext, hoursBack: number): Promise<Selection> {
  const selection: Selection = { events: new Map(), problems: [], failed: true };
  let inARow = 0;
  for (const [siteId, locations] of sites(ctx)) {
    for (const select of [selectDue, selectUpdated]) {
      if (inARow >= BREAKER) return { ...selection, failed: true };
      const read = await select(ctx, siteId, locations, hoursBack, selection);
      inARow = read === 'no-answer' ? inARow + 1 : 0;
    }
  }
  return selection;
}

/**
 * Events of the configured sites whose day lies from today to `days` days ahead, in their own zones, in a status
 * that gets an order.
 */
export async function selectComing(ctx: RunContext, days: number): Promise<Selection> {
  const selection: Selection = { events: new Map(), problems: [], failed: true };
  const today = (zone: string) => localDate(ctx.clock.now(), zone);
  const coming = (zone: string): DateRange => ({ from: today(zone), to: addDays(today(zone), days) });
  for (const [siteId, locations] of sites(ctx)) await selectByDay(ctx, siteId, locations, coming, selection);
  return selection;
}

function sites(ctx: RunContext): Map<number, Location[]> {
  const bySite = new Map<number, Location[]>();
  for (const location of ctx.settings.locations) {
    if (!isSelected(location, ctx.request.locations)) continue;
    const { siteId } = location.tripleseat;
    bySite.set(siteId, [...(bySite.get(siteId) ?? []), location]);
  }
  return bySite;
}

async function selectDue(
  ctx: RunContext,
  siteId: number,
  locations: readonly Location[],
  hoursBack: number,
  selection: Selection,
): Promise<SearchEnd> {
  const now = ctx.clock.now();
  const due = (zone: string) => sweepDates(now, zone, hoursBack, ctx.settings.leadHours);
  return selectByDay(ctx, siteId, locations, due, selection);
}

/** Events whose day lies in the range that `datesIn` gives for its zone, in a status that gets an order. */
async function selectByDay(
  ctx: RunContext,
  siteId: number,
  locations: readonly Location[],
  datesIn: (zone: string) => DateRange,
  selection: Selection,
): Promise<SearchEnd> {
  const { syncStatuses } = ctx.settings;
  const zones = zonesOf(locations);
  const span = spanOf(zones.map(datesIn));
  const [zone] = zones;
  if (!span || zone === undefined) return 'read';
  const dates = queryDates(span);
  return readPages(
    ctx,
    { siteId, by: 'event_date', ...dates },
    { by: 'event_date', from: dates.from, zone },
    selection,
    (event) => {
      const local = zoneOf(ctx, event, zone);
      return (
        syncStatuses.includes(event.status) && !event.deleted && inDateRange(event, datesIn(local), local)
      );
    },
  );
}

async function selectUpdated(
  ctx: RunContext,
  siteId: number,
  locations: readonly Location[],
  hoursBack: number,
  selection: Selection,
): Promise<SearchEnd> {
  const now = ctx.clock.now();
  const since = now - hoursBack * HOUR;
  const zones = zonesOf(locations);
  const span: DateRange | null = spanOf(zones.map((zone) => updateDates(now, zone, hoursBack)));
  const [zone] = zones;
  if (!span || zone === undefined) return 'read';
  return readPages(
    ctx,
    { siteId, by: 'updated', ...queryDates(span) },
    { by: 'updated', since: since - 24 * HOUR, zone },
    selection,
    (event) => updatedSince(event, zoneOf(ctx, event, zone), since),
  );
}

function zonesOf(locations: readonly Location[]): string[] {
  return [...new Set(locations.map((location) => location.timezone))];
}

function zoneOf(ctx: RunContext, event: EventHeader, fallback: string): string {
  return findLocation(ctx.settings.locations, event.siteId, event.locationId)?.timezone ?? fallback;
}

/** How a search ended: `no-answer` when Tripleseat gave none that can be used. */
type SearchEnd = 'read' | 'no-answer';

async function readPages(
  ctx: RunContext,
  query: SearchQuery,
  floor: SearchFloor,
  selection: Selection,
  wanted: (event: EventHeader) => boolean,
): Promise<SearchEnd> {
  const pages: EventHeader[][] = [];
  const what = `The search of site ${query.siteId} for ${query.by === 'event_date' ? 'events that are due' : 'updated events'}`;
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    if (ctx.stop.aborted) return 'read';
    const read = await ctx.tripleseat.search(query, page);
    switch (read.kind) {
      case 'error':
      case 'forbidden':
        selection.problems.push(`${what} failed: ${read.detail}`);
        return read.kind === 'error' ? 'no-answer' : 'read';
      case 'not-found':
        selection.problems.push(`${what} failed: Tripleseat does not know it (404).`);
        return 'read';
      case 'ok':
        break;
    }
    selection.failed = false;
    const { events, unreadable, more } = read.value;
    if (unreadable.length > 0) {
      selection.problems.push(
        `${what} holds ${unreadable.length} events that cannot be read (${unreadable[0]}).`,
      );
    }
    for (const event of events) {
      const elsewhere = event.siteId !== null && event.siteId !== query.siteId;
      if (!elsewhere && wanted(event) && !selection.events.has(event.id))
        selection.events.set(event.id, event);
    }
    const repeated = page > 1 && sameIds(events, pages.at(-1));
    pages.push(events);
    if (!more || repeated || provesOlder(pages, floor)) return 'read';
    ctx.events.progress(selection.events.size, 0, 'searching');
  }
  selection.problems.push(
    `${what} did not end after ${MAX_PAGES} pages; what lies beyond was not looked at.`,
  );
  return 'read';
}

/** A server that ignores the page number would go on forever. */
function sameIds(events: readonly EventHeader[], before: readonly EventHeader[] | undefined): boolean {
  return before !== undefined && events.map(({ id }) => id).join() === before.map(({ id }) => id).join();
}
