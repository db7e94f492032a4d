import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { openStateDir } from '../../src/state/files/open.js';
import type { JournalRecord, StateStore } from '../../src/state/types.js';
import { collect, eventRecord } from '../state/support.js';
import { built } from './helpers/built.js';

const EVENT = '61000001';

let dir: string;
let workers: ChildProcess[];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ts-reconcile-state-'));
  workers = [];
});
afterEach(async () => {
  for (const worker of workers) await kill(worker);
  await rm(dir, { recursive: true, force: true });
});

function open(): Promise<StateStore> {
  return openStateDir({ dir, clock: systemClock, random: Math.random });
}

/** The next answer of a worker; an error if it ends without one. */
function answer(worker: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const ended = () => reject(new Error('the worker ended'));
    worker.once('disconnect', ended);
    worker.once('message', (message: { result?: unknown }) => {
      worker.off('disconnect', ended);
      resolve(message.result);
    });
  });
}

async function start(...args: string[]): Promise<ChildProcess> {
  const worker = fork(built('state-worker'), args.length > 0 ? args : [dir]);
  workers.push(worker);
  expect(await answer(worker)).toBe('ready');
  return worker;
}

function ask(worker: ChildProcess, operation: string, ...args: unknown[]): Promise<unknown> {
  const result = answer(worker);
  worker.send({ operation, args });
  return result;
}

async function kill(worker: ChildProcess): Promise<void> {
  workers = workers.filter((other) => other !== worker);
  if (worker.exitCode !== null || worker.signalCode !== null) return;
  const gone = once(worker, 'exit');
  worker.kill('SIGKILL');
  await gone;
}

function ids(records: JournalRecord[]): string[] {
  return records.map((record) => (record.type === 'event' ? record.id : record.type));
}

describe('locks between processes', () => {
  it('have exactly one holder in each of 20 races of 8, and are free as soon as it is killed', async () => {
    const racers = await Promise.all(Array.from({ length: 8 }, () => start()));
    for (let round = 0; round < 20; round += 1) {
      const won = await Promise.all(racers.map((racer) => ask(racer, 'take', 'sweep')));
      expect(won.filter((winner) => winner === true)).toHaveLength(1);
      const index = won.indexOf(true);
      const holder = racers[index];
      if (!holder) throw new Error('no holder');
      if (round % 2 === 0) {
        await ask(holder, 'release');
      } else {
        await kill(holder);
        racers[index] = await start();
      }
    }
  });

  it('do not keep a process alive that has nothing else to do', async () => {
    const worker = await start();
    expect(await ask(worker, 'take', 'sweep')).toBe(true);
    const gone = once(worker, 'exit');
    await ask(worker, 'leave');
    expect(await gone).toEqual([0, null]);
    const store = await open();
    expect(await store.locks.tryLock('sweep')).not.toBeNull();
    await store.close();
  });

  it('serialise the refreshing of tokens', async () => {
    const refreshers = await Promise.all(Array.from({ length: 6 }, () => start()));
    await Promise.all(refreshers.map((worker) => ask(worker, 'bump', 15)));
    expect((await (await open()).tokens.read())?.expiresAt).toBe(90);
  });
});

describe('writes of several processes', () => {
  it('keep every journal line whole, through rotations', async () => {
    const writers = await Promise.all(Array.from({ length: 4 }, () => start(dir, '200000')));
    await Promise.all(writers.map((worker, index) => ask(worker, 'append', `w${index}`, 100)));

    expect((await readdir(join(dir, 'journal'))).length).toBeGreaterThan(5);
    const read = ids(await collect((await open()).journal.read()));
    expect(new Set(read).size).toBe(read.length);
    expect(read).toHaveLength(4 * 100 * 2);
    for (const name of await readdir(join(dir, 'journal'))) {
      const lines = (await readFile(join(dir, 'journal', name), 'utf8'))
        .split('\n')
        .filter((line) => line !== '');
      // Two processes that find the file full at once must not rotate twice.
      if (name !== 'journal.jsonl') expect(lines.join('\n').length).toBeGreaterThan(190_000);
      for (const line of lines) expect(JSON.parse(line)).toHaveProperty('type', 'event');
    }
  });

  it('leave whole files when killed at any moment, and what they left is cleaned up', async () => {
    for (let round = 0; round < 12; round += 1) {
      const worker = await start();
      worker.send({ operation: 'write', args: [EVENT] });
      const store = await open();
      while ((await store.documents.get(`kept/${EVENT}`)).kind === 'none') await store.tokens.read();
      // Reading takes a different while each time, and so the kill hits different steps.
      for (let reads = 0; reads < round * 5; reads += 1) expect(await store.tokens.read()).not.toBeNull();
      await kill(worker);

      expect(await store.tokens.read()).toMatchObject({ refreshToken: null });
      expect(await store.documents.get(`kept/${EVENT}`)).toMatchObject({
        text: expect.stringMatching(/^\d+$/),
      });
      await store.journal.append([eventRecord(`after-${round}`)]);
      expect(ids(await collect(store.journal.read())).at(-1)).toBe(`after-${round}`);

      await (await open()).tokens.write({
        accessToken: 'a',
        refreshToken: null,
        expiresAt: 0,
        scope: null,
        obtainedAt: 0,
      });
      expect((await readdir(dir)).filter((name) => name.startsWith('.tmp-'))).toEqual([]);
      await store.documents.delete(`kept/${EVENT}`);
    }
  });
});

describe('a directory that cannot be written', () => {
  it('is an error with a hint', async () => {
    await chmod(dir, 0o555);
    const worker = await start(join(dir, 'state'));
    expect(await ask(worker, 'writeAs', 65534)).toMatchObject({
      code: 'STATE',
      exitCode: 78,
      message: `Cannot create ${dir}/state: permission denied.`,
      hint: expect.stringContaining('STATE_DIR'),
    });
    await chmod(dir, 0o755);
  });
});
