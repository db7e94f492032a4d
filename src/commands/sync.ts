import { systemClock } from '../clock.js';
import { secretsOf } from '../config/secrets.js';
import type { Config } from '../config/types.js';
import { AppError, ExitCode, errorText } from '../errors.js';
import { gotTransport } from '../http/got.js';
import { writeJson } from '../report/json.js';
import { createLogger } from '../report/log.js';
import { runStarted, runTag } from '../report/messages.js';
import { createProgress } from '../report/progress.js';
import { thisProcess } from '../state/under-way.js';
import { exitCodeOf } from '../sync/outcome.js';
import { recordEnd, recordStart } from '../sync/record.js';
import type { SyncOutcome, SyncRequest } from '../sync/types.js';
import { createRedactor } from '../text/redact.js';
import { withConfigSource } from './configured.js';
import { selectedLocations } from './location-option.js';
import { openSignals } from './notify.js';
import { tellComing } from './preview-mail.js';
import type { Surroundings } from './surroundings.js';
import { configToRun, stateToRun } from './sync-begin.js';
import { reportOf, stillbornReport } from './sync-report.js';
import { saysItInTable, tellResults, tellRun, tellWork } from './sync-tell.js';
import { performRun, randomHex, stopSignal } from './sync-work.js';

/** `sync` as asked for on the command line, checked. */
export interface SyncOptions extends Omit<SyncRequest, 'dryRun' | 'correlationId'> {
  dryRun: boolean;
  /** Null: a new one. */
  correlationId: string | null;
  detailedExitCode: boolean;
  json: boolean;
  noColor: boolean;
  sandbox: boolean;
}

/** Runs `sync` to its end and reports; with `--json` there is a document even if it could not begin. */
export async function syncCommand(options: SyncOptions, around: Surroundings): Promise<ExitCode> {
  const correlationId = options.correlationId ?? randomHex(8);
  try {
    return await withConfigSource(options.sandbox, around, async (source) => {
      const asked = { ...options, correlationId };
      return run(asked, around, await configToRun(asked, around, source));
    });
  } catch (error) {
    if (options.json && error instanceof AppError && error.code !== 'OUTPUT') {
      const report = stillbornReport({ ...options, correlationId }, error, systemClock.now());
      await writeJson(around.stdout, report);
    }
    throw error;
  }
}

async function run(
  options: SyncOptions & { correlationId: string },
  around: Surroundings,
  config: Config,
): Promise<ExitCode> {
  const request = requestOf(options, config);
  const redact = createRedactor(secretsOf(config));
  const progress = createProgress(around.stderr, systemClock, around.env, options.noColor);
  const interactive = around.stderr.isTTY === true;
  const logOptions = {
    sink: progress.sink,
    clock: systemClock,
    level: config.log.level,
    format: config.log.format,
    run: runTag(request.trigger, request.correlationId),
    redact,
    quiet: request.trigger === 'cron' && !interactive,
  };
  const log = createLogger(logOptions);
  // What the table on the same terminal will say is not said before; it is kept for a run that ends without one.
  const held: string[] = [];
  const resultLog = saysItInTable(options, around, config.log)
    ? createLogger({ ...logOptions, sink: { write: (text) => held.push(text) } })
    : log;
  const state = await stateToRun(request, around, config, {
    clock: systemClock,
    random: Math.random,
    log: (line) => log.warn(line),
    readOnly: request.dryRun,
  });
  const stop = stopSignal({ stop: around.stop, maxRunSeconds: config.maxRunSeconds, lost: state.locks.lost });
  const common = { log, transport: gotTransport(), clock: systemClock };
  const signals = openSignals({ ...common, config, request, state, stop: around.stop });
  try {
    const startedAt = systemClock.now();
    const events = {
      ...tellWork(log, progress),
      started: () => {
        log.info(runStarted(request.trigger));
        signals.started();
      },
      result: tellResults(resultLog, request.dryRun),
    };
    if (!request.dryRun) await recordStart(state.journal, request, startedAt, thisProcess());
    const { outcome, requests } = await performRun({ request, config, state, stop, events });
    progress.clear();
    const exit = exitFor(outcome, request, options.detailedExitCode, around.stop);
    if (!request.dryRun) {
      // The work is done: a full disk must not hide what came of it.
      await recordEnd(state, request, outcome, exit, systemClock.now(), redact, requests).catch((error) =>
        log.error(`The journal could not be written: ${errorText(error)}`),
      );
    }
    const report = reportOf(request, outcome, { startedAt, finishedAt: systemClock.now(), requests, redact });
    try {
      await tellRun(report, options, around, log, resultLog);
    } finally {
      const wholeSweep = outcome.complete && report.mode === 'bulk';
      await signals.ended({ report, exit, wholeSweep });
    }
    if (!request.dryRun && report.mode === 'bulk' && report.error === null) {
      await tellComing({ config, state, stop, log });
    }
    return exit;
  } catch (error) {
    for (const line of held) progress.sink.write(line);
    await signals.broken(error instanceof AppError ? error.exitCode : ExitCode.bug);
    throw error;
  } finally {
    progress.clear();
    await state.close();
  }
}

function requestOf(options: SyncOptions & { correlationId: string }, config: Config): SyncRequest {
  const { target, late, force, wait = false, trigger, correlationId } = options;
  return {
    target,
    late,
    force,
    wait,
    trigger,
    locations: selectedLocations(options.locations, config),
    dryRun: options.dryRun || config.dryRun,
    correlationId,
  };
}

function exitFor(outcome: SyncOutcome, request: SyncRequest, detailed: boolean, stop: AbortSignal): ExitCode {
  if (outcome.problem?.kind !== 'stopped' || !stop.aborted) return exitCodeOf(outcome, request, detailed);
  return stop.reason === 'SIGINT' ? ExitCode.interrupted : ExitCode.terminated;
}
