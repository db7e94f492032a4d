import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startCli } from '../helpers/cli.js';
import { syncHere } from '../helpers/sync-here.js';
import type { TestWorld } from '../helpers/world.js';
import { Drifted } from './helpers/drifted.js';
import { runTool } from './helpers/tool.js';

let drifted: Drifted;
let world: TestWorld;
let env: Record<string, string>;

beforeEach(async () => {
  drifted = await Drifted.start();
  ({ world, env } = drifted);
});
afterEach(() => world.close());

const resolve = (...args: string[]) => drifted.resolve(...args);

describe('resolve', () => {
  it('ends with the day of --until', async () => {
    const yesterday = new Date(Date.now() - 2 * 86_400_000).toISOString().slice(0, 10);
    const over = await resolve('--accept', 'for the day', '--until', yesterday, '--yes');
    expect([over.code, over.stdout]).toEqual([1, expect.stringContaining('look at it again')]);
    expect((await drifted.sweep()).result).toMatchObject({ reason: 'DRIFT' });
  });

  it('has nothing to accept of an event that is right, and none of a service that is away', async () => {
    const right = world.addEvent();
    await syncHere(env, [right]);
    const { code, stderr } = await runTool(['resolve', String(right.id), '--accept', 'x', '--yes'], env);
    expect([code, stderr]).toEqual([1, expect.stringContaining('no failure')]);
    env.REVEL_BASE_URL = 'http://127.0.0.1:9';
    const away = await resolve('--accept', 'x', '--yes');
    expect([away.code, away.stderr]).toEqual([69, expect.stringContaining('nothing to settle')]);
  });

  it('makes again what staff has taken away', async () => {
    const other = world.addEvent();
    await syncHere(env, [other]);
    const made = world.revel.orders().at(-1);
    world.revel.control('pos-delete', { orderId: made?.id }, Date.now());
    const again = await runTool(['resolve', String(other.id), '--recreate', '--yes', '--json'], env);
    expect([again.code, JSON.parse(again.stdout).events[0].status]).toEqual([0, 'injected']);
    expect((await syncHere(env, [other])).code).toBe(0);
  });

  it('ends with the code of the signal that stops it while it looks at what can be decided', async () => {
    world.tripleseatGate.reset();
    await resolve('--json');
    const looked = world.tripleseatGate.count;
    world.tripleseatGate.reset((_, at) => ({ kind: at >= looked ? 'hang-before' : 'none' }));
    const run = startCli(['resolve', String(drifted.event.id)], env);
    await expect
      .poll(() => world.tripleseatGate.count, { interval: 5, timeout: 30_000 })
      .toBeGreaterThan(looked);
    run.child.kill('SIGTERM');
    const { code, stdout } = await run.done;
    expect(code).toBe(143);
    expect(stdout).toContain('DRIFT');
    expect(stdout).not.toContain('Or from here');
  });

  it('says what cannot be done, and why', async () => {
    // Nobody knows yet whether this account keeps deleted marks.
    expect((await resolve()).stdout).toMatch(/--replace\n[\s\S]*ts-reconcile certify[\s\S]*--uncertified/);
    const cancelled = world.addEvent();
    await syncHere(env, [cancelled]);
    world.addEvent({ id: Number(cancelled.id), status: 'LOST' });
    const look = () => runTool(['resolve', String(cancelled.id)], env);
    expect((await look()).stdout).toContain(`resolve ${cancelled.id} --void\n`);
    for (const { id } of world.revel.orders()) {
      world.revel.control('pos-open', { orderId: id }, Date.now());
    }
    const opened = await look();
    expect([opened.code, opened.stdout]).toEqual([
      1,
      expect.stringMatching(/--void would be refused: Staff has/),
    ]);
    expect(opened.stdout).not.toContain(`resolve ${cancelled.id} --void\n`);
    // It sells less than the event has, and no decision is about what a POS has opened.
    const touched = await resolve();
    expect([touched.code, touched.stdout]).toEqual([1, expect.stringContaining('TOUCHED')]);
    expect(touched.stdout).not.toContain('Or from here');
    const refused = await resolve('--replace', '--uncertified', '--yes');
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringMatching(/on\s+the\s+POS\s+alone/)]);
  });

  it('takes no paid order away where the account cannot take a payment back', async () => {
    const found = { value: 'not-kept', certainty: 'seen', why: 'tried', at: '2026-11-14T18:00:00.000Z' };
    const findings = {
      deletedOrders: { ...found, value: 'honoured' },
      deletedPayments: found,
      negativePayments: { ...found, value: 'not-counted' },
    };
    const known = {
      format: 1,
      account: '127.0.0.1',
      establishmentId: 8,
      version: '0.1.0',
      certifiedAt: null,
    };
    await writeFile(join(env.STATE_DIR ?? '', 'account.json'), JSON.stringify({ ...known, findings }), {
      mode: 0o600,
    });
    const before = drifted.writes();
    const refused = await resolve('--replace', '--yes');
    expect([refused.code, refused.stderr]).toEqual([78, expect.stringContaining('nor counts negative ones')]);
    expect(drifted.writes()).toBe(before);
  });
});
