import { describe, expect, it } from 'vitest';
import { localToEpoch, searchDate } from '../../src/tripleseat/dates.js';

describe('localToEpoch', () => {
  const LA = 'America/Los_Angeles';
  it.each([
    ['11/14/2026 6:00 PM', LA, '2026-11-15T02:00:00Z'],
    ['7/4/2026 12:05 AM', LA, '2026-07-04T07:05:00Z'],
    ['07/04/2026 12:05 pm', 'America/New_York', '2026-07-04T16:05:00Z'],
    // Left out by the change to summer time: 2:30 before the change would be 3:30 after it.
    ['3/8/2026 2:30 AM', LA, '2026-03-08T10:30:00Z'],
    // Comes twice in autumn: the first.
    ['11/1/2026 1:30 AM', LA, '2026-11-01T08:30:00Z'],
    ['11/1/2026 2:30 AM', LA, '2026-11-01T10:30:00Z'],
  ])('%s in %s is %s', (text, zone, utc) => {
    expect(localToEpoch(text, zone)).toBe(Date.parse(utc));
  });

  it.each([
    ['13/14/2026 6:00 PM', LA],
    ['2026-11-14 18:00', LA],
    ['', LA],
    ['11/14/2026 6:00 PM', 'Pacific Time (US & Canada)'],
  ])('%j in %s cannot be read', (text, zone) => {
    expect(localToEpoch(text, zone)).toBeNull();
  });
});

describe('searchDate', () => {
  it('is padded, month first', () => {
    expect(searchDate('2026-09-08')).toBe('09/08/2026');
  });
});
