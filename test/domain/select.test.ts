import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EventHeader } from '../../src/domain/event.js';
import {
  grownHours,
  inDateRange,
  maxGrownHours,
  provesOlder,
  queryDates,
  spanOf,
  sweepDates,
  updateDates,
  updatedSince,
} from '../../src/domain/select.js';
import { windowOf, windowState } from '../../src/domain/window.js';
import { localDate } from '../../src/domain/zones.js';
import { sourceEvent } from './builders.js';

const LA = 'America/Los_Angeles';
const HOUR = 3_600_000;
const at = (iso: string) => Date.parse(iso);

describe('sweepDates', () => {
  it.each([
    ['2026-11-14T20:00:00Z', 48, 0, '2026-11-12', '2026-11-14'],
    // Still the 13th at the shop, although the 14th in UTC.
    ['2026-11-14T02:00:00Z', 48, 0, '2026-11-11', '2026-11-13'],
    ['2026-11-14T20:00:00Z', 1, 0, '2026-11-14', '2026-11-14'],
    ['2026-11-14T20:00:00Z', 48, 13, '2026-11-12', '2026-11-15'],
  ])('at %s, %i hours back, %i ahead: %s to %s', (now, back, lead, from, to) => {
    expect(sweepDates(at(now), LA, back, lead)).toEqual({ from, to });
  });

  it('covers every event whose window is open and whose day is within the hours back', () => {
    const now = fc.integer({ min: at('2026-01-01T00:00:00Z'), max: at('2027-01-01T00:00:00Z') });
    const offset = fc.integer({ min: -47, max: 72 });
    fc.assert(
      fc.property(now, offset, fc.integer({ min: 0, max: 72 }), (time, hours, lead) => {
        const event = sourceEvent({ date: localDate(time + hours * HOUR, LA), startsAt: null, endsAt: null });
        const window = windowOf(
          event,
          { timezone: LA, businessDayStart: '00:00', orderTime: 'now' },
          lead,
          0,
        );
        if (window && windowState(window, time) === 'open') {
          expect(inDateRange(event, sweepDates(time, LA, 48, lead), LA)).toBe(true);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe('ranges', () => {
  it('of updates end today', () => {
    expect(updateDates(at('2026-11-14T20:00:00Z'), LA, 48)).toEqual({ from: '2026-11-12', to: '2026-11-14' });
  });

  it('are asked for a day wider at each end', () => {
    expect(queryDates({ from: '2026-03-01', to: '2026-12-31' })).toEqual({
      from: '2026-02-28',
      to: '2027-01-01',
    });
  });

  it('span', () => {
    expect(spanOf([])).toBeNull();
    expect(
      spanOf([
        { from: '2026-11-12', to: '2026-11-14' },
        { from: '2026-11-11', to: '2026-11-13' },
        { from: '2026-11-13', to: '2026-11-13' },
      ]),
    ).toEqual({ from: '2026-11-11', to: '2026-11-14' });
  });

  it.each([
    ['2026-11-11', false],
    ['2026-11-12', true],
    ['2026-11-14', true],
    ['2026-11-15', false],
    [null, true],
    ['soon', true],
  ])('hold an event of %s: %s', (date, expected) => {
    const event = { date, startsAt: null };
    expect(inDateRange(event, { from: '2026-11-12', to: '2026-11-14' }, LA)).toBe(expected);
  });

  it('hold an event of which one day lies in them, where date and start name two', () => {
    const event = { date: '2026-11-15', startsAt: at('2026-11-14T20:00:00Z') };
    expect(inDateRange(event, { from: '2026-11-12', to: '2026-11-14' }, LA)).toBe(true);
    expect(inDateRange(event, { from: '2026-11-15', to: '2026-11-16' }, LA)).toBe(true);
    expect(inDateRange(event, { from: '2026-11-16', to: '2026-11-16' }, LA)).toBe(false);
  });

  it('go by the start when there is no date', () => {
    const event = { date: null, startsAt: at('2026-11-12T07:59:00Z') };
    expect(inDateRange(event, { from: '2026-11-12', to: '2026-11-14' }, LA)).toBe(false);
    expect(inDateRange(event, { from: '2026-11-12', to: '2026-11-14' }, 'America/New_York')).toBe(true);
  });
});

describe('updatedSince', () => {
  const since = at('2026-11-14T19:00:00Z'); // 11:00 AM at the shop

  it.each([
    ['11/14/2026 11:00 AM', true],
    ['11/20/2026 1:00 PM', true],
    ['11/13/2026 11:00 AM', true],
    ['11/13/2026 10:59 AM', false],
    ['1/2/2026 3:04 pm', false],
    ['11/14/2026 12:00 AM', true],
    ['11/13/2026 12:30 AM', false],
    ['11/13/2026 12:30 PM', true],
    ['10/31/2026 10:59 AM', false],
    ['12/31/2025 11:59 PM', false],
    ['1/1/2026 1:00 AM', false],
    [' 1/2/2026  3:04PM ', false],
    [null, true],
    ['', true],
    ['2020-01-01T00:00:00Z', true],
    ['13/14/2020 1:00 AM', true],
    ['1/1/2020 13:00 PM', true],
    ['0/1/2020 1:00 AM', true],
    ['1/0/2020 1:00 AM', true],
    ['1/32/2020 1:00 AM', true],
    ['1/1/2020 0:30 AM', true],
    ['1/1/2020 1:60 AM', true],
    ['not before 1/1/2020 1:00 AM', true],
    ['1/1/2020 1:00 AM or later', true],
  ])('%j: %s', (updatedAt, expected) => {
    expect(updatedSince({ updatedAt }, LA, since)).toBe(expected);
  });
});

describe('provesOlder', () => {
  const byDate = (...dates: (string | null)[]): EventHeader[] =>
    dates.map((date) => sourceEvent({ date, startsAt: null }));
  const byUpdate = (...stamps: (string | null)[]): EventHeader[] =>
    stamps.map((updatedAt) => sourceEvent({ updatedAt }));

  it.each<[string, EventHeader[][], boolean]>([
    [
      'newest first, last page too old',
      [byDate('2026-11-14', '2026-11-01'), byDate('2026-11-01', '2026-10-01')],
      true,
    ],
    ['one page, all too old', [byDate('2026-11-01', '2026-10-31')], true],
    ['all of one day, which may as well be the oldest', [byDate('2026-11-01', '2026-11-01')], false],
    ['all of one day, page after page', [byDate('2026-11-01'), byDate('2026-11-01')], false],
    ['of one day, then older', [byDate('2026-11-01'), byDate('2026-10-31')], true],
    ['two of one day, then older', [byDate('2026-11-01', '2026-11-01'), byDate('2026-10-31')], true],
    ['last page still wanted', [byDate('2026-11-14'), byDate('2026-11-12')], false],
    ['within the slack of a day', [byDate('2026-11-11', '2026-11-10')], false],
    ['beyond the slack', [byDate('2026-11-10', '2026-11-09')], true],
    ['last page partly wanted', [byDate('2026-11-13', '2026-11-01')], false],
    ['oldest first', [byDate('2026-10-01', '2026-10-02')], false],
    ['out of order before', [byDate('2026-11-01', '2026-11-14'), byDate('2026-10-01')], false],
    ['out of order between pages', [byDate('2026-10-01'), byDate('2026-10-02')], false],
    ['a row without a date', [byDate('2026-11-14', null), byDate('2026-10-01')], false],
    ['a last page without dates', [byDate('2026-11-14'), byDate(null)], false],
    ['an empty last page', [byDate('2026-10-01'), []], false],
    ['an empty last page after two days', [byDate('2026-11-14', '2026-11-13'), []], false],
    ['no pages', [], false],
  ])('by date, %s: %s', (_, pages, expected) => {
    expect(provesOlder(pages, { by: 'event_date', from: '2026-11-12', zone: LA })).toBe(expected);
  });

  it.each<[string, EventHeader[][], boolean]>([
    [
      'newest first',
      [byUpdate('11/14/2026 1:00 PM', '11/14/2026 1:00 AM'), byUpdate('11/9/2026 1:00 AM')],
      true,
    ],
    ['within the slack', [byUpdate('11/13/2026 11:00 AM', '11/13/2026 10:00 AM')], false],
    ['beyond the slack', [byUpdate('11/13/2026 10:59 AM', '11/13/2026 10:00 AM')], true],
    ['all of one minute', [byUpdate('10/6/2026 6:46 AM', '10/6/2026 6:46 AM')], false],
    ['out of order', [byUpdate('11/9/2026 1:00 AM', '11/9/2026 2:00 AM')], false],
    ['unreadable', [byUpdate('11/9/2026 1:00 AM', 'yesterday')], false],
  ])('by update, %s: %s', (_, pages, expected) => {
    const since = at('2026-11-14T19:00:00Z');
    expect(provesOlder(pages, { by: 'updated', since, zone: LA })).toBe(expected);
  });

  it('never stops before a wanted row of a list that is in order', () => {
    const days = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(
        days,
        fc.integer({ min: 1, max: 10 }),
        fc.integer({ min: 1, max: 30 }),
        (drawn, size, floor) => {
          const date = (day: number) => `2026-11-${String(day).padStart(2, '0')}`;
          const rows = byDate(...drawn.sort((a, b) => b - a).map(date));
          const pages = Array.from({ length: Math.ceil(rows.length / size) }, (_, i) =>
            rows.slice(i * size, (i + 1) * size),
          );
          const stop = pages.findIndex((_, i) =>
            provesOlder(pages.slice(0, i + 1), { by: 'event_date', from: date(floor), zone: LA }),
          );
          const unread = stop < 0 ? [] : pages.slice(stop + 1).flat();
          expect(unread.filter((row) => (row.date ?? '') >= date(floor))).toEqual([]);
        },
      ),
    );
  });
});

describe('grownHours', () => {
  const now = at('2026-11-14T20:00:00Z');
  const ago = (hours: number) => new Date(now - hours * HOUR).toISOString();

  it.each([
    ['never', null, 48, { hoursBack: 48, grown: false, capped: false }],
    ['just now', ago(0.75), 48, { hoursBack: 48, grown: false, capped: false }],
    ['exactly as far', ago(48), 48, { hoursBack: 48, grown: false, capped: false }],
    ['longer ago', ago(60.1), 48, { hoursBack: 61, grown: true, capped: false }],
    ['14 days ago', ago(336), 48, { hoursBack: maxGrownHours, grown: true, capped: false }],
    ['longer than 14 days ago', ago(1000), 48, { hoursBack: maxGrownHours, grown: true, capped: true }],
    [
      'longer ago than a reach beyond 14 days',
      ago(1000),
      500,
      { hoursBack: 500, grown: false, capped: true },
    ],
    ['in the future', ago(-5), 48, { hoursBack: 48, grown: false, capped: false }],
    ['unreadable', 'last week', 48, { hoursBack: 48, grown: false, capped: false }],
  ])('last good sweep %s', (_, last, hoursBack, expected) => {
    expect(grownHours(last, now, hoursBack)).toEqual(expected);
  });
});
