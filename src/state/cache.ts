import { createHash } from 'node:crypto';
import { z } from 'zod';
import { errorText } from '../errors.js';
import { parse } from './kept.js';
import type { Documents } from './primitives.js';
import type { Cache } from './types.js';
import { type Waiting, waitForLock } from './wait.js';

/** Documents that share the entries, so that a run for one event rewrites a small one. */
const PARTS = 16;
const MAX_BYTES = 32 * 1024 * 1024;
/** Longest wait for another process that is writing the cache. */
const FLUSH_WAIT_MS = 2000;
/** Longest key in characters; a longer one is not remembered. */
const MAX_KEY = 1024;

const lineSchema = z.object({ k: z.string().max(MAX_KEY), v: z.unknown() });

/** Key → its line (`{"k":…,"v":…}`), least recently written first. */
type Entries = Map<string, string>;

/** What {@link keptCache} is made with. */
export interface KeptCacheOptions extends Waiting {
  documents: Documents;
  readOnly: boolean;
  /** Bounds of all parts together (50,000 entries, 32 MB); the least recently written ones of a part go first. */
  maxEntries?: number;
  maxBytes?: number;
  /** Told in one line when the cache could not be read or written. */
  log: (line: string) => void;
}

/** The cache in a few documents of JSON lines, each read at the first look-up, written on flush. */
export function keptCache(options: KeptCacheOptions): Cache {
  const { documents, log, maxBytes = MAX_BYTES } = options;
  /** What was set and is not kept yet; null: to be forgotten. */
  const changed = new Map<string, string | null>();
  const loaded = new Map<string, Promise<Entries>>();

  async function load(part: string): Promise<Entries> {
    try {
      const found = await documents.get(part);
      return found.kind === 'text' ? entriesIn(found.text) : new Map();
    } catch (error) {
      log(`The cache was not read. ${errorText(error)}`);
      return new Map();
    }
  }

  async function merge(part: string, changes: readonly [string, string | null][]): Promise<void> {
    const entries = await load(part);
    for (const [key, line] of changes) {
      entries.delete(key);
      if (line !== null) entries.set(key, line);
    }
    dropOldest(entries, options);
    await documents.put(part, [...entries.values(), ''].join('\n'));
    loaded.set(part, Promise.resolve(entries));
    for (const [key, line] of changes) if (changed.get(key) === line) changed.delete(key);
  }

  return {
    async get(key, anew = false) {
      const own = changed.get(key);
      if (own !== undefined) return valueIn(own);
      const part = partOf(key);
      const entries = (anew ? undefined : loaded.get(part)) ?? load(part);
      loaded.set(part, entries);
      return valueIn((await entries).get(key) ?? null);
    },

    async set(key, value) {
      if (key.length > MAX_KEY) return;
      changed.delete(key);
      const line = value === undefined ? null : JSON.stringify({ k: key, v: value });
      // One that no part has room for would drive all others out of it, and itself.
      changed.set(key, line !== null && lineBytes(line) > maxBytes / PARTS ? null : line);
    },

    async flush() {
      if (options.readOnly || changed.size === 0) return;
      try {
        const lock = await waitForLock(options, 'cache', FLUSH_WAIT_MS);
        if (!lock) return;
        try {
          for (const [part, changes] of groups(changed)) await merge(part, changes);
        } finally {
          await lock.release();
        }
      } catch (error) {
        log(`The cache was not written. ${errorText(error)}`);
      }
    },
  };
}

function partOf(key: string): string {
  const [byte = 0] = createHash('sha256').update(key).digest();
  return `cache/${byte % PARTS}`;
}

function groups(changed: ReadonlyMap<string, string | null>): Map<string, [string, string | null][]> {
  const parts = new Map<string, [string, string | null][]>();
  for (const change of changed) {
    const part = partOf(change[0]);
    const others = parts.get(part);
    if (others) others.push(change);
    else parts.set(part, [change]);
  }
  return parts;
}

/** Lines that make no sense are left out: losing an entry is harmless. */
function entriesIn(text: string): Entries {
  const entries: Entries = new Map();
  for (const line of text.split('\n')) {
    const key = parse(lineSchema, line)?.k;
    if (key === undefined) continue;
    entries.delete(key);
    entries.set(key, line);
  }
  return entries;
}

function valueIn(line: string | null): unknown {
  return line === null ? undefined : parse(lineSchema, line)?.v;
}

function dropOldest(
  entries: Entries,
  { maxEntries = 50_000, maxBytes = MAX_BYTES }: Pick<KeptCacheOptions, 'maxEntries' | 'maxBytes'>,
): void {
  let bytes = 0;
  for (const line of entries.values()) bytes += lineBytes(line);
  for (const [key, line] of entries) {
    if (entries.size <= maxEntries / PARTS && bytes <= maxBytes / PARTS) return;
    entries.delete(key);
    bytes -= lineBytes(line);
  }
}

function lineBytes(line: string): number {
  return Buffer.byteLength(line) + 1;
}
