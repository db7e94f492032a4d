import { addDays, localDate } from '../../domain/zones.js';
import { ExitCode } from '../../errors.js';
import type { JournalRecord } from '../../state/types.js';
import type { RunDay } from './data.js';

type Start = Extract<JournalRecord, { type: 'run-start' }>;
type End = Extract<JournalRecord, { type: 'run-end' }>;

/** A run that has not ended may still be at work for so long, in milliseconds. */
const STILL_RUNNING_MS = 2 * 3_600_000;
/** Runs without an end that are kept at once. */
const MAX_OPEN = 1_000;

interface Tally {
  runs: number;
  broken: number;
  seconds: number[];
  requests: { tripleseat: number; revel: number; runs: number };
  made: number;
  repaired: number;
  failed: number;
}

/** Over which days runs are counted. */
export interface RunSpan {
  /** IANA zone that days are of. */
  zone: string;
  /** The last day, `YYYY-MM-DD`. */
  today: string;
  /** How many days. */
  days: number;
  /** Epoch milliseconds. */
  now: number;
}

/** Counts runs of one kind, day by day, from the journal. */
export class RunDays {
  readonly #span: RunSpan;
  readonly #days = new Map<string, Tally>();
  readonly #open = new Map<string, Start>();

  constructor(span: RunSpan) {
    this.#span = span;
    for (let back = span.days - 1; back >= 0; back -= 1) {
      this.#days.set(addDays(span.today, -back), {
        runs: 0,
        broken: 0,
        seconds: [],
        requests: { tripleseat: 0, revel: 0, runs: 0 },
        made: 0,
        repaired: 0,
        failed: 0,
      });
    }
  }

  /** Takes a record of the journal, the oldest first. `isOurs`: whether a run is of this kind. */
  add(record: JournalRecord, isOurs: (start: Start) => boolean): void {
    if (record.type === 'run-start' && isOurs(record)) {
      this.#open.set(record.run, record);
      const [oldest] = this.#open.size > MAX_OPEN ? this.#open.values() : [];
      if (oldest) this.#unended(oldest);
    } else if (record.type === 'run-end') {
      const start = this.#open.get(record.run);
      if (!start) return;
      this.#open.delete(record.run);
      this.#ended(start, record);
    }
  }

  /** Every day of the span, the oldest first. */
  list(): RunDay[] {
    for (const start of this.#open.values()) {
      if (this.#span.now - Date.parse(start.at) > STILL_RUNNING_MS) this.#unended(start);
    }
    return [...this.#days].map(([day, { seconds, requests, ...rest }]) => ({
      day,
      ...rest,
      seconds: spread(seconds),
      requests:
        requests.runs === 0
          ? null
          : {
              tripleseat: requests.tripleseat / requests.runs,
              revel: requests.revel / requests.runs,
            },
    }));
  }

  #dayOf({ at }: Start): Tally | undefined {
    return this.#days.get(localDate(Date.parse(at), this.#span.zone));
  }

  #unended(start: Start): void {
    this.#open.delete(start.run);
    const day = this.#dayOf(start);
    if (!day) return;
    day.runs += 1;
    day.broken += 1;
  }

  #ended(start: Start, end: End): void {
    const day = this.#dayOf(start);
    // One that found another run at work has done nothing.
    if (!day || (end.exit === ExitCode.locked && end.summary.queried === 0)) return;
    day.runs += 1;
    if (end.exit !== ExitCode.ok && end.exit !== ExitCode.eventFailed) day.broken += 1;
    const took = Date.parse(end.at) - Date.parse(start.at);
    // Less than nothing where the clock was put back meanwhile.
    if (took >= 0) day.seconds.push(took / 1_000);
    if (end.requests) {
      day.requests.tripleseat += end.requests.tripleseat;
      day.requests.revel += end.requests.revel;
      day.requests.runs += 1;
    }
    day.made += end.summary.injected;
    day.repaired += end.summary.repaired;
    day.failed = Math.max(day.failed, end.summary.failed);
  }
}

function spread(seconds: readonly number[]): RunDay['seconds'] {
  const sorted = seconds.toSorted((a, b) => a - b);
  const [least] = sorted;
  const most = sorted.at(-1);
  const median = sorted[Math.floor(sorted.length / 2)];
  return least === undefined || most === undefined || median === undefined ? null : { least, median, most };
}
