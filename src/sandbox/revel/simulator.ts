import { type Deed, doDeed, outcomeOf, switched } from '../host/control.js';
import type { ControlResult, SimRequest, SimResponse, Simulator } from '../host/types.js';
import { empty, jsonText, Refusal } from './answers.js';
import { listHistory } from './effects.js';
import { hydrate } from './fields.js';
import { listRows, pickedText } from './list.js';
import { fieldOf, type Route, resources, routeOf } from './resources.js';
import { deeds } from './staff.js';
import { type RevelSwitches, revelSwitchesSchema } from './switches.js';
import { Table } from './table.js';
import { type JsonValue, type ResourceName, type Row, uriIn, type Values } from './types.js';
import { World } from './world.js';
import { createRow, patchRow } from './write.js';

/** How a simulated account is opened. */
export interface RevelSimulatorOptions {
  /** The one key pair it takes. */
  apiKey: string;
  apiSecret: string;
  switches?: Partial<RevelSwitches>;
  /** Makes the table of a resource, whose ids begin there; default: a plain one. */
  makeTable?: (firstId: number) => Table;
}

/** Values in the fields' own names; without an id it is the next one. */
export type RawRow = Values;

/** An order with everything that hangs on it. */
export interface RawOrder {
  order: RawRow;
  items?: readonly RawRow[];
  payments?: readonly RawRow[];
  history?: readonly RawRow[];
}

const NOT_FOUND =
  '<!doctype html><html lang="en"><head><title>Not Found</title></head><body><h1>Not Found</h1></body></html>';

/** The simulated point of sale: an account's rows behind the API's rules. */
export class RevelSimulator implements Simulator {
  readonly name = 'revel';
  protected readonly world: World;
  /** What people there do. */
  protected readonly deeds: Readonly<Record<string, Deed<World>>> = deeds;
  readonly #credentials: string;
  readonly #options: RevelSimulatorOptions;

  constructor(options: RevelSimulatorOptions) {
    this.#options = options;
    this.#credentials = `${options.apiKey}:${options.apiSecret}`;
    this.world = new World(options.switches ?? {}, options.makeTable ?? ((firstId) => new Table(firstId)));
  }

  get revision(): number {
    return this.world.revision;
  }

  handle(request: SimRequest, _now: number): SimResponse {
    const route = routeOf(request.path);
    if (route === null) {
      return { status: 404, headers: { 'content-type': 'text/html' }, body: NOT_FOUND };
    }
    if (route.slashMissing) return withSlash(request);
    if (!this.#knows(request)) return empty(401);
    try {
      return this.#dispatch(route, request);
    } catch (error) {
      if (error instanceof Refusal) return error.answer;
      throw error;
    }
  }

  snapshot(): ReturnType<World['snapshot']> {
    return this.world.snapshot();
  }

  restore(data: unknown): void {
    this.world.restore(data);
  }

  configure(switches: unknown): ControlResult {
    return outcomeOf(() => {
      this.world.switches = switched(revelSwitchesSchema, this.world.switches, switches);
      this.world.revision++;
      return this.world.switches;
    });
  }

  control(action: string, body: unknown, now: number): ControlResult {
    return doDeed(this.deeds, action, this.world, body, now);
  }

  /** Puts a row in as it is, past every rule of the API, read-only fields included. Throws when a value does not fit. */
  put(name: ResourceName, { id, ...row }: RawRow): Row {
    const values: Record<string, JsonValue> = {};
    for (const [field, value] of Object.entries(row)) {
      const spec = fieldOf(resources[name], field);
      if (spec === null) throw new Error(`${name} has no field ${field}.`);
      values[field] = hydrate(field, spec, value);
    }
    return this.world.add(name, typeof id === 'number' ? id : null, values);
  }

  /** The same with an order and all that hangs on it. */
  insertOrder({ order, items = [], payments = [], history = [] }: RawOrder): Row {
    const made = this.put('Order', order);
    const uri = uriIn(made);
    for (const item of items) this.put('OrderItem', { ...item, order: uri });
    for (const payment of payments) this.put('Payment', { ...payment, order: uri });
    for (const row of history) listHistory(this.world, this.put('OrderHistory', { ...row, order: uri }));
    return this.world.table('Order').get(made.id) ?? made;
  }

  #dispatch({ resource, id }: Route, request: SimRequest): SimResponse {
    const { world } = this;
    const { method, query } = request;
    const { name, writable } = resource;
    if (method === 'GET') {
      if (id === null) return listRows(world, resource, query);
      const row = world.table(name).shown(id);
      return row === null ? empty(404) : jsonText(200, pickedText(row, query));
    }
    const change = id === null ? 'POST' : 'PATCH';
    if (method !== change || !writable) return empty(405, { allow: writable ? `GET,${change}` : 'GET' });
    return id === null ? createRow(world, resource, request) : patchRow(world, resource, id, request);
  }

  #knows({ headers, query }: SimRequest): boolean {
    if (headers['api-authentication'] === this.#credentials) return true;
    const { apiKey, apiSecret } = this.#options;
    return query.get('api_key') === apiKey && query.get('api_secret') === apiSecret;
  }
}

/** The redirect of a path without its last slash; a client that follows it with a GET loses its body. */
function withSlash({ path, query }: SimRequest): SimResponse {
  return empty(301, { location: `${path}/${query.size === 0 ? '' : `?${query}`}` });
}
