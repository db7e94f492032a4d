import type { FieldSpec } from './fields.js';
import { type Traits, traits } from './schema.js';
import { byResource, type ResourceName, type Row, resourceNames } from './types.js';

/** What the API allows with one resource. */
export interface Resource extends Required<Traits> {
  name: ResourceName;
}

/** Every resource by name. */
export const resources: Readonly<Record<ResourceName, Resource>> = byResource((name) => ({
  base: '/resources/',
  writable: false,
  sorts: 'id',
  ...traits[name],
  name,
  fields: {
    id: { kind: 'integer', initial: 0, readOnly: true },
    resource_uri: { kind: 'string', initial: '', readOnly: true },
    ...traits[name].fields,
  },
}));

/** What new rows hold before anything sent is put in. */
const templates = byResource((name) =>
  Object.fromEntries(Object.entries(traits[name].fields).map(([field, { initial }]) => [field, initial])),
);

/** The URI of a row. */
export function uriOf(name: ResourceName, id: number): string {
  return `${resources[name].base}${name}/${id}/`;
}

/** The id in a URI of this resource, or null. Establishments are also known below `/resources/`. */
export function idOfUri(name: ResourceName, uri: string): number | null {
  const [, base = '', named, id] = /^(\/(?:resources|enterprise)\/)(\w+)\/(\d{1,15})\/$/.exec(uri) ?? [];
  return named === name && servedBelow(name, base) ? Number(id) : null;
}

/** Where a path leads: a resource, and the id of a detail path; one that no row has when it isn't a number. */
export interface Route {
  resource: Resource;
  id: number | null;
  /** The slash at the end is missing. */
  slashMissing: boolean;
}

/** The route of a path; null when there is no such resource. */
export function routeOf(path: string): Route | null {
  const [, base = '', name, row, slash] = /^(\/[^/]*\/)([^/]+)(?:\/([^/]+))?(\/?)$/.exec(path) ?? [];
  const known = resourceNames.find((candidate) => candidate === name);
  if (known === undefined || !servedBelow(known, base)) return null;
  const id = row === undefined ? null : /^\d{1,15}$/.test(row) ? Number(row) : -1;
  return { resource: resources[known], id, slashMissing: slash === '' };
}

/** The specification of a field; null when the resource has no such field. */
export function fieldOf(resource: Resource, name: string): FieldSpec | null {
  return Object.hasOwn(resource.fields, name) ? (resource.fields[name] ?? null) : null;
}

/** A new row of this resource with its URI, ready to be filled. */
export function blankRow(name: ResourceName, id: number): Row {
  return { id, resource_uri: uriOf(name, id), ...templates[name] };
}

function servedBelow(name: ResourceName, base: string): boolean {
  return base === resources[name].base || (name === 'Establishment' && base === '/resources/');
}
