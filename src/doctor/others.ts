import { z } from 'zod';
import type { Check } from '../report/checks.js';
import { answered } from '../revel/rows.js';
import { idOf } from '../revel/schema.js';
import { clean, plural } from '../text/text.js';
import type { TripleseatProbeAnswer } from '../tripleseat/probe.js';
import { rowsOf } from './tripleseat.js';
import { type DoctorContext, ok, skipped, warning } from './types.js';

const USER = 'Revel user alone';
const HOOKS = 'Webhook endpoints';
/** Orders of the user that are looked at. */
const LATEST = 200;
/** Orders of this program, and of the one before it. */
const OURS = /^(?:Triple ?Seat[ _]\d+|ts-reconcile certify )/i;

const ordersSchema = z.object({
  objects: z
    .array(
      z.object({
        id: z.union([z.number(), z.string().max(20)]),
        local_id: z.string().max(500).nullish().catch(null),
        created_by: z
          .union([z.string().max(300), z.number()])
          .nullish()
          .catch(null),
      }),
    )
    .max(5_000),
});

/**
 * Whether anybody else makes orders as the configured Revel user: what staff have done to an order is told by who did it,
 * so that a shared user hides it.
 */
export async function checkUserAlone({ config, facts, revel }: DoctorContext): Promise<Check> {
  if (revel === null || facts.readable === null) return skipped(USER, 'without a Revel key');
  if (!facts.readable.has('Order')) return skipped(USER, 'orders may not be read');
  const users = [...new Set(config.locations.map(({ revel: { userId } }) => userId))];
  const details: string[] = [];
  let looked = 0;
  for (const user of users) {
    const query = { created_by: String(user), order_by: '-id', limit: String(LATEST) };
    const answer = await revel.probe('/resources/Order/', query);
    const list =
      answer.kind === 'answer' && answer.status === 200 ? ordersSchema.safeParse(answer.json) : null;
    if (!list?.success)
      return skipped(USER, `the orders of user ${user} cannot be asked for: it ${answered(answer)}`);
    // A filter that is ignored shows everybody's.
    const own = list.data.objects.filter(({ created_by }) => idOf(created_by) === user);
    if (own.length === 0 && list.data.objects.length > 0) {
      return skipped(USER, 'Revel does not heed the filter for a user, so that this cannot be told');
    }
    looked += own.length;
    const others = own.filter(({ local_id }) => !OURS.test(local_id ?? ''));
    if (others.length === 0) continue;
    const shown = others.slice(0, 5).map(({ id }) => id);
    details.push(
      `User ${user} has made ${plural(others.length, 'order')} of no event, e.g. ${shown.join(', ')}.`,
    );
  }
  if (details.length === 0) {
    return ok(
      USER,
      looked === 0 ? 'it has made no orders yet' : `its latest ${plural(looked, 'order')}: all of events`,
    );
  }
  return warning(
    USER,
    'somebody else makes orders as the Revel user of the locations file: what they do to orders is taken for our own',
    'Give this program a Revel user of its own (userId), which nobody signs in with.',
    details,
  );
}

const endpointSchema = z.object({
  id: z.union([z.number(), z.string().max(40)]),
  target_url: z.string().max(2_000).nullish().catch(null),
  disabled_at: z.string().max(100).nullish().catch(null),
  failed_count: z.number().nullish().catch(null),
});

/** The state of the webhook endpoints of the configured sites, as far as Tripleseat tells it. */
export async function checkHooks({ config, facts, tripleseat }: DoctorContext): Promise<Check> {
  if (config.webhookSigningKeys.length === 0)
    return skipped(HOOKS, 'without a signing key webhooks are not used');
  if (tripleseat === null || facts.sites === null) return skipped(HOOKS, 'without the sites of Tripleseat');
  const sites = [...new Set(config.locations.map((location) => location.tripleseat.siteId))];
  const details: string[] = [];
  let count = 0;
  for (const site of sites) {
    const answer = await tripleseat(`/v1/sites/${site}/webhook_endpoints`);
    const rows = rowsOf(answer, 'webhook_endpoint', endpointSchema);
    if (rows === null) return skipped(HOOKS, `not told: the list of site ${site} ${toldAs(answer)}`);
    if (rows.length === 0) details.push(`Site ${site} has none: its events wait for the next sweep.`);
    count += rows.length;
    for (const { id, target_url, disabled_at, failed_count } of rows) {
      const which = `Site ${site}: endpoint ${id} (${hostOf(target_url)})`;
      if (disabled_at) details.push(`${which} was disabled on ${clean(disabled_at, 40)}.`);
      else if ((failed_count ?? 0) > 0) details.push(`${which} has failed ${failed_count} times in a row.`);
    }
  }
  if (details.length === 0) return ok(HOOKS, `${plural(count, 'endpoint')}, none disabled or failing`);
  return warning(
    HOOKS,
    'webhooks do not come from everywhere',
    'See Settings, API/Webhooks in Tripleseat.',
    details,
  );
}

function toldAs(answer: TripleseatProbeAnswer): string {
  return answer.kind === 'answer' ? `was answered ${answer.status}` : 'failed';
}

/** An address may carry a token. */
function hostOf(url: string | null | undefined): string {
  try {
    return new URL(url ?? '').host;
  } catch {
    return 'no address';
  }
}

const BILLING = 'Billing names';

/** Rows of the bills of the coming days whose name does not tell what they are: their events would fail. */
export async function checkBilling({ unclearBilling, facts }: DoctorContext): Promise<Check> {
  if (unclearBilling === null || facts.sites === null)
    return skipped(BILLING, 'without the events of Tripleseat');
  const { days, names, events, problems } = await unclearBilling();
  if (names.length > 0) {
    return warning(
      BILLING,
      `${plural(names.length, 'name')} of the coming ${days} days not clear: their events will fail (BILLING_UNCLEAR)`,
      'Say what each is with: ts-reconcile billing map <name> <use> --location <location>',
      names.map(({ name, location }) => `"${clean(name, 100)}" at "${location}"`),
    );
  }
  if (problems > 0)
    return warning(
      BILLING,
      `${plural(problems, 'event')} could not be looked at`,
      'ts-reconcile billing says why.',
    );
  return ok(BILLING, `clear in ${plural(events, 'event')} of the coming ${days} days`);
}
