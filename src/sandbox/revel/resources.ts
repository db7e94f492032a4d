import { each, type Fields, optional, related, requiredInteger, requiredText, text, yes } from './fields.js';
import { orderFields } from './fields-order.js';
import {
  appliedDiscountOrderFields,
  appliedTaxOrderFields,
  orderHistoryFields,
  orderItemFields,
  paymentFields,
  productFields,
} from './fields-others.js';
import { byResource, type ResourceName, type Row, resourceNames } from './types.js';

/** What the API allows with one resource. */
export interface Resource {
  name: ResourceName;
  /** `/resources/` or `/enterprise/`: where its URIs live. */
  base: string;
  fields: Fields;
  /** What a new row holds before anything sent is put in. */
  template: Readonly<Record<string, Fields[string]['initial']>>;
  required: readonly string[];
  filterable: ReadonlySet<string>;
  sortable: ReadonlySet<string>;
  writable: boolean;
  /** Id of the first row made without one. */
  firstId: number;
}

type Traits = Pick<Resource, 'fields' | 'firstId'> &
  Partial<Pick<Resource, 'base' | 'writable'>> & {
    filters: string;
    sorts?: string;
  };

const traits: Record<ResourceName, Traits> = {
  Order: {
    fields: orderFields,
    firstId: 10_684_001,
    writable: true,
    filters: 'id uuid local_id establishment created_by customer closed web_order created_date updated_date',
    sorts: 'id created_date updated_date pickup_time running_tax_number',
  },
  OrderItem: {
    fields: orderItemFields,
    firstId: 31_500_001,
    writable: true,
    filters: 'id uuid order product created_date updated_date',
    sorts: 'id created_date updated_date',
  },
  Payment: {
    fields: paymentFields,
    firstId: 9_400_001,
    writable: true,
    filters: 'id uuid order establishment payment_type payment_date created_date updated_date',
    sorts: 'id payment_date created_date updated_date',
  },
  OrderHistory: {
    fields: orderHistoryFields,
    firstId: 6_760_001,
    writable: true,
    filters: 'id uuid order opened closed',
    sorts: 'id opened closed',
  },
  Product: {
    fields: productFields,
    firstId: 501,
    filters: 'id name barcode sku category active establishment',
    sorts: 'id name',
  },
  Discount: {
    fields: { name: requiredText, active: yes, establishment: related('Establishment') },
    firstId: 3301,
    filters: 'id name active establishment',
  },
  PosStation: {
    fields: { name: requiredText, establishment: related('Establishment', true), kds_redirect: optional },
    firstId: 1,
    filters: 'id name establishment',
  },
  Establishment: {
    fields: { name: requiredText, ...each('city state timezone', text) },
    firstId: 1,
    base: '/enterprise/',
    filters: 'id name',
  },
  User: {
    fields: { ...each('first_name last_name', text), is_active: yes },
    firstId: 1,
    base: '/enterprise/',
    filters: 'id is_active',
  },
  /** A dining option of the account's own, 100 or more. */
  CustomOrderOption: {
    fields: {
      name: requiredText,
      dining_option_id: requiredInteger,
      establishment: related('Establishment'),
    },
    firstId: 1,
    filters: 'id name dining_option_id establishment',
  },
  /** Which fields it has is not known beyond its number and name. */
  CustomPaymentType: {
    fields: {
      name: requiredText,
      payment_type: requiredInteger,
      establishment: related('Establishment'),
    },
    firstId: 1,
    filters: '',
  },
  AppliedDiscountOrder: {
    fields: appliedDiscountOrderFields,
    firstId: 880_001,
    filters: 'id uuid order discount',
  },
  AppliedTaxOrder: { fields: appliedTaxOrderFields, firstId: 770_001, filters: 'id uuid order' },
};

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
export function fieldOf(resource: Resource, name: string): Fields[string] | null {
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
  const { fields, firstId, base, writable, filters, sorts } = traits[name];
  const withId: Fields = {
    id: { kind: 'integer', initial: 0, readOnly: true },
    resource_uri: { kind: 'string', initial: '', readOnly: true },
    ...fields,
  };
  return {
    name,
    base: base ?? '/resources/',
    fields: withId,
    template: Object.fromEntries(Object.entries(fields).map(([field, spec]) => [field, spec.initial])),
    required: Object.keys(fields).filter((field) => fields[field]?.required === true),
    filterable: new Set(filters.split(' ')),
    sortable: new Set((sorts ?? 'id').split(' ')),
    writable: writable ?? false,
    firstId,
  };
}
