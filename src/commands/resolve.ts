import { userInfo } from 'node:os';
import { type Answers, isAgreed, untilLeft } from '../app/agree.js';
import { type Opened, withOpened } from '../app/open.js';
import { reportOf } from '../app/report.js';
import { type DoneWork, exitFor, lookRequest, performRun, quiet, runStop } from '../app/run.js';
import { type Surroundings, stoppedBy, styleOf } from '../app/surroundings.js';
import { systemClock } from '../clock.js';
import { needsOf } from '../config/load.js';
import { type Acceptance, isAcceptable } from '../domain/acceptance.js';
import { type Account, accountName, deletedMarksHonoured, paymentsTakenBack } from '../domain/account.js';
import { type Decision, type DecisionKind, decisionsFor, settles, takesAway } from '../domain/decision.js';
import { type EventId, type OrderId, orderId } from '../domain/ids.js';
import { AppError, ExitCode } from '../errors.js';
import { writeJson } from '../report/json.js';
import { writeAll } from '../report/output.js';
import { shopsOf } from '../report/shops.js';
import { outputStyle } from '../report/style.js';
import { thisProcess } from '../state/under-way.js';
import { sentenceOf } from '../sync/accepted.js';
import { recordEnd, recordStart } from '../sync/record.js';
import type { EventResult, SyncOutcome, SyncRequest } from '../sync/types.js';
import { onSandbox } from '../text/calls.js';
import { clean } from '../text/text.js';
import { wrap } from '../text/width.js';
import { meanings } from './meanings.js';
import { type ActionKind, whyRefused } from './resolve-refusals.js';
import { type Ways, waysText, whyNotLines } from './resolve-ways.js';

const MAX_WHY = 1_000;

/** What is to be done about the event. */
export type ResolveAction =
  | {
      kind: 'accept';
      /** Why a person leaves it as it is. */
      why: string;
      /** Last local day on which that counts, `YYYY-MM-DD`; null: until something changes. */
      until: string | null;
    }
  | { kind: 'replace' | 'recreate' | 'void' | 'payment' }
  | { kind: 'keep'; order: OrderId };

/** `resolve` as asked for on the command line. */
export interface ResolveOptions {
  event: EventId;
  /** Null: only look, and on a terminal ask. */
  action: ResolveAction | null;
  /** Take orders away though nobody has found out whether the account keeps to that. */
  uncertified: boolean;
  yes: boolean;
  dryRun: boolean;
  json: boolean;
  sandbox: boolean;
  /** Where the answer comes from. */
  input: Answers;
}

/**
 * `resolve`: shows an event, its order and what differs, and what a person may decide about it, and carries that out.
 * Exit 1 when the failure stands, or nothing could be decided.
 */
export function resolveCommand(given: ResolveOptions, around: Surroundings): Promise<ExitCode> {
  // Whoever reads JSON cannot be asked: without --yes the plan is what is wanted.
  const options = { ...given, dryRun: given.dryRun || (given.json && !given.yes) };
  const readOnly = options.dryRun || (options.action === null && !asks(options));
  const opening = { sandbox: options.sandbox, needs: needsOf.sync, readOnly };
  return withOpened(opening, around, (opened) => new Resolving(options, around, opened).run());
}

function asks({ action, json, dryRun, input }: ResolveOptions): boolean {
  return action === null && !json && !dryRun && input.isTTY === true;
}

class Resolving {
  readonly #options: ResolveOptions;
  readonly #around: Surroundings;
  readonly #opened: Opened;
  readonly #startedAt = systemClock.now();
  /** Warnings and notices that have been told. */
  readonly #said = new Set<string>();

  constructor(options: ResolveOptions, around: Surroundings, opened: Opened) {
    // What keeps runs from writing keeps a person's decision from it, too.
    this.#options = { ...options, dryRun: options.dryRun || opened.config.dryRun };
    this.#around = around;
    this.#opened = opened;
  }

  async run(): Promise<ExitCode> {
    const { action, json } = this.#options;
    const request = lookRequest({ kind: 'events', ids: [this.#options.event] }, null);
    // What was accepted before is looked at anew by whoever decides anew.
    const found = await this.#perform(request, action === null ? undefined : []);
    const code = exitFor(found.outcome, request, this.#around.stop);
    if (action === null) {
      await this.#tell(request, found);
      const [result] = found.outcome.results;
      if (!result || !isOpen(result) || json) return code;
      const ways = await this.#ways(request, result);
      // A plan that was broken off says nothing of its decision.
      if (this.#around.stop.aborted) return stoppedBy(this.#around.stop);
      const { width } = styleOf(this.#around);
      if (!asks(this.#options)) {
        await this.#say(waysText(this.#options, ways, width));
        return code;
      }
      const whyNot = whyNotLines(ways, width);
      if (whyNot.length > 0) await this.#say(whyNot.join('\n'));
      const { input } = this.#options;
      const chosen = await untilLeft(input, this.#around.stop, (signal) => choose(result, ways.open, signal));
      return chosen === null ? code : this.#settle(chosen, request, found, code);
    }
    if (!json) await this.#tell(request, found);
    return this.#settle(action, request, found, code);
  }

  /** What can be decided about the event, and what of it would be refused, as a plan of each says. */
  async #ways(look: SyncRequest, result: EventResult): Promise<Ways> {
    const ways: Ways = {
      open: [],
      refused: [],
      marksUnknown: await this.#lacksMarks(),
      ofPeople: result.reason === 'TOUCHED',
    };
    for (const kind of decisionsFor(result.reason, result.differences)) {
      // Of several orders nobody has said yet which one counts.
      const decision = kind === 'keep' ? null : decisionOf({ kind }, result);
      const plan = decision && (await this.#perform({ ...look, decision }, [])).outcome;
      const [planned] = plan?.problem === null ? plan.results : [];
      if (planned?.status !== 'failed' || planned.upstream) ways.open.push(kind);
      else ways.refused.push({ kind, why: this.#opened.redact(planned.error ?? planned.reason) });
    }
    return ways;
  }

  #settle(action: ResolveAction, request: SyncRequest, found: DoneWork, code: ExitCode): Promise<ExitCode> {
    return action.kind === 'accept'
      ? this.#accept(action, request, found, code)
      : this.#decide(action, request, found, code);
  }

  async #accept(
    action: Extract<ResolveAction, { kind: 'accept' }>,
    request: SyncRequest,
    found: DoneWork,
    code: ExitCode,
  ): Promise<ExitCode> {
    const { event, yes, dryRun, json, input } = this.#options;
    const acceptance = acceptanceOf(event, action, found.outcome);
    if (acceptance === null) return this.#refuse('accept', request, found, code);
    if (!yes && !dryRun && !(await isAgreed('Accept this as it is?', input, this.#around))) {
      this.#around.stderr.write('Nothing was accepted.\n');
      return ExitCode.eventFailed;
    }
    if (!dryRun) await this.#opened.state.acceptances.put(acceptance);
    const after = await this.#perform(request, [acceptance]);
    if (!dryRun) await this.#record(request, after);
    if (json) await this.#tell({ ...request, dryRun }, after);
    else await this.#say(outcomeText(dryRun, action.until, after.outcome));
    return exitFor(after.outcome, request, this.#around.stop);
  }

  async #decide(
    action: Exclude<ResolveAction, { kind: 'accept' }>,
    look: SyncRequest,
    found: DoneWork,
    code: ExitCode,
  ): Promise<ExitCode> {
    const { yes, dryRun, json, input } = this.#options;
    const [result] = found.outcome.results;
    const decision = result && decisionOf(action, result);
    if (!decision || !settles(action.kind, result.reason)) {
      return this.#refuse(action.kind, look, found, code);
    }
    if (takesAway(action.kind)) await this.#needMarks(result);
    const plan = await this.#perform({ ...look, decision }, []);
    const refused = !isWork(plan);
    if (!json || dryRun || refused) await this.#tell({ ...look, decision }, plan);
    if (refused) {
      const [planned] = plan.outcome.results;
      // Where it is about what was decided, its own sentence says why.
      const isOfDecision =
        planned?.status === 'failed' &&
        (settles(action.kind, planned.reason) ||
          (planned.reason === 'TOUCHED' && (action.kind === 'void' || action.kind === 'keep')));
      if (!isOfDecision) {
        this.#explain(action.kind, planned);
      }
      return exitFor(plan.outcome, look, this.#around.stop);
    }
    if (dryRun) return exitFor(plan.outcome, look, this.#around.stop);
    if (takesAway(action.kind)) await this.#needTakeBack(plan);
    if (!yes && !(await isAgreed('Carry this out?', input, this.#around))) {
      this.#around.stderr.write('Nothing was written.\n');
      return ExitCode.eventFailed;
    }
    const request: SyncRequest = { ...look, dryRun: false, wait: true, decision };
    const done = await this.#perform(request, []);
    await this.#record(request, done);
    await this.#tell(request, done);
    return exitFor(done.outcome, request, this.#around.stop);
  }

  /** What the account was found to be; null: `--uncertified` says that somebody knows it, or it is the sandbox. */
  async #account(): Promise<Account | 'unknown' | null> {
    const { config, state } = this.#opened;
    if (this.#options.uncertified || this.#options.sandbox) return null;
    const account = await state.account.read(accountName(config.revel.baseUrl));
    return account === 'other-format' ? 'unknown' : (account ?? 'unknown');
  }

  /** Whether nobody has found out that the account keeps to deleted marks. */
  async #lacksMarks(): Promise<boolean> {
    const account = await this.#account();
    return account !== null && (account === 'unknown' || deletedMarksHonoured(account) !== true);
  }

  /** An order goes by its deleted mark: where an account does not keep it, there would be two. */
  async #needMarks({ id, orderId }: EventResult): Promise<void> {
    if (!(await this.#lacksMarks())) return;
    throw new AppError(
      'CONFIG',
      ExitCode.config,
      `Nothing was written: to settle event ${id}, an order (${orderId ?? 'unknown'}) would be marked deleted, and it is not known whether this Revel account keeps to that.`,
      'Try it there first: ts-reconcile certify. Whoever knows that it does adds --uncertified.',
    );
  }

  /** What was paid on an order that goes must not count beside what is paid on the one that comes. */
  async #needTakeBack({ outcome }: DoneWork): Promise<void> {
    const [result] = outcome.results;
    const changes = result?.changes ?? [];
    const account = await this.#account();
    if (account === null || account === 'unknown' || paymentsTakenBack(account) !== 'neither') return;
    if (!changes.some(({ action }) => action === 'remove_payment')) return;
    throw new AppError(
      'CONFIG',
      ExitCode.config,
      `Nothing was written: on an order of event ${result?.id ?? 'unknown'} that would go a payment is recorded, and this Revel account neither keeps a deleted mark of payments nor counts negative ones.`,
      'Put the order right on the POS. Whoever knows better adds --uncertified.',
    );
  }

  async #refuse(kind: ActionKind, request: SyncRequest, found: DoneWork, code: ExitCode): Promise<ExitCode> {
    if (this.#options.json) await this.#tell(request, found);
    this.#explain(kind, found.outcome.results[0]);
    return code === ExitCode.ok ? ExitCode.eventFailed : code;
  }

  #explain(kind: ActionKind, result: EventResult | undefined): void {
    const { event, sandbox } = this.#options;
    const why = whyRefused(kind, event, result);
    const { width } = outputStyle(this.#around.stderr, this.#around.env);
    this.#around.stderr.write(`${wrap(sandbox ? onSandbox(why) : why, '', width).join('\n')}\n`);
  }

  #perform(request: SyncRequest, accepted?: readonly Acceptance[]): Promise<DoneWork> {
    const { config, state } = this.#opened;
    const tell = (text: string) => {
      // Each look would say it again.
      if (this.#said.has(text)) return;
      this.#said.add(text);
      this.#around.stderr.write(`${text}\n`);
    };
    const events = { ...quiet, warning: tell, notice: tell };
    return performRun({
      request,
      config,
      state,
      // Of each anew: the time that a person takes to answer is none of a run.
      stop: runStop(this.#around, config, state),
      events,
      ...(accepted ? { accepted } : {}),
    });
  }

  #say(text: string): Promise<void> {
    return this.#options.json ? Promise.resolve() : writeAll(this.#around.stdout, `${text}\n`);
  }

  async #tell(request: SyncRequest, { outcome, requests }: DoneWork): Promise<void> {
    const { redact, config } = this.#opened;
    const { links } = config;
    const facts = { startedAt: this.#startedAt, finishedAt: systemClock.now(), requests, redact, links };
    const report = reportOf(request, outcome, facts);
    if (this.#options.json) return writeJson(this.#around.stdout, report);
    const { renderLook, renderReport } = await import('../report/table.js');
    const { sandbox } = this.#options;
    const shown = { only: null, known: new Set<string>(), sandbox, shops: shopsOf(config.locations) };
    const render = request.dryRun && !request.decision ? renderLook : renderReport;
    await writeAll(this.#around.stdout, await render(report, styleOf(this.#around), shown));
  }

  /** In the journal, so that the history tells who has decided what, and why. */
  async #record(request: SyncRequest, { outcome, requests }: DoneWork): Promise<void> {
    const { state, redact, config } = this.#opened;
    const place = { ...thisProcess(), zone: shopsOf(config.locations).zone };
    await recordStart(state.journal, request, this.#startedAt, place);
    const exit = exitFor(outcome, request, this.#around.stop);
    await recordEnd(state, request, outcome, exit, systemClock.now(), redact, requests);
  }
}

/** Something that a person could settle. */
function isOpen({ status, reason }: EventResult): boolean {
  return status === 'failed' && isAcceptable(reason);
}

/** There is something to carry out. */
function isWork({ outcome }: DoneWork): boolean {
  const [result] = outcome.results;
  return outcome.problem === null && (result?.status === 'injected' || result?.status === 'repaired');
}

/** Null: it is about an order, and there is none. */
function decisionOf(
  action: Exclude<ResolveAction, { kind: 'accept' }>,
  { orderId: order }: EventResult,
): Decision | null {
  switch (action.kind) {
    case 'recreate':
      return { kind: action.kind };
    case 'keep':
      return action;
    case 'replace':
    case 'void':
    case 'payment':
      return order === null ? null : { kind: action.kind, order: orderId(order) };
  }
}

async function choose(
  result: EventResult,
  kinds: readonly DecisionKind[],
  signal: AbortSignal,
): Promise<ResolveAction | null> {
  const { select, input } = await import('@inquirer/prompts');
  const context = { signal };
  const accept = 'accept: it stays as it is, and is not reported until it changes';
  const chosen = await select<DecisionKind | 'accept' | 'leave'>(
    {
      message: 'What is to be done?',
      choices: [
        ...kinds.map((value) => ({ value, name: `${value}: ${meanings[value]}`, short: value })),
        { value: 'accept', name: accept, short: 'accept' },
        { value: 'leave', name: 'nothing now' },
      ],
    },
    context,
  );
  switch (chosen) {
    case 'leave':
      return null;
    case 'accept':
      return {
        kind: 'accept',
        why: await input({ message: 'Why?', validate: isSaid }, context),
        until: null,
      };
    case 'keep': {
      // What helps to decide stands in the table above.
      const choices = result.orders.map(({ id: value }) => ({ value, name: `order ${value}` }));
      const order = await select<string>({ message: 'Which one counts?', choices }, context);
      return { kind: 'keep', order: orderId(order) };
    }
    case 'replace':
    case 'recreate':
    case 'void':
    case 'payment':
      return { kind: chosen };
  }
}

/** Nobody learns anything from blanks. */
function isSaid(text: string): true | string {
  return clean(text, MAX_WHY) !== '' || 'Say why, in a few words.';
}

/** Null: there is nothing that a person could settle. */
function acceptanceOf(
  event: EventId,
  { why: said, until }: Extract<ResolveAction, { kind: 'accept' }>,
  outcome: SyncOutcome,
): Acceptance | null {
  const [result] = outcome.results;
  if (result?.status !== 'failed' || !isAcceptable(result.reason)) return null;
  const { reason, differences } = result;
  const sentence = sentenceOf(result);
  const why = clean(said, MAX_WHY);
  const at = systemClock.now();
  return { event, reason, differences, sentence, why, by: userName(), at, until };
}

function userName(): string {
  try {
    return clean(userInfo().username, 100);
  } catch {
    // A container's user may have no name.
    return `user ${process.getuid?.() ?? 'unknown'}`;
  }
}

function outcomeText(dryRun: boolean, until: string | null, { results, problem }: SyncOutcome): string {
  const [result] = results;
  if (problem !== null || (result?.status === 'failed' && !isAcceptable(result.reason))) {
    const what = dryRun ? 'Nothing was accepted, and nobody' : 'It is on record as accepted, but nobody';
    return `${what} could look at it again: the next run tells what comes of it.`;
  }
  if (result?.reason !== 'ACCEPTED') {
    return 'It is still reported: it has changed meanwhile, or --until is over; look at it again.';
  }
  const span =
    until === null ? 'until event or order change' : `until ${until}, or until event or order change`;
  return `${dryRun ? 'It would be accepted' : 'Accepted'} ${span}.`;
}
