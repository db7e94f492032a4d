import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { expect, it } from 'vitest';
import { StateFiles } from '../../src/state/files/files.js';
import { HostLocks } from '../../src/state/files/locks.js';
import { jumpingClock, temporaryDirectory } from './support.js';

const own = ['-r', '-n'];
const namespaces = process.platform === 'linux' && spawnSync('unshare', [...own, 'true']).status === 0;

async function reachOf(root: string): Promise<string> {
  const files = new StateFiles({ root, clock: jumpingClock(), random: Math.random });
  return (await HostLocks.of({ files, readOnly: true })).reach;
}

it('share a reach by whatever path the directory is named, and no other directory', async () => {
  const dir = await temporaryDirectory();
  expect(await reachOf(`${dir}/state/../state`)).toBe(await reachOf(`${dir}/state`));
  expect(await reachOf(`${dir}/other`)).not.toBe(await reachOf(`${dir}/state`));
});

it.runIf(process.platform === 'linux')('name the boot and the network namespace', async () => {
  const dir = await temporaryDirectory();
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  expect(await reachOf(dir)).toBe(
    `files boot ${boot} ${readlinkSync('/proc/self/ns/net')} ${realpathSync(dir)}`,
  );
});

it.runIf(namespaces)('so do not share a reach with another container on the same volume', () => {
  const inside = execFileSync('unshare', [...own, 'readlink', '/proc/self/ns/net'], { encoding: 'utf8' });
  expect(inside.trim()).toMatch(/^net:\[[0-9]+\]$/);
  expect(inside.trim()).not.toBe(readlinkSync('/proc/self/ns/net'));
});
