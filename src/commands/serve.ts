import { fileURLToPath } from 'node:url';
import { openLog } from '../app/log.js';
import { aborted, type Surroundings } from '../app/surroundings.js';
import { systemClock } from '../clock.js';
import { loadConfig, type Need, needsOf } from '../config/load.js';
import type { Config } from '../config/types.js';
import { AppError, ExitCode } from '../errors.js';
import { isLoopbackHost } from '../http/loopback.js';
import type { Program } from '../relay/child.js';
import { runEnvironment } from '../relay/environment.js';
import { boundedSink } from '../relay/log-sink.js';
import { startRelay } from '../relay/relay.js';
import type { RunOrder } from '../relay/scheduler.js';
import type { Logger } from '../report/log.js';
import type { Sandbox } from '../sandbox/index.js';
import { shownPath } from '../state/failure.js';
import { openState } from '../state/open.js';
import { recordGivenUp } from '../sync/record.js';
import { clean } from '../text/text.js';

/** `serve` as asked for on the command line, checked. */
export interface ServeOptions {
  host: string;
  /** 0: any free one. */
  port: number;
  allowUnsigned: boolean;
  /** Also takes signatures of the body alone. */
  bodySignatures?: boolean;
  /** Runs for webhooks at once. */
  maxRuns: number;
  /** Events that may wait for a run. */
  maxQueue: number;
  /** Seconds that runs may take to finish after SIGTERM. */
  graceSeconds: number;
  sandbox: boolean;
}

/** Starts this program as the user did. */
function ownProgram({ cwd, env }: Surroundings): Program {
  const launcher = fileURLToPath(new URL('../../bin/ts-reconcile.js', import.meta.url));
  return { file: process.execPath, args: [launcher], cwd, env: runEnvironment(env) };
}

/**
 * Serves webhooks until it is told to stop. Throws an AppError (exit 78, or 75 while another relay works on the
 * same state) when it cannot begin. `program` is for tests: what is started in place of this program.
 */
export async function serveCommand(
  options: ServeOptions,
  around: Surroundings,
  program: Program = ownProgram(around),
): Promise<ExitCode> {
  const config = loadConfig({ env: around.env, cwd: around.cwd, needs: needsFor(options) });
  refuseOpenHost(options.host, config);
  const sink = boundedSink(around.stderr, (lines) =>
    log.warn(`${lines} lines of this log were left out, since nobody read it`),
  );
  const log: Logger = openLog(config, { sink });
  warnUnsigned(options, config, log);
  if (!options.sandbox) return serve(options, config, program, log, around.stop);

  const { openSandbox } = await import('../sandbox/index.js');
  const sandbox: Sandbox = await openSandbox({ stateDir: config.stateDir, clock: systemClock });
  try {
    if (sandbox.note !== null) log.info(sandbox.note);
    const { STATE_DIR: stateDir = config.stateDir } = sandbox.env;
    // The sandbox shares nothing with other hosts.
    const alone = { ...config, stateDir, stateUrl: null };
    return await serve(options, alone, program, log, around.stop);
  } finally {
    await sandbox.close();
  }
}

function needsFor({ sandbox, allowUnsigned }: ServeOptions): readonly Need[] {
  if (sandbox) return allowUnsigned ? ['sync', 'serve'] : ['sync', 'serve', 'signing'];
  return allowUnsigned ? needsOf.serveUnsigned : needsOf.serve;
}

/**
 * What comes over another interface may be passed on to the loopback one by what is not this program (a sidecar, a
 * forwarder of ports), and then looks like somebody on this host: there only a token tells who may start runs.
 */
function refuseOpenHost(host: string, { serveToken }: Config): void {
  if (serveToken !== null || isLoopbackHost(host.includes(':') ? `[${host}]` : host)) return;
  throw new AppError(
    'CONFIG',
    ExitCode.config,
    `serve is to listen on ${clean(host, 100)}, beyond this host, and SERVE_TOKEN is not set.`,
    'Set SERVE_TOKEN to a random text, e.g. that of `openssl rand -hex 24`; or listen on 127.0.0.1.',
  );
}

function warnUnsigned(
  { allowUnsigned, bodySignatures }: ServeOptions,
  { webhookSigningKeys }: Config,
  log: Logger,
): void {
  if (bodySignatures)
    log.warn('--body-signatures: a copy of a delivery that is signed so stays good for ever.');
  if (!allowUnsigned) return;
  const what =
    webhookSigningKeys.length === 0
      ? 'signatures are not checked at all'
      : 'deliveries without a signature are taken as well';
  log.warn(`--allow-unsigned: ${what}. Anybody who reaches this port can start runs.`);
}

async function serve(
  options: ServeOptions,
  config: Config,
  program: Program,
  log: Logger,
  stop: AbortSignal,
): Promise<ExitCode> {
  const open = () =>
    openState(config, { clock: systemClock, random: Math.random, log: (line) => log.warn(line) });
  /** On a state of its own: the connection of one that is open for months has been lost before. */
  const record = async (order: RunOrder, why: string) => {
    const own = await open();
    await recordGivenUp(own, order, why, systemClock.now()).finally(() => own.close());
  };
  const state = await open();
  try {
    const queue = await state.openQueue();
    if (!queue) throw takenError(config.stateDir);
    try {
      const relay = await startRelay({
        ...options,
        bodySignatures: options.bodySignatures === true,
        queue,
        program,
        extraArgs: options.sandbox ? ['--sandbox'] : [],
        signingKeys: config.webhookSigningKeys,
        token: config.serveToken,
        enabled: config.enabled,
        maxRunSeconds: config.maxRunSeconds,
        recordGivenUp: record,
        clock: systemClock,
        random: Math.random,
        log,
      });
      log.info(`Listening on ${relay.url}`);
      await aborted(stop);
      log.info(`Stopping (${String(stop.reason)}): runs get ${options.graceSeconds} s to finish`);
      await relay.stop(options.graceSeconds * 1000);
      log.info('Stopped');
    } finally {
      await queue.close();
    }
  } finally {
    await state.close();
  }
  return ExitCode.ok;
}

function takenError(stateDir: string): AppError {
  return new AppError(
    'LOCKED',
    ExitCode.locked,
    `Another ts-reconcile serve works on the state directory ${shownPath(stateDir)}.`,
    'Stop it first. To run several, give them a STATE_URL in common: in another STATE_DIR there are no tokens.',
  );
}
