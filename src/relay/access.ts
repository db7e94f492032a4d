import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Logger } from '../report/log.js';
import { callerOf, failure, type Reply, readTarget } from './http.js';

/** What {@link createAccess} works with. */
export interface AccessDeps {
  /** Bearer token; null: callers on this host need none, others are turned away. */
  token: string | null;
  log: Logger;
  /** Tells that a request was refused; at most now and then. */
  complain: (kind: string, say: (leftOut: string) => void) => void;
  /** Counts a request that was refused for want of the right token. */
  unauthorized: () => void;
  /** Resolves when a refusal may leave; false: it is not to be answered. */
  pace: () => Promise<boolean>;
}

/** A request that is turned away. `reply` null: without an answer. */
interface Refusal {
  reply: Reply | null;
}

/** Who may ask for what. Null: this caller may. */
export interface Access {
  /** To start runs: who has the token; where none is set, who asks directly on this host. */
  toStart(request: IncomingMessage): Promise<Refusal | null>;
  /** To watch: who asks directly on this host; others as above. */
  toWatch(request: IncomingMessage): Promise<Refusal | null>;
  /**
   * To look at the page: a person on this host, also by an address typed into a browser; others with the token, as a
   * bearer token or as the password that a browser asks for.
   */
  toLook(request: IncomingMessage): Promise<Refusal | null>;
}

/** See {@link Access}. */
export function createAccess(deps: AccessDeps): Access {
  const refusal = async (request: IncomingMessage, scheme: string): Promise<Refusal> => {
    const message =
      deps.token === null
        ? 'SERVE_TOKEN is not set, so only direct callers on this host are served.'
        : 'Send the token: Authorization: Bearer SERVE_TOKEN.';
    deps.unauthorized();
    const { path } = readTarget(request.url ?? '');
    deps.complain('UNAUTHORIZED', (leftOut) =>
      deps.log.warn(`Refused without the token - ${path}, ${callerOf(request)}${leftOut}`),
    );
    if (!(await deps.pace())) return { reply: null };
    return { reply: failure(401, 'UNAUTHORIZED', message, { 'www-authenticate': scheme }) };
  };
  const ask = async (request: IncomingMessage, scheme = 'Bearer'): Promise<Refusal | null> => {
    if (deps.token === null) return isLocal(request) ? null : refusal(request, scheme);
    const [, given = ''] = /^Bearer +(\S+) *$/i.exec(request.headers.authorization ?? '') ?? [];
    return isSame(given, deps.token) ? null : refusal(request, scheme);
  };
  return {
    toStart: (request) => ask(request),
    toWatch: async (request) => (isLocal(request) ? null : ask(request)),
    async toLook(request) {
      if (isLocal(request, ['same-origin', 'none'])) return null;
      if (deps.token !== null && isSame(passwordIn(request), deps.token)) return null;
      return ask(request, 'Basic realm="ts-reconcile", charset="UTF-8"');
    },
  };
}

function passwordIn({ headers }: IncomingMessage): string {
  const [, given = ''] = /^Basic +(\S+) *$/i.exec(headers.authorization ?? '') ?? [];
  return Buffer.from(given, 'base64')
    .toString('utf8')
    .replace(/^[^:]*:/, '');
}

/** Compares digests, since only texts of one length can be compared in constant time. */
function isSame(one: string, other: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}

/** Headers of requests that come through a proxy, and of those that a web page makes a browser send. */
const INDIRECT = /^(?:forwarded|via|origin|x-real-ip|x-forwarded-.*|.*-connecting-ip|true-client-ip)$/;

/**
 * Whether somebody on this host asks directly. A proxy on this host speaks for strangers, and so does a browser
 * on this host, be it by a link or through a name that leads here.
 *
 * @param sites what `sec-fetch-site` of a browser may say
 */
function isLocal(
  { socket, headers, httpVersion, url }: IncomingMessage,
  sites: readonly string[] = ['same-origin'],
): boolean {
  const peer = (socket.remoteAddress ?? '').replace(/^::ffff:/i, '');
  if (peer !== '::1' && !/^127(?:\.[0-9]{1,3}){3}$/.test(peer)) return false;
  // What proxies speak that were told nothing else; they also put an address of this host into `Host`.
  if (httpVersion === '1.0') return false;
  const names = Object.keys(headers);
  if (names.some((name) => INDIRECT.test(name))) return false;
  // Browsers always say it; Node's fetch says `sec-fetch-mode` alone.
  if (!sites.includes(String(headers['sec-fetch-site'] ?? 'same-origin'))) return false;
  if (headers.referer !== undefined && !isOwnPage(headers.referer, headers.host ?? '')) return false;
  // An address in the target goes before `Host`; whoever means this host names it in both.
  const { authority } = readTarget(url ?? '');
  return namesThisHost(headers.host ?? '') && (authority === null || namesThisHost(authority));
}

function isOwnPage(referer: string, host: string): boolean {
  return URL.canParse(referer) && new URL(referer).host === host.toLowerCase();
}

function namesThisHost(authority: string): boolean {
  return /^(?:localhost|127(?:\.[0-9]{1,3}){3}|\[::1\])(?::[0-9]+)?$/i.test(authority);
}
