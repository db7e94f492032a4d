import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { StateFiles } from '../../src/state/files/files.js';
import { HostLocks } from '../../src/state/files/locks.js';
import { atFileEnd } from '../helpers/cleanup.js';
import { jumpingClock, temporaryDirectory } from './support.js';

const own = ['-r', '-n'];
const namespaces = process.platform === 'linux' && spawnSync('unshare', [...own, 'true']).status === 0;

async function locksOf(root: string, readOnly = false): Promise<HostLocks> {
  const files = new StateFiles({ root, clock: jumpingClock(), random: Math.random });
  const locks = await HostLocks.of({ files, readOnly });
  atFileEnd(() => locks.close());
  return locks;
}

/** Locks of which one was taken, so that their names are settled. */
async function usedLocks(root: string): Promise<HostLocks> {
  const locks = await locksOf(root);
  await (await locks.tryLock('any'))?.release();
  return locks;
}

const keyOf = (root: string) => readFile(join(root, 'locks/key'), 'utf8');

it('share a reach by whatever path the directory is named, and no other directory', async () => {
  const dir = await temporaryDirectory();
  const one = (await usedLocks(`${dir}/state/../state`)).reach;
  expect((await usedLocks(`${dir}/state`)).reach).toBe(one);
  expect((await locksOf(`${dir}/state`, true)).reach).toBe(one);
  expect((await usedLocks(`${dir}/other`)).reach).not.toBe(one);
});

it.runIf(process.platform === 'linux')('name the boot and the network namespace', async () => {
  const dir = await temporaryDirectory();
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  expect((await usedLocks(dir)).reach).toContain(
    `files boot ${boot} ${readlinkSync('/proc/self/ns/net')} ${realpathSync(dir)}`,
  );
});

it('have a random part in their names, kept for this user alone and shown to nobody', async () => {
  const dir = await temporaryDirectory();
  const locks = await locksOf(dir);
  await locks.tryLock('sweep');
  const key = await keyOf(dir);
  expect(key).toMatch(/^[0-9a-f]{64}\n$/);
  expect((await stat(join(dir, 'locks/key'))).mode & 0o777).toBe(0o600);
  expect(locks.reach).not.toContain(key.trim());
  expect(await (await locksOf(dir)).tryLock('sweep')).toBeNull();
});

it.runIf(process.platform === 'linux')(
  'cannot be held by somebody who only knows the directory',
  async () => {
    const dir = await temporaryDirectory();
    const locks = await locksOf(dir);
    const name = createHash('sha256')
      .update(`${realpathSync(dir)}\0sweep`)
      .digest('hex');
    const stranger = createServer().listen(`\0ts-reconcile-${name}`);
    await once(stranger, 'listening');
    expect(await locks.tryLock('sweep')).not.toBeNull();
    stranger.close();
  },
);

it('have one key, however many processes begin at once', async () => {
  const dir = await temporaryDirectory();
  const many = await Promise.all(Array.from({ length: 20 }, () => locksOf(dir)));
  const taken = await Promise.all(many.map((locks) => locks.tryLock('sweep')));
  expect(taken.filter((lock) => lock !== null)).toHaveLength(1);
  expect(new Set(many.map(({ reach }) => reach)).size).toBe(1);
  expect(await readdir(join(dir, 'locks'))).toEqual(expect.arrayContaining(['key']));
});

it('get another reach with another key, so that nobody takes over from whom they do not exclude', async () => {
  const dir = await temporaryDirectory();
  const before = await usedLocks(dir);
  await rm(join(dir, 'locks'), { recursive: true });
  const after = await usedLocks(dir);
  expect(after.reach).not.toBe(before.reach);
});

it.each(['', 'x', `${'0'.repeat(63)}\n`, '0'.repeat(5000)])(
  'make a new key in place of a broken one: %j',
  async (text) => {
    const dir = await temporaryDirectory();
    await mkdir(join(dir, 'locks'), { mode: 0o700 });
    await writeFile(join(dir, 'locks/key'), text);
    expect(await (await locksOf(dir)).tryLock('sweep')).not.toBeNull();
    expect(await keyOf(dir)).toMatch(/^[0-9a-f]{64}\n$/);
  },
);

it('of a dry run make none, and hold within its process; but those of the tokens do', async () => {
  const dir = await temporaryDirectory();
  const locks = await locksOf(dir, true);
  expect(await locks.tryLock('sweep')).not.toBeNull();
  expect(await locks.tryLock('sweep')).toBeNull();
  expect(await readdir(dir)).toEqual([]);
  expect(await locks.tryLock('tokens')).not.toBeNull();
  expect(await (await locksOf(dir)).tryLock('tokens')).toBeNull();
});

it.runIf(namespaces)('so do not share a reach with another container on the same volume', () => {
  const inside = execFileSync('unshare', [...own, 'readlink', '/proc/self/ns/net'], { encoding: 'utf8' });
  expect(inside.trim()).toMatch(/^net:\[[0-9]+\]$/);
  expect(inside.trim()).not.toBe(readlinkSync('/proc/self/ns/net'));
});
