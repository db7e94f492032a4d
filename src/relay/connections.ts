import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { errnoOf } from '../state/failure.js';

/** So many connections at once, where the system has handles for them. */
const MAX_CONNECTIONS = 2000;
/** File handles that everything else needs: the spool, runs, the program's own parts. */
const OTHER_HANDLES = 64;
/** Requests that may wait on one connection for the answer to the one before. */
const MAX_WAITING = 16;

/** Why a connection was closed before it got an answer. */
export const dropReasons = [
  /** Every other one was being answered. */
  'full',
  /** It was the one that had said nothing, or nothing whole, for longest, and another came. */
  'idle',
  /** It sent what is no HTTP, or a head that is too large. */
  'malformed',
  /** It took too long to send a request. */
  'slow',
  /** It sent too many requests ahead. */
  'pipelined',
  /** It guessed at tokens or signatures, along with too many others. */
  'guessing',
  /** The system had no handle for it. */
  'handles',
] as const;
export type DropReason = (typeof dropReasons)[number];

/**
 * The connections of a server: so many, of which the one that has been idle for longest makes room for the next, or else
 * the one whose request has been on its way for longest; and one answer at a time on each, so that whoever sends many
 * requests ahead has no more than their turn.
 */
export class Connections {
  readonly #open = new Set<Socket>();
  /** The one that has said nothing for longest comes first. */
  readonly #idle = new Set<Socket>();
  /** What each of the others has asked last, the oldest first. */
  readonly #asking = new Map<Socket, IncomingMessage>();
  readonly #turns = new WeakMap<Socket, { waiting: number; last: Promise<void> }>();
  readonly #max: number;
  readonly #dropped: (reason: DropReason) => void;

  constructor(dropped: (reason: DropReason) => void, max = mostConnections()) {
    this.#dropped = dropped;
    this.#max = max;
  }

  /** A connection was made; it, or the oldest idle one, is closed if there are too many. */
  add(socket: Socket): void {
    if (this.#open.size >= this.#max) {
      const oldest = this.#mostIdle();
      this.#dropped(oldest ? 'idle' : 'full');
      this.#close(oldest ?? socket);
      if (!oldest) return;
    }
    this.#open.add(socket);
    this.#idle.add(socket);
    socket.on('error', (error) => {
      const code = errnoOf(error) ?? '';
      if (code.startsWith('HPE_')) this.#dropped('malformed');
      if (code === 'ERR_HTTP_REQUEST_TIMEOUT') this.#dropped('slow');
    });
    socket.once('close', () => this.#forget(socket));
  }

  /**
   * Calls `work`, which has to send or destroy the response, once what came before it on this connection is answered.
   */
  async inTurn(request: IncomingMessage, response: ServerResponse, work: () => Promise<void>): Promise<void> {
    const { socket } = request;
    if (socket.destroyed) return;
    const turns = this.#turns.get(socket) ?? { waiting: 0, last: Promise.resolve() };
    this.#turns.set(socket, turns);
    if (turns.waiting >= MAX_WAITING) {
      this.#dropped('pipelined');
      socket.destroy();
      return;
    }
    this.#idle.delete(socket);
    this.#asking.delete(socket);
    this.#asking.set(socket, request);
    turns.waiting += 1;
    const before = turns.waiting === 1 ? null : turns.last;
    turns.last = new Promise((resolve) => {
      response.once('close', () => {
        turns.waiting -= 1;
        if (turns.waiting === 0 && this.#asking.delete(socket)) this.#idle.add(socket);
        // Not before others had theirs.
        setImmediate(resolve);
      });
    });
    await before;
    if (!response.destroyed) await work();
  }

  /** Who only begins to ask, and never ends, must not keep others out any more than who says nothing. */
  #mostIdle(): Socket | undefined {
    const [idle] = this.#idle;
    if (idle) return idle;
    for (const [socket, { complete }] of this.#asking) if (!complete) return socket;
    return undefined;
  }

  #close(socket: Socket): void {
    this.#forget(socket);
    socket.destroy();
  }

  #forget(socket: Socket): void {
    this.#open.delete(socket);
    this.#idle.delete(socket);
    this.#asking.delete(socket);
  }
}

/** As many as the limit on open files leaves room for, where the system tells it. */
function mostConnections(): number {
  try {
    const [, limit = ''] = /^Max open files +([0-9]+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
    if (limit !== '') return Math.max(8, Math.min(MAX_CONNECTIONS, Number(limit) - OTHER_HANDLES));
  } catch {
    // Another system.
  }
  return MAX_CONNECTIONS;
}
