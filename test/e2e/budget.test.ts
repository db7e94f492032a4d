import { afterEach, expect, it } from 'vitest';
import { runCli, syncArgs } from '../helpers/cli.js';
import { TestWorld } from '../helpers/world.js';

let world: TestWorld;

afterEach(() => world.close());

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

  const arrivals = (server: { log: { entries(): readonly { at: number }[] } }) =>
    server.log.entries().map(({ at }) => at);
  // A request may take a while from being let go to being seen, so that a little less than a second is looked at.
  expect(busiest(arrivals(world.revelServer), 900)).toBeLessThanOrEqual(12);
  expect(busiest(arrivals(world.tripleseatServer), 900)).toBeLessThanOrEqual(4);
  // Each of them alone would have kept to its budget and all of them together broken it.
  expect(arrivals(world.revelServer).length).toBeGreaterThan(72);
});
