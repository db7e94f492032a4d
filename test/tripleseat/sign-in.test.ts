import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { newSignIn, readAnswer, readPasted } from '../../src/tripleseat/sign-in.js';

const STATE = 'the-state-of-this-sign-in';

const answer = (query: string) => readAnswer(new URLSearchParams(query), STATE);

it('a sign-in has a verifier of its own, and shows the digest of it', () => {
  const [one, two] = [newSignIn(), newSignIn()];
  expect(one.challenge).toBe(createHash('sha256').update(one.verifier).digest('base64url'));
  expect(one.verifier).toMatch(/^[\w-]{43}$/);
  expect(new Set([one.state, one.verifier, two.state, two.verifier]).size).toBe(4);
});

describe('readAnswer', () => {
  it('takes the code when the state is that of this sign-in', () => {
    expect(answer(`code=abc-123&state=${STATE}`)).toEqual({ kind: 'code', code: 'abc-123' });
  });

  it.each([
    'code=abc',
    'code=abc&state=',
    'code=abc&state=another',
    `code=abc&state=${STATE}x`,
    `code=abc&state=${STATE.slice(1)}`,
    `code=abc&state=${STATE}&state=another`,
    'error=access_denied',
    '',
  ])('does not take %s: its state is missing, another, or doubled', (query) => {
    expect(answer(query)).toEqual({ kind: 'foreign' });
  });

  it('reads a refusal, and lets no text of it through that is no error code', () => {
    expect(answer(`error=access_denied&state=${STATE}`)).toEqual({ kind: 'refused', error: 'access_denied' });
    expect(answer(`error=%1b[31m<b>&state=${STATE}&code=abc`)).toEqual({ kind: 'refused', error: 'unknown' });
  });

  it.each(['', 'code=', 'code=a&code=b', 'code=a%20b', 'code=a%0ab', `code=${'a'.repeat(2001)}`])(
    'finds no code in %s',
    (query) => {
      expect(answer(`${query}&state=${STATE}`)).toEqual({ kind: 'unreadable' });
    },
  );
});

describe('readPasted', () => {
  const code = { kind: 'code', code: 'abc%2F' };

  it.each([
    `http://127.0.0.1:8917/callback?code=abc%252F&state=${STATE}`,
    `  https://example.com/x?state=${STATE}&code=abc%252F#top \r`,
    `code=abc%252F&state=${STATE}`,
    `?code=abc%252F&state=${STATE}`,
    `127.0.0.1:8917/callback?code=abc%252F&state=${STATE}`,
    `abc%2F ${STATE}`,
    `abc%2F\t${STATE}`,
  ])('takes the code out of %s', (text) => {
    expect(readPasted(text, STATE)).toEqual(code);
  });

  it('wants the state with a bare code too', () => {
    expect(readPasted('abc', STATE)).toEqual({ kind: 'unreadable' });
    expect(readPasted('abc another', STATE)).toEqual({ kind: 'foreign' });
  });

  it.each(['', '   ', 'http://', 'a b c', `code=${'a'.repeat(9000)}&state=${STATE}`])(
    'cannot read %s',
    (text) => {
      expect(readPasted(text, STATE)).toEqual({ kind: 'unreadable' });
    },
  );
});
