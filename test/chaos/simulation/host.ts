import type { Lock } from '../../../src/state/primitives.js';
import type { StateStore } from '../../../src/state/types.js';
import type { Process } from './process.js';

const noDocuments: StateStore['documents'] = {
  get: async () => ({ kind: 'none' }),
  put: async () => {},
  delete: async () => {},
  move: async () => {},
  probe: async () => {},
  place: () => 'nowhere',
};

/** One machine: its state directory in memory. Locks go away with the process that holds them. */
export class Host {
  readonly #locks = new Map<string, Process>();
  readonly #number: number;

  constructor(number: number) {
    this.#number = number;
  }

  /**
   * The state as one process on this host sees it.
   *
   * @param container where the locks that it takes count; absent: on the whole host
   */
  stateFor(process: Process, container?: number): StateStore {
    const reach =
      container === undefined ? `host ${this.#number}` : `host ${this.#number}, container ${container}`;
    return {
      locks: {
        reach,
        lost: new AbortController().signal,
        tryLock: async (name) => this.#tryLock(`${reach} ${name}`, process),
        confirm: async () => {},
      },
      tokens: {
        read: async () => null,
        write: async () => {},
        probe: async () => undefined,
        clear: async () => {},
        exclusive: (_timeoutMs, work) => work(),
      },
      journal: {
        append: async () => {},
        read: async function* () {},
        lastGoodSweep: async () => null,
      },
      cache: { get: async () => undefined, set: async () => {}, flush: async () => {} },
      acceptances: { read: async () => [], put: async () => {} },
      account: { read: async () => null, change: async () => {} },
      mailMemory: { read: async () => [], update: async () => {}, inTurn: (_ms, work) => work() },
      documents: noDocuments,
      openQueue: async () => null,
      close: async () => {},
    };
  }

  #tryLock(name: string, process: Process): Lock | null {
    const holder = this.#locks.get(name);
    if (holder?.alive) return null;
    this.#locks.set(name, process);
    return {
      release: async () => {
        if (this.#locks.get(name) === process) this.#locks.delete(name);
      },
    };
  }
}
