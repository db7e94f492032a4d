import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, readdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { binPath } from '../helpers/cli.js';
import { TestWorld } from '../helpers/world.js';
import { runTool } from './helpers/tool.js';

let world: TestWorld;

beforeEach(async () => {
  world = await TestWorld.start();
});
afterEach(() => world.close());

/** Runs a command on a terminal of its own; comes with util-linux. */
const SCRIPT = 'script';
const noTerminal = !spawnSync(SCRIPT, ['--version']).stdout?.includes('util-linux');

/** The program on a terminal, where somebody types once it has asked. */
function onTerminal(
  args: string,
  env: Record<string, string>,
  typed: string,
): Promise<{ code: number | null; text: string }> {
  const command = `stty cols 80 rows 24; exec ${process.execPath} ${binPath} ${args}`;
  const child = spawn(SCRIPT, ['-qec', command, '/dev/null'], { env: { ...env, TERM: 'xterm' } });
  let text = '';
  let isAnswered = false;
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    if (isAnswered || !text.includes('Write this? [y/N] ')) return;
    isAnswered = true;
    // `script` ends with its own input.
    child.stdin.end(typed);
  });
  return new Promise((resolve) => {
    child.on('close', (code) => resolve({ code, text: text.replaceAll('\r\n', '\n') }));
  });
}

const example = new URL('../../locations.example.json', import.meta.url).pathname;

describe('billing as a process', () => {
  it('lists each name with where it goes, why and how often, and writes nothing', async () => {
    const lines = [{ name: 'Taco Bar', quantity: '1.0', price: 10_000 }];
    const billing = [
      { name: '18% Gratuity (pre-tax)', amount: 1800 },
      { name: 'Admin Fee', amount: 500 },
      { name: 'Setup', amount: 300 },
    ];
    world.addEvent({ documents: [{ lines, billing }] });
    world.addEvent({ documents: [{ lines, billing: [...billing, { name: 'Deposit', amount: -2000 }] }] });
    const env = world.env(world.newStateDir());
    const { code, stdout } = await runTool(['billing', '--json'], env);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      complete: true,
      events: 2,
      names: [
        { name: 'Deposit', use: null, why: 'unclear', events: 1 },
        { name: 'Setup', use: 'surcharge', why: 'rest', events: 2 },
        { name: '18% Gratuity (pre-tax)', use: 'gratuity', why: 'word', events: 2 },
        { name: 'Admin Fee', use: 'surcharge', why: 'mapping', events: 2 },
      ],
    });
    const table = await runTool(['billing'], env);
    expect(table.stdout).toMatch(/\? +"Deposit" +not clear: events with it fail +1$/m);
    const entries = [...world.tripleseatServer.log.entries(), ...world.revelServer.log.entries()];
    expect(entries.filter(({ method, path }) => method !== 'GET' && path !== '/oauth2/token')).toEqual([]);
  });
});

describe.skipIf(noTerminal)('billing map on a terminal', () => {
  it.each([
    ['y', 'y\n', true],
    ['yes, in capitals', ' YES \n', true],
    ['n', 'n\n', false],
    ['nothing but Enter', '\n', false],
    ['anything else', 'yep\n', false],
    ['the end of input', '\u0004', false],
    ['Ctrl-C', '\u0003', false],
  ])('shows the difference and asks; the answer is %s', async (_, typed, isWritten) => {
    const path = world.path('locations.json');
    copyFileSync(example, path);
    const before = readFileSync(path, 'utf8');
    const env = { PATH: process.env.PATH ?? '', LOCATIONS_FILE: path, STATE_DIR: world.newStateDir() };
    const args = 'billing map Deposit ignore --location "Special Events"';
    const { code, text } = await onTerminal(args, env, typed);
    expect(text).toContain('+ ');
    expect(text.indexOf('"Deposit": "ignore"')).toBeLessThan(text.indexOf('Write this? [y/N]'));
    expect(readFileSync(path, 'utf8') !== before).toBe(isWritten);
    expect(text.includes('Written.')).toBe(isWritten);
    if (isWritten) expect(code).toBe(0);
    else expect(code).not.toBe(0);
  });
});

describe('billing map and products map as processes', () => {
  it('show the difference, write it with --yes alone, and change nothing else', async () => {
    const path = world.path('locations.json');
    copyFileSync(example, path);
    const before = readFileSync(path, 'utf8');
    const env = { PATH: process.env.PATH ?? '', LOCATIONS_FILE: path, STATE_DIR: world.newStateDir() };
    const place = ['--location', 'Special Events'];

    const shown = await runTool(['billing', 'map', 'Deposit', 'ignore', ...place], env);
    expect(shown.code).toBe(64);
    expect(shown.stdout).toContain('"Admin Fee": "surcharge", "Deposit": "ignore"');
    expect(shown.stderr).toContain('--yes');
    expect(readFileSync(path, 'utf8')).toBe(before);

    expect((await runTool(['billing', 'map', 'Deposit', 'ignore', ...place, '--yes'], env)).code).toBe(0);
    const mapped = before.replace(
      '"Admin Fee": "surcharge"',
      '"Admin Fee": "surcharge", "Deposit": "ignore"',
    );
    expect(readFileSync(path, 'utf8')).toBe(mapped);

    expect((await runTool(['products', 'map', 'Chicken', '580', ...place, '--yes'], env)).code).toBe(0);
    expect(readFileSync(path, 'utf8')).toBe(mapped.replace('"O G": 579', '"O G": 579, "Chicken": 580'));
    const again = await runTool(['products', 'map', 'CHICKEN', '580', ...place, '--yes'], env);
    expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('says so already') });
    expect((await runTool(['billing', 'map', 'X', 'tip', ...place], env)).code).toBe(64);
    expect((await runTool(['billing', 'map', 'X', 'tax', '--location', 'Nowhere'], env)).code).toBe(64);
    expect((await runTool(['billing', 'map', 'X', 'tax'], env)).code).toBe(64);
  });

  it.each(['- Extra cheese', '--Late bar', '-half tray', '-Vegan', '-'])(
    'take %j for a name',
    async (name) => {
      const env = { ...world.env(world.newStateDir()), LOCATIONS_FILE: example };
      const place = ['--location', 'Special Events'];
      for (const [list, what] of [
        ['products', '580'],
        ['billing', 'tax'],
      ] as const) {
        const { stdout, stderr } = await runTool([list, 'map', name, what, ...place], env);
        expect(stderr).toMatch(/^ts-reconcile: Nobody can be asked here/);
        expect(stdout).toContain(`${JSON.stringify(name)}: `);
      }
      const mistyped = await runTool(['products', 'map', '--yess', 'X', '580', ...place], env);
      expect([mistyped.code, mistyped.stdout]).toEqual([64, '']);
      const help = await runTool(['products', 'map', '--help'], env);
      expect(help.stdout).toMatch(/^Usage: /);
    },
  );

  it('leave the file as it was where there is no room for all of it', () => {
    const path = world.path('locations.json');
    copyFileSync(example, path);
    const before = readFileSync(path, 'utf8');
    const env = { PATH: process.env.PATH ?? '', LOCATIONS_FILE: path };
    // A block is 512 or 1024 bytes, and the file longer.
    const call = 'ulimit -f 1; exec "$0" "$@"';
    const map = [binPath, 'billing', 'map', 'Deposit', 'ignore', '--location', 'Special Events', '--yes'];
    const ended = spawnSync('sh', ['-c', call, process.execPath, ...map], { env, encoding: 'utf8' });
    expect([ended.status, ended.stderr]).toEqual([
      78,
      expect.stringContaining('the limit on disk space is reached. It is as it was.'),
    ]);
    expect(ended.stdout).not.toContain('Written.');
    expect(readFileSync(path, 'utf8')).toBe(before);
    expect(readdirSync(dirname(path)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
});
