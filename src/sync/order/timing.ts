import { spanText } from '../../text/time.js';

/**
 * Every duration of the protocol, in milliseconds, derived from the four that an operator can set. Hosts that work
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
  /** A header whose last change is dated so long ago may be claimed without being watched: politeness, no proof. */
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

/** What an operator can set, each in milliseconds. `maxRunMs`: after so long every run has ended by itself. */
interface TimingSettings {
  settleMs: number;
  inFlightMs: number;
  maxRunMs: number;
  /** Requests a second. */
  revelRps: number;
}

/** The durations that follow from the settings. */
export function timingOf({ settleMs, inFlightMs: inFlight, maxRunMs, revelRps }: TimingSettings): Timing {
  // What was seen must outlast the wait for the next request's turn, or no write could ever go out at a low rate.
  const settle = Math.max(settleMs, 1_000 / revelRps);
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

/** How long each of them is and what it is for, a line each: hosts that work on one account must show the same. */
export function timingLines(timing: Timing): string[] {
  const { settle, inFlight, lease, quiet, standOff, patience, idle, longAgo } = timing;
  const lines: readonly [number, string][] = [
    [settle, 'until every look shows what Revel has carried out'],
    [inFlight, 'a request may still be carried out, whatever became of its answer'],
    [lease, 'a look at an order allows writes to it; half as long, claiming one of another run'],
    [quiet, 'another run must be quiet before its order is claimed'],
    [standOff, 'from a claim until nothing of the other run can arrive any more'],
    [patience, 'at most, another run at work on an order is watched'],
    [idle, 'an order that has not changed is claimed without being watched'],
    [longAgo, 'no run that made an order can be alive'],
  ];
  return lines.map(([ms, what]) => `${ms < 60_000 ? `${ms / 1_000} s` : spanText(ms)}: ${what}`);
}
