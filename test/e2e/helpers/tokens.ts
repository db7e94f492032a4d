import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FIRST_REFRESH_TOKEN } from '../../../src/sandbox/tripleseat/model.js';
import type { Tokens } from '../../../src/state/types.js';
import type { TestWorld } from '../../helpers/world.js';
import { startTool, type ToolResult } from './tool.js';

/** The tokens in a state directory. */
export async function storedTokens(stateDir: string): Promise<Tokens> {
  return JSON.parse(await readFile(join(stateDir, 'tokens.json'), 'utf8'));
}

/** Puts tokens there as an earlier run left them: expired, with a refresh token that is good once. */
export async function storeExpiredTokens(stateDir: string): Promise<void> {
  const tokens: Tokens = {
    accessToken: 'expired-access-token',
    refreshToken: FIRST_REFRESH_TOKEN,
    expiresAt: Date.now() - 1_000,
    scope: 'events:read bookings:read',
    obtainedAt: Date.now() - 7_201_000,
  };
  await mkdir(stateDir, { recursive: true, mode: 0o700 });
  await writeFile(join(stateDir, 'tokens.json'), JSON.stringify(tokens), { mode: 0o600 });
}

/** The refreshes that Tripleseat was asked for, as its log has them. */
export function refreshesIn(world: TestWorld): { status: number | null }[] {
  return world.tripleseatServer.log
    .entries()
    .filter(({ body }) => body?.includes('grant_type=refresh_token'));
}

/** Signs in by paste, as a person with a browser elsewhere does. */
export async function signIn(env: Record<string, string>): Promise<ToolResult> {
  const tool = startTool(['auth', 'login', '--paste'], env);
  const [, url = ''] = await tool.said(/^(http\S+authorize\S+)$/m);
  const answer = await fetch(url, { redirect: 'manual' });
  tool.type(`${answer.headers.get('location')}\n`);
  return tool.done;
}
