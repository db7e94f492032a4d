/** What the names on coming and past events come to, before any of them is sold. */
import type { EventId } from './ids.js';
import type { BillingUse, Location } from './location.js';

/** What a line's name is in Revel, as far as its location is concerned. */
type LineKind =
  /** An active product bears the name. */
  | 'matched'
  /** The locations file names the product. */
  | 'mapped'
  /** Nothing fits, and it has no money: it stands as text. Told only where products have a similar name. */
  | 'text'
  /** Nothing fits, and UNMATCHED_POLICY lets the open item stand in. */
  | 'open-item'
  /** Nothing fits: the event will fail as UNMATCHED_ITEMS. */
  | 'missing'
  /** Several products fit: the event will fail as AMBIGUOUS_PRODUCT. */
  | 'ambiguous';

/** One line name of a location. */
export interface LineCoverage {
  /** Plain text. */
  name: string;
  kind: LineKind;
  /** The product, or the ones among which it is not clear; empty when missing. */
  productIds: number[];
  /** Why it is missing, as a clause that follows the name; else null. */
  why: string | null;
  /** Near products, nearest first: to choose from, never acted on. */
  suggestions: { id: number; name: string }[];
  /** Events with such a line, soonest first. */
  events: ComingEvent[];
}

/** An event as the report names it. */
export interface ComingEvent {
  id: EventId;
  name: string;
  /** Local date, `YYYY-MM-DD`; null: unknown. */
  date: string | null;
}

/** The lines of one location's coming events against its establishment. */
export interface LocationCoverage {
  location: Location;
  establishmentId: number;
  /** Events whose lines were looked at. */
  events: number;
  /** Why the products could not be read; null: they were. */
  error: string | null;
  /** Missing first, then ambiguous; each by date of the first event. */
  lines: LineCoverage[];
}

/** What has been found of coming lines. */
export interface Coverage {
  locations: LocationCoverage[];
  /** Events whose lines could not be looked at, each with a sentence. */
  unread: { event: ComingEvent; location: string | null; why: string }[];
  /** What could not be searched, each as a sentence. */
  problems: string[];
  /** Not a single search succeeded. */
  failed: boolean;
}

/** One name of a row of the bill at one location. */
export interface BillingName {
  /** Plain text. */
  name: string;
  location: Location;
  /** What rows of the name are; null: that is not clear, or must be proved by each event's total. */
  use: BillingUse | null;
  /** What says so. `total`: each event's total must prove it; `unclear`: the locations file has to say it. */
  why: 'mapping' | 'word' | 'rest' | 'total' | 'unclear';
  /** Events with such a row. */
  events: number;
}

/** What has been found of rows of the bill. */
export interface BillingNames {
  /** Unclear ones first, then what only the name has sorted; by how often they are seen. */
  names: BillingName[];
  /** Events whose rows were looked at. */
  events: number;
  /** What could not be read, each as a sentence. */
  problems: string[];
  /** Not a single search succeeded. */
  failed: boolean;
}
