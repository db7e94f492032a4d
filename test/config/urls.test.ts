import { describe, expect, it } from 'vitest';
import { parseHookUrl, parseHttpUrl } from '../../src/config/urls.js';
import { isLoopbackHost } from '../../src/http/loopback.js';

describe('parseHookUrl', () => {
  it.each([
    ['https://hc.example.com/ping/1/', 'https://hc.example.com/ping/1'],
    ['https://hc.example.com/key/sweep?create=1', 'https://hc.example.com/key/sweep?create=1'],
    [
      'https://a.logic.azure.com:443/invoke?sp=%2Frun&sig=a%2Bb',
      'https://a.logic.azure.com/invoke?sp=%2Frun&sig=a%2Bb',
    ],
  ])('takes %s', (text, url) => {
    expect(parseHookUrl(text)).toEqual({ ok: true, url });
  });

  it.each([
    ['chat.example.com?key=1', 'is not a URL'],
    ['http://chat.example.com/?key=1', 'is http:// on a host that is not loopback'],
    ['https://user@chat.example.com/?key=1', 'holds a user name or password'],
    ['https://chat.example.com/?key=1#part', 'holds a fragment (#…)'],
  ])('refuses %s', (text, problem) => {
    expect(parseHookUrl(text)).toEqual({ ok: false, problem });
  });
});

describe('parseHttpUrl', () => {
  it.each([
    ['https://api.example.com', 'https://api.example.com'],
    ['https://api.example.com///', 'https://api.example.com'],
    ['https://API.example.com:8443/root/', 'https://api.example.com:8443/root'],
    ['http://127.0.0.1:80', 'http://127.0.0.1'],
    ['http://127.255.3.4:1', 'http://127.255.3.4:1'],
    ['http://[::1]:4010/', 'http://[::1]:4010'],
    ['http://LOCALHOST:4010', 'http://localhost:4010'],
  ])('%s', (text, url) => {
    expect(parseHttpUrl(text)).toEqual({ ok: true, url });
  });

  it.each([
    ['api.example.com', 'is not a URL'],
    ['', 'is not a URL'],
    ['ftp://api.example.com', 'is not an https:// URL'],
    ['javascript:alert(1)', 'is not an https:// URL'],
    ['http://api.example.com', 'is http:// on a host that is not loopback'],
    ['http://127.0.0.1.example.com', 'is http:// on a host that is not loopback'],
    ['http://localhost.example.com', 'is http:// on a host that is not loopback'],
    ['http://128.0.0.1', 'is http:// on a host that is not loopback'],
    ['http://0.0.0.0', 'is http:// on a host that is not loopback'],
    ['https://user@api.example.com', 'holds a user name or password'],
    ['https://:pass@api.example.com', 'holds a user name or password'],
    ['https://api.example.com/?', 'holds a query (?…)'],
    ['https://api.example.com/?a=1', 'holds a query (?…)'],
    ['https://api.example.com/#', 'holds a fragment (#…)'],
  ])('refuses %s', (text, problem) => {
    expect(parseHttpUrl(text)).toEqual({ ok: false, problem });
  });

  it('refuses an end that the program adds itself', () => {
    expect(parseHttpUrl('https://api.example.com/v1/', /\/v1$/)).toEqual({
      ok: false,
      problem: 'ends in /v1, which the program adds itself',
    });
  });
});

it('isLoopbackHost knows this machine by its addresses', () => {
  expect(['localhost', '127.0.0.1', '127.9.9.9', '[::1]'].every(isLoopbackHost)).toBe(true);
  expect(['example.com', '10.0.0.1', '[::2]', '127.0.0.1.nip.example'].some(isLoopbackHost)).toBe(false);
});
