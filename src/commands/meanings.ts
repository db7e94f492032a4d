import type { DecisionKind } from '../domain/decision.js';

/** What each decision does, for the help and for whoever chooses. */
export const meanings: Readonly<Record<DecisionKind, string>> = {
  payment: 'add what has been paid since; the order stays as it is',
  replace: 'make a new order as the event is now; the old one goes',
  recreate: 'make the order again that staff has taken away',
  keep: 'of several orders this one counts; the others go',
  void: 'take the order away: the event does not want it',
};
