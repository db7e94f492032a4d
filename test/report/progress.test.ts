import { describe, expect, it } from 'vitest';
import { createProgress } from '../../src/report/progress.js';

function progressOn(stream: { isTTY?: boolean; columns?: number }, env: Record<string, string> = {}) {
  const written: string[] = [];
  const clock = { at: 0, now: () => clock.at };
  const write = (text: string) => written.push(text);
  return { written, clock, progress: createProgress({ ...stream, write }, clock, env) };
}

const CLEAR = '\r\u001b[2K';

describe('on a terminal', () => {
  it('rewrites one line, not too often', () => {
    const { progress, written, clock } = progressOn({ isTTY: true });
    progress.update('1 of 9');
    clock.at = 99;
    progress.update('2 of 9');
    clock.at = 100;
    progress.update('3 of 9');
    expect(written).toEqual([`${CLEAR}1 of 9`, `${CLEAR}3 of 9`]);
  });

  it('takes the line away once', () => {
    const { progress, written } = progressOn({ isTTY: true });
    progress.clear();
    progress.update('1 of 9');
    progress.clear();
    progress.clear();
    expect(written).toEqual([`${CLEAR}1 of 9`, CLEAR]);
  });

  it('lets log lines pass above it', () => {
    const { progress, written } = progressOn({ isTTY: true });
    progress.sink.write('first\n');
    progress.update('1 of 9');
    progress.sink.write('second\n');
    progress.clear();
    progress.sink.write('third\n');
    expect(written).toEqual(['first\n', `${CLEAR}1 of 9`, `${CLEAR}second\n1 of 9`, CLEAR, 'third\n']);
  });

  it('stays on one line, whatever the text', () => {
    const { progress, written } = progressOn({ isTTY: true, columns: 20 });
    progress.update(`a\n\u001b[2J${'b'.repeat(100)}`);
    expect(written).toEqual([`${CLEAR}a ${'b'.repeat(16)}…`]);
  });
});

describe('elsewhere', () => {
  it.each([
    ['a pipe', {}, {}],
    ['a dumb terminal', { isTTY: true }, { TERM: 'dumb' }],
  ])('%s gets log lines only', (_, stream, env: Record<string, string>) => {
    const { progress, written } = progressOn(stream, env);
    progress.update('1 of 9');
    progress.sink.write('line\n');
    progress.clear();
    expect(written).toEqual(['line\n']);
  });
});

describe('on a terminal that is to stay plain', () => {
  it.each([
    ['NO_COLOR', { NO_COLOR: '1' }],
    ['TERM=dumb', { TERM: 'dumb' }],
  ])('%s: says now and then in a line of its own how far it is', (_, env: Record<string, string>) => {
    const { progress, written, clock } = progressOn({ isTTY: true }, env);
    clock.at = 9999;
    progress.update('1 of 9');
    clock.at = 10_000;
    progress.update('2 of 9\u001b[2J');
    clock.at = 19_000;
    progress.update('3 of 9');
    progress.clear();
    expect(written).toEqual(['2 of 9\n']);
  });
});
