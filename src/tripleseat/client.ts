import { AppError, ExitCode } from '../errors.js';
import { describe, type Reader, type ReadOutcome, safePath } from '../http/read.js';
import type { HttpResponse } from '../http/transport.js';
import type { TokenSource } from './auth.js';
import { type Converted, toBooking, toEvent, toPlaces, toSearchPage, toSelections } from './convert.js';
import { searchDate } from './dates.js';
import { isInvoiceUrl, parseInvoice } from './invoice.js';
import type { ReadResult, SearchQuery, TripleseatPort } from './types.js';

/** What the client stands on. */
export interface ClientOptions {
  /** No trailing slash; `/v1/…` hangs below it. */
  baseUrl: string;
  /** Reader of this upstream, with its budget and retries. */
  read: Reader;
  tokens: TokenSource;
}

const API_BYTES = 8 * 1024 * 1024;
const INVOICE_BYTES = 2 * 1024 * 1024;
/** How far into a page the signs of a log-in form are looked for. */
const LOGIN_SCAN = 64 * 1024;

/**
 * Tripleseat over HTTP. A 401, a log-in page or a redirect to it gets one new token and one more try.
 *
 * Every method throws AppError CREDENTIALS (exit 77) when Tripleseat keeps refusing after that.
 */
export function tripleseatClient(options: ClientOptions): TripleseatPort {
  const get = <T>(what: string, path: string, convert: (json: unknown) => Converted<T>) =>
    readObject(options, what, `${options.baseUrl}${path}`, convert);

  return {
    event: async (id) => {
      const what = `event ${id}`;
      const result = await get(what, `/v1/events/${id}.json?show_financial=true`, toEvent);
      return result.kind === 'ok' && result.value.id !== id ? wrongId(what, result.value.id) : result;
    },
    search: (query, page) =>
      get(`the search of site ${query.siteId}`, searchPath(query, page), (json) => toSearchPage(json, page)),
    places: () => get('the list of locations', '/v1/locations.json', toPlaces),
    booking: async (id) => {
      const what = `booking ${id}`;
      const path = `/v1/bookings/${encodeURIComponent(id)}.json?show_financial=true`;
      const result = await get(what, path, toBooking);
      return result.kind === 'ok' && result.value.id !== id ? wrongId(what, result.value.id) : result;
    },
    menuSelections: (id) =>
      get(`the menu selections of event ${id}`, `/v1/events/${id}/menu_item_selections.json`, toSelections),
    invoiceLines: (url) => readInvoice(options, url),
  };
}

/**
 * No status filter: the server is known to ignore parameters that it does not understand, and a filter that
 * fails the other way would hide events.
 */
function searchPath(query: SearchQuery, page: number): string {
  const field = query.by === 'updated' ? 'event_updated' : 'event';
  const parameters = new URLSearchParams({
    site_id: String(query.siteId),
    [`${field}_start_date`]: searchDate(query.from),
    [`${field}_end_date`]: searchDate(query.to),
    order: query.by === 'updated' ? 'updated_at' : 'event_start',
    sort_direction: 'desc',
    page: String(page),
  });
  return `/v1/events/search.json?${parameters}`;
}

async function readObject<T>(
  options: ClientOptions,
  what: string,
  url: string,
  convert: (json: unknown) => Converted<T>,
): Promise<ReadResult<T>> {
  const outcome = await fetchAuthorised(options, what, url);
  return outcome.kind === 'unavailable' ? failed(what, outcome.detail) : judge(outcome, what, url, convert);
}

/**
 * GET with a token, and once more with a new one where that was refused. `unavailable`: no token could be had.
 *
 * @param what what is asked for, in a sentence
 * @throws AppError CREDENTIALS (exit 77) when the new token is refused too.
 */
export async function fetchAuthorised(
  options: ClientOptions,
  what: string,
  url: string,
): Promise<ReadOutcome | { kind: 'unavailable'; detail: string }> {
  const first = await options.tokens.current();
  if (first.kind === 'unavailable') return first;
  const outcome = await authorised(options.read, url, first.token);
  if (!isRefusal(outcome)) return outcome;
  const second = await options.tokens.renew(first.token);
  if (second.kind === 'unavailable') return second;
  const again = await authorised(options.read, url, second.token);
  if (isRefusal(again)) throw refused(again.response, what);
  return again;
}

function authorised(read: Reader, url: string, token: string): Promise<ReadOutcome> {
  return read({
    url,
    headers: { authorization: `Bearer ${token}`, accept: 'application/json' },
    maxBytes: API_BYTES,
  });
}

function judge<T>(
  outcome: ReadOutcome,
  what: string,
  url: string,
  convert: (json: unknown) => Converted<T>,
): ReadResult<T> {
  if (outcome.kind === 'failure') return failed(what, describe('Tripleseat', outcome));
  const { status, body } = outcome.response;
  const request = `GET ${safePath(url)}`;
  if (status === 404) return { kind: 'not-found' };
  if (status === 403) {
    return {
      kind: 'forbidden',
      detail: `Tripleseat does not let this account see ${what} (${request} answered 403).`,
    };
  }
  if (status !== 200) return failed(what, `${request} answered ${status}.`);
  const json = parseJson(body);
  if (json === undefined) return failed(what, `${request} answered something that is not JSON.`);
  const converted = convert(json);
  switch (converted.kind) {
    case 'ok':
      return converted;
    case 'absent':
      return { kind: 'not-found' };
    case 'unreadable':
      return unusable(what, `${converted.detail}.`);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function failed(what: string, why: string): { kind: 'error'; detail: string } {
  return {
    kind: 'error',
    detail: `Tripleseat: ${what} could not be read: ${why.replace(/^Tripleseat: /, '')}`,
  };
}

/** Asking again would be answered the same, and other objects are read all right. */
function unusable(what: string, why: string): { kind: 'error'; detail: string; unusable: true } {
  return { ...failed(what, why), unusable: true };
}

function wrongId(what: string, answered: string): { kind: 'error'; detail: string } {
  return failed(what, `Tripleseat answered with number ${answered.slice(0, 40)} instead.`);
}

/** 401, or what this API sends instead: its log-in page, with status 200 or as a redirect. */
function isRefusal(outcome: ReadOutcome): outcome is Extract<ReadOutcome, { kind: 'response' }> {
  if (outcome.kind === 'failure') return false;
  const { status, headers, body } = outcome.response;
  if (status === 401) return true;
  if (status >= 300 && status < 400) return /log_?-?in|sign_?-?in|oauth/i.test(headers.location ?? '');
  if (status !== 200) return false;
  const html = /^text\/html\b/i.test(headers['content-type'] ?? '') || /^\s*</.test(body);
  return html && /log[ -]?in|sign[ -]?in|password/i.test(body.slice(0, LOGIN_SCAN));
}

function refused(response: HttpResponse, what: string): AppError {
  const ownerless = /resource owner not found/i.test(response.body.slice(0, LOGIN_SCAN));
  return ownerless
    ? new AppError(
        'CREDENTIALS',
        ExitCode.credentials,
        'Tripleseat gives out tokens for these credentials, but they belong to nobody (Token resource owner not found).',
        'A Tripleseat admin has to consent once: sign in with `ts-reconcile auth login`.',
      )
    : new AppError(
        'CREDENTIALS',
        ExitCode.credentials,
        `Tripleseat refused a fresh token when asked for ${what} (${response.status === 401 ? '401' : 'log-in page'}).`,
        'Sign in again with `ts-reconcile auth login`; if that does not help, check TRIPLESEAT_BASE_URL and the scope.',
      );
}

/**
 * An invoice view is a public page behind an unguessable link. The link comes from a payload, so it is fetched
 * from one host only, and never with the token.
 */
async function readInvoice(options: ClientOptions, url: string): ReturnType<TripleseatPort['invoiceLines']> {
  const what = 'the invoice view';
  if (!isInvoiceUrl(url)) return unusable(what, 'its link does not lead to https://portal.tripleseat.com.');
  const outcome = await options.read({ url, headers: { accept: 'text/html' }, maxBytes: INVOICE_BYTES });
  if (outcome.kind === 'failure') return failed(what, describe('Tripleseat', outcome));
  const { status, body } = outcome.response;
  const answered = `GET ${safePath(url)} answered ${status}.`;
  if (status === 404 || status === 410) return { kind: 'not-found' };
  if (status === 401 || status === 403) return { kind: 'forbidden', detail: `Tripleseat: ${answered}` };
  if (status !== 200) return failed(what, answered);
  const invoice = await parseInvoice(body);
  switch (invoice.kind) {
    case 'lines':
      return { kind: 'ok', value: invoice.lines };
    case 'none':
      return { kind: 'not-found' };
    case 'unreadable':
      return unusable(what, `${invoice.detail}.`);
  }
}
