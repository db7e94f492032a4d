import type { HttpTransport } from '../http/transport.js';

/** What {@link revokeToken} talks to. */
export interface Revocation {
  /** Root of the API, no trailing slash. */
  baseUrl: string;
  transport: HttpTransport;
  /** Limit of the one attempt in milliseconds. */
  timeoutMs: number;
}

const MAX_BYTES = 64 * 1024;

/**
 * Asks Tripleseat to forget a token; true: it said yes. `POST /oauth/invalidate` is not documented: it was seen
 * to answer 410 (Gone) on success. One attempt, never an error.
 */
export async function revokeToken(
  { baseUrl, transport, timeoutMs }: Revocation,
  accessToken: string,
): Promise<boolean> {
  const answer = await transport({
    method: 'POST',
    url: `${baseUrl}/oauth/invalidate`,
    headers: {
      authorization: `Bearer ${accessToken}`,
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'application/json',
    },
    body: new URLSearchParams({ token: accessToken }).toString(),
    timeoutMs,
    maxBytes: MAX_BYTES,
  });
  if (answer.kind === 'failure') return false;
  // A log-in page comes with 200 too.
  const json = (answer.headers['content-type'] ?? '').includes('json');
  return answer.status === 410 || (answer.status === 200 && json);
}
