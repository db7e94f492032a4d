/** One HTTP request as our clients make it. */
export interface HttpRequest {
  method: 'GET' | 'POST' | 'PATCH';
  /** Absolute URL including the query. */
  url: string;
  headers: Record<string, string>;
  /** Body already encoded; its type is in the headers. */
  body?: string;
  /** Abort the attempt after this many milliseconds. */
  timeoutMs: number;
  /** A body longer than this is an error of kind `too-large`. */
  maxBytes: number;
  signal?: AbortSignal;
  /**
   * Asked once the connection stands, right before the first byte leaves: false ends the attempt as not sent. Getting
   * there may have taken long, or the process may have stood still since its caller last looked.
   */
  mayLeave?: () => boolean;
}

/** One complete answer, whatever its status; redirects are not followed. */
export interface HttpResponse {
  kind: 'response';
  status: number;
  /** Names in lower case. */
  headers: Record<string, string>;
  body: string;
}

/**
 * No complete answer. `sent` false: the request certainly never reached the server (name not resolved,
 * connection refused); true: it may have, so that a write's outcome is unknown.
 */
export interface HttpFailure {
  kind: 'failure';
  sent: boolean;
  reason: 'connect' | 'timeout' | 'reset' | 'too-large' | 'aborted';
  /** A few words for a person, free of URLs and headers. */
  detail: string;
}

/**
 * A single attempt: no retries, no redirects, no exceptions. Everything above (rate budget, retries of reads,
 * classification of writes) is built on it; the in-process simulation replaces it.
 */
export type HttpTransport = (request: HttpRequest) => Promise<HttpResponse | HttpFailure>;
