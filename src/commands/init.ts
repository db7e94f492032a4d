import { join } from 'node:path';
import { systemClock } from '../clock.js';
import { envFileText } from '../config/envFile.js';
import { loadConfig } from '../config/load.js';
import { openSource } from '../config/source.js';
import { type VariableName, variable, variables } from '../config/variables.js';
import { isDate, localDate } from '../domain/zones.js';
import { AppError, ExitCode } from '../errors.js';
import { type Accounts, type Option, readAccounts } from '../init/accounts.js';
import { locationsText, placeSchema, textOf, writeKeeping } from '../init/files.js';
import { type Pair, type Proposal, pairOf, propose, type Said, stationsOf } from '../init/propose.js';
import { writeJson } from '../report/json.js';
import { writeAll } from '../report/output.js';
import { connectRevelWithProbe } from '../revel/connect.js';
import { connectTripleseat } from '../tripleseat/connect.js';
import { tell } from './auth-common.js';
import { connectionBasics, openStateFor } from './connections.js';
import type { Surroundings } from './surroundings.js';

/** `init` as asked for on the command line. */
export interface InitOptions {
  /** Variables given as options. */
  values: Partial<Record<VariableName, string>>;
  said: Said;
  /** Take what is proposed without asking. */
  yes: boolean;
  json: boolean;
  /** Replace files that are there; the old ones are kept. */
  replace: boolean;
  noColor: boolean;
  /** A person can be asked. */
  terminal: boolean;
}

/** Something that only a person can tell. */
interface Missing {
  what: string;
  /** The option, or the variable, that says it. */
  option: string;
  choices?: { id: number; name: string }[];
}

type Prompts = typeof import('@inquirer/prompts');

const NEEDED = [
  ['TRIPLESEAT_CLIENT_ID', 'Tripleseat: id of your OAuth 2.0 application'],
  ['TRIPLESEAT_CLIENT_SECRET', 'Tripleseat: its secret'],
  ['REVEL_DOMAIN', 'Revel: your account, e.g. acme or acme.revelup.com'],
  ['REVEL_API_KEY', 'Revel: API key'],
  ['REVEL_API_SECRET', 'Revel: API secret'],
] as const satisfies readonly (readonly [VariableName, string])[];

/** The locations file is the one that is written; which shops are allowed is decided later. */
const NOT_TAKEN: readonly string[] = ['LOCATIONS_FILE', 'ALLOWED_LOCATIONS'];

/**
 * `init`: reads both accounts, proposes what belongs together, asks what it cannot know, writes `.env` and
 * `locations.json`, checks them with `doctor`, and ends with a dry run. Writes nothing to either service. Without a
 * terminal, or with `--json`, it prints what it has found and what is missing, and writes only with `--yes`.
 */
export async function initCommand(options: InitOptions, around: Surroundings): Promise<ExitCode> {
  const prompts =
    options.terminal && !options.yes && !options.json ? await import('@inquirer/prompts') : null;
  try {
    return await run(options, prompts, around);
  } catch (error) {
    if (!(error instanceof Error) || !['ExitPromptError', 'AbortPromptError'].includes(error.name))
      throw error;
    await writeAll(around.stderr, '\nStopped; nothing was written.\n');
    return ExitCode.interrupted;
  }
}

async function run(options: InitOptions, prompts: Prompts | null, around: Surroundings): Promise<ExitCode> {
  const env = Object.fromEntries(Object.entries(around.env).filter(([name]) => !NOT_TAKEN.includes(name)));
  const here = { ...around, env };
  if (prompts !== null) {
    await tell(around.stdout, around, [
      'This asks for your two accounts, reads what they have, and writes .env and locations.json here. It writes nothing to either service. Ctrl-C stops at any time.',
      '',
    ]);
  }
  const values = { ...options.values };
  const missing = await askAccounts(values, prompts, here);
  if (missing.length > 0) return tellMissing({ missing, found: null, locations: null }, around);

  const accounts = await read(values, prompts, here);
  const proposal = propose(accounts, options.said);
  if (prompts !== null) {
    await askShops(proposal, accounts, options.said, prompts);
    await askGoLive(values, proposal, prompts, here);
  }
  const locations = locationsText(proposal);
  const unknown = unknownOf(proposal, accounts);
  if (unknown.length > 0 || (prompts === null && !options.yes)) {
    return tellMissing({ missing: unknown, found: accounts, locations }, around);
  }
  if (!(await write(options, values, locations, prompts, here))) return ExitCode.eventFailed;
  return check(options, prompts, here);
}

/** Fills in what is not given; what nobody could be asked for comes back. */
async function askAccounts(
  values: InitOptions['values'],
  prompts: Prompts | null,
  { env, cwd, stop }: Surroundings,
): Promise<Missing[]> {
  const missing: Missing[] = [];
  for (const [name, what] of NEEDED) {
    const source = openSource(values, env, cwd);
    if (source.given(name) || (name === 'REVEL_DOMAIN' && source.given('REVEL_BASE_URL'))) continue;
    const { kind, secret } = variable(name);
    if (prompts === null) {
      missing.push({ what, option: secret ? `${name} or ${name}_FILE in the environment` : optionOf(name) });
      continue;
    }
    const validate = (text: string) => kind.schema.safeParse(text.trim()).success || `Write ${kind.form}.`;
    const ask = secret ? prompts.password : prompts.input;
    values[name] = (
      await ask({ message: what, validate, ...(secret ? { mask: '*' } : {}) }, { signal: stop })
    ).trim();
  }
  return missing;
}

function optionOf(name: VariableName): string {
  return `--${name.toLowerCase().replaceAll('_', '-')}`;
}

/** Both accounts; where Tripleseat wants a person to sign in, that is done on the way. */
async function read(
  values: InitOptions['values'],
  prompts: Prompts | null,
  around: Surroundings,
): Promise<Accounts> {
  try {
    return await readWith(values, around);
  } catch (error) {
    if (prompts === null || !(error instanceof AppError) || error.code !== 'CREDENTIALS') throw error;
    await tell(around.stdout, around, [error.message]);
    const way = await prompts.select({
      message: 'Sign in to Tripleseat?',
      choices: [
        { name: 'in a browser on this machine', value: 'browser' },
        { name: 'in a browser elsewhere; paste the address at which it ends', value: 'paste' },
        { name: 'no', value: 'no' },
      ],
    });
    if (way === 'no') throw error;
    const { authLogin, DEFAULT_CALLBACK_PORT } = await import('./auth.js');
    const login = {
      paste: way === 'paste',
      port: DEFAULT_CALLBACK_PORT,
      redirectUri: null,
      input: process.stdin,
    };
    await authLogin(login, { ...around, env: { ...around.env, ...values } });
    return readWith(values, around);
  }
}

async function readWith(values: InitOptions['values'], around: Surroundings): Promise<Accounts> {
  const { env, cwd, stop } = around;
  const config = loadConfig({ env, cwd, needs: ['tripleseat', 'revel'], flags: values });
  const state = await openStateFor(config, around, false);
  try {
    const common = await connectionBasics(config, state, stop);
    const tripleseat = connectTripleseat(config.tripleseat, { ...common, store: state.tokens }).probe;
    const revel = connectRevelWithProbe(config.revel, { ...common, onRequest: () => undefined }).probe;
    return await readAccounts(tripleseat, revel);
  } finally {
    await state.close();
  }
}

/** Goes through what is proposed; the proposal is changed to what was chosen. */
async function askShops(proposal: Proposal, accounts: Accounts, said: Said, prompts: Prompts): Promise<void> {
  const chosen: Pair[] = [];
  for (const pair of proposal.pairs) {
    const { place } = pair;
    const site = place.siteName === '' || place.siteName === place.name ? '' : ` (${place.siteName})`;
    const establishment = await prompts.select({
      message: `${place.name}${site} goes to`,
      choices: [
        ...accounts.establishments.map((each) => ({
          name: `${each.name}${each.city === '' ? '' : `, ${each.city}`} (${each.id})`,
          value: each,
        })),
        { name: 'no shop: leave it out', value: null },
      ],
      default: pair.establishment,
    });
    if (establishment === null) continue;
    const next = pairOf(accounts, place, establishment, said);
    next.stationId ??= await choose(
      prompts,
      `Station of ${establishment.name}`,
      stationsOf(accounts, establishment),
      null,
    );
    next.timezone ??= await prompts.input({
      message: `Time zone of ${establishment.name}`,
      validate: (text) => ZONE.test(text) || 'Write an IANA time zone, e.g. America/Los_Angeles.',
    });
    chosen.push(next);
  }
  proposal.pairs = chosen;
  const homes = new Set(chosen.map(({ establishment }) => establishment?.id));
  const here = (options: Option[]) =>
    options.filter(({ establishmentId }) => establishmentId === null || homes.has(establishmentId));
  const { users, diningOptions, paymentTypes, discounts } = accounts;
  proposal.userId = await choose(prompts, 'Revel user of the integration alone', users, proposal.userId);
  proposal.diningOption = await choose(
    prompts,
    'Dining option of the orders',
    here(diningOptions),
    proposal.diningOption,
  );
  proposal.paymentType = await choose(
    prompts,
    'Payment type of what Tripleseat was paid',
    here(paymentTypes),
    proposal.paymentType,
  );
  if (discounts.length > 0) {
    proposal.discountId = await prompts.select({
      message: 'Discount that carries those of events',
      choices: [...choicesOf(here(discounts)), { name: 'none: events with a discount fail', value: null }],
      default: proposal.discountId,
    });
  }
}

const ZONE = /^[A-Za-z_]+\/[A-Za-z0-9_+/-]+$|^UTC$/;

function choicesOf(options: readonly Option[]) {
  return options.map(({ id, name }) => ({ name: `${name} (${id})`, value: id }));
}

/** One of the options; where none could be read, its number. */
async function choose(
  prompts: Prompts,
  message: string,
  options: readonly Option[],
  likely: number | null,
): Promise<number> {
  if (options.length > 0) {
    return prompts.select({
      message,
      choices: choicesOf(options),
      ...(likely === null ? {} : { default: likely }),
    });
  }
  const validate = (text: string) => /^[1-9]\d{0,8}$/.test(text.trim()) || 'Write its number, digits only.';
  const told = likely === null ? {} : { default: String(likely) };
  return Number(await prompts.input({ message: `${message}: its number in Revel`, validate, ...told }));
}

async function askGoLive(
  values: InitOptions['values'],
  { pairs }: Proposal,
  prompts: Prompts,
  { env, cwd }: Surroundings,
): Promise<void> {
  if (openSource(values, env, cwd).given('INJECT_NOT_BEFORE')) return;
  const today = localDate(systemClock.now(), pairs[0]?.timezone ?? 'UTC');
  values.INJECT_NOT_BEFORE = await prompts.input({
    message: 'Go-live day (earlier events never get an order)',
    default: today,
    validate: (text) => isDate(text.trim()) || 'Write a day as YYYY-MM-DD.',
  });
}

/** What the file cannot do without and nobody has said. */
function unknownOf({ pairs, userId, diningOption, paymentType }: Proposal, accounts: Accounts): Missing[] {
  const choices = (options: readonly { id: number; name: string }[]) =>
    options.map(({ id, name }) => ({ id, name }));
  const missing: Missing[] = [];
  if (pairs.length === 0)
    missing.push({ what: 'a Tripleseat location that goes to a shop', option: '--map' });
  for (const { place, establishment, stationId, timezone } of pairs) {
    const name = `${place.name} (location ${place.id})`;
    if (establishment === null) {
      const option = `--map ${place.id}=<establishment>, or --map ${place.id}=none`;
      missing.push({ what: `the shop of ${name}`, option, choices: choices(accounts.establishments) });
      continue;
    }
    if (stationId === null) {
      const option = `--station ${establishment.id}=<station>`;
      missing.push({
        what: `the station of ${name}`,
        option,
        choices: choices(stationsOf(accounts, establishment)),
      });
    }
    if (timezone === null)
      missing.push({ what: `the time zone of ${name}`, option: 'none: write it into the file' });
  }
  const ids = [
    [userId, 'the Revel user that the orders belong to', '--user', accounts.users],
    [diningOption, 'the dining option', '--dining-option', accounts.diningOptions],
    [paymentType, 'the payment type', '--payment-type', accounts.paymentTypes],
  ] as const;
  for (const [id, what, option, options] of ids) {
    if (id === null) missing.push({ what, option: `${option} <id>`, choices: choices(options) });
  }
  return missing;
}

async function tellMissing(
  told: { missing: Missing[]; found: Accounts | null; locations: string | null },
  { stdout }: Surroundings,
): Promise<ExitCode> {
  const { missing, found, locations } = told;
  const proposed: unknown = locations === null ? null : JSON.parse(locations);
  await writeJson(stdout, { ok: missing.length === 0, missing, found, locations: proposed, written: [] });
  return missing.length === 0 ? ExitCode.ok : ExitCode.eventFailed;
}

/** Shows both files and writes them; false: not wanted. */
async function write(
  { yes, replace }: InitOptions,
  values: InitOptions['values'],
  locations: string,
  prompts: Prompts | null,
  around: Surroundings,
): Promise<boolean> {
  const { env, cwd, stdout } = around;
  const paths = { env: join(cwd, '.env'), locations: join(cwd, 'locations.json') };
  const taken = Object.fromEntries(variables.flatMap(({ name }) => (env[name] ? [[name, env[name]]] : [])));
  const all: InitOptions['values'] = { ...taken, ...values };
  // The URL says the same, and both would have to be changed together.
  if (all.REVEL_BASE_URL !== undefined && all.REVEL_BASE_URL === all.REVEL_DOMAIN) delete all.REVEL_BASE_URL;
  const shown = variables
    .filter(({ name }) => all[name] !== undefined)
    .map(({ name, secret }) => `  ${name}=${secret ? '(not shown)' : all[name]}`);
  await writeAll(stdout, `\n${paths.env}\n${shown.join('\n')}\n\n${paths.locations}\n${locations}\n`);
  const there = Object.values(paths).filter((path) => textOf(path) !== null);
  if (there.length > 0 && !replace) {
    const sentence = `${there.join(' and ')} ${there.length === 1 ? 'is' : 'are'} there already`;
    if (prompts === null) {
      throw new AppError(
        'USAGE',
        ExitCode.usage,
        `${sentence}; nothing was written.`,
        'Add --replace: the old files are kept with .old after their names.',
      );
    }
    if (
      !(await prompts.confirm({
        message: `${sentence}. Replace, and keep the old with .old?`,
        default: false,
      }))
    ) {
      return false;
    }
  } else if (!yes && !(await prompts?.confirm({ message: 'Write both files?', default: true }))) return false;
  const intro = ['# Written by `ts-reconcile init`. The environment goes before it, flags go before both.'];
  writeKeeping(paths.env, envFileText(intro, all), 0o600);
  writeKeeping(paths.locations, locations, 0o644);
  placeSchema(paths.locations);
  await writeAll(stdout, 'Both files are written.\n\n');
  return true;
}

/** `doctor`, and a dry run when it finds nothing that is red. */
async function check(options: InitOptions, prompts: Prompts | null, around: Surroundings): Promise<ExitCode> {
  const { doctorCommand } = await import('./doctor.js');
  const how = { json: false, noColor: options.noColor, sandbox: false };
  const found = await doctorCommand({ ...how, sendTestMail: false }, around);
  if (found !== ExitCode.ok) {
    await tell(around.stdout, around, ['', 'Correct what is red, then run `ts-reconcile doctor` again.']);
    return ExitCode.eventFailed;
  }
  if (prompts !== null) {
    const message = 'Everything is in place. Make a first dry run now? It writes nothing.';
    if (!(await prompts.confirm({ message, default: true }))) return ExitCode.ok;
  }
  const { syncCommand } = await import('./sync.js');
  await writeAll(around.stdout, '\nts-reconcile sync --dry-run\n');
  await syncCommand(
    {
      ...how,
      target: { kind: 'sweep', hoursBack: 48, shard: null },
      dryRun: true,
      correlationId: null,
      detailedExitCode: false,
      late: false,
      force: false,
      locations: null,
      trigger: 'manual',
    },
    around,
  );
  await tell(around.stdout, around, [
    '',
    'Next: look at some of these events in Tripleseat; `ts-reconcile products` shows names without a product; `ts-reconcile sync` makes the orders.',
  ]);
  return ExitCode.ok;
}
