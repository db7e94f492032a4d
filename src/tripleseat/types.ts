import type { EventHeader, MenuSelection, SourceBooking, SourceEvent, SourceLine } from '../domain/event.js';
import type { EventId } from '../domain/ids.js';

/**
 * What a read ended as. Refused credentials are not here: they throw an AppError (exit 77), since no further
 * request of the run can succeed.
 */
export type ReadResult<T> =
  | { kind: 'ok'; value: T }
  /** 404, or the object was answered as absent. */
  | { kind: 'not-found' }
  /** 403 on this object although the credentials are good. */
  | { kind: 'forbidden'; detail: string }
  /**
   * The upstream failed or answered nonsense, after the retries that reads get. `unusable`: it is well, but what
   * it has for this one object cannot be used until a person corrects it.
   */
  | { kind: 'error'; detail: string; unusable?: true };

/** One search, of one site. Dates are `YYYY-MM-DD`, both ends included, and only narrow the answer if the server obeys. */
export interface SearchQuery {
  siteId: number;
  by: 'event_date' | 'updated';
  from: string;
  to: string;
}

/** A page of search results, in the server's order. */
export interface SearchPage {
  events: EventHeader[];
  /** Rows that could not be read as an event, each as a few words. */
  unreadable: string[];
  /** How many pages the server says there are; null: it does not say, or says 0 although there may be rows. */
  pages: number | null;
  /** False when nothing can come after this page. */
  more: boolean;
}

/** A location as Tripleseat lists it. */
export interface SourcePlace {
  locationId: number;
  /** Null: not told. */
  siteId: number | null;
  /** As sent. */
  name: string;
}

/** Tripleseat as the sync library sees it. Reads only: this program never writes there. */
export interface TripleseatPort {
  event(id: EventId): Promise<ReadResult<SourceEvent>>;
  /** `page` is 1-based; ordered by the searched date, newest first, if the server obeys. */
  search(query: SearchQuery, page: number): Promise<ReadResult<SearchPage>>;
  /** All locations of the account, where its scope allows the list. */
  places(): Promise<ReadResult<SourcePlace[]>>;
  booking(id: string): Promise<ReadResult<SourceBooking>>;
  menuSelections(id: EventId): Promise<ReadResult<MenuSelection[]>>;
  /** Lines read from an invoice view, or not-found when the page holds no table of lines. */
  invoiceLines(url: string): Promise<ReadResult<SourceLine[]>>;
}
