import { loadConfig, needsOf } from '../config/load.js';
import { readLocations } from '../config/locations.js';
import type { Config } from '../config/types.js';
import { sandboxLocations, sandboxStateDir } from '../sandbox/paths.js';
import type { StateStore } from '../state/types.js';
import { type LinkPatterns, noLinks } from '../text/links.js';
import { openStateFor } from './open.js';
import type { Surroundings } from './surroundings.js';

/** What past runs have left, and what it is told with. */
export interface Records {
  state: StateStore;
  /** Name of the state, for people. */
  place: string;
  /** Of the locations file; what it lacks is said by those who cannot do without. */
  shops: Config['locations'];
  /** Addresses of the pages of events and orders. */
  links: LinkPatterns;
}

/**
 * Opens what past runs have left, to be read, and closes it when `work` has ended. Nothing is asked of either service, so
 * that the sandbox is not served for it.
 *
 * @throws ConfigError (exit 78), and AppError as {@link openStateFor} does
 */
export async function withRecords<T>(
  sandbox: boolean,
  around: Surroundings,
  work: (records: Records) => Promise<T>,
): Promise<T> {
  const config = loadConfig({ env: around.env, cwd: around.cwd, needs: needsOf.history });
  const { stateDir, locations, links } = config;
  const at = sandbox ? { ...config, stateDir: sandboxStateDir(stateDir), stateUrl: null } : config;
  const state = await openStateFor(at, around, true);
  try {
    return await work({
      state,
      place: at.stateUrl === null ? at.stateDir : 'the database of STATE_URL',
      shops: sandbox ? readLocations(sandboxLocations(stateDir), []) : locations,
      links: sandbox ? noLinks : links,
    });
  } finally {
    await state.close();
  }
}
