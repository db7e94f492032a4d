import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { businessDayBegins, isFiledUnder, orderDate, rowDate } from '../../src/domain/businessDay.js';
import type { OrderTime } from '../../src/domain/location.js';
import { addDays, localDateTime, naiveInstants, startOfDay } from '../../src/domain/zones.js';

const LA = 'America/Los_Angeles';
const HOUR = 3_600_000;
const DATE = '2026-11-14';
const at = (text: string) => Date.parse(text);
const iso = (instant: number) => new Date(instant).toISOString();

function dated(
  over: {
    date?: string;
    startsAt?: number | null;
    businessDayStart?: string;
    orderTime?: OrderTime;
    timezone?: string;
  } = {},
) {
  const { date = DATE, startsAt = at('2026-11-14T18:00:00-08:00'), ...shop } = over;
  return {
    date,
    startsAt,
    location: { timezone: LA, businessDayStart: '04:00', orderTime: 'now' as const, ...shop },
  };
}

describe('orderDate', () => {
  it.each([
    ['in the afternoon', '2026-11-14T15:31:07-08:00', '2026-11-14T15:31:07'],
    ['before the business day', '2026-11-14T02:00:00-08:00', '2026-11-14T04:00:00'],
    ['two days before', '2026-11-12T18:00:00-08:00', '2026-11-14T04:00:00'],
    ['after midnight, in the same business day', '2026-11-15T01:30:00-08:00', '2026-11-15T01:30:00'],
    ['in its last second', '2026-11-15T03:59:59-08:00', '2026-11-15T03:59:59'],
    ['when it is over', '2026-11-15T04:00:00-08:00', '2026-11-15T03:59:59'],
    ['days later', '2026-11-20T12:00:00-08:00', '2026-11-15T03:59:59'],
  ])('made %s', (_, now, expected) => {
    expect(orderDate(at(now), dated())).toBe(expected);
  });

  it.each<[OrderTime, number | null, string]>([
    ['noon', at('2026-11-14T18:00:00-08:00'), '2026-11-14T12:00:00'],
    ['event-start', at('2026-11-14T18:00:00-08:00'), '2026-11-14T18:00:00'],
    ['event-start', at('2026-11-14T02:00:00-08:00'), '2026-11-14T04:00:00'],
    ['event-start', null, '2026-11-14T09:00:00'],
    ['now', at('2026-11-14T18:00:00-08:00'), '2026-11-14T09:00:00'],
  ])('by %s with a start at %s', (orderTime, startsAt, expected) => {
    const order = dated({ orderTime, startsAt });
    const now = at('2026-11-14T09:00:00-08:00');
    expect(orderDate(now, order)).toBe(expected);
    expect(rowDate(now, order)).toBe(expected < '2026-11-14T09:00:00' ? expected : '2026-11-14T09:00:00');
  });

  it.each([
    // The clock is set forward at two: half past two is never shown.
    ['2026-03-07', '02:30', '2026-03-20T00:00:00-07:00', '2026-03-08T01:29:59'],
    ['2026-03-08', '02:30', '2026-03-01T00:00:00-08:00', '2026-03-08T03:30:00'],
    ['2026-03-07', '03:00', '2026-03-20T00:00:00-07:00', '2026-03-08T01:59:59'],
  ])('of %s with days from %s is a time that the clock shows', (date, businessDayStart, now, expected) => {
    expect(orderDate(at(now), dated({ date, businessDayStart }))).toBe(expected);
  });

  it('always lies on the business day by the clock, is shown by it, and no row is dated later than now', () => {
    const zones = fc.constantFrom(
      LA,
      'America/New_York',
      'Africa/Cairo',
      'America/Havana',
      'Australia/Lord_Howe',
      'Asia/Kolkata',
    );
    const start = fc
      .tuple(fc.nat(23), fc.constantFrom('00', '30'))
      .map(([hour, minute]) => `${String(hour).padStart(2, '0')}:${minute}`);
    const changes = fc.constantFrom(
      '2026-03-08',
      '2026-11-01',
      '2026-04-05',
      '2026-10-04',
      '2026-04-24',
      '2026-10-30',
      '2026-07-01',
    );
    const inputs = {
      zone: zones,
      start,
      change: changes,
      days: fc.integer({ min: -2, max: 2 }),
      minutes: fc.integer({ min: -5_000, max: 5_000 }),
      orderTime: fc.constantFrom<OrderTime>('now', 'noon', 'event-start'),
      startsIn: fc.option(fc.integer({ min: 0, max: 24 * 60 })),
    };
    fc.assert(
      fc.property(fc.record(inputs), ({ zone, start, change, days, minutes, orderTime, startsIn }) => {
        const date = addDays(change, days);
        const midnight = startOfDay(date, zone);
        const now = startOfDay(change, zone) + minutes * 60_000;
        const startsAt = startsIn === null ? null : midnight + startsIn * 60_000;
        const order = dated({ date, startsAt, businessDayStart: start, orderTime, timezone: zone });
        const text = orderDate(now, order);
        expect(text >= `${date}T${start}`).toBe(true);
        expect(text < `${addDays(date, 1)}T${start}`).toBe(true);
        expect(naiveInstants(text, zone).map((each) => localDateTime(each, zone))).toContain(text);
        expect(isFiledUnder(text, order)).toBe(true);
        expect(rowDate(now, order) <= localDateTime(now, zone)).toBe(true);
        if (orderTime === 'now' && localDateTime(now, zone) === text) expect(rowDate(now, order)).toBe(text);
      }),
      { numRuns: 3_000 },
    );
  });
});

describe('businessDayBegins', () => {
  it.each([
    [DATE, '04:00', '2026-11-14T12:00:00.000Z'],
    ['2026-11-01', '01:30', '2026-11-01T08:30:00.000Z'],
    ['2026-03-08', '02:30', '2026-03-08T10:30:00.000Z'],
  ])('of %s from %s on', (date, start, expected) => {
    expect(iso(businessDayBegins(date, dated({ businessDayStart: start }).location))).toBe(expected);
  });
});

describe('isFiledUnder', () => {
  it.each([
    ['2026-11-13T23:59:59', false],
    // What was made in the night used to be dated before the business day.
    ['2026-11-14T00:00:00', true],
    ['2026-11-14T00:31:07.896094', true],
    ['2026-11-15T03:59:59.999999', true],
    ['2026-11-15T04:00:00', false],
    [null, false],
  ])('%s: %s', (created, expected) => {
    expect(isFiledUnder(created, dated())).toBe(expected);
  });

  it('leaves no time of the day out', () => {
    for (let hour = 0; hour < 24; hour += 1) {
      expect(isFiledUnder(orderDate(startOfDay(DATE, LA) + hour * HOUR, dated()), dated())).toBe(true);
    }
  });
});
