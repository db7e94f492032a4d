import { describe, expect, it } from 'vitest';
import { dayToTell } from '../../src/app/coming.js';

const ZONE = 'America/Los_Angeles';

describe('the day whose preview is mailed', () => {
  it.each([
    ['before six in the morning', '2026-11-14T13:59:59Z', null, null],
    ['at six', '2026-11-14T14:00:00Z', null, '2026-11-14'],
    ['late in the evening, which is the next day elsewhere', '2026-11-15T07:30:00Z', null, '2026-11-14'],
    ['told already', '2026-11-14T20:00:00Z', '2026-11-14', null],
    ['told the day before', '2026-11-14T20:00:00Z', '2026-11-13', '2026-11-14'],
    ['told who knows what', '2026-11-14T20:00:00Z', { day: 1 }, '2026-11-14'],
  ])('%s', (_, now, told, day) => {
    expect(dayToTell(Date.parse(now), ZONE, told)).toBe(day);
  });
});
