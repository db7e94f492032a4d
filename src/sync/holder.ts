import { runTag } from '../report/messages.js';
import { noShops, shopTime } from '../report/shops.js';
import { holderOf } from '../state/under-way.js';
import { clean } from '../text/text.js';
import type { RunContext } from './context.js';

const triggers = ['manual', 'cron', 'webhook'] as const;

/** Who holds a lock that was refused, as the begin of a sentence: which run, since when, on which host. */
export async function whoHolds(ctx: RunContext, what: Parameters<typeof holderOf>[1]): Promise<string> {
  const said = what.kind === 'sweep' ? 'Another sweep is running' : 'Another run is working on this event';
  const holder = await holderOf(ctx.state.journal, what, ctx.request.correlationId).catch(() => null);
  if (holder === null) return said;
  const { trigger, run, at, host, zone = noShops.zone } = holder;
  const where = host === undefined ? '' : ` on ${clean(host, 100)}`;
  const tag = runTag(triggers.find((each) => each === trigger) ?? 'manual', clean(run, 64));
  return `${said} (${tag}, since ${shopTime(Date.parse(at), zone)}${where})`;
}
