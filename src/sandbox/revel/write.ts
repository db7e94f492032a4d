import type { SimRequest, SimResponse } from '../host/types.js';
import { crash, empty, json, jsonText, rowText } from './answers.js';
import { type Checked, hydrateAll, readBody, refuseNew } from './body.js';
import { afterCreate, afterPatch } from './effects.js';
import type { Resource } from './resources.js';
import type { JsonValue, Row } from './types.js';
import type { World } from './world.js';

/** POST: 201 with the whole new row and its place. */
export function createRow(world: World, resource: Resource, request: SimRequest, now: number): SimResponse {
  const sent = readBody(request);
  if (!sent.ok) return sent.answer;
  const refused = refuseNew(resource, sent.value);
  if (refused !== null) return refused;
  const values = valuesFor(world, resource, sent.value, null);
  if (!values.ok) return values.answer;
  if (world.switches.printed === 'first-ignored') delete values.value.printed;
  const added = world.add(resource.name, null, values.value, now);
  const row = afterCreate(world, resource.name, added, now);
  return jsonText(201, rowText(row), { location: String(row.resource_uri) });
}

/** PATCH of one row: 202 with the whole merged row. */
export function patchRow(
  world: World,
  resource: Resource,
  id: number,
  request: SimRequest,
  now: number,
): SimResponse {
  if (world.table(resource.name).get(id) === null) return empty(404);
  const sent = readBody(request);
  if (!sent.ok) return sent.answer;
  const values = valuesFor(world, resource, sent.value, id);
  if (!values.ok) return values.answer;
  dropWhatDoesNotStick(world, resource, id, values.value);
  const changed = world.change(resource.name, id, values.value, now);
  if (changed === null) return empty(404);
  return jsonText(202, rowText(afterPatch(world, resource.name, changed, values.value, now)));
}

function valuesFor(
  world: World,
  resource: Resource,
  sent: Readonly<Record<string, JsonValue>>,
  id: number | null,
): Checked<Record<string, JsonValue>> {
  const values = hydrateAll(world, resource, sent);
  if (!values.ok) return values;
  const { fourByteText } = world.switches;
  if (fourByteText !== 'works' && /[\u{10000}-\u{10ffff}]/u.test(JSON.stringify(values.value))) {
    return {
      ok: false,
      answer: fourByteText === '500' ? crash() : json(400, { error: 'Incorrect string value' }),
    };
  }
  const { uuid } = values.value;
  const { uuidPolicy } = world.switches;
  if (uuidPolicy === 'allow' || typeof uuid !== 'string') return values;
  if (!world.table(resource.name).hasUuid(uuid, id)) return values;
  return { ok: false, answer: uuidPolicy === '500' ? crash() : duplicateUuid(resource) };
}

function dropWhatDoesNotStick(
  world: World,
  resource: Resource,
  id: Row['id'],
  values: Record<string, JsonValue>,
): void {
  const { keepsDeletedMark, printed } = world.switches;
  if (!keepsDeletedMark) delete values.deleted;
  if (resource.name !== 'Order' || printed === 'sticks' || !('printed' in values)) return;
  if (world.firstPrinted(id)) delete values.printed;
}

function duplicateUuid({ name }: Resource): SimResponse {
  return json(400, { [name]: { uuid: [`${name} with this Uuid already exists.`] } });
}
