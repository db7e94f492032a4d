import type { EventId } from '../domain/ids.js';
import type { SharedBudget } from '../http/budget.js';

/**
 * What a document was found to be. `changedAt`: epoch milliseconds of its last change. `exposed`: others than the user
 * whose it is may read or change it.
 */
type DocumentRead =
  | { kind: 'none' }
  | { kind: 'text'; text: string; changedAt: number; exposed?: true }
  /** Something is there that cannot be read: too large, no regular file, or encrypted with another key. */
  | { kind: 'unfit'; why: string; changedAt: number };

/** How a document is kept. */
interface PutOptions {
  /** Encrypted where more people can read it than a home directory. */
  secret?: boolean;
  /** Also when the locks are gone: it says what was done, and must not be forgotten. */
  insist?: boolean;
}

/** A lock that is held; gone at once when its process dies, however it dies. */
export interface Lock {
  release(): Promise<void>;
}

/** Named locks, each held by one process among all that share this state, as far as {@link Locks.reach} says. */
export interface Locks {
  /**
   * Who shares these locks, as a text that is the same for all of them and for nobody else: with files the boot of
   * this host, its network namespace and the directory, with PostgreSQL the running server, the database and the
   * schema. Whoever holds a lock knows that everybody else of the same reach does not; of another reach nothing is
   * known. It changes when the host or the server is started anew, and then all earlier holders are gone.
   */
  readonly reach: string;
  /**
   * Aborts when the locks are gone although nobody released them; its reason is a sentence. Whoever holds one must
   * not write any more. With files that cannot happen.
   */
  readonly lost: AbortSignal;
  /** Takes the named lock, or null when another holder has it, this process included. Never waits. */
  tryLock(name: string): Promise<Lock | null>;
  /**
   * Asked right before a write to Revel: returns at once when the locks were proved to be held within the last five
   * seconds, else asks. Throws an AppError (`STATE`, exit 75) when they are gone.
   */
  confirm(): Promise<void>;
}

/**
 * Small texts by name: `name` or `folder/name`, of lower-case letters, digits, dots and dashes. Each is replaced as a
 * whole: readers see the old one or the new one. Every method throws an AppError (`STATE`).
 */
export interface Documents {
  get(name: string): Promise<DocumentRead>;
  /** Durable when it returns. */
  put(name: string, text: string, options?: PutOptions): Promise<void>;
  /** One that is not there is fine. */
  delete(name: string): Promise<void>;
  /** Puts it in the place of another one, unread. */
  move(name: string, to: string): Promise<void>;
  /** Throws when nothing could be written at the moment. */
  probe(): Promise<void>;
  /** Where the document lies, for a sentence: a path, or the database. */
  place(name: string): string;
}

/** Lines that are only ever appended; the oldest go when there are too many. */
export interface Log {
  /** Durable when it returns, also when the locks are gone. Lines without their newlines. */
  append(lines: readonly string[]): Promise<void>;
  /** All of them, oldest first. Lines that are too long are left out. */
  read(): AsyncIterable<string>;
  /** Those that {@link isHeadline} picks, newest first. */
  headlines(): AsyncIterable<string>;
}

/** The few lines of the log that are looked for from its end: the beginnings and ends of sweeps. */
export function isHeadline(line: Buffer | string): boolean {
  return line.includes('"type":"run-') && line.includes('"mode":"bulk"');
}

/** A delivery that is acknowledged once it is kept. */
export interface Delivery {
  event: EventId;
  /** Correlation id, eight hex digits, different for each delivery. */
  run: string;
  /** Epoch milliseconds. */
  at: number;
}

/** A run that is owed to an event: it must begin after the last delivery. */
export interface Owed extends Delivery {
  /** Runs that were started for it in a row of which nobody has told a good end. */
  starts: number;
}

/** What is owed, taken on by this process until it says what became of it. `seq` names the last delivery. */
export interface Taken extends Owed {
  seq: string;
}

/**
 * The runs that are owed, one row for each event. A delivery changes the row's `seq`; whoever runs the event holds the
 * row's lock, and deletes the row where `seq` is still what was taken. Every method throws an AppError (`STATE`).
 */
export interface Queue {
  /** All of them are durable when it returns, or none counts. */
  push(deliveries: readonly Delivery[]): Promise<void>;
  /** What is due, oldest first, also what other relays have left. */
  owed(): Promise<Owed[]>;
  /** Takes on an event and counts the start, durably; `busy`: another relay has it; null: nothing is owed any more. */
  take(event: EventId): Promise<Taken | 'busy' | null>;
  /** A run has ended that counts. True: a delivery came meanwhile, so that another one is owed. */
  done(taken: Taken): Promise<boolean>;
  /** Owed still, and not by anybody before `delayMs` from now. `failed`: the start stays counted. */
  later(taken: Taken, delayMs: number, failed: boolean): Promise<void>;
  /** Throws when deliveries cannot be made durable at the moment. */
  check(): Promise<void>;
  /** After what was asked for so far. */
  close(): Promise<void>;
}

/** No pause of a request budget is longer; one that ends later was written by a clock that has been put back since. */
export const MAX_PAUSE_MS = 120_000;
/**
 * Requests reach a service some milliseconds after they were granted, one sooner than the other: without a margin it
 * could count one too many in a second.
 */
export const MARGIN_MS = 25;

/** What a directory and a database each do in their own way; everything else is written once on top. */
export interface Primitives {
  locks: Locks;
  documents: Documents;
  log: Log;
  /** The request budget of that name (letters, digits and dashes). */
  budget(name: string): SharedBudget;
  /** Null: another process works on it. */
  openQueue(): Promise<Queue | null>;
  close(): Promise<void>;
}
