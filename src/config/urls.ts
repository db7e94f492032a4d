import { isLoopbackHost } from '../http/loopback.js';

/** A URL in canonical form without a trailing slash, or what is wrong with the text (never the text itself). */
export type UrlResult = { ok: true; url: string } | { ok: false; problem: string };

/**
 * An http(s) URL that requests are built on: https unless the host is loopback; without credentials, query and
 * fragment. `forbiddenEnd`: a path that people add by mistake, since the program adds it itself.
 */
export function parseHttpUrl(text: string, forbiddenEnd: RegExp | null = null): UrlResult {
  if (!URL.canParse(text)) return { ok: false, problem: 'is not a URL' };
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    return { ok: false, problem: 'is not an https:// URL' };
  }
  if (url.protocol === 'http:' && !isLoopbackHost(url.hostname)) {
    return { ok: false, problem: 'is http:// on a host that is not loopback' };
  }
  if (url.username !== '' || url.password !== '')
    return { ok: false, problem: 'holds a user name or password' };
  if (text.includes('?')) return { ok: false, problem: 'holds a query (?…)' };
  if (text.includes('#')) return { ok: false, problem: 'holds a fragment (#…)' };
  const path = url.pathname.replace(/\/+$/, '');
  if (forbiddenEnd?.test(path))
    return { ok: false, problem: `ends in ${path}, which the program adds itself` };
  return { ok: true, url: url.origin + path };
}

/** A URL that is only called, such as that of a chat: as {@link parseHttpUrl}, but many hold their key in a query. */
export function parseHookUrl(text: string): UrlResult {
  const result = parseHttpUrl(text.replace(/\?[^#]*/, ''));
  return result.ok ? { ok: true, url: result.url + new URL(text).search } : result;
}

const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i;
const REVEL_HOST = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.revelup\.(?:com|io)$/i;
const REVEL_PATHS = /\/(?:resources|enterprise|products|specialresources|weborders)$/;

/** REVEL_BASE_URL: a full URL. */
export function parseRevelUrl(text: string): UrlResult {
  return parseHttpUrl(text, REVEL_PATHS);
}

/**
 * REVEL_DOMAIN: `acme`, `acme.revelup.com` or a full URL. A bare host elsewhere is refused, since a misspelt
 * host would be sent the API key.
 */
export function parseRevelDomain(text: string): UrlResult {
  if (text.includes('://')) return parseRevelUrl(text);
  if (LABEL.test(text)) return { ok: true, url: `https://${text.toLowerCase()}.revelup.com` };
  if (REVEL_HOST.test(text)) return { ok: true, url: `https://${text.toLowerCase()}` };
  return { ok: false, problem: 'is neither an account name nor a host below revelup.com' };
}
