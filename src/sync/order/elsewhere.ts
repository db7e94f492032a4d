import { leftElsewhere } from '../../domain/verdicts.js';
import type { Step } from './knowledge.js';
import { contentsReads, halt, isElsewhere, isTheirs, leased, look, type Situation } from './situation.js';

/** An unfinished order where the event is no more is left to people if staff has worked on it or money hangs on it. */
export function leaveElsewhereToPeople({ k, subject }: Situation): Step | null {
  if (!subject || !isElsewhere(k, subject)) return null;
  const { id, order, items, payments } = subject;
  if (!items || !payments) return look('none', ...contentsReads(id));
  const isOurs = !isTheirs(k, order) && payments.value.every(({ deleted }) => deleted);
  // Named in the sentence alone: what a person can decide of an ORPHANED order is about one that staff can see.
  return isOurs ? null : halt('ORPHANED', null, leftElsewhere(k.wanted, order, k.locations));
}

/** Nothing is shown before the unfinished order is gone where the event is no more. */
export function dropElsewhere({ k, now, subject }: Situation): Step | null {
  if (!subject || !isElsewhere(k, subject)) return null;
  return leased(k, now, subject.id, { kind: 'drop', id: subject.id, winner: null });
}
