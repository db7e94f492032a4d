import { type EventId, eventIdIn, legacyLocalIdOf, localIdOf, type OrderId } from '../domain/ids.js';
import type { FoundOrder } from '../domain/order.js';
import { addDays } from '../domain/zones.js';
import type { Rest } from './rest.js';
import { orderSchema } from './schema.js';
import type { OrderKey, RevelRead } from './types.js';

const PATH = '/resources/Order/';
/** How far around a day is read: zones differ by one, and an event may have been moved by a few. */
const AROUND = 3;
/** Orders of one shop, most of a year in a busy one. */
const MAX_ROWS = 100_000;
/** 117 fields a row: 500 of them are about 3 MB. */
const PAGE = 500;
/** An order of any event, ours or the older connector's. */
const OF_AN_EVENT = /^Triple Seat[_ ]\d+$/;

/** First and last day; `to` null: without end. */
interface Days {
  from: string;
  to: string | null;
}

/**
 * Finds orders where Revel filters by no identity: by reading all orders of the shops and comparing their
 * `local_id`. A look goes by the days under which runs of today file an order. One filed under another day (the
 * older connector took the day on which it ran, and events are moved by months) is found by reading everything
 * since its event was made, once in a run; later looks read what that brought to light by its id.
 */
export class OrderScan {
  readonly #rest: Rest;
  /** The orders that {@link further} came across, as they were then, by `local_id` and id. */
  readonly #filed = new Map<string, Map<OrderId, FoundOrder>>();
  /** From which day on each establishment was read; empty: from the first. */
  readonly #readFrom = new Map<number, string>();
  #reading: Promise<unknown> = Promise.resolve();
  readonly #passedBy = new Map<OrderId, FoundOrder>();

  constructor(rest: Rest) {
    this.#rest = rest;
  }

  /** Orders of other events than those asked for that looks have come across, named as this program names its own. */
  get passedBy(): FoundOrder[] {
    return [...this.#passedBy.values()];
  }

  /** Orders of the events, around their days and today. */
  async near(keys: readonly OrderKey[]): Promise<RevelRead<FoundOrder[]>> {
    const asked = new Set(keys.flatMap(({ event }) => localIdsOf(event)));
    const rows = new Map<OrderId, FoundOrder>();
    for (const [establishmentId, ranges] of nearDays(keys)) {
      for (const days of ranges) {
        const isNoted = (id: string) => asked.has(id) || eventIdIn(id) !== null;
        const read = await this.#read(establishmentId, days, isNoted);
        if (read.kind === 'error') return read;
        for (const row of read.value) {
          const isAsked = row.localId !== null && asked.has(row.localId);
          (isAsked ? rows : this.#passedBy).set(row.id, row);
        }
      }
    }
    const others = await this.#filedFor(asked, rows);
    return others.kind === 'error' ? others : { kind: 'ok', value: [...rows.values(), ...others.value] };
  }

  /** Orders of the events that {@link further} has come across before, as they are now, but for those that are shown. */
  known(keys: readonly OrderKey[], shown: readonly FoundOrder[] = []): Promise<RevelRead<FoundOrder[]>> {
    const rows = new Map(shown.map((row) => [row.id, row]));
    return this.#filedFor(new Set(keys.flatMap(({ event }) => localIdsOf(event))), rows);
  }

  /** Every order of the event since it was made, as it is now. */
  async further(key: OrderKey): Promise<RevelRead<FoundOrder[]>> {
    // One at a time: what one event needs read, the next one mostly needs as well.
    const turn = this.#reading.then(() => this.#readAll(key));
    this.#reading = turn.catch(() => undefined);
    const read = await turn;
    return read.kind === 'error' ? read : this.known([key]);
  }

  async #readAll(key: OrderKey): Promise<RevelRead<void>> {
    const from = firstDay(key);
    for (const establishmentId of key.establishmentIds) {
      const known = this.#readFrom.get(establishmentId);
      if (known !== undefined && known <= from) continue;
      const isOfAnEvent = (id: string) => OF_AN_EVENT.test(id);
      const days: Days = { from, to: known ?? null };
      const read = await this.#read(establishmentId, days, isOfAnEvent);
      if (read.kind === 'error') {
        const since = from === '' ? '' : ` since ${from}`;
        const detail = `Revel cannot be asked for the orders of an event, so all orders of establishment ${establishmentId}${since} have to be read before a new one is made; that failed. ${read.detail}`;
        return { kind: 'error', detail };
      }
      for (const row of read.value) this.#note(row);
      this.#readFrom.set(establishmentId, from);
    }
    return { kind: 'ok', value: undefined };
  }

  #note(row: FoundOrder): void {
    const localId = row.localId ?? '';
    const rows = this.#filed.get(localId);
    if (rows) rows.set(row.id, row);
    else this.#filed.set(localId, new Map([[row.id, row]]));
  }

  /** What is known of from elsewhere; it was read some time ago, so each is read again. */
  async #filedFor(
    localIds: ReadonlySet<string>,
    seen: ReadonlyMap<OrderId, FoundOrder>,
  ): Promise<RevelRead<FoundOrder[]>> {
    const rows: FoundOrder[] = [];
    for (const noted of [...localIds].flatMap((localId) => [...(this.#filed.get(localId)?.values() ?? [])])) {
      if (seen.has(noted.id)) continue;
      const read = await this.#again(noted, (localId) => localIds.has(localId));
      if (read.kind === 'error') return read;
      rows.push(read.value);
    }
    return { kind: 'ok', value: rows };
  }

  /**
   * An order as it is now. A list has shown it in this run, so that an answer which does not know it, or tells of another
   * one, never says that it is gone: it is younger than reads by the id have to show, and as the list had it.
   */
  async #again(noted: FoundOrder, isAsked: (localId: string) => boolean): Promise<RevelRead<FoundOrder>> {
    const read = await this.#rest.get(`${PATH}${noted.id}/`, orderSchema);
    if (read.kind === 'error') return read;
    const isIt = read.value?.id === noted.id && isAsked(read.value.localId ?? '');
    return { kind: 'ok', value: read.value && isIt ? read.value : noted };
  }

  async #read(
    establishmentId: number,
    { from, to }: Days,
    wanted: (localId: string) => boolean,
  ): Promise<RevelRead<FoundOrder[]>> {
    const list = await this.#rest.list({
      path: PATH,
      query: {
        establishment: String(establishmentId),
        ...(from === '' ? {} : { created_date__gte: `${from}T00:00:00` }),
        ...(to === null ? {} : { created_date__lte: `${to}T23:59:59` }),
        order_by: 'id',
      },
      schema: orderSchema,
      wanted: (row) => row.localId !== null && wanted(row.localId),
      key: (row) => row.id,
      pageSize: PAGE,
      maxRows: MAX_ROWS,
      strict: false,
    });
    if (list.kind === 'ok' || list.kind === 'error') return list;
    return {
      kind: 'error',
      detail:
        'Revel: orders can be found neither by local_id nor by uuid nor by date here, so nothing can be written safely.',
    };
  }
}

function localIdsOf(event: EventId): string[] {
  return [localIdOf(event), legacyLocalIdOf(event)];
}

/**
 * No order is older than its event, nor filed under a day before the event's. Whole months, so that few events
 * need another reading.
 */
function firstDay({ since, date }: OrderKey): string {
  if (since === null) return '';
  const first = date !== null && date < since ? date : since;
  return `${addDays(first, -AROUND).slice(0, 7)}-01`;
}

/** The days to read in each establishment. */
function nearDays(keys: readonly OrderKey[]): Map<number, Days[]> {
  const ranges = new Map<number, Days[]>();
  for (const { establishmentIds, date, today } of keys) {
    for (const establishmentId of establishmentIds) {
      const days = ranges.get(establishmentId) ?? [];
      if (date === null) days.push({ from: '', to: null });
      else days.push({ from: addDays(date, -AROUND), to: addDays(date, AROUND) });
      // Runs that still know the event under another day file its order around today.
      days.push({ from: addDays(today, -AROUND), to: null });
      ranges.set(establishmentId, days);
    }
  }
  return new Map([...ranges].map(([establishmentId, days]) => [establishmentId, merged(days)]));
}

function merged(ranges: readonly Days[]): Days[] {
  const result: Days[] = [];
  for (const days of [...ranges].sort((a, b) => (a.from < b.from ? -1 : 1))) {
    const last = result.at(-1);
    if (!last || (last.to !== null && addDays(last.to, 1) < days.from)) result.push({ ...days });
    else if (last.to !== null && (days.to === null || days.to > last.to)) last.to = days.to;
  }
  return result;
}
