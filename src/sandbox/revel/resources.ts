import type { FieldSpec, Fields } from './fields.js';
import { traits } from './schema.js';
import { byResource, type ResourceName, type Row, resourceNames } from './types.js';

/** What the API allows with one resource. */
export interface Resource {
  name: ResourceName;
  /** `/resources/` or `/enterprise/`: where its URIs live. */
  base: string;
  fields: Fields;
  /** What a new row holds before anything sent is put in. */
  template: Readonly<Record<string, FieldSpec['initial']>>;
  required: readonly string[];
  filterable: ReadonlySet<string>;
  sortable: ReadonlySet<string>;
  writable: boolean;
  /** Id of the first row made without one. */
  firstId: number;
}

/** Every resource by name. */
export const resources: Readonly<Record<ResourceName, Resource>> = byResource(describe);

/** The URI of a row. */
export function uriOf(name: ResourceName, id: number): string {
  return `${uriPrefix(name)}${id}/`;
}

/** What the URIs of a resource's rows begin with. */
export function uriPrefix(name: ResourceName): string {
  return `${resources[name].base}${name}/`;
}

/** The id in a URI of this resource, or null. Establishments are also known below `/resources/`. */
export function idOfUri(name: ResourceName, uri: string): number | null {
  const match = /^(\/(?:resources|enterprise)\/)(\w+)\/(\d{1,15})\/$/.exec(uri);
  if (match === null || match[2] !== name || !servedBelow(name, match[1] ?? '')) return null;
  return Number(match[3]);
}

/** Where a path leads: a resource, and the id text of a detail path. */
export interface Route {
  resource: Resource;
  id: string | null;
  /** The slash at the end is missing. */
  slashMissing: boolean;
}

/** The route of a path; null when there is no such resource. */
export function routeOf(path: string): Route | null {
  const [empty, prefix, name, id, ...rest] = path.split('/');
  if (empty !== '' || name === undefined || prefix === undefined) return null;
  const known = resourceNames.find((candidate) => candidate === name);
  if (known === undefined || !servedBelow(known, `/${prefix}/`)) return null;
  const resource = resources[known];
  if (id === undefined) return { resource, id: null, slashMissing: true };
  if (rest.length === 0) return { resource, id: id === '' ? null : id, slashMissing: id !== '' };
  return rest.length === 1 && rest[0] === '' && id !== '' ? { resource, id, slashMissing: false } : null;
}

/** The specification of a field; null when the resource has no such field. */
export function fieldOf(resource: Resource, name: string): FieldSpec | null {
  return Object.hasOwn(resource.fields, name) ? (resource.fields[name] ?? null) : null;
}

/** A new row of this resource with its URI, ready to be filled. */
export function blankRow(name: ResourceName, id: number): Row {
  return { id, resource_uri: uriOf(name, id), ...resources[name].template };
}

function servedBelow(name: ResourceName, base: string): boolean {
  return base === resources[name].base || (name === 'Establishment' && base === '/resources/');
}

function describe(name: ResourceName): Resource {
  const { fields, firstId, base = '/resources/', writable = false, filters, sorts = 'id' } = traits[name];
  const withId: Fields = {
    id: { kind: 'integer', initial: 0, readOnly: true },
    resource_uri: { kind: 'string', initial: '', readOnly: true },
    ...fields,
  };
  return {
    name,
    base,
    fields: withId,
    template: Object.fromEntries(Object.entries(fields).map(([field, spec]) => [field, spec.initial])),
    required: Object.keys(fields).filter((field) => fields[field]?.required === true),
    filterable: new Set(filters.split(' ')),
    sortable: new Set(sorts.split(' ')),
    writable,
    firstId,
  };
}
