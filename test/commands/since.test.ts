import { describe, expect, it } from 'vitest';
import { startOf } from '../../src/commands/history.js';
import { parseSince } from '../../src/commands/since.js';

describe('parseSince', () => {
  it.each([
    ['30m', { kind: 'span', ms: 1_800_000 }],
    ['12h', { kind: 'span', ms: 43_200_000 }],
    ['7d', { kind: 'span', ms: 604_800_000 }],
    ['2026-11-14', { kind: 'local', time: '2026-11-14T00:00:00' }],
    ['2026-11-14T08:00', { kind: 'local', time: '2026-11-14T08:00:00' }],
    ['2026-11-14T08:00:30.5', { kind: 'local', time: '2026-11-14T08:00:30' }],
    ['2026-11-14T08:00Z', { kind: 'instant', at: Date.parse('2026-11-14T08:00:00Z') }],
    ['2026-11-14T08:00:30.5-08:00', { kind: 'instant', at: Date.parse('2026-11-14T16:00:30.500Z') }],
  ])('reads %s', (text, since) => {
    expect(parseSince(text)).toEqual(since);
  });

  it.each([
    '',
    'yesterday',
    '7',
    '7w',
    '-7d',
    '1.5h',
    '2026-02-30',
    '2026-13-01',
    '2026-11-14T25:00Z',
    '2026-11-14T25:00',
    '2026-11-14T08',
    '11/14/2026',
    '2026-11-14 08:00Z',
  ])('refuses %s', (text) => {
    expect(parseSince(text)).toBeNull();
  });
});

describe('startOf', () => {
  const now = Date.parse('2026-11-14T20:00:00Z');
  const zone = 'America/Los_Angeles';

  it.each([
    ['7d', '2026-11-07T20:00:00.000Z'],
    ['2026-11-14T08:00Z', '2026-11-14T08:00:00.000Z'],
    // Midnight where the shop is, in winter and in summer.
    ['2026-11-14', '2026-11-14T08:00:00.000Z'],
    ['2026-07-14', '2026-07-14T07:00:00.000Z'],
    ['2026-11-14T09:30', '2026-11-14T17:30:00.000Z'],
    // The clock shows it twice, or not at all.
    ['2026-11-01T01:30', '2026-11-01T08:30:00.000Z'],
    ['2026-03-08T02:30', '2026-03-08T10:30:00.000Z'],
  ])('%s', (text, at) => {
    const since = parseSince(text);
    expect(since && new Date(startOf(since, zone, now)).toISOString()).toBe(at);
  });
});
