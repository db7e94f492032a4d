import type { SimRequest, SimResponse } from '../host/types.js';
import { badRequest, crash, json } from './answers.js';
import { hydrate } from './fields.js';
import { idOfUri, type Resource, uriOf } from './resources.js';
import type { JsonValue, ResourceName } from './types.js';
import type { World } from './world.js';

/** The keys and values of a body. */
export type Sent = Readonly<Record<string, JsonValue>>;

/** Something understood, or the answer that says why not. */
export type Checked<T> = { ok: true; value: T } | { ok: false; answer: SimResponse };

/** The object in a request's body. */
export function readBody(request: SimRequest): Checked<Sent> {
  const type = (request.headers['content-type'] ?? 'application/json').split(';')[0]?.trim();
  if (type !== 'application/json') {
    return refuse(
      badRequest(
        `The format indicated '${type}' had no available deserialization method. Please check your ` +
          '``formats`` and ``content_types`` on your Serializer.',
      ),
    );
  }
  try {
    const parsed: JsonValue = JSON.parse(request.body);
    return isObject(parsed) ? { ok: true, value: parsed } : refuse(badRequest(''));
  } catch {
    return refuse(badRequest(''));
  }
}

/** Null, or the answer to a body that can't become a row. */
export function refuseNew(resource: Resource, sent: Sent): SimResponse | null {
  for (const name of ['id', 'resource_uri']) {
    if (Object.hasOwn(sent, name)) return badRequest(`The '${name}' field must not be sent on creation.`);
  }
  const missing = resource.required.filter((name) => !Object.hasOwn(sent, name));
  const [first] = missing;
  if (first === undefined) return null;
  if (missing.length === 1) {
    return badRequest(`The '${first}' field has no data and doesn't allow a default or null value.`);
  }
  return json(400, {
    [resource.name]: Object.fromEntries(missing.map((name) => [name, ['This field is required.']])),
  });
}

/** The known, writable fields of a body in stored form; unknown and read-only ones are passed over. */
export function hydrateAll(world: World, resource: Resource, sent: Sent): Checked<Record<string, JsonValue>> {
  const values: Record<string, JsonValue> = {};
  for (const [name, value] of Object.entries(sent)) {
    if (!Object.hasOwn(resource.fields, name)) continue;
    const spec = resource.fields[name];
    if (spec === undefined || spec.readOnly) continue;
    const hydrated = hydrate(name, spec, value);
    if (hydrated.kind === 'crash') return refuse(crash());
    if (hydrated.kind === 'bad-request') return refuse(badRequest(hydrated.error));
    if (spec.target === undefined || hydrated.value === null) {
      values[name] = hydrated.value;
      continue;
    }
    const uri = resolve(world, spec.target, name, hydrated.value);
    if (!uri.ok) return uri;
    values[name] = uri.value;
  }
  return { ok: true, value: values };
}

/** The canonical URI of a related row that is there. */
function resolve(world: World, target: ResourceName, field: string, sent: JsonValue): Checked<string> {
  if (typeof sent !== 'string') {
    return refuse(
      badRequest(
        `The '${field}' field was given data that was not a URI, not a dictionary-alike and does not have ` +
          `a 'pk' attribute: ${JSON.stringify(sent)}.`,
      ),
    );
  }
  const id = idOfUri(target, sent);
  if (id !== null && world.table(target).get(id) !== null) return { ok: true, value: uriOf(target, id) };
  return refuse(badRequest(`Could not find the provided ${target} object via resource URI '${sent}'.`));
}

function refuse(answer: SimResponse): { ok: false; answer: SimResponse } {
  return { ok: false, answer };
}

function isObject(value: JsonValue): value is { readonly [key: string]: JsonValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
