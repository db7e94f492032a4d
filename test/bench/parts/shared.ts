import { runCli, syncArgs } from '../../helpers/cli.js';
import { TestWorld } from '../../helpers/world.js';
import { median, type Part } from '../figure.js';

const PROCESSES = 6;
const RATES = { tripleseat: 4, revel: 12 };

const ROUNDS = 3;

/** Several processes at once on one state directory: the busiest second, as the servers saw it; median of some. */
export const shared: Part = async (say) => {
  const seen = { revel: [] as number[], tripleseat: [] as number[] };
  for (let round = 1; round <= ROUNDS; round += 1) {
    say(`${PROCESSES} processes at once, ${round} of ${ROUNDS}`);
    const { revel, tripleseat } = await together();
    seen.revel.push(revel);
    seen.tripleseat.push(tripleseat);
  }
  const name = (upstream: string) => `${PROCESSES} processes at once: busiest second at ${upstream}`;
  return [
    { name: name('Revel'), value: median(seen.revel), unit: 'requests', limit: RATES.revel },
    { name: name('Tripleseat'), value: median(seen.tripleseat), unit: 'requests', limit: RATES.tripleseat },
  ];
};

async function together(): Promise<{ revel: number; tripleseat: number }> {
  const world = await TestWorld.start();
  try {
    const events = Array.from({ length: PROCESSES }, () => world.addEvent());
    const env = world.env(world.newStateDir(), {
      TRIPLESEAT_RPS: String(RATES.tripleseat),
      REVEL_RPS: String(RATES.revel),
      SETTLE_SECONDS: '1',
    });
    const runs = await Promise.all(events.map((event) => runCli(syncArgs(event), env)));
    if (runs.some(({ code }) => code !== 0)) throw new Error(runs.map(({ stderr }) => stderr).join(''));
    return {
      revel: busiest(world.revelServer.log.entries()),
      tripleseat: busiest(world.tripleseatServer.log.entries()),
    };
  } finally {
    await world.close();
  }
}

function busiest(entries: readonly { at: number }[]): number {
  const times = entries.map(({ at }) => at);
  return Math.max(...times.map((start) => times.filter((at) => at >= start && at < start + 1_000).length));
}
