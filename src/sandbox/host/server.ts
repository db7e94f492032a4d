import { once } from 'node:events';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Clock } from '../../clock.js';
import { errorText } from '../../errors.js';
import { boundedText } from '../../http/bounded.js';
import { CONTROL_PREFIX, handleControl } from './control.js';
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

function serving({ simulator, clock, persistFile, between }: SimServerOptions) {
  const save = persistFile === undefined ? () => {} : persist(simulator, persistFile);

  /** What has changed is on disk before anything is answered. */
  const saved = (response: SimResponse): SimResponse => {
    save();
    return response;
  };

  return async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const request = toSimRequest(incoming, await boundedText(incoming, 10_000_000));
    if (request.path.startsWith(CONTROL_PREFIX)) {
      send(outgoing, saved(handleControl(simulator, request, clock.now())));
      return;
    }
    const handle = () => saved(simulator.handle(request, clock.now()));
    if (between) await between(request, outgoing, handle);
    else send(outgoing, handle());
  };
}

/**
 * Loads the file into the simulator if there is one (throws when it does not fit), else makes it. What it returns writes
 * the state if it changed since the last call; on return it is on disk. The file is replaced atomically, so that a
 * crash leaves the old or the new state.
 */
function persist(simulator: Simulator, file: string): () => void {
  let saved: number | null = null;
  const save = () => {
    if (simulator.revision === saved) return;
    const temporary = `${file}.${process.pid}.tmp`;
    writeFileSync(temporary, JSON.stringify(simulator.snapshot()), { mode: 0o600, flush: true });
    renameSync(temporary, file);
    saved = simulator.revision;
  };
  if (existsSync(file)) {
    simulator.restore(JSON.parse(readFileSync(file, 'utf8')));
    saved = simulator.revision;
  } else save();
  return save;
}

function toSimRequest({ method = 'GET', url = '/', headers }: IncomingMessage, body: string): SimRequest {
  const [path = '/', ...query] = url.split('?');
  return {
    method: method.toUpperCase(),
    path,
    query: new URLSearchParams(query.join('?')),
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])),
    body,
  };
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

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return address.port;
}
