import type { SimRequest } from '../../src/sandbox/host/types.js';

/** One request as the host saw it. */
interface LogEntry {
  /** 0-based number of the request on this server. */
  index: number;
  method: string;
  path: string;
  /** Without the question mark; values of credentials masked. */
  query: string;
  /** Null while, or when, no answer was sent. */
  status: number | null;
  /** Epoch milliseconds of arrival. */
  at: number;
  /** Body of a write, cut at 64 KB, values of credentials masked. */
  body?: string;
}

/** The last requests of a server. */
export interface RequestLog {
  /** Adds an entry, whose status may still be filled in later. */
  add(index: number, request: SimRequest, at: number): LogEntry;
  /** Oldest first. */
  entries(): readonly LogEntry[];
}

const MAX_ENTRIES = 50_000;
const MAX_BODY_CHARS = 65_536;
const CREDENTIAL = /((?:client_secret|refresh_token|api_key|api_secret)"?\s*[=:]\s*)("[^"]*"|[^&\s",}]+)/gi;

/** Makes a log bounded to the last `maxEntries` requests. */
export function createRequestLog(maxEntries: number = MAX_ENTRIES): RequestLog {
  let kept: LogEntry[] = [];
  return {
    add(index, request, at) {
      const entry: LogEntry = {
        index,
        method: request.method,
        path: request.path,
        query: mask(request.query.toString()),
        status: null,
        at,
      };
      if (request.method !== 'GET' && request.body !== '') {
        entry.body = mask(request.body.slice(0, MAX_BODY_CHARS));
      }
      kept.push(entry);
      // Cutting only at twice the bound keeps the cost per request constant.
      if (kept.length >= maxEntries * 2) kept = kept.slice(-maxEntries);
      return entry;
    },
    entries: () => kept.slice(-maxEntries),
  };
}

function mask(text: string): string {
  return text.replace(CREDENTIAL, (_, name: string, value: string) =>
    value.startsWith('"') ? `${name}"***"` : `${name}***`,
  );
}
