import type { Answers } from '../app/agree.js';
import { connectBoth, type Opened, withOpened } from '../app/open.js';
import { randomHex } from '../app/run.js';
import { type Surroundings, stoppedBy, styleOf } from '../app/surroundings.js';
import { Certifier } from '../certify/certifier.js';
import { adviceOfFindings, conclude } from '../certify/conclude.js';
import { type Hands, noHands, personAt } from '../certify/hands.js';
import { type Phase, phases } from '../certify/phases.js';
import { adviceLines, advisedKeys, findingLines, unknownLines } from '../certify/render.js';
import { newSession, placeOfSession, readSession, type Session, saveSession } from '../certify/session.js';
import { setupFor } from '../certify/setup.js';
import { systemClock } from '../clock.js';
import { needsOf } from '../config/load.js';
import type { Config } from '../config/types.js';
import { ACCOUNT_FORMAT, type Account, accountName, findingNames } from '../domain/account.js';
import { localDate } from '../domain/zones.js';
import { AppError, ExitCode } from '../errors.js';
import { writeJson } from '../report/json.js';
import { writeAll } from '../report/output.js';
import type { StateStore } from '../state/types.js';
import { wrap } from '../text/width.js';
import { sandboxStaff } from './certify-staff.js';
import { version } from './version.js';

const LOCK = 'certify';
const CLEARING = 6;
const GO_ON = 'ts-reconcile certify --continue';

/** `certify` as asked for on the command line. */
export interface CertifyOptions {
  /** Where to try it; null: where the session under way does. */
  establishment: number | null;
  resume: boolean;
  /** This phase alone; null: all that are open. */
  phase: number | null;
  /** Nobody is asked: what needs hands is left. */
  yes: boolean;
  /** The establishment may be one of the shops in the locations file. */
  liveShop: boolean;
  json: boolean;
  sandbox: boolean;
  input: Answers;
}

/** What is left of a phase for a person. */
interface Left {
  phase: number;
  what: string;
}

/**
 * `certify`: finds out on a test establishment how the account keeps its books, with a person beside it. Exit 0 when
 * nothing is left to do and orders with the advised books stay as they are; else 1.
 */
export function certifyCommand(options: CertifyOptions, around: Surroundings): Promise<ExitCode> {
  const opening = { sandbox: options.sandbox, needs: needsOf.certify, readOnly: false };
  return withOpened(opening, around, (opened) => run(options, around, opened));
}

async function run(options: CertifyOptions, around: Surroundings, opened: Opened): Promise<ExitCode> {
  const { config, state } = opened;
  refuseUnfit(options, config);
  const lock = await state.locks.tryLock(LOCK);
  if (lock === null) {
    throw new AppError(
      'LOCKED',
      ExitCode.locked,
      'Another certify is under way.',
      'Wait for it to end, or stop it.',
    );
  }
  try {
    return await withLock(options, around, opened);
  } catch (error) {
    // What is said of a request that was stopped is nothing that was found.
    if (around.stop.aborted) return stoppedBy(around.stop);
    const { lost } = state.locks;
    const cause = lost.aborted
      ? new AppError(
          'STATE',
          ExitCode.locked,
          String(lost.reason),
          `When the database is back, go on with: ${GO_ON}`,
        )
      : error;
    throw told(cause, opened.redact);
  } finally {
    await lock.release();
  }
}

/** Its sentences as all others: without secrets, and with calls that work where this one does. */
function told(error: unknown, redact: (text: string) => string): unknown {
  if (!(error instanceof AppError)) return error;
  const { code, exitCode, message, hint } = error;
  return new AppError(code, exitCode, redact(message), hint === null ? null : redact(hint));
}

async function withLock(
  options: CertifyOptions,
  around: Surroundings,
  { config, state, progress, redact }: Opened,
): Promise<ExitCode> {
  const { revel } = await connectBoth(config, state, around.stop);
  const account = accountName(config.revel.baseUrl);
  const { width } = styleOf(around);
  const say = (text: string, indent = '') => {
    progress.clear();
    around.stderr.write(`${wrap(redact(text), indent, width).join('\n')}\n`);
  };
  const last = await readSession(state.documents);
  // Its end was cut off between being cleared away and being taken down.
  if (last !== null && last !== 'unknown' && last.endedAt === null && last.done.includes(CLEARING)) {
    await keep(state, last, CLEARING);
    if (options.resume && last.account === account) return end(options, around, { state, redact }, last, []);
  }
  let session = await sessionFor(options, account, last, placeOfSession(state.documents));
  refuseRedirected(options, config, session);
  if (session === null) {
    const establishmentId = options.establishment ?? 0;
    const { setup, name } = await setupFor(establishmentId, config, revel);
    say(`Establishment ${establishmentId}${name === '' ? '' : ` (${name})`} of ${account}.`);
    const startedAt = systemClock.now();
    session = newSession({
      id: randomHex(8),
      account,
      establishmentId,
      version: version(),
      startedAt,
      setup,
    });
  }
  const current = session;
  const { setup } = current;
  say(
    `Session ${current.id} on establishment ${current.establishmentId}. Orders are made as Revel user ${setup.userId} at station ${setup.posStationId}, paid by type ${setup.paymentType}, with products ${setup.products.map(({ id, name }) => `${id} (${name})`).join(', ')}, in ${setup.timezone} time. They are called "Certify 1" and so on.`,
  );
  const person = options.yes ? null : personAt(options.input, around.stderr, around.stop);
  const staff = options.sandbox ? sandboxStaff(config.revel.baseUrl, (text) => say(text, '  ')) : null;
  const whoever = staff ?? person?.hands ?? noHands;
  const hands: Hands = (question) => {
    progress.clear();
    return whoever(question);
  };
  const certifier = new Certifier({
    ...revel,
    session: current,
    save: () => saveSession(state.documents, current),
    clock: systemClock,
    settleMs: config.settleMs,
    patienceMs: config.settleMs + config.inFlightMs,
    stop: AbortSignal.any([around.stop, state.locks.lost]),
    hands,
    say: (text) => say(text, '  '),
    doing: (what) => progress.update({ what }),
  });
  const left: Left[] = [];
  try {
    for (const phase of phases) {
      if (!isDue(phase, options, current, left)) continue;
      around.stderr.write('\n');
      say(`Phase ${phase.number} of ${phases.length}: ${phase.title}`);
      say([phase.writes, phase.hands ?? ''].join(' ').trimEnd(), '  ');
      await person?.hands({ kind: 'begin', title: `Phase ${phase.number}` });
      left.push(...(await certifier.run(phase.number)).map((what) => ({ phase: phase.number, what })));
      progress.clear();
      await keep(state, current, phase.number);
      if (!options.json) await tellPhase(phase, current, around);
    }
  } catch (error) {
    if (!around.stop.aborted) throw error;
    say(`Stopped; what was found so far is kept. Go on with: ${GO_ON}`);
    return stoppedBy(around.stop);
  } finally {
    person?.close();
  }
  if (around.stop.aborted) return stoppedBy(around.stop);
  return end(options, around, { state, redact }, current, left);
}

/** All that is open, in order; clearing away only when nothing else is left, or when it is asked for by name. */
function isDue(
  { number }: Phase,
  { phase }: CertifyOptions,
  { done }: Session,
  left: readonly Left[],
): boolean {
  if (phase !== null) return number === phase;
  if (done.includes(number)) return false;
  return number !== CLEARING || (left.length === 0 && done.length === phases.length - 1);
}

function refuseUnfit(options: CertifyOptions, config: Config): void {
  const { establishment, sandbox, liveShop, yes, input } = options;
  const refuse = (code: ExitCode, message: string, hint: string): never => {
    throw new AppError(code === ExitCode.usage ? 'USAGE' : 'CONFIG', code, message, hint);
  };
  if (!config.enabled || config.dryRun) {
    const what = config.enabled ? 'DRY_RUN=true' : 'ENABLE_CONNECTOR=false';
    refuse(
      ExitCode.config,
      `${what} says that nothing is to be written, and certify writes orders.`,
      'Run it without that.',
    );
  }
  const shop = config.locations.find(({ revel }) => revel.establishmentId === establishment);
  if (shop !== undefined && !sandbox && !liveShop) {
    refuse(
      ExitCode.usage,
      `Establishment ${establishment} is a shop of the locations file ("${shop.name}"): the orders of certify would stand among its sales.`,
      'Give a test establishment (Revel sets one up), or add --live-shop outside of its hours.',
    );
  }
  if (!yes && input.isTTY !== true) {
    refuse(
      ExitCode.usage,
      'Nobody can be asked here, so that nothing was written.',
      'Add --yes for the parts that need no hands; the others go on at a terminal with --continue.',
    );
  }
}

/** What was made on it may be taken away at any time. */
function refuseRedirected(
  { establishment, phase }: CertifyOptions,
  { testEstablishmentId }: Config,
  session: Session | null,
): void {
  const where = session?.establishmentId ?? establishment;
  if (where === null || where !== testEstablishmentId || phase === CLEARING) return;
  throw new AppError(
    'CONFIG',
    ExitCode.config,
    `Establishment ${where} is TEST_ESTABLISHMENT_ID, so that runs send their orders there.`,
    'Certify on another establishment, or with TEST_ESTABLISHMENT_ID empty while no run is started.',
  );
}

/** The session to go on with; null: a new one. One that is not to be lost is never written over. */
async function sessionFor(
  { establishment, resume, phase }: CertifyOptions,
  account: string,
  found: Session | 'unknown' | null,
  place: string,
): Promise<Session | null> {
  const usage = (message: string, hint: string) => new AppError('USAGE', ExitCode.usage, message, hint);
  if (found === 'unknown') {
    throw usage(
      `There is a session that this version does not understand, in ${place}: what it has made may still stand.`,
      'End it with the version that began it (ts-reconcile certify --phase 6), or move that away.',
    );
  }
  if (found !== null && found.account !== account && found.endedAt === null) {
    throw usage(
      `A session on another account, ${found.account}, is under way: what it has made stands there.`,
      `End it with the settings of that account (ts-reconcile certify --phase 6), or move ${place} away.`,
    );
  }
  const open = found !== null && found.endedAt === null ? found : null;
  if (open !== null && (resume || phase !== null) && ![null, open.establishmentId].includes(establishment)) {
    throw usage(
      `The session under way is on establishment ${open.establishmentId}, not on ${establishment}.`,
      'Leave out --establishment to go on with it.',
    );
  }
  if (resume || (phase !== null && phase > 1)) {
    if (open === null) {
      throw usage(
        'There is no session to go on with.',
        'Begin one with: ts-reconcile certify --establishment <id>',
      );
    }
    if (phase === 3 && !open.done.includes(2)) {
      throw usage('Phase 3 needs phase 2 first.', 'Run: ts-reconcile certify --phase 2');
    }
    return open;
  }
  if (open !== null && phase === null) {
    throw usage(
      `A session on establishment ${open.establishmentId} is under way since ${localDate(open.startedAt, open.setup.timezone)}.`,
      'Go on with: ts-reconcile certify --continue; or take away what it has made with: ts-reconcile certify --phase 6',
    );
  }
  if (open !== null) return open;
  if (establishment === null) {
    throw usage('It is not said where to try it.', 'Add --establishment <id>, of a test establishment.');
  }
  return null;
}

/** What a phase has found takes the place of what was known of its questions, and nothing else. */
async function keep(state: StateStore, session: Session, phase: number): Promise<void> {
  const now = systemClock.now();
  const own = conclude(session, now);
  const isComplete = phases.every(({ number }) => session.done.includes(number));
  // Those of phases before as well: they may have been cut off before it came to this.
  const asked = phases
    .filter(({ number }) => number === phase || session.done.includes(number))
    .flatMap(({ finds }) => finds);
  await state.account.change(session.account, (known): Account => {
    const kept = Object.entries(known?.findings ?? {}).filter(([name]) => !asked.some((one) => one === name));
    const fresh = Object.entries(own).filter(([name]) => asked.some((one) => one === name));
    return {
      format: ACCOUNT_FORMAT,
      account: session.account,
      establishmentId: session.establishmentId,
      version: isComplete || known === null ? version() : known.version,
      certifiedAt: isComplete ? new Date(now).toISOString() : (known?.certifiedAt ?? null),
      findings: Object.fromEntries([...kept, ...fresh]) as Account['findings'],
    };
  });
  // Last: a session that has ended is not come back to.
  if (phase === CLEARING && session.done.includes(CLEARING)) session.endedAt = now;
  await saveSession(state.documents, session);
}

async function tellPhase({ finds }: Phase, session: Session, around: Surroundings): Promise<void> {
  const { width } = styleOf(around);
  const findings = conclude(session, systemClock.now());
  const lines = finds.flatMap((name) => {
    const finding = findings[name];
    return finding === undefined ? [] : findingLines(name, finding, width);
  });
  if (lines.length > 0) await writeAll(around.stdout, `${lines.join('\n')}\n`);
}

async function end(
  { json }: CertifyOptions,
  around: Surroundings,
  { state, redact }: Pick<Opened, 'state' | 'redact'>,
  session: Session,
  left: readonly Left[],
): Promise<ExitCode> {
  const findings = conclude(session, systemClock.now());
  const advice = adviceOfFindings(findings, session);
  const open = phases.map(({ number }) => number).filter((number) => !session.done.includes(number));
  const isGood = open.length === 0 && findings.books?.value === 'confirmed';
  const remaining = (session.told.remaining ?? '').split(', ').filter((id) => id !== '');
  if (json) {
    await writeJson(around.stdout, {
      certified: isGood,
      account: session.account,
      establishment: session.establishmentId,
      session: session.id,
      version: session.version,
      phases_open: open,
      left,
      findings,
      unknown: findingNames.filter((name) => findings[name] === undefined),
      advice,
      locations: advisedKeys(advice),
      orders_for_staff: remaining,
      observed: session.raw,
      answers: session.told,
    });
    return isGood ? ExitCode.ok : ExitCode.eventFailed;
  }
  const { width } = styleOf(around);
  const lines = [
    '',
    ...adviceLines(advice, findings, width),
    '',
    ...unknownLines(findings, width),
    ...(remaining.length === 0
      ? []
      : ['', ...wrap(`For staff to void: orders ${remaining.join(', ')}.`, '', width)]),
    '',
    ...left.flatMap(({ phase, what }) => wrap(`Left of phase ${phase}: ${what}.`, '', width)),
    ...wrap(endLine(session, open, isGood, state.documents.place('account')), '', width),
  ];
  const text = lines.filter((line, index) => line !== '' || lines[index - 1] !== '').join('\n');
  await writeAll(around.stdout, redact(`${text}\n`));
  return isGood ? ExitCode.ok : ExitCode.eventFailed;
}

function endLine({ version: by, endedAt }: Session, open: readonly number[], isGood: boolean, place: string) {
  const not = `phase ${open.join(', ')}`;
  if (open.length > 0 && endedAt !== null)
    return `Ended without ${not}, so that nothing is certified; what was found is kept in ${place}. Begin anew with: ts-reconcile certify --establishment <id>`;
  if (open.length > 0) return `Not done: ${not}. Go on, also days later, with: ${GO_ON}`;
  return isGood
    ? `Certified with version ${by}; kept in ${place}.`
    : `Asked to the end with version ${by}, but no books are confirmed, so that nothing is certified; kept in ${place}.`;
}
