import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { metricsText, type RunFacts, writeMetrics } from '../../src/report/metrics.js';
import type { StateStore } from '../../src/state/types.js';
import { failed, injected, report, skipped } from './helpers.js';

const START = Date.UTC(2026, 10, 14, 20) / 1000;
const unknown = { success: {}, complete: null };

function facts(over: Partial<RunFacts> = {}): RunFacts {
  const events = [injected('1'), skipped('2'), skipped('3'), failed('4'), failed('5', { reason: 'MISSED' })];
  return { report: report(events), exit: 1, wholeSweep: true, ...over };
}

function valueIn(text: string, sample: string): number | null {
  const line = text.split('\n').find((each) => each.startsWith(`${sample} `));
  return line === undefined ? null : Number(line.slice(sample.length + 1));
}

const SUCCESS = 'ts_reconcile_last_success_timestamp_seconds{mode="bulk"}';
const COMPLETE = 'ts_reconcile_last_complete_timestamp_seconds';

describe('the text', () => {
  it('is what the textfile collector reads', () => {
    expect(metricsText(facts(), null, unknown)).toMatchInlineSnapshot(`
      "# HELP ts_reconcile_last_attempt_timestamp_seconds When the last run began.
      # TYPE ts_reconcile_last_attempt_timestamp_seconds gauge
      ts_reconcile_last_attempt_timestamp_seconds{mode="bulk"} 1794686400
      # HELP ts_reconcile_last_complete_timestamp_seconds When the last sweep ended that covered its whole window, whatever became of single events.
      # TYPE ts_reconcile_last_complete_timestamp_seconds gauge
      ts_reconcile_last_complete_timestamp_seconds 1794686400.812
      # HELP ts_reconcile_last_run_duration_seconds How long the last run took.
      # TYPE ts_reconcile_last_run_duration_seconds gauge
      ts_reconcile_last_run_duration_seconds{mode="bulk"} 0.812
      # HELP ts_reconcile_last_run_exit_code Exit code of the last run.
      # TYPE ts_reconcile_last_run_exit_code gauge
      ts_reconcile_last_run_exit_code{mode="bulk"} 1
      # HELP ts_reconcile_events Events of the last run by status and reason.
      # TYPE ts_reconcile_events gauge
      ts_reconcile_events{mode="bulk",status="failed",reason="DRIFT"} 1
      ts_reconcile_events{mode="bulk",status="failed",reason="MISSED"} 1
      ts_reconcile_events{mode="bulk",status="injected",reason=""} 1
      ts_reconcile_events{mode="bulk",status="repaired",reason=""} 0
      ts_reconcile_events{mode="bulk",status="skipped",reason="ALREADY_INJECTED"} 2
      # HELP ts_reconcile_requests HTTP requests of the last run by upstream.
      # TYPE ts_reconcile_requests gauge
      ts_reconcile_requests{mode="bulk",upstream="revel"} 7
      ts_reconcile_requests{mode="bulk",upstream="tripleseat"} 3
      # HELP ts_reconcile_standing_failures Events that failed in the last complete sweep.
      # TYPE ts_reconcile_standing_failures gauge
      ts_reconcile_standing_failures 2
      "
    `);
  });

  it('tells times to the millisecond', () => {
    const startedAt = Date.parse('2026-11-23T13:18:19.867Z');
    const times = { startedAt, finishedAt: startedAt + 345 };
    const text = metricsText(facts({ report: report([skipped('1')], times) }), null, unknown);
    expect(text).toContain(`\n${COMPLETE} 1795439900.212\n`);
  });

  it('keeps the last success through failing runs, and moves it on with a good one', () => {
    const good = metricsText(facts({ report: report([skipped('1')]), exit: 0 }), null, unknown);
    expect(valueIn(good, SUCCESS)).toBe(START + 0.812);
    const later = { startedAt: (START + 2700) * 1000, finishedAt: (START + 2700) * 1000 };
    const bad = facts({ report: report([], later), exit: 69, wholeSweep: false });
    const kept = metricsText(bad, good, unknown);
    expect(valueIn(kept, SUCCESS)).toBe(START + 0.812);
    expect(valueIn(kept, COMPLETE)).toBe(START + 0.812);
    expect(valueIn(kept, 'ts_reconcile_last_attempt_timestamp_seconds{mode="bulk"}')).toBe(START + 2700);
    const again = metricsText(facts({ report: report([], later), exit: 0 }), kept, unknown);
    expect(valueIn(again, SUCCESS)).toBe(START + 2700);
  });

  it('keeps what a sweep found through runs for single events, but not what an earlier sweep found', () => {
    const sweep = metricsText(facts(), null, unknown);
    const run = report([injected('9')], { mode: 'single' });
    const after = metricsText({ report: run, exit: 0, wholeSweep: false }, sweep, unknown);
    expect(valueIn(after, 'ts_reconcile_standing_failures')).toBe(2);
    expect(valueIn(after, 'ts_reconcile_events{mode="bulk",status="failed",reason="MISSED"}')).toBe(1);
    expect(valueIn(after, 'ts_reconcile_events{mode="single",status="injected",reason=""}')).toBe(1);
    const clean = metricsText(facts({ report: report([]), exit: 0 }), after, unknown);
    expect(valueIn(clean, 'ts_reconcile_standing_failures')).toBe(0);
    expect(valueIn(clean, 'ts_reconcile_events{mode="bulk",status="failed",reason="MISSED"}')).toBeNull();
    expect(valueIn(clean, 'ts_reconcile_events{mode="bulk",status="failed",reason=""}')).toBe(0);
  });

  it('takes nothing from an old file but its own samples', () => {
    const old = [
      'node_load1 0.5',
      'ts_reconcile_last_success_timestamp_seconds{mode="bulk"} NaN',
      'ts_reconcile_requests{mode="single",upstream="revel"} 1e999',
      'ts_reconcile_requests{mode="single",upstream="x\\"} 1\n"} 4',
      'ts_reconcile_unheard_of 1',
      'ts_reconcile_standing_failures 3',
      'torn ts_reconcile_standing_fail',
    ].join('\n');
    const run = report([], { mode: 'single' });
    const text = metricsText({ report: run, exit: 1, wholeSweep: false }, old, unknown);
    const first = metricsText({ report: run, exit: 1, wholeSweep: false }, '', unknown);
    const added = text.split('\n').filter((line) => !first.includes(line) && !line.startsWith('#'));
    expect(added).toEqual(['ts_reconcile_standing_failures 3']);
  });
});

describe('the file', () => {
  let dir: string;
  let path: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'ts-reconcile-metrics-'));
    path = join(dir, 'ts_reconcile.prom');
  });
  afterEach(async () => {
    await chmod(dir, 0o700);
    await rm(dir, { recursive: true, force: true });
  });

  const clock = { now: () => 0, steady: () => 0, sleep: async () => undefined };
  const state: Pick<StateStore, 'locks' | 'journal'> = {
    locks: {
      reach: 'here',
      lost: new AbortController().signal,
      tryLock: async () => ({ release: async () => undefined }),
      confirm: async () => undefined,
    },
    journal: {
      append: async () => undefined,
      lastGoodSweep: async () => null,
      async *read() {
        const summary = { queried: 0, injected: 0, repaired: 0, skipped: 0, failed: 0 };
        const end = { type: 'run-end', run: '1a2b3c4d', summary } as const;
        yield { ...end, at: '2026-11-14T08:00:00.000Z', mode: 'bulk', complete: true, exit: 0 };
        yield { ...end, at: '2026-11-14T09:00:00.000Z', mode: 'bulk', complete: true, exit: 1 };
        yield { ...end, at: '2026-11-14T10:00:00.000Z', mode: 'bulk', complete: false, exit: 69 };
      },
    },
  };

  it('is replaced whole, readable by a collector, and nothing is left beside it', async () => {
    await writeFile(path, 'old\n', { mode: 0o600 });
    expect(await writeMetrics(path, facts(), state, clock)).toBeNull();
    const text = await readFile(path, 'utf8');
    expect(text.endsWith('\n')).toBe(true);
    expect(text).toContain('ts_reconcile_standing_failures 2\n');
    expect((await stat(path)).mode & 0o777).toBe(0o644);
    expect(await readdir(dir)).toEqual(['ts_reconcile.prom']);
  });

  it('has the last successes from the journal when it was lost', async () => {
    await writeMetrics(path, facts({ exit: 69, wholeSweep: false }), state, clock);
    const text = await readFile(path, 'utf8');
    expect(valueIn(text, SUCCESS)).toBe(Date.UTC(2026, 10, 14, 8) / 1000);
    expect(valueIn(text, COMPLETE)).toBe(Date.UTC(2026, 10, 14, 9) / 1000);
  });

  it('is written even when the lock cannot be had', async () => {
    const locks = { ...state.locks, tryLock: async () => null };
    expect(await writeMetrics(path, facts(), { ...state, locks }, clock)).toBeNull();
    expect(await readFile(path, 'utf8')).toContain('ts_reconcile_events');
  });

  it('that cannot be written is told in a sentence', async () => {
    expect(await writeMetrics(join(dir, 'none', 'x.prom'), facts(), state, clock)).toBe(
      'The metrics file was not written: its directory does not exist.',
    );
    expect(await writeMetrics(dir, facts(), state, clock)).toBe(
      'The metrics file was not written: it is a directory.',
    );
    expect(await readdir(dir)).toEqual([]);
  });
});
