import { afterAll, beforeAll, vi } from 'vitest';
import { systemClock } from '../../../src/clock.js';
import { openPostgres } from '../../../src/state/postgres/open.js';
import { describeWithPostgres, PostgresServer } from '../../helpers/postgres.js';
import { stateContract } from '../contract.js';

// Each test makes a database.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

describeWithPostgres('state in PostgreSQL', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await PostgresServer.start();
  });
  afterAll(() => server.close());

  stateContract('PostgreSQL', async () => {
    const url = await server.newDatabase();
    return {
      open: (options = {}) =>
        openPostgres({
          url,
          keys: [Buffer.alloc(32, 7)],
          clock: systemClock,
          random: Math.random,
          ...options,
        }),
      dispose: async () => undefined,
    };
  });
});
