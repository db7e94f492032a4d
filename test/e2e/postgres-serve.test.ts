import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { endState, Watch, wrongWith } from '../helpers/check.js';
import { describeWithPostgres, PostgresServer } from '../helpers/postgres.js';
import { hostEnv } from '../helpers/postgres-run.js';
import { TestWorld } from '../helpers/world.js';
import {
  deliver,
  ends,
  eventBody,
  newDirectory,
  type RelayProcess,
  relayEnv,
  startFake,
  startServe,
  starts,
} from './helpers/relay.js';
import { runTool } from './helpers/tool.js';

const DELIVERIES = 1_000;
const EVENTS = 40;
const CLIENTS = 8;
const WAIT = { timeout: 40_000, interval: 100 };

/** Kills a relay together with its runs, which would go on by themselves. */
function killHost({ child }: RelayProcess): void {
  const pid = child.pid ?? 0;
  const runs = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
  child.kill('SIGKILL');
  for (const run of runs) process.kill(Number(run), 'SIGKILL');
}

describeWithPostgres('relays that share a database', () => {
  let server: PostgresServer;
  let world: TestWorld;
  let url: string;
  let relays: RelayProcess[];
  const watch = new Watch();
  let onChange: () => void;

  beforeAll(async () => {
    server = await PostgresServer.start();
  });
  afterAll(() => server.close());
  beforeEach(async () => {
    url = await server.newDatabase();
    relays = [];
    onChange = () => undefined;
    world = await TestWorld.start({
      tripleseat: { clientCredentials: 'off' },
      onRevelChange: () => {
        watch.look(world.revel, world.events);
        onChange();
      },
    });
  });
  afterEach(async () => {
    await Promise.all(relays.map((relay) => relay.stop('SIGKILL')));
    await world.close();
  });

  function env(): Record<string, string> {
    const host = hostEnv(world, url);
    return relayEnv(host.STATE_DIR ?? '', host);
  }

  /** A relay whose runs are fake ones that leave their marks in `directory`. */
  async function fakeHost(directory: string, runs?: 'light'): Promise<RelayProcess> {
    const relay = await startFake(directory, { sandbox: false, maxRuns: 2 }, env(), runs);
    relays.push(relay);
    return relay;
  }

  async function realHost(): Promise<RelayProcess> {
    const relay = await startServe([], env());
    relays.push(relay);
    return relay;
  }

  it(`${DELIVERIES} deliveries to 3 hosts, 2 of which are killed: each is followed by a run of its event`, {
    timeout: 120_000,
  }, async () => {
    const directory = await newDirectory();
    const hosts = await Promise.all([1, 2, 3].map(() => fakeHost(directory, 'light')));
    const living = new Set(hosts);
    const killAt = new Set([
      Math.floor((Math.random() * DELIVERIES) / 2),
      DELIVERIES / 2 + Math.floor((Math.random() * DELIVERIES) / 3),
    ]);
    /** Event → when its last acknowledged delivery was sent. */
    const last = new Map<string, number>();
    let given = 0;
    let acknowledged = 0;

    async function client(): Promise<void> {
      for (let number = given; number < DELIVERIES; number = given) {
        given += 1;
        const id = String(1 + Math.floor(Math.random() * EVENTS));
        if (killAt.has(number)) {
          const [victim] = living;
          if (victim) living.delete(victim);
          victim?.child.kill('SIGKILL');
        }
        // As Tripleseat does: sent again until it was answered with 200.
        for (let answered = false; !answered; ) {
          const host = [...living][Math.floor(Math.random() * living.size)];
          if (!host) throw new Error('all hosts are dead');
          const sentAt = Date.now();
          const status = await deliver(host, eventBody(Number(id))).then(
            (answer) => answer.status,
            () => 0,
          );
          answered = status === 200;
          if (answered) {
            acknowledged += 1;
            last.set(id, Math.max(last.get(id) ?? 0, sentAt));
          }
        }
      }
    }
    await Promise.all(Array.from({ length: CLIENTS }, client));
    expect(acknowledged).toBe(DELIVERIES);
    expect(living.size).toBe(1);

    const unserved = async () => {
      const done = await ends(directory);
      return [...last]
        .filter(([id, sentAt]) => !done.some(({ event, startedAt }) => event === id && startedAt >= sentAt))
        .map(([id]) => id);
    };
    await expect.poll(unserved, WAIT).toEqual([]);
    await expect.poll(() => server.query(url, 'SELECT event FROM ts_reconcile.queue'), WAIT).toEqual([]);
    const runs = (await starts(directory)).length;
    // Deliveries for an event that waits or runs already go with it.
    expect(runs).toBeLessThan(DELIVERIES);
    console.log(`${DELIVERIES} deliveries for ${EVENTS} events: ${runs} runs`);
  });

  it('list on every host what one of them has given up', async () => {
    const directory = await newDirectory();
    await writeFile(join(directory, 'exit-7'), '70');
    const relay = await fakeHost(directory);
    await deliver(relay, eventBody(7));
    // A relay that is stopped before it knows of the end gives nothing up: the next one goes on with it.
    await expect.poll(() => relay.stderr, WAIT).toContain('ended with exit code 70');
    await relay.stop();
    const { stdout } = await runTool(['history', '--failed', '--json'], env());
    expect(JSON.parse(stdout).failures).toMatchObject([{ id: '7', reason: 'ABORTED' }]);
  });

  it('have what they gave up ended by the next sweep, though the database was away in between', async () => {
    const directory = await newDirectory();
    const event = world.addEvent();
    expect((await runTool(['sync', '--event-id', String(event.id)], env())).code).toBe(0);
    await writeFile(join(directory, `exit-${event.id}`), '70');
    const relay = await fakeHost(directory);
    await server.kill();
    await server.startAgain();
    const isTaken = async () => (await deliver(relay, eventBody(event.id))).status === 200;
    await expect.poll(isTaken, WAIT).toBe(true);
    await expect.poll(() => relay.stderr, WAIT).toContain('ended with exit code 70');
    await relay.stop();
    const failures = async () =>
      JSON.parse((await runTool(['history', '--failed', '--json'], env())).stdout).failures;
    expect(await failures()).toMatchObject([{ id: String(event.id), reason: 'ABORTED' }]);
    expect((await runTool(['sync'], env())).code).toBe(0);
    expect(await failures()).toEqual([]);
  });

  it('refuse deliveries while the database is away, and take them again when it is back', async () => {
    const directory = await newDirectory();
    const relay = await fakeHost(directory);
    const ready = async () => (await fetch(`${relay.url}/readyz`)).status;
    expect(await ready()).toBe(200);

    await server.kill();
    const refused = await deliver(relay, eventBody(1));
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('30');
    expect(refused.json).toEqual({ ok: false, processed: false, reason: 'NOT_STORED' });
    await expect.poll(ready, WAIT).toBe(503);
    expect(await starts(directory)).toEqual([]);

    await server.startAgain();
    await expect.poll(ready, WAIT).toBe(200);
    expect((await deliver(relay, eventBody(2))).status).toBe(200);
    await expect.poll(async () => (await ends(directory)).map(({ event }) => event), WAIT).toContain('2');
  });

  it('complete what a host that was killed in mid-run has begun', async () => {
    const [event, other] = [world.addEvent(), world.addEvent()];
    const [first, second] = [await realHost(), await realHost()];
    let writes = 0;
    onChange = () => {
      writes += 1;
      if (writes === 4) killHost(first);
    };
    expect((await deliver(first, eventBody(event.id))).status).toBe(200);
    expect(await first.exited).toBeNull();
    expect(endState(world.revel, event).live).toEqual([]);
    onChange = () => undefined;
    expect((await deliver(second, eventBody(other.id))).status).toBe(200);

    const wrong = () => world.events.flatMap((own) => wrongWith(world.revel, own));
    await expect.poll(wrong, WAIT).toEqual([]);
    await expect.poll(() => server.query(url, 'SELECT event FROM ts_reconcile.queue'), WAIT).toEqual([]);
    expect(watch.problems).toEqual(new Set());
    expect(second.stderr).toContain('Start 2 of the run for event');
  });
});
