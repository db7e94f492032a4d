import { rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import type { SyncOptions } from '../../src/commands/sync.js';
import { addDays, localDate } from '../../src/domain/zones.js';
import { places } from '../../src/sandbox/world/places.js';
import { openStateDir } from '../../src/state/files/open.js';
import { runCli, startCli } from '../helpers/cli.js';
import { type RunHere, SWEEP as SWEEP_HERE, syncHere } from '../helpers/sync-here.js';
import { TestWorld } from '../helpers/world.js';

const HOUR = 3_600_000;
const SWEEP = ['sync', '--json', '--trigger', 'cron'];
const GROWN =
  /^WARN \[scheduled-[0-9a-f]{8}\] The last good sweep is longer than 48 hours ago: looking (\d+) hours back/;

let world: TestWorld;
let stateDir: string;
beforeEach(async () => {
  world = await TestWorld.start();
  stateDir = world.newStateDir();
});
afterEach(async () => {
  await world.close();
});

/** A sweep that covered everything, so many hours ago. */
async function goodSweep(hoursAgo: number): Promise<void> {
  const state = await openStateDir({ dir: stateDir, clock: systemClock, random: Math.random });
  const at = new Date(Date.now() - hoursAgo * HOUR).toISOString();
  const summary = { queried: 0, injected: 0, repaired: 0, skipped: 0, failed: 0 };
  const run = { at, run: '0a0b0c0d', mode: 'bulk' } as const;
  await state.journal.append([
    { ...run, type: 'run-start', trigger: 'cron', window: null },
    { ...run, type: 'run-end', complete: true, exit: 0, summary },
  ]);
  await state.close();
}

/** A sweep of a timer's in this process. */
function sweep(env: Record<string, string>, changes: Partial<SyncOptions> = {}): Promise<RunHere> {
  return syncHere(env, SWEEP_HERE, { trigger: 'cron', ...changes });
}

/** How many hours a sweep looked back. */
function reach({ report }: RunHere): number {
  const { from, to } = report.window ?? { from: '', to: '' };
  return (Date.parse(to) - Date.parse(from)) / HOUR;
}

function grownLines({ stderr }: RunHere): string[] {
  return stderr.split('\n').filter((line) => GROWN.test(line));
}

function daysAgo(days: number): string {
  return addDays(localDate(Date.now(), places.west.zone), -days);
}

describe('a sweep that finds another one running', () => {
  it('says so in one line, exits 75 and asks nobody anything', async () => {
    world.addEvent();
    const state = await openStateDir({ dir: stateDir, clock: systemClock, random: Math.random });
    try {
      expect(await state.locks.tryLock('sweep')).not.toBeNull();
      const second = await runCli(['sync', '--trigger', 'cron'], world.env(stateDir));
      expect(second.code).toBe(75);
      expect(second.stderr).toMatch(/^WARN \[scheduled-[0-9a-f]{8}\] Another sweep is running.*\n$/);
      expect(second.stdout).toBe('');
      expect(world.tripleseatServer.log.entries()).toEqual([]);
    } finally {
      await state.close();
    }
    expect((await sweep(world.env(stateDir))).code).toBe(0);
  });

  it('says which run that is, since when and where; with --wait it waits for it', async () => {
    const event = world.addEvent();
    // One that was killed, and one that a machine of another name has begun: neither is it.
    await goodSweep(60);
    const killed = startCli(SWEEP, world.env(stateDir));
    world.tripleseatGate.reset(() => ({ kind: 'hang-before' }));
    await expect.poll(() => world.tripleseatGate.count, { interval: 5, timeout: 10_000 }).toBeGreaterThan(0);
    killed.child.kill('SIGKILL');
    await killed.done;
    const before = world.tripleseatGate.count;
    const first = startCli([...SWEEP, '--correlation-id', '1a2b3c4d'], world.env(stateDir));
    await expect
      .poll(() => world.tripleseatGate.count, { interval: 5, timeout: 10_000 })
      .toBeGreaterThan(before);

    const refused = await runCli(SWEEP, world.env(stateDir));
    expect(refused.code).toBe(75);
    expect(refused.report).toMatchObject({ events: [], error: { code: 'LOCKED' } });
    const who =
      /Another sweep is running \(scheduled-1a2b3c4d, since \d{4}-\d\d-\d\d \d\d:\d\d P[SD]T on (\S+)\); nothing/;
    expect(who.exec(refused.report?.error?.message ?? '')?.[1]).toBe(hostname());

    const waiting = startCli(['sync', '--json', '--wait'], world.env(stateDir));
    let said = '';
    waiting.child.stderr?.on('data', (chunk: Buffer) => {
      said += chunk;
    });
    await expect
      .poll(() => said, { timeout: 10_000 })
      .toMatch(/scheduled-1a2b3c4d, since .*; waiting for it/);
    world.tripleseatGate.reset();
    first.child.kill('SIGTERM');
    expect((await first.done).code).toBe(143);
    const second = await waiting.done;
    expect(second.code, second.stderr).toBe(0);
    expect(second.report?.events).toMatchObject([{ id: String(event.id), status: 'injected' }]);
  });

  it('stops waiting when it is told to stop, and says that and nothing else', async () => {
    const state = await openStateDir({ dir: stateDir, clock: systemClock, random: Math.random });
    try {
      await state.locks.tryLock('sweep');
      const waiting = startCli(['sync', '--json', '--wait'], world.env(stateDir));
      let said = '';
      waiting.child.stderr?.on('data', (chunk: Buffer) => {
        said += chunk;
      });
      await expect
        .poll(() => said, { timeout: 10_000 })
        .toContain('Another sweep is running; waiting for it.');
      waiting.child.kill('SIGTERM');
      const { code, report } = await waiting.done;
      expect([code, report?.error?.code]).toEqual([143, 'STOPPED']);
    } finally {
      await state.close();
    }
  });

  it('is gone at once when the other one is killed', async () => {
    world.addEvent();
    world.tripleseatGate.reset(() => ({ kind: 'hang-before' }));
    const first = startCli(SWEEP, world.env(stateDir));
    await expect.poll(() => world.tripleseatGate.count, { interval: 5, timeout: 10_000 }).toBeGreaterThan(0);
    first.child.kill('SIGKILL');
    expect((await first.done).signal).toBe('SIGKILL');
    world.tripleseatGate.reset();
    expect(await runCli(SWEEP, world.env(stateDir))).toMatchObject({
      code: 0,
      report: { summary: { injected: 1 } },
    });
  });
});

describe('the window', () => {
  it('grows over an outage, says so in one line, and is back to normal afterwards', async () => {
    await goodSweep(120);
    const missed = world.addEvent({ date: daysAgo(4) });
    const first = await sweep(world.env(stateDir));
    expect(grownLines(first)).toHaveLength(1);
    expect(reach(first)).toBe(121);
    expect(first.report?.events).toMatchObject([{ id: String(missed.id), reason: 'MISSED' }]);

    const second = await sweep(world.env(stateDir));
    expect(second.stderr).not.toMatch(/last good sweep/);
    expect(reach(second)).toBe(48);
  });

  it('grows to 14 days at most, and says that older events are not covered', async () => {
    await goodSweep(24 * 40);
    const result = await sweep(world.env(stateDir));
    expect(reach(result)).toBe(14 * 24);
    expect(grownLines(result)[0]).toContain('; older events are not covered');
  });

  it('stays grown until a sweep has covered all of it', async () => {
    await goodSweep(100);
    const env = () => world.env(stateDir, { HTTP_TIMEOUT_MS: '2000' });
    world.tripleseatGate.reset(({ path }) => ({ kind: path.startsWith('/v1') ? 'bad-json' : 'none' }));
    expect((await sweep(env())).code).toBe(69);

    let seen = 0;
    world.tripleseatGate.reset(({ path }) => {
      if (!path.includes('/events/search')) return { kind: 'none' };
      seen += 1;
      // Two searches for each of three sites: those of the last one fail, however often they are sent.
      return { kind: seen > 4 ? 'bad-json' : 'none' };
    });
    const partly = await sweep(env());
    expect(partly).toMatchObject({ code: 69, report: { error: { code: 'INCOMPLETE' } } });

    world.tripleseatGate.reset();
    expect((await sweep(env(), { locations: [places.west.name] })).code).toBe(0);
    expect((await sweep(world.env(stateDir, { ENABLE_CONNECTOR: 'false' }))).code).toBe(0);
    expect((await sweep(env(), { dryRun: true })).code).toBe(0);

    const whole = await sweep(env());
    expect(reach(whole)).toBe(101);
    expect(reach(await sweep(env()))).toBe(48);
  });

  it('counts a sweep in which single events failed as one that covered it', async () => {
    await goodSweep(100);
    world.addEvent({ documents: [{ lines: [{ name: 'Unicorn Steak', price: 1000 }] }] });
    expect((await sweep(world.env(stateDir))).code).toBe(1);
    expect(reach(await sweep(world.env(stateDir)))).toBe(48);
  });
});

describe('an event that was missed', () => {
  it('stands last in the table, under a heading of its own, with what to do', async () => {
    world.addEvent({ name: 'Cedar Gala' });
    world.addEvent({ documents: [{ lines: [{ name: 'Unicorn Steak', price: 1000 }] }] });
    const missed = world.addEvent({ name: 'Dogwood Dance', date: daysAgo(2) });
    const { code, stdout } = await runCli(['sync'], world.env(stateDir));
    expect(code).toBe(1);
    const lines = stdout.trimEnd().split('\n');
    const heading = lines.indexOf('Missed: no order, and the time for it has passed');
    expect(heading).toBeGreaterThan(lines.indexOf('Failed'));
    expect(lines[heading + 1]).toContain('Dogwood Dance');
    expect(lines[heading + 2]).toContain(`ts-reconcile sync --event-id ${missed.id} --late`);
    expect(lines.at(-1)).toMatch(/^3 queried, 1 injected, 0 repaired, 0 skipped, 2 failed/);
  });
});

describe('a lost state directory', () => {
  it('costs requests, not correctness', async () => {
    const events = [world.addEvent(), world.addEvent({}, places.lake), world.addEvent({}, places.harbor)];
    await sweep(world.env(stateDir));
    const warm = await sweep(world.env(stateDir));
    await rm(stateDir, { recursive: true });
    const cold = await sweep(world.env(stateDir));
    for (const { code, report } of [warm, cold]) {
      expect(code).toBe(0);
      expect(report?.events.map(({ reason }) => reason)).toEqual(events.map(() => 'ALREADY_INJECTED'));
    }
    const sum = ({ report }: RunHere) => report.requests.revel + report.requests.tripleseat;
    expect(sum(cold)).toBeGreaterThanOrEqual(sum(warm));
    expect(world.revel.orders()).toHaveLength(events.length);
  });

  it('between the crash of a run and the next one still leads to one order', async () => {
    const event = world.addEvent();
    world.revelGate.reset(({ method, path }) => ({
      kind: method === 'POST' && path.includes('/OrderItem') ? 'hang-after' : 'none',
    }));
    const run = startCli(SWEEP, world.env(stateDir));
    await expect.poll(() => world.revel.orders().length, { interval: 5, timeout: 10_000 }).toBe(1);
    run.child.kill('SIGKILL');
    await run.done;
    await rm(stateDir, { recursive: true });
    world.revelGate.reset();
    const after = await sweep(world.env(stateDir));
    expect(after.report?.events).toMatchObject([{ id: String(event.id), status: 'repaired' }]);
    expect(world.revel.orders().filter(({ deleted }) => !deleted)).toHaveLength(1);
  });
});
