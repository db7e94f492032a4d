/**
 * Every duration of the protocol, in milliseconds, derived from the three that an operator can set. Hosts that work
 * on one account must agree on these, or one takes for dead what another still does.
 */
export interface Timing {
  /** After so long every look shows what Revel has carried out (SETTLE_SECONDS). */
  settle: number;
  /** So long after it left Revel may still carry a request out, whatever became of its answer (IN_FLIGHT_SECONDS). */
  inFlight: number;
  /** What was seen of an order lets this run write to it for so long. */
  lease: number;
  /** The same for a claim, which is written to an order that another run may finish at any moment. */
  claimLease: number;
  /** A lease that has less than this left is renewed before the next write: it would run out in the queue. */
  renewBefore: number;
  /** An order of another run on which nothing has changed for so long may be claimed. */
  quiet: number;
  /**
   * After a claim has taken effect, so long until nothing that rests on an earlier look can happen any more: the
   * lease on which the other run sends its last write, and the time that write may take.
   */
  standOff: number;
  /** How often an order that somebody else is at work on is looked at. */
  poll: number;
  /** A run that has watched another one for so long leaves the order to it. */
  patience: number;
  /** A header whose last change is dated so long ago is nobody's work, as far as politeness goes. */
  idle: number;
  /** So long after the last change of its header no run that made it can be alive, nor a request of it under way. */
  longAgo: number;
}

/** The clocks of hosts, and of Revel's registers, may be so far apart. */
export const CLOCK_SKEW_MS = 5 * 60_000;
const MINUTE = 60_000;

/**
 * The same for a host whose clock is not Revel's: what a header is dated then says nothing of its age, so that no order
 * counts as old.
 */
export function undated(timing: Timing): Timing {
  return { ...timing, idle: Number.POSITIVE_INFINITY, longAgo: Number.POSITIVE_INFINITY };
}

/** The durations that follow from the settings. `maxRunMs`: after so long every run has ended by itself. */
export function timingOf(settings: { settleMs: number; inFlightMs: number; maxRunMs: number }): Timing {
  const { settleMs: settle, inFlightMs: inFlight, maxRunMs } = settings;
  const lease = Math.max(4 * settle, 2_000);
  const standOff = inFlight + lease;
  return {
    settle,
    inFlight,
    lease,
    claimLease: lease / 2,
    renewBefore: Math.max(settle / 2, 250),
    quiet: Math.max(settle, 10),
    standOff,
    poll: Math.max(settle / 3, 10),
    patience: 3 * (standOff + settle),
    idle: Math.max(MINUTE, 10 * settle) + inFlight,
    longAgo: maxRunMs + inFlight + settle + CLOCK_SKEW_MS,
  };
}
