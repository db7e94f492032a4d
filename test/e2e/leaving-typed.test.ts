import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { openSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { accounts } from './helpers/accounts.js';
import { noTerminal, type Typed, typed } from './helpers/typed.js';

const [down, enter, ctrlC, ctrlD] = ['\u001b[B', '\r', '\u0003', '\u0004'];
const SITTING_MS = 60_000;
/** `init` with everything told but whether to write. */
const SAID = [
  ...['init', '--map', '26059=8', '26110=none', '26201=none', '26999=none', '--not-before', '2026-01-01'],
  ...['--user', '1', '--dining-option', '113', '--payment-type', '236', '--discount', 'none'],
  ...['--gratuity', 'in-total', '--fees', 'surcharge', '--tax', 'header'],
];
const keys = [
  ['Ctrl-C', ctrlC],
  ['Ctrl-D', ctrlD],
] as const;

let sandbox: Sandbox;
let stateDir: string;
beforeAll(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'leaving-sandbox-'));
  sandbox = await openSandbox({ stateDir, clock: systemClock });
});
afterAll(() => sandbox.close());

/** Somebody who has begun a command in an empty folder; the shell tells the terminal's state afterwards. */
async function begun(args: readonly string[], env: Record<string, string>): Promise<Typed & { cwd: string }> {
  const cwd = await mkdtemp(join(tmpdir(), 'leaving-'));
  // A terminal that keeps its line mode and its echo can be typed on afterwards.
  const typing = typed(args, { ...accounts(sandbox, cwd), NO_COLOR: '1', ...env }, cwd, 'stty -a');
  return { ...typing, cwd };
}

/** All that `init` needs to read both accounts; a refresh token works once, so that all share a state. */
function known(): Record<string, string> {
  return { ...(sandbox.env as Record<string, string>), STATE_DIR: join(stateDir, 'signed-in') };
}

/** It ends so, says so in its last words, and leaves the terminal as it was. */
async function leaves({ ended, screen }: Typed, code: number, says: RegExp): Promise<void> {
  expect(await ended, screen()).toBe(code);
  const [said = '', state = ''] = screen()
    .replaceAll('\r', '')
    .split(/^speed /m);
  expect(said).toMatch(says);
  expect(said).not.toMatch(/this is a bug|node:internal/);
  expect(state).toMatch(/ icanon/);
  expect(state).toMatch(/ echo /);
}

const NOT_WRITTEN = /Stopped at the question; \.env and locations\.json were not written\.\n$/;

describe.skipIf(noTerminal)('init, left at a question', () => {
  it.each(keys)(
    'by %s at the first, with something written on the line, and at a secret',
    async (_, key) => {
      const first = await begun(['init'], {});
      await first.asked(/id of your OAuth 2\.0 application/);
      first.press('abc');
      await first.asked(/\*{3}/);
      first.press(key);
      await leaves(first, 130, NOT_WRITTEN);
      expect(await readdir(first.cwd)).toEqual([]);

      const secret = await begun(['init'], { TRIPLESEAT_CLIENT_ID: 'sandbox-client' });
      await secret.asked(/Tripleseat: its secret/);
      secret.press(key);
      await leaves(secret, 130, NOT_WRITTEN);
      expect(await readdir(secret.cwd)).toEqual([]);
    },
    SITTING_MS,
  );

  it.each(keys)(
    'by %s at a choice, and at the question whether to write',
    async (_, key) => {
      const { TRIPLESEAT_REFRESH_TOKEN: _token, STATE_DIR: _dir, ...env } = known();
      const choice = await begun(['init'], env);
      await choice.asked(/Sign in to Tripleseat\?[\s\S]*navigate/);
      choice.press(`${down}${key}`);
      await leaves(choice, 130, NOT_WRITTEN);

      const writing = await begun(SAID, known());
      await writing.asked(/Write both files\?/);
      writing.press(key);
      await leaves(writing, 130, NOT_WRITTEN);
      expect((await readdir(writing.cwd)).filter((name) => /env|locations/.test(name))).toEqual([]);
    },
    SITTING_MS,
  );

  it.each(keys)(
    'by %s while the address is awaited, and at the question after it was pasted',
    async (_, key) => {
      const { TRIPLESEAT_REFRESH_TOKEN: _token, STATE_DIR: _dir, ...env } = known();
      const pasting = async () => {
        const typing = await begun(['init'], env);
        await typing.asked(/Sign in to Tripleseat\?[\s\S]*navigate/);
        typing.press(`${down}${enter}`);
        await typing.asked(/between\s+them\):/);
        return typing;
      };
      const waiting = await pasting();
      waiting.press(key);
      await leaves(waiting, 130, /nothing was stored\.\n$/);
      expect((await readdir(waiting.cwd)).filter((name) => /env|locations/.test(name))).toEqual([]);

      const pasted = await pasting();
      const address = /http:\S+\/oauth2\/authorize\S*/.exec(pasted.screen())?.[0] ?? '';
      const { headers } = await fetch(address, { redirect: 'manual' });
      pasted.type(headers.get('location') ?? '');
      await pasted.asked(/goes to[\s\S]*?navigate/);
      pasted.press(enter);
      await pasted.asked(/\? Lakeside[\s\S]*?goes to[\s\S]*?navigate/);
      pasted.press(key);
      await leaves(pasted, 130, NOT_WRITTEN);
      expect((await readdir(pasted.cwd)).filter((name) => /env|locations/.test(name))).toEqual([]);
    },
    SITTING_MS,
  );

  it.each(keys)(
    'by %s after it has written, says what stands',
    async (_, key) => {
      const typing = await begun(SAID, known());
      await typing.asked(/Write both files\?/);
      typing.press(enter);
      await typing.asked(/Make a first dry run now\?/);
      typing.press(key);
      await leaves(typing, 130, /Stopped at the question; \.env and locations\.json are written\.\n$/);
      expect(JSON.parse(await readFile(join(typing.cwd, 'locations.json'), 'utf8'))).toHaveProperty(
        'locations',
      );
    },
    SITTING_MS,
  );
});

describe.skipIf(noTerminal)('other questions, left', () => {
  it.each([
    [
      'products map',
      ['products', 'map', '"Smoked Trout"', '686', '--location', '"Lakeside Catering"'],
      /Write this\? \[y\/N\] /,
      [/Stopped at the question; nothing further was done\.\n$/, 130],
      [/Nothing was written\.\n$/, 1],
    ],
    [
      'billing map',
      ['billing', 'map', 'Prepayment', 'ignore', '--location', '"Lakeside Catering"'],
      /Write this\? \[y\/N\] /,
      [/Stopped at the question; nothing further was done\.\n$/, 130],
      [/Nothing was written\.\n$/, 1],
    ],
    [
      'auth login --paste',
      ['auth', 'login', '--paste'],
      /between\s+them\):/,
      [/The sign-in was stopped; nothing was stored\.\n$/, 130],
      [/Stopped at the question; nothing was stored\.\n$/, 130],
    ],
  ] as const)(
    '%s',
    async (_, args, question, [onC, codeC], [onD, codeD]) => {
      for (const [key, says, code] of [
        [ctrlC, onC, codeC],
        [ctrlD, onD, codeD],
      ] as const) {
        const env: Record<string, string> = { ...known(), STATE_DIR: stateDir };
        const before = await readFile(env.LOCATIONS_FILE ?? '', 'utf8');
        const typing = await begun(args, env);
        await typing.asked(question);
        typing.press(key);
        await leaves(typing, code, says);
        expect(await readFile(env.LOCATIONS_FILE ?? '', 'utf8')).toBe(before);
        expect(await readdir(typing.cwd)).toEqual([]);
      }
    },
    SITTING_MS,
  );
});
