import { randomBytes } from 'node:crypto';
import { FIRST_REFRESH_TOKEN } from '../../src/sandbox/tripleseat/model.js';
import type { TestWorld } from './world.js';

/** A key as STATE_KEY takes it. */
export const STATE_KEY: string = randomBytes(32).toString('base64');

/** The environment of a host that shares nothing with others but the database. */
export function hostEnv(world: TestWorld, stateUrl: string): Record<string, string> {
  return world.env(world.newStateDir(), {
    STATE_URL: stateUrl,
    STATE_KEY,
    TRIPLESEAT_REFRESH_TOKEN: FIRST_REFRESH_TOKEN,
  });
}

/** Requests for new tokens that Tripleseat has had. */
export function tokenRequests(world: TestWorld): string[] {
  return world.tripleseatServer.log
    .entries()
    .filter(({ method, path }) => method === 'POST' && path.endsWith('/oauth2/token'))
    .map(({ body }) => /grant_type"?[=:]\s*"?(\w+)/.exec(body ?? '')?.[1] ?? '');
}
