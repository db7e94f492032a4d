import type { SimResponse } from '../host/types.js';
import type { JsonValue, Row } from './types.js';

/** A request that is refused, thrown from wherever that comes to light. */
export class Refusal extends Error {
  constructor(readonly answer: SimResponse) {
    super(`The request is refused: ${answer.status} ${answer.body}`);
  }
}

/** A JSON answer. */
export function json(status: number, value: JsonValue): SimResponse {
  return jsonText(status, JSON.stringify(value));
}

/** An answer of text that is JSON already. */
export function jsonText(status: number, body: string, headers: Record<string, string> = {}): SimResponse {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body };
}

const texts = new WeakMap<Row, string>();

/** A whole row as JSON text; kept with the row, which never changes. */
export function rowText(row: Row): string {
  const text = texts.get(row) ?? JSON.stringify(row);
  texts.set(row, text);
  return text;
}

/** An answer without a body, as for a refused key or an unknown id. */
export function empty(status: number, headers: Record<string, string> = {}): SimResponse {
  return { status, headers, body: '' };
}

/** 400 with one sentence. */
export function badRequest(error: string): Refusal {
  return new Refusal(json(400, { error }));
}

/** What a crash behind the API looks like. */
export function crash(): Refusal {
  const error_message = 'Sorry, this request could not be processed. Please try again later.';
  return new Refusal(json(500, { error_message }));
}
