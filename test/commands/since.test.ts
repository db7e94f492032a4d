import { describe, expect, it } from 'vitest';
import { parseSince } from '../../src/commands/since.js';

describe('parseSince', () => {
  it.each([
    ['30m', { kind: 'span', ms: 1_800_000 }],
    ['12h', { kind: 'span', ms: 43_200_000 }],
    ['7d', { kind: 'span', ms: 604_800_000 }],
    ['2026-11-14', { kind: 'instant', at: Date.parse('2026-11-14T00:00:00Z') }],
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
    '2026-11-14T08:00',
    '11/14/2026',
    '2026-11-14 08:00Z',
  ])('refuses %s', (text) => {
    expect(parseSince(text)).toBeNull();
  });
});
