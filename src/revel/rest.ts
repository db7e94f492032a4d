import type { ZodType } from 'zod';
import type { Clock } from '../clock.js';
import { AppError, ExitCode } from '../errors.js';
import type { RateBudget } from '../http/budget.js';
import { describe, type Reader, retryAfter, safePath } from '../http/read.js';
import type { HttpResponse, HttpTransport } from '../http/transport.js';
import { createRedactor } from '../text/redact.js';
import { listSchema } from './schema.js';
import type { Guard, RevelClock, RevelRead, RevelWrite } from './types.js';

/** What the REST layer is made of. */
export interface RestOptions {
  /** No trailing slash. */
  baseUrl: string;
  apiKey: string;
  apiSecret: string;
  reader: Reader;
  transport: HttpTransport;
  budget: RateBudget;
  clock: Clock;
  timeoutMs: number;
  /** Aborted: no new write goes out. */
  signal: AbortSignal;
}

/** One list to be read to its end. */
export interface ListRequest<T> {
  /** E.g. `/resources/Order/`. */
  path: string;
  query: Record<string, string>;
  schema: ZodType<T>;
  /** Whether a row is one that was asked for. */
  wanted: (row: T) => boolean;
  key: (row: T) => string;
  /** Rows per page; Revel caps it at 1000. */
  pageSize: number;
  /** Give up beyond this many rows. */
  maxRows: number;
  /** Stop at the first row that was not asked for: the filter is not obeyed. */
  strict: boolean;
  /** A row that never came does no harm (a product: its line is then reported as unmatched). */
  gapsAllowed?: boolean;
}

/** `ignored`/`refused`: the filter is of no use here, and nothing can be said about what is there. */
export type ListRead<T> =
  | { kind: 'ok'; value: T[] }
  | { kind: 'ignored' }
  | { kind: 'refused' }
  | { kind: 'error'; detail: string };

/** Characters of a refusal that are looked at. */
const MAX_REASON = 4_096;
const MAX_WRITE_ANSWER = 4 * 1024 * 1024;

const FIRST_PAUSE_MS = 250;
const LAST_PAUSE_MS = 2_000;

/** Tastypie REST as Revel serves it: lists with envelopes, POST, PATCH. Knows nothing of orders. */
export class Rest {
  readonly #options: RestOptions;
  /** Writes answered 429 without another one between them that was not. */
  #refusedInARow = 0;
  #clock: RevelClock | null = null;

  constructor(options: RestOptions) {
    this.#options = options;
  }

  #headers(): Record<string, string> {
    const { apiKey, apiSecret } = this.#options;
    return { 'API-AUTHENTICATION': `${apiKey}:${apiSecret}`, Accept: 'application/json' };
  }

  /** Null: Revel has not told it. */
  get clock(): RevelClock | null {
    return this.#clock;
  }

  #noteClock({ headers }: HttpResponse): void {
    const date = Date.parse(headers.date ?? '');
    if (Number.isNaN(date)) return;
    const { clock } = this.#options;
    this.#clock = { beganAt: date - clock.steady(), hostAheadMs: clock.now() - date };
  }

  /** One object; null: 404. */
  async get<T>(path: string, schema: ZodType<T>): Promise<RevelRead<T | null>> {
    const outcome = await this.#options.reader({
      url: `${this.#options.baseUrl}${path}`,
      headers: this.#headers(),
    });
    if (outcome.kind === 'failure') return { kind: 'error', detail: describe('Revel', outcome) };
    this.#noteClock(outcome.response);
    const { status, body } = outcome.response;
    this.#refuseCredentials(status, path);
    if (status === 404) return { kind: 'ok', value: null };
    if (status !== 200) return { kind: 'error', detail: `Revel: GET ${path} answered ${status}.` };
    return parse(body, schema, `GET ${path}`);
  }

  /**
   * All pages of a list. Rows move between pages while a shop is busy, so that one may come twice and another not
   * at all: when fewer distinct rows came than the list says it has, it is read once more with other page borders. What
   * it has is the most that any page says: a row that leaves the list moves another one to where nobody looks again.
   */
  async list<T>(request: ListRequest<T>): Promise<ListRead<T>> {
    const seen = new Set<string>();
    const rows = new Map<string, T>();
    let most = 0;
    let missing = 0;
    for (const pageSize of [request.pageSize, Math.max(1, request.pageSize - 7)]) {
      const pass = await this.#pass({ ...request, pageSize }, seen, rows);
      if (pass.kind !== 'ok') return pass;
      most = Math.max(most, pass.most);
      missing = most - seen.size;
      if (missing <= 0) break;
    }
    return missing > 0 && !request.gapsAllowed
      ? {
          kind: 'error',
          detail: `Revel: GET ${request.path} left out ${missing} of the rows it counts, so the list cannot be relied on.`,
        }
      : { kind: 'ok', value: [...rows.values()] };
  }

  async #pass<T>(
    request: ListRequest<T>,
    seen: Set<string>,
    rows: Map<string, T>,
  ): Promise<Exclude<ListRead<T>, { kind: 'ok' }> | { kind: 'ok'; most: number }> {
    let most = 0;
    for (let offset = 0; ; ) {
      const page = await this.#page(request, offset);
      if (page.kind !== 'ok') return page;
      most = Math.max(most, page.total ?? 0);
      for (const raw of page.objects) {
        const row = request.schema.safeParse(raw);
        if (!row.success) return { kind: 'error', detail: unreadable(request.path) };
        seen.add(request.key(row.data));
        if (request.wanted(row.data)) rows.set(request.key(row.data), row.data);
        else if (request.strict) return { kind: 'ignored' };
      }
      offset += page.objects.length;
      if (page.objects.length === 0 || (page.total === null ? !page.next : offset >= page.total)) {
        return { kind: 'ok', most };
      }
      if (offset >= request.maxRows) {
        return {
          kind: 'error',
          detail: `Revel: GET ${request.path} has more than ${request.maxRows} rows: its filter seems to be ignored.`,
        };
      }
    }
  }

  async #page<T>(
    request: ListRequest<T>,
    offset: number,
  ): Promise<
    | { kind: 'ok'; objects: unknown[]; total: number | null; next: boolean }
    | { kind: 'refused' }
    | { kind: 'error'; detail: string }
  > {
    const query = new URLSearchParams({
      ...request.query,
      limit: String(request.pageSize),
      offset: String(offset),
    });
    const outcome = await this.#options.reader({
      url: `${this.#options.baseUrl}${request.path}?${query.toString()}`,
      headers: this.#headers(),
    });
    if (outcome.kind === 'failure') return { kind: 'error', detail: describe('Revel', outcome) };
    this.#noteClock(outcome.response);
    const { status, body } = outcome.response;
    this.#refuseCredentials(status, request.path);
    if (status === 400) return { kind: 'refused' };
    if (status !== 200) return { kind: 'error', detail: `Revel: GET ${request.path} answered ${status}.` };
    const list = parse(body, listSchema, `GET ${request.path}`);
    if (list.kind === 'error') return list;
    const { meta, objects } = list.value;
    if ((meta.offset ?? offset) !== offset) {
      return { kind: 'error', detail: `Revel: GET ${request.path} answered another page than asked.` };
    }
    return { kind: 'ok', objects, total: meta.total_count ?? null, next: Boolean(meta.next) };
  }

  /**
   * One POST or PATCH, sent at most once. Revel has no idempotency keys: whatever is not a clear yes or no is
   * `unknown`, and only a look can settle it.
   */
  async write<T>(
    method: 'POST' | 'PATCH',
    path: string,
    body: Record<string, unknown>,
    schema: ZodType<T>,
    guard: Guard,
  ): Promise<RevelWrite<T | null>> {
    const { transport, budget, baseUrl, clock, signal, timeoutMs } = this.#options;
    if (!(await budget.take(signal)) || !guard()) return { kind: 'held' };
    const answer = await transport({
      method,
      url: `${baseUrl}${path}`,
      headers: { ...this.#headers(), 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
      timeoutMs,
      maxBytes: MAX_WRITE_ANSWER,
      mayLeave: guard,
    });
    // No other write is ever aborted: its guard held it back.
    if (answer.kind === 'failure' && answer.reason === 'aborted' && !answer.sent) return { kind: 'held' };
    const isRefused = answer.kind === 'response' && answer.status === 429;
    this.#refusedInARow = isRefused ? this.#refusedInARow + 1 : 0;
    const what = `${method} ${safePath(`${baseUrl}${path}`)}`;
    if (answer.kind === 'failure') {
      const detail = `${what}: ${answer.detail}`;
      return answer.sent
        ? { kind: 'unknown', detail }
        : { kind: 'not-done', detail, retry: true, retryAfterMs: 0 };
    }
    const { status } = answer;
    this.#refuseCredentials(status, path);
    if (status === 429) {
      const wait = waitAsked(answer, clock);
      budget.pause(Math.max(wait, pauseAfter(this.#refusedInARow)));
      return {
        kind: 'not-done',
        detail: `${what} answered 429`,
        retry: true,
        retryAfterMs: wait,
        throttled: this.#refusedInARow,
      };
    }
    if (status >= 200 && status < 300) return done(answer.body, schema, what);
    if (status === 503) budget.pause(waitAsked(answer, clock));
    if (status >= 500 || status === 408) return { kind: 'unknown', detail: `${what} answered ${status}` };
    return {
      kind: 'not-done',
      detail: `${what} answered ${status}${reasonIn(this.#masked(answer.body))}`,
      retry: false,
      retryAfterMs: 0,
    };
  }

  /** Cut afterwards, an echo of the credentials could no longer be told. */
  #masked(body: string): string {
    const { apiKey, apiSecret } = this.#options;
    return createRedactor([apiKey, apiSecret])(body.slice(0, MAX_REASON));
  }

  /** A missing permission looks like wrong credentials: 401 on that resource alone. */
  #refuseCredentials(status: number, path: string): void {
    if (status !== 401 && status !== 403) return;
    throw new AppError(
      'CREDENTIALS',
      ExitCode.credentials,
      `Revel refused the API key for ${path.replace(/\d+\/$/, '')} (${status}).`,
      'Check REVEL_API_KEY and REVEL_API_SECRET, and that Revel has given this key access to that resource.',
    );
  }
}

/** Milliseconds that the answer asks to wait. */
function waitAsked({ headers }: HttpResponse, clock: Clock): number {
  return retryAfter(headers, clock.now()) ?? 0;
}

/** Milliseconds for which all hold still after so many refusals in a row, where Revel does not say how long. */
function pauseAfter(inARow: number): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** (inARow - 1), LAST_PAUSE_MS);
}

/** A 2xx whose body cannot be read has been done all the same; what it says is then left to the read-back. */
function done<T>(body: string, schema: ZodType<T>, what: string): RevelWrite<T | null> {
  if (body.trim() === '') return { kind: 'done', value: null };
  const value = parse(body, schema, what);
  return value.kind === 'ok'
    ? { kind: 'done', value: value.value }
    : { kind: 'unknown', detail: value.detail };
}

function parse<T>(body: string, schema: ZodType<T>, what: string): RevelRead<T> {
  let data: unknown;
  try {
    data = JSON.parse(body);
  } catch {
    return { kind: 'error', detail: `Revel: ${what} did not answer JSON.` };
  }
  const parsed = schema.safeParse(data);
  if (parsed.success) return { kind: 'ok', value: parsed.data };
  const at = parsed.error.issues[0]?.path.join('.') || 'its form';
  return { kind: 'error', detail: `Revel: ${what} answered something unexpected (${at}).` };
}

function unreadable(path: string): string {
  return `Revel: GET ${path} holds a row that cannot be read.`;
}

/** Tastypie says in a 400 which field it did not like; that is for the operator. Bounded, text only. */
function reasonIn(body: string): string {
  const text = body.trim();
  if (!text.startsWith('{')) return '';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  return `: ${text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ').slice(0, 300)}`;
}
