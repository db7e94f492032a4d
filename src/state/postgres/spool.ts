import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { type EventId, parseEventId } from '../../domain/ids.js';
import { errorText } from '../../errors.js';
import type { Spool, SpoolEntry } from '../types.js';
import type { Timeouts } from './connect.js';
import { SessionLocks } from './locks.js';
import { checkSchema } from './schema.js';
import { Session, type SessionOptions } from './session.js';

/** How often hosts that are gone are looked for, in milliseconds. */
const ADOPT_EVERY_MS = 5_000;
/** A webhook waits for this: better a quick refusal, after which it is sent again. */
const TIMEOUTS: Timeouts = { connect: 3_000, statement: 4_000, answer: 5_000 };

const ownerRow = z.object({ owner: z.uuid() });
const adoptedRow = z.object({
  event: z.string().transform((text, context): EventId => {
    const id = parseEventId(text);
    if (id !== null) return id;
    context.addIssue({ code: 'custom', message: 'is not an event id' });
    return z.NEVER;
  }),
  run: z.string(),
  at: z.string().transform(Number).pipe(z.number().int().nonnegative()),
  token: z.uuid(),
});

/** What {@link openTableSpool} is made with. */
export interface TableSpoolOptions extends SessionOptions {
  /** Told in one line when promises of another host were taken over, or that could not be looked for. */
  log?: (line: string) => void;
  /** Milliseconds between two looks for hosts that are gone. */
  adoptEveryMs?: number;
}

/** A row that is to be there (entry), or not to be there as it was (null). */
interface Change {
  event: EventId;
  entry: SpoolEntry | null;
  token: string;
}

interface Batch {
  changes: readonly Change[];
  settle(error: unknown): void;
}

/**
 * The promises of all relays in one table. Each host works on its own rows, and while it lives holds a lock that
 * says so; rows of a host without its lock go to whichever host looks first. Promises are kept at least once:
 * the run itself holds the event's lock and finds out what is left to do.
 */
export async function openTableSpool(options: TableSpoolOptions): Promise<Spool> {
  const spool = new TableSpool(options);
  await spool.open();
  return spool;
}

class TableSpool implements Spool {
  left: readonly SpoolEntry[] = [];
  readonly #options: TableSpoolOptions;
  readonly #timer: NodeJS.Timeout;
  /** Event → its promise, and what marks its row as the one that this process knows of. */
  readonly #live = new Map<EventId, { entry: SpoolEntry; token: string }>();
  #batches: Batch[] = [];
  #queue: Promise<void> = Promise.resolve();
  #scheduled = false;
  #host: { owner: string; session: Session; locks: SessionLocks } | null = null;
  #listener: ((entries: readonly SpoolEntry[]) => void) | null = null;
  #looking = false;
  #complained = false;
  #closed = false;

  constructor(options: TableSpoolOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.#look(), options.adoptEveryMs ?? ADOPT_EVERY_MS);
    this.#timer.unref();
  }

  async open(): Promise<void> {
    try {
      this.left = await this.#inTurn(() => this.#adopt());
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  add(entries: readonly SpoolEntry[]): Promise<void> {
    const changes = entries.map((entry) => ({ event: entry.event, entry, token: randomUUID() }));
    for (const change of changes) this.#live.set(change.event, change);
    return this.#enqueue(changes);
  }

  remove(event: EventId): Promise<void> {
    const known = this.#live.get(event);
    this.#live.delete(event);
    return known ? this.#enqueue([{ event, entry: null, token: known.token }]) : Promise.resolve();
  }

  confirm(): Promise<void> {
    return this.#enqueue([]);
  }

  check(): Promise<void> {
    return this.#enqueue([]);
  }

  onAdopted(listener: (entries: readonly SpoolEntry[]) => void): void {
    this.#listener = listener;
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    // What is adopted last is answered with changes of its own.
    for (let last: Promise<void> | null = null; last !== this.#queue; ) {
      last = this.#queue;
      await last;
    }
    await this.#host?.session.close();
    this.#host = null;
  }

  /** Changes wait while a statement is under way, and then go out with one. */
  #enqueue(changes: readonly Change[]): Promise<void> {
    const done = new Promise<void>((resolve, reject) => {
      const settle = (error: unknown) => (error === null ? resolve() : reject(error));
      this.#batches.push({ changes, settle });
    });
    if (!this.#scheduled) {
      this.#scheduled = true;
      void this.#inTurn(() => this.#write());
    }
    return done;
  }

  async #write(): Promise<void> {
    const batches = this.#batches;
    this.#batches = [];
    this.#scheduled = false;
    // The last word on an event counts.
    const last = new Map(batches.flatMap(({ changes }) => changes).map((change) => [change.event, change]));
    let problem: unknown = null;
    try {
      const { owner, session } = await this.#connected();
      await session.query('SELECT 1 AS one', [owner, ...columns([...last.values()])], WRITE);
      for (const { event, entry, token } of last.values()) {
        if (entry && this.#live.has(event)) this.#live.set(event, { entry, token });
      }
    } catch (error) {
      problem = error;
      for (const { event, entry, token } of last.values()) {
        if (entry && this.#live.get(event)?.token === token) this.#live.delete(event);
      }
    }
    for (const { settle } of batches) settle(problem);
  }

  async #look(): Promise<void> {
    // What nobody hears of would be run by nobody.
    if (this.#looking || this.#closed || !this.#listener) return;
    this.#looking = true;
    try {
      const adopted = await this.#inTurn(() => this.#adopt());
      if (adopted.length > 0) this.#listener(adopted);
      this.#complained = false;
    } catch (error) {
      if (!this.#complained) this.#options.log?.(`Other hosts were not looked after. ${errorText(error)}`);
      this.#complained = true;
    }
    this.#looking = false;
  }

  /** Takes over whatever belongs to hosts that do not hold their lock. */
  async #adopt(): Promise<SpoolEntry[]> {
    const { owner, session, locks } = await this.#connected();
    const rows = await session.query(OTHERS, [owner]);
    const adopted: SpoolEntry[] = [];
    for (const other of z.array(ownerRow).parse(rows)) {
      const lock = await locks.tryLock(lockName(other.owner));
      if (!lock) continue;
      const taken = z.array(adoptedRow).parse(await session.query(ADOPT, [owner, other.owner], TAKEN));
      await lock.release();
      for (const { token, ...entry } of taken) {
        this.#live.set(entry.event, { entry, token });
        adopted.push(entry);
      }
      if (taken.length > 0) {
        this.#options.log?.(`Events taken over from a relay that is gone: ${taken.length}`);
      }
    }
    return adopted.sort((a, b) => a.at - b.at);
  }

  /**
   * The session, opened anew under another name if it was lost. Others may have taken the old rows by then, and even
   * have done with them, while deliveries joined them here: so all that is still promised is written again.
   */
  async #connected() {
    if (this.#host && !this.#host.session.lost.aborted) return this.#host;
    this.#host = null;
    const session = await Session.open({ ...this.#options, timeouts: TIMEOUTS });
    try {
      await checkSchema(session);
      const locks = new SessionLocks(session, '');
      const owner = randomUUID();
      await locks.tryLock(lockName(owner));
      const promised = [...this.#live].map(([event, { entry, token }]) => ({ event, entry, token }));
      if (promised.length > 0) await session.query('SELECT 1 AS one', [owner, ...columns(promised)], WRITE);
      this.#host = { owner, session, locks };
      return this.#host;
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(work);
    this.#queue = result.then(
      () => undefined,
      () => undefined,
    );
    return result;
  }
}

function lockName(owner: string): string {
  return `relay-${owner}`;
}

function columns(changes: readonly Change[]): unknown[][] {
  const gone = changes.filter(({ entry }) => entry === null);
  const kept = changes.flatMap(({ entry, token }) => (entry ? [{ ...entry, token }] : []));
  return [
    gone.map(({ event }) => event),
    gone.map(({ token }) => token),
    kept.map(({ event }) => event),
    kept.map(({ run }) => run),
    kept.map(({ at }) => at),
    kept.map(({ token }) => token),
  ];
}

/** Also without changes: then it shows that the table can be written. */
const WRITE = `
  gone AS (
    DELETE FROM ts_reconcile.spool
    WHERE owner = $1 AND (event, token) IN (SELECT * FROM unnest($2::text[], $3::uuid[]))
  ), kept AS (
    INSERT INTO ts_reconcile.spool (owner, event, run, at, token)
    SELECT $1, event, run, at, token
    FROM unnest($4::text[], $5::text[], $6::bigint[], $7::uuid[]) AS entry (event, run, at, token)
    ON CONFLICT (owner, event) DO UPDATE
      SET run = excluded.run, at = excluded.at, token = excluded.token
  )`;

const OTHERS = 'SELECT DISTINCT owner FROM ts_reconcile.spool WHERE owner <> $1';

/** A row of ours for the same event gets a new token: that its run has ended does not keep the other's promise. */
const TAKEN = 'taken AS (DELETE FROM ts_reconcile.spool WHERE owner = $2 RETURNING event, run, at)';
const ADOPT = `
  INSERT INTO ts_reconcile.spool (owner, event, run, at, token)
  SELECT $1, event, run, at, gen_random_uuid() FROM taken
  ON CONFLICT (owner, event) DO UPDATE SET token = excluded.token
  RETURNING event, run, at, token`;
