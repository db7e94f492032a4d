import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { places } from '../../src/sandbox/world/places.js';
import { wrongWith } from '../helpers/check.js';
import { runCli, syncArgs } from '../helpers/cli.js';
import { SWEEP, syncHere } from '../helpers/sync-here.js';
import { TestWorld } from '../helpers/world.js';

let world: TestWorld;
beforeEach(async () => {
  world = await TestWorld.start();
});
afterEach(() => world.close());

function writes(): string[] {
  return world.revelServer.log
    .entries()
    .filter(({ method }) => method !== 'GET')
    .map(({ method, path }) => `${method} ${path}`);
}

describe('what a run says', () => {
  it('in log lines that monitors look for', async () => {
    const [good, bad] = [world.addEvent(), world.addEvent({ documents: [] })];
    const dir = world.newStateDir();
    const args = ['sync', '--correlation-id', '1a2b3c4d', '--event-id', String(good.id), String(bad.id)];
    const run = await runCli(args, world.env(dir));
    const order = world.revel.orders()[0]?.id;
    const lines = run.stderr.trimEnd().split('\n').sort();
    expect(lines).toEqual([
      expect.stringMatching(new RegExp(`^ERROR \\[sync-1a2b3c4d\\] Failed to process event ${bad.id}: .+`)),
      `[sync-1a2b3c4d] Event ${good.id} synced successfully - Revel Order: ${order}`,
      '[sync-1a2b3c4d] Starting sync task',
      '[sync-1a2b3c4d] Sync completed - Queried: 2, Injected: 1, Skipped: 0, Failed: 1',
    ]);
    expect(run.stdout).toContain(`${good.id}`);
    expect(run.stdout).toContain('2 queried, 1 injected, 0 repaired, 0 skipped, 1 failed');

    const cron = await runCli(['sync', '--trigger', 'cron', '--correlation-id', '2b3c4d5e'], world.env(dir));
    expect(cron.stderr.split('\n')[0]).toBe('[scheduled-2b3c4d5e] Starting scheduled sync task');
    const hook = await runCli(
      [...syncArgs(good), '--trigger', 'webhook', '--correlation-id', '3c4d5e6f'],
      world.env(dir),
    );
    expect(hook.stderr).toContain(
      '[req-3c4d5e6f] Sync completed - Queried: 1, Injected: 0, Skipped: 1, Failed: 0',
    );
    expect(hook.report?.trigger).toBe('webhook');
  });

  it('where event and order can be looked at, if that is configured', async () => {
    const event = world.addEvent();
    const links = { EVENT_LINK: 'https://example.com/e/{id}', ORDER_LINK: 'https://example.com/?order={id}' };
    const env = world.env(world.newStateDir(), links);
    const { report } = await syncHere(env, SWEEP);
    const order = world.revel.orders()[0]?.id;
    expect(report.events[0]?.links).toEqual({
      event: `https://example.com/e/${event.id}`,
      order: `https://example.com/?order=${order}`,
    });
    const { report: bare } = await syncHere(world.env(world.newStateDir()), SWEEP);
    expect(bare.events[0]?.links).toEqual({ event: null, order: null });
    const wrong = await runCli(['sync'], { ...env, EVENT_LINK: 'https://example.com/e/' });
    expect([wrong.code, wrong.stderr]).toEqual([78, expect.stringContaining('EVENT_LINK has no {id}')]);
  });

  it('nothing at all under cron when nothing changed', async () => {
    const event = world.addEvent();
    const dir = world.newStateDir();
    const first = await runCli(['sync', '--trigger', 'cron'], world.env(dir));
    expect(first.stderr).toContain(`Event ${event.id} synced successfully`);
    const second = await runCli(['sync', '--trigger', 'cron'], world.env(dir));
    expect([second.code, second.stdout, second.stderr]).toEqual([0, '', '']);
  });

  it('under cron of a failure that stands only when it is new, and a line when there is something else', async () => {
    const bad = world.addEvent({ documents: [{ lines: [{ name: 'Unicorn Steak', price: 1000 }] }] });
    const env = world.env(world.newStateDir());
    const cron = () => runCli(['sync', '--trigger', 'cron'], env);
    const first = await cron();
    expect([first.code, first.stderr]).toEqual([
      1,
      expect.stringContaining(`Failed to process event ${bad.id}: "Unicorn`),
    ]);
    expect(first.stdout).toContain('Unicorn Steak');
    const second = await cron();
    expect([second.code, second.stdout, second.stderr]).toEqual([1, '', '']);
    world.addEvent();
    const third = await cron();
    expect(third.stderr).toContain(`] Failed to process event ${bad.id}: UNMATCHED_ITEMS, as before\n`);
    expect(third.stderr).not.toContain('ERROR');
    expect(third.stdout).toMatch(/Failing as before\n[^\n]* UNMATCHED_ITEMS [^\n]*\n\n/);
    expect(third.stdout).not.toContain('Unicorn Steak');
    expect((await runCli(['sync'], env)).stdout).toContain('Unicorn Steak');
  });

  it('only what is asked for in the table, and how much else there is', async () => {
    world.addEvent({ documents: [{ lines: [{ name: 'Unicorn Steak', price: 1000 }] }] });
    const good = world.addEvent();
    const env = world.env(world.newStateDir());
    const only = async (...what: string[]) => runCli(['sync', '--only', ...what], env);
    const changes = await only('changes');
    expect(changes.stdout).toContain(String(good.id));
    expect(changes.stdout).toContain('1 more: 1 UNMATCHED_ITEMS\n\n2 queried, 1 injected');
    expect(changes.stdout).not.toContain('Unicorn');
    expect((await only('failures')).stdout).toContain('1 more: 1 ALREADY_INJECTED\n\n2 queried');
    expect((await only('already_injected,failed')).stdout).not.toContain(' more: ');
    const wrong = await only('DRIFTT');
    expect([wrong.code, wrong.stderr]).toEqual([64, expect.stringContaining('did you mean DRIFT?')]);
  });

  it('plain text unless it is a terminal, and clean text whatever the names are', async () => {
    const event = world.addEvent({
      name: `A\u001b[31mB\u0007\r\nC\u202e <b>${'x'.repeat(10_000)}`,
      contact: { first: '\u001b]0;t\u0007', last: '=cmd()' },
    });
    const run = await runCli(
      ['sync', '--event-id', String(event.id)],
      world.env(world.newStateDir(), { NO_COLOR: '' }),
    );
    expect(run.code, run.stderr).toBe(0);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they must not be there
    expect(run.stdout + run.stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    expect(wrongWith(world.revel, event)).toEqual([]);
  });
});

describe('switches of the environment', () => {
  it('DRY_RUN makes every run a dry run', async () => {
    const event = world.addEvent();
    const run = await syncHere(world.env(world.newStateDir(), { DRY_RUN: 'true' }), [event]);
    expect(run.report).toMatchObject({ dry_run: true, summary: { injected: 1 } });
    expect(writes()).toEqual([]);
  });

  it('ENABLE_CONNECTOR=false writes nothing and says so', async () => {
    const event = world.addEvent();
    const env = world.env(world.newStateDir(), { ENABLE_CONNECTOR: 'false' });
    for (const target of [[event], SWEEP]) {
      const run = await syncHere(env, target);
      expect(run.code).toBe(0);
      expect(run.report.events).toMatchObject([{ status: 'skipped', reason: 'CONNECTOR_DISABLED' }]);
    }
    expect(writes()).toEqual([]);
  });

  it('--detailed-exitcode tells pending changes from none, whatever else fails', async () => {
    const event = world.addEvent();
    const failing = world.addEvent({ documents: [{ lines: [{ name: 'Tacco Bar', price: 100 }] }] });
    const env = world.env(world.newStateDir());
    const ask = async (...events: { id: number }[]) =>
      (await runCli([...syncArgs(...events), '--dry-run', '--detailed-exitcode'], env)).code;
    expect(await ask(event)).toBe(2);
    expect(await ask(event, failing)).toBe(2);
    expect((await syncHere(env, [event])).code).toBe(0);
    expect(await ask(event)).toBe(0);
    expect(await ask(event, failing)).toBe(1);
  });

  it('MAX_CREATES_PER_RUN, ALLOWED_LOCATIONS, IGNORE_EVENTS, TEST_ESTABLISHMENT_ID, PAYMENT_POLICY, --late, --location', async () => {
    const [first, second, ignored, elsewhere] = [
      world.addEvent(),
      world.addEvent(),
      world.addEvent(),
      world.addEvent({ documents: [{ lines: [{ name: 'Taco Bar', price: 824 }] }] }, places.lake),
    ];
    const changes = {
      MAX_CREATES_PER_RUN: '1',
      ALLOWED_LOCATIONS: '15691',
      IGNORE_EVENTS: String(ignored.id),
    };
    const limited = await syncHere(world.env(world.newStateDir(), changes), SWEEP);
    expect(limited.code).toBe(1);
    expect(limited.report.error).toMatchObject({
      code: 'CREATE_LIMIT',
      hint: expect.stringContaining('--dry-run --force'),
    });
    expect(limited.report.events.map(({ reason }) => reason).sort()).toEqual([
      'CREATE_LIMIT',
      'CREATE_LIMIT',
      'IGNORED',
      'LOCATION_NOT_ALLOWED',
    ]);
    expect(writes()).toEqual([]);

    const forced = await runCli(['sync', '--json', '--force'], world.env(world.newStateDir(), changes));
    expect(forced.report?.summary).toMatchObject({ injected: 2, skipped: 2 });
    for (const event of [first, second]) expect(wrongWith(world.revel, event)).toEqual([]);

    const test = { TEST_ESTABLISHMENT_ID: '8', PAYMENT_POLICY: 'full' };
    const elsewhereRun = await runCli(
      ['sync', '--json', '--location', 'Lakeside Catering'],
      world.env(world.newStateDir(), test),
    );
    expect(elsewhereRun.report?.events).toMatchObject([{ id: String(elsewhere.id), status: 'injected' }]);
    const order = world.revel.orders().find(({ local_id }) => local_id === `Triple Seat_${elsewhere.id}`);
    expect(order).toMatchObject({ establishment: '/enterprise/Establishment/8/', remaining_due: 0 });

    const old = world.addEvent({ date: '2026-01-05' });
    const missed = await syncHere(world.env(world.newStateDir()), [old]);
    expect(missed.report.events).toMatchObject([{ status: 'failed', reason: 'MISSED' }]);
    const late = await runCli([...syncArgs(old), '--late'], world.env(world.newStateDir()));
    expect(late.report?.events).toMatchObject([{ status: 'injected' }]);
  });

  it('the journal tells of the run under its correlation id', async () => {
    const event = world.addEvent();
    const journal = world.newStateDir();
    await syncHere(world.env(journal), [event]);
    const text = await readFile(join(journal, 'journal', 'journal.jsonl'), 'utf8');
    const records = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(records.map(({ type }) => type)).toEqual(['run-start', 'event', 'booked', 'run-end']);
    expect(new Set(records.map(({ run }) => run)).size).toBe(1);
  });
});
