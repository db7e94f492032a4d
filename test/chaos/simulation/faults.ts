import type { Process } from './process.js';
import type { FaultKind, Scenario } from './scenario.js';

type Fault = Scenario['faults'][number];

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
  of({ index, requests, reads }: Process, kind: 'reads' | 'writes'): FaultKind | null {
    const nth = kind === 'reads' ? reads : requests - reads;
    return (
      this.#places.get(placeOf(index, 'requests', requests)) ??
      this.#places.get(placeOf(index, kind, nth)) ??
      null
    );
  }
}

function placeOf(run: number, of: Fault['of'], nth: number): string {
  return `${run} ${of} ${nth}`;
}
