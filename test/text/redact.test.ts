import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createRedactor } from '../../src/text/redact.js';

it('replaces each secret wherever it stands, also percent-encoded', () => {
  const redact = createRedactor(['s3cret/value', 'other-one']);
  expect(redact('a s3cret/value, s3cret%2Fvalue and other-oneother-one.')).toBe('a ***, *** and ******.');
});

it('replaces it as servers in other languages write it back', () => {
  const redact = createRedactor(["k/é '!*~&"]);
  for (const echo of ['k/%C3%A9%20%27%21%2A~%26', "k%2f%c3%a9+'!*%7e%26", `k\\/\\u00e9 '!*~\\u0026`])
    expect(redact(`"${echo}"`)).toBe('"***"');
});

it('replaces it as a form and as JSON have it, which a server may send back', () => {
  const secret = `pa"ss w\\ord's (é)!~/+`;
  const redact = createRedactor([secret]);
  const form = new URLSearchParams({ grant: 'x', secret, more: 'y' });
  expect(redact(form.toString())).toBe('grant=x&secret=***&more=y');
  expect(redact(JSON.stringify({ secret, more: 1 }))).toBe('{"secret":"***","more":1}');
});

it.each(['base64', 'base64url'] as const)('replaces it within a text in %s, wherever it begins', (form) => {
  const secret = 's3cret>>>value???';
  const redact = createRedactor([secret]);
  for (const before of ['', 'u', 'us', 'use', 'user', '\0user\0']) {
    for (const after of ['', ':', 'xy']) {
      const text = Buffer.from(`${before}${secret}${after}`).toString(form);
      const shown = redact(`Authorization: Basic ${text}`);
      expect(shown).toContain('***');
      // What is left at its ends is less than a character each.
      const left = Buffer.from(shown.replace(/^.* /, '').replace('***', ''), form).toString('latin1');
      for (let at = 0; at + 3 <= secret.length; at += 1) expect(left).not.toContain(secret.slice(at, at + 3));
    }
  }
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
  const secret = fc.string({
    unit: fc.constantFrom('a', 'b', '/', '%', '\\', '+'),
    minLength: 6,
    maxLength: 10,
  });
  fc.assert(
    fc.property(fc.array(secret, { minLength: 1, maxLength: 4 }), fc.string(), (secrets, padding) => {
      const text = secrets.map((each) => padding + each).join('');
      const redacted = createRedactor(secrets)(text);
      for (const each of secrets) expect(redacted).not.toContain(each);
    }),
  );
});
