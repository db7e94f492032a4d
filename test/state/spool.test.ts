import { appendFile, chmod, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { openStateDir } from '../../src/state/directory.js';
import type { Spool, SpoolEntry, StateStore } from '../../src/state/types.js';
import { eventId, jumpingClock, temporaryDirectory } from './support.js';

let dir: string;
let file: string;
let warnings: string[];

beforeEach(async () => {
  dir = await temporaryDirectory();
  file = join(dir, 'spool', 'spool.jsonl');
  warnings = [];
});

function entry(id: number | string, over: Partial<SpoolEntry> = {}): SpoolEntry {
  return { event: eventId(String(id)), run: '1a2b3c4d', at: 1_800_000_000_000, ...over };
}

function openState(): Promise<StateStore> {
  return openStateDir({
    dir,
    clock: jumpingClock(),
    random: Math.random,
    log: (line) => warnings.push(line),
  });
}

/** Opens the spool as a new process would. */
async function open(): Promise<Spool> {
  const spool = await (await openState()).openSpool();
  if (!spool) throw new Error('the spool is taken');
  return spool;
}

async function reopened(spool: Spool): Promise<readonly SpoolEntry[]> {
  await spool.close();
  const next = await open();
  await next.close();
  return next.left;
}

describe('the spool of a directory', () => {
  it('keeps what was added and not removed, oldest first', async () => {
    const spool = await open();
    expect(spool.left).toEqual([]);
    await spool.add([entry(3), entry(1, { run: 'aaaaaaaa' })]);
    await spool.add([entry(2)]);
    await spool.remove(eventId('3'));
    await spool.remove(eventId('4'));
    expect(await reopened(spool)).toEqual([entry(1, { run: 'aaaaaaaa' }), entry(2)]);
  });

  it('has what was added on disk when it answers, and nothing but id, correlation id and time', async () => {
    const spool = await open();
    await spool.add([entry(61_000_001)]);
    expect(await readFile(file, 'utf8')).toContain(
      '{"event":"61000001","run":"1a2b3c4d","at":1800000000000}\n',
    );
    await spool.close();
  });

  it('keeps the order of changes that are asked for at once', async () => {
    const spool = await open();
    const changes = [spool.add([entry(1)]), spool.remove(eventId('1')), spool.add([entry(1, { at: 5 })])];
    for (let id = 2; id < 200; id += 1) changes.push(spool.add([entry(id)]));
    changes.push(spool.remove(eventId('2')));
    await Promise.all(changes);
    const left = await reopened(spool);
    expect(left).toHaveLength(198);
    expect(left.find(({ event }) => event === '1')?.at).toBe(5);
    expect(left.some(({ event }) => event === '2')).toBe(false);
  });

  it('is private', async () => {
    const spool = await open();
    await spool.add([entry(1)]);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(dirname(file))).mode & 0o777).toBe(0o700);
    await spool.close();
  });

  it('belongs to one process at a time', async () => {
    const first = await open();
    expect(await (await openState()).openSpool()).toBeNull();
    await first.close();
    await (await open()).close();
  });

  it('passes over a torn last line, and appends nothing to it', async () => {
    const spool = await open();
    await spool.add([entry(1), entry(2)]);
    await spool.close();
    await appendFile(file, '{"done":"1"}');
    const next = await open();
    expect(next.left.map(({ event }) => event)).toEqual(['1', '2']);
    await next.add([entry(3)]);
    expect((await reopened(next)).map(({ event }) => event)).toEqual(['1', '2', '3']);
    expect(warnings).toEqual([]);
  });

  it('passes over lines that make no sense, and says so', async () => {
    await mkdir(dirname(file), { mode: 0o700 });
    const good = JSON.stringify(entry(1));
    const bad = [
      '{"event":"-1","run":"1a2b3c4d","at":1}',
      '{"event":"1"}',
      '[]',
      '\u0000',
      '{"done":1}',
      'x',
    ];
    await writeFile(file, `${[...bad, good].join('\n')}\n`);
    const spool = await open();
    expect(spool.left).toEqual([entry(1)]);
    expect(warnings).toEqual([expect.stringContaining('6 lines of the spool made no sense')]);
    await spool.close();
  });

  it('refuses a spool that is no file', async () => {
    await mkdir(file, { recursive: true, mode: 0o700 });
    await expect(open()).rejects.toMatchObject({ code: 'STATE', exitCode: 78 });
    await rm(file, { recursive: true });
    await (await open()).close();
  });

  it('stays small', async () => {
    const spool = await open();
    for (let round = 0; round < 20; round += 1) {
      const changes: Promise<void>[] = [];
      for (let id = 1; id <= 500; id += 1)
        changes.push(spool.add([entry(id)]), spool.remove(eventId(String(id))));
      await Promise.all(changes);
    }
    await spool.add([entry(7)]);
    expect((await stat(file)).size).toBeLessThan(400_000);
    expect(await reopened(spool)).toEqual([entry(7)]);
  });

  it('refuses while the disk does, loses nothing, and recovers', async () => {
    const spool = await open();
    await spool.add([entry(1), entry(2), entry(3)]);
    await rm(dirname(file), { recursive: true });
    await writeFile(dirname(file), '');
    const adding = spool.add([entry(2, { at: 5 }), entry(4)]);
    const removing = spool.remove(eventId('1'));
    await expect(adding).rejects.toMatchObject({ code: 'STATE', exitCode: 78 });
    await expect(removing).rejects.toMatchObject({ code: 'STATE' });
    await expect(spool.check()).rejects.toMatchObject({ code: 'STATE' });
    await rm(dirname(file));
    await spool.check();
    await spool.add([entry(5)]);
    expect(await reopened(spool)).toEqual([entry(2), entry(3), entry(5)]);
  });

  it('comes back when it is deleted under a running process', async () => {
    const spool = await open();
    await spool.add([entry(1)]);
    await rm(dirname(file), { recursive: true });
    await spool.add([entry(2)]);
    expect(await reopened(spool)).toEqual([entry(1), entry(2)]);
  });

  it('fails early in a directory that cannot be written', async () => {
    await writeFile(join(dir, 'spool'), '');
    await chmod(dir, 0o700);
    await expect(open()).rejects.toMatchObject({ code: 'STATE', exitCode: 78 });
  });
});
