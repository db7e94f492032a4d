import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs';
import type { Clock } from '../../clock.js';
import { errorText } from '../../errors.js';
import type { Claim, SharedBudget, Span } from '../../http/budget.js';
import { isMissing } from '../failure.js';
import { type Locks, MARGIN_MS, MAX_PAUSE_MS } from '../primitives.js';
import type { StateFiles } from './files.js';

const FOLDER = 'budgets';
/** First bytes of the file; another number is another layout. */
const MAGIC = 0x7472_6231;
const HEADER = 24;
/** Grants that are remembered: more than any limit allows in its time span. */
const SLOTS = 4_096;
const SLOT = 8;
/** Longest wait for other processes, which hold the lock for less than a millisecond each. */
const LOCK_MS = 2_000;

/** What {@link fileBudget} is made with. */
export interface FileBudgetOptions {
  files: StateFiles;
  locks: Pick<Locks, 'tryLock'>;
  clock: Clock;
  /** Uniform in [0, 1). */
  random: () => number;
  /** Makes no file; one that is there is used, since the requests of a dry run count like any others. */
  readOnly: boolean;
  /** Told in one line, once, when the budget cannot be shared. */
  log: (line: string) => void;
}

/**
 * Request budget that all processes on one state directory share: a small file with the times of the latest
 * grants, in a ring, changed under a lock. Nothing of it needs to be durable, so nothing is synced; a process that
 * dies in between leaves at most a grant that nobody used.
 *
 * @param name letters, digits and dashes
 */
export function fileBudget(options: FileBudgetOptions, name: string): SharedBudget {
  const path = options.files.path(FOLDER, name);
  let complained = false;

  const change = async <T>(work: (file: Ring) => T): Promise<T | null> => {
    try {
      return await locked(options, `budget-${name}`, async () => {
        const fd = await openRing(options, path);
        if (fd === null) return null;
        try {
          return work(new Ring(fd));
        } finally {
          closeSync(fd);
        }
      });
    } catch (error) {
      if (!complained) options.log(`The request budget is not shared with other runs. ${errorText(error)}`);
      complained = true;
      return null;
    }
  };

  return {
    claim: (wanted, spans) => change((ring) => claim(ring, wanted, spans, options.clock.now())),
    pause: async (until) => {
      await change((ring) => ring.setPause(Math.max(until, ring.pausedUntil(options.clock.now()))));
    },
  };
}

function claim(ring: Ring, wanted: number, spans: readonly Span[], now: number): Claim {
  let waitMs = ring.pausedUntil(now) - now;
  let granted = 0;
  const head = ring.head();
  while (waitMs <= 0 && granted < Math.min(wanted, SLOTS)) {
    for (const { count, span } of spans) {
      const earlier = granted - count;
      const at = earlier >= 0 ? now : ring.granted(head + earlier, now);
      if (at !== null) waitMs = Math.max(waitMs, at + span + MARGIN_MS - now);
    }
    if (waitMs <= 0) granted += 1;
  }
  if (granted > 0) ring.append(head, granted, now);
  return { granted, waitMs: Math.max(0, waitMs) };
}

/** The open file: magic, the number of grants ever made, the end of the pause, then their times by number. */
class Ring {
  readonly #fd: number;
  readonly #header = Buffer.alloc(HEADER);

  constructor(fd: number) {
    this.#fd = fd;
    const length = readSync(fd, this.#header, 0, HEADER, 0);
    const head = this.#header.readDoubleLE(8);
    const isOurs = length === HEADER && this.#header.readUInt32LE(0) === MAGIC;
    if (isOurs && Number.isSafeInteger(head) && head >= 0) return;
    this.#header.fill(0);
    this.#header.writeUInt32LE(MAGIC, 0);
  }

  /** Number of the next grant. */
  head(): number {
    return this.#header.readDoubleLE(8);
  }

  pausedUntil(now: number): number {
    const until = this.#header.readDoubleLE(16);
    return until > now && until <= now + MAX_PAUSE_MS ? until : 0;
  }

  setPause(until: number): void {
    this.#header.writeDoubleLE(until, 16);
    writeSync(this.#fd, this.#header, 0, HEADER, 0);
  }

  /** Time of a grant; null: there was none, or what is there cannot be one. */
  granted(number: number, now: number): number | null {
    if (number < 0) return null;
    const slot = Buffer.alloc(SLOT);
    readSync(this.#fd, slot, 0, SLOT, placeOf(number));
    const at = slot.readDoubleLE(0);
    return at > 0 && at <= now ? at : null;
  }

  append(head: number, count: number, now: number): void {
    const slot = Buffer.alloc(SLOT);
    slot.writeDoubleLE(now);
    for (let step = 0; step < count; step += 1) writeSync(this.#fd, slot, 0, SLOT, placeOf(head + step));
    this.#header.writeDoubleLE(head + count, 8);
    writeSync(this.#fd, this.#header, 0, HEADER, 0);
  }
}

function placeOf(number: number): number {
  return HEADER + (number % SLOTS) * SLOT;
}

async function openRing({ files, readOnly }: FileBudgetOptions, path: string): Promise<number | null> {
  const flags = constants.O_RDWR;
  try {
    return openSync(path, flags);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  if (readOnly) return null;
  return files.inFolder(FOLDER, async () => openSync(path, flags | constants.O_CREAT, 0o600));
}

async function locked<T>(
  { locks, clock, random }: FileBudgetOptions,
  name: string,
  work: () => Promise<T>,
): Promise<T> {
  const deadline = clock.steady() + LOCK_MS;
  for (;;) {
    const lock = await locks.tryLock(name);
    if (lock) {
      try {
        return await work();
      } finally {
        await lock.release();
      }
    }
    if (clock.steady() >= deadline) throw new Error('another process holds its lock');
    await clock.sleep(1 + random() * 4);
  }
}
