import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestWorld } from '../helpers/world.js';
import { runTool } from './helpers/tool.js';

let world: TestWorld;

beforeEach(async () => {
  world = await TestWorld.start();
});
afterEach(() => world.close());

describe('doctor as a process', () => {
  it('exits 0, and asks both services for nothing but reads and a token', async () => {
    const { code, stdout, stderr } = await runTool(['doctor'], world.env(world.newStateDir()));
    expect(code).toBe(0);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^\d+ ok, \d to look at, 0 failed, 8 not checked$/m);
    const entries = [...world.tripleseatServer.log.entries(), ...world.revelServer.log.entries()];
    expect(entries.length).toBeGreaterThan(20);
    const writes = entries
      .filter(({ method }) => method !== 'GET')
      .map(({ method, path }) => `${method} ${path}`);
    expect(writes).toEqual(['POST /oauth2/token']);
    expect(world.revel.orders()).toEqual([]);
  });

  it('exits 77 for refused credentials, 78 for a wrong configuration, 1 for the rest', async () => {
    const run = (changes: Record<string, string>) =>
      runTool(['doctor'], world.env(world.newStateDir(), changes));
    const refused = await run({ REVEL_API_KEY: 'canary-key', TRIPLESEAT_CLIENT_SECRET: 'canary-secret' });
    expect(refused.code).toBe(77);
    expect(refused.stdout).toMatch(/^FAIL {2}Tripleseat sign-in /m);
    expect(refused.stdout).toMatch(/^FAIL {2}Revel key /m);
    expect(refused.stdout + refused.stderr).not.toContain('canary');
    const wrong = await run({ REVEL_API_KEY: '', INJECT_GRACE_HOURS: 'a day' });
    expect(wrong.code).toBe(78);
    expect(wrong.stdout.match(/^FAIL {2}Configuration /gm)).toHaveLength(2);
    expect((await run({ METRICS_FILE: '/nonexistent/x.prom' })).code).toBe(1);
  });

  it('prints one JSON document with --json, also when something fails', async () => {
    const { code, stdout, stderr } = await runTool(
      ['doctor', '--json'],
      world.env(world.newStateDir(), { REVEL_API_KEY: 'wrong-key' }),
    );
    expect([code, stderr]).toEqual([77, '']);
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, summary: { failed: 1 } });
  });

  it('checks the sandbox without any setting, and touches no other state', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'ts-reconcile-doctor-'));
    try {
      const env = {
        PATH: process.env.PATH ?? '',
        STATE_DIR: join(dir, 'state'),
        REVEL_API_KEY: 'of-the-real-account',
      };
      const { code, stdout } = await runTool(['doctor', '--sandbox'], env);
      expect(code).toBe(0);
      expect(stdout).toMatch(/^ok {4}Filter local_id {7}obeyed: orders are looked up by it/m);
      expect(await readdir(join(dir, 'state'))).toEqual(['sandbox']);
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  });
});
