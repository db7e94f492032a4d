import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { localDateTime } from '../../src/domain/zones.js';
import { places } from '../../src/sandbox/world/places.js';
import { runCli, startCli } from '../helpers/cli.js';
import { TestWorld } from '../helpers/world.js';

const SHOP = 90;
let world: TestWorld;
let env: Record<string, string>;
let stateDir: string;

beforeEach(async () => {
  world = await TestWorld.start();
  const { revel } = world;
  revel.addEstablishment({ id: SHOP, name: 'Test Kitchen', timezone: 'America/Chicago' });
  revel.addPosStation({ id: 40, establishment: SHOP, name: 'Counter' });
  for (const id of [9001, 9002, 9003])
    revel.addProduct({ id, establishment: SHOP, name: `Test ${id}`, price: 5 });
  stateDir = world.newStateDir();
  env = world.env(stateDir);
});
afterEach(() => world.close());

const certify = (...args: string[]) => runCli(['certify', ...args], env);
const orders = () => world.revel.orders().filter(({ establishment }) => establishment.endsWith(`/${SHOP}/`));
const twice = () => {
  const uuids = [
    ...world.revel.rows('Order'),
    ...world.revel.rows('OrderItem'),
    ...world.revel.rows('Payment'),
  ];
  const count = new Map<unknown, number>();
  for (const { uuid } of uuids) count.set(uuid, (count.get(uuid) ?? 0) + 1);
  return [...count.values()].filter((times) => times > 1).length;
};

describe('certify', () => {
  it('leaves what needs hands with --yes, and keeps what it found without a secret or a guest', async () => {
    const { code, stdout, stderr } = await certify('--establishment', String(SHOP), '--yes', '--json');
    expect([code, stderr.includes('Phase 5 of 6'), stderr.includes('Phase 6 of 6')]).toEqual([
      1,
      true,
      false,
    ]);
    const document = JSON.parse(stdout);
    expect(document).toMatchObject({
      certified: false,
      account: '127.0.0.1',
      establishment: SHOP,
      phases_open: [3, 4, 5, 6],
      findings: { localIdFilter: { value: 'works', certainty: 'seen' }, orderUuid: { value: 'repeatable' } },
    });
    expect(document.left.length).toBeGreaterThan(3);
    const kept = await readFile(join(stateDir, 'account.json'), 'utf8');
    expect(JSON.parse(kept)).toMatchObject({ format: 1, account: '127.0.0.1', certifiedAt: null });
    for (const text of [kept, await readFile(join(stateDir, 'certify.json'), 'utf8'), stdout, stderr]) {
      expect(text).not.toContain('test-secret');
      expect(text).not.toContain('test-key');
    }
    const doctor = await runCli(['doctor', '--json'], env);
    const check = JSON.parse(doctor.stdout).checks.find(({ name }: { name: string }) => name === 'Certified');
    expect(check).toMatchObject({ status: 'warning', hint: expect.stringContaining('certify --continue') });
    // What was made is taken away, and the session with it.
    const cleared = await certify('--phase', '6', '--yes', '--json');
    expect(JSON.parse(cleared.stdout).orders_for_staff.length).toBeGreaterThan(0);
    expect(orders().every(({ deleted }) => deleted)).toBe(true);
    expect((await certify('--continue', '--yes')).code).toBe(64);
  });

  it('killed on the way, goes on without writing anything twice', async () => {
    for (const after of [3, 9, 21, 40]) {
      const started = startCli(
        ['certify', ...(after === 3 ? ['--establishment', String(SHOP)] : ['--continue']), '--yes'],
        env,
      );
      const before = world.revelServer.log.entries().filter(({ method }) => method !== 'GET').length;
      world.revelGate.reset(() => {
        const writes = world.revelServer.log.entries().filter(({ method }) => method !== 'GET').length;
        if (writes >= before + after) started.child.kill('SIGKILL');
        return { kind: 'none' };
      });
      await started.done;
      world.revelGate.reset();
    }
    expect((await certify('--continue', '--yes')).code).toBe(1);
    expect(twice()).toBe(3);
    // Three ways, the hidden one, the one with the same uuid twice and its twin, the marked ones, those of two days.
    expect(orders().length).toBeGreaterThanOrEqual(9);
    expect(orders().length).toBeLessThanOrEqual(10);
  });

  it('refuses a live shop, the establishment of redirected runs, and a call that nobody can answer', async () => {
    const live = await certify('--establishment', '8', '--yes');
    expect([live.code, live.stderr]).toEqual([64, expect.stringContaining('"Special Events"')]);
    const redirected = await runCli(['certify', '--establishment', String(SHOP), '--yes'], {
      ...env,
      TEST_ESTABLISHMENT_ID: String(SHOP),
    });
    expect([redirected.code, redirected.stderr]).toEqual([
      78,
      expect.stringContaining('TEST_ESTABLISHMENT_ID'),
    ]);
    const nobody = await certify('--establishment', String(SHOP));
    expect([nobody.code, nobody.stderr]).toEqual([64, expect.stringContaining('--yes')]);
    const off = await runCli(['certify', '--establishment', String(SHOP), '--yes'], {
      ...env,
      ENABLE_CONNECTOR: 'false',
    });
    expect(off.code).toBe(78);
    const none = await certify('--continue', '--yes');
    expect([none.code, none.stderr]).toEqual([64, expect.stringContaining('no session')]);
    const away = await certify('--establishment', '4711', '--yes');
    expect([away.code, away.stderr]).toEqual([78, expect.stringContaining('not there (404)')]);
    expect(world.revel.orders()).toEqual([]);
  });

  it('plays a whole session in the sandbox, and doctor says so afterwards', async () => {
    const startedAt = Date.now();
    const home = world.newStateDir();
    const there = { PATH: process.env.PATH ?? '', HOME: home, STATE_DIR: home };
    const { code, stdout } = await runCli(
      ['certify', '--establishment', '8', '--yes', '--sandbox', '--json'],
      there,
    );
    expect(code).toBe(0);
    const report = JSON.parse(stdout);
    // In the last two hours of the shop's day no order is dated ahead.
    const isLate = [startedAt, Date.now()].some(
      (at) => localDateTime(at, places.west.zone).slice(11) >= '22:00',
    );
    expect(report.unknown.filter((each: string) => !isLate || each !== 'laterDate')).toEqual([]);
    expect(report).toMatchObject({
      certified: true,
      phases_open: [],
      left: [],
      locations: { books: { gratuity: 'in-total', fees: 'surcharge', tax: 'header' } },
      orders_for_staff: [],
    });
    const doctor = JSON.parse((await runCli(['doctor', '--sandbox', '--json'], there)).stdout);
    const check = doctor.checks.find(({ name }: { name: string }) => name === 'Certified');
    expect(check).toMatchObject({ status: 'ok', message: expect.stringContaining('on establishment 8') });
  });
});
