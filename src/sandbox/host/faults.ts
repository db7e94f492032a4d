import { z } from 'zod';
import type { SimRequest, SimResponse } from './types.js';

const when = {
  /** First request (0-based) that the rule touches, counted among the requests that it matches; default 0. */
  index: z.number().int().min(0).optional(),
  /** How often it strikes; default once when an index is given, else without end. */
  times: z.number().int().min(1).optional(),
  /** Chance per request, 0 to 1; default 1. Drawn from the seed, so that a run can be repeated. */
  probability: z.number().min(0).max(1).optional(),
  /** Seed of the chance; default 1. */
  seed: z.number().int().optional(),
  /** Regular expression on the method. */
  method: z.string().max(500).optional(),
  /** Regular expression on the path without the query. */
  path: z.string().max(500).optional(),
};

/** How a 429 says when to come back. */
const retryAfterSchema = z.union([
  z.literal('none'),
  z.strictObject({ seconds: z.number().int().min(0) }),
  z.strictObject({ dateInSeconds: z.number().int().min(0) }),
]);
export type RetryAfter = z.infer<typeof retryAfterSchema>;

const plainKinds = [
  'refuse',
  'reset-before',
  'reset-after',
  'hang-before',
  'hang-after',
  '500-before',
  '500-after',
  '502-html',
  '503',
  'html-200',
  'bad-json',
] as const;

const ruleSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.enum(plainKinds), ...when }),
  z.strictObject({ kind: z.literal('429'), retryAfter: retryAfterSchema.optional(), ...when }),
  z.strictObject({ kind: z.literal('delay'), ms: z.number().int().min(0).max(600_000), ...when }),
  z.strictObject({
    kind: z.literal('oversize'),
    bytes: z.number().int().min(1).max(200_000_000).optional(),
    ...when,
  }),
]);

/** A rule list as the control interface takes it. */
export const faultRulesSchema = z.array(ruleSchema).max(1000);

/**
 * When and how a request goes wrong. Every rule counts the requests that match its method and path; the first
 * rule that strikes decides.
 */
export type FaultRule = z.infer<typeof ruleSchema>;

/** The fault of one request: a rule without its conditions, or none. */
export type FaultDecision =
  | { kind: 'none' }
  | { kind: (typeof plainKinds)[number] }
  | { kind: '429'; retryAfter: RetryAfter }
  | { kind: 'delay'; ms: number }
  | { kind: 'oversize'; bytes: number };

/** Decides request by request; the same rules and the same requests give the same decisions. */
export interface FaultEngine {
  /** The fault of this request; `index` is its 0-based number on this server. Advances the rules' counters. */
  decide(request: Pick<SimRequest, 'method' | 'path'>, index: number): FaultDecision;
  /** Replaces the rules and starts their counters anew; throws a SyntaxError for a bad regular expression. */
  replace(rules: readonly FaultRule[]): void;
  /** Starts the counters anew. */
  reset(): void;
}

interface ActiveRule {
  rule: FaultRule;
  method: RegExp | null;
  path: RegExp | null;
  matched: number;
  struck: number;
}

const DEFAULT_OVERSIZE_BYTES = 32_000_000;
const NO_FAULT: FaultDecision = { kind: 'none' };

/** Makes an engine; throws a SyntaxError for a bad regular expression. */
export function createFaultEngine(rules: readonly FaultRule[] = []): FaultEngine {
  let active = rules.map(activate);
  return {
    decide(request, index) {
      let decision = NO_FAULT;
      for (const [position, entry] of active.entries()) {
        if (entry.method !== null && !entry.method.test(request.method)) continue;
        if (entry.path !== null && !entry.path.test(request.path)) continue;
        const nth = entry.matched++;
        if (decision.kind === 'none' && strikes(entry, nth, position, index)) {
          entry.struck++;
          decision = decisionOf(entry.rule);
        }
      }
      return decision;
    },
    replace(next) {
      active = next.map(activate);
    },
    reset() {
      active = active.map((entry) => activate(entry.rule));
    },
  };
}

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
export function tooManyRequests(retryAfter: RetryAfter, now: number): SimResponse {
  const headers: Record<string, string> = {};
  if (retryAfter !== 'none') {
    headers['retry-after'] =
      'seconds' in retryAfter
        ? String(retryAfter.seconds)
        : new Date(now + retryAfter.dateInSeconds * 1000).toUTCString();
  }
  return { status: 429, headers, body: '' };
}

function activate(rule: FaultRule): ActiveRule {
  return {
    rule,
    method: rule.method === undefined ? null : new RegExp(rule.method),
    path: rule.path === undefined ? null : new RegExp(rule.path),
    matched: 0,
    struck: 0,
  };
}

function strikes({ rule, struck }: ActiveRule, nth: number, position: number, index: number): boolean {
  if (nth < (rule.index ?? 0)) return false;
  if (struck >= (rule.times ?? (rule.index === undefined ? Infinity : 1))) return false;
  return rule.probability === undefined || chance(rule.seed ?? 1, position, index) < rule.probability;
}

/** A number in [0, 1) that depends on nothing but its arguments (three rounds of an integer mixer). */
function chance(seed: number, position: number, index: number): number {
  let state = 0x9e3779b9;
  for (const word of [seed, position, index]) {
    state = Math.imul(state ^ word, 0x85ebca6b);
    state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
    state ^= state >>> 16;
  }
  return (state >>> 0) / 0x1_0000_0000;
}

function decisionOf(rule: FaultRule): FaultDecision {
  switch (rule.kind) {
    case '429':
      return { kind: '429', retryAfter: rule.retryAfter ?? 'none' };
    case 'delay':
      return { kind: 'delay', ms: rule.ms };
    case 'oversize':
      return { kind: 'oversize', bytes: rule.bytes ?? DEFAULT_OVERSIZE_BYTES };
    default:
      return { kind: rule.kind };
  }
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
