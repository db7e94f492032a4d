import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TestWorld } from '../helpers/world.js';
import { Drifted } from './helpers/drifted.js';
import { runTool } from './helpers/tool.js';

let drifted: Drifted;
let world: TestWorld;
let env: Record<string, string>;
let event: { id: number };

beforeEach(async () => {
  drifted = await Drifted.start();
  ({ world, env, event } = drifted);
});
afterEach(() => world.close());

const resolve = (...args: string[]) => drifted.resolve(...args);

describe('resolve', () => {
  it('shows what differs and what can be done, and writes nothing', async () => {
    const before = drifted.writes();
    const { code, stdout } = await resolve();
    expect(code).toBe(1);
    expect(stdout).toContain('DRIFT');
    expect(stdout).toContain(`ts-reconcile resolve ${event.id} --accept`);
    expect(drifted.writes()).toBe(before);
  });

  it('accepts what a person has seen, until the event changes, and tells who and why', async () => {
    const before = drifted.writes();
    const nobody = await resolve('--accept', 'guests agreed');
    expect([nobody.code, nobody.stderr]).toEqual([64, expect.stringContaining('--yes')]);
    expect((await resolve('--accept', 'guests agreed', '--dry-run')).stdout).toContain('would be accepted');
    expect((await drifted.sweep()).result).toMatchObject({ status: 'failed', reason: 'DRIFT' });

    const accepted = await resolve('--accept', 'guests agreed', '--yes', '--json');
    expect(accepted.code).toBe(0);
    expect(JSON.parse(accepted.stdout)).toMatchObject({
      dry_run: false,
      events: [{ status: 'skipped', reason: 'ACCEPTED' }],
    });
    for (let again = 0; again < 2; again += 1) {
      const { code, result } = await drifted.sweep();
      expect([code, result.reason]).toEqual([0, 'ACCEPTED']);
      expect(result.error).toMatch(/^DRIFT, accepted by .+ on \d{4}-\d\d-\d\d: guests agreed$/);
      expect(result.differences).not.toEqual([]);
    }
    expect((await runTool(['history', '--failed'], env)).code).toBe(0);
    const history = await runTool(['history', '--event-id', String(event.id)], env);
    expect(history.stdout).toContain('guests agreed');
    expect((await resolve()).code).toBe(0);
    expect(drifted.writes()).toBe(before);

    drifted.sells('Taco Bar', 33);
    const { code, result } = await drifted.sweep();
    expect([code, result.reason]).toEqual([1, 'DRIFT']);
    expect(drifted.writes()).toBe(before);
  });

  it('puts a new order in the place of one that drifted, once the account is known to keep marks', async () => {
    const before = drifted.writes();
    const refused = await resolve('--replace', '--yes');
    expect([refused.code, refused.stderr]).toEqual([78, expect.stringContaining('--uncertified')]);
    // A program cannot be asked: without --yes it is told the plan.
    for (const how of ['--dry-run', '--uncertified']) {
      const { code, stdout } = await resolve('--replace', '--uncertified', '--json', how);
      const { dry_run, events } = JSON.parse(stdout);
      expect([code, dry_run]).toEqual([0, true]);
      expect(events[0].changes.map(({ action }: { action: string }) => action)).toContain('mark_deleted');
    }
    expect(drifted.writes()).toBe(before);
    const nobody = await resolve('--replace', '--uncertified');
    expect([nobody.code, nobody.stderr]).toEqual([64, expect.stringContaining('--yes')]);
    expect(drifted.writes()).toBe(before);

    const done = await resolve('--replace', '--uncertified', '--yes', '--json');
    expect(done.code).toBe(0);
    const [result] = JSON.parse(done.stdout).events;
    expect(result).toMatchObject({ status: 'injected', error: null });
    expect((await drifted.sweep()).result).toMatchObject({
      reason: 'ALREADY_INJECTED',
      revel_order_id: result.revel_order_id,
    });
    const live = world.revel.orders().filter(({ deleted }) => !deleted);
    expect(live.map(({ id }) => String(id))).toEqual([result.revel_order_id]);
    const history = await runTool(['history', '--event-id', String(event.id)], env);
    expect(history.stdout).toContain(result.revel_order_id);
    expect((await resolve('--recreate', '--yes')).code).toBe(1);
  });

  it.each([
    ['--replace', '--uncertified'],
    ['--accept', 'guests agreed'],
  ])('writes nothing with DRY_RUN=true: %s', async (...action) => {
    const before = drifted.writes();
    const call = ['resolve', String(event.id), ...action, '--yes', '--json'];
    const { code, stdout } = await runTool(call, { ...env, DRY_RUN: 'true' });
    expect([code, JSON.parse(stdout).dry_run]).toEqual([0, true]);
    expect(drifted.writes()).toBe(before);
    expect((await drifted.sweep()).result).toMatchObject({ status: 'failed', reason: 'DRIFT' });
  });
});
