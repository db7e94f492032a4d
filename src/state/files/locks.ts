import { createHash, randomUUID } from 'node:crypto';
import { close, constants, open } from 'node:fs';
import { readFile, readlink, realpath } from 'node:fs/promises';
import { createServer } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { AppError, ExitCode } from '../../errors.js';
import { errnoOf, isMissing, stateError } from '../failure.js';
import type { Lock, Locks } from '../primitives.js';
import type { StateFiles } from './files.js';
import { LockKey } from './lock-key.js';

/** Opens the lock or says that somebody holds it. The lock is gone when `free` was called or the process died. */
type Grip = { kind: 'held'; free: () => Promise<void> } | { kind: 'busy' };

/** Same value on macOS and the BSDs; Node names it nowhere. Opens and takes the file's lock in one step. */
const O_EXLOCK = 0x20;
const LOCK_FOLDER = 'locks';

/** What {@link HostLocks} are made with. */
export interface LocksOptions {
  files: StateFiles;
  /** Makes no file that a lock would need; such a lock then holds within this process only. */
  readOnly: boolean;
  /** Names that everybody on this host can make: for locks that are worth nothing to anybody else. */
  open?: true;
}

/** Even a dry run keeps the tokens that it has renewed, and must not do so while another run does. */
const NEVER_LOCAL = 'tokens';

/**
 * Named locks of one state directory, all held by the kernel, so that none outlives its process. They reach as
 * far as one host (on Linux: one network namespace; containers that share a volume do not see each other's).
 */
export class HostLocks implements Locks {
  /** The kernel takes no lock away from a process that lives. */
  readonly lost = new AbortController().signal;
  readonly #options: LocksOptions;
  readonly #scope: string;
  readonly #place: string;
  readonly #key: LockKey | null;
  readonly #held = new Set<Lock>();
  readonly #local = new Set<string>();

  private constructor(options: LocksOptions, scope: string, place: string, key: LockKey | null) {
    this.#options = options;
    this.#scope = scope;
    this.#place = place;
    this.#key = key;
  }

  /** Locks of the directory that the path really leads to, there or not yet there. */
  static async of(options: LocksOptions): Promise<HostLocks> {
    const key = options.open ? null : new LockKey(options.files, LOCK_FOLDER);
    await key?.read();
    return new HostLocks(options, await canonicalPath(options.files.root), await lockPlace(), key);
  }

  /** Locks with other names exclude nobody who has these, so they reach elsewhere. */
  get reach(): string {
    return `files ${this.#place} ${this.#scope}${this.#key === null ? '' : ` ${digest(this.#key.text)}`}`;
  }

  async confirm(): Promise<void> {}

  /** Takes the named lock, or null when any process has it, this one included. */
  async tryLock(name: string): Promise<Lock | null> {
    const { readOnly } = this.#options;
    const isKept = this.#key === null || (await this.#key.keep(!readOnly || name === NEVER_LOCAL));
    const key = digest(`${this.#scope}\0${name}${this.#key === null ? '' : `\0${this.#key.text}`}`);
    const grip = isKept ? await this.#take(key) : this.#takeLocally(key);
    if (grip.kind === 'busy') return null;
    const lock: Lock = {
      release: async () => {
        if (this.#held.delete(lock)) await grip.free();
      },
    };
    this.#held.add(lock);
    return lock;
  }

  /** Releases whatever is still held. */
  async close(): Promise<void> {
    await Promise.all([...this.#held].map((lock) => lock.release()));
  }

  #take(key: string): Promise<Grip> {
    switch (process.platform) {
      case 'linux':
      case 'android':
        // The leading NUL makes the name abstract: no file, and free as soon as the process is gone.
        return listen(`\0ts-reconcile-${key}`);
      case 'win32':
        return listen(`\\\\.\\pipe\\ts-reconcile-${key}`);
      case 'darwin':
      case 'freebsd':
      case 'openbsd':
      case 'netbsd':
        return this.#lockFile(key);
      default:
        throw new AppError(
          'STATE',
          ExitCode.config,
          `There is no lock on ${process.platform} that a dying process gives back.`,
          'Run ts-reconcile on Linux, macOS, a BSD or Windows, or set STATE_URL.',
        );
    }
  }

  async #lockFile(key: string): Promise<Grip> {
    const { files, readOnly } = this.#options;
    const path = files.path(LOCK_FOLDER, key);
    const flags = constants.O_RDWR | constants.O_NONBLOCK | O_EXLOCK;
    try {
      const fd = readOnly
        ? await promisify(open)(path, flags)
        : await files.inFolder(LOCK_FOLDER, () => promisify(open)(path, flags | constants.O_CREAT, 0o600));
      return { kind: 'held', free: () => promisify(close)(fd) };
    } catch (error) {
      if (errnoOf(error) === 'EAGAIN' || errnoOf(error) === 'EWOULDBLOCK') return { kind: 'busy' };
      if (readOnly && isMissing(error)) return this.#takeLocally(key);
      throw stateError(error, 'lock', path);
    }
  }

  #takeLocally(key: string): Grip {
    if (this.#local.has(key)) return { kind: 'busy' };
    this.#local.add(key);
    return {
      kind: 'held',
      free: async () => {
        this.#local.delete(key);
      },
    };
  }
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function listen(path: string): Promise<Grip> {
  const server = createServer((socket) => socket.destroy());
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      const code = errnoOf(error);
      // Windows says EACCES when another user holds the pipe.
      const busy = code === 'EADDRINUSE' || (process.platform === 'win32' && code === 'EACCES');
      if (busy) resolve({ kind: 'busy' });
      else reject(stateError(error, 'open', 'the socket of a lock'));
    });
    server.listen({ path, exclusive: true }, () => {
      // A failing accept must not bring the process down: the name stays taken regardless.
      server.on('error', () => undefined);
      resolve({ kind: 'held', free: () => new Promise((done) => server.close(() => done())) });
    });
    server.unref();
  });
}

/**
 * How far the kernel's locks reach, as a text: on Linux one boot and one network namespace, elsewhere one host, which
 * is known by its name and the addresses of its network cards. Where the kernel tells neither, no further than this
 * process, for all that can be known.
 */
async function lockPlace(): Promise<string> {
  switch (process.platform) {
    case 'linux':
    case 'android':
      try {
        const boot = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
        return `boot ${boot} ${await readlink('/proc/self/ns/net')}`;
      } catch {
        return `process ${randomUUID()}`;
      }
    default: {
      const cards = Object.values(networkInterfaces()).flatMap((card) => card?.map(({ mac }) => mac) ?? []);
      return `host ${hostname()} ${[...new Set(cards)].sort().join(' ')}`;
    }
  }
}

async function canonicalPath(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (!isMissing(error) || dirname(path) === path) throw stateError(error, 'open', path);
    return join(await canonicalPath(dirname(path)), basename(path));
  }
}
