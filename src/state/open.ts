import type { Config } from '../config/types.js';
import { openStateDir } from './files/open.js';
import { refuseForeign } from './files/owner.js';
import type { StoreOptions } from './store.js';
import type { StateStore } from './types.js';

/** What {@link openState} takes besides the configuration. */
export type OpenStateOptions = Omit<StoreOptions, 'cache'>;

/**
 * The state as configured: the database of STATE_URL, else STATE_DIR. Throws an AppError (`STATE`): exit 75 when
 * the database is away, 78 when it or the directory cannot be used.
 */
export async function openState(
  config: Pick<Config, 'stateDir' | 'stateUrl' | 'stateKeys'>,
  options: OpenStateOptions,
): Promise<StateStore> {
  if (config.stateUrl === null) {
    refuseForeign(config.stateDir);
    return openStateDir({ dir: config.stateDir, ...options });
  }
  const [{ openPostgres }, { stateKeys }] = await Promise.all([
    import('./postgres/open.js'),
    import('./postgres/seal.js'),
  ]);
  return openPostgres({ url: config.stateUrl, keys: stateKeys(config.stateKeys), ...options });
}
