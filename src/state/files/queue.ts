import { randomBytes } from 'node:crypto';
import { type FileHandle, open, readdir, rename, stat } from 'node:fs/promises';
import { z } from 'zod';
import type { Clock } from '../../clock.js';
import type { EventId } from '../../domain/ids.js';
import { AppError, ExitCode } from '../../errors.js';
import { plural } from '../../text/text.js';
import { keptEventId } from '../event-id.js';
import { isMissing, shownPath, stateError } from '../failure.js';
import { parse } from '../kept.js';
import type { Delivery, Lock, Locks, Owed, Queue, Taken } from '../primitives.js';
import type { StateFiles } from './files.js';
import { syncDirectory } from './folders.js';

const FOLDER = 'spool';
const FILE = 'spool.jsonl';
const OLDER = /^spool-[0-9a-f]{8}\.jsonl$/;
const MAX_BYTES = 64 * 1024 * 1024;
/** The file is written anew when it holds this many lines more than four times the rows that count. */
const SLACK_LINES = 2000;
/** Tries to append to a file that nobody puts aside meanwhile. */
const APPEND_TRIES = 5;
/** What another relay has taken and not done by then is run here as well. */
const OTHERS_MS = 600_000;

const runSchema = z.string().regex(/^[0-9a-f]{8}$/);
const count = z.number().int().nonnegative();
const lineSchema = z.union([
  z.strictObject({ event: keptEventId, run: runSchema, at: count }),
  /** So many runs were begun of which nobody has told a good end. */
  z.strictObject({ start: keptEventId, n: count }),
  /** The run that answers the delivery `run` has ended; without it (of earlier versions), whichever came last. */
  z.strictObject({ done: keptEventId, run: runSchema.optional() }),
]);
type Line = z.infer<typeof lineSchema>;

interface Row {
  run: string;
  /** Of the oldest delivery that no run has answered. */
  at: number;
  starts: number;
  /** On the steady clock: not taken before, since the relay that wrote it may be about to. */
  from: number;
}

/** Lines to be written together with what to do once they are, or could not be, on disk. */
interface Change {
  lines: readonly string[];
  settle(error: unknown): void;
}

/** What {@link openFileQueue} is made with. */
export interface FileQueueOptions {
  files: StateFiles;
  locks: Pick<Locks, 'tryLock'>;
  clock: Clock;
  /** Told in one line about lines that could not be understood, and about another relay on the same file. */
  log: (line: string) => void;
}

/**
 * The queue in one file of JSON lines (`{"event":…,"run":…,"at":…}`, `{"start":…,"n":…}`, `{"done":…,"run":…}`) that
 * is only appended to, and whose lines are the truth: what any process appends is read back and counts. So a relay in
 * another container, whose locks do not reach this one, loses nothing here. Whatever waits while the disk is busy goes
 * out with one fsync. Null while another process has the lock.
 */
export async function openFileQueue(options: FileQueueOptions): Promise<Queue | null> {
  const lock = await options.locks.tryLock('spool');
  if (!lock) return null;
  const queue = new FileQueue(options, lock);
  try {
    await queue.check();
    return queue;
  } catch (error) {
    await queue.close();
    throw error;
  }
}

class FileQueue implements Queue {
  readonly #files: StateFiles;
  readonly #lock: Lock;
  readonly #options: FileQueueOptions;
  readonly #rows = new Map<EventId, Row>();
  #changes: Change[] = [];
  #working: Promise<void> | null = null;
  /** Null: what the file holds is uncertain, so that it is written anew before anything else. */
  #handle: FileHandle | null = null;
  /** Of the file once it holds every row; one that could not be finished is gone on with. */
  #inode: number | null = null;
  /** Names of files put aside that were read to their ends. */
  readonly #learned = new Set<string>();
  /** So many bytes of the file have been read, in so many lines. */
  #read = 0;
  #lines = 0;
  /** Null: nothing was read yet, so that nobody can be told from anybody else. */
  #own: ReadonlySet<string> | null = null;
  #warned = false;

  constructor(options: FileQueueOptions, lock: Lock) {
    this.#options = options;
    this.#files = options.files;
    this.#lock = lock;
  }

  push(deliveries: readonly Delivery[]): Promise<void> {
    return this.#write(deliveries.map(({ event, run, at }) => ({ event, run, at })));
  }

  async owed(): Promise<Owed[]> {
    await this.#write([]);
    const now = this.#options.clock.steady();
    return [...this.#rows]
      .filter(([, { from }]) => from <= now)
      .map(([event, { run, at, starts }]) => ({ event, run, at, starts }))
      .sort((a, b) => a.at - b.at);
  }

  async take(event: EventId): Promise<Taken | null> {
    const row = this.#rows.get(event);
    if (!row) return null;
    await this.#write([{ start: event, n: row.starts + 1 }]);
    const { run, at, starts } = this.#rows.get(event) ?? row;
    return { event, run, at, starts, seq: run };
  }

  async done({ event, seq }: Taken): Promise<boolean> {
    await this.#write([{ done: event, run: seq }]);
    const row = this.#rows.get(event);
    if (row && row.starts > 0) await this.#write([{ start: event, n: 0 }]);
    return row !== undefined;
  }

  /** When the next try is due is the business of the one relay that works here. */
  async later({ event }: Taken, _delayMs: number, failed: boolean): Promise<void> {
    if (!failed && this.#rows.has(event)) await this.#write([{ start: event, n: 0 }]);
  }

  check(): Promise<void> {
    // An empty line says nothing, but takes the same way to the disk.
    return this.#enqueue(['']);
  }

  async close(): Promise<void> {
    while (this.#working) await this.#working;
    await this.#drop();
    await this.#lock.release();
  }

  #write(lines: readonly Line[]): Promise<void> {
    return this.#enqueue(lines.map((line) => JSON.stringify(line)));
  }

  #enqueue(lines: readonly string[]): Promise<void> {
    const done = new Promise<void>((resolve, reject) => {
      const settle = (error: unknown) => (error === null ? resolve() : reject(error));
      this.#changes.push({ lines, settle });
    });
    this.#working ??= this.#work();
    return done;
  }

  async #work(): Promise<void> {
    while (this.#changes.length > 0) {
      const batch = this.#changes;
      this.#changes = [];
      const error = await this.#carryOut(batch.flatMap(({ lines }) => lines));
      for (const { settle } of batch) settle(error);
    }
    this.#working = null;
  }

  /** Null, or why the lines are not on disk. */
  async #carryOut(lines: readonly string[]): Promise<unknown> {
    try {
      if (!this.#handle || this.#lines > 4 * this.#rows.size + SLACK_LINES) await this.#fold();
      for (let tries = 1; !(await this.#append(lines)); tries += 1) {
        if (tries === APPEND_TRIES) throw Object.assign(new Error('it is replaced'), { code: 'EBUSY' });
        // Another relay has begun a new file, or somebody has deleted it: this batch is in the old one.
        await this.#fold();
      }
      return null;
    } catch (error) {
      // After a failed write or fsync nobody knows what the file holds.
      await this.#drop();
      return stateError(error, 'write', this.#path());
    }
  }

  /** Appends the lines, durably, and reads them back with whatever others appended; false: the file is another one now. */
  async #append(lines: readonly string[]): Promise<boolean> {
    const handle = this.#handle;
    if (!handle) return false;
    const text = lines.length > 0 ? `\n${lines.join('\n')}\n` : '';
    const bytes = Buffer.from(text);
    // Before anything is written: where that fails, a part of it may be found later.
    this.#own = new Set(lines);
    if (bytes.length > 0) {
      // The newline in front ends a line that a crash tore.
      const { bytesWritten } = await handle.write(bytes);
      if (bytesWritten < bytes.length) throw Object.assign(new Error('short write'), { code: 'ENOSPC' });
    }
    // Whoever puts the file aside from here on finds the lines in it, durable or not yet.
    const [own, there] = await Promise.all([
      handle.stat(),
      statIfThere(this.#path()),
      bytes.length > 0 ? handle.datasync() : null,
    ]);
    if (there?.ino !== own.ino) return false;
    if (bytes.length > 0 && own.size === this.#read + bytes.length) {
      // Nobody else has written.
      this.#read = own.size;
      this.#learn(text);
    } else await this.#readOn(handle, own.size);
    return true;
  }

  async #readOn(handle: FileHandle, size: number): Promise<void> {
    if (size > MAX_BYTES) throw this.#unfit();
    if (size <= this.#read) return;
    const buffer = Buffer.alloc(size - this.#read);
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, this.#read);
    // A line without its end is being written, or was torn and never answered for.
    const end = buffer.subarray(0, bytesRead).lastIndexOf(0x0a) + 1;
    this.#read += end;
    this.#learn(buffer.toString('utf8', 0, end));
  }

  #learn(text: string): void {
    let bad = 0;
    let strange = 0;
    for (const line of text.split('\n')) {
      this.#lines += 1;
      if (line === '') continue;
      const parsed = parse(lineSchema, line);
      const foreign = this.#own !== null && !this.#own.has(line);
      // A full disk has torn a line of this process, which nobody was told is kept.
      if (parsed === null && this.#isTornOwn(line)) continue;
      if (parsed === null) bad += 1;
      else this.#apply(parsed, foreign);
      if (foreign) strange += 1;
    }
    if (bad > 0) {
      this.#options.log(
        `${plural(bad, 'line')} of the spool made no sense; the next sweep finds what they may have been.`,
      );
    }
    if (strange > 0 && !this.#warned) {
      this.#warned = true;
      this.#options.log(
        `Another relay writes to ${shownPath(this.#path())}, and its locks do not reach this one. Nothing is lost, but events may be run twice: give each a STATE_DIR of its own, or set STATE_URL.`,
      );
    }
  }

  #isTornOwn(line: string): boolean {
    return [...(this.#own ?? [])].some((own) => own.startsWith(line));
  }

  #apply(line: Line, foreign: boolean): void {
    if ('event' in line) {
      const row = this.#rows.get(line.event);
      const from = foreign ? this.#options.clock.steady() + OTHERS_MS : 0;
      const { at, starts } = row ?? { at: line.at, starts: 0 };
      this.#rows.set(line.event, { run: line.run, at, starts, from: Math.min(row?.from ?? from, from) });
    } else if ('start' in line) {
      const row = this.#rows.get(line.start);
      if (row) row.starts = line.n;
    } else if (line.run === undefined || this.#rows.get(line.done)?.run === line.run) {
      this.#rows.delete(line.done);
    }
  }

  /**
   * Writes the file anew with the rows that count. The old one is put aside first and read to its end: whatever
   * anybody was told is durable was in it by then, and whoever writes to it after that notices, and writes again.
   */
  async #fold(): Promise<void> {
    await this.#drop();
    const folder = this.#files.path(FOLDER);
    await this.#files.inFolder(FOLDER, async () => {
      const isOwn = (await statIfThere(this.#path()))?.ino === this.#inode;
      if (isOwn) await this.#putAside();
      this.#inode = null;
      const older = (await readdir(folder)).filter((name) => OLDER.test(name));
      for (const name of older) if (!this.#learned.has(name)) await this.#learnFile(name);
      const known = [...this.#rows];
      const handle = await open(this.#path(), 'a+', 0o600);
      this.#handle = handle;
      const info = await handle.stat();
      if (!info.isFile()) throw this.#unfit();
      if ((info.mode & 0o777) !== 0o600) await handle.chmod(0o600);
      [this.#read, this.#lines] = [0, 0];
      await this.#readOn(handle, info.size);
      this.#own ??= new Set();
      // What it holds of a row is newer, or as new.
      const rows = known.filter(([event, row]) => this.#rows.get(event) === row).flatMap(linesOf);
      // The file is another one by now: whoever writes it anew next still needs the older ones.
      if (!(await this.#append(rows))) return;
      await syncDirectory(folder);
      for (const name of older) {
        await this.#files.remove(this.#files.path(FOLDER, name));
        this.#learned.delete(name);
      }
      this.#inode = info.ino;
    });
  }

  async #putAside(): Promise<void> {
    const name = `spool-${randomBytes(4).toString('hex')}.jsonl`;
    const aside = this.#files.path(FOLDER, name);
    await rename(this.#path(), aside);
    const handle = await open(aside, 'r');
    try {
      const { ino, size } = await handle.stat();
      // Others may have begun a new file in between, which is read from its beginning.
      if (ino !== this.#inode) this.#read = 0;
      await this.#readOn(handle, size);
      this.#learned.add(name);
    } finally {
      await handle.close();
    }
  }

  async #learnFile(name: string): Promise<void> {
    const found = await this.#files.read(this.#files.path(FOLDER, name), MAX_BYTES);
    if (found.kind === 'text') this.#learn(found.text);
    this.#learned.add(name);
  }

  #unfit(): AppError {
    return new AppError(
      'STATE',
      ExitCode.config,
      `${shownPath(this.#path())} is not a spool: no regular file of at most 64 MB.`,
      'Move it away. A sweep finds what it may have held: ts-reconcile sync',
    );
  }

  #path(): string {
    return this.#files.path(FOLDER, FILE);
  }

  async #drop(): Promise<void> {
    const handle = this.#handle;
    this.#handle = null;
    await handle?.close().catch(() => undefined);
  }
}

function linesOf([event, { run, at, starts }]: [EventId, Row]): string[] {
  const line = JSON.stringify({ event, run, at });
  return starts > 0 ? [line, JSON.stringify({ start: event, n: starts })] : [line];
}

async function statIfThere(path: string) {
  try {
    return await stat(path);
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}
