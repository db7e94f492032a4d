interface Entry {
  at: number;
  /** Decides between entries of the same millisecond. */
  order: number;
  run: () => void;
}

/**
 * Virtual time: things happen when nothing else is left to do at an earlier moment, and at one and the same
 * moment in the order that the seed says. Nothing in a simulation waits for real time.
 */
export class Timeline {
  now: number;
  readonly #heap: Entry[] = [];
  readonly #order: () => number;

  /** @param order breaks ties; uniform in [0, 1) */
  constructor(start: number, order: () => number) {
    this.now = start;
    this.#order = order;
  }

  /** Calls `run` after `ms` milliseconds of virtual time. */
  after(ms: number, run: () => void): void {
    const heap = this.#heap;
    const entry: Entry = { at: this.now + Math.max(0, Math.ceil(ms)), order: this.#order(), run };
    let index = heap.length;
    heap.push(entry);
    while (index > 0) {
      const up = (index - 1) >> 1;
      const parent = heap[up];
      if (!parent || !before(entry, parent)) break;
      heap[index] = parent;
      index = up;
    }
    heap[index] = entry;
  }

  /**
   * Lets things happen until `done` says so. After each one, everything that follows from it without waiting
   * for time has happened before the next one begins.
   *
   * @returns false when nothing is left to happen, or when the virtual clock has passed `deadline`
   */
  async run(done: () => boolean, deadline: number): Promise<boolean> {
    await settle();
    while (!done()) {
      const next = this.#pop();
      if (!next || next.at > deadline) return false;
      this.now = next.at;
      next.run();
      await settle();
    }
    return true;
  }

  #pop(): Entry | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (!first || !last || heap.length === 0) return first;
    let index = 0;
    for (;;) {
      const left = heap[2 * index + 1];
      const right = heap[2 * index + 2];
      const child = left && right && before(right, left) ? right : left;
      if (!child || !before(child, last)) break;
      heap[index] = child;
      index = child === left ? 2 * index + 1 : 2 * index + 2;
    }
    heap[index] = last;
    return first;
  }
}

function before(a: Entry, b: Entry): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

/**
 * Resolves when all promises that can go on have gone on: Node empties the queue of promises before it takes the
 * next tick. Only for code that waits for nothing but promises.
 */
function settle(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}
