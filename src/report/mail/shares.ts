import type { MailedFailure } from '../../state/types.js';
import type { EventResult } from '../schema.js';
import type { Digest, DigestToSend } from './digest.js';
import { isOfDishes } from './dishes.js';

/** Who gets a part of what is told: the people of one shop, or the office. */
export interface Reader {
  to: readonly string[];
  /** Name of the shop; null: the office. */
  shop: string | null;
}

/** A part of a digest, and who gets it. */
export interface Share extends Reader {
  due: DigestToSend;
}

/** Addresses by the names of their locations; one without addresses has none of its own. */
type Kitchens = ReadonlyMap<string, readonly string[]>;

/** The name of the shop whose people are told; null: the office is. */
function readerOf(of: EventResult | MailedFailure, kitchens: Kitchens): string | null {
  const { location } = of;
  const known = location !== null && (kitchens.get(location)?.length ?? 0) > 0;
  const told = 'subject' in of ? (of.dishes ?? isOfDishes(of)) : isOfDishes(of);
  return known && told ? location : null;
}

function readers(office: readonly string[], kitchens: Kitchens): Reader[] {
  const shops = [...kitchens].map(([shop, to]): Reader => ({ to, shop }));
  return [{ to: office, shop: null }, ...shops].filter(({ to }) => to.length > 0);
}

/**
 * Divides a digest: each kitchen gets what was made for its days, and what is wrong with its dishes and orders; all the
 * rest, configuration, money and runs, goes to the office. Nothing goes to both, and nothing is left out.
 *
 * @param office addresses of EMAIL_TO
 */
export function sharesOf(due: DigestToSend, office: readonly string[], kitchens: Kitchens): Share[] {
  return readers(office, kitchens)
    .map((reader) => {
      const isTheirs = (of: EventResult | MailedFailure) => readerOf(of, kitchens) === reader.shop;
      return { ...reader, due: partOf(due, isTheirs, reader.shop === null) };
    })
    .filter(({ due: part }) => tellsSomething(part));
}

/** Divides what would fail in the coming days in the same way. */
export function previewShares(
  failing: readonly EventResult[],
  office: readonly string[],
  kitchens: Kitchens,
): (Reader & { failing: EventResult[] })[] {
  return readers(office, kitchens)
    .map((reader) => ({
      ...reader,
      failing: failing.filter((event) => readerOf(event, kitchens) === reader.shop),
    }))
    .filter((share) => share.failing.length > 0);
}

function partOf(
  { digest, mailed, forget }: DigestToSend,
  isTheirs: (of: EventResult | MailedFailure) => boolean,
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
      untold: digest.untold.filter(isTheirs),
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
  const { changes, failures, untold, resolved, outOfSight } = digest;
  return (
    changes.length + failures.length + untold.length + resolved.length + outOfSight.length + mailed.length > 0
  );
}
