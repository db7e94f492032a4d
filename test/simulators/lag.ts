import { z } from 'zod';
import type { ControlResult, SimRequest, SimResponse } from '../../src/sandbox/host/types.js';
import type { RawOrder, RawRow } from '../../src/sandbox/revel/simulator.js';
import type { RevelSwitches } from '../../src/sandbox/revel/switches.js';
import { Table, type TableSnapshot } from '../../src/sandbox/revel/table.js';
import type { ResourceName, Row } from '../../src/sandbox/revel/types.js';
import type { ManneredOptions, Manners } from './manners.js';
import { TestRevel } from './revel.js';

const lagSchema = z.strictObject({
  /** Rows and changes show up in list results this many milliseconds after they were made. */
  listLagMs: z.number().int().min(0),
  /** The lag holds for detail reads as well. */
  detailLag: z.boolean(),
});

/** The lag, and the moment (epoch ms) at which something is done or asked. */
type Lag = z.infer<typeof lagSchema> & { now: number };

/** A time before any that a simulation starts at: what was set up then has always been there. */
const ALWAYS = Number.MIN_SAFE_INTEGER;

/** All switches of the account that tests have: its manners, and how far behind its lists are. */
export type AccountSwitches = RevelSwitches & Manners & z.infer<typeof lagSchema>;

/** A row and when it came to be (epoch ms). */
interface Version {
  at: number;
  row: Row;
}

const snapshotSchema = z.looseObject({
  lag: lagSchema,
  /** One for each table: when each row came to be, and what it was before, as long as somebody may see that. */
  versions: z.array(z.array(z.array(z.strictObject({ at: z.number(), row: z.custom<Row>() })))),
});

/** While lists lag, superseded versions are kept until the lag has passed, so that a list can show the past. */
class LaggingTable extends Table {
  readonly #lag: Lag;
  #versions = new Map<number, Version[]>();

  constructor(firstId: number, lag: Lag) {
    super(firstId);
    this.#lag = lag;
  }

  override put(row: Row): void {
    super.put(row);
    const { listLagMs, now: at } = this.#lag;
    const before = listLagMs === 0 ? [] : (this.#versions.get(row.id) ?? []);
    this.#versions.set(row.id, [...sinceVisible(before, at, listLagMs), { at, row }]);
  }

  override shown(id: number): Row | null {
    return this.#lag.detailLag ? this.listed(id) : this.get(id);
  }

  override listed(id: number): Row | null {
    const { listLagMs, now } = this.#lag;
    if (listLagMs === 0) return this.get(id);
    return this.#versions.get(id)?.findLast(({ at }) => at + listLagMs <= now)?.row ?? null;
  }

  override allListed(): Iterable<Row> {
    if (this.#lag.listLagMs === 0) return super.allListed();
    return this.current()
      .map(({ id }) => this.listed(id))
      .filter((row) => row !== null);
  }

  override restore(data: TableSnapshot): void {
    super.restore(data);
    this.versions = data.rows.map((row) => [{ at: ALWAYS, row }]);
  }

  get versions(): Version[][] {
    return [...this.#versions.values()];
  }

  set versions(all: Version[][]) {
    this.#versions = new Map(all.map((versions) => [versions.at(-1)?.row.id ?? 0, versions]));
  }
}

/** The versions that some reader may still see: the visible one and all newer ones. */
function sinceVisible(versions: readonly Version[], now: number, lagMs: number): readonly Version[] {
  const newest = versions.findLastIndex(({ at }) => at + lagMs <= now);
  return newest <= 0 ? versions : versions.slice(newest);
}

/** The sandbox's point of sale with lists, and details if asked for, that are behind what stands. */
export class LaggingRevel extends TestRevel {
  readonly #lag: Lag;
  readonly #tables: LaggingTable[];

  constructor({
    switches,
    ...options
  }: Omit<ManneredOptions, 'switches' | 'makeTable'> & { switches?: Partial<AccountSwitches> }) {
    const { listLagMs = 0, detailLag = false, ...manners } = switches ?? {};
    const lag = { listLagMs, detailLag, now: ALWAYS };
    const tables: LaggingTable[] = [];
    super({
      ...options,
      switches: manners,
      makeTable: (firstId) => {
        const table = new LaggingTable(firstId, lag);
        tables.push(table);
        return table;
      },
    });
    this.#lag = lag;
    this.#tables = tables;
  }

  override handle(request: SimRequest, now: number): SimResponse {
    this.#lag.now = now;
    return super.handle(request, now);
  }

  override control(action: string, body: unknown, now: number): ControlResult {
    this.#lag.now = now;
    return super.control(action, body, now);
  }

  override put(name: ResourceName, row: RawRow, now = ALWAYS): Row {
    this.#lag.now = now;
    return super.put(name, row);
  }

  override insertOrder(raw: RawOrder, now = ALWAYS): Row {
    this.#lag.now = now;
    return super.insertOrder(raw);
  }

  override configure(switches: unknown): ControlResult {
    const { listLagMs, detailLag, ...manners } = z.looseObject(lagSchema.partial().shape).parse(switches);
    const result = super.configure(manners);
    if (result.ok && listLagMs !== undefined) this.#lag.listLagMs = listLagMs;
    if (result.ok && detailLag !== undefined) this.#lag.detailLag = detailLag;
    return result;
  }

  override snapshot() {
    const versions = this.#tables.map((table) => table.versions);
    const { now: _, ...lag } = this.#lag;
    return { ...super.snapshot(), lag, versions };
  }

  override restore(data: unknown): void {
    const { lag, versions, ...account } = snapshotSchema.parse(data);
    super.restore(account);
    Object.assign(this.#lag, lag);
    for (const [at, table] of this.#tables.entries()) table.versions = versions[at] ?? [];
  }
}
