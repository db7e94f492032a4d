import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { startRelay } from '../../src/relay/relay.js';
import { createLogger } from '../../src/report/log.js';
import type { Queue } from '../../src/state/primitives.js';

it('that cannot read what it owes takes no delivery', async () => {
  const queue: Queue = {
    push: async () => undefined,
    owed: () => Promise.reject(new Error('the database is away')),
    take: async () => null,
    done: async () => false,
    later: async () => undefined,
    check: async () => undefined,
    close: async () => undefined,
  };
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const address = other.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  other.close();
  await once(other, 'close');
  const relay = startRelay({
    host: '127.0.0.1',
    port,
    queue,
    program: { file: process.execPath, args: ['-e', ''], cwd: '/', env: {} },
    extraArgs: [],
    signingKeys: [],
    allowUnsigned: true,
    bodySignatures: false,
    token: null,
    enabled: true,
    maxRunSeconds: 10,
    recordGivenUp: async () => undefined,
    maxRuns: 1,
    maxQueue: 10,
    clock: systemClock,
    random: () => 0.5,
    log: createLogger({
      sink: { write: () => undefined },
      clock: systemClock,
      level: 'info',
      format: 'text',
      run: null,
      redact: (text) => text,
      quiet: false,
    }),
  });
  await expect(relay).rejects.toThrow('the database is away');
  await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow();
});
