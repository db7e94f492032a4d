import { afterAll, beforeAll } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { openPostgres } from '../../src/state/postgres/store.js';
import { describeWithPostgres, PostgresServer } from '../helpers/postgres.js';
import { stateContract } from './contract.js';

describeWithPostgres('state in PostgreSQL', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await PostgresServer.start();
  }, 60_000);
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
