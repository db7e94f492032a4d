import type { IncomingMessage, ServerResponse } from 'node:http';

/** How long a client that still sends may take to read why it is being cut off. */
const LINGER_MS = 500;
/** Asks for patience of whoever is answered 503. */
export const RETRY_AFTER = { 'retry-after': '30' };

/** What a request asks for. */
export interface Target {
  /** `host:port`, where the request names the whole address, as clients of a proxy do; null: it names a path. */
  authority: string | null;
  path: string;
  /** All that follows the first question mark. */
  query: string;
}

/** Takes a request target apart, be it a path or a whole address (RFC 9112, 3.2.1 and 3.2.2). */
export function readTarget(target: string): Target {
  const [whole = '', authority = null] = /^https?:\/\/([^/?#]*)/i.exec(target) ?? [];
  const local = target.slice(whole.length);
  const mark = local.indexOf('?');
  return mark === -1
    ? { authority, path: local, query: '' }
    : { authority, path: local.slice(0, mark), query: local.slice(mark + 1) };
}

/** What is answered. */
export interface Reply {
  status: number;
  /** Sent as JSON; a string is sent as it is. */
  body: unknown;
  headers?: Record<string, string>;
  /** The request was not read to its end, so that the connection cannot be used any further. */
  cutOff?: boolean;
}

/** An answer that something was not taken. */
export function refuse(status: number, reason: string, headers: Record<string, string> = {}): Reply {
  return { status, body: { ok: false, processed: false, reason }, headers };
}

/** The same for a caller who asked for a run, with a sentence. */
export function failure(
  status: number,
  code: string,
  message: string,
  headers: Record<string, string> = {},
): Reply {
  const body = { success: false, error: { code, message, hint: null } };
  return { status, body, headers: { ...(status === 503 ? RETRY_AFTER : {}), ...headers } };
}

/** Where a request comes from, for a line of the log: the other end, and whom a proxy there says it speaks for. */
export function callerOf({ socket, headers }: IncomingMessage): string {
  const [forwarded = ''] = /[^,\s]+\s*$/.exec(headers['x-forwarded-for']?.toString() ?? '') ?? [];
  const address = /^[0-9A-Fa-f.:]{3,45}$/.test(forwarded.trim()) ? ` for ${forwarded.trim()}` : '';
  return `from ${socket.remoteAddress ?? 'a connection that is gone'}${address}`;
}

/** Sends a reply; `last` closes the connection after it. */
export function send(response: ServerResponse, reply: Reply, last: boolean): void {
  if (response.destroyed) return;
  const text = typeof reply.body === 'string' ? reply.body : `${JSON.stringify(reply.body)}\n`;
  response.writeHead(reply.status, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    'content-length': Buffer.byteLength(text),
    ...(last || reply.cutOff ? { connection: 'close' } : {}),
    ...reply.headers,
  });
  if (!reply.cutOff) {
    response.end(text);
    return;
  }
  // Closing at once would reset the connection, and the client might lose the answer over it.
  response.write(text);
  setTimeout(() => {
    response.end();
    response.destroy();
  }, LINGER_MS).unref();
}

/** Bytes of bodies that may be in memory at a time, over all requests. */
export class BodyBudget {
  #left: number;

  constructor(bytes: number) {
    this.#left = bytes;
  }

  take(bytes: number): boolean {
    if (bytes > this.#left) return false;
    this.#left -= bytes;
    return true;
  }

  give(bytes: number): void {
    this.#left += bytes;
  }
}

/** What reading a body ended as. `release` returns its bytes to the budget. */
export type BodyOutcome =
  | { kind: 'body'; body: Buffer; release: () => void }
  | { kind: 'too-large' }
  | { kind: 'overloaded' }
  /** The client went away. */
  | { kind: 'gone' };

/** Reads a body of at most `max` bytes; of a larger one no more than that. */
export function readBody(request: IncomingMessage, max: number, budget: BodyBudget): Promise<BodyOutcome> {
  if (Number(request.headers['content-length'] ?? 0) > max) return Promise.resolve({ kind: 'too-large' });
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const settle = (outcome: BodyOutcome) => {
      request.off('data', onData).off('end', onEnd).off('close', onClose).off('error', onClose);
      if (outcome.kind === 'too-large' || outcome.kind === 'overloaded') request.pause();
      if (outcome.kind !== 'body') budget.give(bytes);
      // A connection that breaks later must find a listener.
      request.on('error', () => undefined);
      resolve(outcome);
    };
    const onData = (chunk: Buffer) => {
      if (bytes + chunk.length > max) settle({ kind: 'too-large' });
      else if (!budget.take(chunk.length)) settle({ kind: 'overloaded' });
      else {
        bytes += chunk.length;
        chunks.push(chunk);
      }
    };
    const onEnd = () =>
      settle({ kind: 'body', body: Buffer.concat(chunks), release: () => budget.give(bytes) });
    const onClose = () => settle({ kind: 'gone' });
    request.on('data', onData).on('end', onEnd).on('close', onClose).on('error', onClose);
  });
}
