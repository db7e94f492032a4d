import { z } from 'zod';
import { AppError, ExitCode, errorText } from '../../errors.js';
import { type Connection, connect, type Timeouts } from './connect.js';
import { databaseError } from './failure.js';

/** How a session is opened. */
export interface SessionOptions {
  url: string;
  timeouts?: Timeouts;
  /** Milliseconds between two signs of life while nothing else is asked, and how long an answer may take. */
  heartbeat?: { everyMs: number; answerMs: number };
}

/** Values of a statement's parameters. */
export type Values = readonly (string | number | boolean | null | Buffer | readonly unknown[])[];

/** Together well below the time after which the server gives up on a silent client. */
const HEARTBEAT = { everyMs: 5_000, answerMs: 5_000 };

/**
 * The server drops the session, and with it its locks, when the host is gone without a word. That takes longer
 * (10 + 4 × 5 s) than it takes the client to notice, so that nobody gets a lock whose holder believes in it.
 */
const KEEPALIVE = `DO $$
  BEGIN
    PERFORM set_config('tcp_keepalives_idle', '10', false);
    PERFORM set_config('tcp_keepalives_interval', '5', false);
    PERFORM set_config('tcp_keepalives_count', '4', false);
    PERFORM set_config('tcp_user_timeout', '30000', false);
  EXCEPTION WHEN OTHERS THEN
    -- Not every platform has them; then the server notices later.
  END
$$`;

const WHO = 'SELECT pg_backend_pid() AS pid';
const backendRow = z.object({ pid: z.number().int() });

/**
 * One connection for the whole life of a store: its locks live and die with it, so it is never opened anew. The
 * first failure of any kind ends it: {@link lost} aborts, and every later statement is refused.
 */
export class Session {
  readonly #connection: Connection;
  readonly #lost = new AbortController();
  readonly #heartbeat: NodeJS.Timeout;
  #backend: number | null = null;
  #pending = 0;
  #queue: Promise<unknown> = Promise.resolve();
  #closing = false;

  private constructor(connection: Connection, heartbeat: { everyMs: number; answerMs: number }) {
    const { client } = connection;
    this.#connection = connection;
    client.on('error', (error) => this.#lose(error));
    client.on('end', () => this.#lose(new Error('the server closed it')));
    this.#heartbeat = setInterval(() => void this.#beat(heartbeat.answerMs), heartbeat.everyMs);
    this.#heartbeat.unref();
  }

  /** Throws like {@link connect}. */
  static async open(options: SessionOptions): Promise<Session> {
    const connection = await connect(options.url, options.timeouts);
    const session = new Session(connection, options.heartbeat ?? HEARTBEAT);
    await session.query(KEEPALIVE);
    await session.queryHolding(WHO);
    return session;
  }

  /** Aborts when the connection is gone; the reason is a sentence. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /**
   * Rows of one statement; statements run one after another. Throws an AppError (`STATE`, exit 75 or 78), and
   * then the session is lost.
   */
  query(sql: string, values: Values = []): Promise<unknown[]> {
    this.#pending += 1;
    const result = this.#queue.then(() => this.#run(sql, values));
    this.#queue = result.then(
      () => this.#done(),
      () => this.#done(),
    );
    return result;
  }

  /**
   * For a statement that returns `pg_backend_pid() AS pid` and counts only while this session is still the same
   * one on the server, with its locks: a pooler that hands statements to whichever connection is free would
   * leave them behind.
   */
  async queryHolding(sql: string, values: Values = []): Promise<void> {
    const [row] = await this.query(sql, values);
    const { pid } = backendRow.parse(row);
    this.#backend ??= pid;
    if (pid === this.#backend) return;
    this.#lose(new Error('a connection pooler in transaction mode stands in between'));
    this.#refuseIfLost();
  }

  /** Frees all locks. */
  async close(): Promise<void> {
    this.#closing = true;
    clearInterval(this.#heartbeat);
    await this.#queue;
    await this.#connection.end();
  }

  #done(): void {
    this.#pending -= 1;
  }

  async #run(sql: string, values: Values): Promise<unknown[]> {
    this.#refuseIfLost();
    try {
      const result = await this.#connection.client.query(sql, [...values]);
      return result.rows;
    } catch (error) {
      this.#lose(error);
      throw databaseError(error, 'The state database failed');
    }
  }

  /** A statement under way is a sign of life of its own, with a time limit of its own. */
  async #beat(answerMs: number): Promise<void> {
    if (this.#pending > 0) return;
    const late = setTimeout(() => this.#lose(new Error('it does not answer')), answerMs);
    late.unref();
    await this.queryHolding(WHO).catch(() => undefined);
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

  #lose(error: unknown): void {
    clearInterval(this.#heartbeat);
    if (this.#closing || this.lost.aborted) return;
    const problem = databaseError(error, 'The connection to the state database was lost');
    this.#lost.abort(`${errorText(problem)} Its locks went with it, so nothing more is written.`);
    this.#connection.destroy();
  }
}
