import { isConclusive } from '../../domain/reasons.js';
import { addDays, localDate } from '../../domain/zones.js';
import { type StandingFailure, standingFailures } from '../../state/history.js';
import type { JournalRecord } from '../../state/types.js';
import { type LinkPatterns, linksOf } from '../../text/links.js';
import { clean } from '../../text/text.js';
import { type PreviewDays, wouldFail } from '../preview.js';
import type { Previewed } from '../previewed.js';
import type { EventResult } from '../schema.js';
import { settlingOf } from '../settling.js';
import type { Shops } from '../shops.js';
import { tablesOf } from '../tables.js';
import type { Card, CardState, OpenItem, PageData } from './data.js';
import { RunDays } from './runs.js';

/** Days of the strip before today and after it. */
const DAYS_BACK = 7;
const DAYS_AHEAD = 7;
/** Days of the plots. */
const DAYS_OF_RUNS = 28;
/** Cards and failures that the page holds at most: those that need somebody come first. */
const MAX_CARDS = 1_200;
const MAX_OPEN = 200;
/** Rows of a table below one of them. */
const MAX_ROWS = 30;
const MAX_NAME = 120;
const MAX_SENTENCE = 1_500;
const MAX_WHY = 300;

type EventRecord = Extract<JournalRecord, { type: 'event' }>;
/** What a card is made from. */
type Found = Pick<EventRecord, 'id' | 'name' | 'date' | 'location' | 'order' | 'total' | 'reason'> &
  Partial<Pick<EventRecord, 'error'>>;
type BookedRecord = Extract<JournalRecord, { type: 'booked' }>;

/** What the page is made from. */
export interface PageSources {
  /** Oldest first; read once. */
  journal: AsyncIterable<JournalRecord>;
  preview: Previewed | null;
  /** Start of the last sweep that covered everything, ISO 8601; null: none is on record. */
  lastSweep: string | null;
  /** Epoch milliseconds. */
  now: number;
  /** Whose times are shown, and in which currencies. */
  shops: Shops;
  /** The state is that of the built-in simulators. */
  sandbox: boolean;
  /** Addresses of pages. */
  links: LinkPatterns;
}

/** Reads what the page shows. */
export async function gatherPage(sources: PageSources): Promise<PageData> {
  const { preview, now, shops } = sources;
  const { zone } = shops;
  const today = localDate(now, zone);
  const span = { from: addDays(today, -DAYS_BACK), to: addDays(today, DAYS_AHEAD) };
  const ended = preview === null ? 0 : endOf(preview);
  const cards = new Cards(span, ended);
  const sweeps = new RunDays({ zone, today, days: DAYS_OF_RUNS, now });
  const relay = new RunDays({ zone, today, days: DAYS_OF_RUNS, now });
  const standing = await standingFailures(
    seenBy(sources.journal, (record) => {
      cards.add(record);
      sweeps.add(record, ({ mode }) => mode === 'bulk');
      relay.add(record, ({ trigger }) => trigger === 'webhook');
    }),
  );
  const previewed = preview?.report.events ?? [];
  for (const event of previewed) cards.addPreviewed(event);

  const days: PreviewDays = { tomorrow: addDays(today, 1) };
  const known = new Set(standing.map(({ result }) => result.id));
  const coming = previewed.filter(
    (event) => wouldFail(event, days) && !known.has(event.id) && !cards.isNewer(event.id),
  );
  const open = [
    ...standing.map((failure) => standingItem(failure, sources)),
    ...coming.map((event) => comingItem(event, sources)),
  ].sort(byDay);
  const waiting = new Set(open.map(({ id }) => id));
  // What is among those that stand open needs a person, however it was told.
  const all = cards
    .list()
    .map((card) =>
      card.state === 'unpriced' && waiting.has(card.id) ? { ...card, state: 'failed' as const } : card,
    );
  const kept = all.length <= MAX_CARDS ? all : mostUrgent(all);
  return {
    at: now,
    zone,
    today,
    lastSweep: sources.lastSweep === null ? null : Date.parse(sources.lastSweep),
    preview:
      preview === null
        ? null
        : {
            at: ended,
            from: clean(preview.report.window?.from ?? '', 10),
            to: clean(preview.report.window?.to ?? '', 10),
            isComplete: preview.report.error === null,
          },
    days: Array.from({ length: DAYS_BACK + DAYS_AHEAD + 1 }, (_, at) => addDays(span.from, at)),
    shops: shopsOf(all, preview),
    cards: kept.sort(byDay),
    omitted: all.length - kept.length,
    open: open.slice(0, MAX_OPEN),
    moreOpen: Math.max(open.length - MAX_OPEN, 0),
    sweeps: sweeps.list(),
    relay: relay.list(),
    links: sources.links,
    currencies: shops.currencies,
  };
}

async function* seenBy(
  records: AsyncIterable<JournalRecord>,
  see: (record: JournalRecord) => void,
): AsyncGenerator<JournalRecord> {
  for await (const record of records) {
    see(record);
    yield record;
  }
}

function endOf({ report }: Previewed): number {
  return Date.parse(report.started_at) + report.duration_ms;
}

function shopsOf(cards: readonly Card[], preview: Previewed | null): string[] {
  const configured = [...(preview?.zones.keys() ?? [])].map((name) => clean(name, MAX_NAME));
  const others = [...new Set(cards.map(({ shop }) => shop))].filter((shop) => !configured.includes(shop));
  const used = new Set(cards.map(({ shop }) => shop));
  return [...configured.filter((shop) => used.has(shop)), ...others.sort((a, b) => a.localeCompare(b))];
}

/** What is known of each event, by whatever has told last. */
class Cards {
  readonly #cards = new Map<string, { card: Card; at: number }>();
  /** Events that were moved out of sight since the preview. */
  readonly #away = new Set<string>();
  readonly #span: { from: string; to: string };
  readonly #previewedAt: number;

  /** @param previewedAt when the preview ended, epoch milliseconds */
  constructor(span: { from: string; to: string }, previewedAt: number) {
    this.#span = span;
    this.#previewedAt = previewedAt;
  }

  add(record: JournalRecord): void {
    switch (record.type) {
      case 'event':
        this.#addResult(record);
        return;
      case 'booked':
        this.#addBooked(record);
        return;
      case 'run-start':
      case 'run-end':
        return;
    }
  }

  addPreviewed(event: EventResult): void {
    const state = stateOf(event, 'coming') ?? this.#leftAlone(event);
    if (state === null) return;
    const { id, name, date, location, revel_order_id: order, total, reason, error } = event;
    const found = { id, name, date, location, order, total, reason, error };
    const known = this.#cards.get(id);
    if (!this.isNewer(id)) this.#put(this.#previewedAt, state, found);
    else if (known?.card.date === '') {
      // What has told since did not know of which day it is.
      const card = cardOf(found, state);
      known.card = { ...known.card, name: card.name, date: card.date, shop: card.shop };
    }
  }

  /** At a shop that is not written to, which says nothing about what is known of the event otherwise. */
  #leftAlone({ id, reason }: EventResult): CardState | null {
    return reason === 'LOCATION_NOT_ALLOWED' && !this.#cards.has(id) ? 'none' : null;
  }

  /** Whether something later than the preview has told of the event. */
  isNewer(id: string): boolean {
    return this.#away.has(id) || (this.#cards.get(id)?.at ?? Number.NEGATIVE_INFINITY) > this.#previewedAt;
  }

  /** Those of the strip's days. */
  list(): Card[] {
    return [...this.#cards.values()].map(({ card }) => card).filter((card) => this.#isInSight(card));
  }

  #addResult(record: EventRecord): void {
    const state = stateOf(record, 'stands');
    if (state !== null) this.#put(Date.parse(record.at), state, record);
  }

  /** An order that was found standing is told of by nothing else. */
  #addBooked({ id, at, date, location, booked }: BookedRecord): void {
    if (booked.event === null || booked.order === null || this.#cards.has(id)) return;
    const unknown = { name: null, order: null, total: null, reason: null };
    this.#put(Date.parse(at), 'stands', { id, date, location, ...unknown });
  }

  #put(at: number, state: CardState, found: Found): void {
    const told = cardOf(found, state);
    const before = this.#cards.get(told.id)?.card ?? told;
    // What a run could not learn is as it was told before.
    const card = {
      ...told,
      name: found.name === null ? before.name : told.name,
      date: found.date === null ? before.date : told.date,
      shop: found.location === null ? before.shop : told.shop,
    };
    this.#away.delete(card.id);
    if (card.date === '' || this.#isInSight(card)) {
      this.#cards.set(card.id, { card, at });
      return;
    }
    this.#cards.delete(card.id);
    if (at > this.#previewedAt) this.#away.add(card.id);
  }

  #isInSight({ date }: Card): boolean {
    return date >= this.#span.from && date <= this.#span.to;
  }
}

function cardOf(
  { id, name, date, location, order, total, reason, error = null }: Found,
  state: CardState,
): Card {
  const safe = (text: string | null, max: number) => (text === null ? null : clean(text, max));
  return {
    id: clean(id, 18),
    name: clean(name ?? '', MAX_NAME) || `Event ${clean(id, 18)}`,
    date: clean(date ?? '', 10),
    shop: clean(location ?? '', MAX_NAME),
    state,
    reason: safe(reason, 40),
    order: safe(order, 20),
    total: safe(total, 20),
    accepted: state === 'accepted' ? safe(error, MAX_WHY) : null,
  };
}

/** `done`: what an injected event is, since a preview tells of the future. Null: nobody has looked. */
function stateOf(
  { status, reason }: Pick<EventRecord, 'status' | 'reason'>,
  done: 'stands' | 'coming',
): CardState | null {
  switch (status) {
    case 'injected':
    case 'repaired':
      return done;
    case 'failed':
      return reason === 'NOT_PRICED' ? 'unpriced' : 'failed';
    case 'skipped':
      return isConclusive(reason) ? skippedState(reason) : null;
  }
}

function skippedState(reason: string | null): CardState {
  switch (reason) {
    case 'ALREADY_INJECTED':
      return 'stands';
    case 'IN_SERVICE':
      return 'service';
    case 'ACCEPTED':
      return 'accepted';
    case 'NOT_PRICED':
      return 'unpriced';
    case 'TOO_EARLY':
      return 'coming';
    default:
      return 'none';
  }
}

function standingItem({ result, since, runs, passedOver }: StandingFailure, sources: PageSources): OpenItem {
  return { ...itemOf(result, sources), since: Date.parse(since), runs, passedOver };
}

function comingItem(event: EventResult, sources: PageSources): OpenItem {
  const item = itemOf({ ...event, order: event.revel_order_id }, sources);
  return { ...item, since: null, runs: 0, passedOver: false };
}

function itemOf(
  found: Pick<EventRecord, 'id' | 'name' | 'date' | 'location' | 'order' | 'total' | 'reason' | 'error'> &
    Pick<EventRecord, 'differences' | 'orders'>,
  { sandbox, links }: Pick<PageSources, 'sandbox' | 'links'>,
): Omit<OpenItem, 'since' | 'runs' | 'passedOver'> {
  return {
    ...cardOf(found, 'failed'),
    sentence: clean(found.error ?? '', MAX_SENTENCE),
    tables: tablesOf(found, MAX_ROWS, (order) => linksOf(links, found.id, order).order),
    settling: settlingOf(found.reason, found.id, sandbox),
  };
}

const URGENCY: Readonly<Record<CardState, number>> = {
  failed: 0,
  unpriced: 1,
  service: 2,
  accepted: 3,
  coming: 4,
  stands: 5,
  none: 6,
};

function mostUrgent(cards: readonly Card[]): Card[] {
  return cards
    .toSorted((a, b) => URGENCY[a.state] - URGENCY[b.state] || a.date.localeCompare(b.date))
    .slice(0, MAX_CARDS);
}

function byDay(a: Card, b: Card): number {
  return (
    a.date.localeCompare(b.date) ||
    a.shop.localeCompare(b.shop) ||
    a.name.localeCompare(b.name) ||
    a.id.localeCompare(b.id)
  );
}
