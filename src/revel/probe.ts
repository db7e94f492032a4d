import { type ProbeAnswer, probe } from '../http/probe.js';
import type { Reader } from '../http/read.js';

/** What {@link revelProbe} talks with. */
export interface RevelProbeOptions {
  /** No trailing slash. */
  baseUrl: string;
  apiKey: string;
  apiSecret: string;
  read: Reader;
  /** Epoch milliseconds. */
  now: () => number;
}

/** GET of a path (`/resources/Order/`) with a query; a 401 is an answer like any other. */
export type RevelProbe = (path: string, query?: Readonly<Record<string, string>>) => Promise<ProbeAnswer>;

/** Asks Revel one thing and reports how it answered: for finding out what an account lets one do. */
export function revelProbe({ baseUrl, apiKey, apiSecret, read, now }: RevelProbeOptions): RevelProbe {
  return (path, query = {}) => {
    const parameters = new URLSearchParams(query).toString();
    return probe({
      upstream: 'Revel',
      read,
      now,
      url: `${baseUrl}${path}${parameters === '' ? '' : `?${parameters}`}`,
      headers: { 'API-AUTHENTICATION': `${apiKey}:${apiSecret}`, Accept: 'application/json' },
    });
  };
}
