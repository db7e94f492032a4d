import { z } from 'zod';
import type { JsonValue, Row } from './types.js';

/** A row and when it came to be (epoch ms). */
interface Version {
  at: number;
  row: Row;
}

const versionSchema: z.ZodType<Version> = z.strictObject({
  at: z.number(),
  row: z
    .record(z.string(), z.custom<JsonValue>())
    .and(z.object({ id: z.number().int() }))
    .readonly(),
});

/** Checks a table's part of a snapshot. */
export const tableSnapshotSchema = z.strictObject({
  nextId: z.number().int(),
  records: z.array(z.array(versionSchema).min(1)),
});
export type TableSnapshot = z.infer<typeof tableSnapshotSchema>;

/**
 * The rows of one resource. While lists lag, superseded versions are kept until the lag has passed, so that a
 * list can show the past. Rows are shared, never copied: they must not be changed.
 */
export class Table {
  #nextId: number;
  /** By id, in ascending order. */
  #records = new Map<number, Version[]>();
  /** Ids by uuid, deleted rows included. */
  #byUuid = new Map<string, number[]>();
  /** Ids by order URI; may name rows that have since moved to another order. */
  #byOrder = new Map<string, number[]>();

  constructor(firstId: number) {
    this.#nextId = firstId;
  }

  /** The id of the next row; ids grow with every call and are never used again. */
  takeId(): number {
    return this.#nextId++;
  }

  /** Adds or replaces the row of its id. */
  put(row: Row, at: number, lagMs: number): void {
    const versions = this.#records.get(row.id);
    if (versions === undefined) this.#insert(row, at);
    else if (lagMs === 0) this.#records.set(row.id, [{ at, row }]);
    else this.#records.set(row.id, [...sinceVisible(versions, at, lagMs), { at, row }]);
    index(this.#byUuid, row.uuid, row.id);
    index(this.#byOrder, row.order, row.id);
  }

  /** The newest version, or null. */
  get(id: number): Row | null {
    return this.#records.get(id)?.at(-1)?.row ?? null;
  }

  /** What a reader sees who is `lagMs` behind, or null. */
  getVisible(id: number, now: number, lagMs: number): Row | null {
    const versions = this.#records.get(id);
    return versions === undefined ? null : visible(versions, now, lagMs);
  }

  /** Every row a reader sees who is `lagMs` behind, by ascending id. */
  *rows(now: number, lagMs: number): Generator<Row> {
    for (const versions of this.#records.values()) {
      const row = visible(versions, now, lagMs);
      if (row !== null) yield row;
    }
  }

  /** The newest version of every row, by ascending id. */
  current(): Row[] {
    return [...this.rows(0, 0)];
  }

  /** The newest version of the rows of one order, by ascending id. */
  ofOrder(orderUri: string): Row[] {
    const rows: Row[] = [];
    for (const id of this.idsOfOrder(orderUri)) {
      const row = this.get(id);
      if (row !== null && row.order === orderUri) rows.push(row);
    }
    return rows;
  }

  /** Ids that may belong to an order, ascending; a superset. */
  idsOfOrder(orderUri: string): readonly number[] {
    return this.#byOrder.get(orderUri) ?? [];
  }

  /** Whether a row other than `exceptId` has this uuid. */
  hasUuid(uuid: string, exceptId: number | null): boolean {
    return (this.#byUuid.get(uuid) ?? []).some((id) => id !== exceptId && this.get(id)?.uuid === uuid);
  }

  /** All versions that are kept; shares them, so it stays as it was taken. */
  snapshot(): TableSnapshot {
    return { nextId: this.#nextId, records: [...this.#records.values()] };
  }

  /** Takes the rows and the next id of a snapshot in place of its own. */
  restore(data: TableSnapshot): void {
    this.#nextId = data.nextId;
    this.#records = new Map();
    this.#byUuid = new Map();
    this.#byOrder = new Map();
    for (const versions of data.records) {
      const newest = versions.at(-1)?.row;
      if (newest === undefined) continue;
      this.#records.set(newest.id, versions);
      for (const { row } of versions) {
        index(this.#byUuid, row.uuid, row.id);
        index(this.#byOrder, row.order, row.id);
      }
    }
  }

  #insert(row: Row, at: number): void {
    const isLast = row.id >= this.#nextId - 1;
    this.#nextId = Math.max(this.#nextId, row.id + 1);
    this.#records.set(row.id, [{ at, row }]);
    if (!isLast) this.#records = new Map([...this.#records].sort(([a], [b]) => a - b));
  }
}

function visible(versions: readonly Version[], now: number, lagMs: number): Row | null {
  if (lagMs === 0) return versions[versions.length - 1]?.row ?? null;
  for (let i = versions.length - 1; i >= 0; i--) {
    const version = versions[i];
    if (version !== undefined && version.at + lagMs <= now) return version.row;
  }
  return null;
}

/** The versions that some reader may still see: the visible one and all newer ones. */
function sinceVisible(versions: readonly Version[], now: number, lagMs: number): readonly Version[] {
  const newest = versions.findLastIndex((version) => version.at + lagMs <= now);
  return newest <= 0 ? versions : versions.slice(newest);
}

function index(map: Map<string, number[]>, key: JsonValue | undefined, id: number): void {
  if (typeof key !== 'string') return;
  const ids = map.get(key);
  if (ids === undefined) map.set(key, [id]);
  else if (!ids.includes(id)) {
    ids.push(id);
    if ((ids.at(-2) ?? 0) > id) ids.sort((a, b) => a - b);
  }
}
