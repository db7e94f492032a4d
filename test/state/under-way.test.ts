import { expect, it } from 'vitest';
import type { JournalRecord } from '../../src/state/types.js';
import { holderOf, thisProcess } from '../../src/state/under-way.js';

const summary = { queried: 0, injected: 0, repaired: 0, skipped: 0, failed: 0 };
const at = '2026-11-29T10:00:00.000Z';
type Start = Extract<JournalRecord, { type: 'run-start' }>;

function start(run: string, changes: Partial<Start> = {}): Start {
  const place = { host: 'elsewhere', pid: 1 };
  return { type: 'run-start', at, run, mode: 'bulk', trigger: 'cron', window: null, ...place, ...changes };
}

function end(run: string): JournalRecord {
  return { type: 'run-end', at, run, mode: 'bulk', complete: true, exit: 0, summary };
}

const journal = (...records: JournalRecord[]) => ({
  async *read() {
    yield* records;
  },
});
const sweep = { kind: 'sweep', shard: null } as const;
const holder = async (what: Parameters<typeof holderOf>[1], ...records: JournalRecord[]) =>
  (await holderOf(journal(...records), what, 'own'))?.run ?? null;

it('is the last one elsewhere that has not ended, and never the one that asks', async () => {
  const records = [start('a'), start('b'), end('b'), start('c'), start('own')];
  expect(await holder(sweep, ...records)).toBe('c');
  expect(await holder(sweep, start('own'))).toBeNull();
  expect(await holder(sweep)).toBeNull();
});

it('is the first one here whose process is there', async () => {
  const here = thisProcess();
  const gone = start('gone', { ...here, pid: 2 ** 22 + 1 });
  const records = [gone, start('here', here), start('next', here), start('far')];
  expect(await holder(sweep, ...records)).toBe('here');
  expect(await holder(sweep, gone)).toBeNull();
});

it('is of the same shard, or for an event a sweep or a run that was asked for it', async () => {
  const shard = { index: 2, count: 8 };
  const records = [start('all'), start('part', { shard }), start('one', { mode: 'single', events: ['7'] })];
  expect(await holder({ kind: 'sweep', shard }, ...records)).toBe('part');
  expect(await holder(sweep, ...records)).toBe('all');
  const event = (id: string) => ({ kind: 'event', id }) as Parameters<typeof holderOf>[1];
  expect(await holder(event('7'), ...records)).toBe('one');
  expect(await holder(event('8'), ...records)).toBe('part');
  expect(await holder(event('8'), start('one', { mode: 'single', events: ['7'] }))).toBeNull();
});
