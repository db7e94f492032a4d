import type { Check } from '../report/checks.js';
import { spanText } from '../text/time.js';
import { type DoctorContext, failed, ok, skipped, warning } from './types.js';

const NAME = 'Clock';
const NOTABLE_MS = 30_000;
/** Webhook signatures are good for five minutes; this leaves room for their way. */
const BAD_MS = 120_000;
const HINT = "Let this machine's clock be set by NTP: windows, dates and webhook signatures depend on it.";

/** This machine's clock against the Date headers that came so far. */
export function checkClock({ facts: { skews } }: DoctorContext): Check {
  const [first] = skews;
  if (!first) return skipped(NAME, 'no server told its time');
  const worst = skews.reduce((most, skew) => (Math.abs(skew.ms) > Math.abs(most.ms) ? skew : most), first);
  const off = Math.abs(worst.ms);
  const names = skews.map(({ server }) => server).join(' and ');
  if (off < NOTABLE_MS)
    return ok(NAME, `agrees with ${names}${off < 1_000 ? '' : ` within ${spanText(off)}`}`);
  const message = `this machine is ${spanText(off)} ${worst.ms > 0 ? 'behind' : 'ahead of'} ${worst.server}`;
  return off < BAD_MS ? warning(NAME, message, HINT) : failed(NAME, message, HINT);
}

/** What hosts that work on one account must have in common. */
export function checkTiming({ config, durations }: DoctorContext): Check {
  const { settleMs, inFlightMs, maxRunSeconds } = config;
  const set = `SETTLE_SECONDS ${settleMs / 1_000}, IN_FLIGHT_SECONDS ${inFlightMs / 1_000}, MAX_RUN_SECONDS ${maxRunSeconds}`;
  return ok('Timing', `${set}: the same on each host of the account`, [...durations]);
}
