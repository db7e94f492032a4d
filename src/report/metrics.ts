import { readFile, stat } from 'node:fs/promises';
import type { Clock } from '../clock.js';
import { errorText } from '../errors.js';
import { whyUnwritten } from '../state/failure.js';
import type { StateStore } from '../state/types.js';
import { putFile } from './putFile.js';
import type { RunReport } from './schema.js';

/** A longer file is not ours. */
const MAX_OLD_BYTES = 1024 * 1024;
const LOCK_TRIES = 40;
const LOCK_PAUSE_MS = 50;

/** Every metric; `mode` is `bulk` for sweeps, `single` for runs on named events. */
const HELP = {
  ts_reconcile_last_attempt_timestamp_seconds: 'When the last run began.',
  ts_reconcile_last_success_timestamp_seconds:
    'When the last run that left nothing to do ended (exit code 0).',
  ts_reconcile_last_complete_timestamp_seconds:
    'When the last sweep ended that covered its whole window, whatever became of single events.',
  ts_reconcile_last_run_duration_seconds: 'How long the last run took.',
  ts_reconcile_last_run_exit_code: 'Exit code of the last run.',
  ts_reconcile_events: 'Events of the last run by status and reason.',
  ts_reconcile_requests: 'HTTP requests of the last run by upstream.',
  ts_reconcile_standing_failures: 'Events that failed in the last complete sweep.',
} as const;
type MetricName = keyof typeof HELP;

type Mode = RunReport['mode'];

/** One value; labels in the order in which they are written. */
interface Sample {
  name: MetricName;
  labels: Readonly<Record<string, string>>;
  value: number;
}

/** When things last went well, epoch seconds by mode; a missing one is not known. */
export interface Successes {
  success: Partial<Record<Mode, number>>;
  /** Sweeps that covered their whole window. */
  complete: number | null;
}

/** What a run has to say to a monitor. */
export interface RunFacts {
  report: RunReport;
  exit: number;
  /** A sweep that covered every location and its whole window. */
  wholeSweep: boolean;
}

/**
 * The new text of the metrics file: this run's values, and from the old text those of the other mode and the times of
 * the last successes. Ends in a newline.
 *
 * @param old null: there is none; then `known` (from the journal) is used for the times
 */
export function metricsText(facts: RunFacts, old: string | null, known: Successes): string {
  const before = old === null ? samplesOf(known) : parse(old);
  const fresh = freshSamples(facts);
  const written = new Set(fresh.map(keyOf));
  const mode = facts.report.mode;
  const kept = before.filter((sample) => !written.has(keyOf(sample)) && outlives(sample, mode));
  const all = [...fresh, ...kept].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const names = Object.keys(HELP) as MetricName[];
  return names.flatMap((name) => metricLines(name, all)).join('');
}

function freshSamples({ report, exit, wholeSweep }: RunFacts): Sample[] {
  const { mode, events, requests } = report;
  const started = Date.parse(report.started_at) / 1000;
  const ended = (Date.parse(report.started_at) + report.duration_ms) / 1000;
  const failed = events.filter(({ status }) => status === 'failed').length;
  const once: [MetricName, number][] = [
    ['ts_reconcile_last_attempt_timestamp_seconds', started],
    ['ts_reconcile_last_run_duration_seconds', report.duration_ms / 1000],
    ['ts_reconcile_last_run_exit_code', exit],
  ];
  if (exit === 0) once.push(['ts_reconcile_last_success_timestamp_seconds', ended]);
  const samples: Sample[] = once.map(([name, value]) => ({ name, labels: { mode }, value }));
  if (wholeSweep) {
    samples.push({ name: 'ts_reconcile_last_complete_timestamp_seconds', labels: {}, value: ended });
    samples.push({ name: 'ts_reconcile_standing_failures', labels: {}, value: failed });
  }
  for (const upstream of ['revel', 'tripleseat'] as const) {
    const labels = { mode, upstream };
    samples.push({ name: 'ts_reconcile_requests', labels, value: requests[upstream] });
  }
  return [...samples, ...eventSamples(report)];
}

/** Every status has a sample, so that a rule on one of them has something to compare. */
function eventSamples({ mode, events }: RunReport): Sample[] {
  const counts = new Map<string, Sample>();
  const add = (status: string, reason: string, by: number) => {
    const key = `${status} ${reason}`;
    const value = (counts.get(key)?.value ?? 0) + by;
    counts.set(key, { name: 'ts_reconcile_events', labels: { mode, status, reason }, value });
  };
  for (const status of ['injected', 'repaired', 'skipped', 'failed']) {
    if (!events.some((event) => event.status === status)) add(status, '', 0);
  }
  for (const { status, reason } of events) add(status, reason ?? '', 1);
  return [...counts.values()];
}

function samplesOf({ success, complete }: Successes): Sample[] {
  const samples: Sample[] = [];
  for (const mode of ['bulk', 'single'] as const) {
    const value = success[mode];
    if (value === undefined) continue;
    samples.push({ name: 'ts_reconcile_last_success_timestamp_seconds', labels: { mode }, value });
  }
  if (complete !== null) {
    samples.push({ name: 'ts_reconcile_last_complete_timestamp_seconds', labels: {}, value: complete });
  }
  return samples;
}

/** Whether an old value still says something after a run of this mode. */
function outlives(sample: Sample, mode: Mode): boolean {
  return sample.labels.mode !== mode || sample.name === 'ts_reconcile_last_success_timestamp_seconds';
}

function keyOf({ name, labels }: Sample): string {
  return `${name}{${Object.entries(labels)
    .map(([label, value]) => `${label}="${value}"`)
    .join(',')}}`;
}

function metricLines(name: MetricName, all: readonly Sample[]): string[] {
  const samples = all.filter((sample) => sample.name === name);
  if (samples.length === 0) return [];
  return [
    `# HELP ${name} ${HELP[name]}\n`,
    `# TYPE ${name} gauge\n`,
    ...samples.map((sample) => `${keyOf(sample).replace('{}', '')} ${sample.value}\n`),
  ];
}

const SAMPLE = /^(ts_reconcile_[a-z_]{1,60})(?:\{([^{}]{0,300})\})? (-?[0-9.e+]{1,30})$/;
const LABEL = /^([a-z]{1,20})="([A-Za-z_]{0,60})"$/;

/** Our own samples of an old file; other lines are passed over. */
function parse(text: string): Sample[] {
  return text.split('\n').flatMap((line): Sample[] => {
    const [, name = '', list = '', number = ''] = SAMPLE.exec(line) ?? [];
    const value = Number(number);
    if (!isMetric(name) || number === '' || !Number.isFinite(value)) return [];
    const labels: Record<string, string> = {};
    for (const part of list === '' ? [] : list.split(',')) {
      const [, label, text] = LABEL.exec(part) ?? [];
      if (label === undefined || text === undefined) return [];
      labels[label] = text;
    }
    return [{ name, labels, value }];
  });
}

function isMetric(name: string): name is MetricName {
  return Object.hasOwn(HELP, name);
}

/**
 * Replaces the metrics file: readers see the old or the new one whole. The new one can be read by everybody, since
 * another user's collector does. Returns why it could not be written, as a sentence; null: it was.
 */
export async function writeMetrics(
  path: string,
  facts: RunFacts,
  state: Pick<StateStore, 'locks' | 'journal'>,
  clock: Clock,
): Promise<string | null> {
  // A sweep and a run for one event may end at once, and each keeps what the other wrote.
  const lock = await waitForTurn(state, clock);
  try {
    const old = await readOld(path);
    const known = old === null ? await successesIn(state.journal) : { success: {}, complete: null };
    await putFile(path, metricsText(facts, old, known), 0o644);
    return null;
  } catch (error) {
    return `The metrics file was not written: ${(whyUnwritten(error) ?? errorText(error)).replace(/\.$/, '')}.`;
  } finally {
    await lock?.release();
  }
}

async function waitForTurn({ locks }: Pick<StateStore, 'locks'>, clock: Clock) {
  for (let attempt = 1; ; attempt += 1) {
    const lock = await locks.tryLock('metrics').catch(() => null);
    if (lock || attempt === LOCK_TRIES) return lock;
    await clock.sleep(LOCK_PAUSE_MS);
  }
}

async function readOld(path: string): Promise<string | null> {
  try {
    const info = await stat(path);
    return info.isFile() && info.size <= MAX_OLD_BYTES ? await readFile(path, 'utf8') : null;
  } catch {
    return null;
  }
}

/** The times of the last successes on record. */
async function successesIn(journal: StateStore['journal']): Promise<Successes> {
  const found: Successes = { success: {}, complete: null };
  for await (const record of journal.read()) {
    if (record.type !== 'run-end') continue;
    const at = Date.parse(record.at) / 1000;
    if (record.exit === 0) found.success[record.mode] = at;
    if (record.mode === 'bulk' && record.complete) found.complete = at;
  }
  return found;
}
