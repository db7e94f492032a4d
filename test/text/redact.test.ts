import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createRedactor } from '../../src/text/redact.js';

it('replaces each secret wherever it stands, also percent-encoded', () => {
  const redact = createRedactor(['s3cret/value', 'other-one']);
  expect(redact('a s3cret/value, s3cret%2Fvalue and other-oneother-one.')).toBe('a ***, *** and ******.');
});

it('leaves nothing of a secret that holds another one', () => {
  expect(createRedactor(['abcdef', 'abcdefghij'])('xabcdefghijx')).toBe('x***x');
});

it('takes secrets as text, not as patterns', () => {
  const redact = createRedactor(['.*.*.*', '$&$&$&']);
  expect(redact('plain .*.*.* $&$&$& text')).toBe('plain *** *** text');
});

it('leaves texts of fewer than 6 characters alone', () => {
  expect(createRedactor(['', 'a', 'admin'])('a plain admin text')).toBe('a plain admin text');
});

it('never lets a secret stand', () => {
  const secret = fc.string({ unit: fc.constantFrom('a', 'b', '/', '%'), minLength: 6, maxLength: 10 });
  fc.assert(
    fc.property(fc.array(secret, { minLength: 1, maxLength: 4 }), fc.string(), (secrets, padding) => {
      const text = secrets.map((each) => padding + each).join('');
      const redacted = createRedactor(secrets)(text);
      for (const each of secrets) expect(redacted).not.toContain(each);
    }),
  );
});
