import { AppError } from '../errors.js';
import { type ProbeAnswer, parseJson } from '../http/probe.js';
import { describe } from '../http/read.js';
import { type ClientOptions, fetchAuthorised } from './client.js';

/** What a probe of Tripleseat came to. `refused`: the credentials are no good, also with a fresh token. */
export type TripleseatProbeAnswer = ProbeAnswer | { kind: 'refused'; message: string; hint: string | null };

/** GET of a path below the root (`/v1/sites.json`) with a token. */
export type TripleseatProbe = (path: string) => Promise<TripleseatProbeAnswer>;

/** Asks Tripleseat one thing and reports how it answered; renews the token like every other request. */
export function tripleseatProbe(options: ClientOptions, now: () => number): TripleseatProbe {
  return async (path) => {
    const sentAt = now();
    try {
      const outcome = await fetchAuthorised(options, path, `${options.baseUrl}${path}`);
      if (outcome.kind === 'unavailable') return { kind: 'failure', detail: outcome.detail };
      if (outcome.kind === 'failure') return { kind: 'failure', detail: describe('Tripleseat', outcome) };
      const { status, headers, body } = outcome.response;
      return { kind: 'answer', status, headers, json: parseJson(body), sentAt, receivedAt: now() };
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'CREDENTIALS') throw error;
      return { kind: 'refused', message: error.message, hint: error.hint };
    }
  };
}
