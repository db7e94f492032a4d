import type { Process } from './process.js';
import type { Fault, FaultKind } from './scenario.js';

/** The faults of a schedule by the requests that they befall. */
export class Faults {
  readonly #places: ReadonlyMap<string, FaultKind>;

  constructor(faults: readonly Fault[]) {
    this.#places = new Map(
      faults.flatMap(({ run, of, nth, count, kind }) =>
        Array.from({ length: count }, (_, index): [string, FaultKind] => [
          placeOf(run, of, nth + index),
          kind,
        ]),
      ),
    );
  }

  /** What befalls the request that the process is about to begin; null: nothing. */
  of({ index, requests, reads, claims }: Process, kind: 'reads' | 'writes' | 'claims'): FaultKind | null {
    if (kind === 'claims') {
      const befallen = this.#places.get(placeOf(index, kind, claims));
      if (befallen) return befallen;
    }
    const nth = kind === 'reads' ? reads : requests - reads;
    const ofKind = kind === 'claims' ? 'writes' : kind;
    return (
      this.#places.get(placeOf(index, 'requests', requests)) ??
      this.#places.get(placeOf(index, ofKind, nth)) ??
      null
    );
  }
}

function placeOf(run: number, of: Fault['of'], nth: number): string {
  return `${run} ${of} ${nth}`;
}
