import { mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestWorld } from '../helpers/world.js';
import { runTool } from './helpers/tool.js';
import { noTerminal, typed } from './helpers/typed.js';

let world: TestWorld;
let stateDir: string;
let env: Record<string, string>;

beforeEach(async () => {
  world = await TestWorld.start();
  stateDir = world.newStateDir();
  env = world.env(stateDir);
});
afterEach(() => world.close());

const requests = () => world.tripleseatServer.log.entries().length + world.revelServer.log.entries().length;

describe('report as a process', () => {
  it('shows in one file what runs did and what is coming, without asking anybody', async () => {
    const good = world.addEvent();
    const bad = world.addEvent({
      documents: [{ lines: [{ name: 'Tacco & Bar', quantity: '1.0', price: 100 }] }],
    });
    expect((await runTool(['sync', '--trigger', 'cron'], env)).code).toBe(1);
    expect((await runTool(['preview'], env)).code).toBe(1);
    const before = requests();
    const [order] = world.revel.orders();

    const file = join(stateDir, 'page.html');
    expect(await runTool(['report', '--html', file], env)).toMatchObject({ code: 0, stdout: '', stderr: '' });
    const page = await readFile(file, 'utf8');
    expect(page).toContain(`${good.id} · order ${order?.id}`);
    expect(page).toContain(`id="o${bad.id}"`);
    expect(page).toContain('Tacco &amp; Bar');
    expect(page).not.toContain('Tacco & Bar');
    expect(page).toContain('<code>ts-reconcile products</code>');
    expect(page.match(/<svg /g)).toHaveLength(3);
    expect((await readdir(stateDir)).filter((name) => name.endsWith('.tmp'))).toEqual([]);

    // The same on stdout, where it is piped to.
    const piped = await runTool(['report'], env);
    expect(piped.stdout.replace(/ago|\d/g, '')).toBe(page.replace(/ago|\d/g, ''));
    const dashed = await runTool(['report', '--html', '-'], env);
    expect(dashed.stdout.replace(/ago|\d/g, '')).toBe(page.replace(/ago|\d/g, ''));
    expect(requests()).toBe(before);
  });

  it('adds up a day for the books, and names what is open', async () => {
    const good = world.addEvent();
    const bad = world.addEvent({
      documents: [{ lines: [{ name: 'Nobody has it', quantity: '1.0', price: 100 }] }],
    });
    await runTool(['sync'], env);
    const before = requests();
    const { code, stdout, stderr } = await runTool(['report', '--csv'], env);
    expect([code, stderr]).toEqual([0, '']);
    const [head = '', line = '', ...rest] = stdout
      .trimEnd()
      .split('\r\n')
      .map((each) => each.split(','));
    expect(rest).toEqual([]);
    const cell = (name: string) => line[head.indexOf(name)];
    const [order] = world.revel.orders();
    expect([cell('events'), cell('orders'), cell('open events')]).toEqual(['2', '1', String(bad.id)]);
    expect(Number(cell('sales of orders'))).toBe(Number(order?.subtotal));
    expect(Number(cell('due of orders'))).toBe(Number(order?.remaining_due));
    for (const name of ['sales', 'tax', 'gratuity', 'fees', 'paid', 'due'])
      expect(cell(`${name} difference`)).toBe('0.00');
    const day = cell('\ufeffdate') ?? '';
    expect(
      (await runTool(['report', '--csv', '--from', '2026-01-01', '--to', '2026-01-31'], env)).stdout,
    ).not.toContain(day);
    expect((await runTool(['report', '--csv', '--from', day, '--to', day], env)).stdout).toBe(stdout);
    expect(requests()).toBe(before);
    expect(good.id).not.toBe(bad.id);
  });

  it('of a state that holds nothing is a page, and a head', async () => {
    const page = await runTool(['report'], env);
    expect([page.code, page.stderr]).toEqual([0, '']);
    expect(page.stdout).toContain('whether something fails is not known');
    const { code, stdout } = await runTool(['report', '--csv'], env);
    expect([code, stdout.split('\r\n').length]).toEqual([0, 2]);
  });

  it('says what is wrong with a call, and with a place for the file', async () => {
    for (const [args, said] of [
      [['--csv', '--html', 'x.html'], /cannot be used with/],
      [['--from', '2026-11-01'], /--from and --to go with --csv/],
      [['--csv', '--from', '2026-11-02', '--to', '2026-11-01'], /--from lies after --to/],
      [['--csv', '--from', 'today'], /Write a day like/],
    ] as const) {
      const { code, stdout, stderr } = await runTool(['report', ...args], env);
      expect([code, stdout]).toEqual([64, '']);
      expect(stderr).toMatch(said);
    }
    const nowhere = join(stateDir, 'not', 'there', 'page.html');
    const { code, stderr } = await runTool(['report', '--html', nowhere], env);
    expect(code).toBe(78);
    expect(stderr).toMatch(/page\.html could not be written: its directory does not exist\./);
    await expect(stat(nowhere)).rejects.toThrow();
    const full = await runTool(['report', '--html', '/dev/full'], env);
    expect([full.code, full.stderr]).toEqual([
      78,
      'ts-reconcile: The file /dev/full could not be written: the disk is full.\nFree some space, then run it again.\n',
    ]);
  });

  it.skipIf(noTerminal)('says on a terminal where the page is', async () => {
    await mkdir(stateDir, { mode: 0o700 });
    const at = typed(['report', '--html', 'page.html'], { ...process.env, ...env }, stateDir);
    expect(await at.ended).toBe(0);
    const [, file = ''] = /^Written: (\S+)\s*$/m.exec(at.screen()) ?? [];
    expect(await readFile(file, 'utf8')).toContain('Events and orders');
    expect(dirname(file)).toBe(stateDir);
  });
});
