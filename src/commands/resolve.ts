import { userInfo } from 'node:os';
import { type Answers, isAgreed } from '../app/agree.js';
import { type Opened, withOpened } from '../app/open.js';
import { reportOf } from '../app/report.js';
import { type DoneWork, lookRequest, performRun, quiet, runStop } from '../app/run.js';
import { type Surroundings, styleOf } from '../app/surroundings.js';
import { systemClock } from '../clock.js';
import { needsOf } from '../config/load.js';
import { type Acceptance, isAcceptable } from '../domain/acceptance.js';
import type { EventId } from '../domain/ids.js';
import { ExitCode } from '../errors.js';
import { writeJson } from '../report/json.js';
import { writeAll } from '../report/output.js';
import type { StateStore } from '../state/types.js';
import { thisProcess } from '../state/under-way.js';
import { exitCodeOf } from '../sync/outcome.js';
import { recordEnd, recordStart } from '../sync/record.js';
import type { SyncOutcome, SyncRequest } from '../sync/types.js';
import { clean } from '../text/text.js';

const MAX_WHY = 1_000;

/** `resolve` as asked for on the command line. */
export interface ResolveOptions {
  event: EventId;
  /** Why a person leaves it as it is; null: only look. */
  accept: string | null;
  /** Last local day on which that counts, `YYYY-MM-DD`; null: until something changes. */
  until: string | null;
  yes: boolean;
  dryRun: boolean;
  json: boolean;
  sandbox: boolean;
  /** Where the answer comes from. */
  input: Answers;
}

/**
 * `resolve`: shows an event, its order and what differs, and what a person may decide about it. Writes to neither
 * service. Exit 1 when the failure stands, or nothing could be decided.
 */
export function resolveCommand(options: ResolveOptions, around: Surroundings): Promise<ExitCode> {
  const readOnly = options.dryRun || options.accept === null;
  const opening = { sandbox: options.sandbox, needs: needsOf.sync, readOnly };
  return withOpened(opening, around, (opened) => run(options, around, opened));
}

async function run(
  options: ResolveOptions,
  around: Surroundings,
  { config, state, redact }: Opened,
): Promise<ExitCode> {
  const stop = runStop(around, config, state);
  const say = (text: string) => (options.json ? Promise.resolve() : writeAll(around.stdout, `${text}\n`));
  const request = lookRequest({ kind: 'events', ids: [options.event] }, null);
  const look = (accepted?: readonly Acceptance[]) => {
    const events = { ...quiet, warning: (text: string) => around.stderr.write(`${text}\n`) };
    return performRun({ request, config, state, stop, events, ...(accepted ? { accepted } : {}) });
  };
  const tell = async (done: DoneWork, startedAt: number) => {
    const facts = { startedAt, finishedAt: systemClock.now(), requests: done.requests, redact };
    const report = reportOf(request, done.outcome, facts);
    if (options.json) return writeJson(around.stdout, report);
    const { renderLook } = await import('../report/table.js');
    await writeAll(around.stdout, await renderLook(report, styleOf(around)));
  };
  const startedAt = systemClock.now();
  // What was accepted before is looked at anew by whoever decides anew.
  const found = await look(options.accept === null ? undefined : []);
  const code = exitCodeOf(found.outcome, request, false);
  const acceptance = acceptanceOf(options, found.outcome);
  if (options.accept === null) {
    await tell(found, startedAt);
    if (acceptance !== null) await say(whatCanBeDone(options));
    return code;
  }
  if (acceptance === null) {
    await tell(found, startedAt);
    around.stderr.write(
      `${code === ExitCode.ok ? 'It is no failure' : 'This is nothing to settle: it passes, or nobody could look'}, so that nothing was accepted.\n`,
    );
    return code === ExitCode.ok ? ExitCode.eventFailed : code;
  }
  if (!options.json) await tell(found, startedAt);
  if (!options.yes && !options.dryRun && !(await isAgreed('Accept this as it is?', options.input, around))) {
    around.stderr.write('Nothing was accepted.\n');
    return ExitCode.eventFailed;
  }
  if (!options.dryRun) await state.acceptances.put(acceptance);
  const after = await look([acceptance]);
  if (!options.dryRun) await record(state, request, after, startedAt, redact);
  if (options.json) await tell(after, startedAt);
  else await say(outcomeText(options, after.outcome));
  return exitCodeOf(after.outcome, request, false);
}

/** Null: there is nothing that a person could settle. */
function acceptanceOf({ event, accept, until }: ResolveOptions, outcome: SyncOutcome): Acceptance | null {
  const [result] = outcome.results;
  if (result?.status !== 'failed' || !isAcceptable(result.reason)) return null;
  const { reason, differences, error } = result;
  const why = clean(accept ?? '', MAX_WHY);
  const at = systemClock.now();
  return { event, reason, differences, sentence: error ?? '', why, by: userName(), at, until };
}

function userName(): string {
  try {
    return clean(userInfo().username, 100);
  } catch {
    // A container's user may have no name.
    return `user ${process.getuid?.() ?? 'unknown'}`;
  }
}

function whatCanBeDone({ event, sandbox }: ResolveOptions): string {
  return [
    'Once it is settled as the sentence says, the next run finds it right.',
    'To leave it as it is, so that it is not reported until it changes:',
    `  ts-reconcile resolve ${event} --accept "<why>" [--until <date>]${sandbox ? ' --sandbox' : ''}`,
  ].join('\n');
}

function outcomeText({ dryRun, until }: ResolveOptions, { results }: SyncOutcome): string {
  if (results[0]?.reason !== 'ACCEPTED') {
    return 'It is still reported: it has changed meanwhile, or --until is over; look at it again.';
  }
  const span =
    until === null ? 'until event or order change' : `until ${until}, or until event or order change`;
  return `${dryRun ? 'It would be accepted' : 'Accepted'} ${span}.`;
}

/** In the journal, so that the history tells who has accepted what, and why. */
async function record(
  state: StateStore,
  request: SyncRequest,
  { outcome, requests }: DoneWork,
  startedAt: number,
  redact: (text: string) => string,
): Promise<void> {
  await recordStart(state.journal, request, startedAt, thisProcess());
  const exit = exitCodeOf(outcome, request, false);
  await recordEnd(state, request, outcome, exit, systemClock.now(), redact, requests);
}
