import { describe, expect, it } from 'vitest';
import { createProgress } from '../../src/report/progress.js';

/** A clock whose sleepers are woken by hand. */
class HandClock {
  at = 0;
  #sleepers: { until: number; wake: () => void }[] = [];
  steady = () => this.at;
  sleep = (ms: number, signal?: AbortSignal) =>
    new Promise<void>((wake) => {
      const done = () => {
        signal?.removeEventListener('abort', done);
        wake();
      };
      this.#sleepers.push({ until: this.at + ms, wake: done });
      signal?.addEventListener('abort', done);
    });

  async advance(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 100) {
      this.at += 100;
      const due = this.#sleepers.filter(({ until }) => until <= this.at);
      this.#sleepers = this.#sleepers.filter(({ until }) => until > this.at);
      for (const { wake } of due) wake();
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

function progressOn(stream: { isTTY?: boolean; columns?: number }, env: Record<string, string> = {}) {
  const written: string[] = [];
  const clock = new HandClock();
  const write = (text: string) => written.push(text);
  return { written, clock, progress: createProgress({ ...stream, write }, clock, env) };
}

const CLEAR = '\r\u001b[2K';

describe('on a terminal', () => {
  it('rewrites one line, not too often', async () => {
    const { progress, written, clock } = progressOn({ isTTY: true });
    progress.update({ what: 'events', done: 1, total: 9 });
    progress.update({ what: 'events', done: 2, total: 9 });
    await clock.advance(100);
    progress.update({ what: 'events', done: 3, total: 9 });
    expect(written).toEqual([`${CLEAR}events: 1 of 9`, `${CLEAR}events: 3 of 9`]);
    progress.clear();
  });

  it('moves every second while a step takes long, and counts the requests that go out', async () => {
    const { progress, written, clock } = progressOn({ isTTY: true });
    progress.update({ what: 'events', done: 14, total: 301 });
    for (let second = 0; second < 35; second += 1) {
      progress.requested();
      await clock.advance(1_000);
    }
    expect(written).toHaveLength(36);
    expect(new Set(written).size).toBe(36);
    expect(written.at(-1)).toBe(`${CLEAR}events: 14 of 301, 35 s spent, 35 requests`);
    progress.clear();
    await clock.advance(5_000);
    expect(written).toHaveLength(37);
  });

  it('tells rate and time left from what this step has done', async () => {
    const { progress, written, clock } = progressOn({ isTTY: true, columns: 120 });
    progress.update({ what: 'searching', done: 40 });
    await clock.advance(1_000);
    progress.update({ what: 'events', done: 0, total: 100 });
    await clock.advance(10_000);
    progress.update({ what: 'events', done: 20, total: 100 });
    expect(written.at(0)).toBe(`${CLEAR}searching: 40 so far`);
    await clock.advance(200);
    progress.update({ what: 'events', done: 20, total: 100 });
    expect(written.at(-1)).toBe(`${CLEAR}events: 20 of 100, 2.0/s, 10 s spent, 41 s left`);
    progress.clear();
  });

  it('takes the line away once', () => {
    const { progress, written } = progressOn({ isTTY: true });
    progress.clear();
    progress.update({ what: 'checking mail' });
    progress.clear();
    progress.clear();
    expect(written).toEqual([`${CLEAR}checking mail`, CLEAR]);
  });

  it('lets log lines pass above it', () => {
    const { progress, written } = progressOn({ isTTY: true });
    progress.sink.write('first\n');
    progress.update({ what: 'events', done: 1, total: 9 });
    progress.sink.write('second\n');
    progress.clear();
    progress.sink.write('third\n');
    const line = 'events: 1 of 9';
    expect(written).toEqual(['first\n', CLEAR + line, `${CLEAR}second\n${line}`, CLEAR, 'third\n']);
  });

  it.each([
    [`a\n\u001b[2J ${'b'.repeat(100)}`, 'a'],
    ['日本語'.repeat(20), '日本語日本語日本語'],
  ])('stays on one line, whatever the text', (what, line) => {
    const { progress, written } = progressOn({ isTTY: true, columns: 20 });
    progress.update({ what });
    progress.clear();
    expect(written).toEqual([CLEAR + line, CLEAR]);
  });

  it('without colour does the same', () => {
    const { progress, written } = progressOn({ isTTY: true }, { NO_COLOR: '1' });
    progress.update({ what: 'events', done: 1, total: 9 });
    progress.clear();
    expect(written).toEqual([`${CLEAR}events: 1 of 9`, CLEAR]);
  });
});

it('elsewhere there are log lines only', () => {
  const { progress, written } = progressOn({});
  progress.update({ what: 'events', done: 1, total: 9 });
  progress.sink.write('line\n');
  progress.clear();
  expect(written).toEqual(['line\n']);
});

it('a terminal that cannot rewrite a line gets one of its own now and then', async () => {
  const { progress, written, clock } = progressOn({ isTTY: true }, { TERM: 'dumb' });
  progress.update({ what: 'events', done: 1, total: 9 });
  await clock.advance(9_900);
  progress.update({ what: 'events', done: 2, total: 9 });
  await clock.advance(100);
  progress.update({ what: 'events', done: 2, total: 9 });
  progress.sink.write('line\n');
  progress.clear();
  expect(written).toEqual(['events: 2 of 9, 0.1/s, 10 s spent, 1 min left\n', 'line\n']);
});
