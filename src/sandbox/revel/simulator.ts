import { outcomeOf, switched } from '../host/control.js';
import type { ControlResult, SimRequest, SimResponse, Simulator } from '../host/types.js';
import { runAction } from './actions.js';
import { empty, jsonText, notFoundPage, Refusal } from './answers.js';
import { insertOrder, putRow, type RawOrder, type RawRow } from './insert.js';
import { listRows, pickedText } from './list.js';
import { parseFields, parseListQuery } from './query.js';
import { type Resource, type Route, routeOf } from './resources.js';
import { type RevelSwitches, revelSwitchesSchema } from './switches.js';
import { Table } from './table.js';
import type { ResourceName, Row } from './types.js';
import { type RevelSnapshot, World } from './world.js';
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

/** The simulated point of sale: an account's rows behind the API's rules. */
export class RevelSimulator implements Simulator {
  readonly name = 'revel';
  protected readonly world: World;
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
    if (route === null) return notFoundPage();
    if (route.slashMissing) return withSlash(request);
    if (!this.#knows(request)) return empty(401);
    const writing = request.method !== 'GET';
    const permission = this.world.switches.permissions[route.resource.name] ?? 'write';
    if (permission === 'none' || (writing && permission === 'read')) return empty(401);
    try {
      return this.#dispatch(route, request);
    } catch (error) {
      if (error instanceof Refusal) return error.answer;
      throw error;
    }
  }

  snapshot(): RevelSnapshot {
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
    return runAction(this.world, action, body, now);
  }

  /** Puts a row in as it is, past the API's rules; throws when a value does not fit its field. */
  put(name: ResourceName, row: RawRow): Row {
    return putRow(this.world, name, row);
  }

  /** The same with an order and all that hangs on it. */
  insertOrder(raw: RawOrder): Row {
    return insertOrder(this.world, raw);
  }

  #dispatch({ resource, id }: Route, request: SimRequest): SimResponse {
    if (id === null) {
      if (request.method === 'GET') return this.#list(resource, request);
      if (request.method === 'POST' && resource.writable) return createRow(this.world, resource, request);
      return empty(405, { allow: resource.writable ? 'GET,POST' : 'GET' });
    }
    if (request.method === 'GET') return this.#detail(resource, id, request);
    if (request.method === 'PATCH' && resource.writable) {
      return patchRow(this.world, resource, numericId(id), request);
    }
    return empty(405, { allow: resource.writable ? 'GET,PATCH' : 'GET' });
  }

  #list(resource: Resource, request: SimRequest): SimResponse {
    const { switches } = this.world;
    const query = parseListQuery(resource, request.query, switches);
    const table = this.world.table(resource.name);
    return listRows(resource, table, query, request.query, switches.duplicatePagesRows);
  }

  #detail(resource: Resource, id: string, request: SimRequest): SimResponse {
    const row = this.world.table(resource.name).shown(numericId(id));
    if (row === null) return empty(404);
    return jsonText(200, pickedText(row, parseFields(request.query)));
  }

  #knows({ headers, query }: SimRequest): boolean {
    if (headers['api-authentication'] === this.#credentials) return true;
    const { apiKey, apiSecret } = this.#options;
    return query.get('api_key') === apiKey && query.get('api_secret') === apiSecret;
  }
}

/** The id of a detail path; one that no row has when it isn't a number. */
function numericId(id: string): number {
  return /^\d{1,15}$/.test(id) ? Number(id) : -1;
}

/** The redirect of a path without its last slash; a client that follows it with a GET loses its body. */
function withSlash({ path, query }: SimRequest): SimResponse {
  const parameters = query.toString();
  return empty(301, { location: `${path}/${parameters === '' ? '' : `?${parameters}`}` });
}
