import { tellComing } from '../app/coming.js';
import { openLog } from '../app/log.js';
import { selectedLocations } from '../app/open.js';
import { reportOf, stillbornReport } from '../app/report.js';
import { exitFor, performRun, randomHex, runStop } from '../app/run.js';
import { openSignals, signalStillborn } from '../app/signals.js';
import { type ConfigSource, withConfigSource } from '../app/source.js';
import type { Surroundings } from '../app/surroundings.js';
import { saysItInTable, tellResults, tellRun, tellWork } from '../app/tell.js';
import { textsOf } from '../app/texts.js';
import { systemClock } from '../clock.js';
import { loadConfig, needsOf } from '../config/load.js';
import { ConfigError } from '../config/problems.js';
import type { Config } from '../config/types.js';
import { AppError, ExitCode, errorText } from '../errors.js';
import { gotTransport } from '../http/got.js';
import { writeJson } from '../report/json.js';
import { runStarted, runTag } from '../report/messages.js';
import { createProgress } from '../report/progress.js';
import { shopsOf } from '../report/shops.js';
import { openState } from '../state/open.js';
import { thisProcess } from '../state/under-way.js';
import { keepKnown, knownFailures } from '../sync/known.js';
import { recordEnd, recordStart } from '../sync/record.js';
import type { SyncRequest } from '../sync/types.js';

/** `sync` as asked for on the command line, checked. */
export interface SyncOptions extends Omit<SyncRequest, 'dryRun' | 'correlationId'> {
  dryRun: boolean;
  /** Null: a new one. */
  correlationId: string | null;
  detailedExitCode: boolean;
  json: boolean;
  /** `changes`, `failures`, statuses and reasons that the table shows; null: all. */
  only: string[] | null;
  sandbox: boolean;
}

/** The same, with what marks the run. */
type Asked = SyncOptions & { correlationId: string };

/** Runs `sync` to its end and reports; with `--json` there is a document even if it could not begin. */
export async function syncCommand(options: SyncOptions, around: Surroundings): Promise<ExitCode> {
  const asked = { ...options, correlationId: options.correlationId ?? randomHex(8) };
  try {
    return await withConfigSource(options.sandbox, around, (source) => run(asked, source, around));
  } catch (error) {
    if (options.json && error instanceof AppError && error.code !== 'OUTPUT') {
      await writeJson(around.stdout, stillbornReport(asked, error, systemClock.now()));
    }
    throw error;
  }
}

async function run(options: Asked, source: ConfigSource, around: Surroundings): Promise<ExitCode> {
  const begin = <T>(step: () => T | Promise<T>) => beginning(options, source, around, step);
  const config = await begin(() => loadConfig({ ...source, needs: needsOf.sync }));
  const request = await begin(() => requestOf(options, config));
  const redact = textsOf(config, options.sandbox);
  const progress = createProgress(around.stderr, systemClock, around.env);
  const { sandbox } = options;
  const runOf = { run: runTag(request.trigger, request.correlationId), sandbox };
  const quiet = request.trigger === 'cron';
  const log = openLog(config, { ...runOf, sink: progress.sink, quiet });
  // What the table on the same terminal will say is not said before; it is kept for a run that ends without one.
  const held: string[] = [];
  const resultLog = saysItInTable(options, around, config.log)
    ? openLog(config, { ...runOf, sink: { write: (text) => held.push(text) }, quiet })
    : log;
  const state = await begin(() =>
    openState(config, {
      clock: systemClock,
      random: Math.random,
      log: (line) => log.warn(line),
      readOnly: request.dryRun,
    }),
  );
  const stop = runStop(around, config, state);
  const common = { log, transport: gotTransport(), clock: systemClock };
  const signals = openSignals({ ...common, config, request, state, stop: around.stop });
  try {
    const startedAt = systemClock.now();
    // Whoever starts a run by hand wants to read all of it.
    const known = quiet ? await knownFailures(state.cache) : new Map<string, string>();
    const events = {
      ...tellWork(log, progress),
      started: () => {
        log.info(runStarted(request.trigger));
        signals.started();
      },
      result: tellResults(resultLog, request.dryRun, known),
    };
    const shops = shopsOf(config.locations);
    const place = { ...thisProcess(), zone: shops.zone };
    if (!request.dryRun) await recordStart(state.journal, request, startedAt, place);
    progress.update({ what: 'connecting' });
    const { requested } = progress;
    const { outcome, requests } = await performRun({ request, config, state, stop, events, requested });
    progress.clear();
    const exit = exitFor(outcome, request, around.stop, options.detailedExitCode);
    if (!request.dryRun) {
      // The work is done: a full disk must not hide what came of it.
      await recordEnd(state, request, outcome, exit, systemClock.now(), redact, requests).catch((error) =>
        log.error(`The journal could not be written: ${errorText(error)}`),
      );
      await keepKnown(state.cache, request, outcome);
    }
    const { links } = config;
    const facts = { startedAt, finishedAt: systemClock.now(), requests, redact, links };
    const report = reportOf(request, outcome, facts);
    try {
      await tellRun(report, { ...options, known, shops }, around, log, resultLog);
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

/** Does what a run begins with; when that fails, HEALTHCHECK_URL hears of it, if that much can be read. */
async function beginning<T>(
  { trigger, dryRun, correlationId }: Asked,
  source: ConfigSource,
  around: Surroundings,
  step: () => T | Promise<T>,
): Promise<T> {
  try {
    return await step();
  } catch (error) {
    const config = readableConfig(source);
    if (config !== null) {
      const log = openLog(config, { sink: around.stderr, run: runTag(trigger, correlationId) });
      const request = { trigger, dryRun: dryRun || config.dryRun };
      const deps = { config, request, log, transport: gotTransport(), clock: systemClock, stop: around.stop };
      await signalStillborn(deps, error instanceof AppError ? error.exitCode : ExitCode.bug);
    }
    throw error;
  }
}

/** What can be read in spite of mistakes; null: they lie where everything is read from. */
function readableConfig(source: ConfigSource): Config | null {
  try {
    return loadConfig({ ...source, needs: [] });
  } catch (error) {
    if (error instanceof ConfigError) return null;
    throw error;
  }
}

function requestOf(options: Asked, config: Config): SyncRequest {
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
