import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestWorld } from '../helpers/world.js';
import { historyIn } from './helpers/history.js';
import { runTool } from './helpers/tool.js';

let world: TestWorld;
let env: Record<string, string>;

beforeEach(async () => {
  world = await TestWorld.start();
  env = world.env(world.newStateDir());
});
afterEach(() => world.close());

const history = (...args: string[]) => historyIn(env, ...args);

describe('history as a process', () => {
  it('tells what runs did to an event, what stands, and what a dry run did: nothing', async () => {
    const good = world.addEvent();
    const bad = world.addEvent({
      documents: [{ lines: [{ name: 'Tacco Bar', quantity: '1.0', price: 100 }] }],
    });
    const sync = (...args: string[]) => runTool(['sync', ...args], env);
    await sync('--event-id', String(good.id), '--dry-run');
    expect((await sync('--trigger', 'cron')).code).toBe(1);
    expect((await sync('--event-id', String(good.id), '--trigger', 'webhook')).code).toBe(0);

    const before = world.tripleseatServer.log.entries().length + world.revelServer.log.entries().length;
    const { runs } = await history('--event-id', String(good.id));
    const [order] = world.revel.orders();
    expect(runs).toMatchObject([
      {
        trigger: 'cron',
        mode: 'bulk',
        exit: 1,
        events: [{ status: 'injected', revel_order_id: String(order?.id) }],
      },
      {
        trigger: 'webhook',
        mode: 'single',
        exit: 0,
        events: [{ status: 'skipped', reason: 'ALREADY_INJECTED' }],
      },
    ]);
    expect((await history('--failed')).failures).toMatchObject([
      { id: String(bad.id), reason: 'UNMATCHED_ITEMS' },
    ]);
    expect(world.tripleseatServer.log.entries().length + world.revelServer.log.entries().length).toBe(before);

    const text = await runTool(['history', '--failed'], env);
    expect(text.stdout).toMatch(/\n1 standing in \S+; the last sweep that covered everything began .*\n$/);

    // What the products command proposes is what makes the failure go away.
    const products = await runTool(['products', '--json'], env);
    expect([products.code, products.stderr]).toEqual([1, '']);
    expect(JSON.parse(products.stdout).locations[0].products).toEqual({ 'Tacco Bar': 572 });
  });
});
