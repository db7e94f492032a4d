import { z } from 'zod';
import { parse } from '../../state/kept.js';
import type { SimRequest, SimResponse } from '../host/types.js';
import { badRequest, empty, json, jsonText, Refusal, rowText } from './answers.js';
import { afterCreate, afterPatch } from './effects.js';
import { hydrate, missing } from './fields.js';
import { fieldOf, type Resource, uriOf } from './resources.js';
import type { JsonValue, ResourceName } from './types.js';
import type { World } from './world.js';

/** Keys and values: of a body, or of a row in the making. */
type Values = Record<string, JsonValue>;

const bodySchema = z.record(z.string(), z.custom<JsonValue>());

/** POST: 201 with the whole new row and its place. */
export function createRow(world: World, resource: Resource, request: SimRequest): SimResponse {
  const sent = readBody(request);
  checkNew(resource, sent);
  const made = world.add(resource.name, null, hydrateAll(world, resource, sent));
  const row = afterCreate(world, resource.name, made);
  return jsonText(201, rowText(row), { location: String(row.resource_uri) });
}

/** PATCH of one row: 202 with the whole merged row. */
export function patchRow(world: World, resource: Resource, id: number, request: SimRequest): SimResponse {
  const row = world.table(resource.name).get(id);
  if (row === null) return empty(404);
  const values = hydrateAll(world, resource, readBody(request));
  const changed = world.change(resource.name, row, values);
  return jsonText(202, rowText(afterPatch(world, resource.name, changed, values)));
}

/** The object in a request's body. */
function readBody(request: SimRequest): Values {
  const type = (request.headers['content-type'] ?? 'application/json').split(';')[0]?.trim();
  if (type !== 'application/json') {
    throw badRequest(
      `The format indicated '${type}' had no available deserialization method. Please check your ` +
        '``formats`` and ``content_types`` on your Serializer.',
    );
  }
  const sent = parse(bodySchema, request.body);
  if (sent === null) throw badRequest('');
  return sent;
}

/** Refuses a body that can't become a row. */
function checkNew(resource: Resource, sent: Values): void {
  for (const name of ['id', 'resource_uri']) {
    if (Object.hasOwn(sent, name)) throw badRequest(`The '${name}' field must not be sent on creation.`);
  }
  const [first, ...others] = Object.keys(resource.fields).filter(
    (name) => resource.fields[name]?.required && !Object.hasOwn(sent, name),
  );
  if (first === undefined) return;
  if (others.length === 0) throw missing(first);
  const errors = [first, ...others].map((name) => [name, ['This field is required.']]);
  throw new Refusal(json(400, { [resource.name]: Object.fromEntries(errors) }));
}

/** The known, writable fields of a body in stored form; unknown and read-only ones are passed over. */
function hydrateAll(world: World, resource: Resource, sent: Values): Values {
  const values: Values = {};
  for (const [name, value] of Object.entries(sent)) {
    const spec = fieldOf(resource, name);
    if (spec === null || spec.readOnly) continue;
    const hydrated = hydrate(name, spec, value);
    const { target } = spec;
    values[name] = target && hydrated !== null ? resolve(world, target, name, hydrated) : hydrated;
  }
  return values;
}

/** The canonical URI of a related row that is there. */
function resolve(world: World, target: ResourceName, field: string, sent: JsonValue): string {
  if (typeof sent !== 'string') {
    throw badRequest(
      `The '${field}' field was given data that was not a URI, not a dictionary-alike and does not have ` +
        `a 'pk' attribute: ${JSON.stringify(sent)}.`,
    );
  }
  const row = world.at(target, sent);
  if (row !== null) return uriOf(target, row.id);
  throw badRequest(`Could not find the provided ${target} object via resource URI '${sent}'.`);
}
