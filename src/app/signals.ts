import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Clock } from '../clock.js';
import type { Config } from '../config/types.js';
import { ExitCode, errorText } from '../errors.js';
import type { HttpTransport } from '../http/transport.js';
import type { Logger } from '../report/log.js';
import type { DigestToSend } from '../report/mail/digest.js';
import { type PingOptions, ping, pingBody } from '../report/ping.js';
import type { RunReport } from '../report/schema.js';
import { shopsFor } from '../report/shops.js';
import type { MailedFailure, StateStore } from '../state/types.js';
import type { SyncRequest } from '../sync/types.js';
import { post } from './mail.js';

/** Longest time for a mail, in milliseconds, and after somebody has asked the process to end. */
const MAIL_MS = 20_000;
const MAIL_WHEN_STOPPED_MS = 5000;

/** What signals to the outside are sent with. */
export interface SignalDeps {
  config: Pick<Config, 'smtp' | 'chat' | 'healthcheckUrl' | 'metricsFile' | 'locations'>;
  request: Pick<SyncRequest, 'dryRun' | 'trigger'>;
  state: StateStore;
  log: Logger;
  transport: HttpTransport;
  clock: Clock;
  /** Aborted when somebody wants the process to end. */
  stop: AbortSignal;
}

/** What a ping alone is sent with. */
type PingDeps = Omit<SignalDeps, 'state' | 'config'> & { config: Pick<Config, 'healthcheckUrl'> };

/** A run that came to its end. */
interface FinishedRun {
  report: RunReport;
  exit: ExitCode;
  /** A sweep that covered every location and its whole window. */
  wholeSweep: boolean;
}

/** Tells others of a run: mail, health check, metrics file. Nothing here rejects or changes the exit code. */
export interface Signals {
  /** The run does its work; nothing waits for the signal. */
  started(): void;
  ended(run: FinishedRun): Promise<void>;
  /** The run ended in an exception. */
  broken(exit: ExitCode): Promise<void>;
}

const silent: Signals = {
  started: () => undefined,
  ended: async () => undefined,
  broken: async () => undefined,
};

/** The signals of one run; a dry run sends none. */
export function openSignals(deps: SignalDeps): Signals {
  if (deps.request.dryRun) return silent;
  const send = pinger(deps);
  return {
    started: () => void send('start', ''),
    async ended(run) {
      if (isLockedOut(run)) return send('log', pingBody(run.report, run.exit));
      await Promise.all([
        send(String(run.exit), pingBody(run.report, run.exit)),
        writeMetricsFile(deps, run),
        tellPeople(deps, run).catch((error: unknown) =>
          deps.log.warn(`The mail was not sent. ${errorText(error)}`),
        ),
      ]);
    },
    broken: (exit) => send(String(exit), brokenBody(exit)),
  };
}

/**
 * Tells that a run could not even begin: whoever watches the schedule learns the exit code at once, not only that
 * nothing came. Never rejects.
 */
export async function signalStillborn(deps: PingDeps, exit: ExitCode): Promise<void> {
  if (!deps.request.dryRun) await pinger(deps)(String(exit), brokenBody(exit));
}

function brokenBody(exit: ExitCode): string {
  return `exit ${exit}: the run ended in an error\n`;
}

/** The other run reports: this one has seen nothing. */
function isLockedOut({ report }: FinishedRun): boolean {
  return report.error?.code === 'LOCKED' && report.events.length === 0;
}

/**
 * Pings one after the other, since an end must not overtake its start; warns once. Runs that a webhook started send
 * none: they would hide that the schedule has stopped.
 */
function pinger({ config, request, log, transport, clock, stop }: PingDeps) {
  const url = config.healthcheckUrl;
  if (url === null || request.trigger === 'webhook') return async () => undefined;
  const options: PingOptions = { url, runId: randomUUID(), transport, clock, stop };
  let last: Promise<void> = Promise.resolve();
  let warned = false;
  return (signal: string, body: string): Promise<void> => {
    last = last.then(async () => {
      const failure = await ping(options, signal, body);
      if (failure === null || warned) return;
      warned = true;
      log.warn(`The health check at HEALTHCHECK_URL did not take a ping: ${failure}`);
    });
    return last;
  };
}

async function writeMetricsFile({ config, state, clock, log }: SignalDeps, run: FinishedRun): Promise<void> {
  if (config.metricsFile === null) return;
  const { writeMetrics } = await import('../report/metrics.js');
  const failure = await writeMetrics(config.metricsFile, run, state, clock);
  if (failure !== null) log.warn(`${failure} Check METRICS_FILE.`);
}

/** Tells people by mail and chat, both of the same. What was told is remembered of the mail, where there is one. */
async function tellPeople(deps: SignalDeps, run: FinishedRun): Promise<void> {
  const { config, state, clock, log, stop } = deps;
  const on = (config.smtp ?? config.chat)?.on;
  if (on === undefined) return;
  const { digestOf } = await import('../report/mail/digest.js');
  const dueAfter = (memory: MailedFailure[]) =>
    digestOf({
      report: run.report,
      on,
      memory,
      now: clock.now(),
      interrupted: run.exit === ExitCode.interrupted || run.exit === ExitCode.terminated,
      wholeSweep: run.wholeSweep,
    });
  // A run that has nothing to tell waits for nobody.
  const memory = await state.mailMemory.read().catch(() => null);
  if (memory !== null && dueAfter(memory) === null) return;
  const longest = stop.aborted ? MAIL_WHEN_STOPPED_MS : MAIL_MS;
  const limit = AbortSignal.timeout(longest);
  // Only of what went out: a failure that nobody was told of is still new to the next run.
  const remember = (told: DigestToSend) =>
    state.mailMemory
      .update(told)
      .catch((error: unknown) => log.warn(`The next mail may repeat this one. ${errorText(error)}`));
  await state.mailMemory.inTurn(longest / 2, async () => {
    const due = dueAfter(await rememberedBy(state, log));
    if (due === null) return;
    const chatted = config.chat === null ? null : await chatDigest(deps, config.chat.url, due);
    if (config.smtp !== null) await mailDigest(deps, config.smtp, { due, run, limit, remember });
    else if (chatted === true) await remember(due);
  });
}

/** Whether the message got through. */
async function chatDigest({ log, transport }: SignalDeps, url: string, due: DigestToSend): Promise<boolean> {
  const { chatMessage, sendChat } = await import('../report/chat.js');
  const failure = await sendChat(url, chatMessage(due.digest), transport);
  if (failure !== null) log.warn(`The chat at CHAT_WEBHOOK_URL did not take a message: ${failure}`);
  return failure === null;
}

/** Mails to everybody what concerns them; `remember` is told of each part that went out, before the next one goes. */
async function mailDigest(
  { config, log }: SignalDeps,
  smtp: NonNullable<Config['smtp']>,
  {
    due,
    run,
    limit,
    remember,
  }: {
    due: DigestToSend;
    run: FinishedRun;
    limit: AbortSignal;
    remember: (told: DigestToSend) => Promise<void>;
  },
): Promise<void> {
  const { sharesOf } = await import('../report/mail/shares.js');
  const { mailContent } = await import('../report/mail/content.js');
  const kitchens = new Map(config.locations.map(({ name, notify }) => [name, notify]));
  for (const share of sharesOf(due, smtp.to, kitchens)) {
    const { digest } = share.due;
    const content = mailContent(digest, run.report, hostname(), shopsFor(config.locations, share.shop));
    const to = { ...smtp, to: [...share.to] };
    if (await post(to, content, { what: 'The mail', limit, log })) await remember(share.due);
  }
}

async function rememberedBy(state: StateStore, log: Logger): Promise<MailedFailure[]> {
  try {
    return await state.mailMemory.read();
  } catch (error) {
    log.warn(`This mail may repeat an earlier one. ${errorText(error)}`);
    return [];
  }
}
