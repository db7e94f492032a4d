import type { Acceptance } from '../domain/acceptance.js';
import type { Account } from '../domain/account.js';
import type { Booked } from '../domain/booked.js';
import type { Difference } from '../domain/differences.js';
import type { RivalOrder } from '../domain/rivals.js';
import type { Shard } from '../domain/shard.js';
import type { SharedBudget } from '../http/budget.js';
import type { Documents, Locks, Queue } from './primitives.js';

/** Tripleseat tokens as stored. Times in epoch milliseconds. */
export interface Tokens {
  accessToken: string;
  /** Null with the client_credentials grant. */
  refreshToken: string | null;
  expiresAt: number;
  scope: string | null;
  obtainedAt: number;
  /** Path of the endpoint that issued them; absent: not recorded. */
  endpoint?: string | undefined;
}

/**
 * Tokens rotate and the old refresh token dies when used: whoever refreshes holds {@link TokenStore.exclusive},
 * reads again inside it, and has the new pair on disk before using it.
 */
export interface TokenStore {
  read(): Promise<Tokens | null>;
  /** Durable when it returns. */
  write(tokens: Tokens): Promise<void>;
  /** Throws when tokens could not be written at the moment; leaves the stored ones alone. */
  probe(): Promise<void>;
  clear(): Promise<void>;
  /** Runs `work` while no other process on this store does; waits for its turn, at most `timeoutMs`. */
  exclusive<T>(timeoutMs: number, work: () => Promise<T>): Promise<T>;
}

/** One line of the journal. `at` is ISO 8601 in UTC, `run` the correlation id. */
export type JournalRecord =
  | {
      type: 'run-start';
      at: string;
      run: string;
      mode: 'single' | 'bulk';
      trigger: string;
      window: { from: string; to: string } | null;
      /** The part of all events that a sweep was for; null or absent: all of them. */
      shard?: Shard | null;
      /** Where it runs; absent: recorded by a version that did not tell. */
      host?: string | undefined;
      pid?: number | undefined;
      /** IANA zone of the first shop, whose clock people read; absent: as `host`. */
      zone?: string | undefined;
      /** The events that it was asked for, the first hundred of them. */
      events?: string[] | undefined;
    }
  | {
      type: 'event';
      at: string;
      run: string;
      id: string;
      name: string | null;
      date: string | null;
      location: string | null;
      status: 'injected' | 'repaired' | 'skipped' | 'failed';
      reason: string | null;
      order: string | null;
      total: string | null;
      error: string | null;
      /** Absent: none, or recorded by a version that did not tell. */
      differences?: Difference[] | undefined;
      /** As `differences`. */
      orders?: RivalOrder[] | undefined;
    }
  | {
      /** What an event and its order come to, whenever that has changed. */
      type: 'booked';
      at: string;
      run: string;
      id: string;
      date: string | null;
      location: string | null;
      booked: Booked;
    }
  | {
      type: 'run-end';
      at: string;
      run: string;
      mode: 'single' | 'bulk';
      /** The sweep covered its whole window (whatever became of single events). */
      complete: boolean;
      /** As in `run-start`. */
      shard?: Shard | null;
      exit: number;
      summary: { queried: number; injected: number; repaired: number; skipped: number; failed: number };
      /** Requests that went out to each service; absent: recorded by a version that did not tell. */
      requests?: { tripleseat: number; revel: number } | undefined;
    };

export interface Journal {
  /** Durable when it returns. */
  append(records: JournalRecord[]): Promise<void>;
  /** Oldest first, across rotated files; torn or foreign lines are passed over. */
  read(): AsyncIterable<JournalRecord>;
  /**
   * Start (ISO 8601) of the last sweep that covered its whole window, or of the earliest of those that covered it
   * in shards; with a shard, of the last one that covered at least that shard. Null: none on record.
   */
  lastGoodSweep(shard?: Shard | null): Promise<string | null>;
}

/** Small bounded key-value memory that only makes runs cheaper; losing it at any moment is harmless. */
export interface Cache {
  /** `anew`: as others have left it by now, whatever was read before. */
  get(key: string, anew?: boolean): Promise<unknown>;
  set(key: string, value: unknown): Promise<void>;
  /** Writes what was set; a failure to write is not an error. */
  flush(): Promise<void>;
}

/** A failure that somebody was told of by mail. Times in epoch milliseconds. */
export interface MailedFailure {
  /** Event id, or `run` for a failure of a run as a whole. */
  subject: string;
  /** Reason code of the event, or code of the run's error. */
  reason: string;
  /** When it was first mailed. */
  since: number;
  /** When it was mailed last. */
  mailedAt: number;
  /** What the event was called, on which local date (`YYYY-MM-DD`) and where; to tell when it is over. */
  name: string | null;
  date: string | null;
  location: string | null;
  /** It was about dishes or whether there is an order, not about money alone; absent: as its reason mostly is. */
  dishes?: boolean | undefined;
}

/** Which standing failures were mailed when. Bounded; losing it costs repeated mails and nothing else. */
export interface MailMemory {
  /** In no particular order; empty when there is none or it makes no sense. */
  read(): Promise<MailedFailure[]>;
  /** Adds or replaces some entries (key: subject and reason), forgets others, leaves the rest. Durable. */
  update(change: {
    mailed: readonly MailedFailure[];
    forget: readonly Pick<MailedFailure, 'subject' | 'reason'>[];
  }): Promise<void>;
  /**
   * Does what reads, tells and updates while nobody else on this state does, so that nothing is told twice. Waits for
   * others no longer than that: twice is better than never.
   */
  inTurn(timeoutMs: number, work: () => Promise<void>): Promise<void>;
}

/** Failures that people have seen and leave as they are. Losing it reports them again. */
export interface Acceptances {
  /** At most one for each event. */
  read(): Promise<Acceptance[]>;
  /** In the place of an earlier one for the event. Durable. */
  put(acceptance: Acceptance): Promise<void>;
}

/** What `certify` has found the account to be. Losing it makes it unknown again. */
export interface Accounts {
  /**
   * Of the account of that name; null: nothing, or only of another one. `other-format`: written by a version of the
   * program that this one does not understand.
   */
  read(name: string): Promise<Account | 'other-format' | null>;
  /** Takes the place of what was known, of another account too. Durable. */
  change(name: string, by: (account: Account | null) => Account): Promise<void>;
}

/** Local state: one interface for a directory and, for several hosts, a database. */
export interface StateStore {
  readonly locks: Locks;
  /** For whatever else is to be kept, see `keep`; read-only in a dry run. */
  readonly documents: Documents;
  tokens: TokenStore;
  journal: Journal;
  cache: Cache;
  /**
   * The request budget of that name (letters, digits and dashes) as all processes on this state use it; absent:
   * this state has none, and each process counts for itself.
   */
  budget?(name: string): SharedBudget;
  mailMemory: MailMemory;
  acceptances: Acceptances;
  account: Accounts;
  /** The runs that are owed to webhooks; null: another process works on them. */
  openQueue(): Promise<Queue | null>;
  close(): Promise<void>;
}
