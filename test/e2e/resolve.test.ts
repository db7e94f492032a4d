import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeEvent } from '../../src/sandbox/tripleseat/make-event.js';
import { places } from '../../src/sandbox/world/places.js';
import { partyOptions, TestWorld } from '../helpers/world.js';
import { runTool } from './helpers/tool.js';

let world: TestWorld;
let env: Record<string, string>;
let event: { id: number };

/** An event whose order no longer equals it. */
beforeEach(async () => {
  world = await TestWorld.start();
  env = world.env(world.newStateDir());
  event = world.addEvent();
  expect((await runTool(['sync'], env)).code).toBe(0);
  sells('Taco Bar', 32);
});
afterEach(() => world.close());

function sells(name: string, price: number): void {
  const documents = [{ lines: [{ name, quantity: '10.0', price: price * 10 }] }];
  const options = { ...partyOptions(event.id, places.west, Date.now()), documents };
  world.tripleseat.store.putEvent(makeEvent(options));
}

async function sweep(): Promise<{ code: number | null; result: Record<string, unknown> }> {
  const { code, stdout } = await runTool(['sync', '--json'], env);
  const result = JSON.parse(stdout).events.find(({ id }: { id: string }) => id === String(event.id));
  return { code, result };
}

const resolve = (...args: string[]) => runTool(['resolve', String(event.id), ...args], env);
const writes = () =>
  world.revelServer.log.entries().filter(({ method }: { method: string }) => method !== 'GET').length;

describe('resolve', () => {
  it('shows what differs and what can be done, and writes nothing', async () => {
    const before = writes();
    const { code, stdout } = await resolve();
    expect(code).toBe(1);
    expect(stdout).toContain('DRIFT');
    expect(stdout).toContain(`ts-reconcile resolve ${event.id} --accept`);
    expect(writes()).toBe(before);
  });

  it('accepts what a person has seen, until the event changes, and tells who and why', async () => {
    const before = writes();
    const nobody = await resolve('--accept', 'guests agreed');
    expect([nobody.code, nobody.stderr]).toEqual([64, expect.stringContaining('--yes')]);
    expect((await resolve('--accept', 'guests agreed', '--dry-run')).stdout).toContain('would be accepted');
    expect((await sweep()).result).toMatchObject({ status: 'failed', reason: 'DRIFT' });

    const accepted = await resolve('--accept', 'guests agreed', '--yes', '--json');
    expect(accepted.code).toBe(0);
    expect(JSON.parse(accepted.stdout).events).toMatchObject([{ status: 'skipped', reason: 'ACCEPTED' }]);
    for (let again = 0; again < 2; again += 1) {
      const { code, result } = await sweep();
      expect([code, result.reason]).toEqual([0, 'ACCEPTED']);
      expect(result.error).toMatch(/^DRIFT, accepted by .+ on \d{4}-\d\d-\d\d: guests agreed$/);
      expect(result.differences).not.toEqual([]);
    }
    expect((await runTool(['history', '--failed'], env)).code).toBe(0);
    const history = await runTool(['history', '--event-id', String(event.id)], env);
    expect(history.stdout).toContain('guests agreed');
    expect((await resolve()).code).toBe(0);
    expect(writes()).toBe(before);

    sells('Taco Bar', 33);
    const { code, result } = await sweep();
    expect([code, result.reason]).toEqual([1, 'DRIFT']);
    expect(writes()).toBe(before);
  });

  it('ends with the day of --until', async () => {
    const yesterday = new Date(Date.now() - 2 * 86_400_000).toISOString().slice(0, 10);
    const over = await resolve('--accept', 'for the day', '--until', yesterday, '--yes');
    expect([over.code, over.stdout]).toEqual([1, expect.stringContaining('look at it again')]);
    expect((await sweep()).result).toMatchObject({ reason: 'DRIFT' });
  });

  it('has nothing to accept of an event that is right, and none of a service that is away', async () => {
    const right = world.addEvent();
    await runTool(['sync', '--event-id', String(right.id)], env);
    const { code, stderr } = await runTool(['resolve', String(right.id), '--accept', 'x', '--yes'], env);
    expect([code, stderr]).toEqual([1, expect.stringContaining('no failure')]);
    env.REVEL_BASE_URL = 'http://127.0.0.1:9';
    const away = await resolve('--accept', 'x', '--yes');
    expect([away.code, away.stderr]).toEqual([69, expect.stringContaining('nothing to settle')]);
  });

  it('puts a new order in the place of one that drifted, once the account is known to keep marks', async () => {
    const before = writes();
    const refused = await resolve('--replace', '--yes');
    expect([refused.code, refused.stderr]).toEqual([78, expect.stringContaining('--uncertified')]);
    const dry = await resolve('--replace', '--uncertified', '--dry-run', '--json');
    expect(
      JSON.parse(dry.stdout).events[0].changes.map(({ action }: { action: string }) => action),
    ).toContain('mark_deleted');
    expect(writes()).toBe(before);
    const nobody = await resolve('--replace', '--uncertified');
    expect([nobody.code, nobody.stderr]).toEqual([64, expect.stringContaining('--yes')]);
    expect(writes()).toBe(before);

    const done = await resolve('--replace', '--uncertified', '--yes', '--json');
    expect(done.code).toBe(0);
    const [result] = JSON.parse(done.stdout).events;
    expect(result).toMatchObject({ status: 'injected', error: null });
    expect((await sweep()).result).toMatchObject({
      reason: 'ALREADY_INJECTED',
      revel_order_id: result.revel_order_id,
    });
    const live = world.revel.orders().filter(({ deleted }) => !deleted);
    expect(live.map(({ id }) => String(id))).toEqual([result.revel_order_id]);
    const history = await runTool(['history', '--event-id', String(event.id)], env);
    expect(history.stdout).toContain(result.revel_order_id);
    expect((await resolve('--recreate', '--yes')).code).toBe(1);
  });

  it('takes away what a lost event leaves, and makes again what staff has taken away', async () => {
    const [order] = world.revel.orders();
    world.tripleseat.control('set-status', { id: event.id, status: 'LOST' }, Date.now());
    const gone = await resolve('--void', '--uncertified', '--yes', '--json');
    expect([gone.code, JSON.parse(gone.stdout).events[0].status]).toEqual([0, 'repaired']);
    expect(world.revel.orders().filter(({ deleted }) => !deleted)).toEqual([]);
    expect((await sweep()).result).toMatchObject({ reason: 'STATUS_NOT_ELIGIBLE' });

    const other = world.addEvent();
    await runTool(['sync', '--event-id', String(other.id)], env);
    const made = world.revel.orders().find(({ deleted }) => !deleted);
    expect(made?.id).not.toBe(order?.id);
    world.revel.control('pos-delete', { orderId: made?.id }, Date.now());
    const again = await runTool(['resolve', String(other.id), '--recreate', '--yes', '--json'], env);
    expect([again.code, JSON.parse(again.stdout).events[0].status]).toEqual([0, 'injected']);
    expect((await runTool(['sync', '--event-id', String(other.id)], env)).code).toBe(0);
  });

  it('says how it is called', async () => {
    expect((await resolve('--replace', '--void')).code).toBe(64);
    expect((await resolve('--keep', 'both')).code).toBe(64);
    expect((await resolve('--yes')).code).toBe(64);
    expect((await resolve('--until', '2026-12-31')).code).toBe(64);
    expect((await resolve('--accept', ' ')).code).toBe(64);
    expect((await resolve('--accept', 'x', '--until', 'soon')).code).toBe(64);
  });
});
