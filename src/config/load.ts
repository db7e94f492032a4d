import { readLocations, resolveLocations } from './locations.js';
import { absolutePath, defaultStateDir, type Environment } from './paths.js';
import { ConfigError } from './problems.js';
import { openSource, type Source } from './source.js';
import type { Config } from './types.js';
import { splitList } from './values.js';
import { type VariableGroup, type VariableName, variables } from './variables.js';

/**
 * What a command uses: `tripleseat`, `revel` and `locations` must then be complete; `sync`, `serve` and `notify`
 * must be free of mistakes; `signing` asks for a webhook signing key. Mistakes in the rest are disregarded, so
 * that a command doesn't stumble over settings that it has no use for.
 */
export type Need = 'tripleseat' | 'revel' | 'locations' | 'sync' | 'serve' | 'notify' | 'signing';

/** What each command uses. `serve` starts runs, so it checks what they need before the first one. */
export const needsOf = {
  sync: ['tripleseat', 'revel', 'locations', 'sync', 'notify'],
  serve: ['tripleseat', 'revel', 'locations', 'sync', 'notify', 'serve', 'signing'],
  serveUnsigned: ['tripleseat', 'revel', 'locations', 'sync', 'notify', 'serve'],
  doctor: ['tripleseat', 'revel', 'locations', 'sync', 'notify', 'serve'],
  auth: ['tripleseat'],
  products: ['tripleseat', 'revel', 'locations', 'sync'],
  certify: ['revel', 'locations', 'sync'],
  mapping: ['locations'],
  history: [],
  state: [],
  sandbox: [],
} as const satisfies Record<string, readonly Need[]>;

/** Where a configuration is loaded from. */
export interface LoadOptions {
  /** Usually `process.env`; it is only read. */
  env: Environment;
  /** Absolute; `.env` lies here, and relative paths start here. */
  cwd: string;
  needs: readonly Need[];
  /** Values given as flags, under the names of their variables. */
  flags?: Partial<Record<VariableName, string>>;
}

/** What a needed group lacks. */
function checkComplete(source: Source, needs: readonly Need[]): void {
  for (const { name, group, required } of variables) {
    if (!required || !needs.some((need) => need === group) || source.given(name)) continue;
    if (name === 'REVEL_DOMAIN' && source.given('REVEL_BASE_URL')) continue;
    source.missing(name);
  }
  if (needs.includes('signing') && !source.given('TRIPLESEAT_WEBHOOK_SIGNING_KEY')) {
    source.missing('TRIPLESEAT_WEBHOOK_SIGNING_KEY');
  }
  if (source.given('STATE_URL') && !source.given('STATE_KEY')) source.missing('STATE_KEY');
}

function loadTripleseat({ values }: Source): Config['tripleseat'] {
  const baseUrl = values.TRIPLESEAT_BASE_URL;
  return {
    baseUrl,
    tokenUrl: values.TRIPLESEAT_TOKEN_URL ?? `${baseUrl}/oauth2/token`,
    authorizeUrl: values.TRIPLESEAT_AUTHORIZE_URL,
    clientId: values.TRIPLESEAT_CLIENT_ID ?? '',
    clientSecret: values.TRIPLESEAT_CLIENT_SECRET ?? '',
    refreshToken: values.TRIPLESEAT_REFRESH_TOKEN,
    scope: values.TRIPLESEAT_SCOPE,
    rps: values.TRIPLESEAT_RPS,
  };
}

function loadRevel({ values, report }: Source): Config['revel'] {
  const { REVEL_DOMAIN: domain, REVEL_BASE_URL: base } = values;
  if (domain !== null && base !== null && domain !== base) {
    report('REVEL_BASE_URL', 'and REVEL_DOMAIN name different hosts', 'Keep one of them.');
  }
  return {
    baseUrl: domain ?? base ?? '',
    apiKey: values.REVEL_API_KEY ?? '',
    apiSecret: values.REVEL_API_SECRET ?? '',
    rps: values.REVEL_RPS,
  };
}

/** Where the locations file lies, as the other options are read: absolute. */
export function locationsPath(options: Omit<LoadOptions, 'needs'>): string {
  const { values } = openSource(options.flags ?? {}, options.env, options.cwd);
  return absolutePath(values.LOCATIONS_FILE, options.cwd, options.env);
}

function loadLocations(source: Source, options: LoadOptions): Pick<Config, 'locations' | 'allowedLocations'> {
  const { LOCATIONS_FILE: path, ALLOWED_LOCATIONS: names } = source.values;
  const before = source.problems.length;
  const locations = readLocations(absolutePath(path, options.cwd, options.env), source.problems);
  if (names === null || source.problems.length > before) return { locations, allowedLocations: null };

  const { selected, unknown } = resolveLocations(locations, splitList(names));
  for (const name of unknown) {
    source.report(
      'ALLOWED_LOCATIONS',
      `holds "${name}", which is neither a site id nor a location name of ${path}`,
      `Write some of: ${locations.map((location) => location.name).join(', ')}.`,
    );
  }
  if (selected.length + unknown.length === 0) {
    source.report('ALLOWED_LOCATIONS', 'names nothing', 'Write site ids or names, or leave it out for all.');
  }
  return { locations, allowedLocations: selected };
}

function checkOpenItems(source: Source, config: Config): void {
  if (config.unmatchedPolicy !== 'open-item') return;
  for (const { name, revel } of config.locations) {
    if (revel.openItemProductId !== null) continue;
    source.report(
      'UNMATCHED_POLICY',
      `is open-item, but location "${name}" has no revel.openItemProductId`,
      'Write that id into the locations file, or use fail.',
    );
  }
}

/**
 * An order of a lost event is an orphan, whatever is configured. What is named as a status that gets an order is none
 * that gets none by default.
 */
function loadStatuses({ values, given, report }: Source): Pick<Config, 'syncStatuses' | 'otherStatuses'> {
  const { SYNC_STATUSES: syncStatuses, OTHER_STATUSES: others } = values;
  if (syncStatuses.includes('LOST')) {
    report('SYNC_STATUSES', 'holds LOST, which never gets an order', 'Take it out.');
  }
  const both = syncStatuses.filter((status) => others.includes(status));
  if (given('OTHER_STATUSES') && both.length > 0) {
    report(
      'OTHER_STATUSES',
      `holds ${both.join(', ')}, as SYNC_STATUSES does`,
      'Name each status in one of the two.',
    );
  }
  const otherStatuses = [...new Set([...others, 'LOST'])].filter((status) => !syncStatuses.includes(status));
  return { syncStatuses, otherStatuses };
}

function loadMail({ values, given, report }: Source): Config['smtp'] {
  const { SMTP_URL: url, EMAIL_FROM: from, EMAIL_TO: to, EMAIL_ON: on } = values;
  const all = ['SMTP_URL', 'EMAIL_FROM', 'EMAIL_TO'] as const;
  if (all.some(given)) {
    for (const name of all.filter((each) => !given(each))) {
      report(name, 'is not set, although other mail settings are', 'Set it, or remove them.');
    }
  }
  return url !== null && from !== null && to !== null ? { url, from, to, on } : null;
}

function needed(group: VariableGroup, needs: readonly Need[]): boolean {
  return group === 'general' || needs.includes(group);
}

/**
 * The configuration from flags, environment, `.env` and the locations file. Groups that are not needed come with
 * whatever of them is right, else empty.
 * @throws ConfigError (exit 78) with every problem at once.
 */
export function loadConfig(options: LoadOptions): Config {
  const { env, cwd, needs } = options;
  const source = openSource(options.flags ?? {}, env, cwd);
  checkComplete(source, needs);
  const { values } = source;
  const absolute = (path: string | null) => (path === null ? null : absolutePath(path, cwd, env));

  const config: Config = {
    tripleseat: loadTripleseat(source),
    revel: loadRevel(source),
    ...loadLocations(source, options),
    enabled: values.ENABLE_CONNECTOR,
    dryRun: values.DRY_RUN,
    testEstablishmentId: values.TEST_ESTABLISHMENT_ID,
    ...loadStatuses(source),
    notBefore: values.INJECT_NOT_BEFORE,
    leadHours: values.INJECT_LEAD_HOURS,
    graceHours: values.INJECT_GRACE_HOURS,
    paymentPolicy: values.PAYMENT_POLICY,
    unmatchedPolicy: values.UNMATCHED_POLICY,
    ignoredEvents: new Set(values.IGNORE_EVENTS ?? []),
    concurrency: values.CONCURRENCY,
    httpTimeoutMs: values.HTTP_TIMEOUT_MS,
    maxRunSeconds: values.MAX_RUN_SECONDS,
    maxCreatesPerRun: values.MAX_CREATES_PER_RUN,
    settleMs: values.SETTLE_SECONDS,
    inFlightMs: values.IN_FLIGHT_SECONDS,
    stateDir: absolute(values.STATE_DIR) ?? defaultStateDir(env),
    stateUrl: values.STATE_URL,
    stateKeys: values.STATE_KEY ?? [],
    webhookSigningKeys: values.TRIPLESEAT_WEBHOOK_SIGNING_KEY ?? [],
    serveToken: values.SERVE_TOKEN,
    smtp: loadMail(source),
    chat: values.CHAT_WEBHOOK_URL === null ? null : { url: values.CHAT_WEBHOOK_URL, on: values.EMAIL_ON },
    healthcheckUrl: values.HEALTHCHECK_URL,
    metricsFile: absolute(values.METRICS_FILE),
    links: { event: values.EVENT_LINK, order: values.ORDER_LINK },
    log: { level: values.LOG_LEVEL, format: values.LOG_FORMAT },
  };
  checkOpenItems(source, config);

  const problems = source.problems.filter(({ group }) => needed(group, needs));
  if (problems.length > 0) {
    const required = variables.filter((entry) => entry.required);
    const fresh = needs.includes('tripleseat') && !required.some(({ name }) => source.given(name));
    throw new ConfigError(problems, fresh);
  }
  return config;
}
