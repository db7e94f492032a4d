import { systemClock } from '../clock.js';
import { loadConfig, needsOf } from '../config/load.js';
import { secretsOf } from '../config/secrets.js';
import type { Config } from '../config/types.js';
import { addDays, localDate } from '../domain/zones.js';
import { ExitCode } from '../errors.js';
import { writeJson } from '../report/json.js';
import { outputStyle, writeAll } from '../report/output.js';
import { type PreviewDays, renderPreview, wouldFail } from '../report/preview.js';
import { createProgress } from '../report/progress.js';
import type { RunReport } from '../report/schema.js';
import type { StateStore } from '../state/types.js';
import { exitCodeOf } from '../sync/outcome.js';
import type { SyncEvents, SyncOutcome, SyncRequest } from '../sync/types.js';
import { createRedactor } from '../text/redact.js';
import { withConfigSource } from './configured.js';
import { openStateFor } from './connections.js';
import { selectedLocations } from './location-option.js';
import type { Surroundings } from './surroundings.js';
import { reportOf } from './sync-report.js';
import { performRun, randomHex, stopSignal } from './sync-work.js';

/** `preview` as asked for on the command line. */
export interface PreviewOptions {
  /** How many days besides today. */
  days: number;
  /** Names or site ids; null: all locations. */
  locations: string[] | null;
  json: boolean;
  noColor: boolean;
  sandbox: boolean;
}

/**
 * `preview`: the events of the coming days, judged in full as sweeps of their days would judge them. Writes nothing to
 * either service; what it found is kept in the state. Exit 1 when something would fail.
 */
export function previewCommand(options: PreviewOptions, around: Surroundings): Promise<ExitCode> {
  return withConfigSource(options.sandbox, around, (source) =>
    run(options, around, loadConfig({ ...source, needs: needsOf.sync })),
  );
}

async function run(options: PreviewOptions, around: Surroundings, config: Config): Promise<ExitCode> {
  const { days } = options;
  const locations = selectedLocations(options.locations, config);
  const state = await openStateFor(config, around, false);
  const progress = createProgress(around.stderr, systemClock, around.env, options.noColor);
  const stop = stopSignal({ stop: around.stop, maxRunSeconds: config.maxRunSeconds, lost: state.locks.lost });
  try {
    const events: SyncEvents = {
      ...quiet,
      notice: (text) => progress.sink.write(`${text}\n`),
      warning: (text) => progress.sink.write(`${text}\n`),
      progress: (done, total, what) =>
        progress.update(total === 0 ? `${what}: ${done} so far` : `${what}: ${done} of ${total}`),
    };
    const { report, outcome } = await look({ config, state, stop, events, days, locations });
    progress.clear();
    if (around.stop.aborted) return stoppedBy(around);
    if (locations === null) await keepPreview(state, days, report);
    const style = outputStyle(around.stdout, around.env, options.noColor);
    const near = nearDays(config, systemClock.now());
    if (options.json) await writeJson(around.stdout, report);
    else await writeAll(around.stdout, await renderPreview(report, near, style));
    const code = exitCodeOf({ ...outcome, results: [] }, requestOf(days, locations), false);
    if (code !== ExitCode.ok) return code;
    return report.events.some((event) => wouldFail(event, near)) ? ExitCode.eventFailed : ExitCode.ok;
  } finally {
    progress.clear();
    await state.close();
  }
}

/** What a preview is made with. */
export interface PreviewWork {
  config: Config;
  state: StateStore;
  stop: AbortSignal;
  events: SyncEvents;
  days: number;
  locations: string[] | null;
}

/** For a preview that nobody watches. */
export const quiet: SyncEvents = {
  started: () => undefined,
  notice: () => undefined,
  warning: () => undefined,
  result: () => undefined,
  progress: () => undefined,
};

/** Judges what is coming. */
export async function look({
  days,
  locations,
  ...work
}: PreviewWork): Promise<{ report: RunReport; outcome: SyncOutcome }> {
  const startedAt = systemClock.now();
  const request = requestOf(days, locations);
  const { outcome, requests } = await performRun({ ...work, request });
  const redact = createRedactor(secretsOf(work.config));
  const report = reportOf(request, outcome, { startedAt, finishedAt: systemClock.now(), requests, redact });
  return { report, outcome };
}

function requestOf(days: number, locations: string[] | null): SyncRequest {
  return {
    target: { kind: 'preview', days },
    dryRun: true,
    late: false,
    // Orders of many days are no sign that something upstream is wrong.
    force: true,
    locations,
    trigger: 'manual',
    correlationId: randomHex(8),
  };
}

/** Up to which day an event without a price is a matter of today. */
export function nearDays({ locations }: Pick<Config, 'locations'>, now: number): PreviewDays {
  const today = locations
    .map(({ timezone }) => localDate(now, timezone))
    .sort()
    .at(-1);
  return { tomorrow: addDays(today ?? localDate(now, 'UTC'), 1) };
}

/** Key of the last preview in the cache. */
const PREVIEW_KEY = 'preview';

/** Keeps what was found, without the single changes, for those who want to look at it later. */
export async function keepPreview(state: StateStore, days: number, report: RunReport): Promise<void> {
  const events = report.events.map((event) => ({ ...event, changes: [] }));
  await state.cache.set(PREVIEW_KEY, { days, report: { ...report, events } });
  await state.cache.flush();
}

function stoppedBy({ stop }: Surroundings): ExitCode {
  return stop.reason === 'SIGINT' ? ExitCode.interrupted : ExitCode.terminated;
}
