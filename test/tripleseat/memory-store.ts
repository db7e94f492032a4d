import type { TokenStore, Tokens } from '../../src/state/types.js';

/** A token store in memory that several token sources may share, as processes share a directory. */
export class MemoryTokenStore implements TokenStore {
  stored: Tokens | null;
  /** `write:<access token>` in order, for claims about what was durable when. */
  readonly log: string[] = [];
  failWrites: Error | null = null;
  failProbe: Error | null = null;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(stored: Tokens | null = null) {
    this.stored = stored;
  }

  async read(): Promise<Tokens | null> {
    return this.stored;
  }

  async write(tokens: Tokens): Promise<void> {
    if (this.failWrites) throw this.failWrites;
    this.log.push(`write:${tokens.accessToken}`);
    this.stored = tokens;
  }

  async probe(): Promise<void> {
    if (this.failProbe) throw this.failProbe;
  }

  async clear(): Promise<void> {
    this.stored = null;
  }

  exclusive<T>(_timeoutMs: number, work: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(work);
    this.#turn = mine.catch(() => {});
    return mine;
  }
}
