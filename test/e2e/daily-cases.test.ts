import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliRun, runCli, startCli } from '../helpers/cli.js';

/**
 * What a shop meets, from the first notice to settled by one command, as a person types it on the sandbox: `happens` is
 * what others have done, `sees` what the run says, `types` what settles it.
 */
const cases = [
  {
    name: 'DRIFT: the event was changed after its order was made',
    event: '55530001',
    happens: ['--line', 'Taco Bar', '--quantity', '40'],
    sees: /DRIFT[\s\S]*Taco Bar +40 × 8\.24 +36 × 8\.24[\s\S]*ts-reconcile resolve 55530001 --sandbox/,
    types: ['resolve', '55530001', '--replace', '--yes', '--sandbox'],
  },
  {
    name: 'DRIFT: a payment came after the order',
    event: '55530008',
    happens: ['--pay', '200'],
    sees: /DRIFT[\s\S]*payment +200\.00 +-[\s\S]*ts-reconcile resolve 55530008 --sandbox/,
    types: ['resolve', '55530008', '--payment', '--yes', '--sandbox'],
  },
  {
    name: 'ORPHANED: the event was cancelled after its order was made',
    event: '55530005',
    happens: ['--status', 'LOST'],
    sees: /ORPHANED[\s\S]*is LOST[\s\S]*ts-reconcile resolve 55530005 --sandbox/,
    types: ['resolve', '55530005', '--void', '--yes', '--sandbox'],
  },
  {
    name: 'UNMATCHED: a line has no product',
    event: '55530052',
    happens: ['--date', '0', '--line', 'Smoked Trout', '--quantity', '20', '--price', '9.50'],
    sees: /UNMATCHED_ITEMS[\s\S]*ts-reconcile products map "Smoked Trout" <productId> --location "Lakeside Catering" --sandbox/,
    types: [
      'products',
      'map',
      'Smoked Trout',
      '686',
      '--location',
      'Lakeside Catering',
      '--yes',
      '--sandbox',
    ],
  },
  {
    name: 'DUPLICATE: another program has made the order once more',
    event: '55530006',
    happens: ['--duplicate'],
    sees: /DUPLICATE_ORDERS[\s\S]*2 live orders[\s\S]*ts-reconcile resolve 55530006 --sandbox/,
    types: ['resolve', '55530006', '--keep', '<the first>', '--yes', '--sandbox'],
  },
  {
    name: 'MISSED: there is no order, and its time is over',
    event: '55530051',
    happens: ['--date', '-2'],
    sees: /MISSED[\s\S]*ts-reconcile sync --event-id 55530051 --late --sandbox/,
    types: ['sync', '--event-id', '55530051', '--late', '--sandbox'],
  },
] as const;

let stateDir: string;
let env: Record<string, string>;
let serving: CliRun;

const run = (...args: readonly string[]) => runCli(args, env);

describe('the daily cases', () => {
  beforeAll(async () => {
    stateDir = await mkdtemp(join(tmpdir(), 'daily-'));
    env = { PATH: process.env.PATH ?? '', HOME: stateDir, STATE_DIR: stateDir };
    // One server for all: each run would start its own.
    serving = startCli(['sandbox', 'start'], env);
    await new Promise((resolve) => serving.child.stdout?.once('data', resolve));
    const orders = cases.map(({ event }) => event).filter((id) => id < '55530050');
    expect((await run('sync', '--event-id', ...orders, '--sandbox')).code).toBe(0);
  });
  afterAll(async () => {
    serving.child.kill('SIGTERM');
    await serving.done;
    await rm(stateDir, { recursive: true, force: true });
  });

  it.each(cases)(
    '$name: settled by one command, within a minute',
    async ({ event, happens, sees, types }) => {
      expect((await run('sandbox', 'edit', event, ...happens)).code).toBe(0);
      const noticedAt = performance.now();
      const notice = await run('sync', '--event-id', event, '--sandbox');
      expect([notice.code, notice.stdout.replaceAll(/\s+/g, ' ')]).toEqual([1, expect.stringMatching(sees)]);
      const [, first = ''] = /live orders: (\d+)/.exec(notice.stdout.replaceAll(/\s+/g, ' ')) ?? [];
      const settled = await run(...types.map((word) => (word === '<the first>' ? first : word)));
      expect(settled.code, settled.stdout + settled.stderr).toBe(0);
      const after = await run('sync', '--event-id', event, '--sandbox', '--json');
      expect(after.report?.summary).toMatchObject({ failed: 0 });
      expect(performance.now() - noticedAt).toBeLessThan(60_000);
      const pending = ['--dry-run', '--detailed-exitcode', '--sandbox'];
      expect((await run('sync', '--event-id', event, ...pending)).code).toBe(0);
    },
  );
});
