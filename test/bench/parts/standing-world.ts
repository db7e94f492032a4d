import { allPlaces } from '../../../src/sandbox/world/places.js';
import { type CliResult, startCli } from '../../helpers/cli.js';
import { insertStanding } from '../../helpers/standing.js';
import { TestWorld } from '../../helpers/world.js';
import { hastened } from './hasten.js';

const HOUR = 3_600_000;

/** A world of so many events of today, in three shops, none edited lately, all with their order. */
export async function standingWorld(count: number): Promise<TestWorld> {
  const world = await TestWorld.start();
  for (let each = 0; each < count; each += 1) {
    const shop = allPlaces[each % allPlaces.length];
    if (!shop) throw new Error('There are no shops.');
    const event = world.addEvent({ updatedAt: Date.now() - (100 + (each % 97)) * HOUR }, shop);
    insertStanding(world.revel, event, shop);
  }
  return world;
}

/** A sweep and what it sent. */
export interface Sweep extends CliResult {
  tripleseat: number;
  revel: number;
  details: number;
}

/**
 * Sweeps over a standing world; fails when anything but that comes out.
 *
 * @param hours how long after the first sweep this one is
 */
export async function sweep(
  world: TestWorld,
  stateDir: string,
  count: number,
  hours: number,
): Promise<Sweep> {
  const before = sent(world);
  const env = world.env(stateDir, hastened(hours));
  const result = await startCli(['sync', '--json'], env).done;
  const standing = result.report?.events.filter(({ reason }) => reason === 'ALREADY_INJECTED').length ?? 0;
  if (result.code !== 0 || standing !== count) {
    throw new Error(
      `${standing} of ${count} events stand, exit ${result.code}: ${result.stderr.slice(0, 2_000)}`,
    );
  }
  const after = sent(world);
  return {
    ...result,
    tripleseat: after.tripleseat - before.tripleseat,
    revel: after.revel - before.revel,
    details: after.details - before.details,
  };
}

function sent({ tripleseatServer, revelServer }: TestWorld) {
  const reads = tripleseatServer.log.entries();
  const last = (entries: readonly { index: number }[]) => (entries.at(-1)?.index ?? -1) + 1;
  return {
    tripleseat: last(reads),
    revel: last(revelServer.log.entries()),
    details: reads.filter(({ path }) => /\/events\/\d/.test(path)).length,
  };
}
