import { mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { initCommand } from '../../src/commands/init.js';
import { TestWorld } from '../helpers/world.js';
import { Terminal } from './terminal.js';

let world: TestWorld;
beforeEach(async () => {
  world = await TestWorld.start();
});
afterEach(() => world.close());

it('that somebody stops while it reads says so, and nothing about a service', async () => {
  const cwd = await mkdtemp(join(tmpdir(), 'init-stopped-'));
  const on = new Terminal({ ...world.env(world.newStateDir()), REVEL_DOMAIN: world.revelServer.url }, cwd);
  on.stop.abort('SIGINT');
  const how = { yes: true, dryRun: false, json: false, replace: false, terminal: false };
  const none = new Map<number, number>();
  const said = {
    ...{ pairs: none, stations: none, timezones: new Map<number, string>() },
    ...{ sold: { gratuity: none, fees: none }, books: {} },
    ...{ userId: null, diningOption: null, paymentType: null, discountId: undefined },
  };
  const left = initCommand({ values: {}, said, ...how }, on.around);
  await expect(left).rejects.toMatchObject({
    exitCode: 130,
    message: expect.stringContaining('.env and locations.json were not written'),
  });
  expect(await readdir(cwd)).toEqual([]);
});
