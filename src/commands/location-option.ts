import { resolveLocations } from '../config/locations.js';
import type { Config } from '../config/types.js';
import { AppError, ExitCode } from '../errors.js';
import { clean } from '../text/text.js';

/**
 * The locations that `--location` names, by name or site id; null: no such option, so all of them. Throws an
 * AppError (exit 64) for one that the locations file does not have.
 */
export function selectedLocations(
  names: readonly string[] | null,
  { locations }: Pick<Config, 'locations'>,
): string[] | null {
  if (names === null) return null;
  const { selected, unknown } = resolveLocations(locations, names);
  if (unknown.length === 0) return selected;
  throw new AppError(
    'USAGE',
    ExitCode.usage,
    `--location: there is no location ${unknown.map((name) => clean(name, 100)).join(', ')}.`,
    `Known are: ${locations.map(({ name }) => name).join(', ')}.`,
  );
}
