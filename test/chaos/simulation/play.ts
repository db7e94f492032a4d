import { type Scenario, scenarioOf, withAnswers } from './scenario.js';
import { describeCounterexample, shrink } from './shrink.js';
import { simulate } from './simulate.js';

/** Schedules that `npm test` plays. */
export const FIRST = 1_000;
const MORE = Number(process.env.SCHEDULES ?? 19_000);
/** Schedules that `npm run verify` plays after them, in each of two parts that run side by side; SCHEDULES: in both. */
export const PART = MORE / 2;
/** And of each kind of trouble. */
export const EACH_TROUBLE = MORE / 38;

/** A bound against hanging, in milliseconds; a busy machine is no failure. */
export const PATIENCE_MS = 900_000;

/**
 * Plays the schedules of `count` seeds.
 *
 * @returns the first failing one with its smallest form and course, for people; null: every rule was kept
 */
export async function play(
  first: number,
  count: number,
  scenario: (seed: number) => Scenario = (seed) => withAnswers(scenarioOf(seed)),
): Promise<string | null> {
  for (let seed = first; seed < first + count; seed += 1) {
    if ((await simulate(scenario(seed))).violation) return explain(seed, scenario(seed));
  }
  return null;
}

/** What a person needs to know about a failing schedule. */
export async function explain(seed: number, scenario: Scenario): Promise<string> {
  const found = await shrink(scenario);
  return found ? describeCounterexample(seed, found) : `seed ${seed} fails only sometimes`;
}
