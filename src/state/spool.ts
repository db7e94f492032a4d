import { type FileHandle, open } from 'node:fs/promises';
import { z } from 'zod';
import { type EventId, parseEventId } from '../domain/ids.js';
import { AppError, ExitCode } from '../errors.js';
import { shownPath, stateError } from './failure.js';
import type { StateFiles } from './files.js';
import type { TryLock } from './locks.js';
import type { Lock, Spool, SpoolEntry } from './types.js';

const FOLDER = 'spool';
const FILE = 'spool.jsonl';
const MAX_BYTES = 64 * 1024 * 1024;
/** The file is written anew when it holds this many lines more than four times the entries that count. */
const SLACK_LINES = 2000;

const eventSchema = z.string().transform((text, context): EventId => {
  const id = parseEventId(text);
  if (id !== null) return id;
  context.addIssue({ code: 'custom', message: 'is not an event id' });
  return z.NEVER;
});
const lineSchema = z.union([
  z.strictObject({
    event: eventSchema,
    run: z.string().regex(/^[0-9a-f]{8}$/),
    at: z.number().int().nonnegative(),
  }),
  z.strictObject({ done: eventSchema }),
]);

/** Event → its entry, oldest first. */
type Live = Map<EventId, SpoolEntry>;

/** Lines to be written together with what to do once they are, or could not be, on disk. */
interface Change {
  added: readonly SpoolEntry[];
  removed: EventId | null;
  settle(error: unknown): void;
}

/** What {@link openFileSpool} is made with. */
export interface FileSpoolOptions {
  files: StateFiles;
  tryLock: TryLock;
  /** Told in one line about lines that could not be understood. */
  log: (line: string) => void;
}

/**
 * The spool in one file of JSON lines (`{"event":…,"run":…,"at":…}`, `{"done":…}`) that is only appended to;
 * whatever waits while the disk is busy goes out with one fsync. Null while another process has it.
 */
export async function openFileSpool(options: FileSpoolOptions): Promise<Spool | null> {
  const lock = await options.tryLock('spool');
  if (!lock) return null;
  try {
    const spool = new FileSpool(options, lock, await load(options));
    // Also takes a torn last line away, which the first line appended would otherwise be glued to.
    await spool.check();
    return spool;
  } catch (error) {
    await lock.release();
    throw error;
  }
}

class FileSpool implements Spool {
  readonly left: readonly SpoolEntry[];
  readonly #files: StateFiles;
  readonly #lock: Lock;
  readonly #live: Live;
  #changes: Change[] = [];
  #writing: Promise<void> | null = null;
  /** Null: what the file holds is uncertain, so the next write replaces it. */
  #handle: FileHandle | null = null;
  #lines = 0;

  constructor({ files }: FileSpoolOptions, lock: Lock, live: Live) {
    this.#files = files;
    this.#lock = lock;
    this.#live = live;
    this.left = [...live.values()];
  }

  add(entries: readonly SpoolEntry[]): Promise<void> {
    return this.#enqueue(entries, null);
  }

  remove(event: EventId): Promise<void> {
    return this.#enqueue([], event);
  }

  check(): Promise<void> {
    return this.#enqueue([], null);
  }

  async close(): Promise<void> {
    while (this.#writing) await this.#writing;
    await this.#drop();
    await this.#lock.release();
  }

  #enqueue(added: readonly SpoolEntry[], removed: EventId | null): Promise<void> {
    const done = new Promise<void>((resolve, reject) => {
      const settle = (error: unknown) => (error === null ? resolve() : reject(error));
      this.#changes.push({ added, removed, settle });
    });
    this.#writing ??= this.#drain();
    return done;
  }

  async #drain(): Promise<void> {
    while (this.#changes.length > 0) {
      const batch = this.#changes;
      this.#changes = [];
      const error = await this.#write(batch);
      for (const { settle } of batch) settle(error);
    }
    this.#writing = null;
  }

  /** Null, or why the batch is not on disk. */
  async #write(batch: readonly Change[]): Promise<unknown> {
    const { lines, undo } = this.#apply(batch);
    try {
      const full = this.#lines + lines.length > 4 * this.#live.size + SLACK_LINES;
      if (full || !this.#handle || !(await append(this.#handle, lines))) await this.#replace();
      else this.#lines += lines.length;
      return null;
    } catch (error) {
      undo();
      // After a failed write or fsync nobody knows what the file holds.
      await this.#drop();
      return stateError(error, 'write', this.#files.path(FOLDER, FILE));
    }
  }

  /** Makes the changes in memory; `undo` takes the additions back. */
  #apply(batch: readonly Change[]): { lines: string[]; undo: () => void } {
    const lines: string[] = [];
    const additions: { event: EventId; before: SpoolEntry | undefined }[] = [];
    for (const { added, removed } of batch) {
      if (removed !== null && this.#live.delete(removed)) lines.push(JSON.stringify({ done: removed }));
      for (const entry of added) {
        additions.push({ event: entry.event, before: this.#live.get(entry.event) });
        this.#live.set(entry.event, entry);
        lines.push(lineOf(entry));
      }
    }
    const undo = () => {
      for (const { event, before } of additions.reverse()) {
        if (before) this.#live.set(event, before);
        else this.#live.delete(event);
      }
    };
    return { lines, undo };
  }

  async #replace(): Promise<void> {
    await this.#drop();
    const text = [...this.#live.values()].map((entry) => `${lineOf(entry)}\n`).join('');
    await this.#files.replace(FOLDER, FILE, text);
    this.#handle = await open(this.#files.path(FOLDER, FILE), 'a', 0o600);
    this.#lines = this.#live.size;
  }

  async #drop(): Promise<void> {
    const handle = this.#handle;
    this.#handle = null;
    await handle?.close().catch(() => undefined);
  }
}

function lineOf({ event, run, at }: SpoolEntry): string {
  return JSON.stringify({ event, run, at });
}

/**
 * Appends the lines, durably; false: the file was deleted under this process. An empty line says nothing, but takes
 * the same way to the disk.
 */
async function append(handle: FileHandle, lines: readonly string[]): Promise<boolean> {
  await handle.appendFile(`${lines.join('\n')}\n`);
  await handle.datasync();
  return (await handle.stat()).nlink > 0;
}

async function load({ files, log }: FileSpoolOptions): Promise<Live> {
  const path = files.path(FOLDER, FILE);
  const found = await files.read(path, MAX_BYTES);
  switch (found.kind) {
    case 'absent':
      return new Map();
    case 'unfit':
      throw new AppError(
        'STATE',
        ExitCode.config,
        `${shownPath(path)} is not a spool: no regular file of at most 64 MB.`,
        'Move it away. A sweep finds what it may have held: ts-reconcile sync',
      );
    case 'text':
      return parse(found.text, (count) =>
        log(`${count} lines of the spool made no sense; the next sweep finds what they may have been.`),
      );
  }
}

function parse(text: string, damaged: (count: number) => void): Live {
  const live: Live = new Map();
  const lines = text.split('\n');
  // What a crash tore was never answered for.
  lines.pop();
  let bad = 0;
  for (const line of lines) {
    if (line === '') continue;
    const parsed = parseLine(line);
    if (parsed === null) bad += 1;
    else if ('done' in parsed) live.delete(parsed.done);
    else live.set(parsed.event, parsed);
  }
  if (bad > 0) damaged(bad);
  return live;
}

function parseLine(line: string): z.infer<typeof lineSchema> | null {
  try {
    return lineSchema.safeParse(JSON.parse(line)).data ?? null;
  } catch {
    return null;
  }
}
