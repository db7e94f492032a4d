import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Clock } from '../clock.js';
import { AppError, ExitCode } from '../errors.js';
import { readAnswer, type SignInAnswer } from './sign-in.js';

/** How {@link listenForCallback} listens. */
export interface CallbackOptions {
  /** Port on 127.0.0.1; 0: any free one. */
  port: number;
  /** The state that the answer must carry. */
  state: string;
  /** Milliseconds to wait for an answer. */
  timeoutMs: number;
  clock: Clock;
  /** Ends the waiting. */
  signal: AbortSignal;
}

/** An answer that ends the waiting, or why there was none. */
type CallbackOutcome =
  | Extract<SignInAnswer, { kind: 'code' | 'refused' }>
  | { kind: 'timeout' }
  | { kind: 'stopped' };

/** A server that waits for the browser to come back. */
export interface CallbackServer {
  /** To be sent along and registered with Tripleseat. */
  redirectUri: string;
  outcome: Promise<CallbackOutcome>;
  close(): Promise<void>;
}

/** Path of the redirect URI. */
const CALLBACK_PATH = '/callback';

const HEADERS = {
  'content-type': 'text/plain; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  connection: 'close',
};

/**
 * Waits on the loopback interface for the answer of the consent page. An answer with another state is refused
 * and the waiting goes on, so that no other page in the browser can end a sign-in. Pages are fixed sentences.
 *
 * @throws AppError USAGE (exit 64) when the port is taken or not allowed.
 */
export async function listenForCallback(options: CallbackOptions): Promise<CallbackServer> {
  const ended = new AbortController();
  let settle: (outcome: CallbackOutcome) => void = () => undefined;
  const outcome = new Promise<CallbackOutcome>((resolve) => {
    settle = resolve;
  });
  const server = createServer({ requestTimeout: 10_000, headersTimeout: 10_000 }, (request, response) =>
    serve(request, response, options.state, settle),
  );
  const port = await listen(server, options.port);
  const stopped = () => settle({ kind: 'stopped' });
  if (options.signal.aborted) stopped();
  options.signal.addEventListener('abort', stopped, { once: true });
  void options.clock.sleep(options.timeoutMs, ended.signal).then(() => settle({ kind: 'timeout' }));
  return {
    redirectUri: redirectUriOf(port),
    outcome,
    close: () =>
      new Promise((resolve) => {
        ended.abort();
        options.signal.removeEventListener('abort', stopped);
        server.close(() => resolve());
        // Browsers open connections in advance and keep them.
        server.closeAllConnections();
      }),
  };
}

/** The redirect URI of a port of this machine. */
export function redirectUriOf(port: number): string {
  return `http://127.0.0.1:${port}${CALLBACK_PATH}`;
}

function serve(
  request: IncomingMessage,
  response: ServerResponse,
  state: string,
  settle: (outcome: CallbackOutcome) => void,
): void {
  const target = request.url ?? '';
  const mark = target.indexOf('?');
  const path = mark < 0 ? target : target.slice(0, mark);
  // A page elsewhere could have a name of its own lead to this address.
  if (
    !/^(?:127\.0\.0\.1|localhost)(?::\d{1,5})?$/.test(request.headers.host ?? '') ||
    path !== CALLBACK_PATH
  ) {
    answer(response, 404, 'There is nothing here.');
    return;
  }
  if (request.method !== 'GET') {
    answer(response, 405, 'Only GET is answered here.');
    return;
  }
  const read = readAnswer(new URLSearchParams(mark < 0 ? '' : target.slice(mark + 1)), state);
  switch (read.kind) {
    case 'code':
      answer(
        response,
        200,
        'Tripleseat has answered. The terminal says whether the sign-in succeeded; this page can be closed.',
        () => settle(read),
      );
      return;
    case 'refused':
      answer(response, 200, 'Access was not granted. The terminal says more; this page can be closed.', () =>
        settle(read),
      );
      return;
    case 'foreign':
      answer(
        response,
        400,
        'This answer does not belong to the sign-in that is going on. Open the address that the terminal shows.',
      );
      return;
    case 'unreadable':
      answer(response, 400, 'This answer holds no code. Open the address that the terminal shows once more.');
  }
}

function answer(response: ServerResponse, status: number, sentence: string, then?: () => void): void {
  response.writeHead(status, HEADERS);
  // Whether the browser took the page or has gone: the answer counts.
  if (then) response.once('close', then);
  response.end(`${sentence}\n`);
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', () =>
      reject(
        new AppError(
          'USAGE',
          ExitCode.usage,
          `The sign-in cannot listen on port ${port}: it is taken or not allowed.`,
          'Choose another one with --port (its redirect URI must be registered too), or use --paste.',
        ),
      ),
    );
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}
