import { afterEach, describe, expect, it } from 'vitest';
import { type Place, places } from '../../src/sandbox/world/places.js';
import { wrongWith } from '../helpers/check.js';
import { Desk } from './desk.js';

const HOUR = 3_600_000;
const { west, lake, harbor } = places;

/** Where a local day begins and ends, read off a calendar: the days on which the clocks change have 23 and 25 hours. */
const days: [shop: Place, date: string, begins: string, ends: string][] = [
  [west, '2026-03-08', '2026-03-08T08:00:00Z', '2026-03-09T07:00:00Z'],
  [lake, '2026-03-08', '2026-03-08T06:00:00Z', '2026-03-09T05:00:00Z'],
  [harbor, '2026-03-08', '2026-03-08T05:00:00Z', '2026-03-09T04:00:00Z'],
  [west, '2026-11-01', '2026-11-01T07:00:00Z', '2026-11-02T08:00:00Z'],
  [lake, '2026-11-01', '2026-11-01T05:00:00Z', '2026-11-02T06:00:00Z'],
  [harbor, '2026-11-01', '2026-11-01T04:00:00Z', '2026-11-02T05:00:00Z'],
  [west, '2026-11-14', '2026-11-14T08:00:00Z', '2026-11-15T08:00:00Z'],
  [lake, '2026-11-14', '2026-11-14T06:00:00Z', '2026-11-15T06:00:00Z'],
  [harbor, '2026-11-14', '2026-11-14T05:00:00Z', '2026-11-15T05:00:00Z'],
];

/** An event from 23:30 to 01:30, one of the small hours, one at an ordinary time. */
const times = [
  ['23:30', '01:30', 90],
  ['00:15', '02:45', null],
  ['18:00', '20:30', null],
] as const;

const cases = days.flatMap(([shop, date, begins, ends]) =>
  times.map(([start, end, afterMidnight]) => ({ shop, date, begins, ends, start, end, afterMidnight })),
);

const zone = process.env.TZ;
afterEach(() => {
  process.env.TZ = zone;
});

const hosts = ['UTC', 'Asia/Tokyo', 'America/Los_Angeles'];
/** Every day and every time of day on a host of each zone, but not every day at every time. */
const casesOn = (host: number) =>
  cases.filter((_, at) => (Math.floor(at / times.length) + at + host) % hosts.length === 0);

describe.each(hosts.map((host, at) => [host, casesOn(at)] as const))('on a host in %s', (host, own) => {
  it.each(own)('$shop.city $date $start-$end: the right day and the right window', async (each) => {
    process.env.TZ = host;
    const { shop, date, start, end } = each;
    const begins = Date.parse(each.begins);
    const desk = new Desk(begins - 1_000);
    const event = desk.add({ date, start, end, updatedAt: begins - 2 * HOUR }, shop);
    expect((await desk.single([event])).of(event.id)).toMatchObject({ reason: 'TOO_EARLY', date });
    expect((await desk.sweep()).of(event.id)).toMatchObject({ reason: 'TOO_EARLY', date });

    desk.clock.skip(begins - desk.clock.now());
    const run = await desk.sweep();
    expect(run.of(event.id)).toMatchObject({ status: 'injected', date });
    expect(wrongWith(desk.revel, event)).toEqual([]);
    const [order] = desk.revel.orders();
    expect(order?.created_date.slice(0, 16)).toBe(`${date}T00:00`);
    expect(
      desk.revel.items(order?.id ?? 0).map(({ created_date }) => String(created_date).slice(0, 10)),
    ).toEqual(desk.revel.items(order?.id ?? 0).map(() => date));
    expect((await desk.sweep()).writes).toEqual([]);

    // It stays found, and no other is made, until long after.
    desk.clock.skip(47 * HOUR);
    expect((await desk.sweep()).of(event.id)).toMatchObject({ reason: 'ALREADY_INJECTED' });
  });
});

describe('the end of the window', () => {
  it.each(cases)('$shop.city $date $start-$end', async ({ shop, date, ends, start, end, afterMidnight }) => {
    const begins = Date.parse(days.find(([place, day]) => place === shop && day === date)?.[2] ?? '');
    const desk = new Desk(begins);
    const event = desk.add({ date, start, end, updatedAt: begins }, shop);
    const closes =
      (afterMidnight === null
        ? Date.parse(String(event.event_end_iso8601))
        : Date.parse(ends) + afterMidnight * 60_000) +
      24 * HOUR;
    desk.clock.skip(closes - desk.clock.now());
    const late = await desk.sweep({ dryRun: true });
    expect(late.of(event.id)).toMatchObject({
      status: 'failed',
      reason: 'MISSED',
      error: expect.stringContaining('--late'),
    });
    expect((await desk.single([event], { dryRun: true, late: true })).of(event.id).status).toBe('injected');

    desk.clock.skip(-1_000);
    expect((await desk.sweep()).of(event.id).status).toBe('injected');
    const [order] = desk.revel.orders();
    // Past its day, an order is filed under the last second of it.
    expect(order?.created_date).toBe(`${date}T23:59:59`);
    expect((await desk.sweep()).writes).toEqual([]);
  });
});

/** What an event says about its times when it names no zone: days with times, or the day and times. */
const forms = [
  ['days with times', ['event_start', 'event_end']],
  ['days with times, by their older names', ['start_time', 'end_time']],
  ['a day and times', ['event_date', 'event_start_time', 'event_end_time']],
] as const;

describe.each(forms)('an event that has nothing but %s', (_, keep) => {
  it.each(cases)('$shop.city $date $start-$end: the window closes as late', async (each) => {
    process.env.TZ = 'Asia/Tokyo';
    const { shop, date, ends, start, end, afterMidnight } = each;
    const desk = new Desk(Date.parse(each.begins));
    const full = desk.add({ date, start, end, updatedAt: Date.parse(each.begins) }, shop);
    const kept: readonly string[] = keep;
    const [start_time, end_time] = [String(full.event_start), String(full.event_end)];
    const [event_start_time, event_end_time] = [start_time, end_time].map((text) =>
      text.replace(/^\S+ /, ''),
    );
    const times = { start_time, end_time, event_start_time, event_end_time };
    const left = Object.entries<unknown>({ ...full, ...times }).filter(
      ([key]) => !/^(?:event_date|event_start|event_end|start_time|end_time)/.test(key) || kept.includes(key),
    );
    const event = { ...Object.fromEntries(left), id: full.id };
    desk.tripleseat.store.putEvent(event);
    const closes =
      (afterMidnight === null
        ? Date.parse(String(full.event_end_iso8601))
        : Date.parse(ends) + afterMidnight * 60_000) +
      24 * HOUR;
    desk.clock.skip(closes - desk.clock.now());
    expect((await desk.single([event], { dryRun: true })).of(event.id)).toMatchObject({
      reason: 'MISSED',
      date,
    });
    desk.clock.skip(-60_000);
    expect((await desk.single([event])).of(event.id)).toMatchObject({ status: 'injected', date });
    expect(desk.revel.orders()[0]?.created_date).toBe(`${date}T23:59:59`);
  });
});

describe('lead and grace', () => {
  it('a lead of 24 hours injects on the day before, under the day of the event', async () => {
    const desk = new Desk('2026-11-14T08:00:00Z');
    const event = desk.add({ date: '2026-11-15' });
    desk.clock.skip(-1_000);
    const settings = { leadHours: 24 };
    expect((await desk.single([event], {}, settings)).of(event.id).reason).toBe('TOO_EARLY');
    desk.clock.skip(1_000);
    // A sweep looks for it there, too, although nobody has touched it lately.
    desk.tripleseat.store.putEvent({ ...event, updated_at: '9/1/2026 9:00 AM' });
    expect((await desk.sweep({}, settings)).of(event.id).status).toBe('injected');
    expect(desk.revel.orders()[0]?.created_date).toBe('2026-11-15T00:00:00');
    expect((await desk.sweep({}, settings)).writes).toEqual([]);
    // Without the lead it would be too early, but the order stands.
    expect((await desk.single([event])).of(event.id).reason).toBe('ALREADY_INJECTED');
  });

  it('no grace ends the window with the event', async () => {
    const desk = new Desk('2026-11-15T04:30:00Z');
    const event = desk.add({ date: '2026-11-14', start: '18:00', end: '20:30' });
    expect((await desk.single([event], {}, { graceHours: 0 })).of(event.id).reason).toBe('MISSED');
    desk.clock.skip(-1);
    expect((await desk.single([event], {}, { graceHours: 0 })).of(event.id).status).toBe('injected');
  });
});

describe('the days a sweep covers', () => {
  it('are those of each shop: from the local day of so many hours ago to today', async () => {
    // 20:30 on the 14th in Los Angeles, 23:30 there in New York.
    const desk = new Desk('2026-11-15T04:30:00Z');
    const seen: number[] = [];
    const old = { updatedAt: Date.parse('2026-09-01T00:00:00Z') };
    for (const shop of [west, lake, harbor]) {
      for (const date of ['2026-11-11', '2026-11-12', '2026-11-14', '2026-11-15']) {
        const { id } = desk.add({ date, ...old }, shop);
        if (date === '2026-11-12' || date === '2026-11-14') seen.push(id);
      }
    }
    const run = await desk.sweep({ dryRun: true });
    expect(run.results.map(({ id }) => Number(id)).sort()).toEqual(seen);
    expect(run.window).toEqual({ from: '2026-11-13T04:30:00.000Z', to: '2026-11-15T04:30:00.000Z' });
  });

  it('grow to the last good sweep, which is said, and never beyond 14 days', async () => {
    const desk = new Desk('2026-11-15T04:30:00Z');
    const event = desk.add({ date: '2026-11-06', updatedAt: Date.parse('2026-11-05T00:00:00Z') });
    expect((await desk.sweep({ dryRun: true })).results).toEqual([]);
    desk.lastGoodSweep = '2026-11-05T04:30:00.000Z';
    const grown = await desk.sweep({ dryRun: true });
    expect(grown.of(event.id).reason).toBe('MISSED');
    expect(grown.warnings).toEqual([expect.stringContaining('240 hours')]);
    expect(grown.window?.from).toBe('2026-11-05T04:30:00.000Z');
    desk.lastGoodSweep = '2026-01-01T00:00:00.000Z';
    const capped = await desk.sweep({ dryRun: true });
    expect(capped.window?.from).toBe('2026-11-01T04:30:00.000Z');
    expect(capped.warnings).toEqual([expect.stringContaining('not covered')]);
  });
});
