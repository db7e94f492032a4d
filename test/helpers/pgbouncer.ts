import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, chownSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { freePort, serverUser } from './postgres.js';

const PLACES = [
  process.env.PGBOUNCER ?? '',
  '/usr/sbin/pgbouncer',
  '/usr/bin/pgbouncer',
  '/opt/homebrew/bin/pgbouncer',
];

/** Path of PgBouncer; null: it is not here (Debian package pgbouncer, or set PGBOUNCER). */
export const pgbouncer = PLACES.find(isProgram) ?? null;

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return path !== '';
  } catch {
    return false;
  }
}

/** A PgBouncer in transaction mode in front of one database: so many connections, the last used one first or in turn. */
export class Pooler {
  /** STATE_URL through the pooler. */
  readonly url: string;
  readonly #process: ChildProcess;
  readonly #dir: string;

  private constructor(url: string, process: ChildProcess, dir: string) {
    this.url = url;
    this.#process = process;
    this.#dir = dir;
  }

  static async start(database: string, size: number, roundRobin = false): Promise<Pooler> {
    if (pgbouncer === null) throw new Error('There is no PgBouncer here.');
    const { hostname, port, username, password, pathname } = new URL(database);
    const dir = mkdtempSync(join(tmpdir(), 'ts-reconcile-pool-'));
    const own = await freePort();
    const settings = {
      listen_addr: '127.0.0.1',
      listen_port: own,
      unix_socket_dir: '',
      auth_type: 'plain',
      auth_file: join(dir, 'users'),
      pool_mode: 'transaction',
      default_pool_size: size,
      server_round_robin: roundRobin ? 1 : 0,
      ignore_startup_parameters:
        'extra_float_digits,statement_timeout,idle_in_transaction_session_timeout,options',
    };
    const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`);
    const config = `[databases]\n* = host=${hostname} port=${port}\n[pgbouncer]\n${lines.join('\n')}\n`;
    const { uid, gid } = serverUser();
    for (const [name, text] of [
      ['users', `"${username}" "${password}"\n`],
      ['config', config],
    ] as const) {
      writeFileSync(join(dir, name), text, { mode: 0o600 });
      if (uid !== -1) chownSync(join(dir, name), uid, gid);
    }
    if (uid !== -1) chownSync(dir, uid, gid);
    const child = spawn(pgbouncer, [join(dir, 'config')], {
      stdio: 'ignore',
      ...(uid === -1 ? {} : { uid, gid }),
    });
    const url = `postgres://${username}:${password}@127.0.0.1:${own}${pathname}`;
    const pooler = new Pooler(url, child, dir);
    const deadline = Date.now() + 15_000;
    while (!(await answers(url))) {
      if (child.exitCode !== null || Date.now() > deadline) throw new Error('PgBouncer did not start');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return pooler;
  }

  async close(): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      const gone = once(this.#process, 'exit');
      this.#process.kill('SIGKILL');
      await gone;
    }
    rmSync(this.#dir, { recursive: true, force: true });
  }
}

async function answers(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SELECT 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}
