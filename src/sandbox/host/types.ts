/** One request as a simulator sees it, whether it came over a socket or from the same process. */
export interface SimRequest {
  /** Upper case. */
  method: string;
  /** Without the query. */
  path: string;
  query: URLSearchParams;
  /** Names in lower case. */
  headers: Record<string, string>;
  /** Empty when there is none. */
  body: string;
}

/** A simulator's complete answer. */
export interface SimResponse {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** What came of a control request that a simulator handled itself. */
export type ControlResult = { ok: true; result: unknown } | { ok: false; error: string };

/**
 * One simulated API: in memory, synchronous, time handed in, so that the same core runs behind a socket and
 * inside a one-process simulation.
 */
export interface Simulator {
  readonly name: 'tripleseat' | 'revel';
  /**
   * Grows by at least one with every change of what {@link snapshot} returns, and with nothing else: the host
   * persists by it.
   */
  readonly revision: number;
  /** Answers one request; `now` is epoch milliseconds. */
  handle(request: SimRequest, now: number): SimResponse;
  /** Everything needed to go on later, as plain JSON data. */
  snapshot(): unknown;
  /** Takes back what {@link snapshot} returned; throws an Error when the data does not fit. */
  restore(data: unknown): void;
  /** Changes some of the simulator's switches; the result is all of them as they are now. */
  configure(switches: unknown): ControlResult;
  /** Things that the real API's own side does (staff at work, data appearing); unknown actions are errors. */
  control(action: string, body: unknown, now: number): ControlResult;
}
