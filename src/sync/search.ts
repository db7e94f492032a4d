import { findLocation, isSelected } from '../config/locations.js';
import type { EventHeader } from '../domain/event.js';
import type { Location } from '../domain/location.js';
import {
  type DateRange,
  inDateRange,
  queryDates,
  spanOf,
  sweepDates,
  updateDates,
  updatedSince,
} from '../domain/select.js';
import { addDays, localDate } from '../domain/zones.js';
import type { RunContext } from './context.js';
import { readSearch, type SearchEnd, type Selection } from './pages.js';

const HOUR = 3_600_000;

/** So many searches in a row without an answer, and the rest is not tried: each takes its time to fail. */
const BREAKER = 5;

/**
 * Events of the configured sites whose day is due, in a status that gets an order or one that nobody knows, and events
 * updated lately in any status. The server's filters only save pages: everything that comes back is filtered here.
 */
export async function selectEvents(ctx: RunContext, hoursBack: number): Promise<Selection> {
  const due: SiteSearch = (siteId, locations, into) => selectDue(ctx, siteId, locations, hoursBack, into);
  const updated: SiteSearch = (siteId, locations, into) =>
    selectUpdated(ctx, siteId, locations, hoursBack, into);
  const selection = await searchSites(ctx, [due, updated]);
  for (const event of selection.events.values()) {
    const zone = zoneOf(ctx, event, 'UTC');
    if (!inDateRange(event, dueDates(ctx, zone, hoursBack), zone)) ctx.edited.add(event.id);
    else if (isStrange(ctx, event)) ctx.strangeStatuses.add(event.status);
  }
  return selection;
}

/** In a status that no setting names. */
function isStrange({ settings }: RunContext, { status, deleted }: EventHeader): boolean {
  return !deleted && ![...settings.syncStatuses, ...settings.otherStatuses].includes(status);
}

/** One search of a site into the selection. */
type SiteSearch = (
  siteId: number,
  locations: readonly Location[],
  selection: Selection,
) => Promise<SearchEnd>;

async function searchSites(ctx: RunContext, searches: readonly SiteSearch[]): Promise<Selection> {
  const selection: Selection = {
    events: new Map(),
    problems: [],
    failed: true,
    unanswered: false,
    whole: new Set(),
  };
  let inARow = 0;
  for (const [siteId, locations] of sites(ctx)) {
    const problems = selection.problems.length;
    for (const search of searches) {
      if (inARow >= BREAKER) return { ...selection, failed: true };
      const read = await search(siteId, locations, selection);
      inARow = read === 'no-answer' ? inARow + 1 : 0;
      if (read === 'no-answer') selection.unanswered = true;
    }
    if (selection.problems.length === problems && !ctx.stop.aborted) selection.whole.add(siteId);
  }
  return selection;
}

/** The days that a sweep covers in a zone. */
export function dueDates(ctx: RunContext, zone: string, hoursBack: number): DateRange {
  return sweepDates(ctx.clock.now(), zone, hoursBack, ctx.settings.leadHours);
}

/**
 * Events of the configured sites whose day lies from today to `days` days ahead, in their own zones, in a status
 * that gets an order.
 */
export function selectComing(ctx: RunContext, days: number, back = 0): Promise<Selection> {
  const today = (zone: string) => localDate(ctx.clock.now(), zone);
  const coming = (zone: string): DateRange => ({
    from: addDays(today(zone), -back),
    to: addDays(today(zone), days),
  });
  const wanted = (status: string) => ctx.settings.syncStatuses.includes(status);
  return searchSites(ctx, [
    (siteId, locations, into) => selectByDay(ctx, siteId, locations, coming, into, wanted),
  ]);
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
  const due = (zone: string) => dueDates(ctx, zone, hoursBack);
  const { otherStatuses } = ctx.settings;
  return selectByDay(ctx, siteId, locations, due, selection, (status) => !otherStatuses.includes(status));
}

/** Events whose day lies in the range that `datesIn` gives for its zone, in a status that is `wanted`. */
async function selectByDay(
  ctx: RunContext,
  siteId: number,
  locations: readonly Location[],
  datesIn: (zone: string) => DateRange,
  selection: Selection,
  wanted: (status: string) => boolean,
): Promise<SearchEnd> {
  const zones = zonesOf(locations);
  const span = spanOf(zones.map(datesIn));
  const [zone] = zones;
  if (!span || zone === undefined) return 'read';
  const dates = queryDates(span);
  return readSearch(
    ctx,
    { siteId, by: 'event_date', ...dates },
    { by: 'event_date', from: dates.from, zone },
    selection,
    (event) => {
      const local = zoneOf(ctx, event, zone);
      return (
        concerns(ctx, event) &&
        wanted(event.status) &&
        !event.deleted &&
        inDateRange(event, datesIn(local), local)
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
  return readSearch(
    ctx,
    { siteId, by: 'updated', ...queryDates(span) },
    { by: 'updated', since: since - 24 * HOUR, zone },
    selection,
    (event) => concerns(ctx, event) && updatedSince(event, zoneOf(ctx, event, zone), since),
  );
}

/** A run for some locations leaves to the others what no entry covers. */
function concerns({ settings, request }: RunContext, { siteId, locationId }: EventHeader): boolean {
  return request.locations === null || findLocation(settings.locations, siteId, locationId) !== null;
}

function zonesOf(locations: readonly Location[]): string[] {
  return [...new Set(locations.map((location) => location.timezone))];
}

function zoneOf(ctx: RunContext, event: EventHeader, fallback: string): string {
  return findLocation(ctx.settings.locations, event.siteId, event.locationId)?.timezone ?? fallback;
}
