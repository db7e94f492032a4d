import { describe, expect, it } from 'vitest';
import { places } from '../../src/sandbox/world/places.js';
import { seedWorld } from '../../src/sandbox/world/seed.js';
import type { EventResult } from '../../src/sync/types.js';
import { Desk } from './desk.js';

const DAY = 86_400_000;
const PARTY_DAY = Date.parse('2026-11-14T20:00:00Z');
const preview = { target: { kind: 'preview', days: 7 }, dryRun: true, force: true } as const;

/** What a run says of an event, but for what is known only once an order is made. */
function said({ id, status, reason, total, location, date, error, differences, changes }: EventResult) {
  return { id, status, reason, total, location, date, error, differences, changes };
}

describe('preview', () => {
  it('says of every event of the sample world what the sweep of its day then does', async () => {
    const desk = new Desk(PARTY_DAY - 3 * DAY);
    seedWorld(desk.tripleseat, desk.revel, PARTY_DAY);
    const before = await desk.run(preview);
    expect(before.problem).toBeNull();
    expect(before.writes).toEqual([]);
    expect(before.results.length).toBeGreaterThan(20);
    expect(before.results.some(({ status }) => status === 'failed')).toBe(true);

    const days = [...new Set(before.results.map(({ date }) => date ?? ''))].filter(Boolean).sort();
    for (const day of days) {
      desk.clock.skip(Date.parse(`${day}T20:00:00Z`) - desk.clock.now());
      const announced = before.results.filter(({ date }) => date === day);
      const dry = await desk.sweep({ dryRun: true });
      expect(announced.map(({ id }) => said(dry.of(id)))).toEqual(announced.map(said));
      const run = await desk.sweep();
      expect(announced.map(({ id }) => `${id} ${run.of(id).status} ${run.of(id).reason}`)).toEqual(
        announced.map(({ id, status, reason }) => `${id} ${status} ${reason}`),
      );
    }
    expect((await desk.sweep()).writes).toEqual([]);
  });

  it('covers today and so many days more, in each shop’s own zone, and says nothing of earlier ones', async () => {
    const desk = new Desk(PARTY_DAY);
    const on = (offset: number, shop = places.west) =>
      desk.add({ date: new Date(PARTY_DAY + offset * DAY).toISOString().slice(0, 10) }, shop).id;
    const ids = [on(-1), on(0), on(1), on(7), on(8)];
    const run = await desk.run(preview);
    expect(run.results.map(({ id }) => Number(id)).sort()).toEqual(ids.slice(1, 4));
    expect(run.results.every(({ status }) => status === 'injected')).toBe(true);
    expect(run.window).toEqual({ from: '2026-11-14', to: '2026-11-21' });
    const one = await desk.run({ ...preview, target: { kind: 'preview', days: 0 } });
    expect(one.results.map(({ id }) => Number(id))).toEqual([ids[1]]);
  });

  it('of one location leaves the others out', async () => {
    const desk = new Desk(PARTY_DAY);
    const [here] = [desk.add({}, places.lake), desk.add({}, places.west)];
    const run = await desk.run({ ...preview, locations: [places.lake.name] });
    expect(run.results.map(({ id }) => id)).toEqual([String(here?.id)]);
  });

  it('finds out about a wrong event days before, and writes nothing', async () => {
    const desk = new Desk(PARTY_DAY);
    const date = '2026-11-18';
    const event = desk.add({ date, documents: [{ lines: [{ name: 'Unheard-of Dish', price: 1000 }] }] });
    const run = await desk.run(preview);
    expect(run.of(event.id)).toMatchObject({ status: 'failed', reason: 'UNMATCHED_ITEMS', date });
    expect((await desk.sweep({}, {})).results.find(({ id }) => id === String(event.id))?.reason).toBe(
      'TOO_EARLY',
    );
    expect(run.writes).toEqual([]);
  });
});
