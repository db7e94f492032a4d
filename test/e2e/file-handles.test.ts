import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { binPath } from '../helpers/cli.js';
import { TestWorld } from '../helpers/world.js';

const run = promisify(execFile);

/** The program with so few file handles, on systems that have a shell to say so. */
async function withHandles(most: number, args: readonly string[], env: Record<string, string>) {
  const shell = ['-c', `ulimit -n ${most}; exec "$0" "$@"`, process.execPath, binPath, ...args];
  try {
    const { stderr } = await run('sh', shell, { env });
    return { code: 0, stderr };
  } catch (error) {
    const { code, stderr } = error as { code: number; stderr: string };
    return { code, stderr };
  }
}

it.skipIf(process.platform === 'win32')(
  'too few file handles are a sentence and 78, wherever they run out',
  async () => {
    const world = await TestWorld.start();
    try {
      const event = world.addEvent();
      for (const most of [30, 28, 26, 24, 22]) {
        const env = world.env(world.newStateDir());
        const ended = await withHandles(most, ['sync', '--event-id', String(event.id)], env);
        // Where they suffice, all is well; Node itself needs some before any of our own code is there.
        if (ended.code === 0) continue;
        expect(ended).toMatchObject({ code: 78, stderr: expect.stringContaining('too many files are open') });
        expect(ended.stderr).not.toMatch(/^\s+at /m);
      }
    } finally {
      await world.close();
    }
  },
);
