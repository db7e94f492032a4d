import { type AgentOptions, type ClientRequest, Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Socket } from 'node:net';
import type { RequestError } from 'got';
import { getProxyForUrl } from 'proxy-from-env';
import { isLoopbackHost } from './loopback.js';
import { resetWhenDestroyed } from './reset.js';
import type { HttpFailure, HttpRequest, HttpResponse, HttpTransport } from './transport.js';

const USER_AGENT = 'ts-reconcile';
/** Longest wait for a name, a connection or a TLS handshake, in milliseconds. */
const CONNECT_MS = 10_000;
const NOT_SENT: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN']);
const CONNECT_PHASES: ReadonlySet<string> = new Set(['lookup', 'connect', 'secureConnect']);

/**
 * The transport over the network. One attempt: no retries, no redirects, no exceptions. GETs share kept-alive
 * connections; each write gets a fresh one, since a server that closes an idle connection at that moment would
 * leave the write's outcome unknown. Requests to other machines go through the proxy that the environment names. Bodies are read as a stream and cut off at the cap, decompressed size
 * counted, so a small compressed body cannot fill the memory.
 */
export function gotTransport(): HttpTransport {
  const keptAlive = new Map<string, Promise<Agents>>();
  const agentsFor = (url: string, reads: boolean): Promise<Agents> => {
    const proxy = proxyOf(url);
    if (!reads) return openAgents(proxy, { keepAlive: false });
    const agents = keptAlive.get(proxy) ?? openAgents(proxy, { keepAlive: true, maxSockets: 16 });
    keptAlive.set(proxy, agents);
    return agents;
  };
  return async (request) => {
    if (request.signal?.aborted) return stopped(false);
    // The library goes on listening after the end, and an abort would then throw where nobody catches it.
    const own = new AbortController();
    const abort = () => own.abort();
    request.signal?.addEventListener('abort', abort, { once: true });
    try {
      const agents = await agentsFor(request.url, request.method === 'GET');
      return await send(request, agents, own.signal);
    } catch (error) {
      return classify(error);
    } finally {
      request.signal?.removeEventListener('abort', abort);
    }
  };
}

interface Agents {
  http: HttpAgent;
  https: HttpsAgent;
}

/** The proxy that HTTPS_PROXY and NO_PROXY name for the URL; empty: none. Plain http is for this machine alone. */
function proxyOf(url: string): string {
  return url.startsWith('https:') && !isLoopbackHost(new URL(url).hostname) ? getProxyForUrl(url) : '';
}

async function openAgents(proxy: string, options: AgentOptions): Promise<Agents> {
  const http = new HttpAgent(options);
  if (proxy === '') return { http, https: new HttpsAgent(options) };
  const { HttpsProxyAgent } = await import('https-proxy-agent');
  // It is used like one, but its type lacks the options of one.
  return { http, https: new HttpsProxyAgent(proxy, options) as HttpAgent as HttpsAgent };
}

/**
 * Loads what the transport works with. That takes some fifty milliseconds: with a request waiting for it that has its
 * turn in the request budget, the next ones would arrive sooner after it than they may.
 */
export async function loadTransport(): Promise<void> {
  await import('got');
}

async function send(
  request: HttpRequest,
  agent: Agents,
  signal: AbortSignal,
): Promise<HttpResponse | HttpFailure> {
  // Loading got takes longer than most commands run; help, version and the relay never need it.
  const { got } = await import('got');
  // A third each: were a phase allowed the whole time, the overall limit would fire first and hide that
  // nothing had been sent.
  const connect = Math.min(CONNECT_MS, Math.ceil(request.timeoutMs / 3));
  const { body, mayLeave } = request;
  const guarded = body !== undefined && mayLeave ? { body: Buffer.from(body), mayLeave } : null;
  const stream = got.stream(request.url, {
    method: request.method,
    headers: {
      'user-agent': USER_AGENT,
      ...(guarded ? { 'content-length': String(guarded.body.length) } : {}),
      ...request.headers,
    },
    ...(body === undefined || guarded ? {} : { body }),
    agent,
    retry: { limit: 0 },
    followRedirect: false,
    throwHttpErrors: false,
    timeout: { lookup: connect, connect, secureConnect: connect, request: request.timeoutMs },
    signal,
  });
  // Node.js takes the connection away and tells nobody: without this no end of it would ever be heard of.
  stream.once('request', (asked: ClientRequest) => {
    asked.once('upgrade', (_answer: unknown, socket: Socket) => {
      socket.destroy();
      stream.destroy();
    });
  });
  // Not a byte of a guarded write leaves before its body does.
  let hasLeft = guarded === null;
  let isHeld = false;
  onceConnected(stream, (socket) => {
    // A write that is given up must not arrive later: what follows rests on that.
    if (request.method !== 'GET') resetWhenDestroyed(socket);
    if (guarded) {
      isHeld = !guarded.mayLeave();
      hasLeft = !isHeld;
      if (isHeld) stream.destroy();
      else stream.end(guarded.body);
    }
  });
  const chunks: Buffer[] = [];
  let received = 0;
  try {
    for await (const chunk of stream) {
      const bytes = Buffer.from(chunk);
      received += bytes.length;
      if (received > request.maxBytes) {
        stream.destroy();
        const detail = `the answer is larger than ${request.maxBytes} bytes`;
        return { kind: 'failure', sent: true, reason: 'too-large', detail };
      }
      chunks.push(bytes);
    }
  } catch (error) {
    if (isHeld) return stopped(false);
    return hasLeft ? classify(error) : { ...classify(error), sent: false };
  }
  const response = stream.response;
  if (!response) return { kind: 'failure', sent: true, reason: 'reset', detail: 'no answer' };
  return {
    kind: 'response',
    status: response.statusCode,
    headers: flatten(response.headers),
    // Leaves out a byte order mark, which some servers put before JSON.
    body: new TextDecoder().decode(Buffer.concat(chunks)),
  };
}

/** Calls when the connection of the stream's request stands, its TLS included. */
function onceConnected(stream: NodeJS.EventEmitter, then: (socket: Socket) => void): void {
  stream.once('request', (request: ClientRequest) => {
    request.once('socket', (socket: Socket & { secureConnecting?: boolean }) => {
      if (socket.secureConnecting) socket.once('secureConnect', () => then(socket));
      else if (socket.connecting) socket.once('connect', () => then(socket));
      else then(socket);
    });
  });
}

function flatten(headers: NodeJS.Dict<string | string[]>): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
  }
  return flat;
}

function stopped(sent: boolean): HttpFailure {
  return { kind: 'failure', sent, reason: 'aborted', detail: 'stopped' };
}

/**
 * Only what is certain counts as not sent: no name, no connection, no TLS. The library's own messages hold the
 * whole URL and its errors the headers, so nothing but the code and the phase is taken from them.
 */
function classify(error: unknown): HttpFailure {
  const { name, code, event } = facts(error);
  if (name === 'AbortError' || code === 'ERR_ABORTED' || code === 'ABORT_ERR') return stopped(true);
  if (name === 'TimeoutError' || code === 'ETIMEDOUT') {
    const connecting = event !== null && CONNECT_PHASES.has(event);
    return {
      kind: 'failure',
      sent: !connecting,
      reason: 'timeout',
      detail: connecting ? 'timed out while connecting' : 'timed out',
    };
  }
  if (NOT_SENT.has(code)) {
    return { kind: 'failure', sent: false, reason: 'connect', detail: `could not connect (${code})` };
  }
  return { kind: 'failure', sent: true, reason: 'reset', detail: `the connection broke (${code})` };
}

function facts(error: unknown): { name: string; code: string; event: string | null } {
  if (!(error instanceof Error)) return { name: '', code: 'unknown', event: null };
  const { code, event } = error as Partial<RequestError & { event: unknown }>;
  return {
    name: error.name,
    code: typeof code === 'string' && /^[A-Z0-9_]{2,60}$/.test(code) ? code : 'unknown',
    event: typeof event === 'string' ? event : null,
  };
}
