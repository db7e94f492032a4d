import type { Clock } from '../clock.js';
import type { RateBudget } from './budget.js';
import type { HttpFailure, HttpResponse, HttpTransport } from './transport.js';

/** What a reader of one upstream is made of; everything that acts or varies is passed in. */
export interface ReaderOptions {
  /** Name for sentences, e.g. `Tripleseat`. */
  upstream: string;
  transport: HttpTransport;
  /** Shared by all requests of this upstream, writes included. */
  budget: RateBudget;
  clock: Clock;
  /** Uniform in [0, 1), like `Math.random`. */
  random: () => number;
  /** Limit of one attempt in milliseconds. */
  timeoutMs: number;
  /** Limit of one body in bytes, after decompression. */
  maxBytes: number;
  /** Ends waiting and the attempt in flight. */
  signal?: AbortSignal;
}

/** One GET. */
export interface ReadRequest {
  /** Absolute URL with its query. */
  url: string;
  headers: Record<string, string>;
  /** In place of {@link ReaderOptions.maxBytes}. */
  maxBytes?: number;
  /** In place of {@link ReaderOptions.timeoutMs}. */
  timeoutMs?: number;
}

/** The upstream gave no usable answer, after all the attempts a read gets. */
export interface ReadFailure {
  kind: 'failure';
  /** `status`: the last answer was 408, 429, 500, 502, 503 or 504; otherwise what the transport reported. */
  reason: 'status' | HttpFailure['reason'];
  /** Status of the last answer; null: there was none. */
  status: number | null;
  attempts: number;
  /** Method, path and what went wrong, e.g. `GET /v1/events/1.json answered 503`. No query, no headers, no body. */
  detail: string;
}

/**
 * What a GET came to. `response` is any answer that another attempt would not change: 2xx, 3xx (redirects are
 * not followed) and 4xx other than 408 and 429; judging it is up to the caller.
 */
export type ReadOutcome = { kind: 'response'; response: HttpResponse; attempts: number } | ReadFailure;

/** A GET with retries; never throws. */
export type Reader = (request: ReadRequest) => Promise<ReadOutcome>;

/** First attempt and three more. */
const MAX_ATTEMPTS = 4;
/** A server that answers, and only says that it is too much for now, is asked more often. */
const MAX_REFUSALS = 12;
const REFUSAL: ReadonlySet<number> = new Set([429, 503]);
const BACKOFF_FIRST_MS = 500;
const BACKOFF_LAST_MS = 8_000;
const RETRY_AFTER_CAP_MS = 60_000;
const TRANSIENT: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);

/**
 * A reader for one upstream. Each attempt takes one request from the budget. Answers 408, 429, 500, 502, 503,
 * 504 and network failures get up to three more attempts (429 and 503 up to eleven), after a full-jitter pause (0.5 s
 * doubling to 8 s) or as long as `Retry-After` says, at most 60 s. A 429, or a 503 with `Retry-After`, pauses the
 * whole budget. Too large a body and an abort are final.
 *
 * Only for GET: a write must not be repeated blindly, so writes call the transport themselves, after
 * `budget.take()`.
 */
export function retryingReader(options: ReaderOptions): Reader {
  return async (request) => {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await attemptOnce(options, request);
      if (answer.kind === 'response' && !TRANSIENT.has(answer.status)) {
        return { kind: 'response', response: answer, attempts: attempt };
      }
      const asked = answer.kind === 'response' ? retryAfter(answer.headers, options.clock.now()) : null;
      const delay = Math.max(asked ?? 0, backoff(attempt, options.random));
      if (answer.kind === 'response' && (answer.status === 429 || asked !== null))
        options.budget.pause(delay);
      if (attempt >= attemptsFor(answer) || isFinal(answer) || options.signal?.aborted) {
        return failure(request, answer, attempt);
      }
      await options.clock.sleep(delay, options.signal);
    }
  };
}

async function attemptOnce(
  options: ReaderOptions,
  request: ReadRequest,
): Promise<HttpResponse | HttpFailure> {
  if (!(await options.budget.take(options.signal))) {
    return { kind: 'failure', sent: false, reason: 'aborted', detail: 'stopped before it was sent' };
  }
  return options.transport({
    method: 'GET',
    url: request.url,
    headers: request.headers,
    timeoutMs: request.timeoutMs ?? options.timeoutMs,
    maxBytes: request.maxBytes ?? options.maxBytes,
    ...(options.signal ? { signal: options.signal } : {}),
  });
}

function attemptsFor(answer: HttpResponse | HttpFailure): number {
  return answer.kind === 'response' && REFUSAL.has(answer.status) ? MAX_REFUSALS : MAX_ATTEMPTS;
}

function isFinal(answer: HttpResponse | HttpFailure): boolean {
  return answer.kind === 'failure' && (answer.reason === 'too-large' || answer.reason === 'aborted');
}

function failure(request: ReadRequest, answer: HttpResponse | HttpFailure, attempts: number): ReadFailure {
  const what = `GET ${safePath(request.url)}`;
  return answer.kind === 'response'
    ? {
        kind: 'failure',
        reason: 'status',
        status: answer.status,
        attempts,
        detail: `${what} answered ${answer.status}`,
      }
    : { kind: 'failure', reason: answer.reason, status: null, attempts, detail: `${what}: ${answer.detail}` };
}

/** Full jitter: anywhere between nothing and the exponential step, so that clients do not return in step. */
export function backoff(attempt: number, random: () => number): number {
  return Math.round(random() * Math.min(BACKOFF_LAST_MS, BACKOFF_FIRST_MS * 2 ** (attempt - 1)));
}

/** Milliseconds that `Retry-After` (seconds or an HTTP date) asks for, at most 60 s; null: not said. */
export function retryAfter(headers: Readonly<Record<string, string>>, now: number): number | null {
  const text = headers['retry-after']?.trim();
  if (text === undefined) return null;
  if (/^\d{1,9}$/.test(text)) return Math.min(RETRY_AFTER_CAP_MS, Number(text) * 1_000);
  const at = /^[A-Z][a-z]{2,8}, .{9,30} GMT$/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? null : Math.min(RETRY_AFTER_CAP_MS, Math.max(0, at - now));
}

/**
 * The path of a URL for people: no host, no query, and with long opaque segments (a share link's key) left
 * out, since whoever has them can read what is behind them.
 */
export function safePath(url: string): string {
  const path = URL.canParse(url) ? new URL(url).pathname : '(unreadable URL)';
  return path.replace(/[^/]{32,}/g, '…');
}

/** The failure as a sentence: `Tripleseat: GET /v1/events/1.json answered 503 (4 attempts).` */
export function describe(upstream: string, failed: ReadFailure): string {
  return `${upstream}: ${failed.detail} (${failed.attempts} attempt${failed.attempts === 1 ? '' : 's'}).`;
}

/** Told about every request that goes out; the path is that of {@link safePath}. */
export type RequestHook = (upstream: string, method: string, path: string) => void;

/** A transport that tells the hook about each request, reads and writes alike, before sending it. */
export function countingTransport(
  transport: HttpTransport,
  upstream: string,
  onRequest: RequestHook,
): HttpTransport {
  return (request) => {
    onRequest(upstream, request.method, safePath(request.url));
    return transport(request);
  };
}
