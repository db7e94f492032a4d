import type { FailReason, SkipReason } from '../domain/reasons.js';

/** Ends the work on one event; caught where its result is made. */
export class Halt extends Error {
  readonly outcome: { kind: 'failed'; reason: FailReason } | { kind: 'skipped'; reason: SkipReason };
  readonly upstream: boolean;

  constructor(outcome: Halt['outcome'], message: string, upstream = false) {
    super(message);
    this.outcome = outcome;
    this.upstream = upstream;
  }
}

/** The order is no longer this run's to fill: look again and start over. */
export class Lost extends Error {}
