import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { columnsOf } from '../../src/text/width.js';
import { binPath } from '../helpers/cli.js';

/** Runs a command on a terminal of its own; comes with util-linux. */
const SCRIPT = 'script';
const absent = !spawnSync(SCRIPT, ['--version']).stdout?.includes('util-linux');
const clock = fileURLToPath(new URL('helpers/fixed-clock.mjs', import.meta.url));

let stateDir: string;

/** What a terminal gets on stdout, on a sandbox whose day is the 14th of November 2026. */
function screen(args: string, columns: number, changes: Record<string, string> = {}): Promise<string> {
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: stateDir,
    STATE_DIR: stateDir,
    TERM: 'xterm-256color',
    NODE_OPTIONS: `--import=${clock}`,
    ...changes,
  };
  const command = `stty cols ${columns} rows 50; exec ${process.execPath} ${binPath} ${args} --sandbox 2>/dev/null`;
  return new Promise((resolve) => {
    execFile(SCRIPT, ['-qec', command, '/dev/null'], { env }, (_, stdout) =>
      resolve(stdout.replaceAll('\r\n', '\n')),
    );
  });
}

/** Without what differs from run to run. */
function steady(text: string): string {
  return text
    .replaceAll(/\(\d+\.\d s\)/g, '(0.0 s)')
    .replaceAll(/(?<=\d\d:\d\d:)\d\d PST {2}[0-9a-f]{8}(?= )/g, '00 PST  1a2b3c4d')
    .replaceAll(/ in \d+ s\b/g, ' in 0 s');
}

const screens = [
  ['a DRIFT', 'sync --event-id 55530038'],
  ['a plan', 'sync --event-id 55530001 --dry-run'],
  ['the coming days', 'preview --days 1 --location "Harbor Room"'],
  ['names without a product', 'products --days 1 --location "Special Events"'],
  ['rows of the bill', 'billing --back 0 --days 0 --location "Special Events"'],
  ['what a person may decide', 'resolve 55530038 </dev/null'],
  ['the plan of a decision', 'resolve 55530038 --replace --dry-run'],
  ['what past runs did', 'history --event-id 55530002'],
] as const;

describe.skipIf(absent)('screens', () => {
  beforeAll(async () => {
    stateDir = await mkdtemp(join(tmpdir(), 'screens-'));
    // So that there is a past.
    expect(await screen('sync --event-id 55530002', 80)).toContain('1 injected');
  });
  afterAll(() => rm(stateDir, { recursive: true, force: true }));

  describe.each([80, 200])('of %d columns', (columns) => {
    it.each(screens)('%s', async (_, args) => {
      const text = await screen(args, columns, { NO_COLOR: '1' });
      for (const line of text.split('\n')) expect(columnsOf(line), line).toBeLessThanOrEqual(columns);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: there must be none
      expect(text).not.toMatch(/\u001b/);
      const shown = args.startsWith('history') ? steady(text).replace(/^In [\s\S]*/m, '') : steady(text);
      expect(shown).toMatchSnapshot();
    });
  });

  it.each(['sync --event-id 55530038', 'preview --days 1 --location "Harbor Room"'])(
    'are the same with colour: %s',
    async (args) => {
      const [colourful, plain] = [await screen(args, 80), await screen(args, 80, { NO_COLOR: '1' })];
      // biome-ignore lint/suspicious/noControlCharactersInRegex: the colours
      expect(colourful).toMatch(/\u001b\[31m/);
      expect(steady(stripVTControlCharacters(colourful))).toBe(steady(plain));
    },
  );

  it('of a decision tell what was planned and what came of it', async () => {
    const done = await screen('resolve 55530041 --void --yes', 80, { NO_COLOR: '1' });
    expect(steady(done)).toMatchSnapshot();
  });

  it('of the doctor fit, too', async () => {
    const text = await screen('doctor', 80);
    const lines = stripVTControlCharacters(text).split('\n');
    expect(lines[0]).toBe('      check                 finding');
    for (const line of lines) expect(columnsOf(line), line).toBeLessThanOrEqual(80);
  });
});
