import { isCovered } from '../domain/acceptance.js';
import { withRivals } from '../domain/rivals.js';
import { localDate } from '../domain/zones.js';
import type { RunContext } from './context.js';
import type { EventResult } from './types.js';

/** What a failure is known by again in whatever run it comes up, with what is known of several orders. */
export function sentenceOf({ own, error, orders }: EventResult): string {
  return withRivals(own ?? error ?? '', orders);
}

/** The result, or that a person has seen just this failure and leaves it as it is. */
export function withAcceptance(ctx: RunContext, result: EventResult): EventResult {
  if (result.status !== 'failed') return result;
  const seen = ctx.accepted?.find(({ event }) => event === result.id);
  if (!seen) return result;
  const zone = ctx.settings.locations.find(({ name }) => name === result.location)?.timezone ?? 'UTC';
  const { reason, differences } = result;
  const sentence = sentenceOf(result);
  if (!isCovered(seen, { reason, differences, sentence }, localDate(ctx.clock.now(), zone))) return result;
  const until = seen.until === null ? '' : ` until ${seen.until}`;
  const error = `${reason}, accepted${until} by ${seen.by} on ${localDate(seen.at, zone)}: ${seen.why}`;
  return { ...result, status: 'skipped', reason: 'ACCEPTED', error };
}
