import { parseArgs } from 'node:util';
import { scenarioOf } from './simulation/scenario.js';
import { describeCounterexample, shrink } from './simulation/shrink.js';
import { simulate } from './simulation/simulate.js';

/** Plays schedules with ever new seeds: npm run soak -- --seconds N [--seed S]. Exit 1 when one breaks a rule. */
const { values } = parseArgs({ options: { seconds: { type: 'string' }, seed: { type: 'string' } } });
const first = Number(values.seed ?? Date.now() % 1_000_000_000);
const until = performance.now() + Number(values.seconds ?? 60) * 1_000;
let seed = first;
for (; performance.now() < until; seed += 1) {
  const { violation } = await simulate(scenarioOf(seed));
  if (!violation) continue;
  const found = await shrink(scenarioOf(seed));
  process.stdout.write(
    `${found ? describeCounterexample(seed, found) : `seed ${seed} fails only sometimes`}\n`,
  );
  process.exitCode = 1;
  break;
}
process.stdout.write(`${seed - first} schedules from seed ${first}\n`);
