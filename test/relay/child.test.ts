import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { type ChildRun, finishRuns, type Program, startChild } from '../../src/relay/child.js';

const program: Program = { file: process.execPath, args: ['-e'], cwd: tmpdir(), env: {} };
const limits = { limitMs: 20_000, maxStdout: 100, clock: systemClock };

function start(
  script: string,
  over: Partial<typeof limits> & { stopMs?: number } = {},
  from = program,
): ChildRun {
  return startChild({ program: from, args: [script], ...limits, ...over });
}

describe('startChild', () => {
  it('tells the exit code, the result and the last lines', async () => {
    const script = `process.stdout.write('{"a":1}'); console.error('one\\n\\n  \\ntwo €'); process.exitCode = 69`;
    const { end, stdout, lines, durationMs } = await start(script).ended;
    expect({ end, stdout, lines }).toEqual({
      end: { kind: 'exit', code: 69 },
      stdout: '{"a":1}',
      lines: ['one', 'two €'],
    });
    expect(durationMs).toBeGreaterThan(0);
  });

  it('takes as long as it takes, though the clock is put back meanwhile', async () => {
    let set = 0;
    const clock = { ...systemClock, now: () => Date.now() + set };
    const run = startChild({ program, args: [''], ...limits, clock });
    set = -3_600_000;
    expect((await run.ended).durationMs).toBeGreaterThan(0);
  });

  it('gives nothing but the environment that was chosen, and no standard input', async () => {
    const script =
      'process.stdin.on("data", () => {}).on("end", () => process.stdout.write(JSON.stringify(process.env)))';
    const { stdout } = await start(script, {}, { ...program, env: { ONLY: 'this' } }).ended;
    expect(JSON.parse(stdout ?? '')).toEqual({ ONLY: 'this' });
  });

  it('hands arguments over as they are: there is no shell', async () => {
    const odd = ['$(id)', '`id`', '"; id; "', "'", '*', '\\', 'a b', '&&', ''];
    const { stdout } = await startChild({
      ...limits,
      maxStdout: 1000,
      program,
      args: ['process.stdout.write(JSON.stringify(process.argv.slice(1)))', '--', ...odd],
    }).ended;
    expect(JSON.parse(stdout ?? '')).toEqual(odd);
  });

  it('keeps no result that is too long, and of the lines the last 20', async () => {
    const script =
      'process.stdout.write("x".repeat(5_000_000)); for (let i = 0; i < 50_000; i++) console.error("line " + i)';
    const { stdout, lines } = await start(script).ended;
    expect(stdout).toBeNull();
    expect(lines).toEqual(Array.from({ length: 20 }, (_, index) => `line ${49_980 + index}`));
  });

  it('is not hurt by one endless line', async () => {
    const { lines } = await start('process.stderr.write("x".repeat(3_000_000))').ended;
    expect(lines.join('').length).toBeLessThan(70_000);
  });

  it('stops what takes too long', async () => {
    const { end } = await start('setInterval(() => {}, 1000)', { limitMs: 300 }).ended;
    expect(end).toEqual({ kind: 'timeout' });
  });

  it('kills what does not stop', async () => {
    const script = 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000); console.error("ready")';
    const { end, lines } = await start(script, { limitMs: 1000, stopMs: 100 }).ended;
    expect({ end, lines }).toEqual({ end: { kind: 'timeout' }, lines: ['ready'] });
  });

  it('tells the signal that ended it from outside', async () => {
    const { end } = await start('process.kill(process.pid, "SIGKILL")').ended;
    expect(end).toEqual({ kind: 'killed', signal: 'SIGKILL' });
  });

  it('does not wait for whoever else holds its output', async () => {
    const script = `require('node:child_process').spawn(process.execPath, ['-e', 'setTimeout(() => {}, 15000)'],
      { stdio: ['ignore', 'inherit', 'inherit'], detached: true }).unref(); process.exit(1)`;
    const { end, durationMs } = await start(script).ended;
    expect(end).toEqual({ kind: 'exit', code: 1 });
    expect(durationMs).toBeLessThan(10_000);
  });

  it.each([
    ['a program that is not there', { ...program, file: '/nowhere/node' }, 'ENOENT'],
    ['a directory that is not there', { ...program, cwd: '/nowhere' }, 'ENOENT'],
    ['an argument that no program can get', { ...program, args: ['\0'] }, 'ERR_INVALID_ARG_VALUE'],
  ])('survives %s', async (_name, from, reason) => {
    const run = start('', {}, from);
    expect((await run.ended).end).toEqual({ kind: 'unstarted', reason });
    run.stop();
  });
});

describe('finishRuns', () => {
  it('waits for what ends by itself, and stops what does not', async () => {
    const quick = start('setTimeout(() => {}, 50)');
    await finishRuns([quick], 20_000, systemClock);
    expect((await quick.ended).end).toEqual({ kind: 'exit', code: 0 });
    const slow = start('setInterval(() => {}, 1000)');
    await finishRuns([slow], 100, systemClock);
    expect((await slow.ended).end).toEqual({ kind: 'killed', signal: 'SIGTERM' });
  });
});
