import { randomBytes } from 'node:crypto';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { type Clock, systemClock } from '../clock.js';
import { loadConfig, needsOf } from '../config/load.js';
import type { Config } from '../config/types.js';
import { AppError, ExitCode } from '../errors.js';
import { gotTransport } from '../http/got.js';
import { writeJson } from '../report/json.js';
import { type OutputStream, outputStyle, writeAll } from '../report/output.js';
import { clean } from '../report/text.js';
import { instantText, spanText } from '../report/time.js';
import { wrap } from '../report/width.js';
import { openState } from '../state/open.js';
import type { StateStore, Tokens } from '../state/types.js';
import { authorizeUrl, exchangeCode } from '../tripleseat/auth.js';
import { listenForCallback, redirectUriOf } from '../tripleseat/callback.js';
import { connectTripleseat } from '../tripleseat/connect.js';
import { revokeToken } from '../tripleseat/revoke.js';
import { readPasted } from '../tripleseat/sign-in.js';
import type { Surroundings } from './surroundings.js';

/** Port of the callback unless another is asked for: fixed, since its redirect URI is registered. */
export const DEFAULT_CALLBACK_PORT = 8917;
const LOGIN_TIMEOUT_MS = 600_000;
const REVOKE_TIMEOUT_MS = 10_000;
const LOGOUT_WAIT_MS = 60_000;
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
  input: Readable;
  /** Waits; default: the machine's. */
  clock?: Clock;
}

/**
 * `auth login`: an admin consents in a browser, and the tokens are stored, on disk before anything else is said.
 *
 * @throws AppError CREDENTIALS (exit 77) when access is not granted or the code is refused; USAGE, UPSTREAM,
 * STATE, ABORTED.
 */
export async function authLogin(options: LoginOptions, around: Surroundings): Promise<ExitCode> {
  const config = loadConfig({ env: around.env, cwd: around.cwd, needs: needsOf.auth });
  const state = await storeOf(config, around, false);
  try {
    const nonce = randomBytes(24).toString('base64url');
    const { code, redirectUri } = await (options.paste
      ? pastedCode(options, config, nonce, around)
      : callbackCode(options, config, nonce, around));
    const { auth } = connectTripleseat(config.tripleseat, {
      transport: gotTransport(),
      clock: systemClock,
      random: Math.random,
      store: state.tokens,
      timeoutMs: config.httpTimeoutMs,
    });
    const tokens = await exchangeCode(auth, code, redirectUri);
    await tell(around.stdout, around, signedIn(tokens, config.tripleseat.scope));
    return ExitCode.ok;
  } finally {
    await state.close();
  }
}

function storeOf(config: Config, around: Surroundings, readOnly: boolean): Promise<StateStore> {
  return openState(config, {
    clock: systemClock,
    random: Math.random,
    log: (line) => around.stderr.write(`${line}\n`),
    readOnly,
  });
}

/** Writes paragraphs, folded at blanks on a terminal; an address stays whole. */
function tell(
  stream: Writable & OutputStream,
  { env }: Surroundings,
  paragraphs: readonly string[],
): Promise<void> {
  const style = outputStyle(stream, env, false);
  const lines = style.terminal ? paragraphs.flatMap((text) => wrap(text, '', style.width)) : paragraphs;
  return writeAll(stream, `${lines.join('\n')}\n`);
}

interface Code {
  code: string;
  redirectUri: string;
}

async function callbackCode(
  { port, clock = systemClock }: LoginOptions,
  config: Config,
  state: string,
  around: Surroundings,
): Promise<Code> {
  const server = await listenForCallback({
    port,
    state,
    timeoutMs: LOGIN_TIMEOUT_MS,
    clock,
    signal: around.stop,
  });
  try {
    const { redirectUri } = server;
    const waiting = `Waiting for the answer, at most ${spanText(LOGIN_TIMEOUT_MS)}. Ctrl-C stops.`;
    await tell(around.stderr, around, invitation(config, redirectUri, state, waiting));
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
  state: string,
  around: Surroundings,
): Promise<Code> {
  const redirectUri = options.redirectUri ?? redirectUriOf(options.port);
  const how =
    'After the consent the browser is sent to an address that it may be unable to open: that is fine. Paste that ' +
    'whole address here (or its code and state with a blank between them):';
  await tell(around.stderr, around, invitation(config, redirectUri, state, how));
  let tries = 0;
  for await (const line of lines(options.input, around.stop)) {
    if (line.trim() === '') continue;
    const answer = readPasted(line, state);
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
    // A terminal that is left open would keep the process alive.
    input.destroy();
  }
}

function invitation(config: Config, redirectUri: string, state: string, then: string): string[] {
  return [
    'Open this address in a browser that is signed in to Tripleseat as a customer admin:',
    '',
    authorizeUrl(config.tripleseat, redirectUri, state),
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
  const exit = around.stop.reason === 'SIGINT' ? ExitCode.interrupted : ExitCode.terminated;
  return new AppError('ABORTED', exit, 'The sign-in was stopped; nothing was stored.');
}

function signedIn(tokens: Tokens, asked: string): string[] {
  const scopes = scopesOf(tokens);
  const lacking = words(asked).filter((scope) => scopes.length > 0 && !scopes.includes(scope));
  return [
    `Signed in to Tripleseat. Scopes: ${scopes.join(' ') || 'not told'}.`,
    ...(lacking.length === 0 ? [] : [`Not granted: ${lacking.join(' ')}.`]),
    tokens.refreshToken === null
      ? `Tripleseat gave no refresh token: at ${instantText(tokens.expiresAt)} somebody has to sign in again.`
      : 'The tokens are stored and renewed from now on without anybody.',
    'Check everything else with: ts-reconcile doctor',
  ];
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

function scopesOf(tokens: Tokens): string[] {
  return words(clean(tokens.scope ?? '', 2_000));
}

/** `auth status --json`; no token is in it. */
interface AuthStatus {
  /** `stored`: tokens are on disk; `configured`: the first run uses TRIPLESEAT_REFRESH_TOKEN; `none`. */
  source: 'stored' | 'configured' | 'none';
  scopes: string[];
  /** ISO 8601; null without a stored token. */
  obtained_at: string | null;
  expires_at: string | null;
  expired: boolean;
  refresh_token: boolean;
}

/** `auth status`: exit 77 when nothing is there to work with until somebody signs in. */
export async function authStatus({ json }: { json: boolean }, around: Surroundings): Promise<ExitCode> {
  const config = loadConfig({ env: around.env, cwd: around.cwd, needs: [] });
  const state = await storeOf(config, around, true);
  try {
    const tokens = await state.tokens.read();
    const now = systemClock.now();
    const status = statusOf(tokens, config.tripleseat.refreshToken !== null, now);
    if (json) await writeJson(around.stdout, status);
    else
      await tell(
        around.stdout,
        around,
        described(
          tokens,
          status,
          now,
          config.stateUrl === null ? config.stateDir : 'the database of STATE_URL',
        ),
      );
    return status.source === 'none' ? ExitCode.credentials : ExitCode.ok;
  } finally {
    await state.close();
  }
}

function statusOf(tokens: Tokens | null, configured: boolean, now: number): AuthStatus {
  if (tokens === null) {
    return {
      source: configured ? 'configured' : 'none',
      scopes: [],
      obtained_at: null,
      expires_at: null,
      expired: false,
      refresh_token: configured,
    };
  }
  return {
    source: 'stored',
    scopes: scopesOf(tokens),
    obtained_at: new Date(tokens.obtainedAt).toISOString(),
    expires_at: new Date(tokens.expiresAt).toISOString(),
    expired: tokens.expiresAt <= now,
    refresh_token: tokens.refreshToken !== null,
  };
}

function described(tokens: Tokens | null, status: AuthStatus, now: number, place: string): string[] {
  if (tokens === null) {
    return status.source === 'configured'
      ? [
          'No tokens are stored yet: the first run uses TRIPLESEAT_REFRESH_TOKEN, then stores what it gets for it.',
        ]
      : [
          'Nobody has signed in to Tripleseat here.',
          'Sign in with `ts-reconcile auth login`. Without that, runs try the client_credentials grant.',
        ];
  }
  const left = tokens.expiresAt - now;
  return [
    `Scopes         ${status.scopes.join(' ') || 'not told by Tripleseat'}`,
    `Access token   ${left > 0 ? `good for another ${spanText(left)}` : `expired ${spanText(left)} ago`} (${instantText(tokens.expiresAt)})`,
    `Refresh token  ${
      tokens.refreshToken === null
        ? 'none: the next token comes from the client_credentials grant, or from `ts-reconcile auth login`'
        : 'stored: runs renew the access token by themselves'
    }`,
    `Obtained       ${instantText(tokens.obtainedAt)}, ${spanText(now - tokens.obtainedAt)} ago`,
    `Stored in      ${clean(place, 1_000)}`,
  ];
}

/** `auth logout`: nothing is stored afterwards, whatever Tripleseat answers. */
export async function authLogout(around: Surroundings): Promise<ExitCode> {
  const config = loadConfig({ env: around.env, cwd: around.cwd, needs: [] });
  const state = await storeOf(config, around, false);
  try {
    const tokens = await state.tokens.exclusive(LOGOUT_WAIT_MS, async () => {
      const stored = await readable(state);
      await state.tokens.clear();
      return stored;
    });
    const revoked =
      tokens !== null &&
      (await revokeToken(
        { baseUrl: config.tripleseat.baseUrl, transport: gotTransport(), timeoutMs: REVOKE_TIMEOUT_MS },
        tokens.accessToken,
      ));
    await tell(around.stdout, around, farewell(tokens, revoked, config));
    return ExitCode.ok;
  } finally {
    await state.close();
  }
}

/** The tokens; null also when their file is damaged, since it goes anyway. */
async function readable(state: StateStore): Promise<Tokens | null> {
  try {
    return await state.tokens.read();
  } catch (error) {
    if (error instanceof AppError && error.code === 'STATE') return null;
    throw error;
  }
}

function farewell(tokens: Tokens | null, revoked: boolean, config: Config): string[] {
  return [
    tokens === null ? 'There were no tokens to use; the store is empty.' : 'The stored tokens are deleted.',
    ...(tokens === null
      ? []
      : [
          revoked
            ? 'Tripleseat was told to forget the access token.'
            : 'Tripleseat could not be told to forget them.',
          'To end the access for good, an admin revokes the application in the settings of Tripleseat.',
        ]),
    ...(config.tripleseat.refreshToken === null
      ? []
      : ['TRIPLESEAT_REFRESH_TOKEN is still set: the next run would use it.']),
  ];
}
