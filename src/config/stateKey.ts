const KEY_BYTES = 32;

/** The 32 bytes of a key written as hex or base64 (either alphabet, padded or not); null: it is neither. */
export function parseStateKey(text: string): Buffer | null {
  if (/^[0-9a-fA-F]{64}$/.test(text)) return Buffer.from(text, 'hex');
  if (!/^[A-Za-z0-9+/_-]{43}=?$/.test(text)) return null;
  const key = Buffer.from(text, 'base64');
  return key.length === KEY_BYTES ? key : null;
}
