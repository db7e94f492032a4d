import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { type Clock, systemClock } from '../../clock.js';
import { AppError, ExitCode, errorText } from '../../errors.js';
import { type Connection, connect, type Timeouts } from './connect.js';
import { databaseError } from './failure.js';

/** How a session is opened. */
export interface SessionOptions {
  url: string;
  timeouts?: Timeouts;
  /** Milliseconds between two signs of life while nothing else is asked, and how long an answer may take. */
  heartbeat?: { everyMs: number; answerMs: number };
  clock?: Clock;
}

/** Values of a statement's parameters. */
export type Values = readonly (string | number | boolean | null | Buffer | readonly unknown[])[];

/** Together well below the time after which the server gives up on a silent client. */
const HEARTBEAT = { everyMs: 5_000, answerMs: 5_000 };
/** For so long after it was given, the server's word that the session lives is proof that its locks are held. */
const PROOF_MS = 5_000;
/** How often a pooler is asked for the connection where locks were left behind. */
const FREE_TRIES = 10;
/** Longest wait for the server to hear that a session ends. */
const LEAVE_MS = 1_000;

/**
 * The session's mark, which each later statement finds again unless a pooler has handed it to another connection. One
 * that is there already was left by a session on the same connection that lives or was killed: it stays.
 */
const MARK = `
  WITH earlier AS MATERIALIZED (
    SELECT coalesce(current_setting('ts_reconcile.session', true), '') AS mark, pg_backend_pid() AS pid
  )
  SELECT mark, pid, CASE WHEN mark = '' THEN set_config('ts_reconcile.session', $1, false) END AS own FROM earlier`;
const markRow = z.object({ mark: z.string(), pid: z.number().int() });

/** Frees all locks of the session, if this is its connection. */
const FREE = `
  SELECT CASE WHEN current_setting('ts_reconcile.session', true) = $1
    THEN pg_advisory_unlock_all()::text || set_config('ts_reconcile.session', '', false) END IS NOT NULL AS own`;
const freeRow = z.object({ own: z.boolean() });

/** Every answer: the mark of the connection that gave it, and a row of the statement, or none. */
const answerRow = z.looseObject({ session_mark: z.string().nullable(), session_row: z.boolean().nullable() });

/**
 * One connection for the whole life of a store: its locks live and die with it, so it is never opened anew. The
 * first failure of any kind ends it: {@link lost} aborts, and every later statement is refused.
 */
export class Session {
  /** What tells this session from any other on the server. */
  readonly mark = randomUUID();
  readonly #connection: Connection;
  readonly #clock: Clock;
  readonly #lost = new AbortController();
  readonly #heartbeat: NodeJS.Timeout;
  #backend = 0;
  #pending = 0;
  #queue: Promise<unknown> = Promise.resolve();
  #closing = false;
  /** When the last statement was sent whose answer bore the mark, by both clocks: one may have stood still. */
  #proved = { now: 0, steady: 0 };

  private constructor(connection: Connection, options: SessionOptions) {
    const { client } = connection;
    const { everyMs, answerMs } = options.heartbeat ?? HEARTBEAT;
    this.#connection = connection;
    this.#clock = options.clock ?? systemClock;
    client.on('error', (error) => this.#lose(error));
    client.on('end', () => this.#lose(new Error('the server closed it')));
    this.#heartbeat = setInterval(() => void this.#beat(answerMs), everyMs);
    this.#heartbeat.unref();
  }

  /** Throws like {@link connect}, and with exit 78 behind a pooler in transaction mode that shows. */
  static async open(options: SessionOptions): Promise<Session> {
    const connection = await connect(options.url, options.timeouts);
    const session = new Session(connection, options);
    try {
      const { rows } = await connection.client.query(MARK, [session.mark]);
      const { mark, pid } = markRow.parse(rows[0]);
      if (mark !== '') throw pooledError(pid);
      session.#backend = pid;
      await session.confirm();
      return session;
    } catch (error) {
      await session.close();
      throw databaseError(error, 'The state database cannot be used');
    }
  }

  /** Aborts when the connection is gone; the reason is a sentence. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /**
   * Rows of one statement that returns some; statements run one after another. What would stand behind its WITH
   * comes as `ctes`. Throws an AppError (`STATE`, exit 75 or 78), and then the session is lost.
   */
  query(sql: string, values: Values = [], ctes = ''): Promise<unknown[]> {
    this.#pending += 1;
    const result = this.#queue.then(() => this.#run(sql, values, ctes));
    this.#queue = result.then(
      () => this.#done(),
      () => this.#done(),
    );
    return result;
  }

  /** Returns once the server has said within the last {@link PROOF_MS} that this session lives; throws if it does not. */
  async confirm(): Promise<void> {
    const { now, steady } = this.#proved;
    const age = Math.max(Math.abs(this.#clock.now() - now), this.#clock.steady() - steady);
    if (this.lost.aborted || age >= PROOF_MS) await this.query('SELECT 1 AS one');
  }

  /** Frees all locks. */
  async close(): Promise<void> {
    this.#closing = true;
    clearInterval(this.#heartbeat);
    await this.#queue;
    // A pooler would keep the connection, and with it the locks.
    if (!this.lost.aborted) await Promise.race([this.#free(1), systemClock.sleep(LEAVE_MS)]);
    await this.#connection.end();
  }

  #done(): void {
    this.#pending -= 1;
  }

  async #run(sql: string, values: Values, ctes: string): Promise<unknown[]> {
    this.#refuseIfLost();
    const sent = { now: this.#clock.now(), steady: this.#clock.steady() };
    let answers: z.infer<typeof answerRow>[];
    try {
      const { rows } = await this.#connection.client.query(marked(sql, ctes), [...values]);
      answers = z.array(answerRow).parse(rows);
    } catch (error) {
      this.#lose(error);
      throw databaseError(error, 'The state database failed');
    }
    if (answers[0]?.session_mark !== this.mark) {
      const freed = await Promise.race([this.#free(FREE_TRIES), systemClock.sleep(LEAVE_MS)]);
      const pid = this.#backend;
      this.#lose(
        new Error('a connection pooler in transaction mode stands in between'),
        freed === true
          ? 'Its locks were freed'
          : `Its locks may still be held by the pooler's connection with the process id ${pid}, until SELECT pg_terminate_backend(${pid}) ends it`,
      );
      this.#refuseIfLost();
    }
    this.#proved = sent;
    return answers.filter(({ session_row }) => session_row === true);
  }

  /** Frees the locks where they are held, if the pooler leads there within so many tries. */
  async #free(tries: number): Promise<boolean> {
    try {
      for (let attempt = 0; attempt < tries; attempt += 1) {
        const { rows } = await this.#connection.client.query(FREE, [this.mark]);
        if (freeRow.parse(rows[0]).own) return true;
      }
    } catch {
      // Then the connection is gone, and the server frees what it held.
    }
    return false;
  }

  /** A statement under way is a sign of life of its own, with a time limit of its own. */
  async #beat(answerMs: number): Promise<void> {
    if (this.#pending > 0) return;
    const late = setTimeout(() => this.#lose(new Error('it does not answer')), answerMs);
    late.unref();
    await this.query('SELECT 1 AS one').catch(() => undefined);
    clearTimeout(late);
  }

  #refuseIfLost(): void {
    if (!this.lost.aborted) return;
    throw new AppError(
      'STATE',
      ExitCode.locked,
      String(this.lost.reason),
      'Run it again when the database is back: it takes up where this run stopped.',
    );
  }

  #lose(error: unknown, locks = 'Its locks went with it'): void {
    clearInterval(this.#heartbeat);
    if (this.#closing || this.lost.aborted) return;
    const problem = databaseError(error, 'The connection to the state database was lost');
    this.#lost.abort(`${errorText(problem)} ${locks}, so nothing more is written.`);
    this.#connection.destroy();
  }
}

function pooledError(pid: number): AppError {
  return new AppError(
    'STATE',
    ExitCode.config,
    'Locks cannot be held in the state database: a connection pooler in transaction mode stands in between, and gave this run the connection of another one.',
    `Let STATE_URL lead to the server itself, or to a pool in session mode. If no other run is under way, one was killed, and its locks are held until that connection is closed: SELECT pg_terminate_backend(${pid}).`,
  );
}

/** The statement with the mark of the connection that carries it out beside its rows. */
function marked(sql: string, ctes: string): string {
  return `
    WITH ${ctes === '' ? '' : `${ctes},`} answer AS (${sql})
    SELECT current_setting('ts_reconcile.session', true) AS session_mark, answer.*
    FROM (SELECT 1) AS one LEFT JOIN (SELECT true AS session_row, answer.* FROM answer) AS answer ON true`;
}
