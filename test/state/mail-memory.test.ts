import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openStateDir } from '../../src/state/files/open.js';
import type { StateStore } from '../../src/state/types.js';
import { jumpingClock, mailed, temporaryDirectory } from './support.js';

async function openOn(text: string | null): Promise<{ store: StateStore; file: string }> {
  const dir = await temporaryDirectory();
  const file = join(dir, 'mailed.json');
  await mkdir(dir, { recursive: true, mode: 0o700 });
  if (text !== null) await writeFile(file, text, { mode: 0o600 });
  return { store: await openStateDir({ dir, clock: jumpingClock(), random: () => 0.5 }), file };
}

describe('mailed.json', () => {
  it.each([
    ['torn', '[{"subject":"1","rea'],
    ['of another form', '{"subject":"1"}'],
    ['empty', ''],
    ['far too long', `[${' '.repeat(5 * 1024 * 1024)}]`],
  ])('that is %s reads as empty, and is replaced by the next change', async (_, text) => {
    const { store, file } = await openOn(text);
    expect(await store.mailMemory.read()).toEqual([]);
    await store.mailMemory.update({ mailed: [mailed('1')], forget: [] });
    expect(await store.mailMemory.read()).toEqual([mailed('1')]);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    await store.close();
  });

  it('loses only the entries that make no sense', async () => {
    const { store } = await openOn(JSON.stringify([mailed('1'), { ...mailed('2'), mailedAt: -1 }, null]));
    expect(await store.mailMemory.read()).toEqual([mailed('1')]);
    await store.close();
  });

  it('is left alone by a change that changes nothing', async () => {
    const { store, file } = await openOn('[ ]');
    await store.mailMemory.update({ mailed: [], forget: [] });
    expect(await readFile(file, 'utf8')).toBe('[ ]');
    await store.close();
  });
});
