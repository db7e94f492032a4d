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
}

/**
 * Null when one of the `v1` values of `t=<unix seconds>,v1=<64 hex>[,v1=…]` is the HMAC-SHA256 of `t.body` under
 * one of the keys and `t` lies within five minutes. How long it takes says nothing about keys or digests.
 */
export function checkSignature({ header, body, keys, now }: SignedDelivery): SignatureProblem | null {
  if (header === undefined || header === '') return 'SIGNATURE_MISSING';
  const parsed = parseHeader(header);
  if (parsed === null) return 'SIGNATURE_MALFORMED';
  let matches = 0;
  for (const key of keys) {
    const expected = createHmac('sha256', key).update(`${parsed.time}.`).update(body).digest();
    for (const digest of parsed.digests) matches += timingSafeEqual(digest, expected) ? 1 : 0;
  }
  if (matches === 0) return 'SIGNATURE_MISMATCH';
  const age = Math.abs(Math.floor(now / 1000) - Number(parsed.time));
  return age > TOLERANCE_SECONDS ? 'SIGNATURE_EXPIRED' : null;
}

/** Parts with other names, and `v1` values that are no digests, are passed over: schemes to come may add some. */
function parseHeader(header: string): { time: string; digests: Buffer[] } | null {
  if (header.length > MAX_HEADER) return null;
  const times: string[] = [];
  const digests: Buffer[] = [];
  for (const part of header.split(',')) {
    const [, name, value] = /^\s*([^=\s]+)=(\S*)\s*$/.exec(part) ?? [];
    if (name === 't' && value !== undefined) times.push(value);
    if (name === 'v1' && value !== undefined && /^[0-9a-f]{64}$/i.test(value)) {
      digests.push(Buffer.from(value, 'hex'));
    }
  }
  const [time] = times;
  if (time === undefined || times.length > 1 || !/^[0-9]{1,12}$/.test(time)) return null;
  return digests.length === 0 ? null : { time, digests };
}
