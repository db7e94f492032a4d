import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** What ties one sign-in together, made anew for each. */
export interface SignIn {
  /** Comes back with the answer, so that no other page can end the sign-in. */
  state: string;
  /** Sent with the code alone, so that whoever else sees the answer can do nothing with it (RFC 7636). */
  verifier: string;
  /** What the consent page is told of the verifier: its SHA-256. */
  challenge: string;
}

/** A sign-in that nobody can guess. */
export function newSignIn(): SignIn {
  const verifier = randomBytes(32).toString('base64url');
  return {
    state: randomBytes(24).toString('base64url'),
    verifier,
    challenge: createHash('sha256').update(verifier).digest('base64url'),
  };
}

/** What came back from the consent page. */
export type SignInAnswer =
  | { kind: 'code'; code: string }
  /** The admin or Tripleseat said no; `error` is the OAuth error code, e.g. `access_denied`. */
  | { kind: 'refused'; error: string }
  /** Its `state` is missing or another one: it does not belong to this sign-in. */
  | { kind: 'foreign' }
  /** No code in it, or nothing that can be read. */
  | { kind: 'unreadable' };

const MAX_PASTED = 8_192;
const CODE = /^[\x21-\x7e]{1,2000}$/;

/** Reads the query that the consent page sent the browser back with. `state` is that of this sign-in. */
export function readAnswer(query: URLSearchParams, state: string): SignInAnswer {
  const given = query.getAll('state');
  if (given.length !== 1 || !sameText(given[0] ?? '', state)) return { kind: 'foreign' };
  const error = query.get('error');
  if (error !== null) return { kind: 'refused', error: /^[a-z_]{1,60}$/.test(error) ? error : 'unknown' };
  const [code = '', ...more] = query.getAll('code');
  return more.length === 0 && CODE.test(code) ? { kind: 'code', code } : { kind: 'unreadable' };
}

/**
 * Reads what a person pasted: the address the browser was sent back to, its query alone, or the code and the
 * state with a blank between them.
 */
export function readPasted(text: string, state: string): SignInAnswer {
  const pasted = text.trim();
  if (pasted === '' || pasted.length > MAX_PASTED) return { kind: 'unreadable' };
  if (/^https?:/i.test(pasted)) {
    return URL.canParse(pasted) ? readAnswer(new URL(pasted).searchParams, state) : { kind: 'unreadable' };
  }
  if (pasted.includes('=')) return readAnswer(new URLSearchParams(pasted.replace(/^.*\?/, '')), state);
  const [code = '', given = '', ...more] = pasted.split(/\s+/);
  if (more.length > 0 || given === '') return { kind: 'unreadable' };
  return readAnswer(new URLSearchParams({ code, state: given }), state);
}

/** Compares in a time that tells nothing about where the two differ. */
function sameText(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
