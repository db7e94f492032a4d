import { runCli, syncArgs } from '../../helpers/cli.js';
import { TestWorld } from '../../helpers/world.js';
import type { Part } from '../figure.js';

const PROCESSES = 6;
const RATES = { tripleseat: 4, revel: 12 };

/** Several processes at once on one state directory: the busiest second, as the servers saw it. */
export const shared: Part = async (say) => {
  const world = await TestWorld.start();
  try {
    const events = Array.from({ length: PROCESSES }, () => world.addEvent());
    const env = world.env(world.newStateDir(), {
      TRIPLESEAT_RPS: String(RATES.tripleseat),
      REVEL_RPS: String(RATES.revel),
      SETTLE_SECONDS: '1',
    });
    say(`${PROCESSES} processes at once`);
    const runs = await Promise.all(events.map((event) => runCli(syncArgs(event), env)));
    if (runs.some(({ code }) => code !== 0)) throw new Error(runs.map(({ stderr }) => stderr).join(''));
    const name = (upstream: string) => `${PROCESSES} processes at once: busiest second at ${upstream}`;
    return [
      {
        name: name('Revel'),
        value: busiest(world.revelServer.log.entries()),
        unit: 'requests',
        limit: RATES.revel,
      },
      {
        name: name('Tripleseat'),
        value: busiest(world.tripleseatServer.log.entries()),
        unit: 'requests',
        limit: RATES.tripleseat,
      },
    ];
  } finally {
    await world.close();
  }
};

function busiest(entries: readonly { at: number }[]): number {
  const times = entries.map(({ at }) => at);
  return Math.max(...times.map((start) => times.filter((at) => at >= start && at < start + 1_000).length));
}
