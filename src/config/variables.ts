import { paymentPolicies, unmatchedPolicies } from '../domain/policies.js';
import { parseStateKey } from './stateKey.js';
import { parseHookUrl, parseHttpUrl, parseRevelDomain, parseRevelUrl } from './urls.js';
import {
  choice,
  choices,
  commaList,
  credential,
  day,
  decimal,
  eventIdList,
  httpUrl,
  type Kind,
  line,
  linkPattern,
  mailAddress,
  mailAddressList,
  seconds,
  serviceUrl,
  statusList,
  truth,
  whole,
} from './values.js';

/** Parts of the program that variables belong to, in the order and under the headings of their documentation. */
export const variableGroups = {
  tripleseat: 'Tripleseat',
  revel: 'Revel',
  locations: 'Locations',
  /** Checked by every command. */
  general: 'Whole program',
  sync: 'Runs',
  serve: 'Webhook relay',
  notify: 'Mail and signals',
} as const;
export type VariableGroup = keyof typeof variableGroups;

/** All that is to be said of one environment variable. */
export interface Variable<T = unknown> {
  group: VariableGroup;
  /** How its text is read, and what to write. */
  kind: Kind<T>;
  /** Used as if it had been written. Absent: there is none, or it is computed. */
  default?: string;
  /** How documentation states what holds without a value, where there is no fixed default. */
  without?: string;
  /** A phrase without a full stop. */
  meaning: string;
  /** Never shown, and also readable from the file that `NAME_FILE` names. */
  secret?: true;
  /** What uses the group cannot do without it. */
  required?: true;
  /** A rule of runs that also holds in the sandbox; nothing that says whom a run talks to. */
  sandbox?: true;
}

const oauthApplication = 'your Tripleseat OAuth 2.0 application';
const account = httpUrl(parseRevelDomain, 'acme, acme.revelup.com, or a full https:// URL');
const path = line('a path');
const httpsUrl = httpUrl((text) => parseHttpUrl(text), 'an https:// URL');
const hookUrl = httpUrl(parseHookUrl, 'an https:// URL');
const requestRate = decimal(0.1, 1000);

/**
 * Every variable, once, in the order in which documentation lists those of a group. `.env.example`, the table of the
 * documentation, what is read and what is checked all come from here.
 */
const table = {
  TRIPLESEAT_CLIENT_ID: {
    group: 'tripleseat',
    kind: credential(`the id of ${oauthApplication}`),
    meaning: 'id of the Tripleseat OAuth 2.0 application',
    secret: true,
    required: true,
  },
  TRIPLESEAT_CLIENT_SECRET: {
    group: 'tripleseat',
    kind: credential(`the secret of ${oauthApplication}`),
    meaning: 'secret of the Tripleseat OAuth 2.0 application',
    secret: true,
    required: true,
  },
  TRIPLESEAT_REFRESH_TOKEN: {
    group: 'tripleseat',
    kind: credential('a refresh token, or leave it out'),
    meaning:
      'first refresh token; the stored, rotated one wins once there is one; without any, the client_credentials grant is used',
    secret: true,
  },
  TRIPLESEAT_SCOPE: {
    group: 'tripleseat',
    kind: line('scopes separated by blanks'),
    default: 'events:read bookings:read',
    meaning: 'OAuth scopes asked for',
  },
  TRIPLESEAT_BASE_URL: {
    group: 'tripleseat',
    kind: httpUrl((text) => parseHttpUrl(text, /\/(?:v1|oauth2)$/), 'an https:// URL like the default'),
    default: 'https://api.tripleseat.com',
    meaning: 'root of the API, without /v1; https unless the host is loopback',
  },
  TRIPLESEAT_TOKEN_URL: {
    group: 'tripleseat',
    kind: httpsUrl,
    without: 'TRIPLESEAT_BASE_URL + /oauth2/token',
    meaning: 'where tokens are issued',
  },
  TRIPLESEAT_AUTHORIZE_URL: {
    group: 'tripleseat',
    kind: httpsUrl,
    default: 'https://login.tripleseat.com/oauth2/authorize',
    meaning: 'page on which a person grants access (auth login)',
  },
  REVEL_DOMAIN: {
    group: 'revel',
    kind: account,
    meaning: 'the Revel account: acme, acme.revelup.com, or a full URL',
    required: true,
  },
  REVEL_BASE_URL: {
    group: 'revel',
    kind: httpUrl(parseRevelUrl, 'https://acme.revelup.com'),
    meaning: 'full URL of the Revel account, in place of REVEL_DOMAIN',
  },
  REVEL_API_KEY: {
    group: 'revel',
    kind: credential('the API key that Revel issued'),
    meaning: 'API key of Revel',
    secret: true,
    required: true,
  },
  REVEL_API_SECRET: {
    group: 'revel',
    kind: credential('the API secret that Revel issued'),
    meaning: 'API secret of Revel',
    secret: true,
    required: true,
  },
  LOCATIONS_FILE: {
    group: 'locations',
    kind: line('the path of a JSON file'),
    default: 'locations.json',
    meaning: 'the shops: see locations.example.json',
  },
  ALLOWED_LOCATIONS: {
    group: 'locations',
    kind: line('a comma list of site ids or location names'),
    without: 'all',
    meaning: 'comma list of site ids or location names that may be written to, for a gradual roll-out',
  },
  ENABLE_CONNECTOR: {
    group: 'general',
    kind: truth,
    default: 'true',
    meaning: 'kill switch: false means that nothing is written, runs and webhooks answer CONNECTOR_DISABLED',
    sandbox: true,
  },
  DRY_RUN: {
    group: 'general',
    kind: truth,
    default: 'false',
    meaning: 'true makes every run a dry run',
    sandbox: true,
  },
  STATE_DIR: {
    group: 'general',
    kind: path,
    without: '$XDG_STATE_HOME/ts-reconcile, else ~/.local/state/ts-reconcile',
    meaning: 'directory of tokens, journal, cache, spool and locks',
  },
  STATE_URL: {
    group: 'general',
    kind: serviceUrl(['postgres:', 'postgresql:'], 'postgres://user:password@host/database'),
    meaning: 'postgres://… for state shared by several hosts, in place of STATE_DIR',
    secret: true,
  },
  STATE_KEY: {
    group: 'general',
    kind: commaList(
      (part) => (parseStateKey(part) ? part : null),
      () => 'holds a key that is not 32 bytes in hex or base64',
      '32 random bytes, e.g. what `openssl rand -base64 32` prints',
    ),
    meaning:
      'key that encrypts the tokens in the database of STATE_URL: 32 bytes in hex or base64; a comma list to change it, of which the first encrypts and all decrypt',
    secret: true,
  },
  LOG_LEVEL: {
    group: 'general',
    kind: choice(['debug', 'info', 'warn', 'error']),
    default: 'info',
    meaning: 'debug, info, warn or error',
    sandbox: true,
  },
  LOG_FORMAT: {
    group: 'general',
    kind: choice(['text', 'timed', 'json']),
    default: 'text',
    meaning: 'text, timed (text with the time before each line), or json: one object per line',
    sandbox: true,
  },
  TEST_ESTABLISHMENT_ID: {
    group: 'sync',
    kind: whole(1, 2_147_483_647),
    meaning: 'sends every order to this establishment instead',
  },
  SYNC_STATUSES: {
    group: 'sync',
    kind: statusList,
    default: 'DEFINITE,CLOSED',
    meaning: 'event statuses that get an order',
    sandbox: true,
  },
  OTHER_STATUSES: {
    group: 'sync',
    kind: statusList,
    default: 'PROSPECT,TENTATIVE,LOST,WAITLIST',
    meaning: 'event statuses that get none; an event in a status of neither list fails as STATUS_UNKNOWN',
    sandbox: true,
  },
  INJECT_NOT_BEFORE: {
    group: 'sync',
    kind: day,
    without: 'none',
    meaning:
      'go-live day, YYYY-MM-DD: events before it are left to people; a location may have its own (notBefore)',
    sandbox: true,
  },
  INJECT_LEAD_HOURS: {
    group: 'sync',
    kind: decimal(0, 720),
    default: '0',
    meaning:
      'hours before the business day of its shop begins from which an event is injected (earlier if it starts before that)',
    sandbox: true,
  },
  INJECT_GRACE_HOURS: {
    group: 'sync',
    kind: decimal(0, 720),
    default: '24',
    meaning: 'hours after its end until which an event is still injected',
    sandbox: true,
  },
  PAYMENT_POLICY: {
    group: 'sync',
    kind: choice(paymentPolicies),
    default: 'paid',
    meaning:
      'what the order carries as paid: paid (what Tripleseat says has been paid, where its figures agree), listed (the payments listed, whatever the amount due says), full (the grand total) or none',
    sandbox: true,
  },
  UNMATCHED_POLICY: {
    group: 'sync',
    kind: choice(unmatchedPolicies),
    default: 'fail',
    meaning: 'a line that matches no product: fail, or open-item (needs openItemProductId per location)',
    sandbox: true,
  },
  IGNORE_EVENTS: {
    group: 'sync',
    kind: eventIdList,
    without: 'none',
    meaning: 'comma list of event ids to leave alone',
    sandbox: true,
  },
  TRIPLESEAT_RPS: {
    group: 'sync',
    kind: requestRate,
    default: '8',
    meaning: 'requests per second to Tripleseat',
  },
  REVEL_RPS: {
    group: 'sync',
    kind: requestRate,
    default: '4',
    meaning: 'requests per second to Revel; accounts are said to be allowed 300 a minute',
  },
  CONCURRENCY: {
    group: 'sync',
    kind: whole(1, 32),
    default: '4',
    meaning: 'events in flight',
    sandbox: true,
  },
  HTTP_TIMEOUT_MS: {
    group: 'sync',
    kind: whole(100, 600_000),
    default: '30000',
    meaning: 'milliseconds that one request may take',
    sandbox: true,
  },
  MAX_RUN_SECONDS: {
    group: 'sync',
    kind: whole(1, 86_400),
    default: '1800',
    meaning: 'seconds after which a run stops and reports',
    sandbox: true,
  },
  MAX_CREATES_PER_RUN: {
    group: 'sync',
    kind: whole(1, 100_000),
    default: '200',
    meaning: 'more new orders than this and nothing is written',
    sandbox: true,
  },
  SETTLE_SECONDS: {
    group: 'sync',
    kind: seconds(0, 120),
    default: '3',
    meaning: 'seconds after which an order that Revel accepted is taken to be visible to every look-up',
  },
  IN_FLIGHT_SECONDS: {
    group: 'sync',
    kind: seconds(0, 600),
    default: '30',
    meaning:
      'seconds after it was sent within which Revel may still carry out a request whose answer was lost, whatever HTTP_TIMEOUT_MS says; the same on all hosts',
  },
  TRIPLESEAT_WEBHOOK_SIGNING_KEY: {
    group: 'serve',
    kind: commaList(
      (part) => (/^[\x21-\x7e]{16,}$/.test(part) ? part : null),
      (part) =>
        /^[\x21-\x7e]+$/.test(part)
          ? 'holds a key of fewer than 16 characters'
          : 'holds a key with white space, control or non-ASCII characters',
      'the signing keys that Tripleseat shows for the webhook endpoints, separated by commas',
    ),
    meaning:
      'comma list of webhook signing keys, of at least 16 characters each: endpoints are per site, keys rotate',
    secret: true,
  },
  SERVE_TOKEN: {
    group: 'serve',
    kind: credential('a random text, e.g. that of `openssl rand -hex 24`', 16),
    meaning: 'bearer token of the manual trigger, and password of the page, at least 16 characters',
    secret: true,
  },
  SMTP_URL: {
    group: 'notify',
    kind: serviceUrl(
      ['smtp:', 'smtps:'],
      'smtp://user:password@host:587 or smtps://…, user and password percent-encoded',
    ),
    meaning: 'mail server, smtp:// or smtps://',
    secret: true,
  },
  EMAIL_FROM: {
    group: 'notify',
    kind: mailAddress,
    meaning: 'sender of the mails',
  },
  EMAIL_TO: {
    group: 'notify',
    kind: mailAddressList,
    meaning: 'comma list of recipients',
  },
  EMAIL_ON: {
    group: 'notify',
    kind: choices(['changes', 'failures', 'preview']),
    default: 'changes,failures',
    meaning:
      'what is worth a mail: changes, failures, and with preview once a day what would fail in the coming days',
  },
  CHAT_WEBHOOK_URL: {
    group: 'notify',
    kind: hookUrl,
    meaning:
      'incoming webhook of Slack, Teams, Google Chat, or of whoever takes JSON: gets in a few lines what a mail would tell (EMAIL_ON)',
    secret: true,
  },
  HEALTHCHECK_URL: {
    group: 'notify',
    kind: hookUrl,
    meaning: "dead-man's switch: gets /start, then the exit code",
    secret: true,
  },
  METRICS_FILE: {
    group: 'notify',
    kind: path,
    meaning: 'Prometheus textfile, replaced at the end of each run',
  },
  EVENT_LINK: {
    group: 'notify',
    kind: linkPattern,
    without: 'no links',
    meaning:
      "address of an event's page in Tripleseat, with {id} for its id: tables, JSON, mails, chat and the page link to it",
  },
  ORDER_LINK: {
    group: 'notify',
    kind: linkPattern,
    without: 'no links',
    meaning: "address of an order's page in Revel, with {id} for its id",
  },
} as const satisfies Readonly<Record<string, Variable>>;

/** Name of a variable in the table. */
export type VariableName = keyof typeof table;

type ValueOf<V> = V extends Variable<infer T> ? (V extends { default: string } ? T : T | null) : never;

/** What each variable reads as; null: not set, and without a default. */
export type Values = { readonly [N in VariableName]: ValueOf<(typeof table)[N]> };

/** Every variable with its name, group by group. */
export const variables: readonly (Variable & { name: VariableName })[] = Object.keys(variableGroups).flatMap(
  (group) =>
    (Object.keys(table) as VariableName[])
      .filter((name) => table[name].group === group)
      .map((name) => ({ name, ...table[name] })),
);

/** The table's entry. */
export function variable(name: VariableName): Variable {
  return table[name];
}
