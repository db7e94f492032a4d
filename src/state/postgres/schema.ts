import type { Client } from 'pg';
import { z } from 'zod';
import { AppError, ExitCode } from '../../errors.js';
import { connect, type Timeouts } from './connect.js';
import { databaseError } from './failure.js';
import { lockKey } from './locks.js';
import { migrations } from './migrations.js';
import type { Session } from './session.js';

const MIGRATE_TIMEOUTS: Timeouts = { connect: 10_000, statement: 60_000, answer: 70_000 };

const thereRow = z.object({ there: z.boolean() });
const versionRow = z.object({ version: z.number().int().nonnegative() });

/** The version of the tables that this program works with. */
const SCHEMA_VERSION = migrations.length;

/** Version before and after. */
export interface Migrated {
  from: number;
  to: number;
}

/**
 * Brings the tables to {@link SCHEMA_VERSION}, in one transaction and under a lock, so that any number of hosts
 * may do it at once. Throws an AppError (`STATE`): exit 75 when the server is away, 78 when it refuses or when
 * the tables are newer than this program.
 */
export async function migrate(url: string): Promise<Migrated> {
  const { client, end } = await connect(url, MIGRATE_TIMEOUTS);
  try {
    await client.query('BEGIN');
    await client.query('SELECT pg_advisory_xact_lock($1::bigint)', [lockKey('migrate')]);
    const migrated = await carryOut(client);
    await client.query('COMMIT');
    return migrated;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw databaseError(error, 'The state database could not be migrated');
  } finally {
    await end();
  }
}

async function carryOut(client: Client): Promise<Migrated> {
  // Looked for first: IF NOT EXISTS asks for the right to create it even where an administrator has done so.
  const schema = await client.query(
    "SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = 'ts_reconcile') AS there",
  );
  if (!thereRow.parse(schema.rows[0]).there) await client.query('CREATE SCHEMA ts_reconcile');
  await client.query(
    'CREATE TABLE IF NOT EXISTS ts_reconcile.migrations (version integer PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())',
  );
  const from = versionRow.parse((await client.query(VERSION)).rows[0]).version;
  if (from > SCHEMA_VERSION) throw tooNew(from);
  for (const [index, step] of migrations.entries()) {
    if (index < from) continue;
    await client.query(step);
    await client.query('INSERT INTO ts_reconcile.migrations (version) VALUES ($1)', [index + 1]);
  }
  return { from, to: SCHEMA_VERSION };
}

const VERSION = 'SELECT coalesce(max(version), 0) AS version FROM ts_reconcile.migrations';

/** Throws an AppError (`STATE`, exit 78) unless the tables are of {@link SCHEMA_VERSION}. */
export async function checkSchema(session: Session): Promise<void> {
  const [row] = await session.query("SELECT to_regclass('ts_reconcile.migrations') IS NOT NULL AS there");
  const there = thereRow.parse(row).there;
  const version = there ? versionRow.parse((await session.query(VERSION))[0]).version : 0;
  if (version > SCHEMA_VERSION) throw tooNew(version);
  if (version === SCHEMA_VERSION) return;
  const what =
    version === 0
      ? 'The state database (STATE_URL) has no tables of ts-reconcile yet.'
      : `The tables of the state database have version ${version}, and this program needs version ${SCHEMA_VERSION}.`;
  throw new AppError('STATE', ExitCode.config, what, 'Run `ts-reconcile state migrate` once.');
}

function tooNew(version: number): AppError {
  return new AppError(
    'STATE',
    ExitCode.config,
    `The tables of the state database have version ${version}, newer than version ${SCHEMA_VERSION} that this program knows.`,
    'Install the version of ts-reconcile that the other hosts have.',
  );
}
