import { execFile, spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { stripVTControlCharacters } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { binPath } from '../helpers/cli.js';
import { TestWorld } from '../helpers/world.js';

/** Runs a command on a terminal of its own; comes with util-linux. */
const SCRIPT = 'script';
const absent = !spawnSync(SCRIPT, ['--version']).stdout?.includes('util-linux');

const CLEAR_LINE = '\r\u001b[2K';
/** Escapes, moves of the cursor. */
const DRAWN = /(?!\n)\p{Cc}/u;

let world: TestWorld;
beforeEach(async () => {
  world = await TestWorld.start();
});
afterEach(async () => {
  await world.close();
});

/** What a terminal of 80 columns gets from a sweep; `redirect` is shell. */
async function onTerminal(
  args: string,
  redirect = '',
  changes: Record<string, string> = {},
): Promise<string> {
  const { NO_COLOR: _, ...usual } = world.env(world.newStateDir());
  const env = { ...usual, TERM: 'xterm', ...changes };
  const command = `stty cols 80 rows 24; exec ${process.execPath} ${binPath} ${args} ${redirect}`;
  return new Promise((resolve) => {
    execFile(SCRIPT, ['-qec', command, '/dev/null'], { env }, (_, stdout) =>
      resolve(stdout.replaceAll('\r\n', '\n')),
    );
  });
}

describe.skipIf(absent)('a sweep on a terminal', () => {
  beforeEach(() => {
    for (let count = 0; count < 3; count += 1) world.addEvent();
    world.addEvent({
      name: 'Birch Brunch',
      documents: [{ lines: [{ name: 'Unicorn Steak', price: 1000 }] }],
    });
  });

  const times = (text: string, part: string) => text.split(part).length - 1;

  it('shows how far it is, and every failure once, in the table, within 80 columns', async () => {
    const text = await onTerminal('sync');
    const redrawn = text.split(CLEAR_LINE);
    expect(redrawn.some((line) => /^events: \d of 4/.test(line))).toBe(true);
    expect(times(text, 'Unicorn Steak')).toBe(1);
    expect(text).not.toContain('Failed to process event');
    const lines = stripVTControlCharacters(redrawn.at(-1) ?? '').split('\n');
    expect(lines).toContain('─'.repeat(80));
    for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(80);
    expect(lines.findIndex((line) => line.startsWith('Failed'))).toBeGreaterThan(
      lines.findIndex((line) => line.includes('· Special Events: 3 events, ')),
    );
    expect(lines.at(-2)).toMatch(/^4 queried, 3 injected, 0 repaired, 0 skipped, 1 failed/);
  });

  it('still writes every log line where stderr goes elsewhere', async () => {
    const log = world.path('log');
    const text = await onTerminal('sync', `2>${log}`);
    const lines = (await readFile(log, 'utf8')).trimEnd().split('\n');
    expect(
      lines.filter((line) => / Event \d+ synced successfully - Revel Order: \d+$/.test(line)),
    ).toHaveLength(3);
    expect(lines.filter((line) => line.startsWith('ERROR '))).toHaveLength(1);
    expect(lines.at(-1)).toContain('Sync completed - Queried: 4, Injected: 3, Skipped: 0, Failed: 1');
    expect(times(text, 'Unicorn Steak')).toBe(1);
  });

  it('writes them where stdout goes elsewhere, and the table is plain there', async () => {
    const out = world.path('out');
    const text = await onTerminal('sync', `>${out}`);
    expect(text).toContain('Failed to process event');
    expect(await readFile(out, 'utf8')).not.toMatch(DRAWN);
  });

  it.each([
    ['--no-color', 'sync', { TERM: 'xterm' }],
    ['NO_COLOR', 'sync', { NO_COLOR: '1' }],
    ['TERM=dumb', 'sync', { TERM: 'dumb' }],
  ])('has the same layout without colour with %s', async (name, args, changes) => {
    const text = await onTerminal(name === '--no-color' ? `--no-color ${args}` : args, '', changes);
    expect(text.replaceAll(CLEAR_LINE, '')).not.toMatch(DRAWN);
    expect(text).toContain('─'.repeat(80));
    expect(text).toContain('Birch Brunch');
    expect(times(text, 'Unicorn Steak')).toBe(1);
  });
});
