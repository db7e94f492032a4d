import { describe, expect, it } from 'vitest';
import { Desk } from './desk.js';

const HOUR = 3_600_000;

describe('a sweep over the sample world', () => {
  // An ordinary day, the days on which the clocks of its shops change, and the turn of a year.
  it.each(['2026-11-29', '2026-11-01', '2027-03-14', '2026-12-31'])(
    'comes out as announced at any hour of %s',
    async (day) => {
      for (let hour = 0; hour < 24; hour += 1.75) {
        const at = Date.parse(`${day}T00:00:00Z`) + hour * HOUR;
        const desk = new Desk(at, true);
        const told = (await desk.sweep({})).results.map(
          ({ id, status, reason }) => `${id} ${status} ${reason}`,
        );
        const announced = desk.scenarios.map(
          ({ event, expected }) => `${event.id} ${expected.status} ${expected.reason}`,
        );
        expect(told.sort(), new Date(at).toISOString()).toEqual(announced.sort());
      }
    },
    120_000,
  );
});
