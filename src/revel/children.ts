import type { OrderId } from '../domain/ids.js';
import { isTakenAway } from '../domain/notes.js';
import type { FoundOrder } from '../domain/order.js';
import type { ListRead, ListRequest, Rest } from './rest.js';
import { historySchema } from './schema.js';
import type { RevelRead } from './types.js';

/** Rows per page of a list of items, payments or history. */
const CHILD_PAGE = 500;
/** A child list longer than this means that its `order` filter is not obeyed and the account is large. */
const MAX_CHILD_ROWS = 20_000;

const HISTORY = '/resources/OrderHistory/';

/** Rows that hang on one order: its items, payments or history. */
export async function childrenOf<T extends { id: string; orderId: OrderId }>(
  rest: Rest,
  path: string,
  id: OrderId,
  schema: ListRequest<T>['schema'],
): Promise<RevelRead<T[]>> {
  const list = await rest.list<T>({
    path,
    query: { order: id },
    schema,
    wanted: (row) => row.orderId === id,
    key: (row) => row.id,
    pageSize: CHILD_PAGE,
    maxRows: MAX_CHILD_ROWS,
    strict: false,
  });
  return settled(list, path);
}

/** The same for several orders with one request; `ignored` or `refused`: only one at a time can be asked for. */
export function childrenOfMany<T extends { id: string; orderId: OrderId }>(
  rest: Rest,
  path: string,
  ids: readonly OrderId[],
  schema: ListRequest<T>['schema'],
): Promise<ListRead<T>> {
  const asked = new Set<string>(ids);
  return rest.list<T>({
    path,
    query: { order__in: ids.join(',') },
    schema,
    wanted: (row) => asked.has(row.orderId),
    key: (row) => row.id,
    pageSize: CHILD_PAGE,
    maxRows: MAX_CHILD_ROWS,
    strict: true,
  });
}

/** OrderHistory rows of one order. */
export function historyOf(rest: Rest, id: OrderId) {
  return childrenOf(rest, HISTORY, id, historySchema);
}

/**
 * The order with what decides whether staff can see it. An answer without the list of its history says nothing
 * about that (lists may carry fewer fields than details): then its history is asked for.
 */
export async function withHistory(rest: Rest, order: FoundOrder): Promise<RevelRead<FoundOrder>> {
  if (order.historyIds !== null || (order.deleted && isTakenAway(order.notes)))
    return { kind: 'ok', value: order };
  const history = await historyOf(rest, order.id);
  if (history.kind === 'error') return history;
  return { kind: 'ok', value: { ...order, historyIds: history.value.map((row) => row.id) } };
}

/** A list whose filter has no fallback: refused is an error. */
export function settled<T>(list: ListRead<T>, path: string): RevelRead<T[]> {
  switch (list.kind) {
    case 'ok':
    case 'error':
      return list;
    case 'ignored':
    case 'refused':
      return { kind: 'error', detail: `Revel: GET ${path} refused its filter (400).` };
  }
}
