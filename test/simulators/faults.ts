import type { SimResponse } from '../../src/sandbox/host/types.js';

/** How a 429 says when to come back. */
type RetryAfter = 'none' | { seconds: number } | { dateInSeconds: number };

/** What goes wrong with one request. */
export type FaultDecision =
  | { kind: 'none' }
  | {
      kind:
        | 'refuse'
        | 'reset-before'
        | 'reset-after'
        | 'hang-before'
        | 'hang-after'
        | '500-before'
        | '500-after'
        | '502-html'
        | '503'
        | 'html-200'
        | 'bad-json';
    }
  | { kind: '429'; retryAfter: RetryAfter }
  | { kind: 'delay'; ms: number }
  /** An answer with so many bytes of white space behind it. */
  | { kind: 'oversize'; bytes: number };

/** What becomes of a request under a fault. */
export type FaultOutcome =
  /** An answer, `delayMs` after the request was handled. */
  | { kind: 'response'; response: SimResponse; delayMs: number }
  /** The connection goes without an answer; `refused` tells a connection never made from one cut. */
  | { kind: 'cut'; refused: boolean }
  /** No answer ever, connection open. */
  | { kind: 'hang' };

/** Carries a fault out around `handle`, which is called at most once and only when the request is processed. */
export function applyFault(decision: FaultDecision, handle: () => SimResponse, now: number): FaultOutcome {
  switch (decision.kind) {
    case 'none':
      return answer(handle());
    case 'refuse':
      return { kind: 'cut', refused: true };
    case 'reset-before':
      return { kind: 'cut', refused: false };
    case 'reset-after':
      handle();
      return { kind: 'cut', refused: false };
    case 'hang-before':
      return { kind: 'hang' };
    case 'hang-after':
      handle();
      return { kind: 'hang' };
    case '500-before':
      return answer(serverError());
    case '500-after':
      handle();
      return answer(serverError());
    case '502-html':
      return answer(html(502, '<html><head><title>502 Bad Gateway</title></head><body></body></html>'));
    case '503':
      return answer({ status: 503, headers: {}, body: '' });
    case 'html-200':
      return answer(html(200, '<!DOCTYPE html><html><head><title>Log in</title></head><body></body></html>'));
    case '429':
      return answer(tooManyRequests(decision.retryAfter, now));
    case 'delay':
      return { kind: 'response', response: handle(), delayMs: decision.ms };
    case 'bad-json': {
      const response = handle();
      return answer({ ...response, body: `${response.body.slice(0, response.body.length / 2)}<` });
    }
    case 'oversize': {
      const response = handle();
      return answer({ ...response, body: response.body + ' '.repeat(decision.bytes) });
    }
  }
}

/** The 429 of both APIs: an empty body, Retry-After as asked for. */
function tooManyRequests(retryAfter: RetryAfter, now: number): SimResponse {
  const headers: Record<string, string> = {};
  if (retryAfter !== 'none') {
    headers['retry-after'] =
      'seconds' in retryAfter
        ? String(retryAfter.seconds)
        : new Date(now + retryAfter.dateInSeconds * 1000).toUTCString();
  }
  return { status: 429, headers, body: '' };
}

function answer(response: SimResponse): FaultOutcome {
  return { kind: 'response', response, delayMs: 0 };
}

function serverError(): SimResponse {
  return {
    status: 500,
    headers: { 'content-type': 'application/json' },
    body: '{"error_message":"Sorry, this request could not be processed. Please try again later."}',
  };
}

function html(status: number, body: string): SimResponse {
  return { status, headers: { 'content-type': 'text/html; charset=utf-8' }, body };
}
