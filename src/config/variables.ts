/** Part of the program that a variable belongs to; `general` is checked by every command. */
export type VariableGroup = 'tripleseat' | 'revel' | 'locations' | 'sync' | 'serve' | 'notify' | 'general';

/** One environment variable, as the program reads it and as its documentation shows it. */
export interface Variable {
  name: string;
  group: VariableGroup;
  /** Used as if it had been written; null: there is none, or it is computed (then `defaultText` describes it). */
  default: string | null;
  /** How documentation states a default that depends on something else; null: `default` says it all. */
  defaultText: string | null;
  /** A phrase without a full stop. */
  meaning: string;
  /** Never shown, and also readable from the file that `NAME_FILE` names. */
  secret: boolean;
}

const plain = <N extends string>(
  name: N,
  group: VariableGroup,
  value: string | null,
  meaning: string,
  defaultText: string | null = null,
) => ({ name, group, default: value, defaultText, meaning, secret: false });

const secret = <N extends string>(name: N, group: VariableGroup, meaning: string) => ({
  name,
  group,
  default: null,
  defaultText: null,
  meaning,
  secret: true,
});

/** Every variable, in the order in which documentation lists them. The loader takes its defaults from here. */
export const variables = [
  secret('TRIPLESEAT_CLIENT_ID', 'tripleseat', 'id of the Tripleseat OAuth 2.0 application'),
  secret('TRIPLESEAT_CLIENT_SECRET', 'tripleseat', 'secret of the Tripleseat OAuth 2.0 application'),
  secret(
    'TRIPLESEAT_REFRESH_TOKEN',
    'tripleseat',
    'first refresh token; the stored, rotated one wins once there is one; without any, the client_credentials grant is used',
  ),
  plain('TRIPLESEAT_SCOPE', 'tripleseat', 'events:read bookings:read', 'OAuth scopes asked for'),
  plain(
    'TRIPLESEAT_BASE_URL',
    'tripleseat',
    'https://api.tripleseat.com',
    'root of the API, without /v1; https unless the host is loopback',
  ),
  plain(
    'TRIPLESEAT_TOKEN_URL',
    'tripleseat',
    null,
    'where tokens are issued',
    'TRIPLESEAT_BASE_URL + /oauth2/token',
  ),
  plain(
    'TRIPLESEAT_AUTHORIZE_URL',
    'tripleseat',
    'https://login.tripleseat.com/oauth2/authorize',
    'page on which a person grants access (auth login)',
  ),
  plain('REVEL_DOMAIN', 'revel', null, 'the Revel account: acme, acme.revelup.com, or a full URL'),
  plain('REVEL_BASE_URL', 'revel', null, 'full URL of the Revel account, in place of REVEL_DOMAIN'),
  secret('REVEL_API_KEY', 'revel', 'API key of Revel'),
  secret('REVEL_API_SECRET', 'revel', 'API secret of Revel'),
  plain('LOCATIONS_FILE', 'locations', 'locations.json', 'the shops: see locations.example.json'),
  plain(
    'ALLOWED_LOCATIONS',
    'locations',
    null,
    'comma list of site ids or location names that may be written to, for a gradual roll-out',
    'all',
  ),
  plain(
    'ENABLE_CONNECTOR',
    'general',
    'true',
    'kill switch: false means that nothing is written, runs and webhooks answer CONNECTOR_DISABLED',
  ),
  plain('DRY_RUN', 'general', 'false', 'true makes every run a dry run'),
  plain('TEST_ESTABLISHMENT_ID', 'sync', null, 'sends every order to this establishment instead'),
  plain('SYNC_STATUSES', 'sync', 'DEFINITE,CLOSED', 'event statuses that get an order'),
  plain(
    'INJECT_LEAD_HOURS',
    'sync',
    '0',
    'hours before 00:00 of its day (local time) from which an event is injected',
  ),
  plain('INJECT_GRACE_HOURS', 'sync', '24', 'hours after its end until which an event is still injected'),
  plain(
    'PAYMENT_POLICY',
    'sync',
    'paid',
    'what the order carries as paid: paid (what Tripleseat says has been paid), full (the grand total) or none',
  ),
  plain(
    'UNMATCHED_POLICY',
    'sync',
    'fail',
    'a line that matches no product: fail, or open-item (needs openItemProductId per location)',
  ),
  plain('IGNORE_EVENTS', 'sync', null, 'comma list of event ids to leave alone', 'none'),
  plain('TRIPLESEAT_RPS', 'sync', '8', 'requests per second to Tripleseat'),
  plain('REVEL_RPS', 'sync', '5', 'requests per second to Revel'),
  plain('CONCURRENCY', 'sync', '4', 'events in flight'),
  plain('HTTP_TIMEOUT_MS', 'sync', '30000', 'milliseconds that one request may take'),
  plain('MAX_RUN_SECONDS', 'sync', '1800', 'seconds after which a run stops and reports'),
  plain('MAX_CREATES_PER_RUN', 'sync', '200', 'more new orders than this and nothing is written'),
  plain(
    'SETTLE_SECONDS',
    'sync',
    '3',
    'seconds after which an order that Revel accepted is taken to be visible to every look-up',
  ),
  plain(
    'STATE_DIR',
    'general',
    null,
    'directory of tokens, journal, cache, spool and locks',
    '$XDG_STATE_HOME/ts-reconcile, else ~/.local/state/ts-reconcile',
  ),
  secret('STATE_URL', 'general', 'postgres://… for state shared by several hosts, in place of STATE_DIR'),
  secret(
    'STATE_KEY',
    'general',
    'key that encrypts the tokens in the database of STATE_URL: 32 bytes in hex or base64; a comma list to change it, of which the first encrypts and all decrypt',
  ),
  secret(
    'TRIPLESEAT_WEBHOOK_SIGNING_KEY',
    'serve',
    'comma list of webhook signing keys: endpoints are per site, keys rotate',
  ),
  secret('SERVE_TOKEN', 'serve', 'bearer token of the manual trigger, at least 16 characters'),
  secret('SMTP_URL', 'notify', 'mail server, smtp:// or smtps://'),
  plain('EMAIL_FROM', 'notify', null, 'sender of the mails'),
  plain('EMAIL_TO', 'notify', null, 'comma list of recipients'),
  plain('EMAIL_ON', 'notify', 'changes,failures', 'what is worth a mail: changes, failures or both'),
  secret('HEALTHCHECK_URL', 'notify', "dead-man's switch: gets /start, then the exit code"),
  plain('METRICS_FILE', 'notify', null, 'Prometheus textfile, replaced at the end of each run'),
  plain('LOG_LEVEL', 'general', 'info', 'debug, info, warn or error'),
  plain('LOG_FORMAT', 'general', 'text', 'text, or json: one object per line'),
] as const satisfies readonly Variable[];

/** Name of a variable in the table. */
export type VariableName = (typeof variables)[number]['name'];

const byName: ReadonlyMap<string, Variable> = new Map(variables.map((entry) => [entry.name, entry]));

/** The table's entry. */
export function variable(name: VariableName): Variable {
  const entry = byName.get(name);
  if (!entry) throw new RangeError(`no such variable: ${name}`);
  return entry;
}
