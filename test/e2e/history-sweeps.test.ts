import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SWEEP, syncHere } from '../helpers/sync-here.js';
import { TestWorld } from '../helpers/world.js';
import { historyIn } from './helpers/history.js';

let world: TestWorld;
let env: Record<string, string>;

beforeEach(async () => {
  world = await TestWorld.start();
  env = world.env(world.newStateDir());
});
afterEach(() => world.close());

const history = (...args: string[]) => historyIn(env, ...args);

describe('history', () => {
  it('ends a failure with the sweep that finds the event put right, and records other skips of sweeps never', async () => {
    const event = world.addEvent({
      documents: [{ lines: [{ name: 'Tacco Bar', quantity: '1.0', price: 100 }] }],
    });
    world.addEvent();
    const sweep = () => syncHere(env, SWEEP, { trigger: 'cron' });
    expect((await sweep()).code).toBe(1);
    expect((await history('--failed')).failures).toMatchObject([{ id: String(event.id) }]);
    // A run that does not look ends nothing.
    env.ENABLE_CONNECTOR = 'false';
    await sweep();
    delete env.ENABLE_CONNECTOR;
    expect((await history('--failed')).failures).toHaveLength(1);

    world.tripleseat.store.setStatus(event.id, 'LOST', Date.now());
    expect((await sweep()).code).toBe(0);
    expect((await history('--failed')).failures).toEqual([]);
    expect((await history('--event-id', String(event.id))).runs.at(-1)?.events).toMatchObject([
      { status: 'skipped', reason: 'STATUS_NOT_ELIGIBLE' },
    ]);
    await sweep();
    const { runs } = await history();
    expect(runs.map(({ events }) => events.length)).toEqual([2, 0, 1, 0]);
  });
});
