import {
  dataSchema,
  defaultSettings,
  freshOauth,
  type Json,
  type JsonObject,
  type OauthState,
  objectsOf,
  type RawRecord,
  type TripleseatSettings,
  textOf,
} from './model.js';
import { eventTimes, ianaZone, localStamp } from './time.js';

/** Fields of a move; what is left out stays. */
interface Move {
  siteId?: Json | undefined;
  locationId?: Json | undefined;
  /** `YYYY-MM-DD`. */
  date?: string | undefined;
}

/** What the simulated account holds, and what people there do to it. Every change raises the revision. */
export class TripleseatStore {
  settings: TripleseatSettings = defaultSettings;
  oauth: OauthState = structuredClone(freshOauth);
  events = new Map<number, RawRecord>();
  bookings = new Map<number, RawRecord>();
  selections = new Map<number, Json[]>();
  sites: RawRecord[] = [];
  locations: RawRecord[] = [];
  revision = 0;

  /** Notes a change that happened outside this class. */
  changed(): void {
    this.revision += 1;
  }

  /** Replaces the list of sites and of locations. */
  setPlaces(sites: RawRecord[], locations: RawRecord[]): void {
    this.sites = sites;
    this.locations = locations;
    this.changed();
  }

  /** Adds an event, or puts it in the place of the one with its id; its dates stay as given. */
  putEvent(event: RawRecord): void {
    this.events.set(event.id, event);
    this.changed();
  }

  /** Adds or replaces a booking. */
  putBooking(booking: RawRecord): void {
    this.bookings.set(booking.id, booking);
    this.changed();
  }

  /** Sets the menu item selections of an event. */
  putSelections(eventId: number, selections: Json[]): void {
    this.selections.set(eventId, selections);
    this.changed();
  }

  /** Replaces fields of an event, if it is there, and stamps it as updated. */
  edit(id: number, patch: JsonObject, now: number): void {
    this.#edit(id, now, () => patch);
  }

  /** Gives an event another status, with its entry among the status changes (newest first). */
  setStatus(id: number, status: string, now: number): void {
    this.#edit(id, now, (event, stamp) => {
      const change = { status, previous_status: textOf(event, 'status'), created_at: stamp, created_by: 11 };
      return { status, status_changes: [change, ...objectsOf(event, 'status_changes')] };
    });
  }

  /** Marks an event as deleted. */
  delete(id: number, now: number): void {
    this.#edit(id, now, (_, stamp) => ({ deleted_at: stamp }));
  }

  /** Moves an event to another place or day, at the hours it had; every date and time field follows. */
  move(id: number, to: Move, now: number): void {
    this.#edit(id, now, (event) => {
      const { siteId = event.site_id ?? null, locationId = event.location_id ?? null } = to;
      const { date = textOf(event, 'event_date_iso8601') } = to;
      const place = { site_id: siteId, location_id: locationId };
      const [start, end] = [textOf(event, 'event_start_iso8601'), textOf(event, 'event_end_iso8601')];
      const zone = this.zoneOf({ ...event, ...place });
      return { ...place, ...eventTimes(date, start.slice(11, 16), end.slice(11, 16), zone) };
    });
  }

  #edit(id: number, now: number, by: (event: RawRecord, stamp: string) => JsonObject): void {
    const event = this.events.get(id);
    if (!event) return;
    const edited = { ...event, ...by(event, localStamp(now, this.zoneOf(event))), id };
    this.putEvent({ ...edited, updated_at: localStamp(now, this.zoneOf(edited)) });
  }

  /** IANA zone of the event's site; UTC for an unknown site. */
  zoneOf(event: RawRecord): string {
    const site = this.sites.find(({ id }) => id === event.site_id);
    return site ? ianaZone(textOf(site, 'timezone')) : 'UTC';
  }

  /** Everything as plain JSON, a copy. */
  snapshot(): unknown {
    const { settings, oauth, sites, locations } = this;
    const events = [...this.events.values()];
    const bookings = [...this.bookings.values()];
    const selections = Object.fromEntries(this.selections);
    return structuredClone({ settings, oauth, sites, locations, events, bookings, selections });
  }

  /** Takes back a snapshot; throws an Error when the data does not fit. */
  restore(data: unknown): void {
    Object.assign(this, dataSchema.parse(data));
    this.changed();
  }
}
