import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { access, link, open, readdir, rename, stat, unlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import type { Clock } from '../../clock.js';
import { errnoOf, isMissing, stateError } from '../failure.js';
import { isThere } from '../under-way.js';
import { type Admission, ensureDirectory, inspectDirectory, syncDirectory } from './folders.js';

/** Leftovers of other hosts, whose processes cannot be asked for, go after this long. */
const STALE_TEMP_MS = 60 * 60 * 1000;
const TEMP_NAME = /^\.tmp-([0-9a-f]{8})-([0-9]{1,10})-[0-9a-f]+-[0-9a-f]+$/;
/** Process ids mean nothing on another host or in another container. */
const HOST = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);

/** As long as a file of tokens usually is: a full disk may still have room for a name. */
const PROBE = `${' '.repeat(4095)}\n`;

/**
 * What a bounded read found. `mtimeMs`: whole epoch milliseconds of the last change. `isPrivate`: nobody but its owner
 * may read or change it, where the system knows such a thing.
 */
export type ReadOutcome =
  | { kind: 'absent' }
  | { kind: 'text'; text: string; mtimeMs: number; isPrivate: boolean }
  /** Not a regular file, or more bytes than were allowed. */
  | { kind: 'unfit'; mtimeMs: number };

/** What {@link StateFiles} is made with. */
export interface StateFilesOptions {
  /** Absolute path of the state directory. */
  root: string;
  clock: Clock;
  /** Uniform in [0, 1). */
  random: () => number;
}

/**
 * Private, atomic, durable files below one directory. Nothing is created before the first write. Every method
 * throws an AppError (`STATE`, exit 78) when the file system refuses.
 */
export class StateFiles {
  readonly root: string;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #prepared = new Set<string>();
  #serial = 0;

  constructor(options: StateFilesOptions) {
    this.root = options.root;
    this.#clock = options.clock;
    this.#random = options.random;
  }

  /** Absolute path of a file of this directory. */
  path(...parts: string[]): string {
    return join(this.root, ...parts);
  }

  /**
   * Fails early on a directory that cannot serve: not a directory, or, when `writable`, not writable or open to
   * others and not ours to close. A missing one is fine, it is made when needed.
   */
  async check(writable: boolean): Promise<void> {
    if ((await inspectDirectory(this.root, writable ? 'admit-root' : 'look')) === 'absent' || !writable)
      return;
    try {
      await access(this.root, constants.R_OK | constants.W_OK | constants.X_OK);
    } catch (error) {
      throw stateError(error, 'write to', this.root);
    }
  }

  /**
   * Runs `work` with the folder `sub` ('' for the state directory itself) there, and once more if the folder
   * was removed under a running process.
   */
  async inFolder<T>(sub: string, work: () => Promise<T>): Promise<T> {
    await this.#prepare(sub);
    try {
      return await work();
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
    this.#prepared.clear();
    await this.#prepare(sub);
    return work();
  }

  /** Reads a whole file of at most `maxBytes`. */
  async read(path: string, maxBytes: number): Promise<ReadOutcome> {
    try {
      const handle = await open(path, 'r');
      try {
        const { size, mtimeMs, ...info } = await handle.stat();
        const changed = Math.floor(mtimeMs);
        if ((info.mode & constants.S_IFMT) !== constants.S_IFREG || size > maxBytes) {
          return { kind: 'unfit', mtimeMs: changed };
        }
        const isPrivate = process.platform === 'win32' || (info.mode & 0o077) === 0;
        return { kind: 'text', text: await handle.readFile('utf8'), mtimeMs: changed, isPrivate };
      } finally {
        await handle.close();
      }
    } catch (error) {
      if (isMissing(error)) return { kind: 'absent' };
      throw stateError(error, 'read', path);
    }
  }

  /** Puts `text` in the place of a file: readers see the old or the new one whole. Durable when it returns. */
  async replace(sub: string, name: string, text: string): Promise<void> {
    const path = this.path(sub, name);
    try {
      await this.inFolder(sub, async () => {
        const temporary = await this.#writeTemporary(dirname(path), text);
        try {
          await rename(temporary, path);
        } catch (error) {
          await unlink(temporary).catch(() => undefined);
          throw error;
        }
        await syncDirectory(dirname(path));
      });
    } catch (error) {
      throw stateError(error, 'write', path);
    }
  }

  /** Makes a file that is not there yet, whole and durable when it returns; false: there is one. */
  async create(sub: string, name: string, text: string): Promise<boolean> {
    const path = this.path(sub, name);
    try {
      return await this.inFolder(sub, async () => {
        const temporary = await this.#writeTemporary(dirname(path), text);
        try {
          await link(temporary, path);
        } catch (error) {
          if (errnoOf(error) === 'EEXIST') return false;
          throw error;
        } finally {
          await unlink(temporary).catch(() => undefined);
        }
        await syncDirectory(dirname(path));
        return true;
      });
    } catch (error) {
      throw stateError(error, 'write', path);
    }
  }

  /** Fails when no file can be made at the moment; a directory that is not there is made. */
  async probe(): Promise<void> {
    try {
      await this.inFolder('', async () => unlink(await this.#writeTemporary(this.root, PROBE)));
    } catch (error) {
      throw stateError(error, 'write to', this.root);
    }
  }

  /** Removes a file; a missing one is fine. */
  async remove(path: string): Promise<void> {
    try {
      await unlink(path);
    } catch (error) {
      if (!isMissing(error)) throw stateError(error, 'remove', path);
    }
  }

  async #prepare(sub: string): Promise<void> {
    if (this.#prepared.has(sub)) return;
    if (sub !== '') await this.#prepare('');
    const path = this.path(sub);
    const admission: Admission = sub === '' ? 'admit-root' : 'admit';
    await ensureDirectory(path, admission);
    await this.#removeLeftovers(path);
    this.#prepared.add(sub);
  }

  async #writeTemporary(folder: string, text: string): Promise<string> {
    const path = join(folder, this.#temporaryName());
    const handle = await open(path, 'wx', 0o600);
    try {
      // The umask may have taken bits away from the mode above.
      await handle.chmod(0o600);
      await handle.writeFile(text);
      await handle.sync();
    } catch (error) {
      await unlink(path).catch(() => undefined);
      throw error;
    } finally {
      await handle.close();
    }
    return path;
  }

  #temporaryName(): string {
    this.#serial += 1;
    const noise = Math.floor(this.#random() * 2 ** 32).toString(16);
    // The time keeps a seeded generator from naming the file of an earlier process with the same id.
    return `.tmp-${HOST}-${process.pid}-${noise}${this.#serial.toString(16)}-${this.#clock.now().toString(16)}`;
  }

  async #removeLeftovers(folder: string): Promise<void> {
    for (const name of await readdir(folder).catch(() => [])) {
      const match = TEMP_NAME.exec(name);
      if (!match) continue;
      const path = join(folder, name);
      const dead = match[1] === HOST && !isThere(Number(match[2]));
      if (dead || (await this.#isStale(path))) await unlink(path).catch(() => undefined);
    }
  }

  async #isStale(path: string): Promise<boolean> {
    const info = await stat(path).catch(() => null);
    return info !== null && this.#clock.now() - info.mtimeMs > STALE_TEMP_MS;
  }
}
