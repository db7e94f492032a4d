import { isConclusive } from '../domain/reasons.js';
import type { JournalRecord } from './types.js';

type Start = Extract<JournalRecord, { type: 'run-start' }>;
type Result = Extract<JournalRecord, { type: 'event' }>;
type End = Extract<JournalRecord, { type: 'run-end' }>;

/** One run as the journal has it. */
export interface PastRun {
  /** Correlation id. */
  run: string;
  /** Null: the line is not (or no longer) in the journal. */
  start: Start | null;
  /** In the order of the journal. */
  events: Result[];
  /** Results beyond {@link MAX_EVENTS}, which were counted only. */
  omitted: number;
  /** Null: the run did not end: it was killed, or is still running. */
  end: End | null;
}

/** Which runs are wanted. */
export interface RunFilter {
  /** Runs that did something at or after this instant, epoch milliseconds; null: all. */
  since: number | null;
  /** Only these events, and only runs that dealt with one of them; null: all. */
  eventIds: readonly string[] | null;
}

/** Results kept of one run. */
export const MAX_EVENTS = 20_000;
/** Runs that are held back at once so that none comes before one that began earlier. */
const MAX_HELD = 1_000;
/** No run lasts as long: one without an end by then was killed. */
const LONGEST_MS = 24 * 3_600_000;

/**
 * The runs in the order in which they began, those that were killed among them. Holds those in memory that have begun
 * since the oldest one that may still end, never the whole journal.
 */
export async function* pastRuns(
  records: AsyncIterable<JournalRecord>,
  filter: RunFilter,
): AsyncGenerator<PastRun> {
  const held = new Map<string, PastRun>();
  for await (const record of records) {
    const known = held.get(record.run);
    const run = known ?? { run: record.run, start: null, events: [], omitted: 0, end: null };
    if (!known) held.set(record.run, run);
    switch (record.type) {
      case 'run-start':
        run.start = record;
        break;
      case 'event':
        if (filter.eventIds !== null && !filter.eventIds.includes(record.id)) break;
        if (run.events.length < MAX_EVENTS) run.events.push(record);
        else run.omitted += 1;
        break;
      case 'booked':
        break;
      case 'run-end':
        run.end = record;
    }
    for (const [id, oldest] of held) {
      const age = Date.parse(record.at) - Date.parse(beganAt(oldest) ?? record.at);
      if (oldest.end === null && age < LONGEST_MS && held.size <= MAX_HELD) break;
      held.delete(id);
      if (isWanted(oldest, filter)) yield oldest;
    }
  }
  for (const run of held.values()) if (isWanted(run, filter)) yield run;
}

/** ISO 8601; null: nothing of it is in the journal. */
function beganAt({ start, events, end }: PastRun): string | null {
  return (start ?? events[0] ?? end)?.at ?? null;
}

function isWanted(run: PastRun, { since, eventIds }: RunFilter): boolean {
  if (eventIds !== null && run.events.length === 0) return false;
  if (since === null) return true;
  const last = run.end ?? run.events.at(-1) ?? run.start;
  return last !== null && Date.parse(last.at) >= since;
}

/** An event whose newest result is a failure. */
export interface StandingFailure {
  /** The newest result. */
  result: Result;
  /** When it began to fail without a better result in between, ISO 8601. */
  since: string;
  /** How many runs have failed in a row. */
  runs: number;
  /** A sweep that covered its whole window has ended since and did not report the event again. */
  passedOver: boolean;
}

/**
 * Failures that stand now, the longest-standing first. Sweeps record a skip only where they know of a failure
 * before it; that an event whose day is behind the sweeps is all right shows only by its being passed over. One that
 * Tripleseat does not have (a deleted one, a mistyped id) and that has no order can be put right by nobody: it stands
 * until then.
 */
export async function standingFailures(records: AsyncIterable<JournalRecord>): Promise<StandingFailure[]> {
  const failures = new Map<string, Omit<StandingFailure, 'passedOver'> & { place: number }>();
  let lastSweep: { run: string; place: number } | null = null;
  let place = 0;
  for await (const record of records) {
    place += 1;
    if (record.type === 'run-end' && record.mode === 'bulk' && record.complete) {
      lastSweep = { run: record.run, place };
    }
    if (record.type !== 'event') continue;
    if (record.status === 'failed') {
      const { since = record.at, runs = 0 } = failures.get(record.id) ?? {};
      failures.set(record.id, { result: record, since, runs: runs + 1, place });
    } else if (isConclusive(record.reason)) failures.delete(record.id);
  }
  const sweep = lastSweep;
  return [...failures.values()]
    .map(({ place: at, ...failure }) => ({
      ...failure,
      passedOver: sweep !== null && sweep.place > at && sweep.run !== failure.result.run,
    }))
    .filter(({ result, passedOver }) => !passedOver || result.reason !== 'EVENT_NOT_FOUND')
    .sort((a, b) => a.since.localeCompare(b.since) || a.result.id.localeCompare(b.result.id));
}
