import { afterEach, beforeEach, expect, it } from 'vitest';
import { runCli } from '../helpers/cli.js';
import { TestWorld } from '../helpers/world.js';

let world: TestWorld;
beforeEach(async () => {
  world = await TestWorld.start();
});
afterEach(() => world.close());

it.each([['sync'], ['preview'], ['products'], ['billing'], ['resolve'], ['doctor']])(
  'the help of %s names every code that it ends with where a service fails',
  async (command) => {
    const { id } = world.addEvent();
    const call = command === 'resolve' ? [command, String(id)] : [command];
    const env = () => world.env(world.newStateDir());
    const help = await runCli([command, '--help'], env());
    const told = [...help.stdout.matchAll(/^ {2}(\d+) +\S/gm)].map(([, code]) => Number(code));
    const refused = await runCli(call, { ...env(), TRIPLESEAT_CLIENT_SECRET: 'another' });
    world.tripleseatGate.reset(({ path }) => ({ kind: path.startsWith('/v1') ? 'bad-json' : 'none' }));
    const garbled = await runCli(call, env());
    expect(refused.code, refused.stderr).toBe(77);
    expect(told).toEqual(expect.arrayContaining([refused.code, garbled.code]));
  },
);
