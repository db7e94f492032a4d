import { z } from 'zod';
import { errorText } from '../../errors.js';
import { type FaultEngine, faultRulesSchema } from './faults.js';
import type { RequestLog } from './log.js';
import type { ControlResult, SimRequest, SimResponse, Simulator } from './types.js';

/** What the control interface acts on. */
export interface ControlTarget {
  simulator: Simulator;
  faults: FaultEngine;
  log: RequestLog;
  /** Starts the request numbers and the faults' counters anew and clears the log. */
  reset(): void;
}

/** Prefix of the paths that are the sandbox's own, not the simulated API's. */
export const CONTROL_PREFIX = '/__sim/';

/**
 * Answers a request below `/__sim/`: `GET log`, `GET state`, `POST faults`, `POST config`, `POST state`,
 * `POST reset`, `POST do/<action>`. Answers are JSON; a body that does not fit is 400 with `error`.
 */
export function handleControl(target: ControlTarget, request: SimRequest, now: number): SimResponse {
  const name = request.path.slice(CONTROL_PREFIX.length);
  if (request.method === 'GET') {
    if (name === 'log') return json(200, target.log.entries());
    if (name === 'state') return json(200, target.simulator.snapshot());
    return json(404, { error: `There is no control resource ${name}.` });
  }
  if (request.method !== 'POST') return json(405, { error: 'Only GET and POST.' });
  const body = parseBody(request.body);
  if (!body.ok) return json(400, { error: body.error });
  return respond(runCommand(target, name, body.result, now));
}

function runCommand(target: ControlTarget, name: string, body: unknown, now: number): ControlResult | null {
  const { simulator } = target;
  if (name === 'faults') return replaceFaults(target.faults, body);
  if (name === 'config') return simulator.configure?.(body) ?? null;
  if (name === 'state') return restore(simulator, body);
  if (name === 'reset') {
    target.reset();
    return { ok: true, result: null };
  }
  if (name.startsWith('do/')) return simulator.control?.(name.slice(3), body, now) ?? null;
  return null;
}

function replaceFaults(faults: FaultEngine, body: unknown): ControlResult {
  const rules = faultRulesSchema.safeParse(body);
  if (!rules.success) return { ok: false, error: z.prettifyError(rules.error) };
  try {
    faults.replace(rules.data);
    return { ok: true, result: rules.data };
  } catch (error) {
    return { ok: false, error: errorText(error) };
  }
}

function restore(simulator: Simulator, body: unknown): ControlResult {
  try {
    simulator.restore(body);
    return { ok: true, result: null };
  } catch (error) {
    return { ok: false, error: errorText(error) };
  }
}

function parseBody(body: string): ControlResult {
  if (body === '') return { ok: true, result: {} };
  try {
    return { ok: true, result: JSON.parse(body) };
  } catch {
    return { ok: false, error: 'The body is not JSON.' };
  }
}

function respond(result: ControlResult | null): SimResponse {
  if (result === null) return json(404, { error: 'There is no such control resource.' });
  return result.ok
    ? json(200, { ok: true, result: result.result ?? null })
    : json(400, { error: result.error });
}

function json(status: number, value: unknown): SimResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) };
}
