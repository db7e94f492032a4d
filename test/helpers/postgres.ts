import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { accessSync, chownSync, constants, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { describe, it } from 'vitest';
import { migrate } from '../../src/state/postgres/schema.js';

const GUARD = fileURLToPath(new URL('./postgres-guard.mjs', import.meta.url));
const START_MS = 30_000;
const ADMIN = 'keeper';
const APP = 'app';
const TEMPLATE = 'template_migrated';

/** Folder of the server's programs: PG_BIN, or where Debian, Homebrew and others put them; null: there are none. */
function postgresBin(): string | null {
  const debian = '/usr/lib/postgresql';
  const places = [
    process.env.PG_BIN ?? '',
    ...versions(debian).map((version) => join(debian, version, 'bin')),
    '/opt/homebrew/opt/postgresql/bin',
    '/usr/local/bin',
    '/usr/bin',
  ];
  return (
    places.find((place) => place !== '' && runs(join(place, 'postgres')) && runs(join(place, 'initdb'))) ??
    null
  );
}

function versions(folder: string): string[] {
  try {
    return readdirSync(folder).sort((a, b) => Number(b) - Number(a));
  } catch {
    return [];
  }
}

function runs(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * A `describe` for tests that need a PostgreSQL server. Without its programs they are skipped, which is said on
 * stderr; where CI is set that is a failure.
 */
export function describeWithPostgres(name: string, tests: () => void): void {
  if (postgresBin() !== null) {
    describe(name, tests);
    return;
  }
  const what = `No PostgreSQL server programs here (Debian package postgresql, or set PG_BIN): "${name}" cannot run`;
  if (process.env.CI) {
    describe(name, () => {
      it('has a PostgreSQL server to run against', () => {
        throw new Error(what);
      });
    });
    return;
  }
  process.stderr.write(`\n*** SKIPPED: ${what}.\n\n`);
  describe.skip(name, tests);
}

/** A server of this test's own, in a directory that goes with it. */
export class PostgresServer {
  readonly port: number;
  readonly #dir: string;
  readonly #bin: string;
  readonly #password: string;
  #guard: ChildProcess | null = null;
  #databases = 0;

  private constructor(bin: string, dir: string, port: number, password: string) {
    this.#bin = bin;
    this.#dir = dir;
    this.port = port;
    this.#password = password;
  }

  static async start(): Promise<PostgresServer> {
    const bin = postgresBin();
    if (bin === null) throw new Error('There is no PostgreSQL server here.');
    const dir = mkdtempSync(join(tmpdir(), 'ts-reconcile-pg-'));
    const server = new PostgresServer(bin, dir, await freePort(), randomBytes(12).toString('hex'));
    try {
      server.#initialise();
      await server.startAgain();
      // What the program gets to use: an ordinary user that owns a database, and no more.
      await server.#asAdmin('postgres', `CREATE ROLE ${APP} LOGIN PASSWORD '${server.#password}'`);
      await server.#asAdmin('postgres', `CREATE DATABASE ${TEMPLATE} OWNER ${APP}`);
      await migrate(server.url(TEMPLATE));
      return server;
    } catch (error) {
      await server.close();
      throw error;
    }
  }

  /** STATE_URL of a database, by way of another port where a proxy listens. */
  url(database: string, port = this.port): string {
    return `postgres://${APP}:${this.#password}@127.0.0.1:${port}/${database}`;
  }

  /** A fresh database with the tables; its URL. */
  newDatabase(): Promise<string> {
    return this.#create(TEMPLATE);
  }

  /** A fresh database with nothing in it; its URL. */
  newEmptyDatabase(): Promise<string> {
    return this.#create('template0');
  }

  async #create(template: string): Promise<string> {
    this.#databases += 1;
    const name = `state_${this.#databases}`;
    await this.#asAdmin('postgres', `CREATE DATABASE ${name} OWNER ${APP} TEMPLATE ${template}`);
    return this.url(name);
  }

  /** Runs one statement in a database, as its owner. */
  async query(url: string, sql: string): Promise<Record<string, unknown>[]> {
    const client = new Client({ connectionString: url });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query(sql)).rows;
    } finally {
      await client.end();
    }
  }

  /** Ends every connection of the program to a database, as a failing network would. */
  async cutConnections(database: string): Promise<void> {
    await this.#asAdmin(
      'postgres',
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${database}' AND usename = '${APP}'`,
    );
  }

  /** Kills the server and all its processes, as a crash would; committed data stays. */
  async kill(): Promise<void> {
    const guard = this.#guard;
    if (!guard) return;
    this.#guard = null;
    const gone = once(guard, 'exit');
    guard.stdin?.end('stop\n');
    await gone;
  }

  /** Starts the server on its data and port, and waits until it takes connections. */
  async startAgain(): Promise<void> {
    const { uid, gid } = serverUser();
    const args = [this.#dir, uid, gid, join(this.#bin, 'postgres'), ...this.#serverArgs()].map(String);
    const guard = spawn(process.execPath, [GUARD, ...args], {
      stdio: ['pipe', 'ignore', 'pipe'],
      // A signal to the whole group of the tests must not take away whoever cleans up after them.
      detached: true,
    });
    this.#guard = guard;
    let said = '';
    guard.stderr.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-4000);
    });
    const deadline = Date.now() + START_MS;
    for (;;) {
      if (guard.exitCode !== null) throw new Error(`PostgreSQL did not start: ${said}`);
      if (await this.#answers()) return;
      if (Date.now() > deadline) throw new Error(`PostgreSQL does not answer: ${said}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Stops the server and removes its files. */
  async close(): Promise<void> {
    await this.kill();
    rmSync(this.#dir, { recursive: true, force: true, maxRetries: 5 });
  }

  #initialise(): void {
    const { uid, gid } = serverUser();
    const secret = join(this.#dir, 'password');
    writeFileSync(secret, this.#password, { mode: 0o600 });
    if (uid !== -1) {
      chownSync(this.#dir, uid, gid);
      chownSync(secret, uid, gid);
    }
    const args = [
      '-D',
      join(this.#dir, 'data'),
      '-U',
      ADMIN,
      '-A',
      'scram-sha-256',
      '--no-sync',
      '-E',
      'UTF8',
    ];
    execFileSync(join(this.#bin, 'initdb'), [...args, '--locale=C', `--pwfile=${secret}`], {
      cwd: this.#dir,
      stdio: ['ignore', 'ignore', 'inherit'],
      ...(uid === -1 ? {} : { uid, gid }),
    });
  }

  #serverArgs(): string[] {
    const settings = {
      listen_addresses: '127.0.0.1',
      port: this.port,
      unix_socket_directories: this.#dir,
      // The machine does not crash, only the server: what it wrote is in the system's memory.
      fsync: 'off',
      full_page_writes: 'off',
      shared_buffers: '16MB',
      max_connections: 60,
      log_min_messages: 'fatal',
      autovacuum: 'off',
    };
    return [
      '-D',
      join(this.#dir, 'data'),
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ];
  }

  async #answers(): Promise<boolean> {
    try {
      await this.#asAdmin('postgres', 'SELECT 1');
      return true;
    } catch {
      return false;
    }
  }

  async #asAdmin(database: string, sql: string): Promise<void> {
    const url = `postgres://${ADMIN}:${this.#password}@127.0.0.1:${this.port}/${database}`;
    await this.query(url, sql);
  }
}

/** The server refuses to run as root; -1: as whoever runs the tests. */
export function serverUser(): { uid: number; gid: number } {
  if (process.getuid?.() !== 0) return { uid: -1, gid: -1 };
  for (const name of ['postgres', 'nobody']) {
    try {
      const id = (flag: string) =>
        Number(execFileSync('id', [flag, name], { stdio: ['ignore', 'pipe', 'ignore'] }));
      return { uid: id('-u'), gid: id('-g') };
    } catch {
      // The next one.
    }
  }
  throw new Error('PostgreSQL refuses to run as root, and there is no user postgres or nobody.');
}

export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
