import { appendFile, link, mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openStateDir, type StateDirOptions } from '../../src/state/files/open.js';
import type { JournalRecord, StateStore } from '../../src/state/types.js';
import { collect, eventRecord, jumpingClock, runEnd, runStart, temporaryDirectory } from './support.js';

function open(dir: string, over: Partial<StateDirOptions> = {}): Promise<StateStore> {
  return openStateDir({ dir, clock: jumpingClock(), random: Math.random, ...over });
}

function ids(records: JournalRecord[]): string[] {
  return records.map((record) => (record.type === 'event' ? record.id : record.type));
}

describe('damaged lines', () => {
  it('are passed over, and a torn last line does not swallow the next record', async () => {
    const dir = await temporaryDirectory();
    const path = join(dir, 'journal/journal.jsonl');
    const store = await open(dir);
    await store.journal.append([eventRecord('1')]);
    await appendFile(
      path,
      '\nnot json\n{"type":"event"}\n{"type":"other","at":"2026-11-14T12:00:00Z"}\n[]\nnull\n\u0000\n',
    );
    await store.journal.append([eventRecord('2')]);
    await appendFile(path, JSON.stringify(eventRecord('3')).slice(0, -20));
    expect(ids(await collect(store.journal.read()))).toEqual(['1', '2']);
    await store.journal.append([eventRecord('4')]);
    expect(ids(await collect(store.journal.read()))).toEqual(['1', '2', '4']);
    expect(await readFile(path, 'utf8')).toMatch(/\n\{"type":"event"[^\n]+"id":"4"[^\n]+\}\n$/);
  });

  it('may be a whole record without its newline', async () => {
    const dir = await temporaryDirectory();
    const store = await open(dir);
    await store.journal.append([eventRecord('1')]);
    await appendFile(join(dir, 'journal/journal.jsonl'), JSON.stringify(eventRecord('2')));
    expect(ids(await collect(store.journal.read()))).toEqual(['1', '2']);
    await store.journal.append([eventRecord('3')]);
    expect(ids(await collect(store.journal.read()))).toEqual(['1', '2', '3']);
  });

  it('may be longer than any line of ours, across blocks, in both directions', async () => {
    const dir = await temporaryDirectory();
    const path = join(dir, 'journal/journal.jsonl');
    const store = await open(dir);
    const sweep = [
      runStart('aaaaaaaa', '2026-11-14T01:00:00.000Z'),
      runEnd('aaaaaaaa', '2026-11-14T01:10:00.000Z'),
    ];
    await store.journal.append(sweep);
    // Its head and its tail each look like a record.
    const fake = JSON.stringify(runEnd('ffffffff', '2026-11-14T09:00:00.000Z'));
    await appendFile(path, `${fake}${'x'.repeat(700_000)}${fake}\n`);
    await store.journal.append([eventRecord('1')]);
    expect(ids(await collect(store.journal.read()))).toEqual(['run-start', 'run-end', '1']);
    expect(await store.journal.lastGoodSweep()).toBe('2026-11-14T01:00:00.000Z');
  });

  it('never come from a record, however long or strange its texts', async () => {
    const dir = await temporaryDirectory();
    const store = await open(dir);
    const texts = [
      '\u0000'.repeat(50_000),
      '🎉'.repeat(50_000),
      `${'"\\'.repeat(50_000)}`,
      '\u009b'.repeat(50_000),
    ];
    for (const text of texts) {
      await store.journal.append([
        eventRecord('1', {
          name: text,
          location: text,
          error: text,
          reason: text,
          date: text,
          total: text,
          order: text,
        }),
      ]);
    }
    const raw = await readFile(join(dir, 'journal/journal.jsonl'), 'utf8');
    for (const line of raw.split('\n')) {
      expect(Buffer.byteLength(line)).toBeLessThan(16 * 1024);
      expect(line).not.toMatch(/\p{Cc}/u);
    }
    const records = await collect(store.journal.read());
    expect(records).toHaveLength(texts.length);
    expect(JSON.stringify(records)).not.toMatch(/\\ud83c(?!\\)/);
  });

  it('are not written: a record that could not be read back is refused', async () => {
    const dir = await temporaryDirectory();
    const store = await open(dir);
    await expect(store.journal.append([eventRecord('1', { at: 'yesterday' })])).rejects.toThrow();
    expect(await readdir(dir)).toEqual([]);
  });
});

describe('rotation', () => {
  it('keeps the newest files and reads through them in order', async () => {
    const dir = await temporaryDirectory();
    const store = await open(dir, { journal: { maxBytes: 1000, keep: 3 } });
    for (let id = 1; id <= 100; id += 1) await store.journal.append([eventRecord(String(id))]);
    const names = (await readdir(join(dir, 'journal'))).sort();
    const rotated = names.filter((name) => name !== 'journal.jsonl');
    expect(rotated).toHaveLength(3);
    for (const name of rotated) {
      expect((await stat(join(dir, 'journal', name))).size).toBeLessThan(1000 + 300);
    }
    const read = ids(await collect(store.journal.read())).map(Number);
    expect(read.length).toBeGreaterThan(9);
    expect(read).toEqual(Array.from({ length: read.length }, (_, index) => 101 - read.length + index));
  });

  it('is left to the process that is at it', async () => {
    const dir = await temporaryDirectory();
    const [other, store] = [await open(dir), await open(dir, { journal: { maxBytes: 100, keep: 3 } })];
    const lock = await other.locks.tryLock('journal-rotate');
    await store.journal.append([eventRecord('1')]);
    expect(await readdir(join(dir, 'journal'))).toEqual(['journal.jsonl']);
    await lock?.release();
    await store.journal.append([eventRecord('2')]);
    expect(await readdir(join(dir, 'journal'))).toEqual(['journal-000001.jsonl']);
    expect(ids(await collect(store.journal.read()))).toEqual(['1', '2']);
  });

  it('neither hides nor doubles records for a reader that has begun', async () => {
    const dir = await temporaryDirectory();
    const store = await open(dir);
    await store.journal.append([eventRecord('1'), eventRecord('2')]);
    const reading = store.journal.read()[Symbol.asyncIterator]();
    const first = await reading.next();
    await rename(join(dir, 'journal/journal.jsonl'), join(dir, 'journal/journal-000001.jsonl'));
    await store.journal.append([eventRecord('3')]);
    const second = await reading.next();
    expect(ids([first.value, second.value])).toEqual(['1', '2']);
    expect((await reading.next()).done).toBe(true);
    expect(ids(await collect(store.journal.read()))).toEqual(['1', '2', '3']);
  });

  it('between the opening and the listing of files doubles nothing', async () => {
    const dir = await temporaryDirectory();
    const store = await open(dir);
    await store.journal.append([eventRecord('1')]);
    // One file under both names is what a reader sees then.
    await link(join(dir, 'journal/journal.jsonl'), join(dir, 'journal/journal-000001.jsonl'));
    expect(ids(await collect(store.journal.read()))).toEqual(['1']);
  });

  it('that fails is told and loses nothing', async () => {
    const dir = await temporaryDirectory();
    const lines: string[] = [];
    const store = await open(dir, { journal: { maxBytes: 100, keep: 3 }, log: (line) => lines.push(line) });
    await mkdir(join(dir, 'journal/journal-000001.jsonl/in-the-way'), { recursive: true });
    await mkdir(join(dir, 'journal/journal-000002.jsonl/in-the-way'), { recursive: true });
    await mkdir(join(dir, 'journal/journal-000003.jsonl/in-the-way'), { recursive: true });
    await store.journal.append([eventRecord('1')]);
    expect(lines).toHaveLength(1);
    expect(await readFile(join(dir, 'journal/journal-000004.jsonl'), 'utf8')).toContain('"id":"1"');
  });

  it('does not part a sweep from its beginning', async () => {
    const dir = await temporaryDirectory();
    const store = await open(dir, { journal: { maxBytes: 1000, keep: 5 } });
    await store.journal.append([runStart('aaaaaaaa', '2026-11-14T01:00:00.000Z')]);
    for (let id = 1; id <= 8; id += 1) await store.journal.append([eventRecord(String(id))]);
    await store.journal.append([runEnd('aaaaaaaa', '2026-11-14T01:10:00.000Z')]);
    for (let id = 1; id <= 4; id += 1) await store.journal.append([eventRecord(String(id))]);
    expect((await readdir(join(dir, 'journal'))).length).toBeGreaterThan(2);
    expect(await store.journal.lastGoodSweep()).toBe('2026-11-14T01:00:00.000Z');
  });

  it('reads nothing of foreign files in the folder', async () => {
    const dir = await temporaryDirectory();
    const store = await open(dir);
    await store.journal.append([eventRecord('1')]);
    await writeFile(join(dir, 'journal/journal-1.jsonl'), `${JSON.stringify(eventRecord('2'))}\n`);
    await writeFile(join(dir, 'journal/notes.txt'), `${JSON.stringify(eventRecord('3'))}\n`);
    expect(ids(await collect(store.journal.read()))).toEqual(['1']);
  });
});
