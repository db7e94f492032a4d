import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { columnsOf } from '../../src/text/width.js';
import { type CliRun, runCli, startCli } from '../helpers/cli.js';
import { noTerminal, type Typed, typed as typedAt } from './helpers/typed.js';

const clock = fileURLToPath(new URL('helpers/fixed-clock.mjs', import.meta.url));
const [down, enter, ctrlC, ctrlD] = ['\u001b[B', '\r', '\u0003', '\u0004'];

let stateDir: string;
let env: Record<string, string>;
let serving: CliRun;

const run = (...args: readonly string[]) => runCli([...args, '--sandbox'], env);
const staff = (...args: readonly string[]) => runCli(['sandbox', 'edit', ...args], env);

/** Whoever has been woken by a mail types `resolve`, on a terminal of 80 columns without colours. */
function resolve(event: string): Typed {
  return typedAt(['resolve', event, '--sandbox'], { ...env, NO_COLOR: '1' }, stateDir);
}

/** What is on the screen, without what differs from run to run. */
async function seen(typed: Typed): Promise<string> {
  const screen = await typed.seen();
  for (const line of screen.split('\n')) expect(columnsOf(line), line).toBeLessThanOrEqual(80);
  // The day of the clock is another one than that of HTTP.
  return (
    screen
      .replace(/^This machine's clock[\s\S]*?NTP\.\n/, '')
      .replaceAll(/\(\d+\.\d s\)/g, '(0.0 s)')
      // It is said where it takes long enough to be.
      .replace(/^Waiting until order \d+ has been quiet for a moment\.\n/m, '')
  );
}

async function reasonOf(event: string): Promise<string> {
  const { report } = await run('sync', '--event-id', event, '--dry-run', '--json');
  const [result] = report?.events ?? [];
  return `${result?.status} ${result?.reason}`;
}

/** All rows of Revel, as the sandbox keeps them, and what has been accepted. */
async function standing(): Promise<string[]> {
  const revel = await readFile(join(stateDir, 'sandbox', 'revel.json'), 'utf8');
  const accepted = await readFile(join(stateDir, 'sandbox', 'state', 'accepted.json'), 'utf8').catch(
    () => '',
  );
  return [revel, accepted];
}

const WHAT = /What is to be done\?[\s\S]*select/;
const WHY = /Why\?/;
const CARRY_OUT = /Carry this out\? \[y\/N\] /;

describe.skipIf(noTerminal)('resolve, typed', () => {
  beforeAll(async () => {
    stateDir = await mkdtemp(join(tmpdir(), 'resolve-typed-'));
    env = {
      PATH: process.env.PATH ?? '',
      HOME: stateDir,
      STATE_DIR: stateDir,
      TERM: 'xterm-256color',
      NODE_OPTIONS: `--import=${clock}`,
    };
    // One server for all: each run would start its own.
    serving = startCli(['sandbox', 'start'], env);
    await new Promise((done) => serving.child.stdout?.once('data', done));
  });
  afterAll(async () => {
    serving.child.kill('SIGTERM');
    await serving.done;
    await rm(stateDir, { recursive: true, force: true });
  });

  it('leaves it as it is where nothing is chosen', async () => {
    const typed = resolve('55530038');
    await typed.asked(WHAT);
    typed.press(`${down}${down}${enter}`);
    expect(await typed.ended, typed.screen()).toBe(1);
    expect(await seen(typed)).toMatchSnapshot();
    expect(await reasonOf('55530038')).toBe('failed DRIFT');
  });

  it.each<[string, RegExp[], string[], number]>([
    ['Ctrl-C at the choice', [WHAT], [ctrlC], 130],
    ['Ctrl-D at the choice', [WHAT], [ctrlD], 130],
    ['Ctrl-C at the reason', [WHAT, WHY], [`${down}${enter}`, ctrlC], 130],
    ['Ctrl-D at the reason', [WHAT, WHY], [`${down}${enter}`, ctrlD], 130],
    ['Ctrl-C at the last question', [WHAT, CARRY_OUT], [enter, ctrlC], 130],
    ['Ctrl-D at the last question', [WHAT, CARRY_OUT], [enter, ctrlD], 1],
    ['no answer to the last question', [WHAT, CARRY_OUT], [enter, enter], 1],
    ['no', [WHAT, CARRY_OUT], [enter, `no${enter}`], 1],
  ])('writes nothing: %s', async (_, questions, answers, code) => {
    const before = await standing();
    const typed = resolve('55530038');
    for (const [at, question] of questions.entries()) {
      await typed.asked(question);
      typed.press(answers[at] ?? '');
    }
    expect(await typed.ended, typed.screen()).toBe(code);
    expect(await seen(typed)).toMatch(
      /\n(?:ts-reconcile: Stopped at the question; nothing further was done|Nothing was written)\.\n$/,
    );
    expect(typed.screen()).not.toContain('bug');
    expect(await standing()).toEqual(before);
  });

  it('accepts with a reason, and asks again for one that says nothing', async () => {
    const typed = resolve('55530039');
    await typed.asked(WHAT);
    typed.press(enter);
    await typed.asked(WHY);
    typed.press(`  ${enter}`);
    await typed.asked(/Say why, in a few words/);
    typed.press(`guests agreed${enter}`);
    await typed.asked(/Accept this as it is\? \[y\/N\] /);
    typed.press(`y${enter}`);
    expect(await typed.ended, typed.screen()).toBe(0);
    expect(await seen(typed)).toMatchSnapshot();
    expect(await reasonOf('55530039')).toBe('skipped ACCEPTED');
  });

  it('keeps one of several, chosen from a list', async () => {
    const typed = resolve('55530042');
    await typed.asked(WHAT);
    typed.press(enter);
    await typed.asked(/Which one counts\?[\s\S]*select/);
    typed.press(`${down}${enter}`);
    await typed.asked(CARRY_OUT);
    typed.press(`y${enter}`);
    expect(await typed.ended, typed.screen()).toBe(0);
    expect(await seen(typed)).toMatchSnapshot();
    expect(await reasonOf('55530042')).toBe('skipped ALREADY_INJECTED');
    const past = await run('history', '--event-id', '55530042', '--json');
    expect(past.stdout).toContain('"repaired"');
  });

  it.each<[string, string, string, string]>([
    ['replace', '55530038', '', 'skipped ALREADY_INJECTED'],
    // It has moved to another shop.
    ['void', '55530041', '', 'injected null'],
    ['recreate', '55530002', 'void', 'skipped ALREADY_INJECTED'],
  ])('carries out: %s', async (_, event, happens, after) => {
    if (happens === 'void') {
      expect((await run('sync', '--event-id', event)).code).toBe(0);
      expect((await staff(event, '--void')).code).toBe(0);
    }
    const typed = resolve(event);
    await typed.asked(WHAT);
    typed.press(enter);
    await typed.asked(CARRY_OUT);
    typed.press(`y${enter}`);
    expect(await typed.ended, typed.screen()).toBe(0);
    expect(await seen(typed)).toMatchSnapshot();
    expect(await reasonOf(event)).toBe(after);
  });

  it('refuses what a POS has opened while the question stood', async () => {
    expect((await run('sync', '--event-id', '55530001')).code).toBe(0);
    expect((await staff('55530001', '--line', 'Taco Bar', '--quantity', '99')).code).toBe(0);
    const typed = resolve('55530001');
    await typed.asked(WHAT);
    expect((await staff('55530001', '--open')).code).toBe(0);
    typed.press(enter);
    expect(await typed.ended, typed.screen()).toBe(1);
    expect(await seen(typed)).toMatchSnapshot();
    expect(await reasonOf('55530001')).toBe('failed TOUCHED');
  });

  it('adds what has been paid since, once; "no" leaves the order as it was', async () => {
    const event = '55530008';
    expect((await run('sync', '--event-id', event)).code).toBe(0);
    expect((await staff(event, '--pay', '250')).code).toBe(0);
    const order = await staff(event);
    expect(await reasonOf(event)).toBe('failed DRIFT');

    const refusing = resolve(event);
    await refusing.asked(WHAT);
    refusing.press(enter);
    await refusing.asked(CARRY_OUT);
    refusing.press(`no${enter}`);
    expect(await refusing.ended, refusing.screen()).toBe(1);
    expect(await seen(refusing)).toMatch(/\nNothing was written\.\n$/);
    expect((await staff(event)).stdout).toBe(order.stdout);
    expect(await reasonOf(event)).toBe('failed DRIFT');

    const typed = resolve(event);
    await typed.asked(WHAT);
    typed.press(enter);
    await typed.asked(CARRY_OUT);
    typed.press(`y${enter}`);
    expect(await typed.ended, typed.screen()).toBe(0);
    expect(await seen(typed)).toMatchSnapshot();
    expect(typed.screen()).not.toContain('bug');
    // The payment stands once: it would differ otherwise.
    const again = (await run('sync', '--event-id', event, '--json')).report?.events[0];
    expect(again).toMatchObject({ status: 'skipped', reason: 'ALREADY_INJECTED', changes: [] });
  });
});
