import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addDays, localDate } from '../../src/domain/zones.js';
import { places } from '../../src/sandbox/world/places.js';
import { runCli } from '../helpers/cli.js';
import { TestWorld } from '../helpers/world.js';
import { runTool } from './helpers/tool.js';

let world: TestWorld;

beforeEach(async () => {
  world = await TestWorld.start();
});
afterEach(() => world.close());

describe('billing', () => {
  it('looks at the last 30 and the coming 14 days, in the zone of each shop, and at events that get an order', async () => {
    const { lake } = places;
    const today = localDate(Date.now(), lake.zone);
    const named = (name: string, days: number, status = 'DEFINITE') => {
      const lines = [{ name: 'Taco Bar', quantity: '1.0', price: 10_000 }];
      const documents = [{ lines, billing: [{ name, amount: 500 }] }];
      world.addEvent({ date: addDays(today, days), status, documents }, lake);
    };
    named('Too old', -31);
    named('Oldest', -30);
    named('Oldest', -29);
    named('Today', 0);
    named('Latest', 14);
    named('Too far off', 15);
    named('Lost', 1, 'LOST');
    const env = world.env(world.newStateDir());
    const seen = async (...args: string[]) => {
      const { stdout } = await runTool(['billing', '--json', ...args], env);
      const found: { names: { name: string; events: number }[] } = JSON.parse(stdout);
      return Object.fromEntries(found.names.map(({ name, events }) => [name, events]));
    };
    expect(await seen()).toEqual({ Oldest: 2, Today: 1, Latest: 1 });
    expect(await seen('--back', '31', '--days', '15')).toMatchObject({ 'Too old': 1, 'Too far off': 1 });
  });

  it('and a sweep tell of a name that nothing but a word has sorted; a mapping that is written ends that', async () => {
    const lines = [{ name: 'Taco Bar', quantity: '1.0', price: 10_000 }];
    const party = () => world.addEvent({ documents: [{ lines, billing: [{ name: 'Setup', amount: 300 }] }] });
    party();
    party();
    const stateDir = world.newStateDir();
    const env = world.env(stateDir);
    const told = async () => {
      const { report } = await runCli(['sync', '--json'], env);
      return (report?.events ?? []).flatMap(({ notes }) => notes);
    };
    const [note, ...others] = await told();
    expect(others).toEqual([]);
    expect(note).toContain('Billing row "Setup" counts as surcharge at Special Events');
    party();
    expect(await told()).toEqual([]);
    // What the note says to call is what can be called.
    const call = /ts-reconcile billing map "Setup" <use> --location "Special Events"$/;
    expect(note).toMatch(call);
    const map = ['billing', 'map', 'Setup', 'gratuity', '--location', 'Special Events', '--yes'];
    expect((await runTool(map, env)).code).toBe(0);
    const mapped = party();
    expect(await told()).toEqual([]);
    const order = world.revel.orders().find(({ local_id }) => local_id === `Triple Seat_${mapped.id}`);
    expect(order).toMatchObject({ gratuity: 3, surcharge: 0 });
    const { stdout } = await runTool(['billing', '--json'], env);
    expect(JSON.parse(stdout).names).toEqual([
      { name: 'Setup', location: 'Special Events', use: 'gratuity', why: 'mapping', events: 4 },
    ]);
  });
});
