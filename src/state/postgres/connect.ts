import { Socket } from 'node:net';
import { Client, type ClientConfig } from 'pg';
import { systemClock } from '../../clock.js';
import { AppError, ExitCode } from '../../errors.js';
import { createRedactor } from '../../text/redact.js';
import { databaseError } from './failure.js';

/**
 * What every connection begins with. What is told to be durable is: a database may be set to lose the last moments
 * in a crash. And the server drops a session, and with it its locks, when the host is gone without a word; that takes
 * longer (10 + 4 × 5 s) than it takes the client to notice, so that nobody gets a lock whose holder believes in it.
 */
const BEGIN = `DO $$
  BEGIN
    IF current_setting('synchronous_commit') <> 'remote_apply' THEN
      PERFORM set_config('synchronous_commit', 'on', false);
    END IF;
    BEGIN
      PERFORM set_config('tcp_keepalives_idle', '10', false);
      PERFORM set_config('tcp_keepalives_interval', '5', false);
      PERFORM set_config('tcp_keepalives_count', '4', false);
      PERFORM set_config('tcp_user_timeout', '30000', false);
    EXCEPTION WHEN OTHERS THEN
      -- Not every platform has them; then the server notices later.
    END;
  END
$$`;

/** Limits on everything that goes to the server, in milliseconds. */
export interface Timeouts {
  connect: number;
  /** Enforced by the server. */
  statement: number;
  /** For the answer to come through the network. */
  answer: number;
}

/** Long enough for a busy server, short enough to say so before a scheduler gives up. */
const defaultTimeouts: Timeouts = { connect: 10_000, statement: 15_000, answer: 20_000 };

/** An open connection. */
export interface Connection {
  client: Client;
  /** Says good-bye, or hangs up when nobody answers. */
  end(): Promise<void>;
  /** Hangs up at once: good-byes would never be answered on a line that is dead. */
  destroy(): void;
}

const GOODBYE_MS = 2_000;

/**
 * A connection that is open and ready. Throws an AppError (`STATE`): exit 75 when the server is away, 78 when it
 * refuses us.
 */
export async function connect(url: string, timeouts: Timeouts = defaultTimeouts): Promise<Connection> {
  const socket = new Socket();
  const client = makeClient(url, timeouts, socket);
  const destroy = () => {
    socket.destroy();
  };
  // An error without a listener would end the process; whoever uses the client hears of it from its queries.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query(BEGIN);
    return { client, destroy, end: () => farewell(client, destroy) };
  } catch (error) {
    destroy();
    // What listens there may be another program, and say what it was sent.
    const redact = createRedactor([client.password ?? '']);
    throw databaseError(error, 'The state database (STATE_URL) cannot be reached', redact);
  }
}

async function farewell(client: Client, destroy: () => void): Promise<void> {
  const patience = new AbortController();
  // The driver waits for ever for an end that came just before it was asked for.
  await Promise.race([client.end().catch(() => undefined), systemClock.sleep(GOODBYE_MS, patience.signal)]);
  patience.abort();
  destroy();
}

function makeClient(url: string, timeouts: Timeouts, socket: Socket): Client {
  const config: ClientConfig = {
    connectionString: strictUrl(url),
    application_name: 'ts-reconcile',
    connectionTimeoutMillis: timeouts.connect,
    statement_timeout: timeouts.statement,
    query_timeout: timeouts.answer,
    idle_in_transaction_session_timeout: timeouts.statement,
    stream: () => socket,
    keepAlive: true,
    keepAliveInitialDelayMillis: 5_000,
  };
  try {
    return new Client(config);
  } catch {
    throw new AppError(
      'STATE',
      ExitCode.config,
      'STATE_URL cannot be used: a certificate file that it names cannot be read, or a part of it makes no sense.',
      'Check its parameters (sslmode, sslrootcert, sslcert, sslkey).',
    );
  }
}

/** TLS that is asked for is verified: the driver does so for these modes, but would print a warning each time. */
function strictUrl(url: string): string {
  const parsed = new URL(url);
  const mode = parsed.searchParams.get('sslmode');
  const compatible = parsed.searchParams.get('uselibpqcompat') === 'true';
  if (compatible || (mode !== 'require' && mode !== 'prefer' && mode !== 'verify-ca')) return url;
  parsed.searchParams.set('sslmode', 'verify-full');
  return parsed.toString();
}
