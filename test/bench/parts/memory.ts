import { readFile } from 'node:fs/promises';
import { systemClock } from '../../../src/clock.js';
import { startCli } from '../../helpers/cli.js';
import { TestWorld } from '../../helpers/world.js';
import type { Figure, Part } from '../figure.js';
import { hastened } from './hasten.js';
import { standingWorld } from './standing-world.js';

const FEW = 2_000;
const MANY = 20_000;
const IDLE_MS = 3_000;

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
  return [...figures, await smallHeap(say), await idleRelay(say)];
};

/** The exit code of a sweep whose heap is small: 134 where it is too small. */
async function smallHeap(say: (what: string) => void): Promise<Figure> {
  const [events, megabytes] = [5_000, 64];
  say(`${events} events that stand, a heap of ${megabytes} MB`);
  const world = await standingWorld(events);
  try {
    const { NODE_OPTIONS, ...others } = hastened(0);
    const heap = { NODE_OPTIONS: `${NODE_OPTIONS} --max-old-space-size=${megabytes}` };
    const env = world.env(world.newStateDir(), { ...others, ...heap });
    const { code, signal } = await startCli(['sync', '--trigger', 'cron'], env).done;
    const name = `exit code of a sweep over ${events} events with a heap of ${megabytes} MB`;
    return { name, value: code ?? (signal === 'SIGABRT' ? 134 : 137), unit: '', limit: 0 };
  } finally {
    await world.close();
  }
}

/** Resident memory of `serve` that has nothing to do, in MB. */
async function idleRelay(say: (what: string) => void): Promise<Figure> {
  say('serve, idle');
  const world = await TestWorld.start();
  const env = world.env(world.newStateDir(), { TRIPLESEAT_WEBHOOK_SIGNING_KEY: 'signing-key-of-the-bench' });
  const relay = startCli(['serve', '--port', '0'], env);
  try {
    await new Promise<void>((resolve, reject) => {
      relay.child.stderr?.on('data', (text: Buffer) => text.includes('Listening') && resolve());
      relay.done.then(({ stderr }) => reject(new Error(stderr)), reject);
    });
    // What starting leaves behind.
    await systemClock.sleep(IDLE_MS);
    const status = await readFile(`/proc/${relay.child.pid}/status`, 'utf8');
    const value = Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1_024;
    return { name: 'memory of serve, idle', value, unit: 'MB', limit: 70 };
  } finally {
    relay.child.kill('SIGTERM');
    await relay.done;
    await world.close();
  }
}

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
