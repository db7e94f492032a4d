import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { TestWorld } from '../helpers/world.js';
import {
  deliver,
  ends,
  eventBody,
  hold,
  metric,
  newDirectory,
  type RelayProcess,
  relayEnv,
  startFake,
  startServe,
  starts,
} from './helpers/relay.js';
import { runTool } from './helpers/tool.js';

const WAIT = { timeout: 20_000, interval: 50 };
let directory: string;

beforeEach(async () => {
  directory = await newDirectory();
});

async function begun(): Promise<string[]> {
  return (await starts(directory)).map(({ event }) => event);
}

/** What Linux tells of a process. */
async function statOf(pid: number | undefined) {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8');
  // From the third field on; names of programs may hold blanks.
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  return { parent: fields[1], group: fields[2], session: fields[3], nice: fields[16] };
}

async function idle(relay: RelayProcess): Promise<void> {
  await expect.poll(() => metric(relay, 'ts_reconcile_webhook_runs_in_progress'), WAIT).toBe(0);
}

describe('runs', () => {
  it('happen exactly once more for deliveries that came during one', async () => {
    const release = await hold(directory);
    const relay = await startFake(directory);
    const first = await deliver(relay, eventBody(1));
    await expect.poll(begun, WAIT).toEqual(['1']);
    const answers = await Promise.all(Array.from({ length: 25 }, () => deliver(relay, eventBody(1))));
    expect(answers.map(({ status }) => status)).toEqual(Array(25).fill(200));
    const ids = answers.map(({ json }) => json.correlation_id);
    expect(new Set(ids).size).toBe(25);
    await release();
    await expect.poll(() => ends(directory), WAIT).toHaveLength(2);
    await idle(relay);
    await relay.stop();
    const [one, two, ...others] = await starts(directory);
    expect(others).toEqual([]);
    expect(one?.args).toContain(first.json.correlation_id);
    expect(ids).toContain(two?.args[two.args.indexOf('--correlation-id') + 1]);
  });

  it('of one event never overlap, and so many of different ones do', async () => {
    const release = await hold(directory);
    const relay = await startFake(directory, { maxRuns: 3 });
    for (const id of [1, 2, 3, 4, 1, 2, 5]) await deliver(relay, eventBody(id));
    await expect.poll(async () => (await begun()).sort(), WAIT).toEqual(['1', '2', '3']);
    await expect.poll(() => metric(relay, 'ts_reconcile_webhook_queue_length'), WAIT).toBe(2);
    await release();
    await expect.poll(() => ends(directory), WAIT).toHaveLength(7);
    expect((await begun()).sort()).toEqual(['1', '1', '2', '2', '3', '4', '5']);
  });

  it('get an array of arguments and a chosen environment, and of the payload the digits of the id', async () => {
    const env = relayEnv(join(directory, 'state'), {
      HOME: directory,
      TZ: 'America/Los_Angeles',
      NODE_EXTRA_CA_CERTS: '/nowhere.pem',
      REVEL_API_KEY: 'revel-key',
      TRIPLESEAT_CLIENT_SECRET_FILE: '/run/secret',
      SERVE_TOKEN: 'a-token-of-the-manual-trigger',
      AWS_SECRET_ACCESS_KEY: 'not for runs',
      NODE_OPTIONS: '--no-warnings',
      LD_LIBRARY_PATH: '/tmp',
    });
    const relay = await startFake(directory, {}, env);
    const payload = {
      webhook_trigger_type: 'UPDATE_EVENT"; touch /tmp/x #',
      message: '$(touch /tmp/x)',
      event: { id: '61000001', name: '--dry-run `touch /tmp/x`' },
    };
    const { json } = await deliver(relay, JSON.stringify(payload));
    await expect.poll(() => ends(directory), WAIT).toHaveLength(1);
    const [run] = await starts(directory);
    const correlation = String(json.correlation_id);
    expect(run?.args).toEqual([
      'sync',
      ...['--event-id', '61000001'],
      ...['--trigger', 'webhook'],
      ...['--correlation-id', correlation],
      '--json',
      '--sandbox',
    ]);
    expect(run?.env).toEqual({
      PATH: env.PATH,
      HOME: directory,
      TZ: 'America/Los_Angeles',
      NODE_EXTRA_CA_CERTS: '/nowhere.pem',
      STATE_DIR: env.STATE_DIR,
      REVEL_API_KEY: 'revel-key',
      TRIPLESEAT_CLIENT_SECRET_FILE: '/run/secret',
      LOG_FORMAT: 'text',
      NO_COLOR: '1',
    });
    const spool = await readFile(
      join(directory, 'state', 'sandbox', 'state', 'spool', 'spool.jsonl'),
      'utf8',
    );
    for (const line of spool.split('\n').filter((text) => text !== '')) {
      expect(line).toMatch(
        /^\{"(?:start":"61000001","n":1|(?:done|event)":"61000001","run":"[0-9a-f]{8}"(?:,"at":\d+)?)\}$/,
      );
    }
  });

  it('have their last lines, exit code and duration in the log under the id of the webhook', async () => {
    await writeFile(
      join(directory, 'stderr'),
      [
        ...Array.from({ length: 50 }, (_, index) => `[req-00000000] line ${index}`),
        'WARN [req-00000000] a warning',
        'ERROR [req-00000000] Failed to process event 1: it is \u001b[31mred\u001b[0m\u0007',
        '',
      ].join('\n'),
    );
    await writeFile(join(directory, 'exit-1'), '1');
    const relay = await startFake(directory);
    const id = String((await deliver(relay, eventBody(1))).json.correlation_id);
    await expect
      .poll(() => relay.stderr, WAIT)
      .toContain(`[req-${id}] Run for event 1 ended with exit code 1`);
    const tagged = relay.stderr.split('\n').filter((line) => line.includes(id));
    expect(tagged.slice(0, 2)).toEqual([`[req-${id}] Webhook processed successfully`, `[req-${id}] line 32`]);
    expect(tagged.slice(-3)).toEqual([
      `WARN [req-${id}] a warning`,
      `ERROR [req-${id}] Failed to process event 1: it is red`,
      expect.stringMatching(/ended with exit code 1 after \d+\.\d s\.$/),
    ]);
    await expect.poll(() => metric(relay, 'ts_reconcile_webhook_runs_total{exit="1"}'), WAIT).toBe(1);
  });

  it('that exit with 1 wait for the sweep', async () => {
    await writeFile(join(directory, 'exit-1'), '1');
    const relay = await startFake(directory);
    await deliver(relay, eventBody(1));
    await expect.poll(() => ends(directory), WAIT).toHaveLength(1);
    await idle(relay);
    await expect.poll(() => metric(relay, 'ts_reconcile_webhook_queue_length'), WAIT).toBe(0);
    await relay.stop();
    const next = await startFake(directory);
    await deliver(next, eventBody(2));
    await expect.poll(begun, WAIT).toEqual(['1', '2']);
    await next.stop();
    expect(await failures()).toEqual([]);
  });

  it('that exit with 70, 77 or 78 are kept, told, and make the relay unready after three', async () => {
    const codes = [70, 77, 78];
    for (const [at, code] of codes.entries())
      await writeFile(join(directory, `exit-${at + 1}`), String(code));
    const relay = await startFake(directory);
    for (const event of [1, 2, 3]) await deliver(relay, eventBody(event));
    await expect.poll(() => ends(directory), WAIT).toHaveLength(3);
    await expect.poll(async () => (await fetch(`${relay.url}/readyz`)).status, WAIT).toBe(503);
    expect(await (await fetch(`${relay.url}/readyz`)).json()).toEqual({ ok: false, reason: 'RUNS_FAIL' });
    for (const code of codes)
      expect(relay.stderr).toMatch(new RegExp(`exit code ${code} after .* Next try in 300 s\\.`));
    await expect.poll(() => metric(relay, 'ts_reconcile_webhook_queue_length'), WAIT).toBe(3);
    await relay.stop();
    const told = await failures();
    for (const [at, code] of codes.entries()) {
      const id = String(at + 1);
      const error = expect.stringMatching(
        new RegExp(
          `^The run for a webhook of event ${id} ended with exit code ${code} after .*every five minutes`,
        ),
      );
      expect(told).toContainEqual(
        expect.objectContaining({ id, status: 'failed', reason: 'ABORTED', error, passed_over: false }),
      );
      await rm(join(directory, `exit-${id}`));
    }
    const next = await startFake(directory);
    await expect
      .poll(async () => (await ends(directory)).filter((end) => end.code === 0), WAIT)
      .toHaveLength(3);
    expect((await fetch(`${next.url}/readyz`)).status).toBe(200);
    await next.stop();
  });

  async function failures(): Promise<unknown[]> {
    const history = await runTool(
      ['history', '--failed', '--json', '--sandbox'],
      relayEnv(join(directory, 'state')),
    );
    return JSON.parse(history.stdout).failures;
  }
});

// Side by side: each waits as long as the relay does.
describe.concurrent('a run', () => {
  it('that exits with 69 or 75 is tried again, after a while', async ({ expect }) => {
    const own = await newDirectory();
    const relay = await startFake(own);
    const codes = [69, 75];
    for (const [event, code] of codes.entries()) {
      await writeFile(join(own, `exit-${event + 1}`), String(code));
      await deliver(relay, eventBody(event + 1));
      await expect
        .poll(() => relay.stderr, WAIT)
        .toMatch(new RegExp(`exit code ${code} after .* Next try in [3-5] s\\.`));
      await rm(join(own, `exit-${event + 1}`));
    }
    for (const [event, code] of codes.entries()) {
      const of = async () => (await ends(own)).filter((end) => end.event === String(event + 1));
      await expect.poll(of, WAIT).toMatchObject([{ code }, { code: 0 }]);
      const [first, second] = await of();
      expect(Number(second?.startedAt) - Number(first?.startedAt)).toBeGreaterThan(2400);
    }
  });

  it('that does not stop is killed', async ({ expect }) => {
    const own = await newDirectory();
    await hold(own);
    await writeFile(join(own, 'stubborn'), '');
    const relay = await startFake(own, { graceSeconds: 0 });
    await deliver(relay, eventBody(1));
    await expect.poll(async () => (await starts(own)).length, WAIT).toBe(1);
    expect(await relay.stop('SIGTERM')).toBe(0);
    expect(relay.stderr).toContain('was killed (SIGKILL)');
    expect(await ends(own)).toEqual([]);
  });
});

describe('the process that starts runs', () => {
  it('gives them a lower priority than the relay has, which answers', async () => {
    const release = await hold(directory);
    const relay = await startFake(directory);
    await deliver(relay, eventBody(1));
    await expect.poll(begun, WAIT).toEqual(['1']);
    const [run] = await starts(directory);
    const [own, theirs] = [await statOf(relay.child.pid), await statOf(run?.pid)];
    expect(theirs.nice).toBeGreaterThan(own.nice ?? Number.NaN);
    await release();
    await relay.stop();
  });

  it('keeps runs that take all of every processor from holding up an answer', async () => {
    await writeFile(join(directory, 'busy'), '');
    const release = await hold(directory);
    const relay = await startFake(directory, { maxRuns: 4 });
    const events = Array.from({ length: 44 }, (_, index) => 61_000_001 + index);
    for (const id of events.slice(0, 4)) await deliver(relay, eventBody(id));
    await expect.poll(async () => (await starts(directory)).length, WAIT).toBe(4);
    const times: number[] = [];
    for (const id of events.slice(4)) {
      const at = performance.now();
      expect((await deliver(relay, eventBody(id))).status).toBe(200);
      times.push(performance.now() - at);
    }
    times.sort((a, b) => a - b);
    expect(times[20]).toBeLessThan(500);
    await release();
    await relay.stop();
  });

  it('is there anew after it was killed, and its runs are tried again', async () => {
    const release = await hold(directory);
    const relay = await startFake(directory);
    await deliver(relay, eventBody(1));
    await expect.poll(begun, WAIT).toEqual(['1']);
    const [run] = await starts(directory);
    const { parent } = await statOf(run?.pid);
    expect((await statOf(parent)).parent).toBe(relay.child.pid);
    process.kill(parent ?? 0, 'SIGKILL');
    await expect
      .poll(() => relay.stderr, WAIT)
      .toContain('The process that starts runs ended (SIGKILL); the next run brings a new one.');
    expect((await deliver(relay, eventBody(2))).status).toBe(200);
    await expect.poll(begun, WAIT).toEqual(['1', '2', '1']);
    await release();
    await idle(relay);
    expect(await relay.stop()).toBe(0);
    expect((await ends(directory)).map(({ code }) => code)).toEqual([0, 0, 0]);
  });

  it('ends with a relay that is killed, and leaves runs to go on', async () => {
    const release = await hold(directory);
    const relay = await startFake(directory);
    await deliver(relay, eventBody(1));
    await expect.poll(begun, WAIT).toEqual(['1']);
    const [run] = await starts(directory);
    const { parent } = await statOf(run?.pid);
    await relay.stop('SIGKILL');
    await expect.poll(() => statOf(parent).catch(() => 'gone'), WAIT).toBe('gone');
    await release();
    await expect.poll(() => ends(directory), WAIT).toMatchObject([{ event: '1', code: 0 }]);
  });
});

describe('a log that nobody reads any more', () => {
  it('keeps nobody from being served', async () => {
    const relay = await startServe(['--sandbox'], relayEnv(join(directory, 'state')));
    relay.child.stderr?.destroy();
    for (const id of [1, 2, 3]) expect((await deliver(relay, eventBody(id))).status).toBe(200);
    await expect.poll(() => metric(relay, 'ts_reconcile_webhook_queue_length'), WAIT).toBe(0);
    await idle(relay);
    expect((await deliver(relay, eventBody(4))).status).toBe(200);
    expect(await relay.stop()).toBe(0);
  });
});

describe('a log whose reader stands still', () => {
  it('keeps nobody from being served, nor SIGTERM from ending it', async () => {
    const relay = await startServe(
      ['--sandbox', '--max-runs', '1'],
      relayEnv(join(directory, 'state'), { ENABLE_CONNECTOR: 'false' }),
    );
    relay.child.stderr?.removeAllListeners('data').pause();
    // More than any pipe holds.
    for (let round = 0; round < 40; round += 1) {
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, id) => deliver(relay, eventBody(id + 1))),
      );
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    }
    const ended = new Promise((resolve) => relay.child.once('exit', resolve));
    relay.child.kill('SIGTERM');
    expect(await ended).toBe(0);
  });
});

describe('a full queue', () => {
  it('turns new events away with 503 and Retry-After, and takes known ones', async () => {
    await hold(directory);
    const relay = await startFake(directory, { maxRuns: 1, maxQueue: 3 });
    for (const id of [1, 2, 3]) expect((await deliver(relay, eventBody(id))).status).toBe(200);
    const full = await deliver(relay, eventBody(4));
    expect(full.status).toBe(503);
    expect(full.headers.get('retry-after')).toBe('30');
    expect(full.json).toEqual({ ok: false, processed: false, reason: 'QUEUE_FULL' });
    expect((await deliver(relay, eventBody(2))).status).toBe(200);
    await expect
      .poll(() => metric(relay, 'ts_reconcile_webhook_deliveries_total{result="queue_full"}'), WAIT)
      .toBe(1);
  });
});

describe('a disk that refuses', () => {
  it('is answered with 503, is not ready, and is used again when it works', async () => {
    const relay = await startFake(directory);
    const spool = join(directory, 'state', 'sandbox', 'state', 'spool');
    await rm(spool, { recursive: true });
    await writeFile(spool, '');
    const refused = await deliver(relay, eventBody(1));
    expect([refused.status, refused.json.reason]).toEqual([503, 'NOT_STORED']);
    const ready = await fetch(`${relay.url}/readyz`);
    expect([ready.status, await ready.json()]).toEqual([503, { ok: false, reason: 'SPOOL_NOT_WRITABLE' }]);
    expect((await fetch(`${relay.url}/healthz`)).status).toBe(200);
    expect(relay.stderr).toMatch(/ERROR \[req-\w+\] The spool could not be written\. Cannot write/);
    await rm(spool);
    expect((await deliver(relay, eventBody(1))).status).toBe(200);
    await expect.poll(begun, WAIT).toEqual(['1']);
  });
});

describe('the kill switch', () => {
  it('is told to Tripleseat, starts nothing, and keeps what is owed', async () => {
    await hold(directory);
    const before = await startFake(directory);
    await deliver(before, eventBody(1));
    await expect.poll(begun, WAIT).toEqual(['1']);
    await before.stop('SIGKILL');

    const off = { ENABLE_CONNECTOR: 'false' };
    const relay = await startFake(directory, {}, relayEnv(join(directory, 'state'), off));
    const { status, json } = await deliver(relay, eventBody(2));
    expect(status).toBe(200);
    expect(json).toMatchObject({ ok: true, processed: false, reason: 'CONNECTOR_DISABLED' });
    expect(await relay.stop()).toBe(0);
    expect(await begun()).toEqual(['1']);

    await startFake(directory);
    await expect.poll(begun, WAIT).toEqual(['1', '1']);
  });
});

describe('SIGTERM', () => {
  it('lets runs finish, starts no other, exits 0; the next start works off the rest', async () => {
    const release = await hold(directory);
    const relay = await startFake(directory, { maxRuns: 1 });
    for (const id of [1, 2]) await deliver(relay, eventBody(id));
    await expect.poll(begun, WAIT).toEqual(['1']);
    const stopped = relay.stop('SIGTERM');
    await expect.poll(() => relay.stderr, WAIT).toContain('Stopping (SIGTERM)');
    await expect.poll(() => fetch(`${relay.url}/healthz`).then(Boolean, () => false), WAIT).toBe(false);
    await release();
    expect(await stopped).toBe(0);
    expect(relay.stderr).toMatch(/Stopped\n$/);
    expect(await ends(directory)).toMatchObject([{ event: '1', code: 0 }]);

    await startFake(directory);
    await expect.poll(() => ends(directory), WAIT).toMatchObject([{ event: '1' }, { event: '2' }]);
  });

  it('stops runs that take longer, and they are done again', async () => {
    const release = await hold(directory);
    const relay = await startFake(directory, { graceSeconds: 0 });
    await deliver(relay, eventBody(1));
    await expect.poll(begun, WAIT).toEqual(['1']);
    expect(await relay.stop('SIGTERM')).toBe(0);
    expect(await ends(directory)).toMatchObject([{ event: '1', code: 143 }]);
    expect(relay.stderr).toContain('The next start of the relay runs it again.');
    await release();
    await startFake(directory);
    await expect.poll(() => ends(directory), WAIT).toMatchObject([{ code: 143 }, { event: '1', code: 0 }]);
  });

  it('reaches the runs of nobody else: Ctrl-C in a terminal is for the relay', async () => {
    const release = await hold(directory);
    const relay = await startFake(directory);
    await deliver(relay, eventBody(1));
    await expect.poll(begun, WAIT).toEqual(['1']);
    const [run] = await starts(directory);
    const [own, theirs] = [await statOf(relay.child.pid), await statOf(run?.pid)];
    expect(theirs.group).not.toBe(own.group);
    expect(theirs.session).not.toBe(own.session);
    const stopped = relay.stop('SIGINT');
    await release();
    expect(await stopped).toBe(0);
    expect(await ends(directory)).toMatchObject([{ code: 0 }]);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('for a second time (%s) ends the relay alone', async (signal) => {
    const release = await hold(directory);
    const relay = await startFake(directory);
    await deliver(relay, eventBody(1));
    await expect.poll(begun, WAIT).toEqual(['1']);
    relay.child.kill(signal);
    await expect.poll(() => relay.stderr, WAIT).toContain('Stopping');
    expect(await relay.stop(signal)).toBeNull();
    await release();
    await expect.poll(() => ends(directory), WAIT).toMatchObject([{ event: '1', code: 0 }]);
    // What was acknowledged is still on disk, and is looked at once more.
    const next = await startFake(directory);
    await expect.poll(begun, WAIT).toEqual(['1', '1']);
    expect(await next.stop()).toBe(0);
  });
});

describe('with real runs', () => {
  it('an order is made for a webhook, once, however often it is delivered', async () => {
    const world = await TestWorld.start();
    try {
      const id = Number(world.addEvent().id);
      const stateDir = world.newStateDir();
      const relay = await startServe([], relayEnv(stateDir, world.env(stateDir)));
      const answers = await Promise.all(Array.from({ length: 5 }, () => deliver(relay, eventBody(id))));
      expect(answers.every(({ status }) => status === 200)).toBe(true);
      await expect
        .poll(() => relay.stderr, WAIT)
        .toMatch(
          new RegExp(`^\\[req-[0-9a-f]{8}\\] Event ${id} synced successfully - Revel Order: \\d+$`, 'm'),
        );
      await idle(relay);
      await expect.poll(() => metric(relay, 'ts_reconcile_webhook_queue_length'), WAIT).toBe(0);
      await deliver(relay, eventBody(id));
      await expect.poll(() => relay.stderr, WAIT).toContain(': skipped ALREADY_INJECTED.');
      const orders = world.revel.orders().filter(({ deleted }) => !deleted);
      expect(orders).toHaveLength(1);
      expect(await relay.stop()).toBe(0);
    } finally {
      await world.close();
    }
  });

  it('runs work against the sandbox as well', async () => {
    const relay = await startServe(['--sandbox'], relayEnv(join(directory, 'state')));
    const list = await fetch(`${relay.url}/api/sync/tripleseat?hours_back=48`);
    expect(list.status).toBe(200);
    const report = (await list.json()) as { events: { id: string; status: string }[] };
    const injected = report.events.find(({ status }) => status === 'injected');
    await deliver(relay, eventBody(injected?.id));
    await expect
      .poll(() => relay.stderr, WAIT)
      .toContain(`Run for event ${injected?.id} ended with exit code 0`);
    expect(await relay.stop()).toBe(0);
  });
});
