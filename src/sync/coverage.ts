import { isSelected } from '../config/locations.js';
import type { ComingEvent, Coverage, LineCoverage, LocationCoverage } from '../domain/coverage.js';
import { nextLines } from '../domain/documents.js';
import type { EventHeader, SourceEvent } from '../domain/event.js';
import type { EventId } from '../domain/ids.js';
import { isBlankLine, readLines } from '../domain/lines.js';
import type { Location } from '../domain/location.js';
import { lineName, normaliseName, plainText } from '../domain/names.js';
import type { ProductIndex } from '../domain/products.js';
import { matchName } from '../domain/wantedLines.js';
import { eventDate } from '../domain/window.js';
import { establishmentOf, type RunContext } from './context.js';

import { readMore } from './gather.js';
import { locationOf } from './results.js';
import { selectComing } from './search.js';
import { eachOf } from './workers.js';

/** An event's line names, or why they are not known, as a sentence. */
type LinesRead = { kind: 'ok'; names: LineNames } | { kind: 'failed'; why: string };

/** Line names, each with whether a line of this name has money. */
type LineNames = Map<string, boolean>;

interface Read {
  event: ComingEvent;
  location: Location;
  names: LineNames;
}

/** Looks at the lines of the events of the coming days. Reads only. */
export async function coverage(ctx: RunContext, days: number): Promise<Coverage> {
  const selection = await selectComing(ctx, days);
  const found: Coverage = {
    locations: [],
    unread: [],
    problems: selection.problems,
    failed: selection.failed,
  };
  const reads: Read[] = [];
  let done = 0;
  const one = async (header: EventHeader) => {
    if (ctx.stop.aborted) return;
    const location = locationOf(ctx, header);
    if (ctx.request.locations !== null && !(location && isSelected(location, ctx.request.locations))) return;
    const event = comingEvent(header, location);
    const lines = location ? await readEvent(ctx, header.id) : notMapped(header);
    if (location && lines.kind === 'ok') reads.push({ event, location, names: lines.names });
    else if (lines.kind === 'failed') {
      found.unread.push({ event, location: location?.name ?? null, why: lines.why });
    }
    done += 1;
    ctx.events.progress(done, selection.events.size, 'reading events');
  };
  const wanted = [...selection.events.values()].filter(({ id }) => !ctx.settings.ignoredEvents.has(id));
  await eachOf(wanted, ctx.settings.concurrency, one);
  found.unread.sort((a, b) => byDate(a.event, b.event));
  for (const [location, own] of byLocation(reads)) found.locations.push(await cover(ctx, location, own));
  found.locations.sort((a, b) => a.location.name.localeCompare(b.location.name));
  return found;
}

function comingEvent(header: EventHeader, location: Location | null): ComingEvent {
  const date = location ? eventDate(header, location.timezone) : header.date;
  return { id: header.id, name: plainText(header.name), date };
}

function notMapped({ siteId, locationId }: EventHeader): LinesRead {
  const where = `site ${siteId ?? 'unknown'}, location ${locationId ?? 'unknown'}`;
  return { kind: 'failed', why: `It is at ${where}, which no entry of the locations file covers.` };
}

async function readEvent(ctx: RunContext, id: EventId): Promise<LinesRead> {
  const read = await ctx.tripleseat.event(id);
  switch (read.kind) {
    case 'ok':
      return readNames(ctx, read.value);
    case 'not-found':
      return { kind: 'failed', why: 'Tripleseat does not have the event any more.' };
    case 'forbidden':
    case 'error':
      return { kind: 'failed', why: read.detail };
  }
}

async function readNames(ctx: RunContext, event: SourceEvent): Promise<LinesRead> {
  const gathered = {};
  for (;;) {
    const step = nextLines(event, gathered);
    switch (step.kind) {
      case 'failed':
        return { kind: 'failed', why: step.failure.error };
      case 'need': {
        const problem = await readMore(ctx, event, step, gathered);
        if (problem !== null) return { kind: 'failed', why: problem.failure.error };
        break;
      }
      case 'source': {
        const { source } = step;
        switch (source.kind) {
          case 'document':
            return { kind: 'ok', names: namesOf(source.document.lines) };
          case 'invoice':
            return { kind: 'ok', names: namesOf(source.lines) };
          case 'selections': {
            const names = source.selections.filter(({ quantity }) => quantity !== '0');
            return { kind: 'ok', names: nonEmpty(names.map(({ name }) => [plainText(name), true])) };
          }
        }
      }
    }
  }
}

/** The names that an order would have; of lines with figures that cannot be read, all names. */
function namesOf(lines: SourceEvent['documents'][number]['lines']): LineNames {
  const priced = readLines(lines, { what: 'the document' });
  return priced.kind === 'ok'
    ? nonEmpty(priced.lines.map(({ name, hasMoney }) => [name, hasMoney]))
    : nonEmpty(lines.filter((line) => !isBlankLine(line)).map((line) => [lineName(line), true]));
}

function nonEmpty(lines: readonly (readonly [name: string, hasMoney: boolean])[]): LineNames {
  const names: LineNames = new Map();
  for (const [name, hasMoney] of lines) {
    if (name !== '') names.set(name, hasMoney || names.get(name) === true);
  }
  return names;
}

function byLocation(reads: readonly Read[]): Map<Location, Read[]> {
  const groups = new Map<Location, Read[]>();
  for (const read of reads) groups.set(read.location, [...(groups.get(read.location) ?? []), read]);
  return groups;
}

async function cover(ctx: RunContext, location: Location, reads: Read[]): Promise<LocationCoverage> {
  const establishmentId = establishmentOf(ctx, location);
  const result = { location, establishmentId, events: reads.length, error: null, lines: [] };
  const products = await ctx.products(establishmentId);
  if (products.kind === 'error') return { ...result, error: products.detail };
  const seen = new Map<string, { hasMoney: boolean; events: ComingEvent[] }>();
  for (const { event, names } of reads.sort((a, b) => byDate(a.event, b.event))) {
    for (const [name, hasMoney] of names) {
      const before = seen.get(name) ?? { hasMoney: false, events: [] };
      seen.set(name, { hasMoney: before.hasMoney || hasMoney, events: [...before.events, event] });
    }
  }
  const lines = [...seen]
    .map(([name, line]) => coverLine(ctx, location, products.value, { name, ...line }))
    // Text that no product comes near is nothing to be settled.
    .filter(({ kind, suggestions }) => kind !== 'text' || suggestions.length > 0);
  return { ...result, lines: lines.sort(byUrgency) };
}

function coverLine(
  ctx: RunContext,
  location: Location,
  index: ProductIndex,
  { name, hasMoney, events }: { name: string; hasMoney: boolean; events: ComingEvent[] },
): LineCoverage {
  const match = matchName(
    { name, hasMoney },
    { location, products: index, policy: ctx.settings.unmatchedPolicy },
  );
  const line = { name, events, why: null, suggestions: [] };
  switch (match.kind) {
    case 'matched': {
      const productIds = [match.productId];
      if (match.nameOverride !== null) {
        return { ...line, kind: 'open-item', productIds, suggestions: near(index, index.suggest(name)) };
      }
      return { ...line, kind: isMapped(location, name) ? 'mapped' : 'matched', productIds };
    }
    case 'text':
      return { ...line, kind: 'text', productIds: [], suggestions: near(index, index.suggest(name)) };
    case 'unmatched':
      return {
        ...line,
        kind: 'missing',
        productIds: [],
        why: match.why,
        suggestions: near(index, match.suggestions),
      };
    case 'ambiguous': {
      const same = match.ids.flatMap((id) => index.byId(id) ?? []);
      return {
        ...line,
        kind: 'ambiguous',
        productIds: match.ids,
        suggestions: same.map(({ id, name: own }) => ({ id, name: plainText(own) })),
      };
    }
  }
}

function isMapped(location: Location, name: string): boolean {
  const wanted = normaliseName(name);
  return Object.keys(location.products).some((key) => normaliseName(plainText(key)) === wanted);
}

/** The products behind near names; a name that several bear stands for the one with the lowest id. */
function near(index: ProductIndex, names: readonly string[]): { id: number; name: string }[] {
  return names.flatMap((name) => {
    const [first] = [...index.byName(name)].sort((a, b) => a.id - b.id);
    return first ? [{ id: first.id, name }] : [];
  });
}

const URGENCY: Readonly<Record<LineCoverage['kind'], number>> = {
  missing: 0,
  ambiguous: 1,
  'open-item': 2,
  text: 3,
  mapped: 4,
  matched: 5,
};

function byUrgency(a: LineCoverage, b: LineCoverage): number {
  const [first, second] = [a.events[0], b.events[0]];
  return (
    URGENCY[a.kind] - URGENCY[b.kind] ||
    (first && second ? byDate(first, second) : 0) ||
    a.name.localeCompare(b.name)
  );
}

function byDate(a: ComingEvent, b: ComingEvent): number {
  return (a.date ?? '').localeCompare(b.date ?? '') || Number(a.id) - Number(b.id);
}
