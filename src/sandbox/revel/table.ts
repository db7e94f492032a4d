import { z } from 'zod';
import type { JsonValue, Row } from './types.js';

const rowSchema = z
  .record(z.string(), z.custom<JsonValue>())
  .and(z.object({ id: z.int() }))
  .readonly();

/** Checks a table's part of a snapshot. */
export const tableSnapshotSchema = z.strictObject({ nextId: z.number().int(), rows: z.array(rowSchema) });
export type TableSnapshot = z.infer<typeof tableSnapshotSchema>;

/**
 * The rows of one resource. Rows are shared, never copied: they must not be changed. A reader is shown how things
 * stand; an account in which lists lag behind is made of tables that say otherwise.
 */
export class Table {
  #nextId: number;
  /** By id, in ascending order. */
  #rows = new Map<number, Row>();
  /** Ids by order URI; may name rows that have since moved to another order. */
  #byOrder = new Map<JsonValue | undefined, Set<number>>();

  constructor(firstId: number) {
    this.#nextId = firstId;
  }

  /** The id of the next row; ids grow with every call and are never used again. */
  takeId(): number {
    return this.#nextId++;
  }

  /** Adds or replaces the row of its id. */
  put(row: Row): void {
    const isInMidst = !this.#rows.has(row.id) && row.id < this.#nextId - 1;
    this.#nextId = Math.max(this.#nextId, row.id + 1);
    this.#rows.set(row.id, row);
    if (isInMidst) this.#rows = new Map([...this.#rows].sort(([a], [b]) => a - b));
    this.#byOrder.set(row.order, (this.#byOrder.get(row.order) ?? new Set()).add(row.id));
  }

  /** The row as it is, or null. */
  get(id: number): Row | null {
    return this.#rows.get(id) ?? null;
  }

  /** The row as its own address shows it, or null. */
  shown(id: number): Row | null {
    return this.get(id);
  }

  /** The row as lists show it, or null. */
  listed(id: number): Row | null {
    return this.get(id);
  }

  /** Every row as lists show it, by ascending id. */
  allListed(): Iterable<Row> {
    return this.#rows.values();
  }

  /** Every row as it is, by ascending id. */
  current(): Row[] {
    return [...this.#rows.values()];
  }

  /** The rows of one order as they are, by ascending id. */
  ofOrder(orderUri: string): Row[] {
    return this.idsOfOrder(orderUri)
      .map((id) => this.get(id))
      .filter((row) => row !== null)
      .filter((row) => row.order === orderUri);
  }

  /** Ids that may belong to an order, ascending; a superset. */
  idsOfOrder(orderUri: string): number[] {
    return [...(this.#byOrder.get(orderUri) ?? [])].sort((a, b) => a - b);
  }

  /** All rows; shares them, so it stays as it was taken. */
  snapshot(): TableSnapshot {
    return { nextId: this.#nextId, rows: this.current() };
  }

  /** Takes the rows and the next id of a snapshot in place of its own. */
  restore({ nextId, rows }: TableSnapshot): void {
    this.#rows = new Map();
    this.#byOrder = new Map();
    // Each row then comes after those before it, so that none is sorted in.
    this.#nextId = 0;
    for (const row of rows) this.put(row);
    this.#nextId = nextId;
  }
}
