import type { IncomingMessage } from 'node:http';
import type { Clock } from '../clock.js';
import { MAX_HOURS_BACK, parseHoursBack } from '../config/hoursBack.js';
import { parseEventId } from '../domain/ids.js';
import { ExitCode } from '../errors.js';
import type { Logger } from '../report/log.js';
import { runTag } from '../report/messages.js';
import type { RunReport } from '../report/schema.js';
import type { Access } from './access.js';
import { type ChildRun, type FinishedRun, finishRuns } from './child.js';
import { failure, RETRY_AFTER, type Reply } from './http.js';
import { ending, logLines, parseReport } from './run-log.js';

/** Runs that are asked for by hand at once. */
const MAX_AT_ONCE = 4;

/** What the manual trigger works with. */
export interface ManualDeps {
  access: Access;
  start(args: readonly string[]): ChildRun;
  clock: Clock;
  /** A new correlation id. */
  correlationId: () => string;
  log: Logger;
}

/** The manual trigger. */
export interface Manual {
  /**
   * `GET /api/sync/tripleseat`: the report of a run, which goes on even if the client goes away. Null: the caller is not
   * to be answered.
   */
  handle(request: IncomingMessage, query: URLSearchParams): Promise<Reply | null>;
  /** Takes no more, lets runs finish for `graceMs`, then stops them. */
  stop(graceMs: number): Promise<void>;
}

/** See {@link Manual}. */
export function createManual(deps: ManualDeps): Manual {
  const running = new Set<ChildRun>();
  let stopping = false;

  async function run(args: readonly string[]): Promise<Reply> {
    const correlation = deps.correlationId();
    const log = deps.log.forRun(runTag('manual', correlation));
    log.info(`Run asked for over HTTP: ${args.join(' ')}`);
    const child = deps.start([...args, '--trigger', 'manual', '--correlation-id', correlation]);
    running.add(child);
    const finished = await child.ended;
    running.delete(child);
    logLines(log, finished.lines);
    log.info(`The run ${ending(finished)}`);
    return replyFor(finished, correlation);
  }

  return {
    async handle(request, query) {
      const refused = await deps.access.toStart(request);
      if (refused) return refused.reply;
      const asked = readQuery(query);
      if (asked.kind === 'wrong') return failure(400, 'USAGE', asked.problem);
      if (stopping) return failure(503, 'STOPPING', 'The relay is stopping.');
      if (running.size >= MAX_AT_ONCE) {
        return failure(503, 'BUSY', `${MAX_AT_ONCE} runs are under way already; ask again later.`);
      }
      return run(asked.args);
    },
    async stop(graceMs) {
      stopping = true;
      await finishRuns([...running], graceMs, deps.clock);
    },
  };
}

const PARAMETERS = ['event_id', 'hours_back'];

type Asked = { kind: 'run'; args: string[] } | { kind: 'wrong'; problem: string };

function readQuery(query: URLSearchParams): Asked {
  if ([...query.keys()].some((name) => !PARAMETERS.includes(name))) {
    return { kind: 'wrong', problem: `The only parameters are ${PARAMETERS.join(' and ')}.` };
  }
  const [parameter, ...others] = [...query];
  if (parameter === undefined || others.length > 0) {
    return { kind: 'wrong', problem: 'Give either event_id or hours_back, once.' };
  }
  const [name, value] = parameter;
  if (name === 'event_id') {
    const event = parseEventId(value);
    return event === null
      ? { kind: 'wrong', problem: 'event_id is decimal digits only, e.g. 55521609.' }
      : { kind: 'run', args: ['--event-id', event] };
  }
  const hours = parseHoursBack(value);
  return hours === null
    ? { kind: 'wrong', problem: `hours_back is a number of hours above 0 and up to ${MAX_HOURS_BACK}.` }
    : { kind: 'run', args: ['--hours-back', String(hours)] };
}

function replyFor({ end, stdout }: FinishedRun, correlation: string): Reply {
  if (end.kind === 'timeout') {
    return failure(504, 'TIMEOUT', `The run took too long and was stopped (sync-${correlation}).`);
  }
  const report = parseReport(stdout);
  if (end.kind === 'exit' && report !== null) {
    const status = statusOf(end.code, report);
    return { status, body: stdout, headers: status === 503 ? RETRY_AFTER : {} };
  }
  const message = `The run printed no report; the log of the relay tells more (sync-${correlation}).`;
  return failure(500, 'RUN_FAILED', message);
}

/** A run that ended with failed events has still answered what it was asked. */
function statusOf(exit: number, report: RunReport): number {
  switch (exit) {
    case ExitCode.ok:
    case ExitCode.eventFailed:
      return 200;
    case ExitCode.locked:
      return isBusy(report) ? 409 : 503;
    case ExitCode.unavailable:
      return 502;
    default:
      return 500;
  }
}

/** Another run is in the way. The same exit code also stands for a state database that is away. */
function isBusy({ error, events }: RunReport): boolean {
  return error === null ? events.some(({ reason }) => reason === 'LOCKED') : error.code === 'LOCKED';
}
