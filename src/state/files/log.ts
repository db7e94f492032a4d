import { type FileHandle, open, readdir, rename, stat } from 'node:fs/promises';
import { isMissing, stateError } from '../failure.js';
import type { Locks } from '../primitives.js';
import { isHeadline, type Log } from '../primitives.js';
import { MAX_LINE_BYTES } from '../records.js';
import type { StateFiles } from './files.js';
import { syncDirectory } from './folders.js';
import { linesBackward, linesForward } from './lines.js';

const FOLDER = 'journal';
const CURRENT = 'journal.jsonl';
const ROTATED = /^journal-([0-9]{6,15})\.jsonl$/;
const NEWLINE = 0x0a;
/** Tries to append to a file that does not get removed meanwhile. */
const APPEND_TRIES = 3;

/** What {@link fileLog} is made with. */
export interface FileLogOptions {
  files: StateFiles;
  locks: Pick<Locks, 'tryLock'>;
  /** Size in bytes from which the current file is put aside. */
  maxBytes: number;
  /** How many files that were put aside are kept. */
  keep: number;
  /** Told in one line when a rotation failed; the lines are safe all the same. */
  log: (line: string) => void;
}

/**
 * The log in `journal/journal.jsonl`. Each append is one write in append mode, so lines of several processes never
 * mix. Full files become `journal-000001.jsonl` and so on; the highest number is the newest.
 */
export function fileLog(options: FileLogOptions): Log {
  const { files } = options;
  return {
    async append(lines) {
      let size: number;
      try {
        size = await appendDurably(files, lines.map((line) => `${line}\n`).join(''));
      } catch (error) {
        throw stateError(error, 'write', files.path(FOLDER, CURRENT));
      }
      if (size >= options.maxBytes) await rotate(options);
    },

    async *read() {
      for await (const lines of eachBatch(files, 'forward')) {
        for (const line of lines) yield line.toString('utf8');
      }
    },

    async *headlines() {
      for await (const lines of eachBatch(files, 'backward')) {
        for (const line of lines) if (isHeadline(line)) yield line.toString('utf8');
      }
    },
  };
}

/** Appends and syncs; the size of the file afterwards. */
async function appendDurably(files: StateFiles, text: string): Promise<number> {
  const path = files.path(FOLDER, CURRENT);
  for (let attempt = 1; ; attempt += 1) {
    // Opened anew each time: another process may have rotated the file away.
    const handle = await files.inFolder(FOLDER, () => open(path, 'a+', 0o600));
    try {
      const before = await handle.stat();
      const { size } = before;
      if (before.isFile() && (before.mode & 0o777) !== 0o600) await handle.chmod(0o600);
      const fresh = size === 0 || (await endsWithNewline(handle, size));
      const bytes = Buffer.from(fresh ? text : `\n${text}`);
      const { bytesWritten } = await handle.write(bytes);
      if (bytesWritten < bytes.length) throw diskFull();
      await handle.sync();
      const after = await handle.stat();
      if (size === 0) await syncDirectory(files.path(FOLDER));
      if (after.nlink > 0 || attempt === APPEND_TRIES) return after.size;
    } finally {
      await handle.close();
    }
  }
}

/** A process that died while writing leaves a line without an end; the next record must not continue it. */
async function endsWithNewline(handle: FileHandle, size: number): Promise<boolean> {
  const { bytesRead, buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
  return bytesRead === 1 && buffer[0] === NEWLINE;
}

function diskFull(): Error {
  return Object.assign(new Error('short write'), { code: 'ENOSPC' });
}

/** Puts the full file aside. Appenders that have it open still write into it: nothing is lost. */
async function rotate(options: FileLogOptions): Promise<void> {
  const { files, maxBytes, keep } = options;
  const folder = files.path(FOLDER);
  const current = files.path(FOLDER, CURRENT);
  try {
    const lock = await options.locks.tryLock('journal-rotate');
    if (!lock) return;
    try {
      if ((await sizeOf(current)) < maxBytes) return;
      const rotated = await rotatedFiles(folder);
      const next = (rotated.at(-1)?.number ?? 0) + 1;
      const name = `journal-${String(next).padStart(6, '0')}.jsonl`;
      await rename(current, files.path(FOLDER, name));
      await syncDirectory(folder);
      const dropped = rotated.slice(0, Math.max(0, rotated.length + 1 - keep));
      for (const { name } of dropped) await files.remove(files.path(FOLDER, name));
    } finally {
      await lock.release();
    }
  } catch (error) {
    const problem = stateError(error, 'rotate', current);
    options.log(problem instanceof Error ? problem.message : 'The journal could not be rotated.');
  }
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (isMissing(error)) return 0;
    throw error;
  }
}

/** Files put aside, oldest first. */
async function rotatedFiles(folder: string): Promise<{ name: string; number: number }[]> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
  return names
    .flatMap((name) => {
      const number = ROTATED.exec(name)?.[1];
      return number === undefined ? [] : [{ name, number: Number(number) }];
    })
    .sort((a, b) => a.number - b.number);
}

interface OpenFile {
  /** Age: the lowest is the oldest, the current file counts as infinite. */
  number: number;
  handle: FileHandle;
  size: number;
  inode: bigint;
}

/** Lines of the whole journal as it was when the reading began, in batches, oldest or newest first. */
async function* eachBatch(files: StateFiles, direction: 'forward' | 'backward'): AsyncGenerator<Buffer[]> {
  const opened: OpenFile[] = [];
  try {
    await openAll(files, opened);
    opened.sort((a, b) => (direction === 'forward' ? a.number - b.number : b.number - a.number));
    for (const { handle, size } of opened) {
      yield* direction === 'forward'
        ? linesForward(handle, size, MAX_LINE_BYTES)
        : linesBackward(handle, size, MAX_LINE_BYTES);
    }
  } catch (error) {
    throw stateError(error, 'read', files.path(FOLDER));
  } finally {
    await Promise.all(opened.map(({ handle }) => handle.close()));
  }
}

/**
 * Opens every file. The current one is opened before the others are listed, and known again by its inode:
 * rotated in between, it is neither missed nor read twice.
 */
async function openAll(files: StateFiles, opened: OpenFile[]): Promise<void> {
  const current = await openFile(files.path(FOLDER, CURRENT), Number.POSITIVE_INFINITY);
  if (current) opened.push(current);
  for (const { name, number } of await rotatedFiles(files.path(FOLDER))) {
    const file = await openFile(files.path(FOLDER, name), number);
    if (file && file.inode === current?.inode) {
      current.number = number;
      await file.handle.close();
    } else if (file) {
      opened.push(file);
    }
  }
}

async function openFile(path: string, number: number): Promise<OpenFile | null> {
  const handle = await openIfThere(path);
  if (!handle) return null;
  const { size, ino } = await handle.stat({ bigint: true });
  return { number, handle, size: Number(size), inode: ino };
}

async function openIfThere(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}
