import { chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCli, startCli } from '../helpers/cli.js';
import { type RunHere, SWEEP, syncHere } from '../helpers/sync-here.js';
import { TestWorld } from '../helpers/world.js';

const CRON = ['sync', '--trigger', 'cron'];
const CHECK = '0b9c1a2e-5d34-4c1f-8a47-c4n4ryc4n4ry';
const unmatched = { documents: [{ lines: [{ name: 'Unicorn Steak', price: 1000 }] }] };

/** A health check service that answers as it is told and remembers what came. */
class CheckService {
  readonly pings: { method: string; signal: string; rid: string; body: string }[] = [];
  /** Status of the n-th answer; later ones are 200; 0: the connection is cut. */
  answers: number[] = [];
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const url = new URL(request.url ?? '/', 'http://check');
        this.pings.push({
          method: request.method ?? '',
          signal: url.pathname.replace(`/ping/${CHECK}`, ''),
          rid: url.searchParams.get('rid') ?? '',
          body: Buffer.concat(chunks).toString(),
        });
        const status = this.answers.shift() ?? 200;
        if (status === 0) request.socket.destroy();
        else response.writeHead(status).end('OK');
      });
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const address = this.#server.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    return `http://127.0.0.1:${port}/ping/${CHECK}`;
  }

  get signals(): string[] {
    return this.pings.map(({ signal }) => signal);
  }

  close(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}

let world: TestWorld;
let check: CheckService;
let url: string;
let stateDir: string;
beforeEach(async () => {
  world = await TestWorld.start();
  check = new CheckService();
  url = await check.listen();
  stateDir = world.newStateDir();
});
afterEach(async () => {
  await world.close();
  await check.close();
});

/** A sweep in this process. */
function sweep(env: Record<string, string>, changes: { dryRun?: boolean } = {}): Promise<RunHere> {
  return syncHere(env, SWEEP, { trigger: 'cron', ...changes });
}

function warnings({ stderr }: { stderr: string }): string[] {
  return stderr.split('\n').filter((line) => line.startsWith('WARN'));
}

describe('HEALTHCHECK_URL', () => {
  const env = (changes: Record<string, string> = {}) =>
    world.env(stateDir, { HEALTHCHECK_URL: url, ...changes });

  it('gets a start and the exit code of every sweep, with one id and a summary', async () => {
    world.addEvent({ name: 'Ada Alder 555-0100' });
    expect((await sweep(env())).code).toBe(0);
    const failing = world.addEvent({ name: 'Ada Alder 555-0100', ...unmatched });
    expect((await sweep(env())).code).toBe(1);

    expect(check.signals).toEqual(['/start', '/0', '/start', '/1']);
    const [start, end, next] = check.pings;
    expect(start?.rid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(end?.rid).toBe(start?.rid);
    expect(next?.rid).not.toBe(start?.rid);
    expect(end?.body).toMatch(/queried 1, injected 1, .*\nscheduled-[0-9a-f]{8} exit 0 after/);
    expect(check.pings[3]?.body).toContain(`event ${failing.id} failed: UNMATCHED_ITEMS\n`);
    expect(check.pings.map(({ body }) => body).join()).not.toMatch(/Ada|555-0100|Unicorn/);
  });

  it('gets the exit code of a run that was ended by a signal, or that could not read a thing', async () => {
    world.addEvent();
    world.tripleseatGate.reset(() => ({ kind: 'hang-before' }));
    const run = startCli(CRON, env());
    await expect.poll(() => world.tripleseatGate.count, { interval: 5, timeout: 10_000 }).toBeGreaterThan(0);
    run.child.kill('SIGTERM');
    expect((await run.done).code).toBe(143);
    world.tripleseatGate.reset(({ path }) => ({ kind: path.startsWith('/v1') ? 'bad-json' : 'none' }));
    expect((await sweep(env())).code).toBe(69);
    expect(check.signals).toEqual(['/start', '/143', '/start', '/69']);
  });

  it('gets /log, and no alarm, from a sweep that finds another one running', async () => {
    world.addEvent();
    world.tripleseatGate.reset(() => ({ kind: 'hang-before' }));
    const run = startCli(CRON, env());
    await expect.poll(() => world.tripleseatGate.count, { interval: 5, timeout: 10_000 }).toBeGreaterThan(0);
    expect((await sweep(env())).code).toBe(75);
    expect(check.signals).toEqual(['/start', '/log']);
    run.child.kill('SIGTERM');
    await run.done;
  });

  it('gets nothing from dry runs and from runs that a webhook started', async () => {
    const event = world.addEvent();
    await sweep(env(), { dryRun: true });
    await syncHere(env(), [event], { trigger: 'webhook' });
    expect(check.pings).toEqual([]);
  });

  it('is tried again, and never fails a run', async () => {
    world.addEvent();
    check.answers = [503, 0, 200, 404, 503, 503, 503];
    const first = await sweep(env());
    expect(first.code).toBe(0);
    expect(check.signals).toEqual(['/start', '/start', '/start', '/0']);
    expect(warnings(first)).toEqual([
      expect.stringMatching(
        /^WARN \[scheduled-.*\] The health check at HEALTHCHECK_URL did not take a ping: it answered 404$/,
      ),
    ]);
    await check.close();
    const second = await sweep(env());
    expect(second.code).toBe(0);
    expect(warnings(second)).toEqual([expect.stringContaining('ECONNREFUSED')]);
    expect(`${first.stderr}${second.stderr}`).not.toContain('c4n4ry');
  });
});

describe('HEALTHCHECK_URL of a run that cannot begin', () => {
  const env = (changes: Record<string, string>) => world.env(stateDir, { HEALTHCHECK_URL: url, ...changes });
  const MISTAKE = { MAX_CREATES_PER_RUN: 'many' };

  it.each([
    ['a mistake in the configuration', MISTAKE],
    ['a setting that is missing', { REVEL_API_KEY: '' }],
    ['a state directory that is none', { STATE_DIR: 'FILE' }],
  ])('gets the exit code: %s', async (_, changes: Record<string, string>) => {
    const file = world.path('a-file');
    await writeFile(file, '');
    const result = await runCli(CRON, env(changes.STATE_DIR === 'FILE' ? { STATE_DIR: file } : changes));
    expect(result.code, result.stderr).toBe(78);
    expect(check.signals).toEqual(['/78']);
    expect(check.pings[0]?.body).toBe('exit 78: the run ended in an error\n');
    expect(warnings(result)).toEqual([]);
  });

  it('gets the exit code of a sweep for a location that the file does not have any more', async () => {
    const result = await runCli([...CRON, '--location', 'Renamed'], env({}));
    expect(result.code, result.stderr).toBe(64);
    expect(check.signals).toEqual(['/64']);
  });

  it('gets nothing of dry runs, of single events from a webhook, or when it is wrong itself', async () => {
    const runs = await Promise.all([
      runCli([...CRON, '--dry-run'], env(MISTAKE)),
      runCli(CRON, env({ ...MISTAKE, DRY_RUN: 'true' })),
      runCli(CRON, env({ DRY_RUN: 'perhaps' })),
      runCli(['sync', '--trigger', 'webhook', '--event-id', '1'], env(MISTAKE)),
      runCli(CRON, env({ ...MISTAKE, HEALTHCHECK_URL: 'nowhere' })),
    ]);
    expect(runs.map(({ code }) => code)).toEqual([78, 78, 78, 78, 78]);
    expect(check.signals).toEqual([]);
  });

  it('does not hide what is wrong when nobody takes it, nor shows itself', async () => {
    check.answers = [404];
    const result = await runCli(CRON, env(MISTAKE));
    expect(result.code).toBe(78);
    expect(warnings(result)).toEqual([expect.stringContaining('it answered 404')]);
    expect(result.stderr).toContain('MAX_CREATES_PER_RUN');
    expect(result.stderr).not.toContain('c4n4ry');
  });
});

describe('METRICS_FILE', () => {
  let file: string;
  beforeEach(async () => {
    await mkdir(world.path('metrics'));
    file = join(world.path('metrics'), 'ts_reconcile.prom');
  });

  async function run(changes: Record<string, string> = {}, dryRun = false) {
    const result = await sweep(world.env(stateDir, { METRICS_FILE: file, ...changes }), { dryRun });
    const text = await readFile(file, 'utf8').catch(() => '');
    return { result, text };
  }

  function valueIn(text: string, sample: string): number {
    const line = text.split('\n').find((each) => each.startsWith(`${sample} `));
    return Number(line?.slice(sample.length + 1) ?? Number.NaN);
  }

  const success = 'ts_reconcile_last_success_timestamp_seconds{mode="bulk"}';
  const attempt = 'ts_reconcile_last_attempt_timestamp_seconds{mode="bulk"}';

  it('tells of the last run, and keeps the last success through failing ones', async () => {
    world.addEvent();
    const begun = Date.now() / 1000;
    const good = await run();
    expect(valueIn(good.text, success)).toBeGreaterThan(begun);
    expect(valueIn(good.text, 'ts_reconcile_events{mode="bulk",status="injected",reason=""}')).toBe(1);
    expect(valueIn(good.text, 'ts_reconcile_requests{mode="bulk",upstream="revel"}')).toBeGreaterThan(5);
    expect(valueIn(good.text, 'ts_reconcile_standing_failures')).toBe(0);
    expect(good.text.endsWith('\n')).toBe(true);
    expect(await readdir(world.path('metrics'))).toEqual(['ts_reconcile.prom']);

    world.addEvent(unmatched);
    const bad = await run();
    expect(bad.result.code).toBe(1);
    expect(valueIn(bad.text, success)).toBe(valueIn(good.text, success));
    expect(valueIn(bad.text, attempt)).toBeGreaterThan(valueIn(good.text, attempt));
    expect(valueIn(bad.text, 'ts_reconcile_standing_failures')).toBe(1);
    expect(
      valueIn(bad.text, 'ts_reconcile_events{mode="bulk",status="failed",reason="UNMATCHED_ITEMS"}'),
    ).toBe(1);

    await rm(file);
    const again = await run();
    expect(valueIn(again.text, success)).toBeCloseTo(valueIn(good.text, success), 0);
  });

  it('is left alone by dry runs', async () => {
    world.addEvent();
    expect((await run({}, true)).text).toBe('');
  });

  it('that cannot be written is one warning', async () => {
    world.addEvent();
    const { result } = await run({ METRICS_FILE: join(world.path('none'), 'x.prom') });
    expect(result.code).toBe(0);
    expect(warnings(result)).toEqual([
      expect.stringContaining(
        'The metrics file was not written: its directory does not exist. Check METRICS_FILE.',
      ),
    ]);
  });

  it.skipIf(process.getuid?.() === 0)('in a directory that is not ours is one warning', async () => {
    world.addEvent();
    await chmod(world.path('metrics'), 0o500);
    const { result } = await run();
    expect(result.code).toBe(0);
    expect(warnings(result)).toHaveLength(1);
  });
});

describe('LOG_FORMAT=json', () => {
  it('makes one object of every line on stderr, whatever the names are', async () => {
    const injected = world.addEvent({ name: 'Party\n{"level":"error"}\u001b[31m' });
    const failing = world.addEvent(unmatched);
    const result = await runCli(CRON, world.env(stateDir, { LOG_FORMAT: 'json' }));
    const lines = result.stderr.trimEnd().split('\n');
    const records = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    for (const record of records) {
      expect(Object.keys(record)).toEqual(['time', 'level', 'run', 'event', 'msg']);
      expect(record.run).toMatch(/^scheduled-[0-9a-f]{8}$/);
    }
    expect(records.map(({ level, event }) => [level, event])).toEqual(
      expect.arrayContaining([
        ['info', String(injected.id)],
        ['error', String(failing.id)],
      ]),
    );
    expect(records.at(-1)?.msg).toBe('Sync completed - Queried: 2, Injected: 1, Skipped: 0, Failed: 1');
  });
});
