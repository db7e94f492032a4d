import { describe, expect, it } from 'vitest';
import { ENV_FILE } from '../../src/config/envFileName.js';
import { variables } from '../../src/config/variables.js';
import { runEnvironment } from '../../src/relay/environment.js';

describe('runEnvironment', () => {
  it('passes on every variable of the configuration but those of the relay itself', () => {
    const env: Record<string, string> = {};
    for (const { name, secret } of variables) env[secret ? `${name}_FILE` : name] = 'x';
    const own = ['TRIPLESEAT_WEBHOOK_SIGNING_KEY_FILE', 'SERVE_TOKEN_FILE'];
    const passed = runEnvironment(env);
    expect(Object.keys(env).filter((name) => passed[name] === undefined)).toEqual(own);
    expect(passed.LOG_FORMAT).toBe('text');
  });

  it('passes on what a process needs, and nothing else', () => {
    const env = { PATH: '/bin', HOME: '/home/x', TZ: 'UTC', LD_PRELOAD: 'x', NODE_OPTIONS: 'x', OTHER: 'x' };
    expect(runEnvironment({ ...env, SERVE_TOKEN: 'x', LANG: undefined })).toEqual({
      PATH: '/bin',
      HOME: '/home/x',
      TZ: 'UTC',
      LOG_FORMAT: 'text',
      NO_COLOR: '1',
    });
  });

  it('lets a run read the file that the relay reads in place of .env', () => {
    expect(runEnvironment({ [ENV_FILE]: '/etc/live.env' })).toMatchObject({ [ENV_FILE]: '/etc/live.env' });
  });

  it('lets a run trust whom the relay is told to trust', () => {
    const trust = { NODE_EXTRA_CA_CERTS: '/ca.pem', NODE_USE_SYSTEM_CA: '1' };
    expect(runEnvironment(trust)).toMatchObject(trust);
  });

  it('lets a run go through the proxy that the relay goes through', () => {
    const proxy = { HTTPS_PROXY: 'http://p:3128', https_proxy: 'http://q', NO_PROXY: '.a', no_proxy: '.b' };
    expect(runEnvironment(proxy)).toMatchObject(proxy);
  });

  it('lets a run reach the database as the relay does, whatever of it STATE_URL leaves to the environment', () => {
    const read = {
      USER: 'relay',
      PGHOST: '/run/postgresql',
      PGPORT: '5433',
      PGDATABASE: 'state',
      PGUSER: 'app',
      PGPASSWORD: 'secret',
      PGPASSFILE: '/etc/pgpass',
      PGPASS_NO_DEESCAPE: '1',
      PGSSLMODE: 'verify-full',
      PGSSLNEGOTIATION: 'direct',
      PGOPTIONS: '-c search_path=x',
    };
    const unread = { PGSERVICE: 'x', PGSSLROOTCERT: '/x', PGAPPNAME: 'x', PGDATA: '/x' };
    expect(runEnvironment({ ...read, ...unread })).toEqual({ ...read, LOG_FORMAT: 'text', NO_COLOR: '1' });
  });
});
