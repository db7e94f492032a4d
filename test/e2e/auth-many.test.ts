import { type ChildProcess, fork } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FIRST_REFRESH_TOKEN } from '../../src/sandbox/tripleseat/model.js';
import { TestWorld } from '../helpers/world.js';
import { built } from './helpers/built.js';
import { refreshesIn, storedTokens, storeExpiredTokens } from './helpers/tokens.js';

let world: TestWorld;
let stateDir: string;

beforeEach(async () => {
  world = await TestWorld.start({ tripleseat: { clientCredentials: 'off' } });
  stateDir = world.newStateDir();
});
afterEach(() => world.close());

describe('many processes with an expired token', () => {
  it('40 of them at once refresh once', async () => {
    await storeExpiredTokens(stateDir);
    const workers: ChildProcess[] = [];
    try {
      // Started a few at a time, let go all at once.
      for (let started = 0; started < 40; started += 10) {
        const batch = Array.from({ length: 10 }, () =>
          fork(built('token-worker'), [], { env: world.env(stateDir) }),
        );
        workers.push(...batch);
        await Promise.all(batch.map((worker) => heard(worker)));
      }
      const answers = workers.map((worker) => heard(worker));
      for (const worker of workers) worker.send('go');
      const tokens = await Promise.all(answers);
      expect(tokens[0]).toMatch(/^[0-9a-f]{64}$/);
      expect(new Set(tokens).size).toBe(1);
      expect(refreshesIn(world)).toMatchObject([{ status: 200 }]);
      expect((await storedTokens(stateDir)).refreshToken).not.toBe(FIRST_REFRESH_TOKEN);
    } finally {
      for (const worker of workers) worker.kill('SIGKILL');
    }
  }, 180_000);
});

/** The next message of a worker; an error when it ends without one. */
function heard(worker: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const ended = () => reject(new Error('the worker ended'));
    // Its exit may be seen before the last message that it sent.
    worker.once('disconnect', ended);
    worker.once('message', (message) => {
      worker.off('disconnect', ended);
      resolve(message);
    });
  });
}
