import { scenarioOf } from '../simulation/scenario.js';
import { simulate } from '../simulation/simulate.js';

const SCHEDULES = 5_000;

/** Plays schedules of the simulation until one violates an invariant; says which and ends with 1. */
async function detect(): Promise<void> {
  for (let seed = 1; seed <= SCHEDULES; seed += 1) {
    const { violation } = await simulate(scenarioOf(seed));
    if (!violation) continue;
    console.log(`seed ${seed}: ${violation.rule}`);
    process.exitCode = 1;
    return;
  }
}

await detect();
