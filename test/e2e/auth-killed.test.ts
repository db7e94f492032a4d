import { once } from 'node:events';
import { watch } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FIRST_REFRESH_TOKEN } from '../../src/sandbox/tripleseat/model.js';
import { TestWorld } from '../helpers/world.js';
import { refreshesIn, signIn, storedTokens, storeExpiredTokens } from './helpers/tokens.js';
import { runTool, startTool } from './helpers/tool.js';

const SIGN_IN_AGAIN = /sign in again with `ts-reconcile auth login`/i;

let world: TestWorld;
let stateDir: string;
let event: { id: number };

beforeEach(async () => {
  world = await TestWorld.start({ tripleseat: { clientCredentials: 'off' } });
  stateDir = world.newStateDir();
  event = world.addEvent();
});
afterEach(() => world.close());

function env(): Record<string, string> {
  return world.env(stateDir, { TRIPLESEAT_AUTHORIZE_URL: `${world.tripleseatServer.url}/oauth2/authorize` });
}

const stored = () => storedTokens(stateDir);
const refreshes = () => refreshesIn(world);

/** A run that needs a token and nothing else that could go wrong. */
const dryRun = () => ['sync', '--event-id', String(event.id), '--dry-run'];

describe('a process killed while it refreshes', () => {
  beforeEach(() => storeExpiredTokens(stateDir));

  /** Starts a run and kills it when the n-th request arrives; what that request came to is up to `fate`. */
  async function killAt(nth: number, fate: 'hang-before' | 'hang-after'): Promise<void> {
    const tool = startTool(dryRun(), env());
    await new Promise<void>((resolve) => {
      world.tripleseatGate.reset((_, index) => {
        if (index !== nth) return { kind: 'none' };
        setImmediate(resolve);
        return { kind: fate };
      });
    });
    tool.child.kill('SIGKILL');
    expect((await tool.done).signal).toBe('SIGKILL');
    world.tripleseatGate.reset();
  }

  it('before the server has rotated: the stored token is as good as before', async () => {
    await killAt(0, 'hang-before');
    expect((await stored()).refreshToken).toBe(FIRST_REFRESH_TOKEN);
    expect(await runTool(dryRun(), env())).toMatchObject({ code: 0 });
    expect((await stored()).refreshToken).not.toBe(FIRST_REFRESH_TOKEN);
  });

  it('after the server has rotated, before it answered: the next run says what to do, and that helps', async () => {
    await killAt(0, 'hang-after');
    expect((await stored()).refreshToken).toBe(FIRST_REFRESH_TOKEN);
    const next = await runTool(dryRun(), env());
    expect(next.code).toBe(77);
    expect(next.stderr).toContain('invalid_grant');
    expect(next.stderr).toMatch(SIGN_IN_AGAIN);
    const check = await runTool(['doctor'], env());
    expect(check.code).toBe(77);
    expect(check.stdout.replace(/\s+/g, ' ')).toMatch(SIGN_IN_AGAIN);
    expect(await signIn(env())).toMatchObject({ code: 0 });
    expect(await runTool(dryRun(), env())).toMatchObject({ code: 0 });
  });

  it('once the new token is in use: it is on disk, and nobody refreshes again', async () => {
    await killAt(1, 'hang-before');
    expect((await stored()).refreshToken).not.toBe(FIRST_REFRESH_TOKEN);
    expect(await runTool(dryRun(), env())).toMatchObject({ code: 0 });
    expect(refreshes()).toHaveLength(1);
  });

  it('while it writes: the file is the old or the new one, whole, and the next run works or says what to do', async () => {
    // First the file is written once more, to show before the refresh that it can be: then the new tokens.
    let killed = 0;
    for (let round = 0; round < 6; round += 1) {
      await signIn(env());
      const before = { ...(await stored()), expiresAt: Date.now() - 1_000 };
      await writeFile(join(stateDir, 'tokens.json'), JSON.stringify(before));
      const tool = startTool(dryRun(), env());
      // Each change in the directory is a step of writing: killed at the first, the second, and so on.
      let steps = round;
      const watcher = watch(stateDir, () => {
        if (steps === 0) tool.child.kill('SIGKILL');
        steps -= 1;
      });
      if ((await tool.done).signal === 'SIGKILL') killed += 1;
      watcher.close();

      const after = await stored();
      const rotated = after.refreshToken !== before.refreshToken;
      const next = await runTool(dryRun(), env());
      if (rotated) expect(next).toMatchObject({ code: 0 });
      else if (next.code !== 0)
        expect(next).toMatchObject({ code: 77, stderr: expect.stringMatching(SIGN_IN_AGAIN) });
      expect((await readdir(stateDir)).filter((name) => name.includes('damaged'))).toEqual([]);
    }
    // The first step comes before the request goes out: that kill cannot come too late.
    expect(killed).toBeGreaterThanOrEqual(1);
  }, 180_000);

  it('frees the lock at once: a run that waited for it goes on', async () => {
    const holder = startTool(dryRun(), env());
    const arrived = new Promise<void>((resolve) => {
      world.tripleseatGate.reset((_, index) => {
        if (index > 0) return { kind: 'none' };
        setImmediate(resolve);
        return { kind: 'hang-before' };
      });
    });
    await arrived;
    const waiter = startTool(dryRun(), env());
    await once(waiter.child, 'spawn');
    holder.child.kill('SIGKILL');
    expect(await waiter.done).toMatchObject({ code: 0 });
    expect(refreshes()).toHaveLength(2);
    expect(refreshes().map(({ status }) => status)).toEqual([null, 200]);
  });
});
