import { z } from 'zod';
import type { Check } from '../report/checks.js';
import { clean } from '../text/text.js';
import { rowsOf } from './tripleseat.js';
import { type DoctorContext, failed, ok, plural, skipped, warning } from './types.js';

const NAME = 'Webhook endpoints';
const SETTINGS = 'Settings → API/Webhooks of Tripleseat';
/** More sites than these are not asked for one by one. */
const MAX_SITES = 50;

/** An endpoint as Tripleseat's documentation has it; what it answers has not been seen. */
const endpointSchema = z.object({
  target_url: z.string().max(2000),
  disabled_at: z.string().max(100).nullish(),
  /** Consecutive failures. */
  failed_count: z.coerce.number().int().nonnegative().nullish().catch(null),
});
type Endpoint = z.infer<typeof endpointSchema>;

/**
 * Whether Tripleseat still sends webhooks: an endpoint whose deliveries keep failing is disabled, and nobody is told.
 * Endpoints belong to sites. None: this host takes no webhooks.
 */
export async function checkEndpoints({ config, tripleseat }: DoctorContext): Promise<Check[]> {
  if (config.webhookSigningKeys.length === 0 || config.locations.length === 0) return [];
  if (tripleseat === null) return [skipped(NAME, 'without a sign-in')];
  const sites = [...new Set(config.locations.map(({ tripleseat: { siteId } }) => siteId))].slice(
    0,
    MAX_SITES,
  );
  const none: number[] = [];
  const disabled: string[] = [];
  const failing: string[] = [];
  for (const site of sites) {
    const answer = await tripleseat(`/v1/sites/${site}/webhook_endpoints`);
    const all = rowsOf(answer, 'webhook_endpoint', endpointSchema);
    if (all === null)
      return [skipped(NAME, `Tripleseat does not list them for this account; look at ${SETTINGS}`)];
    const ours = all.filter(({ target_url }) => /\/webhooks\/tripleseat\/?(?:\?|$)/.test(target_url));
    const meant = ours.length > 0 ? ours : all;
    const enabled = meant.filter((endpoint) => !isDisabled(endpoint));
    if (meant.length === 0) none.push(site);
    else if (enabled.length === 0) disabled.push(...meant.map((endpoint) => described(endpoint, site)));
    failing.push(
      ...enabled.filter(({ failed_count }) => (failed_count ?? 0) > 0).map((each) => described(each, site)),
    );
  }
  if (disabled.length > 0)
    return [
      failed(
        NAME,
        `${plural(disabled.length, 'endpoint')} disabled: webhooks no longer come, only sweeps find what changes`,
        `See in the log of serve why deliveries failed, then enable it again: ${SETTINGS}.`,
        disabled,
      ),
    ];
  if (none.length > 0)
    return [
      warning(
        NAME,
        `none for ${none.length === 1 ? 'site' : 'sites'} ${none.join(', ')}`,
        `Add one for each site: ${SETTINGS}.`,
      ),
    ];
  if (failing.length > 0)
    return [
      warning(
        NAME,
        `deliveries to ${plural(failing.length, 'endpoint')} fail; Tripleseat disables one that keeps failing`,
        'See in the log of serve, and in that of the proxy before it, what becomes of them.',
        failing,
      ),
    ];
  return [ok(NAME, `enabled for ${plural(sites.length, 'site')}`)];
}

function isDisabled({ disabled_at }: Endpoint): boolean {
  return disabled_at !== null && disabled_at !== undefined && disabled_at !== '';
}

/** Its address without a query, which may hold a secret. */
function described({ target_url, disabled_at, failed_count }: Endpoint, site: number): string {
  const since = disabled_at ? `, disabled since ${clean(disabled_at, 40)}` : '';
  const failures = failed_count ? `, ${plural(failed_count, 'failure')} in a row` : '';
  const address = URL.canParse(target_url) ? new URL(target_url) : null;
  const shown = address === null ? 'an address that is none' : `${address.host}${address.pathname}`;
  return clean(`site ${site}: ${shown}${since}${failures}`, 300);
}
