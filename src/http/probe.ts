import { describe, type Reader } from './read.js';

/** What a probe was answered, whatever the status: judging it is up to the caller. */
export type ProbeAnswer =
  | {
      kind: 'answer';
      status: number;
      /** Names in lower case. */
      headers: Readonly<Record<string, string>>;
      /** The parsed body; undefined: it is not JSON. */
      json: unknown;
      /** Epoch milliseconds before the first attempt and after the answer. */
      sentAt: number;
      receivedAt: number;
    }
  /** No answer, or none but 408, 429 and 5xx, after the retries that reads get; a few words for a person. */
  | { kind: 'failure'; detail: string };

/** One GET, probed. */
export interface ProbeRequest {
  /** Name of the upstream in sentences. */
  upstream: string;
  read: Reader;
  /** Epoch milliseconds. */
  now: () => number;
  url: string;
  headers: Record<string, string>;
}

/** Makes the request and reports what came, refusals included. */
export async function probe(request: ProbeRequest): Promise<ProbeAnswer> {
  const sentAt = request.now();
  const outcome = await request.read({ url: request.url, headers: request.headers });
  if (outcome.kind === 'failure') return { kind: 'failure', detail: describe(request.upstream, outcome) };
  const { status, headers, body } = outcome.response;
  return { kind: 'answer', status, headers, json: parseJson(body), sentAt, receivedAt: request.now() };
}

/** The parsed text; undefined: it is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
