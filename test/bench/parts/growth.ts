import { places } from '../../../src/sandbox/world/places.js';
import { runCli, syncArgs } from '../../helpers/cli.js';
import { TestWorld } from '../../helpers/world.js';
import type { Figure, Part } from '../figure.js';
import { freshDesk } from './fresh.js';
import { standingWorld, sweep } from './standing-world.js';

/** What an event costs as events and products become more. */
export const growth: Part = async (say) => [
  ...(await quietGrowth(say)),
  ...(await freshGrowth(say)),
  ...(await productGrowth(say)),
];

async function quietGrowth(say: (what: string) => void): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const count of [10, 100, 1_000, 10_000]) {
    say(`${count} events that stand`);
    const world = await standingWorld(count);
    try {
      const dir = world.newStateDir();
      await sweep(world, dir, count, 0);
      const warm = await sweep(world, dir, count, 1);
      figures.push(
        {
          name: `quiet sweep of ${count} events: requests per event`,
          value: (warm.tripleseat + warm.revel) / count,
          unit: '',
          limit: null,
        },
        { name: '… milliseconds per event', value: warm.durationMs / count, unit: 'ms', limit: null },
      );
    } finally {
      await world.close();
    }
  }
  return figures;
}

async function freshGrowth(say: (what: string) => void): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const count of [10, 100, 1_000]) {
    say(`${count} new orders on simulated time`);
    const { desk } = freshDesk(count);
    desk.strike = () => ({ kind: 'delay', ms: 100 });
    const startedAt = desk.clock.now();
    const run = await desk.sweep({ force: true });
    figures.push(
      {
        name: `fresh sweep of ${count} events: requests per event`,
        value: run.sent.length / count,
        unit: '',
        limit: null,
      },
      {
        name: '… simulated seconds per event',
        value: (desk.clock.now() - startedAt) / 1_000 / count,
        unit: 's',
        limit: null,
      },
    );
  }
  return figures;
}

async function productGrowth(say: (what: string) => void): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const count of [10, 1_000, 35_000]) {
    say(`one new order in a shop of ${count} products`);
    const world = await TestWorld.start();
    try {
      const establishment = places.west.establishmentId;
      if (count > 10) world.revel.addProducts(establishment, count);
      const run = await runCli(syncArgs(world.addEvent()), world.env(world.newStateDir()));
      if (run.code !== 0) throw new Error(run.stderr);
      const reads = world.revelServer.log.entries().filter(({ path }) => path.endsWith('/Product/'));
      figures.push(
        {
          name: `new order, ${count} products: requests for products`,
          value: reads.length,
          unit: '',
          limit: null,
        },
        { name: '… milliseconds in all', value: run.durationMs, unit: 'ms', limit: null },
      );
    } finally {
      await world.close();
    }
  }
  return figures;
}
