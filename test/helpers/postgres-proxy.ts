import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** Where a connection is cut. */
export interface Cut {
  /** The statement, counted from 0 over all connections since {@link PostgresProxy.arm}. */
  statement: number;
  /** `before`: the server never sees it. `after`: it is carried out, and its answer is lost. */
  side: 'before' | 'after';
}

/**
 * Stands between the program and the server, knows where each statement begins and ends, and cuts the connection
 * there once. Later connections go through, unless the line is down.
 */
export class PostgresProxy {
  /** Statements seen since the last arming. */
  statements = 0;
  /** Called with each statement before it goes on. */
  onStatement: (sql: string) => void = () => undefined;
  /** Called when a connection was cut. */
  onCut: () => void = () => undefined;
  readonly #server: Server;
  readonly #target: number;
  readonly #pairs = new Set<[Socket, Socket]>();
  #cut: Cut | null = null;
  #down = false;

  private constructor(target: number) {
    this.#target = target;
    this.#server = createServer((client) => this.#accept(client));
  }

  static async start(target: number): Promise<PostgresProxy> {
    const proxy = new PostgresProxy(target);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the proxy does not listen');
    return address.port;
  }

  /** Counts from 0 again; null: cuts nothing. */
  arm(cut: Cut | null): void {
    this.statements = 0;
    this.#cut = cut;
  }

  /** Cuts all connections and takes no more, or takes them again. */
  setDown(down: boolean): void {
    this.#down = down;
    if (down) for (const pair of [...this.#pairs]) this.#drop(pair);
  }

  /** Gives each of two idle clients the other one's connection to the server, as a pooler may between statements. */
  swap(): void {
    const [first, second] = [...this.#pairs];
    if (!first || !second) throw new Error('there are not two connections');
    [first[1], second[1]] = [second[1], first[1]];
  }

  /** From now on says nothing on the connections there are: neither end hears of it. */
  freeze(): void {
    for (const [client, server] of this.#pairs) {
      client.pause();
      server.pause();
    }
  }

  async close(): Promise<void> {
    this.setDown(true);
    this.#server.close();
    await once(this.#server, 'close');
  }

  #accept(client: Socket): void {
    client.on('error', () => undefined);
    if (this.#down) {
      client.destroy();
      return;
    }
    const server = connect(this.#target, '127.0.0.1');
    server.on('error', () => undefined);
    const pair: [Socket, Socket] = [client, server];
    this.#pairs.add(pair);
    for (const socket of pair) {
      // Messages go one by one: each would wait for the last one's acknowledgement.
      socket.setNoDelay(true);
      socket.on('close', () => this.#drop(pair));
    }

    /** The statement under way on this connection. */
    let current = -1;
    let inStatement = false;
    const frontend = messages(true, (type, bytes) => {
      // A statement is one simple query, or a parse with all that follows up to its sync.
      if (type === 'Q' || type === 'P') {
        if (!inStatement) {
          current = this.statements;
          this.statements += 1;
        }
        inStatement = true;
        this.onStatement(bytes.toString('latin1'));
        if (this.#strikes(current, 'before')) return this.#strike(pair);
      }
      pair[1].write(bytes);
    });
    const backend = messages(false, (type, bytes) => {
      // Ready for the next statement: the last one is over.
      if (type === 'Z' && inStatement) {
        inStatement = false;
        if (this.#strikes(current, 'after')) return this.#strike(pair);
      }
      const receiver = [...this.#pairs].find(([, own]) => own === server)?.[0];
      if (receiver && !receiver.destroyed) receiver.write(bytes);
    });
    client.on('data', frontend);
    server.on('data', backend);
  }

  #strikes(statement: number, side: Cut['side']): boolean {
    return this.#cut !== null && this.#cut.side === side && this.#cut.statement === statement;
  }

  #strike(pair: [Socket, Socket]): void {
    this.#cut = null;
    this.#drop(pair);
    this.onCut();
  }

  #drop(pair: [Socket, Socket]): void {
    this.#pairs.delete(pair);
    for (const socket of pair) socket.destroy();
  }
}

/** Splits a stream into protocol messages: a type byte (not in the very first one of a client), a length, a body. */
function messages(startup: boolean, take: (type: string, bytes: Buffer) => void): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  let untyped = startup;
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    for (;;) {
      const head = untyped ? 0 : 1;
      if (rest.length < head + 4) return;
      const length = head + rest.readInt32BE(head);
      if (rest.length < length) return;
      const message = rest.subarray(0, length);
      rest = rest.subarray(length);
      const type = untyped ? '' : String.fromCharCode(message[0] ?? 0);
      untyped = false;
      take(type, message);
    }
  };
}
