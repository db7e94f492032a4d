import { z } from 'zod';
import type { EventId } from '../../domain/ids.js';
import { plural } from '../../text/text.js';
import { keptEventId } from '../event-id.js';
import type { Delivery, Lock, Owed, Queue, Taken } from '../primitives.js';
import type { Timeouts } from './connect.js';
import { lockReach, SessionLocks } from './locks.js';
import { checkSchema } from './schema.js';
import { Session, type SessionOptions, type Values } from './session.js';

/** A webhook waits for this: better a quick refusal, after which it is sent again. */
const TIMEOUTS: Timeouts = { connect: 3_000, statement: 4_000, answer: 5_000 };

const owedRow = z.object({
  event: keptEventId,
  run: z.string().regex(/^[0-9a-f]{8}$/),
  at: z.string().transform(Number).pipe(z.number().int().nonnegative()),
  starts: z.number().int().nonnegative(),
  seq: z.string(),
});

interface Connected {
  session: Session;
  locks: SessionLocks;
}

interface Batch {
  deliveries: readonly Delivery[];
  settle(error: unknown): void;
}

/** What {@link openTableQueue} is made with. */
export interface TableQueueOptions extends SessionOptions {
  /** Told in one line, once, about rows that could not be understood. */
  log?: (line: string) => void;
}

/**
 * The queue in one table, shared by the relays of all hosts: any of them takes on what is due and not locked. On a
 * connection of its own, which is opened anew when it is lost: another host may then run what this one is running,
 * which finds out what is left to do.
 */
export async function openTableQueue(options: TableQueueOptions): Promise<Queue> {
  const queue = new TableQueue(options);
  await queue.check();
  return queue;
}

class TableQueue implements Queue {
  readonly #options: TableQueueOptions;
  readonly #held = new Map<EventId, Lock>();
  #batches: Batch[] = [];
  #connection: Promise<Connected | null> = Promise.resolve(null);
  #pushing = false;
  #warned = false;

  constructor(options: TableQueueOptions) {
    this.#options = options;
  }

  push(deliveries: readonly Delivery[]): Promise<void> {
    const done = new Promise<void>((resolve, reject) => {
      const settle = (error: unknown) => (error === null ? resolve() : reject(error));
      this.#batches.push({ deliveries, settle });
    });
    if (!this.#pushing) void this.#pushAll();
    return done;
  }

  async owed(): Promise<Owed[]> {
    return this.#understood(await this.#query(OWED));
  }

  async take(event: EventId): Promise<Taken | 'busy' | null> {
    const { locks } = await this.#connected();
    const lock = await locks.tryLock(`queue-${event}`);
    if (!lock) return 'busy';
    let taken: Taken[];
    try {
      taken = this.#understood(await this.#query(TAKE, [event]));
    } catch (error) {
      await lock.release();
      throw error;
    }
    if (taken[0]) this.#held.set(event, lock);
    else await lock.release();
    return taken[0] ?? null;
  }

  async done(taken: Taken): Promise<boolean> {
    const left = await this.#query(KEEP, [taken.event, taken.seq], DELETE);
    await this.#release(taken);
    return left.length > 0;
  }

  async later(taken: Taken, delayMs: number, failed: boolean): Promise<void> {
    await this.#query(LATER, [taken.event, delayMs, failed]);
    await this.#release(taken);
  }

  async check(): Promise<void> {
    await this.#query(PUSH, columns([]));
  }

  async close(): Promise<void> {
    const connected = await this.#connection.catch(() => null);
    await connected?.session.close();
  }

  /** Deliveries wait while a statement is under way, and then go out with one. */
  async #pushAll(): Promise<void> {
    this.#pushing = true;
    while (this.#batches.length > 0) {
      const batches = this.#batches;
      this.#batches = [];
      // The last word on an event counts.
      const last = new Map(batches.flatMap(({ deliveries }) => deliveries).map((each) => [each.event, each]));
      const problem = await this.#query(PUSH, columns([...last.values()])).then(
        () => null,
        (error: unknown) => error,
      );
      for (const { settle } of batches) settle(problem);
    }
    this.#pushing = false;
  }

  /** One row that somebody else has put there must not keep all others from being run. */
  #understood(rows: readonly unknown[]): Taken[] {
    const known = rows.flatMap((row) => owedRow.safeParse(row).data ?? []);
    const strange = rows.length - known.length;
    if (strange > 0 && !this.#warned) {
      this.#warned = true;
      this.#options.log?.(
        `${plural(strange, 'row')} of the queue made no sense; the next sweep finds what they may have been.`,
      );
    }
    return known;
  }

  async #release({ event }: Taken): Promise<void> {
    const lock = this.#held.get(event);
    this.#held.delete(event);
    await lock?.release();
  }

  async #query(sql: string, values: Values = [], ctes = ''): Promise<unknown[]> {
    const { session } = await this.#connected();
    return session.query(sql, values, ctes);
  }

  /** One opening at a time, whoever asks. */
  async #connected(): Promise<Connected> {
    const connected = this.#connection.then(
      (known) => (known === null || known.session.lost.aborted ? this.#open() : known),
      () => this.#open(),
    );
    this.#connection = connected;
    return connected;
  }

  async #open(): Promise<Connected> {
    this.#held.clear();
    const session = await Session.open({ ...this.#options, timeouts: TIMEOUTS });
    try {
      await checkSchema(session);
      return { session, locks: new SessionLocks(session, await lockReach(session)) };
    } catch (error) {
      await session.close();
      throw error;
    }
  }
}

function columns(deliveries: readonly Delivery[]): unknown[][] {
  return [
    deliveries.map(({ event }) => event),
    deliveries.map(({ run }) => run),
    deliveries.map(({ at }) => at),
  ];
}

const COLUMNS = 'event, run, at, starts, seq';

/** Also without deliveries: then it shows that the table can be written. In one order, so that hosts do not block each other. */
const PUSH = `
  INSERT INTO ts_reconcile.queue (event, run, at)
  SELECT event, run, at FROM unnest($1::text[], $2::text[], $3::bigint[]) AS delivery (event, run, at)
  ORDER BY event
  ON CONFLICT (event) DO UPDATE SET run = excluded.run, seq = DEFAULT RETURNING event`;

const OWED = `SELECT ${COLUMNS} FROM ts_reconcile.queue WHERE due_at <= clock_timestamp() ORDER BY at, event`;

const TAKE = `
  UPDATE ts_reconcile.queue SET starts = starts + 1
  WHERE event = $1 AND due_at <= clock_timestamp() RETURNING ${COLUMNS}`;

const DELETE =
  'gone AS (DELETE FROM ts_reconcile.queue WHERE event = $1 AND seq = $2::bigint RETURNING event)';
const KEEP = `
  UPDATE ts_reconcile.queue SET starts = 0, due_at = '-infinity'
  WHERE event = $1 AND seq <> $2::bigint RETURNING event`;

const LATER = `
  UPDATE ts_reconcile.queue
  SET due_at = clock_timestamp() + $2 * interval '1 millisecond', starts = CASE WHEN $3 THEN starts ELSE 0 END
  WHERE event = $1 RETURNING event`;
