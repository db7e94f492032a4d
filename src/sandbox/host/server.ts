import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Clock } from '../../clock.js';
import { errorText } from '../../errors.js';
import { CONTROL_PREFIX, handleControl } from './control.js';
import { persist } from './persist.js';
import type { SimRequest, SimResponse, Simulator } from './types.js';

/**
 * Stands between the network and a simulator. `handle` has the simulator carry the request out and keeps what changed;
 * whether and when that happens, and what is sent, is up to this.
 */
type Between = (request: SimRequest, outgoing: ServerResponse, handle: () => SimResponse) => Promise<void>;

/** What a simulator server is made of. */
export interface SimServerOptions {
  simulator: Simulator;
  clock: Clock;
  /** Default: any free port. */
  port?: number;
  /** Holds the simulator's state across restarts; loaded at the start. */
  persistFile?: string;
  /** Default: every request is carried out and answered at once. */
  between?: Between;
}

/** A running simulator. */
export interface SimServer {
  /** `http://127.0.0.1:port`, no trailing slash. */
  readonly url: string;
  /** Stops listening and drops every connection, hanging ones too. */
  close(): Promise<void>;
}

/** A longer request body is refused with 413. */
const MAX_BODY_BYTES = 10_000_000;

/**
 * Serves a simulator over HTTP on the loopback interface. Rejects when the port is taken or the persisted
 * state can't be read.
 */
export async function startSimServer(options: SimServerOptions): Promise<SimServer> {
  const serve = serving(options);
  const server = createServer((incoming, outgoing) => {
    serve(incoming, outgoing).catch((error: unknown) => {
      if (outgoing.headersSent || outgoing.destroyed) incoming.socket.destroy();
      else send(outgoing, { status: 500, headers: {}, body: `Simulator error: ${errorText(error)}` });
    });
  });
  const port = await listen(server, options.port ?? 0);
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function serving(
  options: SimServerOptions,
): (incoming: IncomingMessage, outgoing: ServerResponse) => Promise<void> {
  const { simulator, clock, between } = options;
  const persister = options.persistFile === undefined ? null : persist(simulator, options.persistFile);
  persister?.save();

  /** What has changed is on disk before anything is answered. */
  const saved = (response: SimResponse): SimResponse => {
    persister?.save();
    return response;
  };

  return async (incoming, outgoing) => {
    const body = await readBody(incoming);
    if (body === null) {
      send(outgoing, { status: 413, headers: { connection: 'close' }, body: '' });
      return;
    }
    const request = toSimRequest(incoming, body);
    if (request.path.startsWith(CONTROL_PREFIX)) {
      send(outgoing, saved(handleControl(simulator, request, clock.now())));
      return;
    }
    const handle = () => saved(simulator.handle(request, clock.now()));
    if (between) await between(request, outgoing, handle);
    else send(outgoing, handle());
  };
}

function toSimRequest(incoming: IncomingMessage, body: string): SimRequest {
  const target = incoming.url ?? '/';
  const mark = target.indexOf('?');
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return {
    method: (incoming.method ?? 'GET').toUpperCase(),
    path: mark < 0 ? target : target.slice(0, mark),
    query: new URLSearchParams(mark < 0 ? '' : target.slice(mark + 1)),
    headers,
    body,
  };
}

/** The whole body as text; null when it is too long, which is read to its end so that an answer gets through. */
async function readBody(incoming: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming) {
    const buffer: Buffer = Buffer.from(chunk);
    bytes += buffer.length;
    if (bytes <= MAX_BODY_BYTES) chunks.push(buffer);
  }
  if (bytes > MAX_BODY_BYTES) return null;
  return Buffer.concat(chunks).toString('utf8');
}

/** Sends an answer, unless the client is gone. */
export function send(outgoing: ServerResponse, response: SimResponse): void {
  if (outgoing.destroyed) return;
  outgoing.writeHead(response.status, {
    ...response.headers,
    'content-length': String(Buffer.byteLength(response.body)),
  });
  outgoing.end(response.body);
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      const address = server.address();
      if (address === null || typeof address === 'string') reject(new Error('The server has no port.'));
      else resolve(address.port);
    });
  });
}
