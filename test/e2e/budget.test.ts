import { afterEach, expect, it } from 'vitest';
import { runCli, syncArgs } from '../helpers/cli.js';
import { TestWorld } from '../helpers/world.js';

const SPAN_MS = 2_000;
/** On a busy machine a request may be seen a while after it was let go; so late that those of two seconds meet. */
const LATE_MS = 1_000;

let world: TestWorld;

afterEach(() => world.close());

/** When the requests came, in epoch milliseconds. */
function arrivals(server: { log: { entries(): readonly { at: number }[] } }): number[] {
  return server.log.entries().map(({ at }) => at);
}

/** Largest number of requests that were seen within one span. */
function busiest(times: readonly number[]): number {
  return Math.max(...times.map((start) => times.filter((at) => at >= start && at < start + SPAN_MS).length));
}

/** What may be seen within one span of a budget of so many requests a second. */
function allowed(perSecond: number): number {
  return (perSecond * (SPAN_MS + LATE_MS)) / 1_000;
}

it('processes on one state directory keep to the request budgets together', async () => {
  world = await TestWorld.start();
  const events = Array.from({ length: 6 }, () => world.addEvent());
  const env = world.env(world.newStateDir(), { REVEL_RPS: '12', TRIPLESEAT_RPS: '2', SETTLE_SECONDS: '1' });
  const runs = await Promise.all(events.map((event) => runCli(syncArgs(event), env)));
  expect(runs.map(({ code, stderr }) => [code, code === 0 ? '' : stderr])).toEqual(events.map(() => [0, '']));
  expect(runs.map(({ stderr }) => stderr).join('')).not.toContain('not shared');
  expect(busiest(arrivals(world.revelServer))).toBeLessThanOrEqual(allowed(12));
  expect(busiest(arrivals(world.tripleseatServer))).toBeLessThanOrEqual(allowed(2));
  // Each of them alone would have kept to its budget, and all of them together sent 90 and 12 within two seconds.
  expect(arrivals(world.revelServer).length).toBeGreaterThan(72);
});

it('commands that only look count as well', async () => {
  world = await TestWorld.start();
  const env = world.env(world.newStateDir(), { REVEL_RPS: '12', TRIPLESEAT_RPS: '4' });
  await runCli(syncArgs(world.addEvent()), env);
  const before = arrivals(world.tripleseatServer).length;
  await Promise.all(['products', 'products', 'products', 'doctor'].map((command) => runCli([command], env)));
  const times = arrivals(world.tripleseatServer).slice(before);
  expect(times.length).toBeGreaterThan(8);
  expect(busiest(times)).toBeLessThanOrEqual(allowed(4));
  expect(busiest(arrivals(world.revelServer))).toBeLessThanOrEqual(allowed(12));
});
