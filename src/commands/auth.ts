import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { type Answers, left } from '../app/agree.js';
import { withOpened } from '../app/open.js';
import { type Surroundings, stoppedBy } from '../app/surroundings.js';
import { zoneToTell } from '../app/zone.js';
import { type Clock, systemClock } from '../clock.js';
import { needsOf } from '../config/load.js';
import type { Config } from '../config/types.js';
import { AppError, ExitCode } from '../errors.js';
import { gotTransport } from '../http/got.js';
import { shopTime } from '../report/shops.js';
import type { Tokens } from '../state/types.js';
import { spanText } from '../text/time.js';
import { authorizeUrl, exchangeCode } from '../tripleseat/auth.js';
import { listenForCallback, redirectUriOf } from '../tripleseat/callback.js';
import { connectTripleseat } from '../tripleseat/connect.js';
import { newSignIn, readPasted, type SignIn } from '../tripleseat/sign-in.js';
import { scopesOf, tell, words } from './auth-common.js';

/** Port of the callback unless another is asked for: fixed, since its redirect URI is registered. */
export const DEFAULT_CALLBACK_PORT = 8917;
const LOGIN_TIMEOUT_MS = 600_000;
const MAX_TRIES = 5;
const MAX_PASTED = 16_384;

/** `auth login` as asked for on the command line. */
export interface LoginOptions {
  /** Read the answer from `input` instead of listening for it. */
  paste: boolean;
  /** Port of the callback. */
  port: number;
  /** Redirect URI to send, with `paste`; null: that of the port. */
  redirectUri: string | null;
  /** Where pasted text comes from. */
  input: Answers;
  sandbox: boolean;
  /** Waits; default: the machine's. */
  clock?: Clock;
}

/**
 * `auth login`: an admin consents in a browser, and the tokens are stored, on disk before anything else is said.
 *
 * @throws AppError CREDENTIALS (exit 77) when access is not granted or the code is refused; USAGE, UPSTREAM,
 * STATE, ABORTED.
 */
export function authLogin(options: LoginOptions, around: Surroundings): Promise<ExitCode> {
  const opening = { sandbox: options.sandbox, needs: needsOf.auth, readOnly: false };
  return withOpened(opening, around, async ({ config, state }) => {
    const signIn = newSignIn();
    const answer = await (options.paste
      ? pastedCode(options, config, signIn, around)
      : callbackCode(options, config, signIn, around));
    const { auth } = connectTripleseat(config.tripleseat, {
      transport: gotTransport(),
      clock: systemClock,
      random: Math.random,
      store: state.tokens,
      timeoutMs: config.httpTimeoutMs,
    });
    const tokens = await exchangeCode(auth, { ...answer, verifier: signIn.verifier });
    const zone = await zoneToTell(config.locations, state.journal);
    await tell(around.stdout, around, signedIn(tokens, config.tripleseat.scope, zone));
    return ExitCode.ok;
  });
}

interface Code {
  code: string;
  redirectUri: string;
}

async function callbackCode(
  { port, clock = systemClock }: LoginOptions,
  config: Config,
  signIn: SignIn,
  around: Surroundings,
): Promise<Code> {
  const server = await listenForCallback({
    port,
    state: signIn.state,
    timeoutMs: LOGIN_TIMEOUT_MS,
    clock,
    signal: around.stop,
  });
  try {
    const { redirectUri } = server;
    const waiting = `Waiting for the answer, at most ${spanText(LOGIN_TIMEOUT_MS)}. Ctrl-C stops.`;
    await tell(around.stderr, around, invitation(config, redirectUri, signIn, waiting));
    const outcome = await server.outcome;
    switch (outcome.kind) {
      case 'code':
        return { code: outcome.code, redirectUri };
      case 'refused':
        throw refused(outcome.error);
      case 'timeout':
        throw new AppError(
          'ABORTED',
          ExitCode.unavailable,
          `Nobody answered within ${spanText(LOGIN_TIMEOUT_MS)}, so nothing was stored.`,
          'Run it again. Where the browser cannot reach this machine, use `ts-reconcile auth login --paste`.',
        );
      case 'stopped':
        throw stopped(around);
    }
  } finally {
    await server.close();
  }
}

async function pastedCode(
  options: LoginOptions,
  config: Config,
  signIn: SignIn,
  around: Surroundings,
): Promise<Code> {
  const redirectUri = options.redirectUri ?? redirectUriOf(options.port);
  const how =
    'After the consent the browser is sent to an address that it may be unable to open: that is fine. Paste that ' +
    'whole address here (or its code and state with a blank between them):';
  await tell(around.stderr, around, invitation(config, redirectUri, signIn, how));
  let tries = 0;
  for await (const line of lines(options.input, around.stop)) {
    if (line.trim() === '') continue;
    const answer = readPasted(line, signIn.state);
    if (answer.kind === 'code') return { code: answer.code, redirectUri };
    if (answer.kind === 'refused') throw refused(answer.error);
    tries += 1;
    if (tries >= MAX_TRIES) break;
    await tell(around.stderr, around, [
      answer.kind === 'foreign'
        ? 'That answer does not belong to this sign-in: its state is another one. Open the address above and paste what it leads to:'
        : 'That holds no code. Paste the whole address from the address bar:',
    ]);
  }
  if (around.stop.aborted) throw stopped(around);
  if (options.input.isTTY === true && tries < MAX_TRIES) throw left(around.stop, 'nothing was stored');
  throw new AppError(
    'USAGE',
    ExitCode.usage,
    'No answer of this sign-in was pasted, so nothing was stored.',
    'Run `ts-reconcile auth login --paste` again; each run has an address of its own.',
  );
}

/** Lines of the input, of bounded length, until it ends or the signal aborts. */
async function* lines(input: Readable, stop: AbortSignal): AsyncGenerator<string> {
  const reader = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY, terminal: false });
  const end = () => reader.close();
  stop.addEventListener('abort', end, { once: true });
  try {
    if (stop.aborted) return;
    for await (const line of reader) yield line.slice(0, MAX_PASTED);
  } finally {
    stop.removeEventListener('abort', end);
    reader.close();
    // A terminal that is read on would keep the process alive.
    input.pause();
  }
}

function invitation(config: Config, redirectUri: string, signIn: SignIn, then: string): string[] {
  return [
    'Open this address in a browser that is signed in to Tripleseat as a customer admin:',
    '',
    authorizeUrl(config.tripleseat, redirectUri, signIn),
    '',
    `The OAuth application must have this redirect URI, letter by letter: ${redirectUri}`,
    then,
  ];
}

function refused(error: string): AppError {
  return error === 'access_denied'
    ? new AppError(
        'CREDENTIALS',
        ExitCode.credentials,
        'Access was not granted (access_denied), so nothing was stored.',
        'Only an admin of the Tripleseat customer can grant it. Run `ts-reconcile auth login` again.',
      )
    : new AppError(
        'CREDENTIALS',
        ExitCode.credentials,
        `Tripleseat refused the sign-in (${error}), so nothing was stored.`,
        'Check TRIPLESEAT_CLIENT_ID and TRIPLESEAT_SCOPE, and that the redirect URI is registered.',
      );
}

function stopped(around: Surroundings): AppError {
  return new AppError('ABORTED', stoppedBy(around.stop), 'The sign-in was stopped; nothing was stored.');
}

function signedIn(tokens: Tokens, asked: string, zone: string): string[] {
  const scopes = scopesOf(tokens);
  const lacking = words(asked).filter((scope) => scopes.length > 0 && !scopes.includes(scope));
  return [
    `Signed in to Tripleseat. Scopes: ${scopes.join(' ') || 'not told'}.`,
    ...(lacking.length === 0 ? [] : [`Not granted: ${lacking.join(' ')}.`]),
    tokens.refreshToken === null
      ? `Tripleseat gave no refresh token: at ${shopTime(tokens.expiresAt, zone)} somebody has to sign in again.`
      : 'The tokens are stored and renewed from now on without anybody.',
    'Check everything else with: ts-reconcile doctor',
  ];
}
