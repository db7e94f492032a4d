import { isAcceptable } from '../domain/acceptance.js';
import { type DecisionKind, settles } from '../domain/decision.js';
import type { EventId } from '../domain/ids.js';
import { failReasons } from '../domain/reasons.js';
import type { EventResult } from '../sync/types.js';
import { OF_PEOPLE } from './resolve-ways.js';

/** What a person may ask `resolve` to do. */
export type ActionKind = DecisionKind | 'accept';

/**
 * Why what a person asks for changes nothing about an event as it was found, and what to do next.
 *
 * @param result what a look has found; undefined: nobody could look
 */
export function whyRefused(kind: ActionKind, event: EventId, result: EventResult | undefined): string {
  const nothing = kind === 'accept' ? 'Nothing was accepted' : 'Nothing was written';
  if (!result)
    return `${nothing}: nobody could look at event ${event}. Once the cause is gone, run it again.`;
  return `${nothing}: ${whyOf(kind, event, result)}`;
}

function whyOf(kind: ActionKind, event: EventId, result: EventResult): string {
  switch (result.status) {
    case 'injected':
    case 'repaired': {
      const does = result.status === 'injected' ? 'makes' : 'completes';
      return `the next run ${does} the order of event ${event} by itself, so that there is nothing to settle. At once: ts-reconcile sync --event-id ${event}`;
    }
    case 'skipped':
      return whyRight(kind, event, result);
    case 'failed': {
      if (!isAcceptable(result.reason)) {
        return `event ${event} fails as ${result.reason}, which passes, or nobody could look, so that there is nothing to settle. Once the cause is gone, run it again.`;
      }
      const reasons = failReasons.filter((reason) => kind !== 'accept' && settles(kind, reason));
      const isFor = `--${kind} is for ${reasons.join(' and ')}`;
      const why =
        kind !== 'accept' && settles(kind, result.reason)
          ? `no order of event ${event} is known that --${kind} could be about.`
          : `event ${event} fails as ${result.reason}, and ${isFor}.${result.reason === 'TOUCHED' ? ` ${OF_PEOPLE}` : ''}`;
      return `${why} To see what can be done about it: ts-reconcile resolve ${event}`;
    }
  }
}

/** Of an event that is no failure. */
function whyRight(
  kind: ActionKind,
  event: EventId,
  { reason, orderId, error }: Extract<EventResult, { status: 'skipped' }>,
): string {
  const order = orderId === null ? 'its order' : `order ${orderId}`;
  if (reason === 'IN_SERVICE') {
    return `it is no failure. Staff works with ${order} of event ${event}, or has. What is to be changed is changed on the POS.`;
  }
  if (reason !== 'ALREADY_INJECTED') {
    const why = error === null ? '' : ` ${error}`;
    return `it is no failure. Event ${event} is left alone as ${reason}.${why}`;
  }
  switch (kind) {
    case 'payment':
      return `it is no failure. All that has been paid according to event ${event} stands on ${order}. If more has been paid, record it in Tripleseat first.`;
    case 'void':
      return `it is no failure. Event ${event} wants ${order}. If it does not take place, cancel it in Tripleseat first.`;
    case 'keep':
      return `it is no failure. There is only ${order} that counts for event ${event}.`;
    case 'recreate':
      return `it is no failure. Staff has not taken ${order} of event ${event} away.`;
    case 'replace':
    case 'accept':
      return `it is no failure. ${order.charAt(0).toUpperCase()}${order.slice(1)} is as event ${event} is.`;
  }
}
