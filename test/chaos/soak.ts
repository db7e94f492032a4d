import { parseArgs } from 'node:util';
import { explain } from './simulation/play.js';
import { scenarioOf, slowScenarioOf } from './simulation/scenario.js';
import { simulate } from './simulation/simulate.js';

/**
 * Plays schedules with ever new seeds: npm run soak -- --seconds N [--seed S] [--slow]. With `--slow`, Revel takes
 * longer than the settling time. Exit 1 when a schedule breaks a rule.
 */
const { values } = parseArgs({
  options: { seconds: { type: 'string' }, seed: { type: 'string' }, slow: { type: 'boolean' } },
});
const scenario = values.slow ? slowScenarioOf : scenarioOf;
const first = Number(values.seed ?? Date.now() % 1_000_000_000);
const begun = performance.now();
const until = begun + Number(values.seconds ?? 60) * 1_000;
let seed = first;
for (; performance.now() < until; seed += 1) {
  if ((await simulate(scenario(seed))).violation === null) continue;
  process.stdout.write(`${await explain(seed, scenario(seed))}\n`);
  process.stdout.write(
    `To keep it: add { seed: ${seed}, what: '…' } to test/chaos/simulation/regressions.ts\n`,
  );
  process.exitCode = 1;
  break;
}
const seconds = (performance.now() - begun) / 1_000;
process.stdout.write(
  `${seed - first} schedules from seed ${first} in ${seconds.toFixed(0)} s: ${((seed - first) / seconds).toFixed(0)} a second\n`,
);
