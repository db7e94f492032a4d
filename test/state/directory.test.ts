import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFile,
  chmod,
  chown,
  mkdir,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/errors.js';
import { openStateDir, type StateDirOptions } from '../../src/state/files/open.js';
import type { StateStore } from '../../src/state/types.js';
import { stateContract } from './contract.js';
import { collect, eventRecord, jumpingClock, mailed, temporaryDirectory, tokens } from './support.js';

const isRoot = process.getuid?.() === 0;

function open(dir: string, over: Partial<StateDirOptions> = {}): Promise<StateStore> {
  return openStateDir({ dir, clock: jumpingClock(), random: Math.random, ...over });
}

async function failure(work: Promise<unknown>): Promise<AppError> {
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof AppError)) throw new Error(`expected an AppError, got ${String(error)}`);
  return error;
}

async function modeOf(path: string): Promise<string> {
  return ((await stat(path)).mode & 0o7777).toString(8);
}

async function writeEverything(store: StateStore): Promise<void> {
  await store.tokens.write(tokens());
  await store.journal.append([eventRecord('61000001')]);
  await store.cache.set('k', 1);
  await store.cache.flush();
}

const FILES = ['tokens.json', 'journal/journal.jsonl'];

stateContract('state in a directory', async () => {
  const dir = join(await temporaryDirectory(), 'state');
  return {
    open: (options) => open(dir, options),
    dispose: async () => undefined,
  };
});

describe('permissions', () => {
  for (const umask of [0o000, 0o777]) {
    it(`are 0700 and 0600 under umask ${umask.toString(8)}`, async () => {
      const dir = join(await temporaryDirectory(), 'deep', 'state');
      const before = process.umask(umask);
      try {
        await writeEverything(await open(dir));
      } finally {
        process.umask(before);
      }
      for (const folder of ['..', '.', 'cache', 'journal', 'locks'])
        expect(await modeOf(join(dir, folder))).toBe('700');
      for (const file of FILES) expect(await modeOf(join(dir, file))).toBe('600');
      expect((await readdir(dir)).sort()).toEqual(['cache', 'journal', 'locks', 'tokens.json']);
    });
  }

  it('are narrowed on a directory and a journal of ours', async () => {
    const dir = await temporaryDirectory();
    await writeEverything(await open(dir));
    await chmod(dir, 0o755);
    await chmod(join(dir, 'journal'), 0o777);
    await chmod(join(dir, 'journal/journal.jsonl'), 0o666);
    const store = await open(dir);
    expect(await modeOf(dir)).toBe('700');
    await store.journal.append([eventRecord('61000002')]);
    expect(await modeOf(join(dir, 'journal'))).toBe('700');
    expect(await modeOf(join(dir, 'journal/journal.jsonl'))).toBe('600');
  });

  it('are narrowed whatever of ours lies in it', async () => {
    const dir = await temporaryDirectory();
    await writeFile(join(dir, 'tokens.json'), '{');
    const store = await open(dir);
    // The damaged tokens are moved aside.
    await writeEverything(store);
    await store.mailMemory.update({ mailed: [mailed('1')], forget: [] });
    await (await store.openQueue())?.close();
    await store.budget?.('revel').claim(1, []);
    // `intents` is of earlier versions.
    for (const folder of ['sandbox', 'intents']) await mkdir(join(dir, folder));
    for (const kept of ['accepted', 'account', 'certify']) await store.documents.put(kept, '{}');
    const made = await readdir(dir);
    expect(made).toEqual(expect.arrayContaining(['budgets', 'mailed.json', 'tokens.damaged.json']));
    await chmod(dir, 0o755);
    await open(dir);
    expect(await modeOf(dir)).toBe('700');
  });

  it('are narrowed on a fresh volume', async () => {
    const dir = await temporaryDirectory();
    await mkdir(join(dir, 'lost+found'));
    await chmod(dir, 0o755);
    await open(dir);
    expect(await modeOf(dir)).toBe('700');
  });

  it('are left alone, and the directory refused, when it holds files of something else', async () => {
    const dir = await temporaryDirectory();
    await writeFile(join(dir, 'mail.txt'), '');
    await chmod(dir, 0o755);
    const error = await failure(open(dir));
    expect(error).toMatchObject({ code: 'STATE', exitCode: 78 });
    expect(error.message).toContain('holds files of something else');
    expect(error.hint).toContain(`${dir}/ts-reconcile`);
    expect(error.hint).toContain(`chmod 700 ${dir}`);
    expect(await modeOf(dir)).toBe('755');
  });

  it('are left alone, and the directory refused, when it belongs to another user', async () => {
    const dir = isRoot ? await temporaryDirectory() : '/usr';
    if (isRoot) {
      await chown(dir, 12345, 12345);
      await chmod(dir, 0o755);
    }
    const error = await failure(open(dir));
    expect(error).toMatchObject({ code: 'STATE', exitCode: 78 });
    expect(error.message).toContain('belongs to another user');
    expect(error.hint).toContain(`chown it to that user and chmod 700 ${dir}`);
    expect(await modeOf(dir)).toBe('755');
  });
});

describe('laziness', () => {
  it('creates nothing before the first write', async () => {
    const parent = await temporaryDirectory();
    const store = await open(join(parent, 'state'));
    expect(await store.tokens.read()).toBeNull();
    expect(await store.documents.get('kept/1')).toEqual({ kind: 'none' });
    expect(await collect(store.journal.read())).toEqual([]);
    expect(await store.journal.lastGoodSweep()).toBeNull();
    expect(await store.cache.get('k')).toBeUndefined();
    await store.tokens.clear();
    await store.documents.delete('kept/1');
    await store.cache.flush();
    await store.close();
    expect(await readdir(parent)).toEqual([]);
  });

  it('creates nothing at all when read-only, save for tokens', async () => {
    const parent = await temporaryDirectory();
    const dir = join(parent, 'state');
    const store = await open(dir, { readOnly: true });
    await store.documents.put('kept/1', 'one');
    await store.journal.append([eventRecord('61000001')]);
    await store.cache.set('k', 1);
    await store.close();
    expect(await readdir(parent)).toEqual([]);
    await store.tokens.write(tokens());
    expect(await readdir(dir)).toEqual(['tokens.json']);
  });

  it('leaves wide permissions alone when read-only', async () => {
    const dir = await temporaryDirectory();
    await chmod(dir, 0o755);
    await open(dir, { readOnly: true });
    expect(await modeOf(dir)).toBe('755');
  });

  it('makes the directory again when it is removed under a running process', async () => {
    const dir = join(await temporaryDirectory(), 'state');
    const store = await open(dir);
    await writeEverything(store);
    await rm(dir, { recursive: true });
    await writeEverything(store);
    expect(await store.tokens.read()).toEqual(tokens());
    expect(await collect(store.journal.read())).toHaveLength(1);
  });

  it('has the same locks before and after the directory is made', async () => {
    const dir = join(await temporaryDirectory(), 'state');
    const early = await open(dir);
    await early.locks.tryLock('sweep');
    await early.tokens.write(tokens());
    const late = await open(`${dir}/../state/`);
    expect(await late.locks.tryLock('sweep')).toBeNull();
    await early.close();
    expect(await late.locks.tryLock('sweep')).not.toBeNull();
    await late.close();
  });
});

describe('refusals of the file system', () => {
  it('names a file in the place of the directory', async () => {
    const file = join(await temporaryDirectory(), 'file');
    await writeFile(file, '');
    for (const dir of [file, join(file, 'below')]) {
      for (const readOnly of [false, true]) {
        const error = await failure(open(dir, { readOnly }));
        expect(error).toMatchObject({ code: 'STATE', exitCode: 78 });
        expect(error.message).toMatch(/not a directory\.$/);
        expect(error.hint).toContain('STATE_DIR');
      }
    }
  });

  it('names a directory that cannot be made', async () => {
    const error = await failure((await open('/proc/ts-reconcile/state')).tokens.write(tokens()));
    expect(error).toMatchObject({ code: 'STATE', exitCode: 78 });
    expect(error.message).toContain('/proc/ts-reconcile');
  });

  it('are found out by a trial, which makes the directory and leaves nothing in it', async () => {
    for (const readOnly of [false, true]) {
      const refused = await open('/proc/ts-reconcile/state', { readOnly });
      expect(await failure(refused.tokens.probe())).toMatchObject({ code: 'STATE', exitCode: 78 });
      const dir = join(await temporaryDirectory(), 'state');
      await (await open(dir, { readOnly })).tokens.probe();
      expect(await readdir(dir)).toEqual([]);
      expect(await modeOf(dir)).toBe('700');
    }
  });

  it('says that the disk is full', async () => {
    const dir = await temporaryDirectory();
    await mkdir(join(dir, 'journal'), { mode: 0o700 });
    await symlink('/dev/full', join(dir, 'journal/journal.jsonl'));
    const store = await open(dir);
    const mode = await modeOf('/dev/full');
    const error = await failure(store.journal.append([eventRecord('61000001')]));
    expect(error).toMatchObject({ code: 'STATE', exitCode: 78 });
    expect(error.message).toContain('the disk is full');
    expect(error.hint).toContain('Free some space');
    // A person who only names another directory finds neither the tokens nor what was accepted there.
    expect(error.hint).toContain('move all of it there');
    expect(await modeOf('/dev/full')).toBe(mode);
  });

  it('does not fail over a cache that cannot be written', async () => {
    const dir = await temporaryDirectory();
    await writeFile(join(dir, 'cache'), '');
    const lines: string[] = [];
    const store = await open(dir, { log: (line) => lines.push(line) });
    expect(await store.cache.get('k')).toBeUndefined();
    await store.cache.set('k', 1);
    await store.cache.flush();
    expect(await store.cache.get('k')).toBe(1);
    expect(lines.join('\n')).toContain('The cache was not written.');
    expect((await readdir(dir)).filter((name) => name.startsWith('.tmp'))).toEqual([]);
  });

  it('shows a path without control characters', async () => {
    const file = join(await temporaryDirectory(), 'a\u001b[31m\nb');
    await writeFile(file, '');
    const error = await failure(open(file));
    expect(error.message).not.toMatch(/\p{Cc}/u);
  });
});

describe('leftovers', () => {
  it('of dead processes are removed, those of live ones and of other hosts stay', async () => {
    const dir = await temporaryDirectory();
    const clock = jumpingClock(Date.now());
    const first = await open(dir, { clock });
    await first.tokens.write(tokens());
    const host = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
    const dead = spawnSync(process.execPath, ['-e', '']).pid;
    const names = {
      dead: `.tmp-${host}-${dead}-0-0`,
      live: `.tmp-${host}-${process.pid}-0-0`,
      foreign: `.tmp-00000000-${dead}-0-0`,
      stale: `.tmp-00000000-${dead}-1-1`,
    };
    for (const name of Object.values(names)) await writeFile(join(dir, name), '');
    await utimes(join(dir, names.stale), 0, 0);
    await (await open(dir, { clock })).tokens.write(tokens());
    const left = await readdir(dir);
    expect(left).toEqual(expect.arrayContaining([names.live, names.foreign]));
    expect(left).not.toContain(names.dead);
    expect(left).not.toContain(names.stale);
  });
});

describe('tokens.json', () => {
  it.each([0o640, 0o604, 0o660, 0o602])(
    'is not used while others may read or change it: %o',
    async (mode) => {
      const dir = await temporaryDirectory();
      const store = await open(dir);
      await store.tokens.write(tokens({ accessToken: 'secret-canary' }));
      await chmod(join(dir, 'tokens.json'), mode);
      const error = await failure(store.tokens.read());
      expect(error).toMatchObject({ code: 'STATE', exitCode: 78 });
      expect(error.message).toContain('can be read or changed by other users');
      expect(`${error.message}${error.hint}`).not.toContain('secret-canary');
      // A sign-in puts new ones there, for this user alone; nothing was damaged, so nothing is kept aside.
      await store.tokens.write(tokens());
      expect(await store.tokens.read()).toEqual(tokens());
      expect(await readdir(dir)).toEqual(['tokens.json']);
    },
  );

  const damages: [string, string][] = [
    ['empty', ''],
    ['cut short', '{"accessToken":"secret-canary","refr'],
    ['of another form', '{"accessToken":"secret-canary","expiresAt":"soon"}'],
    ['no object', '["secret-canary"]'],
    ['huge', `"${'x'.repeat(100_000)}"`],
  ];
  for (const [what, text] of damages) {
    it(`that is ${what} is an error and is not overwritten`, async () => {
      const dir = await temporaryDirectory();
      await writeFile(join(dir, 'tokens.json'), text);
      const lines: string[] = [];
      const store = await open(dir, { log: (line) => lines.push(line) });
      const error = await failure(store.tokens.read());
      expect(error).toMatchObject({ code: 'STATE', exitCode: 78 });
      expect(error.message).toContain(join(dir, 'tokens.json'));
      expect(error.hint).toContain('auth login');
      expect(`${error.message}${error.hint}`).not.toContain('secret-canary');

      await store.tokens.write(tokens());
      expect(await store.tokens.read()).toEqual(tokens());
      expect(await readFile(join(dir, 'tokens.damaged.json'), 'utf8')).toBe(text);
      expect(lines).toHaveLength(1);
      await store.tokens.clear();
      expect(await readdir(dir)).toEqual([]);
    });
  }
});

describe('the cache', () => {
  it('starts afresh, or without the damaged lines', async () => {
    const dir = await temporaryDirectory();
    await writeFile(join(dir, 'cache.jsonl'), '{"k":"a","v":1}\n');
    const store = await open(dir);
    expect(await readdir(dir)).toEqual([]);
    await store.cache.set('a', 1);
    await store.cache.set('b', 2);
    await store.cache.flush();
    for (const name of await readdir(join(dir, 'cache'))) {
      await appendFile(join(dir, 'cache', name), 'rubbish\n{"k":5}\n[]\n{"k":"c","v"');
    }
    const next = await open(dir);
    expect([await next.cache.get('a'), await next.cache.get('b'), await next.cache.get('c')]).toEqual([
      1,
      2,
      undefined,
    ]);
    await next.cache.set('a', 3);
    await next.cache.set('b', 4);
    await next.cache.flush();
    for (const name of await readdir(join(dir, 'cache'))) {
      expect(await readFile(join(dir, 'cache', name), 'utf8')).toMatch(/^(\{"k":"[ab]","v":[34]\}\n)+$/);
    }
  });

  it('drops the least recently written beyond its bounds', async () => {
    const dir = await temporaryDirectory();
    const bounds = { maxEntries: 1600, maxBytes: 160_000 };
    const store = await open(dir, { cache: bounds });
    const key = (number: number) => `event/${number}`;
    for (let number = 0; number < 3000; number += 1) await store.cache.set(key(number), number);
    await store.cache.flush();
    const known = async () => {
      const fresh = (await open(dir)).cache;
      const found = [];
      for (let number = 0; number < 3000; number += 1) {
        if ((await fresh.get(key(number))) !== undefined) found.push(number);
      }
      return found;
    };
    const kept = await known();
    expect(kept).toHaveLength(1600);
    expect(kept.filter((number) => number >= 2000).length).toBeGreaterThan(900);
    await store.cache.set('huge', 'x'.repeat(200_000));
    await store.cache.flush();
    expect(await (await open(dir)).cache.get('huge')).toBeUndefined();
    for (const name of await readdir(join(dir, 'cache'))) {
      expect((await stat(join(dir, 'cache', name))).size).toBeLessThanOrEqual(10_001);
    }
  });

  it('keeps for the next flush what could not be written now', async () => {
    const dir = await temporaryDirectory();
    const [busy, store] = [await open(dir), await open(dir)];
    const lock = await busy.locks.tryLock('cache');
    await store.cache.set('k', 1);
    await store.cache.flush();
    expect(await (await open(dir)).cache.get('k')).toBeUndefined();
    await lock?.release();
    await store.cache.flush();
    expect(await (await open(dir)).cache.get('k')).toBe(1);
  });
});
