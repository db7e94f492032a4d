import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { RunReportSchema } from '../../src/report/schema.js';
import { sampleLocationsFile } from '../../src/sandbox/world/places.js';
import { binPath, runCli } from '../helpers/cli.js';

const dir = mkdtempSync(join(tmpdir(), 'ts-reconcile-usage-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const locations = join(dir, 'locations.json');
writeFileSync(locations, JSON.stringify(sampleLocationsFile));

/** Complete and right, and leads nowhere: nothing listens on port 1. */
const env = {
  PATH: process.env.PATH ?? '',
  NO_COLOR: '1',
  TRIPLESEAT_BASE_URL: 'http://127.0.0.1:1',
  TRIPLESEAT_CLIENT_ID: 'id',
  TRIPLESEAT_CLIENT_SECRET: 'secret',
  REVEL_BASE_URL: 'http://127.0.0.1:1',
  REVEL_API_KEY: 'key',
  REVEL_API_SECRET: 'secret',
  LOCATIONS_FILE: locations,
  STATE_DIR: join(dir, 'state'),
};

const STACK = /\n\s+at |node:internal|\.c?js:\d+/;

describe('wrong usage: exit 64, one sentence, nothing on stdout, no stack', () => {
  it.each<[string[], RegExp]>([
    [['sync', '--event-id', 'abc'], /event id.*digits/],
    [['sync', '--event-id', '12a'], /digits/],
    [['sync', '--event-id', '-5'], /argument missing|digits|unknown option/],
    [['sync', '--event-id', '1.5'], /digits/],
    [['sync', '--event-id', '١٢'], /digits/],
    [['sync', '--event-id', '0'], /digits/],
    [['sync', '--event-id', '1'.repeat(40)], /digits/],
    [['sync', '--event-id', '1; rm -rf /'], /digits/],
    [['sync', '--event-id'], /argument missing/],
    [['sync', '--event-id', '55521609', 'abc'], /digits/],
    [['sync', '--hours-back', '0'], /above 0/],
    [['sync', '--hours-back', '-1'], /above 0/],
    [['sync', '--hours-back', '1e9'], /above 0/],
    [['sync', '--hours-back', '999999999'], /above 0/],
    [['sync', '--hours-back', 'NaN'], /above 0/],
    [['sync', '--hours-back', ''], /above 0/],
    [['sync', '--hours-back', '0x10'], /above 0/],
    [['sync', '--event-id', '1', '--hours-back', '2'], /cannot be used with/],
    [['sync', '--hours-back', '2', '--event-id', '1'], /cannot be used with/],
    [['sync', '--nonsense'], /unknown option/],
    [['sync', 'extra'], /too many arguments/],
    [['sync', '--trigger', 'nobody'], /Allowed choices/],
    [['sync', '--correlation-id', 'xyz'], /8 hex digits/],
    [['sync', '--correlation-id', '1A2B3C4D'], /8 hex digits/],
    [['sync', '--location', 'Nowhere'], /no location Nowhere/],
    [['snyc'], /unknown command/],
    [['sandbox', 'start', '--port', '70000'], /port/],
    [['sandbox', 'start', '--port', '65535'], /port from 1 to 65534/],
    [['resolve', '1', '--keep', '11', '--keep', '12', '--yes'], /Only one order/],
    [['resolve', '1', '--keep', 'both'], /digits/],
    [['resolve', '1', '--replace', '--void'], /--accept at a time/],
    [['resolve', '1', '--yes'], /go with what is to be done/],
    [['resolve', '1', '--until', '2026-12-31'], /goes with --accept/],
    [['resolve', '1', '--accept', ' '], /in a few words/],
    [['resolve', '1', '--accept', 'x', '--until', 'soon'], /a day like/],
    [['resolve', '1', '--accept', '--dry-run', '--yes'], /Write why/],
    [['resolve', '1', '--accept', '<why>', '--yes'], /Write why/],
    [['sync', '--event-id', '55521609,55521610'], /blanks between/],
  ])('%j', async (args, sentence) => {
    const result = await runCli(args, env);
    expect(result.code).toBe(64);
    expect(result.stderr).toMatch(sentence);
    expect(result.stdout).toBe('');
    expect(result.stderr).not.toMatch(STACK);
  });

  it.each<[string[], RegExp, object]>([
    [['sync', '--json', '--event-id', 'abc'], /digits only/, { mode: 'single', dry_run: false }],
    [['sync', '--event-id=12a', '--json', '--dry-run'], /digits only/, { mode: 'single', dry_run: true }],
    [['sync', '--hours-back', '0', '--json'], /above 0/, { mode: 'bulk' }],
    [['sync', '--event-id', '1', '--hours-back', '2', '--json'], /cannot be used with/, { mode: 'single' }],
    [['sync', '--json', '--nonsense'], /unknown option/, { mode: 'bulk', trigger: 'manual' }],
    [['sync', '--json', 'extra'], /too many arguments/, {}],
    [['sync', '--json', '--trigger', 'nobody'], /Allowed choices/, { trigger: 'manual' }],
    [
      ['--no-color', 'sync', '--trigger', 'cron', '--correlation-id=1a2b3c4d', '--json', '--shard', '9'],
      /--shard names no part/,
      { trigger: 'cron', correlation_id: '1a2b3c4d' },
    ],
    [['sync', '--json', '--correlation-id', 'xyz'], /8 hex digits/, {}],
    [['sync', '--json', '--location', 'Nowhere'], /no location Nowhere/, {}],
    [['snyc', '--json'], /unknown command/, {}],
  ])('with --json there is one document all the same: %j', async (args, sentence, some) => {
    const result = await runCli(args, env);
    expect(result.code).toBe(64);
    expect(result.stderr).toMatch(sentence);
    expect(result.stderr).not.toMatch(STACK);
    const report = RunReportSchema.parse(JSON.parse(result.stdout));
    expect(report).toMatchObject({
      ...some,
      success: false,
      events: [],
      error: { code: 'USAGE', message: expect.stringMatching(sentence), hint: expect.any(String) },
    });
    expect(report.error?.message).not.toMatch(/^error/);
  });

  it.each([
    [['doctor', '--json', '--nonsense']],
    [['history', '--json', '--since', 'soon']],
    [['products', '--days', 'x', '--json']],
  ])('commands whose document is another one print none: %j', async (args) => {
    const result = await runCli(args, env);
    expect([result.code, result.stdout]).toEqual([64, '']);
  });

  it('what was typed cannot steer the terminal', async () => {
    const result = await runCli(['sync', '--event-id', '\u001b[31mred\u0007\u009b2J'], env);
    expect(result.code).toBe(64);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they must not be there
    expect(result.stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  });

  it('help and version are no mistakes', async () => {
    const [help, version, sync] = await Promise.all([
      runCli(['--help'], env),
      runCli(['--version'], env),
      runCli(['sync', '--help'], env),
    ]);
    expect([help.code, version.code, sync.code]).toEqual([0, 0, 0]);
    expect(help.stdout).toContain('sync');
    expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    for (const flag of [
      '--event-id',
      '--hours-back',
      '--dry-run',
      '--detailed-exitcode',
      '--json',
      '--late',
      '--force',
      '--location',
      '--trigger',
      '--correlation-id',
      '--sandbox',
    ]) {
      expect(sync.stdout).toContain(flag);
    }
  });
});

describe('help', () => {
  it.each([[['help']], [['help', 'sync']], [['sandbox', 'help']], [['auth', 'help', 'login']]])(
    'that is asked for goes to stdout, and ends with 0: %j',
    async (args) => {
      const { code, stdout, stderr } = await runCli(args, env);
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout).toMatch(/^Usage: ts-reconcile/);
    },
  );

  it.each([[[]], [['sandbox']], [['help', 'nonsense']]])(
    'that nobody asked for is wrong usage: %j',
    async (args) => {
      const { code, stdout, stderr } = await runCli(args, env);
      expect([code, stdout]).toEqual([64, '']);
      expect(stderr).toMatch(/^Usage: ts-reconcile/);
    },
  );

  it('of the command that was called wrongly is named', async () => {
    const { stderr } = await runCli(['products', 'map', 'O G'], env);
    expect(stderr).toContain('(ts-reconcile products map --help tells more)');
  });
});

describe('a working directory that is gone', () => {
  /** Runs the program where the directory has just been removed. */
  function runNowhere(...args: string[]): Promise<{ code: unknown; stdout: string; stderr: string }> {
    const gone = mkdtempSync(join(dir, 'gone-'));
    const script = 'rmdir "$PWD" && exec "$@"';
    return new Promise((resolve) => {
      const command = ['-c', script, 'sh', process.execPath, binPath, ...args];
      execFile('/bin/sh', command, { cwd: gone, env }, (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : error.code, stdout, stderr }),
      );
    });
  }

  it.each([[['sync', '--dry-run']], [['sync', '--sandbox']], [['doctor']], [['sandbox', 'reset']]])(
    'is a sentence and exit 78: %j',
    async (args) => {
      const result = await runNowhere(...args);
      expect(result.code, result.stderr).toBe(78);
      expect(result.stderr).toMatch(
        /^ts-reconcile: The working directory cannot be read \(ENOENT\).*\n.*\bcd\b.*\n$/,
      );
      expect(result.stderr).not.toMatch(STACK);
    },
  );

  it('keeps nobody from help, version and a hint about wrong usage', async () => {
    const [help, version, wrong] = await Promise.all([
      runNowhere('--help'),
      runNowhere('--version'),
      runNowhere('sync', '--nonsense'),
    ]);
    expect([help.code, version.code, wrong.code]).toEqual([0, 0, 64]);
    expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe('wrong configuration: exit 78, every problem at once', () => {
  it('missing variables', async () => {
    const result = await runCli(['sync', '--event-id', '1'], {
      PATH: env.PATH,
      STATE_DIR: env.STATE_DIR,
      LOCATIONS_FILE: join(dir, 'nowhere.json'),
    });
    expect(result.code).toBe(78);
    for (const name of [
      'TRIPLESEAT_CLIENT_ID',
      'TRIPLESEAT_CLIENT_SECRET',
      'REVEL_DOMAIN',
      'REVEL_API_KEY',
      'REVEL_API_SECRET',
      'LOCATIONS_FILE',
    ]) {
      expect(result.stderr).toContain(name);
    }
    expect(result.stdout).toBe('');
    expect(result.stderr).not.toMatch(STACK);
  });

  it('wrong values, and mistakes in the locations file with their paths', async () => {
    const broken = join(dir, 'broken.json');
    const [first, second] = sampleLocationsFile.locations;
    writeFileSync(
      broken,
      JSON.stringify({
        ...sampleLocationsFile,
        locations: [
          { ...first, timezone: 'Pacific Time (US & Canada)', colour: 'red' },
          { ...second, revel: { ...second?.revel, establishmentId: '8' } },
        ],
      }),
    );
    const result = await runCli(['sync'], {
      ...env,
      LOCATIONS_FILE: broken,
      TRIPLESEAT_BASE_URL: 'http://tripleseat.example.com',
      REVEL_RPS: 'fast',
      CONCURRENCY: '0',
      ENABLE_CONNECTOR: 'perhaps',
      SYNC_STATUSES: 'DEFINITE,LOST',
      IGNORE_EVENTS: '1,x',
      PAYMENT_POLICY: 'some',
      LOG_FORMAT: 'xml',
    });
    expect(result.code).toBe(78);
    for (const part of [
      'TRIPLESEAT_BASE_URL',
      'REVEL_RPS',
      'CONCURRENCY',
      'ENABLE_CONNECTOR',
      'SYNC_STATUSES',
      'IGNORE_EVENTS',
      'PAYMENT_POLICY',
      'LOG_FORMAT',
      'locations[0].timezone',
      'colour',
      'locations[1].revel.establishmentId',
    ]) {
      expect(result.stderr).toContain(part);
    }
    expect(result.stderr).not.toMatch(STACK);
  });

  it.each([
    ['not JSON', '{"locations":'],
    ['a list', '[]'],
    ['empty', ''],
    ['no locations', '{"locations":[]}'],
  ])('a locations file that is %s', async (_, text) => {
    const file = join(dir, 'odd.json');
    writeFileSync(file, text);
    const result = await runCli(['sync'], { ...env, LOCATIONS_FILE: file });
    expect(result.code).toBe(78);
    expect(result.stderr).toContain(file);
    expect(result.stderr).not.toMatch(STACK);
  });

  it('with --json there is one document all the same', async () => {
    const result = await runCli(['sync', '--json', '--correlation-id', '1a2b3c4d'], {
      ...env,
      REVEL_API_KEY: '',
    });
    expect(result.code).toBe(78);
    const report = RunReportSchema.parse(JSON.parse(result.stdout));
    expect(report).toMatchObject({
      success: false,
      mode: 'bulk',
      correlation_id: '1a2b3c4d',
      events: [],
      error: { code: 'CONFIG' },
    });
  });

  it('rates below and between whole numbers are fine', async () => {
    const result = await runCli(['sync', '--event-id', '1', '--json'], {
      ...env,
      REVEL_RPS: '0.5',
      TRIPLESEAT_RPS: '2.5',
    });
    expect(result.code).toBe(69);
    expect(result.report?.events).toMatchObject([{ status: 'failed', reason: 'SOURCE_ERROR' }]);
  });
});

describe('credentials are never asked of the sandbox', () => {
  it('missing credentials are an error, not a sandbox', async () => {
    const result = await runCli(['sync', '--json'], { PATH: env.PATH, STATE_DIR: env.STATE_DIR });
    expect(result.code).toBe(78);
    expect(result.stderr).toContain('TRIPLESEAT_CLIENT_ID');
  });
});

describe('a program that waits for what cannot come', () => {
  it('ends with 70 and says so, and never with 0', async () => {
    const preload = join(dir, 'swallow.cjs');
    writeFileSync(preload, 'process.stdout.write = () => true;');
    const run = await runCli(['--version'], { ...env, NODE_OPTIONS: `--require ${preload}` });
    expect(run).toMatchObject({ code: 70, stdout: '' });
    expect(run.stderr).toMatch(/^ts-reconcile: this is a bug, .* before its work was done\.\n$/);
  });
});
