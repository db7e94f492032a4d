import { readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addDays, localDate } from '../../src/domain/zones.js';
import { places } from '../../src/sandbox/world/places.js';
import { runCli, syncArgs } from '../helpers/cli.js';
import { TestWorld } from '../helpers/world.js';

const DAY = 86_400_000;
const today = (zone: string) => localDate(Date.now(), zone);

let world: TestWorld;
let env: Record<string, string>;

beforeEach(async () => {
  world = await TestWorld.start();
  env = world.env(world.newStateDir());
});
afterEach(() => world.close());

const { zone } = places.west;
const reasons = ({ report }: Awaited<ReturnType<typeof runCli>>) =>
  Object.fromEntries(
    (report?.events ?? []).map(({ id, status, reason }) => [Number(id), `${status} ${reason}`]),
  );

describe('go-live', () => {
  it('last night’s party, rung up by hand, is not sold again, however the run is asked for', async () => {
    const yesterday = world.addEvent({ date: addDays(today(zone), -1), updatedAt: Date.now() });
    const party = world.addEvent();
    const live = { ...env, INJECT_NOT_BEFORE: today(zone) };
    for (const args of [
      ['sync', '--json'],
      ['sync', '--json', '--late'],
      [...syncArgs(yesterday), '--late'],
      [...syncArgs(yesterday), '--trigger', 'webhook'],
    ]) {
      const run = await runCli(args, live);
      expect(run.code).toBe(0);
      expect(reasons(run)[Number(yesterday.id)]).toBe('skipped BEFORE_GO_LIVE');
    }
    expect(world.revel.orders().map(({ local_id }) => local_id)).toEqual([`Triple Seat_${party.id}`]);
    const again = await runCli(['sync', '--json'], live);
    expect(again.report?.summary).toMatchObject({ injected: 0, repaired: 0, failed: 0 });
  });

  it('is a day of each shop, by its own calendar, and before it nothing is missed', async () => {
    const file = JSON.parse(readFileSync(world.locationsFile, 'utf8'));
    for (const entry of file.locations) {
      if (entry.name !== places.lake.name) continue;
      entry.notBefore = addDays(today(places.lake.zone), 1);
    }
    writeFileSync(world.locationsFile, JSON.stringify(file));
    const held = world.addEvent({}, places.lake);
    const old = world.addEvent({ date: addDays(today(places.lake.zone), -2) }, places.lake);
    const made = world.addEvent();
    const run = await runCli(['sync', '--json'], { ...env, INJECT_NOT_BEFORE: '2020-01-01' });
    expect(run.code).toBe(0);
    expect(reasons(run)).toMatchObject({
      [Number(held.id)]: 'skipped BEFORE_GO_LIVE',
      [Number(made.id)]: 'injected null',
    });
    expect(reasons(run)[Number(old.id)] ?? 'skipped BEFORE_GO_LIVE').toBe('skipped BEFORE_GO_LIVE');
  });
});

describe('old events that are closed out today', () => {
  it('are PAST, whether an order stands or not, and nobody is advised to make them late', async () => {
    const standing = world.addEvent();
    expect((await runCli(syncArgs(standing), env)).code).toBe(0);
    // The office closes the month: all of these were edited just now.
    const old = [4, 5, 6, 9, 20, 60].map((days) =>
      world.addEvent({ date: addDays(today(zone), -days), status: 'CLOSED', updatedAt: Date.now() }),
    );
    world.tripleseat.store.move(Number(standing.id), { date: addDays(today(zone), -8) }, Date.now());
    const before = world.revel.orders().length;
    const run = await runCli(['sync', '--json'], env);
    const seen = reasons(run);
    expect(old.map(({ id }) => seen[Number(id)])).toEqual(old.map(() => 'skipped PAST'));
    expect(seen[Number(standing.id)]).toBe('skipped PAST');
    expect(run.code).toBe(0);
    expect(`${run.stdout}${run.stderr}`).not.toMatch(/--late|MISSED/);
    const [first] = old;
    const hook = await runCli([...syncArgs(first ?? standing), '--trigger', 'webhook'], env);
    expect(Object.values(reasons(hook))).toEqual(['skipped PAST']);
    expect(world.revel.orders()).toHaveLength(before);
  });

  it('are MISSED where their day is due, and where somebody asks for one by name', async () => {
    const missed = world.addEvent({ date: addDays(today(zone), -2), updatedAt: Date.now() - 5 * DAY });
    const run = await runCli(['sync', '--json', '--hours-back', '72'], env);
    expect(run.code).toBe(1);
    expect(reasons(run)[Number(missed.id)]).toBe('failed MISSED');
    const old = world.addEvent({ date: addDays(today(zone), -9), updatedAt: Date.now() });
    const named = await runCli(syncArgs(old), env);
    expect(reasons(named)[Number(old.id)]).toBe('failed MISSED');
    expect(named.report?.events[0]?.error).toContain(`--event-id ${old.id} --late`);
    const late = await runCli([...syncArgs(old), '--late'], env);
    expect(reasons(late)[Number(old.id)]).toBe('injected null');
    expect((await runCli(syncArgs(old), env)).report?.summary).toMatchObject({ injected: 0, failed: 0 });
  });
});

describe('an event that was deleted while the relay was away', () => {
  it('is told by the next sweep, until staff has voided its order', async () => {
    world.tripleseat.store.settings.deletedInSearch = false;
    const event = world.addEvent();
    const kept = world.addEvent();
    expect((await runCli(['sync', '--json'], env)).report?.summary).toMatchObject({ injected: 2 });
    world.tripleseat.store.delete(Number(event.id), Date.now());
    const run = await runCli(['sync', '--json'], env);
    expect(run.code).toBe(1);
    expect(reasons(run)).toEqual({
      [Number(event.id)]: 'failed ORPHANED',
      [Number(kept.id)]: 'skipped ALREADY_INJECTED',
    });
    // A new machine with an empty state sees the same.
    const elsewhere = await runCli(['sync', '--json', '--dry-run'], world.env(world.newStateDir()));
    expect(reasons(elsewhere)[Number(event.id)]).toBe('failed ORPHANED');
    const order = world.revel.orders().find(({ local_id }) => local_id === `Triple Seat_${event.id}`);
    world.revel.control('pos-delete', { orderId: order?.id }, Date.now());
    const after = await runCli(['sync', '--json'], env);
    expect(after.code).toBe(0);
    expect(reasons(after)).toEqual({ [Number(kept.id)]: 'skipped ALREADY_INJECTED' });
    expect(world.revel.orders()).toHaveLength(2);
  });
});
