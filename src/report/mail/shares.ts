import type { MailedFailure } from '../../state/types.js';
import type { Digest, DigestToSend } from './digest.js';

/** A part of a digest, and who gets it. */
export interface Share {
  to: readonly string[];
  due: DigestToSend;
}

/** Failures that those who cook can tell of or do something about: what is on the plate, and whether there is an order. */
const OF_KITCHENS: ReadonlySet<string> = new Set([
  'MISSED',
  'DRIFT',
  'TOUCHED',
  'REMOVED_BY_STAFF',
  'DUPLICATE_ORDERS',
  'ORPHANED',
]);

/**
 * Divides a digest: each kitchen gets what was made for its days, and what is wrong with its orders; all the rest,
 * configuration, money and runs, goes to the office. Nothing goes to both, and nothing is left out.
 *
 * @param office addresses of EMAIL_TO
 * @param kitchens addresses by the names of their locations; one without addresses has none of its own
 */
export function sharesOf(
  due: DigestToSend,
  office: readonly string[],
  kitchens: ReadonlyMap<string, readonly string[]>,
): Share[] {
  const kitchenOf = ({ location, reason }: { location: string | null; reason: string | null }): string => {
    const known = location !== null && (kitchens.get(location)?.length ?? 0) > 0;
    return known && (reason === null || OF_KITCHENS.has(reason)) ? location : OFFICE;
  };
  const ofWhom = [OFFICE, ...kitchens.keys()];
  return ofWhom
    .map((whose) => ({
      to: whose === OFFICE ? office : (kitchens.get(whose) ?? []),
      due: partOf(due, (of) => kitchenOf(of) === whose, whose === OFFICE),
    }))
    .filter(({ to, due: part }) => to.length > 0 && tellsSomething(part));
}

/** No location's name: those are not empty. */
const OFFICE = '';

function partOf(
  { digest, mailed, forget }: DigestToSend,
  isTheirs: (of: { location: string | null; reason: string | null }) => boolean,
  withRun: boolean,
): DigestToSend {
  const past = (list: readonly MailedFailure[]) => list.filter(isTheirs);
  const over = [...digest.resolved, ...digest.outOfSight];
  // One that fails for another reason now is forgotten with the mail that tells so.
  const failing = [...digest.failures, ...digest.known].map(({ event }) => event);
  const isGone = (entry: MailedFailure) =>
    isTheirs(over.includes(entry) ? entry : (failing.find(({ id }) => id === entry.subject) ?? entry));
  const news = (list: Digest['failures']) => list.filter(({ event }) => isTheirs(event));
  return {
    digest: {
      changes: digest.changes.filter(isTheirs),
      failures: news(digest.failures),
      known: news(digest.known),
      resolved: past(digest.resolved),
      outOfSight: past(digest.outOfSight),
      error: withRun ? digest.error : null,
      held: withRun ? digest.held : [],
    },
    mailed: past(mailed),
    forget: forget.filter(isGone),
  };
}

function tellsSomething({ digest, mailed }: DigestToSend): boolean {
  const { changes, failures, resolved, outOfSight } = digest;
  return changes.length + failures.length + resolved.length + outOfSight.length + mailed.length > 0;
}
