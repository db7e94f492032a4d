import { createHmac, timingSafeEqual } from 'node:crypto';

/** Longest header that is looked at, in characters. */
const MAX_HEADER = 2048;
/** Clocks, and the time a delivery spends on its way, may differ by this much. */
const TOLERANCE_SECONDS = 300;

/** Why a delivery was not believed. */
export type SignatureProblem =
  | 'SIGNATURE_MISSING'
  | 'SIGNATURE_MALFORMED'
  | 'SIGNATURE_EXPIRED'
  | 'SIGNATURE_MISMATCH';

/** What {@link checkSignature} judges. */
export interface SignedDelivery {
  /** `X-Signature` as received. */
  header: string | undefined;
  /** The body's bytes as received. */
  body: Uint8Array;
  /** At least one. */
  keys: readonly string[];
  /** Epoch milliseconds. */
  now: number;
  /** Also takes a digest of the body alone, which says nothing about when it was sent. */
  bodyAlone?: boolean;
}

/**
 * Null when one of the `v1` values of `t=<unix seconds>,v1=<64 hex>[,v1=…]` is the HMAC-SHA256 of `t.body` under
 * one of the keys and `t` lies within five minutes. With `bodyAlone` also when one is that of the body, whatever `t`
 * says or if there is none; the header may then be nothing but the 64 hex digits. How long it takes says nothing about
 * keys or digests.
 */
export function checkSignature(delivery: SignedDelivery): SignatureProblem | null {
  const { header, body, keys, now, bodyAlone = false } = delivery;
  if (header === undefined || header === '') return 'SIGNATURE_MISSING';
  const { time, digests } = parseHeader(header, bodyAlone);
  if (digests.length === 0 || (time === null && !bodyAlone)) return 'SIGNATURE_MALFORMED';
  const matching = (prefix: string) => {
    let matches = 0;
    for (const key of keys) {
      const expected = createHmac('sha256', key).update(prefix).update(body).digest();
      for (const digest of digests) matches += timingSafeEqual(digest, expected) ? 1 : 0;
    }
    return matches > 0;
  };
  if (bodyAlone && matching('')) return null;
  if (time === null || !matching(`${time}.`)) return 'SIGNATURE_MISMATCH';
  const age = Math.abs(Math.floor(now / 1000) - Number(time));
  return age > TOLERANCE_SECONDS ? 'SIGNATURE_EXPIRED' : null;
}

/** Parts with other names, and `v1` values that are no digests, are passed over: schemes to come may add some. */
function parseHeader(header: string, bare: boolean): { time: string | null; digests: Buffer[] } {
  if (header.length > MAX_HEADER) return { time: null, digests: [] };
  if (bare && isDigest(header)) return { time: null, digests: [Buffer.from(header, 'hex')] };
  const times: string[] = [];
  const digests: Buffer[] = [];
  for (const part of header.split(',')) {
    const [, name, value] = /^\s*([^=\s]+)=(\S*)\s*$/.exec(part) ?? [];
    if (name === 't' && value !== undefined) times.push(value);
    if (name === 'v1' && value !== undefined && isDigest(value)) digests.push(Buffer.from(value, 'hex'));
  }
  const [time = ''] = times;
  return { time: times.length === 1 && /^[0-9]{1,12}$/.test(time) ? time : null, digests };
}

function isDigest(text: string): boolean {
  return /^[0-9a-f]{64}$/i.test(text);
}
