import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Clock } from '../clock.js';
import { parseEventId } from '../domain/ids.js';
import { ExitCode } from '../errors.js';
import type { Logger } from '../report/log.js';
import { runTag } from '../report/messages.js';
import type { RunReport } from '../report/schema.js';
import { type ChildRun, type FinishedRun, finishRuns } from './child.js';
import { type Reply, readTarget } from './http.js';
import { ending, logLines, parseReport } from './run-log.js';

/** Runs that are asked for by hand at once. */
const MAX_AT_ONCE = 4;
/** Five years, as on the command line. */
const MAX_HOURS = 43_800;
const RETRY = { 'retry-after': '30' };

/** What the manual trigger works with. */
export interface ManualDeps {
  /** Bearer token; null: callers on this host need none, others are turned away. */
  token: string | null;
  start(args: readonly string[]): ChildRun;
  clock: Clock;
  /** A new correlation id. */
  correlationId: () => string;
  log: Logger;
}

/** The manual trigger. */
export interface Manual {
  /** `GET /api/sync/tripleseat`: the report of a run, which goes on even if the client goes away. */
  handle(request: IncomingMessage, query: URLSearchParams): Promise<Reply>;
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
      const refused = authorize(request, deps.token);
      if (refused) return refused;
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

function failure(status: number, code: string, message: string, headers: Record<string, string> = {}): Reply {
  const body = { success: false, error: { code, message, hint: null } };
  return { status, body, headers: { ...(status === 503 ? RETRY : {}), ...headers } };
}

/** Whoever asks directly on this host may read the metrics; others need the token, and none is set: nobody else. */
export function mayReadMetrics(request: IncomingMessage, token: string | null): Reply | null {
  return isLocal(request) ? null : authorize(request, token);
}

/**
 * Whoever may look at the page: a person on this host, also by an address typed into a browser; others with the token,
 * as a bearer token or as the password that a browser asks for.
 */
export function mayLook(request: IncomingMessage, token: string | null): Reply | null {
  if (isLocal(request, ['same-origin', 'none'])) return null;
  const [, given = ''] = /^Basic +(\S+) *$/i.exec(request.headers.authorization ?? '') ?? [];
  const password = Buffer.from(given, 'base64')
    .toString('utf8')
    .replace(/^[^:]*:/, '');
  if (token !== null && isToken(password, token)) return null;
  return authorize(request, token, 'Basic realm="ts-reconcile", charset="UTF-8"');
}

function authorize(request: IncomingMessage, token: string | null, scheme = 'Bearer'): Reply | null {
  const challenge = { 'www-authenticate': scheme };
  if (token === null) {
    if (isLocal(request)) return null;
    const message = 'SERVE_TOKEN is not set, so only direct callers on this host are served.';
    return failure(401, 'UNAUTHORIZED', message, challenge);
  }
  const [, given = ''] = /^Bearer +(\S+) *$/i.exec(request.headers.authorization ?? '') ?? [];
  if (isToken(given, token)) return null;
  return failure(401, 'UNAUTHORIZED', 'Send the token: Authorization: Bearer SERVE_TOKEN.', challenge);
}

/** Digests, since only texts of one length can be compared in constant time. */
function isToken(given: string, token: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(token));
}

/** Headers of requests that come through a proxy, and of those that a web page makes a browser send. */
const INDIRECT = /^(?:forwarded|via|origin|x-real-ip|x-forwarded-.*|.*-connecting-ip|true-client-ip)$/;

/**
 * Whether somebody on this host asks directly. A proxy on this host speaks for strangers, and so does a browser
 * on this host, be it by a link or through a name that leads here.
 *
 * @param sites what `sec-fetch-site` of a browser may say
 */
function isLocal(
  { socket, headers, httpVersion, url }: IncomingMessage,
  sites: readonly string[] = ['same-origin'],
): boolean {
  const peer = (socket.remoteAddress ?? '').replace(/^::ffff:/i, '');
  if (peer !== '::1' && !/^127(?:\.[0-9]{1,3}){3}$/.test(peer)) return false;
  // What proxies speak that were told nothing else; they also put an address of this host into `Host`.
  if (httpVersion === '1.0') return false;
  const names = Object.keys(headers);
  if (names.some((name) => INDIRECT.test(name))) return false;
  // Browsers always say it; Node's fetch says `sec-fetch-mode` alone.
  if (!sites.includes(String(headers['sec-fetch-site'] ?? 'same-origin'))) return false;
  if (headers.referer !== undefined && !isOwnPage(headers.referer, headers.host ?? '')) return false;
  // An address in the target goes before `Host`; whoever means this host names it in both.
  const { authority } = readTarget(url ?? '');
  return namesThisHost(headers.host ?? '') && (authority === null || namesThisHost(authority));
}

function isOwnPage(referer: string, host: string): boolean {
  return URL.canParse(referer) && new URL(referer).host === host.toLowerCase();
}

function namesThisHost(authority: string): boolean {
  return /^(?:localhost|127(?:\.[0-9]{1,3}){3}|\[::1\])(?::[0-9]+)?$/i.test(authority);
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
  const hours = /^[0-9]{1,6}(?:\.[0-9]{1,3})?$/.test(value) ? Number(value) : 0;
  return hours > 0 && hours <= MAX_HOURS
    ? { kind: 'run', args: ['--hours-back', String(hours)] }
    : { kind: 'wrong', problem: `hours_back is a number of hours above 0 and up to ${MAX_HOURS}.` };
}

function replyFor({ end, stdout }: FinishedRun, correlation: string): Reply {
  if (end.kind === 'timeout') {
    return failure(504, 'TIMEOUT', `The run took too long and was stopped (sync-${correlation}).`);
  }
  const report = parseReport(stdout);
  if (end.kind === 'exit' && report !== null) {
    const status = statusOf(end.code, report);
    return { status, body: stdout, headers: status === 503 ? RETRY : {} };
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
