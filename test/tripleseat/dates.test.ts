import { describe, expect, it } from 'vitest';
import { localTimes, searchDate, usDateTime } from '../../src/tripleseat/dates.js';

describe('usDateTime', () => {
  it.each([
    ['11/14/2026 6:00 PM', '2026-11-14T18:00:00'],
    ['7/4/2026 12:05 AM', '2026-07-04T00:05:00'],
    ['07/04/2026  12:05 pm', '2026-07-04T12:05:00'],
    // Exists in no zone that changes to summer time on that night; that is for the zone to say.
    ['3/8/2026 2:30 AM', '2026-03-08T02:30:00'],
    ['13/14/2026 6:00 PM', null],
    ['2/29/2026 6:00 PM', null],
    ['2026-11-14 18:00', null],
    ['11/14/2026', null],
    ['', null],
  ])('%j is %s', (text, local) => {
    expect(usDateTime(text)).toBe(local);
  });
});

describe('localTimes', () => {
  const fields = (some: object) => ({
    event_start: null,
    event_end: null,
    start_time: null,
    end_time: null,
    event_start_time: null,
    event_end_time: null,
    ...some,
  });
  const DAY = '2026-10-31';

  it.each<[string, object, string | null, string | null, string | null, string | null]>([
    [
      'dates with times',
      { event_start: '10/31/2026 8:00 PM', event_end: '11/1/2026 1:00 AM', event_end_time: '2:00 AM' },
      DAY,
      null,
      '2026-10-31T20:00:00',
      '2026-11-01T01:00:00',
    ],
    [
      'their older names',
      { start_time: '10/31/2026 8:00 PM', event_start: 'soon', end_time: '10/31/2026 9:00 PM' },
      null,
      null,
      '2026-10-31T20:00:00',
      '2026-10-31T21:00:00',
    ],
    [
      'times of the day',
      { event_start_time: '6:00 PM', event_end_time: '8:30 PM' },
      DAY,
      null,
      '2026-10-31T18:00:00',
      '2026-10-31T20:30:00',
    ],
    [
      'times past midnight',
      { event_start_time: '8:00 PM', event_end_time: '1:30 AM' },
      DAY,
      null,
      '2026-10-31T20:00:00',
      '2026-11-01T01:30:00',
    ],
    [
      'an end after a start that named its zone',
      { event_end_time: '1:30 AM' },
      DAY,
      '2026-10-31T20:00:00',
      null,
      '2026-11-01T01:30:00',
    ],
    ['an end alone', { event_end_time: '1:30 AM' }, DAY, null, null, null],
    [
      'times without a day',
      { event_start_time: '6:00 PM', event_end_time: '8:00 PM' },
      null,
      null,
      null,
      null,
    ],
    ['nothing that is a time', { event_start_time: 'noon', event_end: 'late' }, DAY, null, null, null],
  ])('%s', (_, some, date, begins, start, end) => {
    expect(localTimes(fields(some), date, begins)).toEqual({ start, end });
  });
});

describe('searchDate', () => {
  it('is padded, month first', () => {
    expect(searchDate('2026-09-08')).toBe('09/08/2026');
  });
});
