import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { isDate } from '../../src/domain/dates.js';
import {
  addDays,
  isZone,
  localDate,
  localDateTime,
  naiveInstants,
  parseNaive,
  plusDays,
  startOfDay,
} from '../../src/domain/zones.js';

const LA = 'America/Los_Angeles';
const at = (iso: string) => Date.parse(iso);
const iso = (instant: number | null) => (instant === null ? null : new Date(instant).toISOString());

describe('isZone', () => {
  it.each(['America/Los_Angeles', 'America/Argentina/Buenos_Aires', 'Etc/GMT+5', 'UTC'])(
    '%s is one',
    (name) => {
      expect(isZone(name)).toBe(true);
    },
  );

  it.each([
    'Pacific Time (US & Canada)',
    'EST',
    'PST',
    '+05:00',
    'UTC+5',
    'local',
    'system',
    '',
    'Mars/Olympus',
  ])('%j is none', (name) => {
    expect(isZone(name)).toBe(false);
    expect(() => localDate(0, name)).toThrow(RangeError);
  });
});

describe('local time', () => {
  it.each([
    ['2026-11-15T02:00:00Z', LA, '2026-11-14T18:00:00'],
    ['2026-11-15T02:00:00.999Z', LA, '2026-11-14T18:00:00'],
    ['2026-11-01T08:30:00Z', LA, '2026-11-01T01:30:00'],
    ['2026-11-01T09:30:00Z', LA, '2026-11-01T01:30:00'],
    ['2026-03-08T10:00:00Z', LA, '2026-03-08T03:00:00'],
    ['2026-06-01T00:00:00Z', 'Asia/Kolkata', '2026-06-01T05:30:00'],
  ])('%s in %s is %s', (instant, zone, expected) => {
    expect(localDateTime(at(instant), zone)).toBe(expected);
    expect(localDate(at(instant), zone)).toBe(expected.slice(0, 10));
  });

  it.each([
    ['2026-11-14T00:31:07', LA, '2026-11-14T08:31:07.000Z'],
    ['2026-11-14T00:31:07.896094', LA, '2026-11-14T08:31:07.896Z'],
    ['2026-03-08T02:30:00', LA, '2026-03-08T10:30:00.000Z'],
    ['2026-07-01T00:00:00', 'America/New_York', '2026-07-01T04:00:00.000Z'],
  ])('%s in %s was at %s', (text, zone, expected) => {
    expect(iso(parseNaive(text, zone, 0))).toBe(expected);
  });

  it.each([
    '',
    '2026-11-14',
    '2026-11-14T00:31:07Z',
    '2026-11-14T00:31:07+00:00',
    '2026-11-14 00:31:07',
    '2026-02-30T00:00:00',
    '2026-11-14T25:00:00',
    '11/14/2026 6:00 PM',
  ])('does not read %j', (text) => {
    expect(parseNaive(text, LA, 0)).toBeNull();
    expect(naiveInstants(text, LA)).toEqual([]);
  });

  it.each([
    ['2026-11-01T08:35:00Z', '2026-11-01T08:30:00.000Z'],
    ['2026-11-01T08:59:00Z', '2026-11-01T08:30:00.000Z'],
    ['2026-11-01T09:01:00Z', '2026-11-01T09:30:00.000Z'],
    ['2026-11-01T12:00:00Z', '2026-11-01T09:30:00.000Z'],
  ])('in the hour that comes twice, seen at %s, it was at %s', (near, expected) => {
    expect(iso(parseNaive('2026-11-01T01:30:00', LA, at(near)))).toBe(expected);
  });

  it('makes nothing older than it is, and reads back what was written this half hour', () => {
    const zones = fc.constantFrom(
      LA,
      'America/Chicago',
      'America/New_York',
      'Australia/Lord_Howe',
      'Asia/Kolkata',
    );
    // Near the changes of the clock, too, which are few.
    const change = fc.constantFrom('2026-11-01T08:00:00Z', '2026-11-01T06:00:00Z', '2026-04-04T15:00:00Z');
    const minutes = fc.integer({ min: -180, max: 180 });
    const written = fc.oneof(
      fc.integer({ min: at('2024-01-01T00:00:00Z') / 1000, max: at('2030-01-01T00:00:00Z') / 1000 }),
      fc.tuple(change, minutes).map(([when, by]) => at(when) / 1000 + by * 60),
    );
    fc.assert(
      fc.property(written, fc.integer({ min: 0, max: 7_200 }), zones, (second, age, zone) => {
        const now = (second + age) * 1000;
        const text = localDateTime(second * 1000, zone);
        const back = parseNaive(text, zone, now) ?? Number.NaN;
        expect(localDateTime(back, zone)).toBe(text);
        expect(Math.abs(now - back)).toBeLessThanOrEqual(age * 1000);
        // Lord Howe sets its clock back by half an hour.
        if (age < 15 * 60) expect(back).toBe(second * 1000);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('days', () => {
  it.each([
    ['2026-11-14', LA, '2026-11-14T08:00:00.000Z'],
    ['2026-07-04', LA, '2026-07-04T07:00:00.000Z'],
    // The clock jumps from midnight to one.
    ['2018-11-04', 'America/Sao_Paulo', '2018-11-04T03:00:00.000Z'],
    ['2024-04-26', 'Africa/Cairo', '2024-04-25T22:00:00.000Z'],
    ['2024-03-31', 'Asia/Beirut', '2024-03-30T22:00:00.000Z'],
    // The clock shows midnight twice.
    ['2025-11-02', 'America/Havana', '2025-11-02T04:00:00.000Z'],
  ])('%s in %s begins at %s', (date, zone, expected) => {
    expect(iso(startOfDay(date, zone))).toBe(expected);
  });

  it('throws on what is no date', () => {
    expect(() => startOfDay('11/14/2026', LA)).toThrow(RangeError);
    expect(() => addDays('tomorrow', 1)).toThrow(RangeError);
  });

  it('adds calendar days', () => {
    expect(addDays('2026-02-28', 1)).toBe('2026-03-01');
    expect(addDays('2026-01-01', -1)).toBe('2025-12-31');
    expect(iso(plusDays(at('2026-03-07T18:00:00-08:00'), 1, LA))).toBe('2026-03-09T01:00:00.000Z');
  });

  it.each([
    ['2026-11-14', true],
    ['2026-02-29', false],
    ['2026-11-14T00:00:00', false],
    ['11/14/2026', false],
    ['2026-1-4', false],
  ])('%s is a date: %s', (text, expected) => {
    expect(isDate(text)).toBe(expected);
  });
});

describe('the zone of the host', () => {
  const before = process.env.TZ;
  afterEach(() => {
    process.env.TZ = before;
  });

  it.each(['Asia/Tokyo', 'America/New_York', 'Pacific/Kiritimati'])('%s changes nothing', (zone) => {
    process.env.TZ = zone;
    // Without this the test would pass on a host that ignores the variable.
    expect(new Date(at('2026-01-15T12:00:00Z')).getTimezoneOffset()).not.toBe(0);
    expect(localDateTime(at('2026-11-15T02:00:00Z'), LA)).toBe('2026-11-14T18:00:00');
    expect(iso(startOfDay('2026-11-01', LA))).toBe('2026-11-01T07:00:00.000Z');
    expect(iso(parseNaive('2026-11-01T02:30:00', LA, 0))).toBe('2026-11-01T10:30:00.000Z');
    expect(addDays('2026-03-08', 1)).toBe('2026-03-09');
    expect(isDate('2026-03-08')).toBe(true);
  });
});
