import { describe, expect, it } from 'vitest';
import { sampleLocations } from '../helpers/settings.js';
import { Desk } from './desk.js';

const NOON = Date.parse('2026-11-14T20:00:00Z');
const contact = { first: 'Ada 🎉', last: 'Alder' };

describe('an order that Revel refuses', () => {
  it('with a 400 is said to be refused for good, at once', async () => {
    const desk = new Desk(NOON);
    const event = desk.add();
    const locations = sampleLocations.map((each) => ({
      ...each,
      revel: { ...each.revel, posStationId: 999_999 },
    }));
    const { error, reason } = (await desk.sweep({}, { locations })).of(event.id);
    expect(reason).toBe('REVEL_ERROR');
    expect(error).toContain('will do so in every run');
    expect(error).not.toMatch(/next run/);
  });

  it('with a 500 is said to be so after five runs in a row, and not any more once it has worked', async () => {
    const desk = new Desk(NOON);
    desk.strike = ({ method, path }) =>
      method === 'POST' && path === '/resources/Order/' ? { kind: '500-before' } : null;
    const event = desk.add();
    const said: (string | null)[] = [];
    for (let run = 1; run <= 5; run += 1) said.push((await desk.sweep()).of(event.id).error);
    expect(said.map((error) => error?.includes('runs in a row'))).toEqual([false, false, false, false, true]);
    expect(said[4]).toContain('in 5 runs in a row');
    expect(said[4]).not.toMatch(/next run looks/);
    desk.strike = null;
    expect((await desk.sweep()).of(event.id).status).toBe('injected');
    expect((await desk.sweep()).writes).toEqual([]);
  });

  it.each(['400', '500'] as const)(
    'for a character that it cannot keep (%s) is told as that',
    async (answer) => {
      const desk = new Desk(NOON);
      desk.revel.configure({ fourByteText: answer });
      const event = desk.add({ contact });
      const { error } = (await desk.sweep()).of(event.id);
      expect(error).toMatch(/character "🎉" in the contact or name: take it out in Tripleseat/);
      desk.revel.configure({ fourByteText: 'works' });
      expect((await desk.single([event])).of(event.id).status).toBe('injected');
      expect((await desk.single([event])).writes).toEqual([]);
    },
  );

  it.each([
    ['the name of a line', { name: 'Vegan 🍰 Tower', price: 5_200 }],
    ['the text of a line', { name: 'Taco Bar', price: 824, longDescription: 'candles 🕯 at nine' }],
  ])('for a character in %s is told with the line', async (_, line) => {
    const desk = new Desk(NOON);
    desk.revel.configure({ fourByteText: '400' });
    const event = desk.add({ documents: [{ lines: [line] }] });
    const { error } = (await desk.sweep({}, { unmatchedPolicy: 'open-item' })).of(event.id);
    expect(error).toMatch(/character ".+" in the line ".+": take it out in Tripleseat/);
    expect(error).not.toMatch(/next run/);
  });

  it('at its totals says no less, and the order is completed once that is mended', async () => {
    const desk = new Desk(NOON);
    const event = desk.add();
    const locations = sampleLocations.map((each) => ({
      ...each,
      revel: { ...each.revel, discountId: 999_999 },
    }));
    const { error, reason } = (await desk.single([event], {}, { locations })).of(event.id);
    expect(reason).toBe('REVEL_ERROR');
    expect(error).toMatch(/Could not find the provided Discount .* will do so in every run/);
    expect(error).not.toMatch(/next run/);
    expect((await desk.single([event])).of(event.id).status).toBe('repaired');
    expect((await desk.single([event])).writes).toEqual([]);
  });
});
