import type { SimResponse } from '../host/types.js';
import { jsonText, rowText } from './answers.js';
import type { ListQuery } from './query.js';
import type { Resource } from './resources.js';
import type { Table } from './table.js';
import type { JsonValue, Row } from './types.js';

/**
 * Answers a list request with the envelope of `meta` and `objects`.
 *
 * @param duplicateRows a page after the first begins with the last row of the page before
 */
export function listRows(
  resource: Resource,
  table: Table,
  query: ListQuery,
  parameters: URLSearchParams,
  duplicateRows: boolean,
): SimResponse {
  const rows = selectRows(table, query);
  const { limit, offset } = query;
  const start = duplicateRows && offset > 0 ? offset - 1 : offset;
  const page = rows.slice(start, offset + limit);
  const link = (at: number) => pagePath(resource, parameters, limit, at);
  const meta = {
    limit,
    next: offset + limit < rows.length ? link(offset + limit) : null,
    offset,
    previous: offset - limit >= 0 ? link(offset - limit) : null,
    total_count: rows.length,
  };
  const objects = page.map((row) => pickedText(row, query.fields)).join(',');
  return jsonText(200, `{"meta":${JSON.stringify(meta)},"objects":[${objects}]}`);
}

/** The row as JSON text, with only the fields asked for. */
export function pickedText(row: Row, fields: readonly string[] | null): string {
  if (fields === null) return rowText(row);
  const picked: Record<string, JsonValue> = {};
  for (const field of fields) {
    const value = row[field];
    if (value !== undefined && Object.hasOwn(row, field)) picked[field] = value;
  }
  return JSON.stringify(picked);
}

function selectRows(table: Table, query: ListQuery): Row[] {
  const selected: Row[] = [];
  for (const row of candidates(table, query)) {
    if (query.filters.every((holds) => holds(row))) selected.push(row);
  }
  return query.compare === null ? selected : selected.sort(query.compare);
}

/** All rows, or those of the orders asked for; ascending by id either way. */
function candidates(table: Table, { orderUris }: ListQuery): Iterable<Row> {
  if (orderUris === null) return table.allListed();
  const ids = new Set(orderUris.flatMap((uri) => table.idsOfOrder(uri)));
  return [...ids]
    .sort((a, b) => a - b)
    .map((id) => table.listed(id))
    .filter((row) => row !== null);
}

function pagePath(resource: Resource, parameters: URLSearchParams, limit: number, offset: number): string {
  const query = new URLSearchParams({ limit: String(limit), offset: String(offset) });
  for (const [name, value] of parameters) {
    if (name !== 'limit' && name !== 'offset') query.append(name, value);
  }
  return `${resource.base}${resource.name}/?${query}`;
}
