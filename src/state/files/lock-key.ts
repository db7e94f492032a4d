import { randomBytes } from 'node:crypto';
import type { StateFiles } from './files.js';

const FILE = 'key';
const FORM = /^[0-9a-f]{64}\n$/;

/**
 * The random part of the names of locks, kept in the state directory for its owner alone: whoever could guess a name
 * could hold the lock, since the kernel asks nobody who they are.
 */
export class LockKey {
  readonly #files: StateFiles;
  readonly #folder: string;
  /** Until one is kept: what would be. */
  #text = `${randomBytes(32).toString('hex')}\n`;
  #kept: Promise<boolean> | null = null;

  constructor(files: StateFiles, folder: string) {
    this.#files = files;
    this.#folder = folder;
  }

  get text(): string {
    return this.#text;
  }

  /** Learns the key that is kept. False: there is none yet, or none that can be understood. */
  async read(): Promise<boolean> {
    const found = await this.#files.read(this.#files.path(this.#folder, FILE), 1024);
    if (found.kind !== 'text' || !FORM.test(found.text)) return false;
    this.#text = found.text;
    return true;
  }

  /** From now on the key is the one that is kept; made if it may be. False: there is none, and none may be made. */
  async keep(mayMake: boolean): Promise<boolean> {
    this.#kept ??= this.#keep(mayMake);
    try {
      const isKept = await this.#kept;
      if (!isKept) this.#kept = null;
      return isKept;
    } catch (error) {
      this.#kept = null;
      throw error;
    }
  }

  async #keep(mayMake: boolean): Promise<boolean> {
    if (await this.read()) return true;
    if (!mayMake) return false;
    // Of two processes that come at once both must end with the same one: what counts is what is read.
    await this.#files.create(this.#folder, FILE, this.#text);
    if (await this.read()) return true;
    await this.#files.replace(this.#folder, FILE, this.#text);
    return this.read();
  }
}
