import { randomBytes } from 'node:crypto';
import type { Clock } from '../clock.js';
import { errorText } from '../errors.js';
import type { Logger } from '../report/log.js';
import { runTag } from '../report/messages.js';
import type { Queue } from '../state/primitives.js';
import { type Access, createAccess } from './access.js';
import type { Program } from './child.js';
import { BodyBudget, type Reply } from './http.js';
import { createManual } from './manual.js';
import { createMetrics } from './metrics.js';
import { createPace } from './pace.js';
import { createPage } from './page.js';
import { endLabel, givenUp, logEnd, logLines, neverEnded, spoolRefused } from './run-log.js';
import { type RunOrder, Scheduler } from './scheduler.js';
import { type Address, type Route, startServer } from './server.js';
import { createStarter } from './starter.js';
import { createThrottle } from './throttle.js';
import { receiveWebhook } from './webhook.js';

/** A run gets this much longer than MAX_RUN_SECONDS, after which it ends by itself. */
const LIMIT_MARGIN_MS = 30_000;
/** Bodies in memory at a time, over all requests. */
const BODY_BYTES = 32 * 1024 * 1024;
/** Largest report of a run that is passed on. */
const MAX_REPORT = 16 * 1024 * 1024;
/** Longest time for making the page, and the largest one that is sent. */
const PAGE_MS = 60_000;
const MAX_PAGE = 4 * 1024 * 1024;
/** A disk that was found writable is not asked again for so long. */
const READY_MS = 5000;
/** A complaint about deliveries is repeated no more often than this. */
const COMPLAIN_MS = 10_000;

/** What a relay is made with. */
export interface RelayOptions extends Address {
  queue: Queue;
  /** How to start this program; tests put another one in its place. */
  program: Program;
  /** What every run gets besides its own arguments. */
  extraArgs: readonly string[];
  signingKeys: readonly string[];
  allowUnsigned: boolean;
  /** Also takes signatures of the body alone. */
  bodySignatures: boolean;
  token: string | null;
  /** The kill switch is off. */
  enabled: boolean;
  maxRunSeconds: number;
  /** Keeps on record that runs for an event were given up; `why` is a sentence. */
  recordGivenUp: (order: RunOrder, why: string) => Promise<void>;
  /** Runs for webhooks at once. */
  maxRuns: number;
  /** Events that may be owed a run. */
  maxQueue: number;
  clock: Clock;
  /** Uniform in [0, 1). */
  random: () => number;
  log: Logger;
}

/** A relay that serves. */
export interface Relay {
  /** `http://host:port`. */
  url: string;
  /** Takes nothing more, lets runs finish for `graceMs`, then stops them. What is left stays in the spool. */
  stop(graceMs: number): Promise<void>;
}

/** Listens, and works off what the spool holds. Throws an AppError when it cannot listen (exit 78), or read the queue. */
export async function startRelay(options: RelayOptions): Promise<Relay> {
  const { queue, clock, log, enabled } = options;
  // Before anything is open that an error would leave so.
  const left = (await queue.owed()).length;
  const correlationId = () => randomBytes(4).toString('hex');
  const { program, extraArgs } = options;
  const starter = createStarter(program.env, (what) => log.warn(what));
  const start = (args: readonly string[], maxStdout: number) =>
    starter.start({
      program,
      args: ['sync', ...args, '--json', ...extraArgs],
      limitMs: options.maxRunSeconds * 1000 + LIMIT_MARGIN_MS,
      maxStdout,
    });

  const records = recorder(options);
  const complain = createThrottle(clock, COMPLAIN_MS);
  const scheduler: Scheduler = new Scheduler({
    ...options,
    start({ event, run, starts }) {
      if (starts > 1) {
        const text = `Start ${starts} of the run for event ${event}: nobody has told how the one before ended`;
        log.forRun(runTag('webhook', run)).warn(text, { event });
      }
      return start(['--event-id', event, '--trigger', 'webhook', '--correlation-id', run], MAX_REPORT / 16);
    },
    ended(order, finished, verdict) {
      metrics.run(endLabel(finished.end), finished.durationMs / 1000);
      const runLog = log.forRun(runTag('webhook', order.run));
      logLines(runLog, finished.lines);
      logEnd(runLog, order.event, finished, verdict);
      const why = givenUp(order.event, finished, verdict);
      if (why !== null) records.add(order, why);
    },
    gaveUp(order) {
      const why = neverEnded(order.event);
      log.forRun(runTag('webhook', order.run)).error(why, { event: order.event });
      records.add(order, why);
    },
    refused: (error, event) =>
      complain('QUEUE', (leftOut) => log.warn(`${spoolRefused(error)}${leftOut}`, { event })),
  });
  const metrics = createMetrics(() => scheduler.numbers(), clock);
  const slow = createPace(clock);
  const pace = async () => {
    const isAnswered = await slow();
    if (!isAnswered) metrics.dropped('guessing');
    return isAnswered;
  };
  const access = createAccess({
    token: options.token,
    log,
    complain,
    unauthorized: metrics.unauthorized,
    pace,
  });
  const manual = createManual({
    ...options,
    access,
    correlationId,
    start: (args) => start(args, MAX_REPORT),
  });
  const page = createPage({
    access,
    clock,
    log,
    start: () =>
      starter.start({
        program,
        args: ['report', '--html', ...extraArgs],
        limitMs: PAGE_MS,
        maxStdout: MAX_PAGE,
      }),
  });
  let stopping = false;

  const webhook = {
    ...options,
    scheduler,
    correlationId,
    budget: new BodyBudget(BODY_BYTES),
    complain,
    count: metrics.delivery,
    pace,
  };
  const ready = readiness(queue, clock);
  const routes = new Map<string, Route>([
    ['/webhooks/tripleseat', { methods: ['POST'], handle: (request) => receiveWebhook(request, webhook) }],
    ['/api/sync/tripleseat', { methods: ['GET'], handle: (request, query) => manual.handle(request, query) }],
    ['/', { methods: ['GET', 'HEAD'], handle: (request) => page.handle(request) }],
    ['/healthz', { methods: ['GET', 'HEAD'], handle: async () => ({ status: 200, body: { ok: true } }) }],
    ['/readyz', watched(access, () => ready(stopping, scheduler.isBroken))],
    [
      '/metrics',
      watched(access, async () => ({
        status: 200,
        body: await metrics.render(),
        headers: { 'content-type': metrics.contentType },
      })),
    ],
  ]);

  const server = await startServer(routes, options, log, metrics.dropped).catch((error: unknown) => {
    starter.close();
    throw error;
  });
  if (left > 0) log.info(`Events left in the spool by an earlier process: ${left}`);
  if (enabled) scheduler.begin();
  else log.warn('ENABLE_CONNECTOR is false: nothing is run, and webhooks are answered CONNECTOR_DISABLED.');
  return {
    url: server.url,
    async stop(graceMs) {
      stopping = true;
      server.close();
      page.stop();
      await Promise.all([scheduler.stop(graceMs), manual.stop(graceMs)]);
      starter.close();
      await server.closed();
      await records.written();
    },
  };
}

/** What only those may see who may watch. */
function watched(access: Access, reply: () => Promise<Reply>): Route {
  return {
    methods: ['GET', 'HEAD'],
    async handle(request) {
      const refused = await access.toWatch(request);
      return refused ? refused.reply : reply();
    },
  };
}

/** Writes records beside everything else; one that cannot be written is told in the log alone. */
function recorder({ recordGivenUp, log }: Pick<RelayOptions, 'recordGivenUp' | 'log'>) {
  const writing = new Set<Promise<void>>();
  return {
    add(order: RunOrder, why: string): void {
      const done = recordGivenUp(order, why)
        .catch((error: unknown) => log.warn(`The journal could not be written: ${errorText(error)}`))
        .finally(() => writing.delete(done));
      writing.add(done);
    },
    async written(): Promise<void> {
      await Promise.all(writing);
    },
  };
}

/** Whether deliveries can be made durable, asked of the disk now and then. */
function readiness(queue: Queue, clock: Clock): (stopping: boolean, broken: boolean) => Promise<Reply> {
  let last: { at: number; state: Promise<boolean> } | null = null;
  return async (stopping, broken) => {
    if (stopping) return { status: 503, body: { ok: false, reason: 'STOPPING' } };
    if (broken) return { status: 503, body: { ok: false, reason: 'RUNS_FAIL' } };
    if (last === null || clock.steady() - last.at >= READY_MS) {
      const state = queue.check().then(
        () => true,
        () => false,
      );
      last = { at: clock.steady(), state };
    }
    if (await last.state) return { status: 200, body: { ok: true } };
    return { status: 503, body: { ok: false, reason: 'SPOOL_NOT_WRITABLE' } };
  };
}
