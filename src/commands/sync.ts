import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { systemClock } from '../clock.js';
import { loadConfig, needsOf } from '../config/load.js';
import { resolveLocations } from '../config/locations.js';
import { secretsOf } from '../config/secrets.js';
import type { Config } from '../config/types.js';
import type { VariableName } from '../config/variables.js';
import { AppError, ExitCode, errorText } from '../errors.js';
import { gotTransport } from '../http/got.js';
import { buildReport } from '../report/build.js';
import { writeJson } from '../report/json.js';
import { createLogger, type Logger } from '../report/log.js';
import {
  eventFailed,
  eventPlanned,
  eventSkipped,
  eventSynced,
  runCompleted,
  runStarted,
  runTag,
} from '../report/messages.js';
import { outputStyle, shareTerminal, writeAll } from '../report/output.js';
import { createProgress } from '../report/progress.js';
import { createRedactor } from '../report/redact.js';
import type { RunReport } from '../report/schema.js';
import { connectRevel } from '../revel/connect.js';
import { openState } from '../state/open.js';
import type { StateStore } from '../state/types.js';
import { exitCodeOf } from '../sync/outcome.js';
import { modeOf, recordEnd, recordStart } from '../sync/record.js';
import { runSync } from '../sync/run.js';
import type { EventResult, RunProblem, SyncEvents, SyncOutcome, SyncRequest } from '../sync/types.js';
import { connectTripleseat } from '../tripleseat/connect.js';
import { openSignals } from './notify.js';
import type { Surroundings } from './surroundings.js';

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
  try {
    return await sync(options, around);
  } catch (error) {
    if (options.json && error instanceof AppError) await writeJson(around.stdout, stillborn(options, error));
    throw error;
  }
}

/** The report of a run that never began. */
function stillborn(options: SyncOptions, error: AppError): RunReport {
  const now = systemClock.now();
  return buildReport({
    mode: options.target.kind === 'events' ? 'single' : 'bulk',
    dryRun: options.dryRun,
    trigger: options.trigger,
    correlationId: options.correlationId ?? randomBytes(4).toString('hex'),
    startedAt: now,
    finishedAt: now,
    window: null,
    events: [],
    error: { code: error.code, message: error.message, hint: error.hint },
    requests: { tripleseat: 0, revel: 0 },
    redact: (text) => text,
  });
}

async function sync(options: SyncOptions, around: Surroundings): Promise<ExitCode> {
  if (!options.sandbox) {
    return run(options, around, loadConfig({ env: around.env, cwd: around.cwd, needs: needsOf.sync }));
  }
  const { openSandbox } = await import('../sandbox/index.js');
  const { stateDir } = loadConfig({ env: around.env, cwd: around.cwd, needs: needsOf.sandbox });
  const sandbox = await openSandbox({ stateDir, clock: systemClock });
  try {
    if (sandbox.note !== null) await writeAll(around.stderr, `${sandbox.note}\n`);
    const env = { ...behaviour(around.env), ...sandbox.env };
    const config = loadConfig({ env, cwd: stateDir, needs: needsOf.sync });
    return await run(options, around, config);
  } finally {
    await sandbox.close();
  }
}

/** What a user's settings may change about a run in the sandbox: its rules, never whom it talks to. */
const BEHAVIOUR: readonly VariableName[] = [
  'ENABLE_CONNECTOR',
  'DRY_RUN',
  'SYNC_STATUSES',
  'INJECT_LEAD_HOURS',
  'INJECT_GRACE_HOURS',
  'PAYMENT_POLICY',
  'UNMATCHED_POLICY',
  'IGNORE_EVENTS',
  'CONCURRENCY',
  'HTTP_TIMEOUT_MS',
  'MAX_RUN_SECONDS',
  'MAX_CREATES_PER_RUN',
  'LOG_LEVEL',
  'LOG_FORMAT',
];

function behaviour(env: Surroundings['env']): Record<string, string | undefined> {
  return Object.fromEntries(BEHAVIOUR.map((name) => [name, env[name]]));
}

async function run(options: SyncOptions, around: Surroundings, config: Config): Promise<ExitCode> {
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
  const resultLog = saysItInTable(options, around, config)
    ? createLogger({ ...logOptions, sink: { write: (text) => held.push(text) } })
    : log;
  const state = await openState(config, {
    clock: systemClock,
    random: Math.random,
    log: (line) => log.warn(line),
    readOnly: request.dryRun,
  });
  const limit = AbortSignal.timeout(config.maxRunSeconds * 1_000);
  const stop = stopSignal(around.stop, limit, config.maxRunSeconds, state.lost);
  const common = { log, transport: gotTransport(), clock: systemClock };
  const signals = openSignals({ ...common, config, request, state, stop: around.stop });
  try {
    const startedAt = systemClock.now();
    const events = {
      ...eventsFor(log, progress),
      started: () => {
        log.info(runStarted(request.trigger));
        signals.started();
      },
      result: (result: EventResult) => logResult(resultLog, result, request.dryRun),
    };
    const done = await perform(request, config, state, stop, events);
    progress.clear();
    const exit = exitFor(done.outcome, request, options.detailedExitCode, around.stop);
    if (!request.dryRun) {
      // The work is done: a full disk must not hide what came of it.
      await recordEnd(state.journal, request, done.outcome, exit, systemClock.now(), redact).catch((error) =>
        log.error(`The journal could not be written: ${errorText(error)}`),
      );
    }
    const report = buildReport({
      mode: modeOf(request),
      dryRun: request.dryRun,
      trigger: request.trigger,
      correlationId: request.correlationId,
      startedAt,
      finishedAt: systemClock.now(),
      window: done.outcome.window,
      events: done.outcome.results.map(reported),
      error: problemError(done.outcome.problem),
      requests: done.requests,
      redact,
    });
    await tell(report, options, around, log, resultLog);
    const wholeSweep = done.outcome.complete && report.mode === 'bulk';
    await signals.ended({ report, exit, wholeSweep });
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

function requestOf(options: SyncOptions, config: Config): SyncRequest {
  const { target, late, force, trigger } = options;
  return {
    target,
    late,
    force,
    trigger,
    locations: options.locations === null ? null : knownLocations(options.locations, config),
    dryRun: options.dryRun || config.dryRun,
    correlationId: options.correlationId ?? randomBytes(4).toString('hex'),
  };
}

function knownLocations(names: readonly string[], config: Config): string[] {
  const { selected, unknown } = resolveLocations(config.locations, names);
  if (unknown.length === 0) return selected;
  const known = config.locations.map(({ name }) => name).join(', ');
  throw new AppError(
    'USAGE',
    ExitCode.usage,
    `--location: there is no location ${unknown.join(', ')}.`,
    `Known are: ${known}.`,
  );
}

async function perform(
  request: SyncRequest,
  config: Config,
  state: StateStore,
  stop: AbortSignal,
  events: SyncEvents,
): Promise<{ outcome: SyncOutcome; requests: { tripleseat: number; revel: number } }> {
  const requests = { tripleseat: 0, revel: 0 };
  const common = {
    transport: gotTransport(),
    clock: systemClock,
    random: Math.random,
    timeoutMs: config.httpTimeoutMs,
    signal: stop,
    ...(state.budget ? { budgets: state.budget } : {}),
  };
  const tripleseat = connectTripleseat(config.tripleseat, {
    ...common,
    store: state.tokens,
    onRequest: () => {
      requests.tripleseat += 1;
    },
  }).port;
  const revel = connectRevel(config.revel, {
    ...common,
    onRequest: () => {
      requests.revel += 1;
    },
  });
  if (!request.dryRun) await recordStart(state.journal, request, systemClock.now());
  const outcome = await runSync(
    {
      settings: { ...config, revelRps: config.revel.rps },
      tripleseat,
      revel,
      state,
      clock: systemClock,
      hex: (digits) =>
        randomBytes(Math.ceil(digits / 2))
          .toString('hex')
          .slice(0, digits),
      stop,
      events,
    },
    request,
  );
  return { outcome, requests };
}

/** One signal for everything that ends a run early; its reason is the sentence for the report. */
function stopSignal(
  stop: AbortSignal,
  limit: AbortSignal,
  seconds: number,
  lost: AbortSignal | undefined,
): AbortSignal {
  const all = new AbortController();
  // Every request and every wait listens to it: as many as there are events in flight.
  setMaxListeners(0, all.signal);
  stop.addEventListener('abort', () => all.abort(`The run was stopped by ${String(stop.reason)}.`), {
    once: true,
  });
  limit.addEventListener('abort', () => all.abort(`The run took longer than MAX_RUN_SECONDS (${seconds}).`), {
    once: true,
  });
  lost?.addEventListener('abort', () => all.abort(lost.reason), { once: true });
  if (lost?.aborted) all.abort(lost.reason);
  if (stop.aborted) all.abort(`The run was stopped by ${String(stop.reason)}.`);
  return all.signal;
}

function exitFor(outcome: SyncOutcome, request: SyncRequest, detailed: boolean, stop: AbortSignal): ExitCode {
  if (outcome.problem?.kind !== 'stopped' || !stop.aborted) return exitCodeOf(outcome, request, detailed);
  return stop.reason === 'SIGINT' ? ExitCode.interrupted : ExitCode.terminated;
}

/** A table follows, on the very terminal that log lines show on; whoever asks for more in the log gets it all. */
function saysItInTable({ json }: SyncOptions, { stdout, stderr }: Surroundings, { log }: Config): boolean {
  return !json && shareTerminal(stdout, stderr) && log.level !== 'debug' && log.format === 'text';
}

function eventsFor(
  log: Logger,
  progress: ReturnType<typeof createProgress>,
): Pick<SyncEvents, 'notice' | 'warning' | 'progress'> {
  return {
    notice: (message) => log.info(message),
    warning: (message) => log.warn(message),
    progress: (done, total, what) =>
      progress.update(total === 0 ? `${what}: ${done} so far` : `${what}: ${done} of ${total}`),
  };
}

function logResult(log: Logger, result: EventResult, dryRun: boolean): void {
  const fields = { event: result.id };
  switch (result.status) {
    case 'injected':
    case 'repaired':
      if (dryRun) log.info(eventPlanned(result.id, result.status), fields);
      else log.info(eventSynced(result.id, result.orderId ?? 'unknown'), fields);
      return;
    case 'skipped':
      log.debug(eventSkipped(result.id, result.reason), fields);
      return;
    case 'failed':
      log.error(eventFailed(result.id, result.error ?? result.reason), fields);
  }
}

function reported(result: EventResult): RunReport['events'][number] {
  const { upstream: _, orderId, ...rest } = result;
  return { ...rest, revel_order_id: orderId };
}

function problemError(problem: RunProblem | null): RunReport['error'] {
  if (problem === null) return null;
  const hint = problem.kind === 'credentials' ? problem.hint : hintFor(problem.kind);
  return { code: problem.kind.replace('-', '_').toUpperCase(), message: problem.message, hint };
}

function hintFor(kind: Exclude<RunProblem['kind'], 'credentials'>): string | null {
  switch (kind) {
    case 'locked':
      return 'Nothing to do: the other run does the work.';
    case 'unavailable':
      return 'The next run tries again. If this goes on, check the status of both services.';
    case 'incomplete':
      return 'What could be read was done. The next sweep looks again.';
    case 'stopped':
      return 'Run it again: it takes up where this run stopped.';
    case 'state-unavailable':
      return 'Run it again when the database is back: it takes up where this run stopped.';
    case 'create-limit':
      return 'Check in a dry run that these orders are right, then run again with --force.';
  }
}

async function tell(
  report: RunReport,
  options: SyncOptions,
  around: Surroundings,
  log: Logger,
  resultLog: Logger,
): Promise<void> {
  const { summary } = report;
  // One line says it all, wherever that line is read.
  const lockedOut = report.error?.code === 'LOCKED' && summary.queried === 0;
  if (lockedOut) log.warn(report.error?.message ?? '');
  else {
    if (report.error !== null)
      resultLog.error([report.error.message, report.error.hint ?? ''].join(' ').trim());
    if (summary.injected + summary.repaired + summary.failed > 0) log.release();
    resultLog.info(runCompleted(summary));
  }
  if (options.json) return writeJson(around.stdout, report);
  const quiet =
    lockedOut ||
    (report.trigger === 'cron' &&
      around.stdout.isTTY !== true &&
      summary.injected + summary.repaired + summary.failed === 0);
  if (quiet) return;
  const { renderReport } = await import('../report/table.js');
  const style = outputStyle(around.stdout, around.env, options.noColor);
  await writeAll(around.stdout, await renderReport(report, style));
}
