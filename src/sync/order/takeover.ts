import type { OrderId } from '../../domain/ids.js';
import { claimIn, revisionIn } from '../../domain/notes.js';
import { isVisible } from '../../domain/order.js';
import type { Step } from './knowledge.js';
import {
  halt,
  isDatedBefore,
  leased,
  look,
  lookFrom,
  MAX_REWRITES,
  notByItsId,
  notKept,
  oursFrom,
  rowsAsOf,
  type Situation,
  wait,
  wholeReads,
} from './situation.js';

/*
 * Taking over what somebody else has begun: an unfinished order, or one that staff can see and that a person has decided
 * about while the run of another person may be at work on it.
 */

/** After it was taken over and lost so often, another living run wants the order as well. */
const MAX_HOLDS = 3;

/** What Revel does not keep where our claims, or marks that we hold an order, come to nothing again and again. */
const MARK = 'the mark in the notes';

/**
 * What is somebody else's is read before it is touched: the header by its id, since lists may lag, and what hangs on
 * it, since staff may have had a hand in that.
 */
export function readOther({ k, subject }: Situation): Step | null {
  if (!subject || subject.ours) return null;
  const { id, header } = subject;
  const isOld = header === null || header.asOf < rowsAsOf(k);
  const reads = wholeReads(id).filter(({ of }) => (of === 'header' ? isOld : !subject[of]));
  if (reads.length > 0) return look('none', ...reads);
  return header?.value === null ? notByItsId(id) : null;
}

/** While an order of another run changes, somebody is at work on it. A run of our own lock is dead: we hold it. */
export function watchOtherRun({ k, now, subject }: Situation): Step | null {
  if (!subject || subject.ours || oursFrom(k, now, subject) !== null) return null;
  const { id, watch, order } = subject;
  const isDead =
    claimIn(order.notes)?.reach === k.claim.reach || isDatedBefore(k, order, now, now - k.timing.idle);
  if (isDead) return null;
  const whole = look('none', ...wholeReads(id));
  if (!watch) return whole;
  if (now > watch.beganAt + k.timing.patience) {
    return leave(id);
  }
  if (watch.seenAt >= watch.changedAt + watch.quiet) return null;
  const again = Math.max(watch.seenAt + k.timing.poll, now);
  // A visible one is finished, and here because a person has decided about it.
  const why = isVisible(order)
    ? `Waiting until order ${id} has been quiet for a moment.`
    : `Another run is at work on order ${id}: waiting until it is finished or quiet.`;
  return again > now ? wait(again, why) : whole;
}

/** Somebody else is to finish it. */
function leave(id: OrderId): Step {
  return halt(
    'CLAIMED_ELSEWHERE',
    id,
    `Another run is at work on order ${id}; the next sweep checks that it was finished.`,
  );
}

/** Once it is quiet, our claim goes into its notes, the one place that all runs look at. Not every Revel may keep them. */
export function claim({ k, now, subject }: Situation): Step | null {
  if (!subject || subject.ours || oursFrom(k, now, subject) !== null) return null;
  if (subject.tries.hold >= MAX_HOLDS) return leave(subject.id);
  if (subject.tries.claim >= MAX_REWRITES) return notKept(subject, MARK);
  const revision = revisionIn(subject.order.notes) ?? k.wanted.revision;
  return leased(k, now, subject.id, { kind: 'claim', id: subject.id, revision }, k.timing.claimLease);
}

/**
 * Whoever was at work before can write on what it saw before our claim, and such a write takes its time. Staff may
 * have come to the order meanwhile, which a line shows that they have added.
 */
export function waitOutOtherRun({ k, now, subject }: Situation): Step | null {
  if (!subject || subject.ours) return null;
  const from = oursFrom(k, now, subject);
  if (from === null || subject.asOf >= from) return null;
  const { id, order } = subject;
  const step = lookFrom(k, now, from, k.sweep ? 'short' : 'none', ...wholeReads(id));
  if (step.do !== 'wait') return step;
  const why = isVisible(order)
    ? `Waiting until no other run can be at work on order ${id}, so that nothing is paid twice.`
    : `Order ${id} was left unfinished by another run: waiting until no request of it can be under way.`;
  return wait(step.until, why);
}

/**
 * It is ours: our mark says so, dated now, before anything else is written to it. The event may have been edited while
 * the other run was waited out: what staff get to see is as it is by now.
 */
export function hold({ k, now, subject }: Situation): Step | null {
  if (!subject || subject.ours) return null;
  if (subject.tries.hold >= MAX_REWRITES) return notKept(subject, MARK);
  if (!k.refreshed && now > k.begunAt + k.timing.lease) return { do: 'refresh' };
  const revision = revisionIn(subject.order.notes) ?? k.wanted.revision;
  return leased(k, now, subject.id, { kind: 'hold', id: subject.id, revision });
}
