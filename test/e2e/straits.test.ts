import { execFile, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, rmdir, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { wrongWith } from '../helpers/check.js';
import { binPath, runCli, syncArgs } from '../helpers/cli.js';
import { TestWorld } from '../helpers/world.js';
import {
  deliver,
  ends,
  eventBody,
  hold,
  newDirectory,
  RelayProcess,
  relayEnv,
  startFake,
  startServe,
  starts,
} from './helpers/relay.js';

const WAIT = { timeout: 40_000, interval: 100 };
const run = promisify(execFile);
const undo: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const each of undo.splice(0).reverse()) await each();
});

/** A file system of a megabyte of its own; null: this user may not make one. */
async function smallDisk(): Promise<string | null> {
  const path = await mkdtemp(join(tmpdir(), 'ts-reconcile-disk-'));
  undo.push(() => rm(path, { recursive: true, force: true }));
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m,mode=0700', 'tmpfs', path]).status !== 0) return null;
  undo.push(() => run('umount', ['-l', path]));
  return path;
}

/** A disk of its own that can be made to fail, as the kernel answers errors of a real one: nothing is written any more. */
async function failingDisk() {
  const path = await mkdtemp(join(tmpdir(), 'ts-reconcile-disk-'));
  const image = `${path}.img`;
  undo.push(async () => {
    await rm(path, { recursive: true, force: true });
    await rm(image, { force: true });
  });
  await writeFile(image, '');
  await truncate(image, 16 * 1024 * 1024);
  const mount = () => run('mount', ['-o', 'loop', image, path]);
  try {
    await run('mkfs.ext4', ['-q', '-F', image]);
    await mount();
  } catch {
    return null;
  }
  undo.push(() => run('umount', ['-l', path]));
  return {
    path,
    fail: () => run('mount', ['-o', 'remount,abort', path]),
    async mend() {
      await run('umount', [path]);
      // It ends with 1 when it has mended something.
      spawnSync('e2fsck', ['-p', image]);
      await mount();
    },
  };
}

/** A group of processes that may take so much memory, by the path of its list; null: this user may not make one. */
async function memoryGroup(bytes: number): Promise<string | null> {
  const path = `/sys/fs/cgroup/memory/ts-reconcile-${process.pid}-${bytes}`;
  try {
    await mkdir(path);
  } catch {
    return null;
  }
  undo.push(() => rmdir(path));
  await writeFile(join(path, 'memory.limit_in_bytes'), String(bytes));
  return join(path, 'cgroup.procs');
}

const mayMount = process.getuid?.() === 0 && process.platform === 'linux';

describe('a relay', () => {
  it.skipIf(process.platform === 'win32').each([32, 28, 26, 25, 24])(
    'that has %i file handles takes deliveries, says what is wrong, and loses none, or does not begin',
    async (handles) => {
      const env = relayEnv(join(await newDirectory(), 'state'));
      const command = `ulimit -n ${handles}; exec "$0" "$@"`;
      const args = ['-c', command, process.execPath, binPath, 'serve', '--sandbox', '--port', '0'];
      const relay = new RelayProcess(args, env, 'sh');
      const isOpen = await relay.listening().then(
        () => true,
        () => false,
      );
      let isTaken = false;
      if (isOpen) {
        // Without a handle for the connection the kernel breaks it, and the sender sends again.
        const status = await deliver(relay, eventBody(55_530_001)).then(
          (answer) => answer.status,
          () => null,
        );
        isTaken = status === 200;
        if (isTaken) await expect.poll(() => relay.stderr, WAIT).toMatch(/EMFILE|Run for event 55530001/);
        expect(await relay.stop()).toBe(0);
      } else {
        expect(await relay.exited).toBe(78);
        expect(relay.stderr).toMatch(/too many files (are|may be) open/);
      }
      // No stack, and no sentence about what the program calls its own things.
      expect(relay.stderr).not.toMatch(/^\s+at |is not a function|undefined/m);
      if (!isTaken || relay.stderr.includes('Run for event 55530001 ended with exit code 0')) return;
      const next = await startServe(['--sandbox'], env);
      await expect.poll(() => next.stderr, WAIT).toContain('Run for event 55530001 ended with exit code');
      expect(await next.stop()).toBe(0);
    },
  );

  it.runIf(mayMount)(
    'whose disk is full says so, and takes deliveries again when it has room',
    async (test) => {
      const disk = await smallDisk();
      if (disk === null) return test.skip('this user may not mount');
      const world = await TestWorld.start();
      undo.push(() => world.close());
      const event = world.addEvent();
      const env = relayEnv(disk, { ...world.env(join(disk, 'state')), STATE_DIR: join(disk, 'state') });
      const own = await startServe([], env);
      expect((await deliver(own, eventBody(1))).status).toBe(200);
      await expect.poll(() => own.stderr, WAIT).toContain('Run for event 1 ended with exit code');
      const fill = () => spawnSync('dd', ['if=/dev/zero', `of=${join(disk, 'fill')}`, 'bs=4096']).status;
      fill();
      let refused = await deliver(own, eventBody(event.id));
      // What fits into the last block of the file still does.
      for (let id = 2; refused.status === 200 && id < 400; id += 1)
        refused = await deliver(own, eventBody(id));
      expect([refused.status, refused.json.reason]).toEqual([503, 'NOT_STORED']);
      expect(own.stderr).toMatch(/The spool could not be written\. Cannot write \S+: the disk is full\./);
      expect((await fetch(`${own.url}/readyz`)).status).toBe(503);
      expect((await fetch(`${own.url}/healthz`)).status).toBe(200);
      // However often it is tried, no more files come of it, and nobody else is blamed for what it tore itself.
      for (let id = 400; id < 410; id += 1) expect((await deliver(own, eventBody(id))).status).toBe(503);
      expect((await readdir(join(disk, 'state/spool'))).length).toBeLessThanOrEqual(2);
      expect(own.stderr).not.toMatch(/Another relay|made no sense/);
      await rm(join(disk, 'fill'));
      expect((await deliver(own, eventBody(event.id))).status).toBe(200);
      expect(await readdir(join(disk, 'state/spool'))).toEqual(['spool.jsonl']);
      await expect.poll(() => wrongWith(world.revel, event), WAIT).toEqual([]);
      expect(own.stderr).not.toMatch(/^\s+at /m);
      await own.stop();
    },
  );

  it.runIf(mayMount)(
    'whose disk becomes read-only says so, and loses nothing of what it acknowledged',
    async (test) => {
      const disk = await failingDisk();
      if (disk === null) return test.skip('this user may not mount a disk that fails');
      const directory = await newDirectory();
      const world = await TestWorld.start();
      undo.push(() => world.close());
      const env = relayEnv(join(disk.path, 'state'), world.env(join(disk.path, 'state')));
      const flags = { maxRuns: 1, sandbox: false };
      const release = await hold(directory);
      const relay = await startFake(directory, flags, env);
      for (const id of [1, 2, 3]) expect((await deliver(relay, eventBody(id))).status).toBe(200);
      await expect.poll(() => starts(directory), WAIT).toHaveLength(1);
      await disk.fail();
      const refused = await deliver(relay, eventBody(4));
      expect([refused.status, refused.json.reason]).toEqual([503, 'NOT_STORED']);
      expect(relay.stderr).toMatch(
        /The spool could not be written\. Cannot write \S+: the file system is read-only\./,
      );
      expect((await fetch(`${relay.url}/readyz`)).status).toBe(503);
      expect((await fetch(`${relay.url}/healthz`)).status).toBe(200);
      await release();
      await expect.poll(() => ends(directory), WAIT).toMatchObject([{ event: '1' }]);
      expect(await relay.stop()).toBe(0);
      expect(relay.stderr).not.toMatch(/^\s+at /m);
      await disk.mend();
      const next = await startFake(directory, flags, env);
      // Nobody could write down that the first one had its run.
      await expect.poll(() => ends(directory), WAIT).toHaveLength(4);
      expect((await ends(directory)).map(({ event }) => event).sort()).toEqual(['1', '1', '2', '3']);
      expect(await next.stop()).toBe(0);
    },
  );

  it('whose state directory is removed makes it anew, and keeps what it acknowledges', async () => {
    const world = await TestWorld.start();
    undo.push(() => world.close());
    const event = world.addEvent();
    const stateDir = world.newStateDir();
    const relay = await startServe([], relayEnv(stateDir, world.env(stateDir, { STATE_DIR: stateDir })));
    expect((await deliver(relay, eventBody(1))).status).toBe(200);
    await expect.poll(() => relay.stderr, WAIT).toContain('Run for event 1 ended with exit code');
    await rm(stateDir, { recursive: true });
    expect((await deliver(relay, eventBody(event.id))).status).toBe(200);
    expect(await readFile(join(stateDir, 'spool/spool.jsonl'), 'utf8')).toContain(String(event.id));
    await expect.poll(() => wrongWith(world.revel, event), WAIT).toEqual([]);
    expect(relay.stderr).not.toMatch(/^\s+at /m);
    await relay.stop();
  });
});

describe('a run', () => {
  it.runIf(mayMount)(
    'whose state directory is read-only, or full, says so and ends with 78',
    async (test) => {
      const disk = await smallDisk();
      if (disk === null) return test.skip('this user may not mount');
      const world = await TestWorld.start();
      undo.push(() => world.close());
      const event = world.addEvent();
      const env = world.env(disk, { STATE_DIR: disk });
      spawnSync('dd', ['if=/dev/zero', `of=${join(disk, 'journal.fill')}`, 'bs=4096']);
      const full = await runCli(syncArgs(event), env);
      expect(full.code).toBe(78);
      expect(full.stderr).toMatch(/the disk is full|open to other users/);
      await rm(join(disk, 'journal.fill'));
      spawnSync('mount', ['-o', 'remount,ro', disk]);
      const readOnly = await runCli(syncArgs(event), env);
      expect(readOnly.code).toBe(78);
      expect(readOnly.stderr).toContain('the file system is read-only');
      spawnSync('mount', ['-o', 'remount,rw', disk]);
      expect((await runCli(syncArgs(event), env)).code).toBe(0);
      expect(wrongWith(world.revel, event)).toEqual([]);
      for (const { stderr } of [full, readOnly]) expect(stderr).not.toMatch(/^\s+at |bug/m);
    },
  );

  it.runIf(mayMount)(
    'that the kernel kills for want of memory leaves what the next one completes',
    async (test) => {
      const world = await TestWorld.start();
      undo.push(() => world.close());
      const event = world.addEvent();
      const env = world.env(world.newStateDir());
      let killed = 0;
      for (const megabytes of [24, 32, 40, 48, 56]) {
        const group = await memoryGroup(megabytes * 1024 * 1024);
        if (group === null) return test.skip('this user may not make a group that bounds memory');
        const join = [
          '-c',
          `echo $$ > ${group}; exec "$0" "$@"`,
          process.execPath,
          binPath,
          ...syncArgs(event),
        ];
        const ended = await run('sh', join, { env }).then(
          () => null,
          (error: { signal: string | null }) => error.signal,
        );
        if (ended === 'SIGKILL') killed += 1;
      }
      expect(killed).toBeGreaterThan(0);
      const { code } = await runCli(syncArgs(event), env);
      expect(code).toBe(0);
      expect(wrongWith(world.revel, event)).toEqual([]);
    },
  );
});
