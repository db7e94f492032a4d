import { isObject, type Json, type JsonObject, type RawRecord, type TripleseatSettings } from './model.js';

/** Keys that hold money, rates or quantities as decimal text. */
const DECIMAL_KEYS = new Set(
  (
    'actual_amount amount amount_due amount_refunded deposit_amount discount discounts_total food_and_beverage_min ' +
    'grand_total price price_per_person quantity remaining_payment_amount rental_fee running_balance total ' +
    'total_price value'
  ).split(' '),
);

/** What is left of a document without financial detail. */
const PLAIN_DOCUMENT_KEYS = new Set(['id', 'title', 'template_document_id', 'deleted_at', 'views']);

/** An event or booking as one request sees it: with financial detail or without. Only the singular parameter counts. */
export function withFinancials(record: RawRecord, query: URLSearchParams): JsonObject {
  if (query.get('show_financial') === 'true') return record;
  const { payment_set: _, ...rest } = record;
  const documents = Array.isArray(rest.documents) ? rest.documents.map(plainDocument) : rest.documents;
  return documents === undefined ? rest : { ...rest, documents };
}

function plainDocument(document: Json): Json {
  if (!isObject(document)) return document;
  return Object.fromEntries(Object.entries(document).filter(([key]) => PLAIN_DOCUMENT_KEYS.has(key)));
}

/** The text of an answer, with money and absent values written as the switches say. */
export function encode(body: Json, settings: Pick<TripleseatSettings, 'money' | 'omitNulls'>): string {
  if (settings.money === 'strings' && !settings.omitNulls) return JSON.stringify(body);
  let decimals = 0;
  return JSON.stringify(body, (key, value: Json) => {
    if (value === null && settings.omitNulls && Number.isNaN(Number(key))) return undefined;
    if (typeof value !== 'string' || !DECIMAL_KEYS.has(key) || !/^-?\d+(\.\d+)?$/.test(value)) return value;
    decimals += 1;
    return settings.money === 'numbers' || (settings.money === 'mixed' && decimals % 2 === 0)
      ? Number(value)
      : value;
  });
}
