import { rmSync } from 'node:fs';
import { appendFile, chmod, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { StateFiles } from '../../src/state/files/files.js';
import { openStateDir } from '../../src/state/files/open.js';
import { openFileQueue } from '../../src/state/files/queue.js';
import type { Delivery, Queue } from '../../src/state/primitives.js';
import type { StateStore } from '../../src/state/types.js';
import { eventId, jumpingClock, temporaryDirectory } from './support.js';

let dir: string;
let file: string;
let warnings: string[];
let clock: ReturnType<typeof jumpingClock>;

beforeEach(async () => {
  dir = await temporaryDirectory();
  file = join(dir, 'spool', 'spool.jsonl');
  warnings = [];
  clock = jumpingClock();
});

function delivery(id: number | string, over: Partial<Delivery> = {}): Delivery {
  return { event: eventId(String(id)), run: '1a2b3c4d', at: 1_800_000_000_000, ...over };
}

function openState(): Promise<StateStore> {
  return openStateDir({ dir, clock, random: Math.random, log: (line) => warnings.push(line) });
}

/** Opens the queue as a new process would. */
async function open(): Promise<Queue> {
  const queue = await (await openState()).openQueue();
  if (!queue) throw new Error('the queue is taken');
  return queue;
}

/** Opens the queue as a process in another container would, whose locks do not reach this one. */
async function openElsewhere(): Promise<Queue> {
  const files = new StateFiles({ root: dir, clock, random: Math.random });
  const tryLock = async () => ({ release: async () => undefined });
  const queue = await openFileQueue({ files, locks: { tryLock }, clock, log: (line) => warnings.push(line) });
  if (!queue) throw new Error('the queue is taken');
  return queue;
}

/** `trouble`: so often the file is taken away as soon as it was begun anew, and at once. */
async function openTroubled(): Promise<{ queue: Queue; trouble: (times: number) => void }> {
  let left = 0;
  class Troubled extends StateFiles {
    override async inFolder<T>(sub: string, work: () => Promise<T>): Promise<T> {
      const done = await super.inFolder(sub, work);
      if (left > 0) rmSync(file);
      left -= 1;
      return done;
    }
  }
  const files = new Troubled({ root: dir, clock, random: Math.random });
  const tryLock = async () => ({ release: async () => undefined });
  const queue = await openFileQueue({ files, locks: { tryLock }, clock, log: (line) => warnings.push(line) });
  if (!queue) throw new Error('the queue is taken');
  const trouble = (times: number) => {
    left = times;
    rmSync(file, { force: true });
  };
  return { queue, trouble };
}

async function events(queue: Queue): Promise<string[]> {
  return (await queue.owed()).map(({ event }) => event);
}

async function reopened(queue: Queue): Promise<string[]> {
  await queue.close();
  const next = await open();
  const left = await events(next);
  await next.close();
  return left;
}

async function finish(queue: Queue, id: string): Promise<void> {
  const taken = await queue.take(eventId(id));
  if (taken !== null && taken !== 'busy') await queue.done(taken);
}

describe('the queue of a directory', () => {
  it('has what was pushed on disk when it answers, and nothing but id, correlation id and time', async () => {
    const queue = await open();
    await queue.push([delivery(61_000_001)]);
    expect(await readFile(file, 'utf8')).toMatch(
      /^\n*\{"event":"61000001","run":"1a2b3c4d","at":1800000000000\}\n$/,
    );
    await queue.close();
  });

  it('reads what an earlier version left', async () => {
    await mkdir(dirname(file), { mode: 0o700 });
    const lines = [delivery(1), delivery(2), { done: '1' }, delivery(3, { run: 'aaaaaaaa' })];
    await writeFile(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''), { mode: 0o600 });
    const queue = await open();
    expect(await queue.owed()).toMatchObject([{ event: '2' }, { event: '3', run: 'aaaaaaaa', starts: 0 }]);
    expect(warnings).toEqual([]);
    expect(await reopened(queue)).toEqual(['2', '3']);
  });

  it('is private', async () => {
    const queue = await open();
    await queue.push([delivery(1)]);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(dirname(file))).mode & 0o777).toBe(0o700);
    await queue.close();
  });

  it('belongs to one process at a time', async () => {
    const first = await open();
    expect(await (await openState()).openQueue()).toBeNull();
    await first.close();
    await (await open()).close();
  });

  it('passes over a torn last line, and appends nothing to it', async () => {
    const queue = await open();
    await queue.push([delivery(1), delivery(2)]);
    await queue.close();
    await appendFile(file, '{"done":"1"');
    const next = await open();
    expect(await events(next)).toEqual(['1', '2']);
    await next.push([delivery(3)]);
    expect(await reopened(next)).toEqual(['1', '2', '3']);
  });

  it('passes over lines that make no sense, and says so', async () => {
    await mkdir(dirname(file), { mode: 0o700 });
    const good = JSON.stringify(delivery(1));
    const bad = [
      '{"event":"-1","run":"1a2b3c4d","at":1}',
      '{"event":"1"}',
      '[]',
      '\u0000',
      '{"done":1}',
      'x',
    ];
    await writeFile(file, `${[...bad, good].join('\n')}\n`);
    const queue = await open();
    expect(await events(queue)).toEqual(['1']);
    expect(warnings).toEqual([expect.stringContaining('6 lines of the spool made no sense')]);
    await queue.close();
  });

  it('refuses a spool that is no file', async () => {
    await mkdir(file, { recursive: true, mode: 0o700 });
    await expect(open()).rejects.toMatchObject({ code: 'STATE', exitCode: 78 });
    await rm(file, { recursive: true });
    await (await open()).close();
  });

  it('stays small, and leaves no file behind', async () => {
    const queue = await open();
    for (let round = 0; round < 8; round += 1) {
      const ids = Array.from({ length: 500 }, (_, index) => String(index + 1));
      await queue.push(ids.map((id) => delivery(id)));
      await Promise.all(ids.map((id) => finish(queue, id)));
    }
    await queue.push([delivery(7)]);
    expect((await stat(file)).size).toBeLessThan(400_000);
    expect(await readdir(dirname(file))).toEqual(['spool.jsonl']);
    expect(warnings).toEqual([]);
    expect(await reopened(queue)).toEqual(['7']);
  });

  it('refuses while the disk does, loses nothing, and recovers', async () => {
    const queue = await open();
    await queue.push([delivery(1), delivery(2), delivery(3)]);
    await rm(dirname(file), { recursive: true });
    await writeFile(dirname(file), '');
    await expect(queue.push([delivery(4)])).rejects.toMatchObject({ code: 'STATE', exitCode: 78 });
    await expect(queue.take(eventId('1'))).rejects.toMatchObject({ code: 'STATE' });
    await expect(queue.check()).rejects.toMatchObject({ code: 'STATE' });
    await rm(dirname(file));
    await queue.check();
    await queue.push([delivery(5)]);
    expect(await reopened(queue)).toEqual(['1', '2', '3', '5']);
  });

  it('comes back when it is deleted under a running process', async () => {
    const queue = await open();
    await queue.push([delivery(1)]);
    await rm(dirname(file), { recursive: true });
    await queue.push([delivery(2)]);
    expect(await reopened(queue)).toEqual(['1', '2']);
  });

  it.each([1, 2])(
    'has what was pushed on disk when it answers, though the file was taken away so often: %i',
    async (times) => {
      const { queue, trouble } = await openTroubled();
      await queue.push([delivery(1)]);
      trouble(times);
      await queue.push([delivery(2)]);
      expect(await reopened(queue)).toEqual(['1', '2']);
    },
  );

  it('refuses while the file is taken away each time, and loses nothing', async () => {
    const { queue, trouble } = await openTroubled();
    await queue.push([delivery(1)]);
    trouble(Number.POSITIVE_INFINITY);
    await expect(queue.push([delivery(2)])).rejects.toMatchObject({ code: 'STATE' });
    trouble(0);
    await queue.push([delivery(3)]);
    expect(await reopened(queue)).toEqual(expect.arrayContaining(['1', '3']));
  });

  it('fails early in a directory that cannot be written', async () => {
    await writeFile(join(dir, 'spool'), '');
    await chmod(dir, 0o700);
    await expect(open()).rejects.toMatchObject({ code: 'STATE', exitCode: 78 });
  });
});

describe('two relays on one file, whose locks do not reach each other', () => {
  it('lose nothing that either has acknowledged, and say so', async () => {
    const [here, there] = [await open(), await openElsewhere()];
    await here.push([delivery(1)]);
    await there.push([delivery(2, { run: 'bbbbbbbb' })]);
    await here.push([delivery(3)]);
    await there.push([delivery(4, { run: 'cccccccc' })]);
    expect(warnings.length).toBe(2);
    expect(warnings[0]).toMatch(
      /^Another relay writes to .+spool\.jsonl, and its locks do not reach this one\./,
    );
    await there.close();
    expect(await reopened(here)).toEqual(['1', '2', '3', '4']);
  });

  it('run what the other one took when it has not done so for ten minutes', async () => {
    const [here, there] = [await open(), await openElsewhere()];
    await there.push([delivery(1)]);
    await there.push([delivery(2)]);
    expect(await events(here)).toEqual([]);
    await finish(there, '2');
    await clock.sleep(600_000);
    expect(await events(here)).toEqual(['1']);
    await Promise.all([here.close(), there.close()]);
  });

  it('lose nothing while both write the file anew, again and again', async () => {
    const relays = [await open(), await openElsewhere()];
    const kept: string[] = [];
    await Promise.all(
      relays.map(async (queue, index) => {
        for (let round = 0; round < 12; round += 1) {
          const ids = Array.from({ length: 400 }, (_, each) =>
            String(index * 1_000_000 + round * 1000 + each + 1),
          );
          const [keep = '', ...others] = ids;
          await queue.push(
            ids.map((id) => delivery(id, { run: (Number(id) % 2 ** 31).toString(16).padStart(8, '0') })),
          );
          kept.push(keep);
          await Promise.all(others.map((id) => finish(queue, id)));
        }
      }),
    );
    const [here, there] = relays;
    await there?.close();
    if (!here) throw new Error('no relay');
    const left = new Set(await reopened(here));
    expect(kept.filter((id) => !left.has(id))).toEqual([]);
  }, 60_000);
});
