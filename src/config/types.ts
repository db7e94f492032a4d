import type { EventId } from '../domain/ids.js';
import type { Location } from '../domain/location.js';
import type { PaymentPolicy, UnmatchedPolicy } from '../domain/policies.js';

/** The whole configuration, checked; every value as section by section in docs/configuration.md. */
export interface Config {
  tripleseat: {
    /** No trailing slash. */
    baseUrl: string;
    tokenUrl: string;
    authorizeUrl: string;
    clientId: string;
    clientSecret: string;
    /** First refresh token; null: none given. */
    refreshToken: string | null;
    scope: string;
    /** Requests per second. */
    rps: number;
  };
  revel: {
    /** No trailing slash. */
    baseUrl: string;
    apiKey: string;
    apiSecret: string;
    /** Requests per second. */
    rps: number;
  };
  locations: Location[];
  /** The kill switch: false → nothing is written. */
  enabled: boolean;
  dryRun: boolean;
  /** Null: all. Otherwise site ids (as text) and location names that may be written to. */
  allowedLocations: string[] | null;
  testEstablishmentId: number | null;
  /** Statuses of events that get an order, upper case. */
  syncStatuses: string[];
  /** Statuses of events that get none; LOST is always one of them. */
  otherStatuses: string[];
  /** Go-live day `YYYY-MM-DD` of the shops that have none of their own; null: none. */
  notBefore: string | null;
  leadHours: number;
  graceHours: number;
  paymentPolicy: PaymentPolicy;
  unmatchedPolicy: UnmatchedPolicy;
  ignoredEvents: ReadonlySet<EventId>;
  concurrency: number;
  httpTimeoutMs: number;
  maxRunSeconds: number;
  maxCreatesPerRun: number;
  /** Milliseconds after which an accepted write is taken to be visible to every look-up (SETTLE_SECONDS). */
  settleMs: number;
  /**
   * Milliseconds after it was sent within which Revel may still carry out a request whose answer was lost
   * (IN_FLIGHT_SECONDS): the client's own time-out does not bound when a server commits.
   */
  inFlightMs: number;
  /** Absolute path. */
  stateDir: string;
  stateUrl: string | null;
  /** 32 bytes each, in hex or base64; the first one encrypts. Not empty when there is a `stateUrl`. */
  stateKeys: string[];
  webhookSigningKeys: string[];
  serveToken: string | null;
  smtp: { url: string; from: string; to: string[]; on: ('changes' | 'failures' | 'preview')[] } | null;
  /** `on`: what is worth a message. */
  chat: { url: string; on: ('changes' | 'failures' | 'preview')[] } | null;
  healthcheckUrl: string | null;
  metricsFile: string | null;
  /** Addresses of pages, with `{id}`; null: not known. */
  links: { event: string | null; order: string | null };
  log: { level: 'debug' | 'info' | 'warn' | 'error'; format: 'text' | 'timed' | 'json' };
}
