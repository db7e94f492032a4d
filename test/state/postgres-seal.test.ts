import { describe, expect, it } from 'vitest';
import { parseStateKey } from '../../src/config/stateKey.js';
import { seal, unseal } from '../../src/state/postgres/seal.js';

const key = Buffer.alloc(32, 1);
const other = Buffer.alloc(32, 2);

describe('seal', () => {
  it('is undone by whichever key did it, for the same purpose', () => {
    const sealed = seal('a text ✓', other, 'tokens');
    expect(unseal(sealed, [key, other], 'tokens')).toEqual({ kind: 'text', text: 'a text ✓' });
    expect(unseal(sealed, [key], 'tokens')).toEqual({ kind: 'unknown-key' });
    expect(unseal(sealed, [other], 'something else')).toEqual({ kind: 'damaged' });
  });

  it('never makes the same bytes twice', () => {
    expect(seal('text', key, 'tokens').equals(seal('text', key, 'tokens'))).toBe(false);
  });

  it('shows every single changed or missing byte', () => {
    const sealed = seal('text', key, 'tokens');
    for (let at = 0; at < sealed.length; at += 1) {
      const changed = Buffer.from(sealed);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(unseal(changed, [key], 'tokens').kind, `byte ${at}`).not.toBe('text');
      expect(unseal(sealed.subarray(0, at), [key], 'tokens').kind, `cut at ${at}`).not.toBe('text');
    }
  });
});

describe('parseStateKey', () => {
  it.each([
    ['hex', '0f'.repeat(32), Buffer.alloc(32, 15)],
    ['base64', Buffer.alloc(32, 251).toString('base64'), Buffer.alloc(32, 251)],
    ['base64url without padding', Buffer.alloc(32, 251).toString('base64url'), Buffer.alloc(32, 251)],
  ])('reads %s', (_name, text, bytes) => {
    expect(parseStateKey(text)).toEqual(bytes);
  });

  it.each(['', 'secret', '0f'.repeat(31), '0f'.repeat(33), 'A'.repeat(42), `${'A'.repeat(43)}==`])(
    'refuses "%s"',
    (text) => {
      expect(parseStateKey(text)).toBeNull();
    },
  );
});
