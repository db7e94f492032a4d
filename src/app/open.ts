import { systemClock } from '../clock.js';
import { loadConfig, type Need } from '../config/load.js';
import { resolveLocations } from '../config/locations.js';
import type { Config } from '../config/types.js';
import { type Account, accountName, firstLookUp } from '../domain/account.js';
import { AppError, ExitCode } from '../errors.js';
import { gotTransport, loadTransport } from '../http/got.js';
import { createProgress, type Progress } from '../report/progress.js';
import { connectRevel } from '../revel/connect.js';
import { openState } from '../state/open.js';
import type { StateStore } from '../state/types.js';
import { clean } from '../text/text.js';
import { connectTripleseat } from '../tripleseat/connect.js';
import { withConfigSource } from './source.js';
import type { Surroundings } from './surroundings.js';
import { textsOf } from './texts.js';

/** What a command needs to have opened. */
export interface Opening {
  /** On the built-in simulators in place of the user's own settings. */
  sandbox: boolean;
  needs: readonly Need[];
  /** The state is only read. */
  readOnly: boolean;
}

/** What a command works with. */
export interface Opened {
  config: Config;
  state: StateStore;
  /** One line on the terminal while it works. */
  progress: Progress;
  /** What every sentence goes through: see {@link textsOf}. */
  redact: (text: string) => string;
}

/**
 * Opens configuration and state for `work`, and closes whatever is open when it has ended.
 *
 * @throws ConfigError (exit 78), and AppError as {@link openState} does
 */
export function withOpened<T>(
  { sandbox, needs, readOnly }: Opening,
  around: Surroundings,
  work: (opened: Opened) => Promise<T>,
): Promise<T> {
  return withConfigSource(sandbox, around, async (source) => {
    const config = loadConfig({ ...source, needs });
    const state = await openStateFor(config, around, readOnly);
    const progress = createProgress(around.stderr, systemClock, around.env);
    try {
      return await work({ config, state, progress, redact: textsOf(config, sandbox) });
    } finally {
      progress.clear();
      await state.close();
    }
  });
}

/** Opens the state; what goes wrong with it without stopping anything is told on stderr. Throws like openState. */
export function openStateFor(
  config: Parameters<typeof openState>[0],
  around: Pick<Surroundings, 'stderr'>,
  readOnly: boolean,
): Promise<StateStore> {
  return openState(config, {
    clock: systemClock,
    random: Math.random,
    log: (line) => around.stderr.write(`${line}\n`),
    readOnly,
  });
}

/** Both services, what the account was found to be, and how many requests each has got. */
export interface Services {
  account: Account | null;
  tripleseat: ReturnType<typeof connectTripleseat>;
  revel: ReturnType<typeof connectRevel>;
  requests: { tripleseat: number; revel: number };
}

/**
 * Connects both services. The requests of all commands on one state count together. `requested` hears of each request
 * that goes out.
 */
export async function connectBoth(
  config: Config,
  state: StateStore,
  signal: AbortSignal,
  requested: () => void = () => undefined,
): Promise<Services> {
  const requests = { tripleseat: 0, revel: 0 };
  const account = await accountOf(config, state);
  const common = await surroundingsOf(config, state, signal);
  const onRequest = (service: keyof typeof requests) => () => {
    requests[service] += 1;
    requested();
  };
  return {
    tripleseat: connectTripleseat(config.tripleseat, {
      ...common,
      store: state.tokens,
      onRequest: onRequest('tripleseat'),
    }),
    revel: connectRevel(config.revel, {
      ...common,
      onRequest: onRequest('revel'),
      lookUp: firstLookUp(account),
    }),
    account,
    requests,
  };
}

/** Where it cannot be read, runs begin as where nothing is known. */
async function accountOf({ revel: { baseUrl } }: Config, state: StateStore): Promise<Account | null> {
  if (baseUrl === '') return null;
  const account = await state.account.read(accountName(baseUrl)).catch(() => null);
  return account === 'other-format' ? null : account;
}

/** Connects Revel alone, where the state cannot be used: this process counts for itself. */
export async function connectRevelAlone(config: Config, signal: AbortSignal): Promise<Services['revel']> {
  return connectRevel(config.revel, await surroundingsOf(config, null, signal));
}

async function surroundingsOf(
  { httpTimeoutMs: timeoutMs }: Config,
  state: StateStore | null,
  signal: AbortSignal,
) {
  await loadTransport();
  return {
    transport: gotTransport(),
    clock: systemClock,
    random: Math.random,
    timeoutMs,
    signal,
    ...(state?.budget ? { budgets: state.budget } : {}),
  };
}

/**
 * The locations that `--location` names, by name or site id; null: no such option, so all of them. Throws an
 * AppError (exit 64) for one that the locations file does not have.
 */
export function selectedLocations(
  names: readonly string[] | null,
  { locations }: Pick<Config, 'locations'>,
): string[] | null {
  if (names === null) return null;
  const { selected, unknown } = resolveLocations(locations, names);
  if (unknown.length === 0) return selected;
  throw new AppError(
    'USAGE',
    ExitCode.usage,
    `--location: there is no location ${unknown.map((name) => clean(name, 100)).join(', ')}.`,
    `Known are: ${locations.map(({ name }) => name).join(', ')}.`,
  );
}
