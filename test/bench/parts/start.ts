import { spawnSync } from 'node:child_process';
import { binPath, startCli, syncArgs } from '../../helpers/cli.js';
import { TestWorld } from '../../helpers/world.js';
import { type Figure, median, type Part } from '../figure.js';

const ROUNDS = 21;

/** How long a process takes from its start to its end, with `node -e 0` as the measure. */
export const start: Part = async (say) => {
  const world = await TestWorld.start();
  try {
    const event = world.addEvent();
    const env = world.env(world.newStateDir());
    const first = await startCli(syncArgs(event), env).done;
    if (first.code !== 0) throw new Error(first.stderr);
    say(`${ROUNDS} rounds of three processes`);
    const times = { node: [] as number[], version: [] as number[], sync: [] as number[] };
    for (let round = 0; round < ROUNDS; round += 1) {
      times.node.push(timed(['-e', '0']));
      times.version.push(timed([binPath, '--version']));
      const run = await startCli(syncArgs(event), env).done;
      if (run.report?.events[0]?.reason !== 'ALREADY_INJECTED') throw new Error(run.stderr);
      times.sync.push(run.durationMs);
    }
    const node = median(times.node);
    return [
      { name: 'start: node -e 0', value: node, unit: 'ms', limit: null },
      ratio('start: --version ÷ node -e 0', median(times.version) / node, 1.5),
      ratio('start: sync of an injected event ÷ node -e 0', median(times.sync) / node, 4),
    ];
  } finally {
    await world.close();
  }
};

function timed(args: readonly string[]): number {
  const at = performance.now();
  spawnSync(process.execPath, args, { stdio: 'ignore' });
  return performance.now() - at;
}

function ratio(name: string, value: number, limit: number): Figure {
  return { name, value, unit: '×', limit };
}
