import type { IncomingMessage } from 'node:http';
import type { Clock } from '../clock.js';
import type { Logger } from '../report/log.js';
import { runTag, webhookProcessed } from '../report/messages.js';
import {
  type BodyBudget,
  type BodyOutcome,
  callerOf,
  RETRY_AFTER,
  type Reply,
  readBody,
  refuse,
} from './http.js';
import type { DeliveryResult } from './metrics.js';
import { type IgnoreReason, type Routed, routePayload } from './payload.js';
import { spoolRefused } from './run-log.js';
import type { Scheduler } from './scheduler.js';
import { checkSignature } from './signature.js';

/** Bodies with line items and payments are large, and one that is refused is sent again and again. */
const MAX_BODY = 4 * 1024 * 1024;

/** What the webhook route works with. */
export interface WebhookDeps {
  scheduler: Pick<Scheduler, 'deliver'>;
  /** Empty: nothing can be checked, so everything is taken, if unsigned deliveries are, or nothing. */
  signingKeys: readonly string[];
  /** Also takes deliveries that carry no signature. */
  allowUnsigned: boolean;
  /** Also takes signatures of the body alone. */
  bodySignatures: boolean;
  /** The kill switch is off. */
  enabled: boolean;
  clock: Clock;
  /** A new correlation id. */
  correlationId: () => string;
  budget: BodyBudget;
  log: Logger;
  /** Tells that a delivery was refused; at most now and then. */
  complain: (kind: string, say: (leftOut: string) => void) => void;
  count: (result: DeliveryResult) => void;
  /** Resolves when an answer to a wrong signature may leave; false: it is not to be answered. */
  pace: () => Promise<boolean>;
}

/**
 * `POST /webhooks/tripleseat`: 200 once every event of the delivery is on disk, or when it asks for nothing.
 * Anything else makes Tripleseat send it again. Null: the client went away, or guesses too often.
 */
export async function receiveWebhook(request: IncomingMessage, deps: WebhookDeps): Promise<Reply | null> {
  const run = deps.correlationId();
  const log = deps.log.forRun(runTag('webhook', run));
  const refused = (result: DeliveryResult, reply: Reply, reason: string): Reply => {
    deps.count(result);
    deps.complain(reason, (leftOut) =>
      log.warn(`Webhook refused - ${reason}, ${callerOf(request)}${leftOut}`),
    );
    return reply;
  };

  if (!isJson(request)) return { ...refused('malformed', refuse(415, 'NOT_JSON'), 'NOT_JSON'), cutOff: true };
  const read = await readBody(request, MAX_BODY, deps.budget);
  switch (read.kind) {
    case 'gone':
      return null;
    case 'too-large':
      return { ...refused('too_large', refuse(413, 'TOO_LARGE'), 'TOO_LARGE'), cutOff: true };
    case 'overloaded':
      return {
        ...refused('overloaded', refuse(503, 'OVERLOADED', RETRY_AFTER), 'OVERLOADED'),
        cutOff: true,
      };
    case 'body':
      break;
  }
  const judged = judgeBody(request, read, deps);
  switch (judged.kind) {
    case 'unsigned': {
      const reply = refused('unsigned', refuse(401, judged.reason), judged.reason);
      return (await deps.pace()) ? reply : null;
    }
    case 'malformed':
      return refused('malformed', refuse(400, judged.reason), judged.reason);
    case 'ignore': {
      const { reason, trigger } = judged;
      deps.count(reason === 'CONNECTOR_DISABLED' ? 'disabled' : 'ignored');
      logIgnored(log, reason, trigger);
      return { status: 200, body: { ok: true, processed: false, reason, trigger, correlation_id: run } };
    }
    case 'run':
      return accept(judged, run, log, deps, refused);
  }
}

async function accept(
  { events, trigger, invalid }: Extract<Routed, { kind: 'run' }>,
  run: string,
  log: Logger,
  deps: WebhookDeps,
  refused: (result: DeliveryResult, reply: Reply, reason: string) => Reply,
): Promise<Reply> {
  const [event] = events;
  try {
    const delivered = await deps.scheduler.deliver(events, run);
    switch (delivered.kind) {
      case 'full':
        return refused('queue_full', refuse(503, 'QUEUE_FULL', RETRY_AFTER), 'QUEUE_FULL');
      case 'stopping':
        return refused('unavailable', refuse(503, 'STOPPING', RETRY_AFTER), 'STOPPING');
      case 'joined':
        deps.count('joined');
        for (const earlier of delivered.earlier) {
          deps.log.forRun(runTag('webhook', earlier)).debug(`Goes with ${runTag('webhook', run)}`, { event });
        }
        break;
      case 'queued':
        deps.count('queued');
    }
  } catch (error) {
    deps.count('unavailable');
    deps.complain('SPOOL', (leftOut) => log.error(`${spoolRefused(error)}${leftOut}`));
    return refuse(503, 'NOT_STORED', RETRY_AFTER);
  }
  if (invalid > 0) log.warn(`${invalid} event ids of the delivery made no sense and were left out`);
  log.info(webhookProcessed, { event });
  const several = events.length > 1 ? { event_ids: events } : {};
  const body = { ok: true, processed: true, event_id: event, ...several, trigger, correlation_id: run };
  return { status: 200, body };
}

type Judged = Routed | { kind: 'unsigned' | 'malformed'; reason: string };

function judgeBody(
  request: IncomingMessage,
  { body, release }: Extract<BodyOutcome, { kind: 'body' }>,
  deps: WebhookDeps,
): Judged {
  try {
    const unsigned = signatureProblem(request, body, deps);
    if (unsigned !== null) return { kind: 'unsigned', reason: unsigned };
    const payload = parseJson(body);
    if (payload === undefined) return { kind: 'malformed', reason: 'NOT_JSON' };
    const routed = routePayload(payload);
    if (routed === null) return { kind: 'malformed', reason: 'NOT_AN_OBJECT' };
    return deps.enabled ? routed : { kind: 'ignore', trigger: routed.trigger, reason: 'CONNECTOR_DISABLED' };
  } finally {
    release();
  }
}

function signatureProblem(request: IncomingMessage, body: Buffer, deps: WebhookDeps): string | null {
  const { signingKeys: keys, allowUnsigned, bodySignatures: bodyAlone, clock } = deps;
  if (keys.length === 0) return allowUnsigned ? null : 'SIGNATURE_MISMATCH';
  const header = request.headers['x-signature'];
  const problem = checkSignature({ header: header?.toString(), body, keys, now: clock.now(), bodyAlone });
  return problem === 'SIGNATURE_MISSING' && allowUnsigned ? null : problem;
}

/** Undefined: not JSON in UTF-8. */
function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return undefined;
  }
}

function isJson({ headers }: IncomingMessage): boolean {
  const [type = ''] = (headers['content-type'] ?? '').split(';');
  const encoding = headers['content-encoding'] ?? 'identity';
  return /^application\/(?:[\w.-]+\+)?json$/i.test(type.trim()) && /^identity$/i.test(encoding);
}

function logIgnored(log: Logger, reason: IgnoreReason, trigger: string | null): void {
  const text = `Webhook ignored - ${reason}${trigger === null ? '' : ` (${trigger})`}`;
  switch (reason) {
    case 'TRIGGER_NOT_RELEVANT':
    case 'CONNECTOR_DISABLED':
    case 'NO_EVENT':
      log.info(text);
      return;
    case 'INVALID_EVENT_ID':
    case 'TOO_MANY_EVENTS':
      log.warn(text);
  }
}
