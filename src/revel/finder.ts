import type { FindMode } from '../domain/account.js';
import { orderUuid } from '../domain/identity.js';
import { type EventId, LOCAL_ID_START, legacyLocalIdOf, localIdOf } from '../domain/ids.js';
import type { FoundOrder } from '../domain/order.js';
import { withHistory } from './children.js';
import type { ListRead, Rest } from './rest.js';
import { OrderScan } from './scan.js';
import { orderSchema } from './schema.js';
import type { OrderFinder, OrderKey, RevelRead } from './types.js';

/** An identity that no order has. A filter that answers it with anything is not obeyed. */
const PROBE = 'ts-reconcile no such order';
/** Two local ids an event: about 5 KB of query. */
const EVENTS_PER_LOOKUP = 100;
/** A uuid takes more room, and there is one for each establishment. */
const UUIDS_PER_LOOKUP = 100;
/** Answers to a filter that is obeyed have a few rows for each event. */
const MAX_ROWS = 20_000;
/** 117 fields a row: 200 of them are about a megabyte. */
const ORDER_PAGE = 200;
const PROBE_UUID = '00000000-0000-5000-8000-000000000000';
/** A few fields a row take little room. */
const LARGEST_PAGE = 1_000;
/** What tells whose an order is, and whether staff can see it. */
const IDENTITY =
  'id,uuid,local_id,establishment,created_date,updated_date,notes,deleted,bill_parent,orderhistory';
const PATH = '/resources/Order/';

type Rows = Map<EventId, FoundOrder[]>;

/**
 * Finds orders without trusting any filter of Revel. Unknown or unsupported filters are ignored there, which
 * would make every event look injected (or not), so each look-up carries an impossible identity along and every
 * row that comes back is compared. What cannot be found by `local_id` is looked for by `uuid`, then by reading
 * all orders of the shops (see {@link OrderScan}). A filter that proved useless, to this run or to `certify`, is not asked.
 */
export class RevelFinder implements OrderFinder {
  readonly #rest: Rest;
  readonly #scan: OrderScan;
  #mode: FindMode;
  /** Look-ups that wait for the one in flight, to go out together. */
  #waiting: {
    key: OrderKey;
    resolve: (read: RevelRead<FoundOrder[]>) => void;
    reject: (error: unknown) => void;
  }[] = [];
  #busy = false;
  /** Rows of a list say who can see the order; otherwise each needs a request more. */
  #listsTellAll = true;

  /** @param begin the way that is tried first */
  constructor(rest: Rest, begin: FindMode) {
    this.#rest = rest;
    this.#mode = begin;
    this.#scan = new OrderScan(rest);
  }

  get roomy(): boolean {
    return this.#mode === 'local_id' && this.#listsTellAll;
  }

  find(key: OrderKey): Promise<RevelRead<FoundOrder[]>> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ key, resolve, reject });
      void this.#drain();
    });
  }

  async #drain(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    // Look-ups of the same moment go out together.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, EVENTS_PER_LOOKUP);
      try {
        const read = await this.findMany(batch.map((entry) => entry.key));
        for (const { key, resolve } of batch) {
          resolve(read.kind === 'ok' ? { kind: 'ok', value: read.value.get(key.event) ?? [] } : read);
        }
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.#busy = false;
  }

  async findMany(keys: readonly OrderKey[]): Promise<RevelRead<Rows>> {
    const rows: Rows = new Map(keys.map((key) => [key.event, []]));
    for (let start = 0; start < keys.length; start += EVENTS_PER_LOOKUP) {
      const read = await this.#look(keys.slice(start, start + EVENTS_PER_LOOKUP), rows);
      if (read.kind === 'error') return read;
    }
    return this.#withHistory(rows);
  }

  async #withHistory(rows: Rows): Promise<RevelRead<Rows>> {
    for (const [event, orders] of rows) {
      const complete: FoundOrder[] = [];
      for (const order of orders) {
        if (order.historyIds === null) this.#listsTellAll = false;
        const read = await withHistory(this.#rest, order);
        if (read.kind === 'error') return read;
        complete.push(read.value);
      }
      rows.set(event, complete);
    }
    return { kind: 'ok', value: rows };
  }

  async #look(keys: readonly OrderKey[], rows: Rows): Promise<RevelRead<void>> {
    for (;;) {
      const mode = this.#mode;
      const read = await this.#lookBy(mode, keys, rows);
      if (read.kind === 'ok') return { kind: 'ok', value: undefined };
      if (read.kind === 'error') return read;
      // Another look-up of this run may have stepped down already.
      if (this.#mode === mode) this.#mode = mode === 'local_id' ? 'uuid' : 'scan';
    }
  }

  async #lookBy(
    mode: FindMode,
    keys: readonly OrderKey[],
    rows: Rows,
  ): Promise<{ kind: 'ok' } | { kind: 'useless' } | { kind: 'error'; detail: string }> {
    switch (mode) {
      case 'local_id':
        return useless(await this.#byLocalId(keys, rows));
      case 'uuid': {
        const read = useless(await this.#byUuid(keys, rows));
        if (read.kind !== 'ok') return read;
        // Orders of the older connector have random uuids: what is not found by uuid may still be there.
        const isFound = (key: OrderKey) => rows.get(key.event)?.some((row) => !row.deleted) === true;
        const rest = keys.filter((key) => !isFound(key));
        const known = await this.#scan.known(keys.filter(isFound), [...rows.values()].flat());
        if (known.kind === 'error') return known;
        collect(known.value, eventsByLocalId(keys), rows);
        return this.#scanAll(rest, rows);
      }
      case 'scan':
        return this.#scanAll(keys, rows);
    }
  }

  async #byLocalId(keys: readonly OrderKey[], rows: Rows): Promise<ListRead<FoundOrder>> {
    const events = eventsByLocalId(keys);
    const list = await this.#rest.list({
      path: PATH,
      query: { local_id__in: [PROBE, ...events.keys()].join(','), order_by: 'id' },
      schema: orderSchema,
      wanted: (row) => row.localId !== null && events.has(row.localId),
      key: (row) => row.id,
      pageSize: ORDER_PAGE,
      maxRows: MAX_ROWS,
      strict: true,
    });
    if (list.kind === 'ok') collect(list.value, events, rows);
    return list;
  }

  /**
   * Follows the chain of uuids as far as there are orders: the next one after one that is gone, or that is being replaced,
   * has the next uuid.
   */
  async #byUuid(keys: readonly OrderKey[], rows: Rows): Promise<ListRead<FoundOrder>> {
    let open = keys.flatMap((key) =>
      key.establishmentIds.map((establishmentId) => ({ event: key.event, establishmentId })),
    );
    for (let generation = 0; open.length > 0 && generation < 50; generation += 1) {
      const next: typeof open = [];
      for (let start = 0; start < open.length; start += UUIDS_PER_LOOKUP) {
        const asked = new Map(
          open
            .slice(start, start + UUIDS_PER_LOOKUP)
            .map((entry) => [orderUuid(entry.establishmentId, localIdOf(entry.event), generation), entry]),
        );
        const list = await this.#rest.list({
          path: PATH,
          query: { uuid__in: [PROBE_UUID, ...asked.keys()].join(','), order_by: 'id' },
          schema: orderSchema,
          wanted: (row) => row.uuid !== null && asked.has(row.uuid.toLowerCase()),
          key: (row) => row.id,
          pageSize: ORDER_PAGE,
          maxRows: MAX_ROWS,
          strict: true,
        });
        if (list.kind !== 'ok') return list;
        for (const row of list.value) {
          const entry = asked.get(row.uuid?.toLowerCase() ?? '');
          if (!entry) continue;
          add(rows.get(entry.event), row);
          if (!next.includes(entry)) next.push(entry);
        }
      }
      open = next;
    }
    return { kind: 'ok', value: [] };
  }

  async #scanAll(
    keys: readonly OrderKey[],
    rows: Rows,
  ): Promise<{ kind: 'ok' } | { kind: 'error'; detail: string }> {
    if (keys.length === 0) return { kind: 'ok' };
    const read = await this.#scan.near(keys);
    if (read.kind === 'error') return read;
    collect(read.value, eventsByLocalId(keys), rows);
    return { kind: 'ok' };
  }

  async further(key: OrderKey): Promise<RevelRead<FoundOrder[]>> {
    if (this.#mode === 'local_id') return { kind: 'ok', value: [] };
    const read = await this.#scan.further(key);
    if (read.kind === 'error') return read;
    const complete = await this.#withHistory(new Map([[key.event, read.value]]));
    return complete.kind === 'error' ? complete : { kind: 'ok', value: complete.value.get(key.event) ?? [] };
  }

  async filedUnder({ from, to }: { from: string; to: string }): Promise<RevelRead<FoundOrder[]>> {
    const [first, last] = [`${from}T00:00:00`, `${to}T23:59:59`];
    // Whoever else names an order nearly like ours obeys the filter no less.
    const isAsked = ({ localId, createdDate }: FoundOrder) =>
      localId?.startsWith(LOCAL_ID_START) === true &&
      createdDate !== null &&
      createdDate >= first &&
      createdDate.slice(0, last.length) <= last;
    if (this.#mode === 'local_id') {
      const list = await this.#rest.list({
        path: PATH,
        query: {
          local_id__startswith: LOCAL_ID_START,
          created_date__gte: first,
          created_date__lte: last,
          fields: IDENTITY,
          order_by: 'id',
        },
        schema: orderSchema,
        wanted: isAsked,
        key: (row) => row.id,
        pageSize: LARGEST_PAGE,
        maxRows: MAX_ROWS,
        strict: true,
      });
      if (list.kind === 'ok' || list.kind === 'error') return list;
    }
    return { kind: 'ok', value: this.#scan.passedBy.filter(isAsked) };
  }
}

function useless(
  list: ListRead<FoundOrder>,
): { kind: 'ok' } | { kind: 'useless' } | { kind: 'error'; detail: string } {
  switch (list.kind) {
    case 'ok':
      return { kind: 'ok' };
    case 'ignored':
    case 'refused':
      return { kind: 'useless' };
    case 'error':
      return list;
  }
}

function eventsByLocalId(keys: readonly OrderKey[]): Map<string, EventId> {
  return new Map(
    keys.flatMap((key): [string, EventId][] => [
      [localIdOf(key.event), key.event],
      [legacyLocalIdOf(key.event), key.event],
    ]),
  );
}

function collect(found: readonly FoundOrder[], events: ReadonlyMap<string, EventId>, rows: Rows): void {
  for (const row of found) {
    const event = row.localId === null ? undefined : events.get(row.localId);
    if (event !== undefined) add(rows.get(event), row);
  }
}

function add(list: FoundOrder[] | undefined, row: FoundOrder): void {
  if (list && !list.some((other) => other.id === row.id)) list.push(row);
}
