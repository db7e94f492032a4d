import { describe, expect, it } from 'vitest';
import { createStarter } from '../../src/relay/starter.js';

describe('a process that starts runs', () => {
  it('which the system refuses is told as runs that could not be started', async () => {
    // More than Linux takes of one variable: what it says then is thrown, not emitted.
    const starter = createStarter({ LARGE: 'x'.repeat(3_000_000) }, () => undefined);
    const program = { file: process.execPath, args: [], cwd: '/', env: {} };
    for (const args of [['one'], ['two']]) {
      const { end } = await starter.start({ program, args, limitMs: 20_000, maxStdout: 100 }).ended;
      expect(end).toEqual({ kind: 'unstarted', reason: 'E2BIG' });
    }
    starter.close();
  });
});
