import { expect, it } from 'vitest';
import { type Scenario, scenarioOf } from './scenario.js';
import { describeCounterexample, shrink } from './shrink.js';
import { type Bend, simulate } from './simulate.js';

/** Seeds 0, 1, 2, …: the same schedules every time. */
const SCHEDULES = 2_000;

async function play(count: number, scenario: (seed: number) => Scenario): Promise<string | null> {
  for (let seed = 0; seed < count; seed += 1) {
    if (!(await simulate(scenario(seed))).violation) continue;
    const found = await shrink(scenario(seed));
    return found ? describeCounterexample(seed, found) : `seed ${seed} fails only sometimes`;
  }
  return null;
}

it(`keeps every rule in ${SCHEDULES} schedules of races, crashes, lost answers and staff at work`, async () => {
  expect(await play(SCHEDULES, scenarioOf)).toBeNull();
}, 180_000);

it('would notice look-ups that find nothing', async () => {
  const blind: Bend = (port) =>
    new Proxy(port, {
      get: (target, name) => {
        if (name !== 'finder') {
          const value: unknown = Reflect.get(target, name);
          return typeof value === 'function' ? value.bind(target) : value;
        }
        return () => ({
          find: async () => ({ kind: 'ok', value: [] }),
          findMany: async () => ({ kind: 'ok', value: new Map() }),
        });
      },
    });
  let noticed = 0;
  for (let seed = 0; seed < 60; seed += 1) {
    if ((await simulate(scenarioOf(seed), { bend: blind })).violation) noticed += 1;
  }
  expect(noticed).toBeGreaterThan(10);
}, 60_000);
