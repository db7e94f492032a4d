import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Clock } from '../../clock.js';
import { errorText } from '../../errors.js';
import { CONTROL_PREFIX, handleControl } from './control.js';
import {
  applyFault,
  createFaultEngine,
  type FaultEngine,
  type FaultRule,
  tooManyRequests,
} from './faults.js';
import { createRequestLog, type LogEntry, type RequestLog } from './log.js';
import { type Persister, persist } from './persist.js';
import { createRateLimiter, type RateLimit } from './rate.js';
import type { SimRequest, SimResponse, Simulator } from './types.js';

/** What a simulator server is made of. */
export interface SimServerOptions {
  simulator: Simulator;
  /** Rules to start with, or an engine that the caller keeps a hand on. */
  faults?: FaultEngine | readonly FaultRule[];
  clock: Clock;
  /** Default: any free port. */
  port?: number;
  /** Added before every request is handled. */
  latencyMs?: number;
  rateLimit?: RateLimit;
  /** A longer request body is refused with 413; default 10 MB. */
  maxBodyBytes?: number;
  /** Holds the simulator's state across restarts; loaded at the start. */
  persistFile?: string;
  /** Called after a request changed the simulator's state, before it is answered. */
  onChange?: () => void;
}

/** A running simulator. */
export interface SimServer {
  /** `http://127.0.0.1:port`, no trailing slash. */
  readonly url: string;
  readonly port: number;
  readonly faults: FaultEngine;
  readonly log: RequestLog;
  /** Stops listening and drops every connection, hanging ones too. */
  close(): Promise<void>;
}

/**
 * Serves a simulator over HTTP on the loopback interface. Rejects when the port is taken or the persisted
 * state can't be read.
 */
export async function startSimServer(options: SimServerOptions): Promise<SimServer> {
  const host = createHost(options);
  const server = createServer((incoming, outgoing) => {
    host.serve(incoming, outgoing).catch((error: unknown) => {
      if (outgoing.headersSent || outgoing.destroyed) incoming.socket.destroy();
      else send(outgoing, { status: 500, headers: {}, body: `Simulator error: ${errorText(error)}` }, null);
    });
  });
  const port = await listen(server, options.port ?? 0);
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    faults: host.faults,
    log: host.log,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Host {
  faults: FaultEngine;
  log: RequestLog;
  serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void>;
}

const DEFAULT_MAX_BODY_BYTES = 10_000_000;

function createHost(options: SimServerOptions): Host {
  const { simulator, clock } = options;
  const faults = engineOf(options.faults);
  const log = createRequestLog();
  const limiter = options.rateLimit === undefined ? null : createRateLimiter(options.rateLimit.perSecond);
  const persister: Persister | null =
    options.persistFile === undefined ? null : persist(simulator, options.persistFile);
  persister?.save();
  let nextIndex = 0;

  const reset = () => {
    nextIndex = 0;
    faults.reset();
    log.clear();
  };

  /** Runs something that may change the state; the change is on disk before anything is answered. */
  const committing = (handle: () => SimResponse): SimResponse => {
    const before = simulator.revision;
    const response = handle();
    if (simulator.revision !== before) {
      persister?.save();
      options.onChange?.();
    }
    return response;
  };

  const serveApi = async (request: SimRequest, outgoing: ServerResponse) => {
    const arrived = clock.now();
    const index = nextIndex++;
    const entry = log.add(index, request, arrived);
    const decision = faults.decide(request, index);
    if (limiter !== null && !limiter.admit(arrived)) {
      entry.fault = 'rate-limit';
      send(outgoing, tooManyRequests(options.rateLimit?.retryAfter ?? 'none', arrived), entry);
      return;
    }
    if (decision.kind !== 'none') entry.fault = decision.kind;
    if (options.latencyMs !== undefined) await clock.sleep(options.latencyMs);
    const now = clock.now();
    const outcome = applyFault(decision, () => committing(() => simulator.handle(request, now)), now);
    switch (outcome.kind) {
      case 'response':
        if (outcome.delayMs > 0) await clock.sleep(outcome.delayMs);
        send(outgoing, outcome.response, entry);
        return;
      case 'cut':
        if (outcome.refused) outgoing.socket?.destroy();
        else outgoing.socket?.resetAndDestroy();
        return;
      case 'hang':
        return;
    }
  };

  return {
    faults,
    log,
    async serve(incoming, outgoing) {
      const body = await readBody(incoming, options.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES);
      if (body === null) {
        send(outgoing, { status: 413, headers: { connection: 'close' }, body: '' }, null);
        return;
      }
      const request = toSimRequest(incoming, body);
      if (!request.path.startsWith(CONTROL_PREFIX)) {
        await serveApi(request, outgoing);
        return;
      }
      const target = { simulator, faults, log, reset };
      const response = committing(() => handleControl(target, request, clock.now()));
      send(outgoing, response, null);
    },
  };
}

function engineOf(faults: SimServerOptions['faults']): FaultEngine {
  if (faults === undefined) return createFaultEngine();
  return 'decide' in faults ? faults : createFaultEngine(faults);
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
async function readBody(incoming: IncomingMessage, maxBytes: number): Promise<string | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming) {
    const buffer: Buffer = Buffer.from(chunk);
    bytes += buffer.length;
    if (bytes <= maxBytes) chunks.push(buffer);
  }
  if (bytes > maxBytes) return null;
  return Buffer.concat(chunks).toString('utf8');
}

function send(outgoing: ServerResponse, response: SimResponse, entry: LogEntry | null): void {
  if (entry !== null) entry.status = response.status;
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
