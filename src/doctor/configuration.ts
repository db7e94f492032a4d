import { type LoadOptions, loadConfig, type Need, needsOf } from '../config/load.js';
import { isSelected } from '../config/locations.js';
import { ConfigError, type ConfigProblem, problemText } from '../config/problems.js';
import { openSource } from '../config/source.js';
import type { Config } from '../config/types.js';
import type { Check } from '../report/checks.js';
import { plural } from '../text/text.js';
import { failed, ok, warning } from './types.js';

const NAME = 'Configuration';

/** The configuration as far as it can be had, with everything that is wrong. */
export interface LoadedConfig {
  /** Groups with a problem hold whatever of them is right. Null: not even the general part can be read. */
  config: Config | null;
  problems: readonly ConfigProblem[];
  /** What is complete and free of mistakes. */
  usable: ReadonlySet<Need>;
  /** Absolute paths of the files that variables were read from. */
  files: readonly string[];
}

/** Loads what can be loaded: a missing Revel key must not keep Tripleseat from being checked. */
export function loadForDoctor(source: Pick<LoadOptions, 'env' | 'cwd'>): LoadedConfig {
  const needs: readonly Need[] = needsOf.doctor;
  const { files } = openSource({}, source.env, source.cwd);
  try {
    return { config: loadConfig({ ...source, needs }), problems: [], usable: new Set(needs), files };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const wrong = new Set<string>(error.problems.map(({ group }) => group));
    const usable = needs.filter((need) => !wrong.has(need));
    const config = wrong.has('general') ? null : loadConfig({ ...source, needs: usable });
    return { config, problems: error.problems, usable: new Set(config ? usable : []), files };
  }
}

/** One line for each mistake, or one for all being well. */
export function checkConfiguration({ config, problems }: LoadedConfig): Check[] {
  if (problems.length === 0)
    return [ok(NAME, `${plural(config?.locations.length ?? 0, 'location')}, no mistakes`)];
  return problems.map((problem) => failed(NAME, problemText(problem), problem.write, [], 'configuration'));
}

/** Settings that keep orders from being written, or send them elsewhere: right for a trial, wrong later. */
export function checkMode(config: Config): Check {
  const { enabled, dryRun, testEstablishmentId, allowedLocations, locations, ignoredEvents } = config;
  const limits: string[] = [];
  if (!enabled) limits.push('ENABLE_CONNECTOR is false: nothing is written.');
  if (dryRun) limits.push('DRY_RUN is true: nothing is written.');
  if (testEstablishmentId !== null) {
    limits.push(`TEST_ESTABLISHMENT_ID is set: every order goes to establishment ${testEstablishmentId}.`);
  }
  const held = locations
    .filter((location) => !isSelected(location, allowedLocations))
    .map(({ name }) => name);
  if (held.length > 0) limits.push(`ALLOWED_LOCATIONS leaves out: ${held.join(', ')}.`);
  const policies = `payment: ${config.paymentPolicy}, unmatched lines: ${config.unmatchedPolicy}`;
  const ignored = ignoredEvents.size === 0 ? '' : `, ${plural(ignoredEvents.size, 'event')} ignored`;
  if (limits.length === 0) {
    return ok('Mode', `live for ${plural(locations.length, 'location')}; ${policies}${ignored}`);
  }
  return warning(
    'Mode',
    `not live everywhere; ${policies}${ignored}`,
    'Fine for a trial; change it to go live.',
    limits,
  );
}
