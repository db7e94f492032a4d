import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isLeft, left, untilLeft } from '../app/agree.js';
import { connectBoth, openStateFor } from '../app/open.js';
import type { Surroundings } from '../app/surroundings.js';
import { systemClock } from '../clock.js';
import { envFileText } from '../config/envFile.js';
import { loadConfig } from '../config/load.js';
import { didYouMean } from '../config/nearest.js';
import { envFileValues, openSource } from '../config/source.js';
import { type VariableName, variable, variables } from '../config/variables.js';
import { isDate } from '../domain/dates.js';
import { isZone, localDate } from '../domain/zones.js';
import { AppError, ExitCode } from '../errors.js';
import { type Accounts, readAccounts } from '../init/accounts.js';
import { askBooks, askGoLive, askShops, type Prompts } from '../init/ask.js';
import { locationsText, placeSchema, writeKeeping } from '../init/files.js';
import { type Proposal, propose, type Said, stationsOf } from '../init/propose.js';
import { writeJson } from '../report/json.js';
import { writeAll } from '../report/output.js';
import { clean } from '../text/text.js';
import { tell } from './auth-common.js';

/** `init` as asked for on the command line. */
export interface InitOptions {
  /** Variables given as options. */
  values: Partial<Record<VariableName, string>>;
  said: Said;
  /** Take what is proposed without asking. */
  yes: boolean;
  /** Whether a dry run follows; null: that is asked, or yes. */
  dryRun: boolean | null;
  json: boolean;
  /** Replace files that are there; the old ones are kept. */
  replace: boolean;
  /** A person can be asked. */
  terminal: boolean;
}

type Values = InitOptions['values'];

/** How far it has come. */
interface Done {
  written: boolean;
}

/** Something that only a person can tell. */
interface Missing {
  what: string;
  /** The option, or the variable, that says it. */
  option: string;
  choices?: { id: number; name: string }[];
}

const NEEDED = [
  ['TRIPLESEAT_CLIENT_ID', 'Tripleseat: id of your OAuth 2.0 application'],
  ['TRIPLESEAT_CLIENT_SECRET', 'Tripleseat: its secret'],
  ['REVEL_DOMAIN', 'Revel: your account, e.g. acme or acme.revelup.com'],
  ['REVEL_API_KEY', 'Revel: API key'],
  ['REVEL_API_SECRET', 'Revel: API secret'],
] as const satisfies readonly (readonly [VariableName, string])[];

const BOOKS =
  'How the books are kept: whoever closes the day knows. Each way is right to the cent, and `books` in locations.json changes it later.';

/** The locations file is the one that is written; which shops are allowed is decided later. */
const NOT_TAKEN: readonly string[] = ['LOCATIONS_FILE', 'ALLOWED_LOCATIONS'];

/**
 * `init`: reads both accounts, proposes what belongs together, asks what it cannot know, writes `.env` and
 * `locations.json`, checks them with `doctor`, and ends with a dry run. Writes nothing to either service. Without a
 * terminal it prints what it has found and what is missing, and writes only with `--yes`; with `--json` never.
 */
export async function initCommand(options: InitOptions, around: Surroundings): Promise<ExitCode> {
  const prompts = options.terminal && !options.yes && !options.json ? await promptsAt(around.stop) : null;
  const done: Done = { written: false };
  try {
    return await run(options, prompts, around, done);
  } catch (error) {
    const isToldAlready = error instanceof AppError && error.code === 'ABORTED';
    // What is said of a request that was stopped is nothing about a service.
    const isStopped = isLeft(error) || around.stop.aborted;
    if (isToldAlready || !isStopped) throw error;
    throw left(around.stop, `.env and locations.json ${done.written ? 'are' : 'were not'} written`);
  }
}

/** The library that asks, on this terminal. */
async function promptsAt(stop: AbortSignal): Promise<Prompts> {
  const { select, input, password, confirm } = await import('@inquirer/prompts');
  const asked = <T>(ask: (signal: AbortSignal) => Promise<T>) => untilLeft(process.stdin, stop, ask);
  return {
    select: (config) => asked((signal) => select(config, { signal })),
    input: (config) => asked((signal) => input(config, { signal })),
    password: (config) => asked((signal) => password(config, { signal })),
    confirm: (config) => asked((signal) => confirm(config, { signal })),
  };
}

async function run(
  options: InitOptions,
  prompts: Prompts | null,
  around: Surroundings,
  done: Done,
): Promise<ExitCode> {
  checkSaid(options);
  const env = Object.fromEntries(Object.entries(around.env).filter(([name]) => !NOT_TAKEN.includes(name)));
  const here = { ...around, env };
  if (prompts !== null) {
    await tell(around.stdout, around, [
      'This asks for your two accounts, reads what they have, and writes .env and locations.json here. It writes nothing to either service. Ctrl-C or Ctrl-D at a question leaves.',
      '',
    ]);
  }
  const values = { ...options.values };
  const missing = await askAccounts(values, prompts, here);
  if (missing.length > 0) return tellMissing({ missing, found: null, locations: null, env: {} }, around);

  const accounts = await read(values, prompts, here);
  const proposal = propose(accounts, options.said);
  if (prompts !== null) {
    await askShops(proposal, accounts, options.said, prompts);
    await tell(around.stdout, around, [BOOKS]);
    await askBooks(proposal, options.said, prompts);
  }
  if (!openSource(values, env, around.cwd).given('INJECT_NOT_BEFORE')) {
    const today = localDate(systemClock.now(), proposal.pairs[0]?.timezone ?? 'UTC');
    values.INJECT_NOT_BEFORE = prompts === null ? today : await askGoLive(today, prompts);
  }
  const locations = locationsText(proposal);
  const unknown = unknownOf(proposal, accounts);
  const all = variablesOf(values, env, around.cwd);
  if (unknown.length > 0 || options.json || (prompts === null && !options.yes)) {
    return tellMissing({ missing: unknown, found: accounts, locations, env: all }, around);
  }
  if (!(await write(options, all, locations, prompts, here))) {
    await tell(around.stderr, around, ['Nothing was written.']);
    return ExitCode.eventFailed;
  }
  done.written = true;
  return check(options, prompts, here);
}

/** What takes more than a look at its form is looked at here, before anything is asked of anybody. */
function checkSaid({ values, said }: InitOptions): void {
  const day = values.INJECT_NOT_BEFORE;
  const zone = [...said.timezones.values()].find((each) => !isZone(each));
  const wrong =
    day !== undefined && !isDate(day)
      ? [`--not-before ${clean(day, 60)} is no day.`, 'Write a day as YYYY-MM-DD.']
      : zone !== undefined
        ? [
            `--timezone: ${clean(zone, 60)} is no IANA time zone${didYouMean(zone, Intl.supportedValuesOf('timeZone')) || '.'}`,
            'Write an establishment and a zone like 8=America/Chicago.',
          ]
        : null;
  if (wrong === null) return;
  const [message = '', hint = ''] = wrong;
  throw new AppError('USAGE', ExitCode.usage, message, hint);
}

/** Fills in what is not given; what nobody could be asked for comes back. */
async function askAccounts(
  values: Values,
  prompts: Prompts | null,
  { env, cwd }: Surroundings,
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
    values[name] = (await ask({ message: what, validate, ...(secret ? { mask: '*' } : {}) })).trim();
  }
  return missing;
}

function optionOf(name: VariableName): string {
  return `--${name.toLowerCase().replaceAll('_', '-')}`;
}

/** Both accounts; where Tripleseat wants a person to sign in, that is done on the way. */
async function read(values: Values, prompts: Prompts | null, around: Surroundings): Promise<Accounts> {
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
      sandbox: false,
    };
    await authLogin(login, { ...around, env: { ...around.env, ...values } });
    return readWith(values, around);
  }
}

async function readWith(values: Values, around: Surroundings): Promise<Accounts> {
  const { env, cwd, stop } = around;
  const config = loadConfig({ env, cwd, needs: ['tripleseat', 'revel'], flags: values });
  const state = await openStateFor(config, around, false);
  try {
    const { tripleseat, revel } = await connectBoth(config, state, stop);
    const accounts = await readAccounts(tripleseat.probe, revel.probe);
    // Lists that could not be read any more count as gaps there.
    if (stop.aborted) throw left(stop, '.env and locations.json were not written');
    return accounts;
  } finally {
    await state.close();
  }
}

/** What the file cannot do without and nobody has said. */
function unknownOf(
  { pairs, userId, diningOption, paymentType, books }: Proposal,
  accounts: Accounts,
): Missing[] {
  const choices = (options: readonly { id: number; name: string }[]) =>
    options.map(({ id, name }) => ({ id, name }));
  const missing: Missing[] = [];
  if (pairs.length === 0)
    missing.push({ what: 'a Tripleseat location that goes to a shop', option: '--map' });
  for (const { place, establishment, stationId, timezone, sold } of pairs) {
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
      missing.push({
        what: `the time zone of ${name}`,
        option: `--timezone ${establishment.id}=<Area/City>`,
      });
    for (const what of ['gratuity', 'fees'] as const) {
      if (books[what] !== 'product' || sold[what] !== null) continue;
      const option = `--${what}-product ${establishment.id}=<product>`;
      missing.push({ what: `the product that ${what} of ${name} are sold as`, option });
    }
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
  told: { missing: Missing[]; found: Accounts | null; locations: string | null; env: Values },
  { stdout }: Surroundings,
): Promise<ExitCode> {
  const { missing, found, locations, env } = told;
  const proposed: unknown = locations === null ? null : JSON.parse(locations);
  const ok = missing.length === 0;
  const shown = Object.fromEntries(shownOf(env));
  await writeJson(stdout, { ok, missing, found, env: shown, locations: proposed, written: [] });
  return missing.length === 0 ? ExitCode.ok : ExitCode.eventFailed;
}

/**
 * All that `.env` will hold: what was answered before what the environment has, before what the file says that it
 * takes the place of. A switch or a go-live day that got lost on the way would have runs write.
 */
function variablesOf(values: Values, env: Surroundings['env'], cwd: string): Values {
  const file: Surroundings['env'] = { ...envFileValues(env, cwd), LOCATIONS_FILE: undefined };
  const taken = variables.flatMap(({ name }) => {
    const value = [env[name], file[name]].find((text) => text?.trim());
    return value === undefined ? [] : [[name, value]];
  });
  const all: Values = { ...Object.fromEntries(taken), ...values };
  // The URL says the same, and both would have to be changed together.
  if (all.REVEL_BASE_URL !== undefined && all.REVEL_BASE_URL === all.REVEL_DOMAIN) delete all.REVEL_BASE_URL;
  return all;
}

/** What else the file before sets: files with secrets, and what is for other programs. */
function keptOf(all: Values, { env, cwd }: Surroundings): Record<string, string> {
  const known = variables.flatMap(({ name }) => (all[name] === undefined ? [name] : [name, `${name}_FILE`]));
  const others = Object.entries(envFileValues(env, cwd)).filter(
    ([key]) => !known.some((name) => name === key),
  );
  return Object.fromEntries(others.map(([key, value = '']) => [key, value]));
}

/** Its lines as a person, or a program, may see them. */
function shownOf(all: Values): [VariableName, string][] {
  return variables.flatMap(({ name, secret }) => {
    const value = all[name];
    return value === undefined ? [] : [[name, secret ? '(not shown)' : value]];
  });
}

/** Shows both files and writes them; false: not wanted. */
async function write(
  { yes, replace }: InitOptions,
  all: Values,
  locations: string,
  prompts: Prompts | null,
  around: Surroundings,
): Promise<boolean> {
  const { cwd, stdout } = around;
  const paths = { env: join(cwd, '.env'), locations: join(cwd, 'locations.json') };
  const kept = keptOf(all, around);
  const lines = [...shownOf(all), ...Object.keys(kept).map((key) => [key, '(kept, not shown)'])];
  const shown = lines.map(([name, value]) => `  ${name}=${value}`);
  await writeAll(stdout, `\n${paths.env}\n${shown.join('\n')}\n\n${paths.locations}\n${locations}\n`);
  const there = Object.values(paths).filter((path) => existsSync(path));
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
  writeKeeping([
    { path: paths.env, text: envFileText(intro, all, kept), mode: 0o600 },
    { path: paths.locations, text: locations, mode: 0o644 },
  ]);
  placeSchema(paths.locations);
  await writeAll(stdout, 'Both files are written.\n\n');
  return true;
}

/** `doctor`, and a dry run when it finds nothing that is red. */
async function check(options: InitOptions, prompts: Prompts | null, around: Surroundings): Promise<ExitCode> {
  const { doctorCommand } = await import('./doctor.js');
  const how = { json: false, sandbox: false };
  const found = await doctorCommand({ ...how, sendTestMail: false }, around);
  if (around.stop.aborted) return found;
  if (found !== ExitCode.ok) {
    await tell(around.stdout, around, ['', 'Correct what is red, then run `ts-reconcile doctor` again.']);
    return ExitCode.eventFailed;
  }
  const message = 'Everything is in place. Make a first dry run now? It writes nothing.';
  const wanted = options.dryRun ?? (await prompts?.confirm({ message, default: true })) ?? true;
  if (!wanted) return ExitCode.ok;
  const { syncCommand } = await import('./sync.js');
  await writeAll(around.stdout, '\nts-reconcile sync --dry-run\n');
  const ran = await syncCommand(
    {
      ...how,
      target: { kind: 'sweep', hoursBack: 48, shard: null },
      dryRun: true,
      correlationId: null,
      detailedExitCode: false,
      late: false,
      force: false,
      locations: null,
      only: null,
      trigger: 'manual',
    },
    around,
  );
  if (around.stop.aborted) return ran;
  await tell(around.stdout, around, [
    '',
    'Next: look at some of these events in Tripleseat; `ts-reconcile products` shows names without a product; `ts-reconcile sync` makes the orders.',
  ]);
  return ExitCode.ok;
}
