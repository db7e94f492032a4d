import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startCli } from '../helpers/cli.js';
import { TestWorld } from '../helpers/world.js';

let world: TestWorld;
beforeEach(async () => {
  world = await TestWorld.start();
});
afterEach(() => world.close());

/** A command that a signal reaches while it waits for Tripleseat, which never answers. */
async function stopped(args: readonly string[], signal: NodeJS.Signals) {
  world.tripleseatGate.reset(() => ({ kind: 'hang-before' }));
  const run = startCli(args, world.env(world.newStateDir()));
  await expect.poll(() => world.tripleseatGate.count, { interval: 5, timeout: 30_000 }).toBeGreaterThan(0);
  run.child.kill(signal);
  return run.done;
}

describe('a command that a signal stops ends with the code of the signal', () => {
  it.each([
    ['preview', 'SIGTERM', 143],
    ['products', 'SIGINT', 130],
    ['billing', 'SIGTERM', 143],
    ['resolve EVENT', 'SIGTERM', 143],
    ['resolve EVENT --json', 'SIGINT', 130],
    ['resolve EVENT --accept why --yes', 'SIGTERM', 143],
    ['resolve EVENT --void --yes', 'SIGINT', 130],
  ] as const)('%s: %s, %i', async (line, signal, code) => {
    const { id } = world.addEvent();
    const ended = await stopped(line.replace('EVENT', String(id)).split(' '), signal);
    expect(ended.code, ended.stderr).toBe(code);
  });

  it('doctor, which calls nothing a fault that was only broken off', async () => {
    const ended = await stopped(['doctor'], 'SIGTERM');
    expect(ended.code, ended.stderr).toBe(143);
    expect(ended.stdout).toMatch(/^ok +State /m);
    expect(ended.stdout).not.toMatch(/^FAIL/m);
  });
});
