import { z } from 'zod';
import type { ControlResult, SimRequest, SimResponse, Simulator } from './types.js';

/** Prefix of the paths that are the sandbox's own, not the simulated API's. */
export const CONTROL_PREFIX = '/__sim/';

/**
 * Answers a request below `/__sim/`: `POST config` changes the account's switches, `POST do/<action>` does what people
 * there do. Answers are JSON; a body that does not fit is 400 with `error`.
 */
export function handleControl(simulator: Simulator, request: SimRequest, now: number): SimResponse {
  const name = request.path.slice(CONTROL_PREFIX.length);
  if (request.method !== 'POST') return json(405, { error: 'Only POST.' });
  const body = parseBody(request.body);
  if (!body.ok) return json(400, { error: body.error });
  if (name === 'config') return respond(simulator.configure(body.result));
  if (name.startsWith('do/')) return respond(simulator.control(name.slice(3), body.result, now));
  return json(404, { error: 'There is no such control resource.' });
}

/** What an account's switches are after a change of some of them. */
export function switched<T extends object>(
  schema: z.ZodType<T>,
  now: T,
  changes: unknown,
): { ok: true; result: T } | { ok: false; error: string } {
  const fields = z.record(z.string(), z.unknown()).safeParse(changes);
  const all = fields.success ? schema.safeParse({ ...now, ...fields.data }) : fields;
  return all.success ? { ok: true, result: all.data } : { ok: false, error: z.prettifyError(all.error) };
}

/** Thrown where what people ask for cannot be done; the message is a sentence for them. */
export class Impossible extends Error {}

/** Something that people do at a service; the body says what is needed for it. */
type Deed<S> = (service: S, body: unknown, now: number) => unknown;

/** A deed for which what the schema says is needed. */
export function deed<S, T>(
  schema: z.ZodType<T>,
  act: (service: S, input: T, now: number) => unknown,
): Deed<S> {
  return (service, body, now) => {
    const input = schema.safeParse(body);
    if (input.success) return act(service, input.data, now);
    throw new Impossible(z.prettifyError(input.error));
  };
}

/** Has one of the deeds done, by its name. */
export function doDeed<S>(
  deeds: Readonly<Record<string, Deed<S>>>,
  name: string,
  ...[service, body, now]: Parameters<Deed<S>>
): ControlResult {
  const act = Object.hasOwn(deeds, name) ? deeds[name] : undefined;
  if (act === undefined) {
    return { ok: false, error: `There is no action ${name}; there are ${Object.keys(deeds).join(', ')}.` };
  }
  try {
    return { ok: true, result: act(service, body, now) ?? null };
  } catch (error) {
    if (error instanceof Impossible) return { ok: false, error: error.message };
    throw error;
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

function respond(result: ControlResult): SimResponse {
  return result.ok ? json(200, result) : json(400, { error: result.error });
}

function json(status: number, value: unknown): SimResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) };
}
