import type { Clock } from '../clock.js';
import type { Config } from '../config/types.js';
import type { Acceptance } from '../domain/acceptance.js';
import type { Booked } from '../domain/booked.js';
import type { Decision } from '../domain/decision.js';
import type { Difference } from '../domain/differences.js';
import type { EventHeader } from '../domain/event.js';
import type { EventId } from '../domain/ids.js';
import type { Action } from '../domain/plan.js';
import type { FailReason, SkipReason } from '../domain/reasons.js';
import type { RivalOrder } from '../domain/rivals.js';
import type { Shard } from '../domain/shard.js';
import type { RevelPort } from '../revel/types.js';
import type { StateStore } from '../state/types.js';
import type { TripleseatPort } from '../tripleseat/types.js';
import type { TakeBack } from './order/knowledge.js';
import type { Rule } from './order/next.js';

/** Who started a run. */
type Trigger = 'manual' | 'cron' | 'webhook';

/** What a run is asked to do. */
export interface SyncRequest {
  target:
    | { kind: 'events'; ids: EventId[] }
    /** `shard`: only this part of the events; null or absent: all of them. */
    | { kind: 'sweep'; hoursBack: number; shard?: Shard | null }
    /**
     * The events of today and so many days more, judged as sweeps of their own days would judge them; only ever a dry
     * run.
     */
    | { kind: 'preview'; days: number };
  /** Plan and report, write nothing anywhere. */
  dryRun: boolean;
  /** Also inject events whose window has passed. */
  late: boolean;
  /** Go past the limit of creates per run. */
  force: boolean;
  /** What a person has decided about the one event that is named; absent: nothing. */
  decision?: Decision;
  /** Wait for whoever holds a lock, as long as the run may last. */
  wait?: boolean;
  /** Location names or site ids; null: all. */
  locations: string[] | null;
  trigger: Trigger;
  /** 8 hex digits. */
  correlationId: string;
}

/** The settings of {@link Config} that the sync library uses. */
export type SyncSettings = Pick<
  Config,
  | 'locations'
  | 'enabled'
  | 'allowedLocations'
  | 'testEstablishmentId'
  | 'syncStatuses'
  | 'otherStatuses'
  | 'notBefore'
  | 'leadHours'
  | 'graceHours'
  | 'paymentPolicy'
  | 'unmatchedPolicy'
  | 'ignoredEvents'
  | 'concurrency'
  | 'maxCreatesPerRun'
  | 'settleMs'
  | 'inFlightMs'
  | 'maxRunSeconds'
> & { /** Requests per second that Revel gets from this run. */ revelRps: number };

/** Everything a run acts through. Nothing in the sync library reaches for the outside by itself. */
export interface SyncDeps {
  settings: SyncSettings;
  tripleseat: TripleseatPort;
  revel: RevelPort;
  /** Without a cache every event is read in every sweep. */
  state: Pick<StateStore, 'locks' | 'journal'> & Partial<Pick<StateStore, 'cache'>>;
  clock: Clock;
  /** 8 hex digits that no other process has. */
  process: string;
  /** Aborted by a signal or by the limit on the run's time: finish the write in flight, then report. */
  stop: AbortSignal;
  events: SyncEvents;
  /** How payments of an order that a person has decided to take away are taken back there; absent: marked. */
  takeBack?: TakeBack;
  /** What people have seen and leave as it is; absent: nothing. */
  accepted?: readonly Acceptance[];
  /** Other rules than the protocol's, for proving that each is needed. */
  rules?: readonly Rule[];
}

/** What the library says while it works; commands turn it into log lines and progress. */
export interface SyncEvents {
  /** The run may begin: it holds the lock it needs. */
  started(): void;
  notice(message: string): void;
  warning(message: string): void;
  /** One event is finished. */
  result(result: EventResult): void;
  progress(done: number, total: number, what: string): void;
}

/** What became of one event. */
export type EventResult = {
  id: EventId;
  name: string | null;
  /** Local date, `YYYY-MM-DD`. */
  date: string | null;
  /** Name of the location, null when none is configured for it. */
  location: string | null;
  /**
   * Its order; in a dry run the one that it would leave standing or take away. Null: there is none, none is known, or a
   * dry run would make a new one.
   */
  orderId: string | null;
  /** Decimal money, e.g. `1472.00`; null: not known. */
  total: string | null;
  /** What in the order is not as the event has it, whether that is a fault or staff's work. */
  differences: Difference[];
  /** Several orders of the event that staff can see, of which a person decides; empty: there are not several. */
  orders: RivalOrder[];
  /** Carried out, or in a dry run planned. */
  changes: Action[];
  /** A sentence for a person; also given for a skip that needs explaining. */
  error: string | null;
  /** The same where `error` goes by what this run has seen besides: that by which the failure is known again. */
  own?: string;
  /** Sentences about what was not taken as the event has it; see `told` of the wanted order. */
  notes: readonly string[];
  /** An API did not answer for it: several in a row stop the run. */
  upstream: boolean;
  /** What event and order come to; absent: not known. */
  booked?: Booked;
} & (
  | { status: 'injected'; reason: null }
  | { status: 'repaired'; reason: null }
  | { status: 'skipped'; reason: SkipReason }
  | { status: 'failed'; reason: FailReason }
);

/** Why a run stopped before its end, or could not cover what it was asked for. */
export type RunProblem =
  | { kind: 'locked'; message: string }
  | { kind: 'unavailable'; message: string }
  | { kind: 'credentials'; message: string; hint: string | null }
  | { kind: 'create-limit'; message: string }
  /** Part of what was asked for could not be read; the rest was done. */
  | {
      kind: 'incomplete';
      message: string;
      /** Because an API did not answer: it may well be read the next time. */
      unanswered: boolean;
    }
  | { kind: 'stopped'; message: string }
  /** The shared state is away or was lost; nothing is written without it. */
  | { kind: 'state-unavailable'; message: string }
  /** The state refuses for a reason that does not pass by waiting: a damaged token file, a full disk, a wrong key. */
  | { kind: 'state'; message: string; hint: string | null };

/** The outcome of a whole run. */
export interface SyncOutcome {
  /** What was covered; null for single events. ISO 8601 in UTC. */
  window: { from: string; to: string } | null;
  results: EventResult[];
  problem: RunProblem | null;
  /** A sweep that read all of its searches to the end. */
  complete: boolean;
}

/** An event a run deals with: from a search (header known) or by id alone. */
export interface Candidate {
  id: EventId;
  header: EventHeader | null;
}

/** An event that a search has shown. */
export type Listed = Candidate & { header: EventHeader };
