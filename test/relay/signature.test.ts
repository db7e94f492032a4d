import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { checkSignature } from '../../src/relay/signature.js';

const NOW = Date.UTC(2026, 10, 14, 12);
const T = NOW / 1000;
const BODY = Buffer.from('{"event":{"id":61000001}}');

function hmac(key: string, time: number | string = T, body: Uint8Array = BODY): string {
  return createHmac('sha256', key).update(`${time}.`).update(body).digest('hex');
}

function check(header: string | undefined, keys = ['key-1', 'key-2'], body: Uint8Array = BODY) {
  return checkSignature({ header, body, keys, now: NOW });
}

describe('checkSignature', () => {
  it("agrees with openssl: printf '1700000000.{}' | openssl dgst -sha256 -hmac secret", () => {
    const digest = 'b8569b78799ff9e3cbff0fc2d63a33a2b57f3282abd07c37ae5e8e7d79a5f163';
    const signed = { body: Buffer.from('{}'), keys: ['secret'], now: 1_700_000_000_000 };
    expect(checkSignature({ ...signed, header: `t=1700000000,v1=${digest}` })).toBeNull();
  });

  it.each(['key-1', 'key-2'])('takes each configured key: %s', (key) => {
    expect(check(`t=${T},v1=${hmac(key)}`)).toBeNull();
  });

  it('refuses any other key, body or time', () => {
    expect(check(`t=${T},v1=${hmac('key-3')}`)).toBe('SIGNATURE_MISMATCH');
    expect(check(`t=${T},v1=${hmac('key-1')}`, ['key-1'], Buffer.from('{"event":{"id":61000002}}'))).toBe(
      'SIGNATURE_MISMATCH',
    );
    expect(check(`t=${T + 1},v1=${hmac('key-1')}`)).toBe('SIGNATURE_MISMATCH');
    expect(check(`t=0${T},v1=${hmac('key-1')}`)).toBe('SIGNATURE_MISMATCH');
  });

  it('signs bytes, not text', () => {
    const body = Buffer.from([0xff, 0x00, 0xc3, 0x28, 0x0d, 0x0a]);
    expect(check(`t=${T},v1=${hmac('key-1', T, body)}`, ['key-1'], body)).toBeNull();
    const decoded = Buffer.from(body.toString('utf8'));
    expect(check(`t=${T},v1=${hmac('key-1', T, body)}`, ['key-1'], decoded)).toBe('SIGNATURE_MISMATCH');
  });

  it.each([
    [-300, null],
    [300, null],
    [-301, 'SIGNATURE_EXPIRED'],
    [301, 'SIGNATURE_EXPIRED'],
    [-86_400, 'SIGNATURE_EXPIRED'],
    [86_400 * 365, 'SIGNATURE_EXPIRED'],
  ])('judges a clock %i seconds apart: %s', (offset, problem) => {
    expect(check(`t=${T + offset},v1=${hmac('key-1', T + offset)}`)).toBe(problem);
  });

  it('says nothing about the age of what was not signed', () => {
    expect(check(`t=1,v1=${hmac('key-3', 1)}`)).toBe('SIGNATURE_MISMATCH');
  });

  it('takes one right v1 among several, in either case, in any order, with other schemes', () => {
    const right = hmac('key-2');
    const wrong = hmac('key-3');
    expect(check(`t=${T},v1=${wrong},v1=${right}`)).toBeNull();
    expect(check(`v1=${right}, v1=${wrong} ,t=${T}`)).toBeNull();
    expect(check(`t=${T},v1=${right.toUpperCase()}`)).toBeNull();
    expect(check(`t=${T},v0=${wrong},v1=${right},v2=later`)).toBeNull();
    expect(check(`t=${T},v1=short,v1=${right}`)).toBeNull();
    expect(check(`t=${T},v1=${wrong},v1=${hmac('key-4')}`)).toBe('SIGNATURE_MISMATCH');
  });

  it.each([undefined, ''])('misses a signature: %j', (header) => {
    expect(check(header)).toBe('SIGNATURE_MISSING');
  });

  const digest = hmac('key-1');
  it.each([
    'garbage',
    '=,=,=',
    `t=${T}`,
    `v1=${digest}`,
    `t=,v1=${digest}`,
    `t=${T},v1=`,
    `t=${T},v1=${digest.slice(1)}`,
    `t=${T},v1=${digest}0`,
    `t=${T},v1=${digest.slice(0, 62)}zz`,
    `t=${T},v0=${digest}`,
    `t=${T},t=${T},v1=${digest}`,
    `t=-${T},v1=${digest}`,
    `t=${T}.0,v1=${digest}`,
    `t=1e9,v1=${digest}`,
    `t=0x64,v1=${digest}`,
    `t=９９９,v1=${digest}`,
    `t=${'9'.repeat(400)},v1=${digest}`,
    `t=${T},v1=${digest},${'x'.repeat(10_000)}`,
    'v1='.repeat(3000),
    `T=${T},V1=${digest}`,
    `t=${T};v1=${digest}`,
  ])('finds no signature in %.80s', (header) => {
    expect(check(header)).toBe('SIGNATURE_MALFORMED');
  });
});

describe('checkSignature, bodies alone as well', () => {
  const alone = (key: string, body: Uint8Array = BODY) =>
    createHmac('sha256', key).update(body).digest('hex');
  const checkAlone = (header: string | undefined, body: Uint8Array = BODY) =>
    checkSignature({ header, body, keys: ['key-1', 'key-2'], now: NOW, bodyAlone: true });

  it("agrees with openssl: printf '{}' | openssl dgst -sha256 -hmac secret", () => {
    const header = '77325902caca812dc259733aacd046b73817372c777b8d95b402647474516e13';
    const signed = { body: Buffer.from('{}'), keys: ['secret'], now: NOW, header };
    expect(checkSignature({ ...signed, bodyAlone: true })).toBeNull();
    expect(checkSignature(signed)).toBe('SIGNATURE_MALFORMED');
  });

  it('takes the digest bare or as v1, with any time or none', () => {
    for (const header of [
      alone('key-2'),
      alone('key-2').toUpperCase(),
      `v1=${alone('key-2')}`,
      `t=${T},v1=${alone('key-2')}`,
      `t=1,v1=${hmac('key-3')},v1=${alone('key-1')}`,
    ]) {
      expect(checkAlone(header)).toBeNull();
    }
    expect(check(`t=${T},v1=${alone('key-1')}`)).toBe('SIGNATURE_MISMATCH');
  });

  it('still takes signatures with a time, and only in time', () => {
    expect(checkAlone(`t=${T},v1=${hmac('key-1')}`)).toBeNull();
    expect(checkAlone(`t=${T - 301},v1=${hmac('key-1', T - 301)}`)).toBe('SIGNATURE_EXPIRED');
  });

  it('refuses any other key or body, and what is no signature', () => {
    expect(checkAlone(alone('key-3'))).toBe('SIGNATURE_MISMATCH');
    expect(checkAlone(`v1=${alone('key-1')}`, Buffer.from('{}'))).toBe('SIGNATURE_MISMATCH');
    expect(checkAlone(undefined)).toBe('SIGNATURE_MISSING');
    for (const header of [
      'garbage',
      alone('key-1').slice(1),
      `sha256:${alone('key-1')}`,
      `v1=${'g'.repeat(64)}`,
    ]) {
      expect(checkAlone(header)).toBe('SIGNATURE_MALFORMED');
    }
  });
});
