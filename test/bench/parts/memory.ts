import { readFile } from 'node:fs/promises';
import { startCli } from '../../helpers/cli.js';
import type { TestWorld } from '../../helpers/world.js';
import type { Figure, Part } from '../figure.js';
import { hastened } from './hasten.js';
import { standingWorld } from './standing-world.js';

const FEW = 2_000;
const MANY = 20_000;

/** Highest resident memory of a sweep's process, in MB (Linux). */
export const memory: Part = async (say) => {
  const figures: Figure[] = [];
  for (const count of [FEW, MANY]) {
    const world = await standingWorld(count);
    try {
      const dir = world.newStateDir();
      for (const [hours, cache] of ['cold', 'warm'].entries()) {
        say(`${count} events that stand, ${cache} cache`);
        figures.push({
          name: `memory of a sweep over ${count} events, ${cache} cache`,
          value: await peak(world, dir, hours),
          unit: 'MB',
          limit: 150,
        });
      }
    } finally {
      await world.close();
    }
  }
  return figures;
};

async function peak(world: TestWorld, dir: string, hours: number): Promise<number> {
  const run = startCli(['sync', '--trigger', 'cron'], world.env(dir, hastened(hours)));
  let highest = 0;
  const timer = setInterval(async () => {
    const status = await readFile(`/proc/${run.child.pid}/status`, 'utf8').catch(() => '');
    highest = Math.max(highest, Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0));
  }, 20);
  const { code, stderr } = await run.done;
  clearInterval(timer);
  if (code !== 0) throw new Error(stderr.slice(0, 2_000));
  return highest / 1_024;
}
