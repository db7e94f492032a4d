import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../src/clock.js';
import { type EventId, parseEventId } from '../../src/domain/ids.js';
import type { JournalRecord, MailedFailure, Tokens } from '../../src/state/types.js';
import { atFileEnd } from '../helpers/cleanup.js';

/** A clock that jumps ahead whenever somebody sleeps, after letting everything else have its turn. */
export function jumpingClock(start = Date.UTC(2026, 10, 14, 12)): Clock {
  let now = start;
  return {
    now: () => now,
    steady: () => now,
    sleep: async (ms) => {
      now += ms;
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

/** A fresh empty directory, removed after the tests of the file. */
export async function temporaryDirectory(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'ts-reconcile-state-'));
  atFileEnd(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

export function eventId(text: string): EventId {
  const id = parseEventId(text);
  if (id === null) throw new Error(`not an event id: ${text}`);
  return id;
}

export function tokens(over: Partial<Tokens> = {}): Tokens {
  return {
    accessToken: 'access-1',
    refreshToken: 'refresh-1',
    expiresAt: 1_800_000_000_000,
    scope: 'events:read',
    obtainedAt: 1_799_990_000_000,
    ...over,
  };
}

export function eventRecord(
  id: string,
  over: Partial<Extract<JournalRecord, { type: 'event' }>> = {},
): JournalRecord {
  return {
    type: 'event',
    at: '2026-11-14T12:00:00.000Z',
    run: '1a2b3c4d',
    id,
    name: 'Sample party',
    date: '2026-11-14',
    location: 'Special Events',
    status: 'injected',
    reason: null,
    order: '10684001',
    total: '1472.00',
    error: null,
    ...over,
  };
}

export function runStart(run: string, at: string, mode: 'single' | 'bulk' = 'bulk'): JournalRecord {
  return { type: 'run-start', at, run, mode, trigger: 'cron', window: null };
}

export function runEnd(
  run: string,
  at: string,
  over: Partial<Extract<JournalRecord, { type: 'run-end' }>> = {},
): JournalRecord {
  const summary = { queried: 1, injected: 1, repaired: 0, skipped: 0, failed: 0 };
  return { type: 'run-end', at, run, mode: 'bulk', complete: true, exit: 0, summary, ...over };
}

export function mailed(subject: string, over: Partial<MailedFailure> = {}): MailedFailure {
  return {
    subject,
    reason: 'DRIFT',
    since: 1_799_990_000_000,
    mailedAt: 1_800_000_000_000,
    name: 'Sample party',
    date: '2026-11-14',
    location: 'Special Events',
    ...over,
  };
}

/** Everything an asynchronous iterable yields. */
export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
