import { createHash } from 'node:crypto';
import { untoldTexts } from '../../domain/differences.js';
import { isConclusive } from '../../domain/reasons.js';
import type { MailedFailure } from '../../state/types.js';
import { HOST_SKEW_MS } from '../../text/time.js';
import type { EventResult, RunError, RunReport } from '../schema.js';
import { isOfDishes } from './dishes.js';

/** A standing failure is mailed again after this long: a day less some slack, so that it stays at its time of day. */
const REMIND_MS = 23.5 * 3_600_000;
/** A failure that no run has seen for this long is mentioned a last time. */
const OUT_OF_SIGHT_MS = 72 * 3_600_000;

/** Subject, in the mail memory, of a failure of a run as a whole. */
const RUN = 'run';
/** From the beginning of its day in UTC; by then nobody cooks for it any more. */
const EATEN_MS = 2 * 24 * 3_600_000;
/** How subjects begin of texts that a kitchen was told of; their reason is a hash of the texts. */
const TEXTS = 'texts ';

type Failed = Extract<EventResult, { status: 'failed' }>;

/** A failure as a mail tells it. `since`: when it was first mailed, epoch milliseconds; null: it is new. */
export interface FailureNews {
  event: Failed;
  since: number | null;
}

/** What one mail tells. */
export interface Digest {
  /** Injected and repaired events. */
  changes: EventResult[];
  /** Failures to be told in full: new ones, and standing ones once a day. */
  failures: FailureNews[];
  /**
   * Events whose order a POS has opened, and of which it does not get the texts (an allergy that was entered since): nothing
   * else tells the kitchen. Each state of the texts is told once.
   */
  untold: EventResult[];
  /** Failures that were mailed within the last day and still stand. */
  known: FailureNews[];
  /** Failures of an earlier mail that are over. */
  resolved: MailedFailure[];
  /** Failures of an earlier mail that sweeps have not come across for days, since the events are too old. */
  outOfSight: MailedFailure[];
  /** Why the run as a whole did not do its work; `since` as above. */
  error: (RunError & { since: number | null }) | null;
  /** Events that {@link error} kept from being done. */
  held: Failed[];
}

/** A digest with what the mail memory is to be told once it was sent. */
export interface DigestToSend {
  digest: Digest;
  mailed: MailedFailure[];
  forget: MailedFailure[];
}

/** What {@link digestOf} decides by. */
export interface DigestInput {
  report: RunReport;
  /** EMAIL_ON. */
  on: readonly ('changes' | 'failures' | 'preview')[];
  memory: readonly MailedFailure[];
  /** Epoch milliseconds. */
  now: number;
  /** Somebody ended the run by a signal: that alone is no news. */
  interrupted: boolean;
  /** A sweep that covered every location and its whole window. */
  wholeSweep: boolean;
}

/** What there is to mail about a run; null: nothing. Pure; nothing about dry runs and overlapping sweeps. */
export function digestOf(given: DigestInput): DigestToSend | null {
  const { report, on, now } = given;
  const input = { ...given, memory: given.memory.map((entry) => believable(entry, now)) };
  if (report.dry_run || report.error?.code === 'LOCKED') return null;
  const changes = on.includes('changes') ? report.events.filter(isChange) : [];
  if (!on.includes('failures')) {
    if (changes.length === 0) return null;
    return { digest: { ...nothing(), changes }, mailed: [], forget: [] };
  }
  const found = failuresOf(input);
  const over = overOf(input);
  const texts = textsOf(input);
  const told =
    found.digest.failures.length + texts.untold.length + over.resolved.length + over.outOfSight.length;
  if (changes.length + told === 0 && !found.errorIsDue) return null;
  return {
    digest: {
      ...found.digest,
      changes,
      untold: texts.untold,
      resolved: over.resolved,
      outOfSight: over.outOfSight,
    },
    mailed: [...found.mailed, ...texts.mailed],
    forget: [...over.resolved, ...over.outOfSight, ...over.replaced, ...texts.forget],
  };
}

/**
 * An entry from a clock that ran ahead would keep its failure out of the mails until the time it tells. When it was
 * mailed nobody knows, so it counts as long ago: one mail too many is better than none.
 */
function believable(entry: MailedFailure, now: number): MailedFailure {
  const mailedAt = entry.mailedAt > now + HOST_SKEW_MS ? now - OUT_OF_SIGHT_MS : entry.mailedAt;
  return { ...entry, mailedAt, since: Math.min(entry.since, now) };
}

function nothing(): Digest {
  return {
    changes: [],
    failures: [],
    untold: [],
    known: [],
    resolved: [],
    outOfSight: [],
    error: null,
    held: [],
  };
}

function isChange(event: EventResult): boolean {
  return event.status === 'injected' || event.status === 'repaired';
}

function isFailed(event: EventResult): event is Failed {
  return event.status === 'failed';
}

/** The event is not itself at fault: the run's error is told instead, once for all of them. */
function isHeld(event: Failed, error: RunError | null): boolean {
  if (event.reason === 'ABORTED') return true;
  switch (error?.code) {
    case 'CREATE_LIMIT':
      return event.reason === 'CREATE_LIMIT';
    case 'UNAVAILABLE':
    case 'CREDENTIALS':
      return event.reason === 'SOURCE_ERROR' || event.reason === 'REVEL_ERROR';
    default:
      return false;
  }
}

function failuresOf(input: DigestInput): { digest: Digest; mailed: MailedFailure[]; errorIsDue: boolean } {
  const { report, memory, now } = input;
  const before = new Map(memory.map((entry) => [`${entry.subject} ${entry.reason}`, entry]));
  const isDue = (entry: MailedFailure | undefined) => !entry || now - entry.mailedAt >= REMIND_MS;
  const digest = nothing();
  const mailed: MailedFailure[] = [];

  for (const event of report.events.filter(isFailed)) {
    if (isHeld(event, report.error)) {
      digest.held.push(event);
      continue;
    }
    const entry = before.get(`${event.id} ${event.reason}`);
    const news = { event, since: entry?.since ?? null };
    if (!isDue(entry)) {
      digest.known.push(news);
      continue;
    }
    digest.failures.push(news);
    const { reason, name, date, location } = event;
    mailed.push({
      subject: event.id,
      reason,
      since: entry?.since ?? now,
      mailedAt: now,
      name,
      date,
      location,
      dishes: isOfDishes(event),
    });
  }

  const { error } = report;
  if (error === null) return { digest, mailed, errorIsDue: false };
  const entry = before.get(`${RUN} ${error.code}`);
  digest.error = { ...error, since: entry?.since ?? null };
  if (input.interrupted || !isDue(entry)) return { digest, mailed, errorIsDue: false };
  const since = entry?.since ?? now;
  const unnamed = { name: null, date: null, location: null };
  mailed.push({ subject: RUN, reason: error.code, since, mailedAt: now, ...unnamed });
  return { digest, mailed, errorIsDue: true };
}

/** What the kitchen is to be told, and what of earlier mails is of no use any more. */
function textsOf({ report, memory, now }: DigestInput): {
  untold: EventResult[];
  mailed: MailedFailure[];
  forget: MailedFailure[];
} {
  const before = memory.filter(({ subject }) => subject.startsWith(TEXTS));
  const untold: EventResult[] = [];
  const mailed: MailedFailure[] = [];
  const changed = new Set<string>();
  for (const event of report.events) {
    const texts = untoldTexts(event.differences);
    const isEaten = event.date === null || now - Date.parse(event.date) >= EATEN_MS;
    if (event.reason !== 'IN_SERVICE' || texts.length === 0 || isEaten) continue;
    const subject = `${TEXTS}${event.id}`;
    const told = texts.map((text) => [text.name, text.event]);
    const reason = createHash('sha256').update(JSON.stringify(told)).digest('hex').slice(0, 16);
    if (before.some((entry) => entry.subject === subject && entry.reason === reason)) continue;
    const { name, date, location } = event;
    untold.push(event);
    mailed.push({ subject, reason, since: now, mailedAt: now, name, date, location, dishes: true });
    changed.add(subject);
  }
  const isOver = ({ subject, mailedAt }: MailedFailure) =>
    changed.has(subject) || now - mailedAt >= OUT_OF_SIGHT_MS;
  return { untold, mailed, forget: before.filter(isOver) };
}

interface Over {
  resolved: MailedFailure[];
  outOfSight: MailedFailure[];
  /** The event fails for another reason now, which is told as a new failure. */
  replaced: MailedFailure[];
}

function overOf({ report, memory, now, wholeSweep }: DigestInput): Over {
  const events = new Map(report.events.map((event) => [event.id, event]));
  const over: Over = { resolved: [], outOfSight: [], replaced: [] };
  for (const entry of memory) {
    if (entry.subject.startsWith(TEXTS)) continue;
    if (entry.subject === RUN) {
      if (report.error === null && showsRecovery(report, entry.reason)) over.resolved.push(entry);
      continue;
    }
    const event = events.get(entry.subject);
    if (event === undefined) {
      if (wholeSweep && now - entry.mailedAt >= OUT_OF_SIGHT_MS) over.outOfSight.push(entry);
    } else if (isFailed(event)) {
      if (event.reason !== entry.reason && !isHeld(event, report.error)) over.replaced.push(entry);
    } else if (isConclusive(event.reason)) over.resolved.push(entry);
  }
  return over;
}

/** A run for single events proves that both services answer, and nothing about sweeps. */
function showsRecovery(report: RunReport, code: string): boolean {
  return report.mode === 'bulk' || code === 'UNAVAILABLE' || code === 'CREDENTIALS';
}
