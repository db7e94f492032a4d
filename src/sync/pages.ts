import type { EventHeader } from '../domain/event.js';
import type { EventId } from '../domain/ids.js';
import { type DateRange, provesOlder, type SearchFloor } from '../domain/select.js';
import { addDays } from '../domain/zones.js';
import type { SearchPage, SearchQuery } from '../tripleseat/types.js';
import type { RunContext } from './context.js';

/** Pages of one search at most: 10,000 events. */
const MAX_PAGES = 200;
/** Rows of a page. Fewer of them on a page that is not counted by the server are all that there are. */
const PAGE_ROWS = 50;
/** How often a search is read whose pages move: twice as a whole, then twice each of its days. */
const READINGS = 2;
/** A longer search is not read day by day. */
const MAX_DAYS = 31;

/** The events a sweep deals with. */
export interface Selection {
  events: Map<EventId, EventHeader>;
  /** What could not be read, each as a sentence. */
  problems: string[];
  /** Not a single search succeeded, or so many failed in a row that the API must be down. */
  failed: boolean;
  /** A search got no answer that can be used. */
  unanswered: boolean;
  /** Sites of which everything was read. */
  whole: Set<number>;
}

/** How a search ended: `no-answer` when Tripleseat gave none that can be used. */
export type SearchEnd = 'read' | 'no-answer';

/** What came of reading a search from its first page on. */
type Reading =
  /** All of it was read. `rows`: of all pages, each event counted once a page. */
  | { kind: 'whole'; ids: Set<EventId>; rows: number }
  /** Reading on makes no sense; what there is to say about it has been said. */
  | { kind: 'over'; end: SearchEnd };

/**
 * Reads all pages of a search into the selection: the events that are `wanted`.
 *
 * An event on two pages shows that the rows moved between them, so that another event may be on none. Then the search
 * is read again, and day by day if that does not help: a day mostly is one page, on which nothing can move, and a
 * server that lists an event twice of itself does no harm there. Nothing is lost once as many events are known as a
 * reading had rows. If it comes to nothing, that is a problem of the selection.
 */
export async function readSearch(
  ctx: RunContext,
  query: SearchQuery,
  floor: SearchFloor,
  selection: Selection,
  wanted: (event: EventHeader) => boolean,
): Promise<SearchEnd> {
  const what = `The search of site ${query.siteId} for ${query.by === 'event_date' ? 'events that are due' : 'updated events'}`;
  const search = new Search(ctx, what, floor, selection, wanted);
  let end = await search.steadily(query);
  if (end !== 'moving') return end;
  for (const day of daysOf(query)) {
    end = await search.steadily({ ...query, from: day, to: day });
    if (end !== 'read' || ctx.stop.aborted) break;
  }
  if (end !== 'moving') return end;
  selection.problems.push(
    `${what} kept showing an event on two pages, so that another one may have been left out.`,
  );
  return 'read';
}

/** The days of a search, the oldest first, since an update moves an event to the last; none when there are too many. */
function daysOf({ from, to }: DateRange): string[] {
  const days: string[] = [];
  for (let day = from; day <= to; day = addDays(day, 1)) {
    if (days.push(day) > MAX_DAYS) return [];
  }
  return days;
}

class Search {
  readonly #ctx: RunContext;
  readonly #what: string;
  readonly #floor: SearchFloor;
  readonly #selection: Selection;
  readonly #wanted: (event: EventHeader) => boolean;

  constructor(
    ctx: RunContext,
    what: string,
    floor: SearchFloor,
    selection: Selection,
    wanted: (event: EventHeader) => boolean,
  ) {
    this.#ctx = ctx;
    this.#what = what;
    this.#floor = floor;
    this.#selection = selection;
    this.#wanted = wanted;
  }

  /** Reads a search, and once more when its rows moved; `moving`: they did each time, and events may be missing. */
  async steadily(query: SearchQuery): Promise<SearchEnd | 'moving'> {
    const known = new Set<EventId>();
    let rows = 0;
    for (let time = 1; time <= READINGS; time += 1) {
      const reading = await this.#read(query);
      if (reading.kind === 'over') return reading.end;
      for (const id of reading.ids) known.add(id);
      rows = Math.max(rows, reading.rows);
      if (reading.rows === reading.ids.size || known.size >= rows) return 'read';
    }
    return 'moving';
  }

  async #read(query: SearchQuery): Promise<Reading> {
    const ctx = this.#ctx;
    const pages: EventHeader[][] = [];
    const ids = new Set<EventId>();
    let rows = 0;
    for (let page = 1; page <= MAX_PAGES; page += 1) {
      if (ctx.stop.aborted) return { kind: 'over', end: 'read' };
      const read = await ctx.tripleseat.search(query, page);
      switch (read.kind) {
        case 'error':
        case 'forbidden':
          this.#tell(`${this.#what} failed: ${read.detail}`);
          return { kind: 'over', end: read.kind === 'error' ? 'no-answer' : 'read' };
        case 'not-found':
          this.#tell(`${this.#what} failed: Tripleseat does not know it (404).`);
          return { kind: 'over', end: 'read' };
        case 'ok':
          break;
      }
      this.#take(read.value, query.siteId);
      const { events, more } = read.value;
      // A server that ignores the page number would go on forever. Without a single row nothing comes again.
      const repeated = page > 1 && events.length > 0 && sameIds(events, pages.at(-1));
      if (repeated && isAll(read.value)) return { kind: 'whole', ids, rows };
      pages.push(events);
      const own = new Set(events.map(({ id }) => id));
      for (const id of own) ids.add(id);
      rows += own.size;
      if (!more || repeated || provesOlder(pages, this.#floor)) return { kind: 'whole', ids, rows };
      ctx.events.progress(this.#selection.events.size, 0, 'searching');
    }
    this.#tell(`${this.#what} did not end after ${MAX_PAGES} pages; what lies beyond was not looked at.`);
    return { kind: 'over', end: 'read' };
  }

  #take({ events, unreadable }: SearchPage, siteId: number): void {
    const selection = this.#selection;
    selection.failed = false;
    if (unreadable.length > 0) {
      this.#tell(`${this.#what} holds ${unreadable.length} events that cannot be read (${unreadable[0]}).`);
    }
    for (const event of events) {
      const elsewhere = event.siteId !== null && event.siteId !== siteId;
      if (!elsewhere && this.#wanted(event) && !selection.events.has(event.id))
        selection.events.set(event.id, event);
    }
  }

  /** Says it once, however often a search is read. */
  #tell(problem: string): void {
    const { problems } = this.#selection;
    if (!problems.includes(problem)) problems.push(problem);
  }
}

function sameIds(events: readonly EventHeader[], before: readonly EventHeader[] | undefined): boolean {
  return before !== undefined && events.map(({ id }) => id).join() === before.map(({ id }) => id).join();
}

/** Whether a page that came twice can be taken for the whole of what there is. */
function isAll({ events, pages }: SearchPage): boolean {
  return pages === null && events.length < PAGE_ROWS;
}
