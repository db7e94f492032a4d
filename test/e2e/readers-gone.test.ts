import { type StdioOptions, spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { wrongWith } from '../helpers/check.js';
import { binPath, runCli, startCli, syncArgs } from '../helpers/cli.js';
import { TestWorld } from '../helpers/world.js';

let world: TestWorld;
let stateDir: string;
beforeEach(async () => {
  world = await TestWorld.start();
  stateDir = world.newStateDir();
});
afterEach(() => world.close());

async function runWith(
  event: { id: number },
  stdio: StdioOptions,
): Promise<{ code: unknown; stderr: string }> {
  const child = spawn(process.execPath, [binPath, ...syncArgs(event)], { env: world.env(stateDir), stdio });
  let stderr = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  return { code, stderr };
}

describe('a run whose reader goes away while it writes orders', () => {
  it.each([
    ['stderr', ['stderr']],
    ['stdout', ['stdout']],
    ['both', ['stdout', 'stderr']],
  ] as const)('finishes them all: %s', async (_, streams) => {
    const events = [world.addEvent(), world.addEvent(), world.addEvent()];
    const env = world.env(stateDir, { CONCURRENCY: '1' });
    const run = startCli(
      syncArgs(...events).filter((arg) => arg !== '--json'),
      env,
    );
    world.revelGate.reset(({ method }) => {
      // The first write is on its way: the log lines of all three events are still to come.
      if (method === 'POST') for (const stream of streams) run.child[stream]?.destroy();
      return { kind: 'none' };
    });
    expect(await run.done).toMatchObject({ code: 0, signal: null });
    for (const event of events) expect(wrongWith(world.revel, event)).toEqual([]);
    // Nothing was left half done, in Revel or in the journal.
    const again = await runCli(['history', '--json'], env);
    expect(JSON.parse(again.stdout).runs).toMatchObject([{ exit: 0, summary: { injected: 3 } }]);
  });

  it('finishes when the disk behind its log is full', async () => {
    const event = world.addEvent();
    const { code } = await runWith(event, ['ignore', 'ignore', openSync('/dev/full', 'w')]);
    expect(code).toBe(0);
    expect(wrongWith(world.revel, event)).toEqual([]);
  });

  it('finishes, and says so, when the disk behind its result is full', async () => {
    const event = world.addEvent();
    const { code, stderr } = await runWith(event, ['ignore', openSync('/dev/full', 'w'), 'pipe']);
    expect(code).toBe(78);
    expect(stderr).toContain('The output could not be written: the disk is full.');
    expect(stderr).not.toMatch(/bug|at .*\.c?js/);
    expect(wrongWith(world.revel, event)).toEqual([]);
  });
});

describe('a disk that is full', () => {
  it.each([
    [['--help'], 78],
    [['--version'], 78],
    [['sync', '--help'], 78],
    [['sync', '--json', '--nonsense'], 78],
    [['sync', '--nonsense'], 64],
  ])('%j ends with %i', async (args, expected) => {
    const stdio: StdioOptions = ['ignore', openSync('/dev/full', 'w'), 'pipe'];
    const child = spawn(process.execPath, [binPath, ...args], { env: world.env(stateDir), stdio });
    let stderr = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(expected);
    expect(stderr.includes('The output could not be written: the disk is full.')).toBe(expected === 78);
    expect(stderr).not.toMatch(/bug|at .*\.c?js/);
  });
});

describe('a reader that takes the first line only', () => {
  it('or all of a long history: neither gets a warning', async () => {
    const event = world.addEvent();
    const env = world.env(stateDir);
    for (let count = 0; count < 12; count += 1) await runCli(syncArgs(event), env);
    const all = await runCli(['history'], env);
    expect([all.code, all.stderr]).toEqual([0, '']);
    expect(all.stdout).toMatch(/\n12 runs since /);

    const run = startCli(['history'], env);
    run.child.stdout?.once('data', () => run.child.stdout?.destroy());
    const first = await run.done;
    expect([first.code, first.stderr]).toEqual([0, '']);
  });

  it.each([[['--help']], [['sync', '--help']]])('is no error for %j', async (args) => {
    const run = startCli(args, world.env(stateDir));
    run.child.stdout?.destroy();
    run.child.stderr?.destroy();
    expect(await run.done).toMatchObject({ code: 0, signal: null });
  });
});
