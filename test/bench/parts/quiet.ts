import type { Part } from '../figure.js';
import { standingWorld, sweep } from './standing-world.js';

const EVENTS = 1_000;

/** A sweep in which nothing has changed, by real processes: requests only. */
export const quiet: Part = async (say) => {
  const world = await standingWorld(EVENTS);
  try {
    const dir = world.newStateDir();
    say(`${EVENTS} events that stand, cold cache`);
    const cold = await sweep(world, dir, EVENTS, 0);
    say('the same, warm cache');
    const warm = await sweep(world, dir, EVENTS, 1);
    const pages = warm.tripleseat - warm.details;
    return [
      {
        name: `quiet sweep of ${EVENTS} events: all requests`,
        value: warm.tripleseat + warm.revel,
        unit: '',
        limit: 60,
      },
      { name: '… to Tripleseat besides search pages', value: warm.tripleseat - pages, unit: '', limit: 1 },
      { name: '… to Revel', value: warm.revel, unit: '', limit: EVENTS / 100 + 3 },
      {
        name: '… with a cold cache, requests per event more',
        value: cold.details / EVENTS,
        unit: '',
        limit: 1,
      },
      { name: '… requests to Revel, products of 3 shops included', value: cold.revel, unit: '', limit: null },
    ];
  } finally {
    await world.close();
  }
};
