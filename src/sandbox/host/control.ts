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
  const body = jsonIn(request.body);
  if (body === undefined) return json(400, { error: 'The body is not JSON.' });
  if (name === 'config') return respond(simulator.configure(body));
  if (name.startsWith('do/')) return respond(simulator.control(name.slice(3), body, now));
  return json(404, { error: 'There is no such control resource.' });
}

/** Thrown where what people ask for cannot be done; the message is a sentence for them. */
export class Impossible extends Error {}

/** What comes of something that is asked for. */
export function outcomeOf(act: () => unknown): ControlResult {
  try {
    return { ok: true, result: act() ?? null };
  } catch (error) {
    if (error instanceof Impossible) return { ok: false, error: error.message };
    throw error;
  }
}

/** What an account's switches are after a change of some of them. */
export function switched<T extends object>(schema: z.ZodType<T>, now: T, changes: unknown): T {
  return fitting(schema, { ...now, ...fitting(z.record(z.string(), z.unknown()), changes) });
}

/** Something that people do at a service; the body says what is needed for it. */
export type Deed<S> = (service: S, body: unknown, now: number) => unknown;

/** A deed for which what the schema says is needed. */
export function deed<S, T>(
  schema: z.ZodType<T>,
  act: (service: S, input: T, now: number) => unknown,
): Deed<S> {
  return (service, body, now) => act(service, fitting(schema, body), now);
}

/** Has one of the deeds done, by its name. */
export function doDeed<S>(
  deeds: Readonly<Record<string, Deed<S>>>,
  name: string,
  ...[service, body, now]: Parameters<Deed<S>>
): ControlResult {
  return outcomeOf(() => {
    const act = Object.hasOwn(deeds, name) ? deeds[name] : undefined;
    if (act) return act(service, body, now);
    throw new Impossible(`There is no action ${name}; there are ${Object.keys(deeds).join(', ')}.`);
  });
}

function fitting<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new Impossible(z.prettifyError(parsed.error));
}

/** Nothing counts as an empty object; undefined: something else than JSON. */
function jsonIn(body: string): unknown {
  try {
    return JSON.parse(body || '{}');
  } catch {
    return undefined;
  }
}

function respond(result: ControlResult): SimResponse {
  return result.ok ? json(200, result) : json(400, { error: result.error });
}

function json(status: number, value: unknown): SimResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) };
}
