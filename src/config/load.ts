import { parseStateKey } from '../state/postgres/seal.js';
import { readLocations, resolveLocations } from './locations.js';
import { absolutePath, defaultStateDir, type Environment } from './paths.js';
import { ConfigError } from './problems.js';
import { openSource, type Source } from './source.js';
import { type Config, paymentPolicies, unmatchedPolicies } from './types.js';
import { parseHttpUrl, parseRevelDomain, parseRevelUrl } from './urls.js';
import {
  choice,
  choices,
  commaList,
  credential,
  decimal,
  eventIdList,
  httpUrl,
  line,
  mailAddress,
  mailAddressList,
  serviceUrl,
  splitList,
  statusList,
  truth,
  whole,
} from './values.js';
import { type VariableGroup, type VariableName, variable } from './variables.js';

/**
 * What a command uses: `tripleseat`, `revel` and `locations` must then be complete; `sync`, `serve` and `notify`
 * must be free of mistakes; `signing` asks for a webhook signing key. Mistakes in the rest are disregarded, so
 * that a command doesn't stumble over settings that it has no use for.
 */
export type Need = 'tripleseat' | 'revel' | 'locations' | 'sync' | 'serve' | 'notify' | 'signing';

/** What each command uses. `serve` starts runs, so it checks what they need before the first one. */
export const needsOf = {
  sync: ['tripleseat', 'revel', 'locations', 'sync', 'notify'],
  syncSandbox: ['sync'],
  serve: ['tripleseat', 'revel', 'locations', 'sync', 'notify', 'serve', 'signing'],
  serveUnsigned: ['tripleseat', 'revel', 'locations', 'sync', 'notify', 'serve'],
  doctor: ['tripleseat', 'revel', 'locations', 'sync', 'notify', 'serve'],
  auth: ['tripleseat'],
  products: ['tripleseat', 'revel', 'locations', 'sync'],
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

function loadTripleseat(source: Source, needed: boolean): Config['tripleseat'] {
  const url = (name: VariableName) =>
    source.read(
      name,
      httpUrl((text) => parseHttpUrl(text), 'Write an https:// URL.'),
    );
  const baseUrl =
    source.read(
      'TRIPLESEAT_BASE_URL',
      httpUrl((text) => parseHttpUrl(text, /\/(?:v1|oauth2)$/), 'Write an https:// URL like the default.'),
    ) ?? String(variable('TRIPLESEAT_BASE_URL').default);
  const secret = (name: VariableName, write: string) => {
    const value = source.read(name, credential(write));
    if (needed && !source.given(name)) source.missing(name, write);
    return value ?? '';
  };
  return {
    baseUrl,
    tokenUrl: url('TRIPLESEAT_TOKEN_URL') ?? `${baseUrl}/oauth2/token`,
    authorizeUrl: url('TRIPLESEAT_AUTHORIZE_URL') ?? '',
    clientId: secret('TRIPLESEAT_CLIENT_ID', 'Write the id of your Tripleseat OAuth 2.0 application.'),
    clientSecret: secret('TRIPLESEAT_CLIENT_SECRET', 'Write the secret of that application.'),
    refreshToken: source.read(
      'TRIPLESEAT_REFRESH_TOKEN',
      credential('Write a refresh token, or leave it out.'),
    ),
    scope: source.read('TRIPLESEAT_SCOPE', line('Write scopes separated by blanks.')) ?? '',
    rps: source.read('TRIPLESEAT_RPS', decimal(0.1, 1000)) ?? 1,
  };
}

function loadRevel(source: Source, needed: boolean): Config['revel'] {
  const example = 'Write acme, acme.revelup.com, or a full https:// URL.';
  const domain = source.read('REVEL_DOMAIN', httpUrl(parseRevelDomain, example));
  const base = source.read('REVEL_BASE_URL', httpUrl(parseRevelUrl, 'Write https://acme.revelup.com.'));
  if (domain && base && domain !== base) {
    source.report('REVEL_BASE_URL', 'and REVEL_DOMAIN name different hosts', 'Keep one of them.');
  }
  if (needed && !source.given('REVEL_DOMAIN') && !source.given('REVEL_BASE_URL')) {
    source.missing('REVEL_DOMAIN', example);
  }
  const secret = (name: VariableName, write: string) => {
    const value = source.read(name, credential(write));
    if (needed && !source.given(name)) source.missing(name, write);
    return value ?? '';
  };
  return {
    baseUrl: domain ?? base ?? '',
    apiKey: secret('REVEL_API_KEY', 'Write the API key that Revel issued.'),
    apiSecret: secret('REVEL_API_SECRET', 'Write the API secret that Revel issued.'),
    rps: source.read('REVEL_RPS', decimal(0.1, 1000)) ?? 1,
  };
}

function loadLocations(source: Source, options: LoadOptions): Pick<Config, 'locations' | 'allowedLocations'> {
  const kind = line('Write the path of a JSON file.');
  const path = source.read('LOCATIONS_FILE', kind);
  if (!options.needs.includes('locations') || path === null) return { locations: [], allowedLocations: null };

  const before = source.problems.length;
  const locations = readLocations(absolutePath(path, options.cwd, options.env), source.problems);
  const names = source.read('ALLOWED_LOCATIONS', line('Write a comma list of site ids or location names.'));
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

function loadMail(source: Source): Config['smtp'] {
  const write = 'Write smtp://user:password@host:587 or smtps://…, user and password percent-encoded.';
  const url = source.read('SMTP_URL', serviceUrl(['smtp:', 'smtps:'], write));
  const from = source.read('EMAIL_FROM', mailAddress);
  const to = source.read('EMAIL_TO', mailAddressList);
  const on = source.read('EMAIL_ON', choices(['changes', 'failures'])) ?? [];

  const all = ['SMTP_URL', 'EMAIL_FROM', 'EMAIL_TO'] as const;
  const given = all.filter((name) => source.given(name));
  if (given.length > 0) {
    for (const name of all) {
      if (source.given(name)) continue;
      source.report(name, 'is not set, although other mail settings are', 'Set it, or remove them.');
    }
  }
  return url && from && to ? { url, from, to, on } : null;
}

function loadServe(source: Source, signing: boolean): Pick<Config, 'webhookSigningKeys' | 'serveToken'> {
  const name = 'TRIPLESEAT_WEBHOOK_SIGNING_KEY';
  const write = 'Write the signing key that Tripleseat shows for the webhook endpoint.';
  const keys = source.read(
    name,
    commaList(
      (part) => (/^[\x21-\x7e]+$/.test(part) ? part : null),
      () => 'holds a key with white space, control or non-ASCII characters',
      'Write the keys, separated by commas.',
    ),
  );
  if (signing && !source.given(name)) source.missing(name, write);
  return {
    webhookSigningKeys: keys ?? [],
    serveToken: source.read(
      'SERVE_TOKEN',
      credential('Write a random text, e.g. that of `openssl rand -hex 24`.', 16),
    ),
  };
}

function loadState(source: Source): Pick<Config, 'stateUrl' | 'stateKeys'> {
  const write = 'Write 32 random bytes, e.g. what `openssl rand -base64 32` prints.';
  const stateUrl = source.read(
    'STATE_URL',
    serviceUrl(['postgres:', 'postgresql:'], 'Write postgres://user:password@host/database.'),
  );
  const stateKeys = source.read(
    'STATE_KEY',
    commaList(
      (part) => (parseStateKey(part) ? part : null),
      () => 'holds a key that is not 32 bytes in hex or base64',
      write,
    ),
  );
  if (source.given('STATE_URL') && !source.given('STATE_KEY')) source.missing('STATE_KEY', write);
  return { stateUrl, stateKeys: stateKeys ?? [] };
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
  const path = (name: VariableName) => {
    const text = source.read(name, line('Write a path.'));
    return text === null ? null : absolutePath(text, cwd, env);
  };

  const config: Config = {
    tripleseat: loadTripleseat(source, needs.includes('tripleseat')),
    revel: loadRevel(source, needs.includes('revel')),
    ...loadLocations(source, options),
    enabled: source.read('ENABLE_CONNECTOR', truth) ?? false,
    dryRun: source.read('DRY_RUN', truth) ?? true,
    testEstablishmentId: source.read('TEST_ESTABLISHMENT_ID', whole(1, 2_147_483_647)),
    syncStatuses: source.read('SYNC_STATUSES', statusList) ?? [],
    leadHours: source.read('INJECT_LEAD_HOURS', decimal(0, 720)) ?? 0,
    graceHours: source.read('INJECT_GRACE_HOURS', decimal(0, 720)) ?? 0,
    paymentPolicy: source.read('PAYMENT_POLICY', choice(paymentPolicies)) ?? 'paid',
    unmatchedPolicy: source.read('UNMATCHED_POLICY', choice(unmatchedPolicies)) ?? 'fail',
    ignoredEvents: new Set(source.read('IGNORE_EVENTS', eventIdList) ?? []),
    concurrency: source.read('CONCURRENCY', whole(1, 32)) ?? 1,
    httpTimeoutMs: source.read('HTTP_TIMEOUT_MS', whole(100, 600_000)) ?? 30_000,
    maxRunSeconds: source.read('MAX_RUN_SECONDS', whole(1, 86_400)) ?? 1800,
    maxCreatesPerRun: source.read('MAX_CREATES_PER_RUN', whole(1, 100_000)) ?? 1,
    settleMs: Math.round((source.read('SETTLE_SECONDS', decimal(0, 120)) ?? 0) * 1000),
    stateDir: path('STATE_DIR') ?? defaultStateDir(env),
    ...loadState(source),
    ...loadServe(source, needs.includes('signing')),
    smtp: loadMail(source),
    healthcheckUrl: source.read(
      'HEALTHCHECK_URL',
      httpUrl((text) => parseHttpUrl(text), 'Write an https:// URL.'),
    ),
    metricsFile: path('METRICS_FILE'),
    log: {
      level: source.read('LOG_LEVEL', choice(['debug', 'info', 'warn', 'error'])) ?? 'info',
      format: source.read('LOG_FORMAT', choice(['text', 'json'])) ?? 'text',
    },
  };
  checkOpenItems(source, config);

  const problems = source.problems.filter(({ group }) => needed(group, needs));
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
}
