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
/** Runs without an end that are kept at once: each crash leaves one behind. */
const MAX_OPEN = 1_000;

/**
 * The runs, by their end, those without one last. Holds what lies between the start and the end of a run in
 * memory, never the whole journal.
 */
export async function* pastRuns(
  records: AsyncIterable<JournalRecord>,
  filter: RunFilter,
): AsyncGenerator<PastRun> {
  const open = new Map<string, PastRun>();
  for await (const record of records) {
    if (record.type === 'booked') continue;
    const known = open.get(record.run);
    const run = known ?? { run: record.run, start: null, events: [], omitted: 0, end: null };
    if (!known) open.set(record.run, run);
    switch (record.type) {
      case 'run-start':
        run.start = record;
        break;
      case 'event':
        if (filter.eventIds !== null && !filter.eventIds.includes(record.id)) break;
        if (run.events.length < MAX_EVENTS) run.events.push(record);
        else run.omitted += 1;
        break;
      case 'run-end':
        run.end = record;
        open.delete(record.run);
        if (isWanted(run, filter)) yield run;
    }
    const [oldest] = open.size > MAX_OPEN ? open.values() : [];
    if (oldest) {
      open.delete(oldest.run);
      if (isWanted(oldest, filter)) yield oldest;
    }
  }
  for (const run of open.values()) if (isWanted(run, filter)) yield run;
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
 * before it; that an event whose day is behind the sweeps is all right shows only by its being passed over.
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
    .sort((a, b) => a.since.localeCompare(b.since) || a.result.id.localeCompare(b.result.id));
}
