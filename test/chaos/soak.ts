import { parseArgs } from 'node:util';
import { explain } from './simulation/play.js';
import { scenarioOf, slowScenarioOf, withAnswers } from './simulation/scenario.js';
import { simulate } from './simulation/simulate.js';
import { kindsIn, troubledScenarioOf } from './simulation/troubles.js';

/**
 * Plays schedules with ever new seeds: npm run soak -- --seconds N [--seed S] [--count N] [--survey] [--slow] [--trouble KINDS].
 * `--survey` goes on after a finding and says no more of it than its rule. With `--slow`, Revel takes longer than the settling time; KINDS is a comma list of kinds of trouble, or `all`.
 * Exit 1 when a schedule breaks a rule.
 */
const { values } = parseArgs({
  options: {
    seconds: { type: 'string' },
    count: { type: 'string' },
    seed: { type: 'string' },
    slow: { type: 'boolean' },
    survey: { type: 'boolean' },
    trouble: { type: 'string' },
  },
});
const kinds = values.trouble === undefined ? null : kindsIn(values.trouble);
const plain = values.slow ? slowScenarioOf : scenarioOf;
const scenario = (seed: number) =>
  withAnswers(kinds === null ? plain(seed) : troubledScenarioOf(seed, kinds));
const first = Number(values.seed ?? Date.now() % 1_000_000_000);
const begun = performance.now();
const count = Number(values.count ?? Number.POSITIVE_INFINITY);
const seconds = Number(values.seconds ?? (values.count === undefined ? 60 : Number.POSITIVE_INFINITY));
let seed = first;
for (; performance.now() < begun + seconds * 1_000 && seed < first + count; seed += 1) {
  const { violation } = await simulate(scenario(seed));
  if (violation === null) continue;
  if (values.survey) {
    process.stdout.write(`seed ${seed} breaks ${violation.rule}: ${violation.detail}\n`);
    process.exitCode = 1;
    continue;
  }
  process.stdout.write(`${await explain(seed, scenario(seed))}\n`);
  process.stdout.write(
    `To keep it: add { seed: ${seed}${kinds === null ? '' : `, trouble: [${kinds.map((kind) => `'${kind}'`).join(', ')}]`}, answers: true, what: '…' } to test/chaos/simulation/regressions.ts\n`,
  );
  process.exitCode = 1;
  break;
}
const took = (performance.now() - begun) / 1_000;
process.stdout.write(
  `${seed - first} schedules from seed ${first} in ${took.toFixed(0)} s: ${((seed - first) / took).toFixed(0)} a second\n`,
);
