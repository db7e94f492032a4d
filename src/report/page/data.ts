import type { LinkPatterns } from '../../text/links.js';
import type { Settling } from '../settling.js';
import type { FactTable } from '../tables.js';

/** How an event stands, as the page shows it. */
export type CardState =
  /** Needs a person. */
  | 'failed'
  /** Its order will be made on its day. */
  | 'coming'
  /** Its order stands as it should. */
  | 'stands'
  /** Staff work with its order. */
  | 'service'
  /** A person has seen what is wrong, and leaves it. */
  | 'accepted'
  /** It has no price yet. */
  | 'unpriced'
  /** It wants no order. */
  | 'none';

/** One event. Every text is clean: one line, no control characters, of bounded length. */
export interface Card {
  /** Event id. */
  id: string;
  name: string;
  /** Local day, `YYYY-MM-DD`; empty: not known. */
  date: string;
  /** Name of the location; empty: not known. */
  shop: string;
  state: CardState;
  /** Reason code; null: none. */
  reason: string | null;
  /** Id of its order; null: none. */
  order: string | null;
  /** Decimal money; null: not known. */
  total: string | null;
  /** Who has accepted it as it is, when and why; null: nobody. */
  accepted: string | null;
}

/** A failure that stands, or that would come. Texts as in {@link Card}. */
export interface OpenItem extends Card {
  /** What happened, why, what to do. */
  sentence: string;
  /** What differs, and the orders of which a person decides. */
  tables: FactTable[];
  /** Since when it fails, epoch milliseconds; null: it has not failed yet, its day is to come. */
  since: number | null;
  /** Runs in a row that found it so. */
  runs: number;
  /** The newest complete sweep has not come across it any more. */
  passedOver: boolean;
  settling: Settling;
}

/** The runs of one kind that began on one day. */
export interface RunDay {
  /** `YYYY-MM-DD` in {@link PageData.zone}. */
  day: string;
  /** All that had something to do, also those that did not end. */
  runs: number;
  /** Runs that ended neither with 0 nor with failed events alone, or did not end. */
  broken: number;
  /** How long they took, in seconds; null: none of them ended. */
  seconds: { least: number; median: number; most: number } | null;
  /** Requests of a run on average; null: not on record. */
  requests: { tripleseat: number; revel: number } | null;
  made: number;
  repaired: number;
  /** Events that failed, the most in one run. */
  failed: number;
}

/** What the page shows, and nothing else: from journal and state alone. */
export interface PageData {
  /** When it was made, epoch milliseconds. */
  at: number;
  /** IANA zone of the times that it shows. */
  zone: string;
  /** Today in that zone, `YYYY-MM-DD`. */
  today: string;
  /** Start of the last sweep that covered everything, epoch milliseconds; null: none is on record. */
  lastSweep: number | null;
  /** The last look at the coming days; null: none is kept. `at`: when it ended, epoch milliseconds. */
  preview: { at: number; from: string; to: string; isComplete: boolean } | null;
  /** Days of the calendar strip, `YYYY-MM-DD`, in order. */
  days: string[];
  /** Shops of the strip, in order. */
  shops: string[];
  /** By day, shop and name. */
  cards: Card[];
  /** Events that there was no room for. */
  omitted: number;
  /** By day; what fails or would fail. */
  open: OpenItem[];
  moreOpen: number;
  /** Sweeps, day by day, the oldest first; every day of the span. */
  sweeps: RunDay[];
  /** Runs for webhooks alike. */
  relay: RunDay[];
  /** Addresses of the pages of events and orders. */
  links: LinkPatterns;
  /** By the names of shops, as far as they are known. */
  currencies: ReadonlyMap<string, string>;
}
