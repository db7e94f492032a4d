import { type DecisionKind, takesAway } from '../domain/decision.js';
import type { EventId } from '../domain/ids.js';
import { wrap } from '../text/width.js';
import { meanings } from './meanings.js';

/** What a person can do about an event as it was found. */
export interface Ways {
  /** What can be carried out. */
  open: DecisionKind[];
  /** What would be refused; `why` is a sentence. */
  refused: { kind: DecisionKind; why: string }[];
  /** Nobody has found out whether the account keeps to deleted marks. */
  marksUnknown: boolean;
  /** The order is one that only people may change. */
  ofPeople: boolean;
}

/** Why nothing is written to an order that is `TOUCHED`. */
export const OF_PEOPLE =
  'An order that a POS has opened is changed or voided on the POS alone; one that somebody else has changed, in Revel.';

const UNCERTIFIED =
  'refused until it is known that this account keeps deleted marks: try it with ts-reconcile certify; whoever knows adds --uncertified';

/** The calls with which it can be settled, each whole, so that it can be copied, with what it does below it. */
export function waysText(
  { event, sandbox }: { event: EventId; sandbox: boolean },
  ways: Ways,
  width: number,
): string {
  const call = (what: string) => `  ts-reconcile resolve ${event} ${what}${sandbox ? ' --sandbox' : ''}`;
  const settled = 'Once it is settled as the sentence says, the next run finds it right.';
  return [
    ...wrap(ways.open.length > 0 ? `${settled} Or from here:` : settled, '', width),
    ...ways.open.flatMap((kind) => [
      call(`--${kind}${kind === 'keep' ? ' <order>' : ''}`),
      ...wrap(meanings[kind], '      ', width),
      ...(ways.marksUnknown && takesAway(kind) ? wrap(UNCERTIFIED, '      ', width) : []),
    ]),
    ...whyNotLines(ways, width),
    ...wrap('To leave it as it is, so that it is not reported until it changes:', '', width),
    call('--accept "<why>" [--until <date>]'),
  ].join('\n');
}

/** What cannot be done, and why; empty: there is nothing of the kind. */
export function whyNotLines({ refused, ofPeople }: Ways, width: number): string[] {
  return [
    ...(ofPeople ? wrap(OF_PEOPLE, '', width) : []),
    ...refused.flatMap(({ kind, why }) => wrap(`--${kind} would be refused: ${why}`, '', width)),
  ];
}
