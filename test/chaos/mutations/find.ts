/** What finds a breakage of the protocol. */

import type { SyncDeps } from '../../../src/sync/types.js';
import type { Heart } from '../exhaustive/scope.js';
import { decidedScopes, smallScopes } from '../exhaustive/scopes.js';
import { search } from '../exhaustive/search.js';
import { scenarioOf } from '../simulation/scenario.js';
import { simulate } from '../simulation/simulate.js';
import { kindsIn, troubledScenarioOf } from '../simulation/troubles.js';
import { breaks } from './directed.js';

export interface Finding {
  /** The check and its part, e.g. a scope. */
  by: string;
  /** What it says. */
  violation: string;
}

/** A search that finds anything does so long before; of the processor. */
const SECONDS = 60;
const SCHEDULES = 150;
/** Each with a kind of trouble or two. */
const TROUBLED = 360;

/** A single situation that goes wrong. */
export function inSituations(heart: Heart): Finding | null {
  const broken = breaks(heart);
  return broken && { by: `situation: ${broken.name}`, violation: broken.text };
}

/** The first scope of those names that goes wrong. */
export function inScopes(heart: Heart, names: readonly string[]): Finding | null {
  for (const scope of [...smallScopes(heart), ...decidedScopes(heart)]) {
    if (!names.includes(scope.name)) continue;
    const [violation] = search(scope, { seconds: SECONDS, violations: 1, states: 10e6 }).violations;
    if (violation) {
      return { by: `scope: ${scope.name}`, violation: `${violation.text} (${violation.depth} moves)` };
    }
  }
  return null;
}

/** The first schedule that goes wrong. Only the rules of the heart are broken there. */
export async function inSchedules({ rules }: Heart): Promise<Finding | null> {
  const bend = { deps: (deps: SyncDeps) => ({ ...deps, rules }) };
  for (let seed = 0; seed < SCHEDULES; seed += 1) {
    const { violation } = await simulate(scenarioOf(seed), { bend });
    if (violation) return { by: `simulation: seed ${seed}`, violation: violation.rule };
  }
  for (let seed = 0; seed < TROUBLED; seed += 1) {
    const { violation } = await simulate(troubledScenarioOf(seed, kindsIn('all')), { bend });
    if (violation) return { by: `simulation: seed ${seed} with troubles`, violation: violation.rule };
  }
  return null;
}
