import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { parseStateKey } from '../../config/stateKey.js';

const ALGORITHM = 'aes-256-gcm';
const FORMAT = 1;
const ID_BYTES = 4;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEAD_BYTES = 1 + ID_BYTES + NONCE_BYTES + TAG_BYTES;

/** What {@link unseal} found. `unknown-key`: none of the keys fits; `damaged`: it was changed or cut. */
export type Unsealed = { kind: 'text'; text: string } | { kind: 'unknown-key' } | { kind: 'damaged' };

/**
 * Encrypts with AES-256-GCM under a fresh nonce. `purpose` is authenticated along: what was sealed for one
 * purpose does not open for another. Layout: format, key id, nonce, tag, ciphertext.
 */
export function seal(text: string, key: Buffer, purpose: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const head = Buffer.concat([Buffer.from([FORMAT]), keyId(key)]);
  const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.concat([head, Buffer.from(purpose)]));
  const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([head, nonce, cipher.getAuthTag(), body]);
}

/** Opens what {@link seal} made, with whichever of the keys it was made. */
export function unseal(sealed: Buffer, keys: readonly Buffer[], purpose: string): Unsealed {
  if (sealed.length < HEAD_BYTES || sealed[0] !== FORMAT) return { kind: 'damaged' };
  const head = sealed.subarray(0, 1 + ID_BYTES);
  const key = keys.find((candidate) => keyId(candidate).equals(head.subarray(1)));
  if (!key) return { kind: 'unknown-key' };
  const nonce = sealed.subarray(head.length, head.length + NONCE_BYTES);
  const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.concat([head, Buffer.from(purpose)]));
  decipher.setAuthTag(sealed.subarray(head.length + NONCE_BYTES, HEAD_BYTES));
  try {
    const body = Buffer.concat([decipher.update(sealed.subarray(HEAD_BYTES)), decipher.final()]);
    return { kind: 'text', text: body.toString('utf8') };
  } catch {
    return { kind: 'damaged' };
  }
}

/** Tells keys apart without saying anything about them. */
function keyId(key: Buffer): Buffer {
  return createHash('sha256').update('ts-reconcile key id\0').update(key).digest().subarray(0, ID_BYTES);
}

/** The keys of a configuration that was checked. */
export function stateKeys(texts: readonly string[]): Buffer[] {
  return texts.flatMap((text) => parseStateKey(text) ?? []);
}
