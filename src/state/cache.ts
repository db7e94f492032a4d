import { z } from 'zod';
import { errorText } from '../errors.js';
import type { StateFiles } from './files.js';
import { type Waiting, waitForLock } from './locks.js';
import type { Cache } from './types.js';

const FILE = 'cache.jsonl';
/** Longest wait for another process that is writing the cache. */
const FLUSH_WAIT_MS = 2000;
/** Longest key in characters; a longer one is not remembered. */
const MAX_KEY = 1024;

const lineSchema = z.object({ k: z.string().max(MAX_KEY), v: z.unknown() });

/** Key → its line (`{"k":…,"v":…}`), least recently written first. */
type Entries = Map<string, string>;

/** What {@link fileCache} is made with. */
export interface FileCacheOptions extends Waiting {
  files: StateFiles;
  readOnly: boolean;
  /** Bounds of the file; the least recently written entries go first. */
  maxEntries: number;
  maxBytes: number;
  /** Told in one line when the cache could not be read or written. */
  log: (line: string) => void;
}

/** The cache in one file of JSON lines, read at the first look-up, written on flush. */
export function fileCache(options: FileCacheOptions): Cache {
  return new FileCache(options);
}

class FileCache implements Cache {
  readonly #options: FileCacheOptions;
  /** What was set and is not on disk yet; null: to be forgotten. */
  readonly #changed = new Map<string, string | null>();
  #loaded: Promise<Entries> | null = null;

  constructor(options: FileCacheOptions) {
    this.#options = options;
  }

  async get(key: string): Promise<unknown> {
    const changed = this.#changed.get(key);
    if (changed !== undefined) return valueIn(changed);
    this.#loaded ??= this.#load();
    return valueIn((await this.#loaded).get(key) ?? null);
  }

  async set(key: string, value: unknown): Promise<void> {
    if (key.length > MAX_KEY) return;
    this.#changed.delete(key);
    this.#changed.set(key, value === undefined ? null : JSON.stringify({ k: key, v: value }));
  }

  async flush(): Promise<void> {
    if (this.#options.readOnly || this.#changed.size === 0) return;
    try {
      const lock = await waitForLock(this.#options, 'cache', FLUSH_WAIT_MS);
      if (!lock) return;
      try {
        await this.#merge();
      } finally {
        await lock.release();
      }
    } catch (error) {
      this.#options.log(`The cache was not written. ${errorText(error)}`);
    }
  }

  async #merge(): Promise<void> {
    const entries = await this.#load();
    const written = [...this.#changed];
    for (const [key, line] of written) {
      entries.delete(key);
      if (line !== null) entries.set(key, line);
    }
    dropOldest(entries, this.#options);
    await this.#options.files.replace('', FILE, [...entries.values(), ''].join('\n'));
    this.#loaded = Promise.resolve(entries);
    for (const [key, line] of written) {
      if (this.#changed.get(key) === line) this.#changed.delete(key);
    }
  }

  async #load(): Promise<Entries> {
    const { files, maxBytes, log } = this.#options;
    try {
      const found = await files.read(files.path(FILE), maxBytes);
      return found.kind === 'text' ? parse(found.text) : new Map();
    } catch (error) {
      log(`The cache was not read. ${errorText(error)}`);
      return new Map();
    }
  }
}

/** Lines that make no sense are left out: losing an entry is harmless. */
function parse(text: string): Entries {
  const entries: Entries = new Map();
  for (const line of text.split('\n')) {
    const key = parseLine(line)?.k;
    if (key === undefined) continue;
    entries.delete(key);
    entries.set(key, line);
  }
  return entries;
}

function parseLine(line: string): { k: string; v: unknown } | null {
  if (line === '') return null;
  try {
    const parsed = lineSchema.safeParse(JSON.parse(line));
    return parsed.success ? { k: parsed.data.k, v: parsed.data.v } : null;
  } catch {
    return null;
  }
}

function valueIn(line: string | null): unknown {
  return line === null ? undefined : parseLine(line)?.v;
}

function dropOldest(entries: Entries, limits: { maxEntries: number; maxBytes: number }): void {
  let bytes = 0;
  for (const line of entries.values()) bytes += lineBytes(line);
  for (const [key, line] of entries) {
    if (entries.size <= limits.maxEntries && bytes <= limits.maxBytes) return;
    entries.delete(key);
    bytes -= lineBytes(line);
  }
}

function lineBytes(line: string): number {
  return Buffer.byteLength(line) + 1;
}
