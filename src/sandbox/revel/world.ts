import { z } from 'zod';
import { blankRow, idOfUri, resources } from './resources.js';
import { type RevelSwitches, revelSwitchesSchema } from './switches.js';
import { type Table, tableSnapshotSchema } from './table.js';
import {
  byResource,
  type JsonValue,
  type ResourceName,
  type Row,
  resourceNames,
  uriIn,
  type Values,
} from './types.js';

const snapshotSchema = z.object({
  /** Those that the version which wrote it knew. */
  switches: z.object(revelSwitchesSchema.shape),
  tables: z.record(z.enum(resourceNames), tableSnapshotSchema),
});

/** Everything the simulated account holds, and how it behaves. */
export class World {
  /** Replaced as a whole, never changed in place. */
  switches: RevelSwitches;
  /** Grows with every change. */
  revision = 0;
  readonly #tables: Record<ResourceName, Table>;

  constructor(switches: Partial<RevelSwitches>, makeTable: (firstId: number) => Table) {
    this.switches = revelSwitchesSchema.parse(switches);
    this.#tables = byResource((name) => makeTable(resources[name].firstId));
  }

  /** The rows of a resource. */
  table(name: ResourceName): Table {
    return this.#tables[name];
  }

  /** The row that a URI names, if it is there. */
  at(name: ResourceName, uri: JsonValue | undefined): Row | null {
    const id = idOfUri(name, String(uri));
    return id === null ? null : this.#tables[name].get(id);
  }

  /** The rows that belong to an order. */
  ofOrder(name: ResourceName, order: Row): Row[] {
    return this.#tables[name].ofOrder(uriIn(order));
  }

  /** Adds a row made of the template and `values`, which must be in stored form; a null id takes the next. */
  add(name: ResourceName, id: number | null, values: Values): Row {
    const table = this.#tables[name];
    return this.#put(name, { ...blankRow(name, id ?? table.takeId()), ...values });
  }

  /** Replaces some values of a row, whatever else has changed on it since it was read. */
  change(name: ResourceName, row: Row, values: Values): Row {
    return this.#put(name, { ...(this.#tables[name].get(row.id) ?? row), ...values });
  }

  /** Adds a row that the server makes itself, with an id and a uuid of its own. */
  make(name: ResourceName, values: Values): Row {
    const id = this.#tables[name].takeId();
    const resource = String(resourceNames.indexOf(name)).padStart(4, '0');
    const uuid = `5e7e7000-${resource}-4000-8000-${String(id).padStart(12, '0')}`;
    return this.add(name, id, { ...values, uuid });
  }

  /** Rows and switches, as JSON data. */
  snapshot() {
    return {
      switches: this.switches,
      tables: byResource((name) => this.#tables[name].snapshot()),
    };
  }

  /** Throws when the data isn't a snapshot; then nothing has changed. */
  restore(data: unknown): void {
    const snapshot = snapshotSchema.parse(data);
    this.switches = snapshot.switches;
    for (const name of resourceNames) this.#tables[name].restore(snapshot.tables[name]);
    this.revision++;
  }

  #put(name: ResourceName, row: Row): Row {
    this.#tables[name].put(row);
    this.revision++;
    return row;
  }
}
