import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AppError, ExitCode, errorText } from '../errors.js';
import type { Logger } from '../report/log.js';
import { errnoOf } from '../state/failure.js';
import { Connections, type DropReason } from './connections.js';
import { type Reply, readTarget, refuse, send } from './http.js';

/** How long open connections may take to end once everything is answered. */
const CLOSE_MS = 2000;

/** What answers one path. */
export interface Route {
  methods: readonly string[];
  /** Null: there is nobody left to answer, or nobody who is to be. */
  handle(request: IncomingMessage, query: URLSearchParams): Promise<Reply | null>;
}

/** A server that listens. */
export interface HttpServer {
  /** `http://host:port`. */
  url: string;
  /** Takes no more connections; those that are open get their answers and are closed after them. */
  close(): void;
  /** Waits for the answers under way to be sent. */
  closed(): Promise<void>;
}

/** Where to listen. Port 0: any free one. */
export interface Address {
  host: string;
  port: number;
}

/** Serves the routes. Throws an AppError (`CONFIG`, exit 78) when the address cannot be had. */
export async function startServer(
  routes: ReadonlyMap<string, Route>,
  address: Address,
  log: Logger,
  dropped: (reason: DropReason) => void,
): Promise<HttpServer> {
  let closing = false;
  const server = createServer({
    // Time for a request's head and for all of it, counted from its first byte or from the connection's start.
    headersTimeout: 10_000,
    requestTimeout: 15_000,
    connectionsCheckingInterval: 1000,
    // Longer than proxies commonly keep a connection, so that it is they who close it.
    keepAliveTimeout: 75_000,
    maxHeaderSize: 16 * 1024,
  });
  const connections = new Connections(dropped);
  server.on('connection', (socket) => connections.add(socket));
  server.on('request', (request, response) => {
    void connections.inTurn(request, response, async () => {
      const reply = await answer(routes, request, log);
      if (reply) send(response, reply, closing);
      else response.destroy();
    });
  });
  await listen(server, address);
  // Running out of file handles must not end the relay.
  server.on('error', () => dropped('handles'));
  return {
    url: urlOf(server, address.host),
    close() {
      closing = true;
      server.close();
      server.closeIdleConnections();
    },
    closed: () => closed(server),
  };
}

async function answer(
  routes: ReadonlyMap<string, Route>,
  request: IncomingMessage,
  log: Logger,
): Promise<Reply | null> {
  try {
    const { path, query } = readTarget(request.url ?? '');
    const route = routes.get(path);
    if (!route) return { ...refuse(404, 'NOT_FOUND'), cutOff: hasBody(request) };
    if (!route.methods.includes(request.method ?? '')) {
      const refused = refuse(405, 'METHOD_NOT_ALLOWED', { allow: route.methods.join(', ') });
      return { ...refused, cutOff: hasBody(request) };
    }
    // Its question mark is put back, since one at the beginning is dropped, even if it is a second one.
    return await route.handle(request, new URLSearchParams(`?${query}`));
  } catch (error) {
    log.error(`A request could not be answered: ${errorText(error)}`);
    return { ...refuse(500, 'INTERNAL'), cutOff: hasBody(request) };
  }
}

function hasBody({ headers, complete }: IncomingMessage): boolean {
  return (
    !complete && (headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0)
  );
}

function listen(server: Server, { host, port }: Address): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (error: Error) => reject(listenError(error, host, port));
    server.once('error', failed);
    server.listen({ host, port, backlog: 1024 }, () => {
      server.off('error', failed);
      resolve();
    });
  });
}

function listenError(error: Error, host: string, port: number): unknown {
  const fail = (why: string, hint: string) =>
    new AppError('CONFIG', ExitCode.config, `Cannot listen on ${host} port ${port}: ${why}.`, hint);
  switch (errnoOf(error)) {
    case 'EADDRINUSE':
      return fail('another program listens there', 'Stop it, or choose another port with --port.');
    case 'EACCES':
      return fail('this user may not', 'Choose a port above 1023 with --port, behind a reverse proxy.');
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EINVAL':
      return fail(
        'this host has no such address',
        'Choose 127.0.0.1, 0.0.0.0 or one of its own with --host.',
      );
    default:
      return error;
  }
}

function urlOf(server: Server, host: string): string {
  const { port } = server.address() as AddressInfo;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const force = setTimeout(() => server.closeAllConnections(), CLOSE_MS);
    const check = () => {
      clearTimeout(force);
      resolve();
    };
    if (server.listening) server.once('close', check);
    else server.getConnections((_error, count) => (count > 0 ? server.once('close', check) : check()));
    server.closeIdleConnections();
  });
}
