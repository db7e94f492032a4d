import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { EventHeader } from '../../src/domain/event.js';
import { eventDate, eventDays, windowOf, windowState } from '../../src/domain/window.js';
import { localDate } from '../../src/domain/zones.js';

const LA = 'America/Los_Angeles';
const HOUR = 3_600_000;
const iso = (instant: number) => new Date(instant).toISOString();

function event(date: string | null, start: string | null = null, end: string | null = null) {
  return {
    date,
    startsAt: start === null ? null : Date.parse(start),
    endsAt: end === null ? null : Date.parse(end),
  };
}

const shop = (timezone: string, businessDayStart = '00:00') =>
  ({ timezone, businessDayStart, orderTime: 'now' }) as const;

function window(of: Pick<EventHeader, 'date' | 'startsAt' | 'endsAt'>, zone: string, lead = 0, grace = 0) {
  const found = windowOf(of, shop(zone), lead, grace);
  return found === null ? null : [iso(found.opensAt), iso(found.closesAt)];
}

describe('windowOf', () => {
  it('is that of the example event', () => {
    const example = event('2026-11-14', '2026-11-14T18:00:00-08:00', '2026-11-14T20:30:00-08:00');
    expect(window(example, LA, 0, 24)).toEqual(['2026-11-14T08:00:00.000Z', '2026-11-16T04:30:00.000Z']);
    expect(window(example, LA, 6, 0)).toEqual(['2026-11-14T02:00:00.000Z', '2026-11-15T04:30:00.000Z']);
  });

  it.each([
    ['2026-03-08', LA, '2026-03-08T08:00:00.000Z', '2026-03-09T07:00:00.000Z', 23],
    ['2026-11-01', LA, '2026-11-01T07:00:00.000Z', '2026-11-02T08:00:00.000Z', 25],
    ['2026-03-08', 'America/Chicago', '2026-03-08T06:00:00.000Z', '2026-03-09T05:00:00.000Z', 23],
    ['2026-11-01', 'America/Chicago', '2026-11-01T05:00:00.000Z', '2026-11-02T06:00:00.000Z', 25],
    ['2026-03-08', 'America/New_York', '2026-03-08T05:00:00.000Z', '2026-03-09T04:00:00.000Z', 23],
    ['2026-11-01', 'America/New_York', '2026-11-01T04:00:00.000Z', '2026-11-02T05:00:00.000Z', 25],
    ['2026-11-14', 'America/New_York', '2026-11-14T05:00:00.000Z', '2026-11-15T05:00:00.000Z', 24],
    ['2024-04-26', 'Africa/Cairo', '2024-04-25T22:00:00.000Z', '2024-04-26T21:00:00.000Z', 23],
  ])('without a known end covers the whole of %s in %s', (date, zone, opens, closes, hours) => {
    expect(window(event(date), zone)).toEqual([opens, closes]);
    expect((Date.parse(closes) - Date.parse(opens)) / HOUR).toBe(hours);
  });

  it.each<[string, ReturnType<typeof event>, string]>([
    [
      'an end on the next day',
      event('2026-11-14', '2026-11-14T20:00:00-08:00', '2026-11-15T01:00:00-08:00'),
      '2026-11-15T09:00:00.000Z',
    ],
    [
      'an end before the start: past midnight',
      event('2026-11-14', '2026-11-14T20:00:00-08:00', '2026-11-14T01:00:00-08:00'),
      '2026-11-15T09:00:00.000Z',
    ],
    [
      'past midnight into the longer day, by the clock',
      event('2026-10-31', '2026-10-31T20:00:00-07:00', '2026-10-31T03:00:00-07:00'),
      '2026-11-01T11:00:00.000Z',
    ],
    [
      'past midnight out of the longer day, by the clock',
      event('2026-11-01', '2026-11-01T20:00:00-08:00', '2026-11-01T01:00:00-07:00'),
      '2026-11-02T09:00:00.000Z',
    ],
    [
      'an end that makes no sense: end of the day',
      event('2026-11-14', '2026-11-14T20:00:00-08:00', '2026-11-10T01:00:00-08:00'),
      '2026-11-15T08:00:00.000Z',
    ],
    ['no start', event('2026-11-14', null, '2026-11-14T21:00:00-08:00'), '2026-11-15T05:00:00.000Z'],
    [
      'an end that is its start',
      event('2026-11-14', '2026-11-14T20:00:00-08:00', '2026-11-14T20:00:00-08:00'),
      '2026-11-15T04:00:00.000Z',
    ],
    [
      'a start on an earlier day than the date',
      event('2026-11-14', '2026-11-13T18:00:00-08:00', '2026-11-13T21:00:00-08:00'),
      '2026-11-15T05:00:00.000Z',
    ],
  ])('closes after %s', (_, of, closes) => {
    expect(window(of, LA)?.[1]).toBe(closes);
  });

  it.each([
    ['2026-11-20', '2026-11-20T20:00:00', '2026-11-21T01:00:00', LA, '2026-11-21T09:00:00.000Z'],
    [
      '2026-11-20',
      '2026-11-20T20:00:00',
      '2026-11-21T01:00:00',
      'America/New_York',
      '2026-11-21T06:00:00.000Z',
    ],
    // The clock is set forward at two: half past two is half past three.
    ['2026-03-07', '2026-03-07T20:00:00', '2026-03-08T02:30:00', LA, '2026-03-08T10:30:00.000Z'],
    ['2026-03-07', '2026-03-07T20:00:00', '2026-03-08T03:30:00', LA, '2026-03-08T10:30:00.000Z'],
    // It is set back at two: half past one comes twice, and the later one closes the window.
    ['2026-10-31', '2026-10-31T20:00:00', '2026-11-01T01:30:00', LA, '2026-11-01T09:30:00.000Z'],
    ['2026-10-31', '2026-10-31T20:00:00', '2026-11-01T02:30:00', LA, '2026-11-01T10:30:00.000Z'],
    // The same day, although the start is later: past midnight.
    ['2026-11-14', '2026-11-14T20:00:00', '2026-11-14T01:00:00', LA, '2026-11-15T09:00:00.000Z'],
  ])(
    'on %s from %s to %s without a zone, in %s: closes after %s',
    (date, localStart, localEnd, zone, closes) => {
      const of = { ...event(date), localStart, localEnd };
      expect(window(of, zone)?.[1]).toBe(closes);
      const [before, host] = [process.env.TZ, 'Asia/Tokyo'];
      process.env.TZ = host;
      expect(window(of, zone)?.[1]).toBe(closes);
      process.env.TZ = before;
    },
  );

  it('takes an end without a zone beside a start with one', () => {
    const of = { ...event('2026-11-14', '2026-11-14T18:00:00-08:00'), localEnd: '2026-11-14T20:30:00' };
    expect(window(of, LA)?.[1]).toBe('2026-11-15T04:30:00.000Z');
  });

  it('goes by the start when there is no date, and is none with neither', () => {
    const late = event(null, '2026-11-14T23:30:00-08:00');
    expect(eventDate(late, LA)).toBe('2026-11-14');
    expect(eventDate(late, 'America/New_York')).toBe('2026-11-15');
    expect(eventDate(event('11/14/2026'), LA)).toBeNull();
    expect(window(late, LA)?.[0]).toBe('2026-11-14T08:00:00.000Z');
    expect(windowOf(event(null), shop(LA), 0, 0)).toBeNull();
  });

  it('opens on the event’s day and closes no earlier than it opens, in any zone', () => {
    const zones = fc.constantFrom(
      LA,
      'America/Chicago',
      'America/New_York',
      'Africa/Cairo',
      'Pacific/Auckland',
    );
    const anyInstant = fc.integer({ min: Date.parse('2024-01-01'), max: Date.parse('2030-01-01') });
    fc.assert(
      fc.property(
        anyInstant,
        fc.option(fc.integer({ min: -48, max: 48 })),
        zones,
        (startsAt, length, zone) => {
          const date = localDate(startsAt, zone);
          const endsAt = length === null ? null : startsAt + length * HOUR;
          const found = windowOf({ date, startsAt, endsAt }, shop(zone), 0, 0);
          if (found === null) throw new Error('no window');
          expect(localDate(found.opensAt, zone)).toBe(date);
          expect(localDate(found.opensAt - 1, zone)).not.toBe(date);
          expect(found.closesAt).toBeGreaterThanOrEqual(startsAt);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('a business day that begins after midnight', () => {
  it.each<[string, string, string | null, number, string]>([
    ['in the evening', '04:00', '2026-11-14T18:00:00-08:00', 0, '2026-11-14T12:00:00.000Z'],
    ['in the evening, with a lead', '04:00', '2026-11-14T18:00:00-08:00', 6, '2026-11-14T06:00:00.000Z'],
    ['at an unknown time', '02:00', null, 0, '2026-11-14T10:00:00.000Z'],
    ['before it', '04:00', '2026-11-14T02:30:00-08:00', 0, '2026-11-14T10:30:00.000Z'],
    ['before it, with a lead', '04:00', '2026-11-14T02:30:00-08:00', 1, '2026-11-14T09:30:00.000Z'],
    ['at midnight, when its day begins', '04:00', '2026-11-14T00:00:00-08:00', 0, '2026-11-14T08:00:00.000Z'],
  ])('opens the window of an event %s', (_, start, startsAt, lead, opens) => {
    const found = windowOf(event('2026-11-14', startsAt), shop(LA, start), lead, 0);
    expect(iso(found?.opensAt ?? 0)).toBe(opens);
  });

  it.each([
    ['2026-11-14T02:30:00', '2026-11-14T10:30:00.000Z'],
    ['2026-11-14T18:00:00', '2026-11-14T12:00:00.000Z'],
  ])('opens the window of an event that starts at %s without a zone', (localStart, opens) => {
    const found = windowOf({ ...event('2026-11-14'), localStart }, shop(LA, '04:00'), 0, 0);
    expect(iso(found?.opensAt ?? 0)).toBe(opens);
  });

  it('opens with that day where only the zone of its start makes it the day before', () => {
    const of = event('2026-11-14', '2026-11-14T02:30:00-05:00');
    const found = windowOf({ ...of, localStart: '2026-11-14T02:30:00' }, shop(LA, '04:00'), 0, 0);
    expect(iso(found?.opensAt ?? 0)).toBe('2026-11-14T12:00:00.000Z');
  });

  it('opens the earlier of the two days of an event whose start is on the day before its date', () => {
    const found = windowOf(event('2026-11-14', '2026-11-13T18:00:00-08:00'), shop(LA, '04:00'), 0, 0);
    expect(iso(found?.opensAt ?? 0)).toBe('2026-11-13T12:00:00.000Z');
  });

  it.each([
    ['2026-03-08', '02:30', '2026-03-08T10:30:00.000Z'],
    ['2026-11-01', '01:30', '2026-11-01T08:30:00.000Z'],
  ])('of %s at %s, a time that the clock skips or shows twice', (date, start, opens) => {
    expect(iso(windowOf(event(date), shop(LA, start), 0, 0)?.opensAt ?? 0)).toBe(opens);
  });
});

describe('eventDays', () => {
  it.each<[string, Parameters<typeof eventDays>[0], string[]]>([
    ['nothing', event(null), []],
    ['a date', event('2026-11-14'), ['2026-11-14']],
    ['a start', event(null, '2026-11-14T23:30:00-08:00'), ['2026-11-14']],
    ['both, the same', event('2026-11-14', '2026-11-14T23:30:00-08:00'), ['2026-11-14']],
    [
      'both, the start after midnight',
      event('2026-11-14', '2026-11-15T00:30:00-08:00'),
      ['2026-11-14', '2026-11-15'],
    ],
    [
      'both, the start without a zone',
      { ...event('2026-11-14'), localStart: '2026-11-13T18:00:00' },
      ['2026-11-14', '2026-11-13'],
    ],
    [
      'a start that another zone wrote on that day',
      { ...event('2026-11-14', '2026-11-14T23:30:00-10:00'), localStart: '2026-11-14T23:30:00' },
      ['2026-11-14'],
    ],
    [
      'a start in UTC that is on that day here',
      { ...event('2026-11-14', '2026-11-15T02:00:00Z'), localStart: '2026-11-15T02:00:00' },
      ['2026-11-14'],
    ],
  ])('of %s', (_, of, expected) => {
    expect(eventDays(of, LA)).toEqual(expected);
  });

  it('make a window that covers both', () => {
    const of = event('2026-11-14', '2026-11-16T18:00:00-08:00', '2026-11-16T20:00:00-08:00');
    expect(window(of, LA)).toEqual(['2026-11-14T08:00:00.000Z', '2026-11-17T04:00:00.000Z']);
  });
});

describe('windowState', () => {
  const open = { opensAt: 100, closesAt: 200 };

  it.each([
    [99, 'early'],
    [100, 'open'],
    [199, 'open'],
    [200, 'over'],
  ])('at %i is %s', (now, state) => {
    expect(windowState(open, now)).toBe(state);
  });
});

describe('the zone of the host', () => {
  const before = process.env.TZ;
  afterEach(() => {
    process.env.TZ = before;
  });

  it.each(['Asia/Tokyo', 'America/New_York'])('%s changes no window', (zone) => {
    process.env.TZ = zone;
    expect(new Date(0).getTimezoneOffset()).not.toBe(0);
    expect(window(event('2026-11-01'), LA)).toEqual(['2026-11-01T07:00:00.000Z', '2026-11-02T08:00:00.000Z']);
  });
});
