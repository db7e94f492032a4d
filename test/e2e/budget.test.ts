import { afterEach, expect, it } from 'vitest';
import { runCli, syncArgs } from '../helpers/cli.js';
import { TestWorld } from '../helpers/world.js';

/** Less than a second: on a busy machine a request takes a while from being let go to being seen. */
const SPAN_MS = 600;

let world: TestWorld;

afterEach(() => world.close());

/** When the requests came, in epoch milliseconds. */
function arrivals(server: { log: { entries(): readonly { at: number }[] } }): number[] {
  return server.log.entries().map(({ at }) => at);
}

/** Largest number of requests in any half-open span of so many milliseconds. */
function busiest(times: readonly number[], span: number): number {
  return Math.max(...times.map((start) => times.filter((at) => at >= start && at < start + span).length));
}

it('processes on one state directory keep to the request budgets together', async () => {
  world = await TestWorld.start();
  const events = Array.from({ length: 6 }, () => world.addEvent());
  const env = world.env(world.newStateDir(), { REVEL_RPS: '12', TRIPLESEAT_RPS: '4', SETTLE_SECONDS: '1' });
  const runs = await Promise.all(events.map((event) => runCli(syncArgs(event), env)));
  expect(runs.map(({ code, stderr }) => [code, code === 0 ? '' : stderr])).toEqual(events.map(() => [0, '']));
  expect(busiest(arrivals(world.revelServer), SPAN_MS)).toBeLessThanOrEqual(12);
  expect(busiest(arrivals(world.tripleseatServer), SPAN_MS)).toBeLessThanOrEqual(4);
  // Each of them alone would have kept to its budget and all of them together broken it.
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
  expect(busiest(times, SPAN_MS)).toBeLessThanOrEqual(4);
  expect(busiest(arrivals(world.revelServer), SPAN_MS)).toBeLessThanOrEqual(12);
});
